/** Front and back: outlines that mirror each other, sizes, and the caution of it. */
import { describe, expect, it } from 'vitest';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { pairScore, type PairSide } from './index.ts';
import { matchMirrored, outlineOf } from './outline.ts';

const W = 400;
const H = 520;

/** What is torn off a sheet: for each of its corners (clockwise from the upper left) how much, and bites on the left side. */
interface Torn {
  corners: readonly [number, number, number, number];
  bites: readonly number[];
}

/** A sheet on a black lid: a picture, or paper with a line of writing. Turned over left to right where `behind`. */
function scan(torn: Torn, behind: boolean, name: string, angle = 0, w = 260, h = 380): Planar {
  const random = seeded('pair', name);
  const out = planar(W, H, 3);
  const waves = Array.from({ length: 6 }, () => [
    random.uniform(-0.2, 0.2),
    random.uniform(-0.2, 0.2),
    random.uniform(0, 6),
  ]);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const u0 = (x - W / 2) * c + (y - H / 2) * s;
      const v = (y - H / 2) * c - (x - W / 2) * s;
      const u = behind ? -u0 : u0;
      const left = u + w / 2;
      const right = w / 2 - u;
      const top = v + h / 2;
      const low = h / 2 - v;
      const [a, b, d, e] = torn.corners;
      const on =
        Math.min(left, right, top, low) >= 0 &&
        left + top >= a &&
        right + top >= b &&
        right + low >= d &&
        left + low >= e &&
        !torn.bites.some((at) => Math.hypot(left, v - at * h) < 9);
      const writing = Math.abs(v + 100) < 6 && Math.abs(u) < 90 && Math.sin(u) > 0;
      const picture = waves.reduce((sum, [p, q, r]) => sum + 0.12 * Math.sin(p * u + q * v + r), 0.5);
      const value = !on ? 0.05 : behind ? (writing ? 0.3 : 0.85) : picture;
      for (let k = 0; k < 3; k++) out.data[k * W * H + y * W + x] = value + 0.006 * random.normal();
    }
  return out;
}

const side = (picture: Planar, order: number | null): PairSide => ({
  picture,
  width: picture.width * 4,
  height: picture.height * 4,
  dpi: 300,
  order,
});

const TORN: Torn = { corners: [30, 6, 18, 0], bites: [-0.2, 0.1] };
const OTHER: Torn = { corners: [0, 26, 4, 22], bites: [0.3] };
const WHOLE: Torn = { corners: [0, 0, 0, 0], bites: [] };

describe('front and back', () => {
  const front = scan(TORN, false, 'front', 0.03);
  const back = scan(TORN, true, 'back', -0.02);

  it('a torn sheet is known from behind', () => {
    const { agreement, marked } = matchMirrored(outlineOf(front), outlineOf(back));
    expect(agreement).toBeGreaterThan(0.8);
    expect(marked).toBe(1);
    const found = pairScore(side(front, 1), side(back, 2));
    expect(found.score).toBeGreaterThan(0.85);
    expect(found.reason).toBe('Edges and corners of the paper match when it is turned over.');
  });

  it('the back of another torn sheet is not taken for it, though size and order fit', () => {
    const found = pairScore(side(front, 1), side(scan(OTHER, true, 'other'), 2));
    expect(found.score).toBeLessThan(0.3);
    expect(found.reason).toBe('Edges and corners of the paper do not match.');
  });

  it('two fronts of one size are no pair', () => {
    const one = scan(WHOLE, false, 'one');
    expect(pairScore(side(one, 1), side(scan(WHOLE, false, 'two'), 2)).score).toBeLessThan(0.5);
    // Neither is a back its own front's front.
    expect(pairScore(side(scan(WHOLE, true, 'b'), 1), side(one, 2)).score).toBeLessThan(0.5);
  });

  it('whole sheets need both: a bare back, and the next place in the order', () => {
    const one = side(scan(WHOLE, false, 'one'), 7);
    const bare = scan(WHOLE, true, 'b');
    expect(pairScore(one, side(bare, 8)).score).toBeGreaterThan(0.5);
    expect(pairScore(one, side(bare, 40)).score).toBeLessThan(0.5);
    expect(pairScore(one, side(bare, null)).score).toBeLessThan(0.5);
  });

  it('another size ends the matter', () => {
    const small = pairScore(side(front, 1), side(scan(TORN, true, 'small', 0, 234, 380), 2));
    expect(small.score).toBe(0);
    expect(small.reason).toMatch(/differ in size by 10 %/);
  });

  it('a scan without a lid has no outline', () => {
    const picture = {
      width: 40,
      height: 30,
      channels: 1,
      data: new Float32Array(1200).map((_, i) => (i % 7) / 7),
    };
    expect(outlineOf(picture).missing).toBeNull();
    expect(pairScore(side(picture, null), side(picture, null)).score).toBeLessThan(0.3);
  });
});
