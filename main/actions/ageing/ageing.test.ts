/** The ageing step on prints whose age is known. */
import { describe, expect, it } from 'vitest';
import { srgbDecode, srgbEncode } from '../../../app/color/curve.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { labOf } from '../colorize/own.ts';
import { sourceOf } from '../picture/source.ts';
import { densityPlanes, dyePlanes, DYES } from './density.ts';
import { evidenceOf } from './evidence.ts';
import { agedSource, ageingPlan, analyseAgeing, poolAgeing, type AgeingAnalysis } from './index.ts';

const plain = { strength: 1, contrast: 0.5, toning: 'keep' } as const;
const whole = (p: Planar) => ({ x: 0, y: 0, w: p.width, h: p.height });

/** A scene of grey patches from white to black with coloured ones among them, as densities. */
function scene(width = 240, height = 180): Planar {
  const random = seeded('scene');
  const patches = Array.from({ length: 48 }, (_, i) => {
    const light = 10 ** -(0.03 + (1.75 * ((i * 7) % 48)) / 47);
    const strong = i % 3 === 0 ? 0.35 : 0.07;
    const colour = [0, 1, 2].map(() => random.uniform(1 - strong, 1 + strong));
    return colour.map((v) => Math.min(0.97, light * v));
  });
  const out = planar(width, height, 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const patch = patches[Math.floor((y * 6) / height) * 8 + Math.floor((x * 8) / width)];
      for (let c = 0; c < 3; c++)
        out.data[(c * height + y) * width + x] = srgbEncode(patch[c] * (0.97 + 0.06 * random.next()));
    }
  return out;
}

/** Dyes lost and stain added, by the step's own model: what it must be able to undo. */
function aged(picture: Planar, loss: readonly number[], stain: readonly number[]): Planar {
  const planes = densityPlanes(picture);
  const dyes = dyePlanes(planes).map((dye, k) => dye.map((v) => v * (1 - loss[k])));
  const out = planar(picture.width, picture.height, 3);
  const n = picture.width * picture.height;
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < n; i++) {
      let d = stain[c];
      for (let k = 0; k < 3; k++) d += DYES[c * 3 + k] * dyes[k][i];
      out.data[c * n + i] = srgbEncode(10 ** -d);
    }
  return out;
}

/** Mean distance in Lab. */
function off(one: Planar, two: Planar): number {
  const p = labOf(one);
  const q = labOf(two);
  let sum = 0;
  for (let i = 0; i < p.L.length; i++) sum += Math.hypot(p.L[i] - q.L[i], p.a[i] - q.a[i], p.b[i] - q.b[i]);
  return sum / p.L.length;
}

const analysis = (change: Partial<AgeingAnalysis>): AgeingAnalysis => ({
  version: 1,
  kind: 'colour',
  toning: 'none',
  loss: [0, 0, 0],
  stain: [0, 0, 0],
  hue: [1, 1, 1],
  white: 0,
  black: 1.7,
  confidence: 1,
  reasons: [],
  ...change,
});

describe('a faded colour print', () => {
  const fresh = scene();
  const loss = [0.35, 0.08, 0.15] as const;
  const stain = [0.02, 0.07, 0.18] as const;
  const faded = aged(fresh, loss, stain);

  it('comes back when its age is known', async () => {
    const source = agedSource(sourceOf(faded), analysis({ loss, stain }), plain);
    const out = await source.read(whole(faded));
    expect(off(faded, fresh)).toBeGreaterThan(10);
    expect(off(out, fresh)).toBeLessThan(0.7);
  });
  it('comes nearer when its age is found, and the reasons say which dye went', async () => {
    const found = analyseAgeing(faded);
    expect(found.kind).toBe('colour');
    expect(found.loss[0]).toBeGreaterThan(Math.max(found.loss[1], found.loss[2]));
    expect(found.stain[2]).toBeGreaterThan(found.stain[0]);
    expect(found.reasons[0]).toMatch(/^Its dyes have faded: cyan lost \d+ %/);
    const out = await agedSource(sourceOf(faded), found, plain).read(whole(faded));
    expect(off(out, fresh)).toBeLessThan(0.78 * off(faded, fresh));
  });
  it('shows its loss in density steps whatever the stain', () => {
    const steps = (f: readonly number[], s: readonly number[]) => {
      const print = aged(fresh, f, s);
      return evidenceOf(print, densityPlanes(print)).steps;
    };
    const before = steps([0, 0, 0], [0, 0, 0]);
    const none = steps(loss, [0, 0, 0]);
    const much = steps(loss, [0.05, 0.15, 0.4]);
    expect(none[0] - before[0]).toBeCloseTo(Math.log((1 - loss[0]) / (1 - loss[1])), 1);
    for (let c = 0; c < 3; c++) expect(much[c]).toBeCloseTo(none[c], 1);
  });
  it('a fresh one is hardly touched', async () => {
    const out = await agedSource(sourceOf(fresh), analyseAgeing(fresh), plain).read(whole(fresh));
    expect(off(out, fresh)).toBeLessThan(6);
  });
});

describe('the correction', () => {
  const print = aged(scene(), [0.3, 0.1, 0.2], [0.02, 0.05, 0.15]);
  const found = analyseAgeing(print);

  it('at strength 0 is the identity, bit for bit', async () => {
    const out = await agedSource(sourceOf(print), found, { ...plain, strength: 0 }).read(whole(print));
    expect(out.data).toEqual(print.data);
  });
  it('grows with strength and leaves nothing to chance', async () => {
    const at = async (strength: number) =>
      agedSource(sourceOf(print), found, { ...plain, strength }).read(whole(print));
    const full = await at(1);
    const half = await at(0.5);
    expect(off(half, print)).toBeGreaterThan(0.25 * off(full, print));
    expect(off(half, print)).toBeLessThan(0.75 * off(full, print));
    expect(await at(1)).toEqual(full);
  });
  it('is pointwise: parts are what the whole is', async () => {
    const source = agedSource(sourceOf(print), found, plain);
    const all = await source.read(whole(print));
    const part = await source.read({ x: 13, y: 20, w: 9, h: 5 });
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 9; x++)
          expect(part.data[(c * 5 + y) * 9 + x]).toBe(all.data[(c * 180 + 20 + y) * 240 + 13 + x]);
  });
  it('never clips: different samples stay different, in order, within 0..1', async () => {
    const ramp = planar(256, 1, 3);
    for (let c = 0; c < 3; c++) for (let x = 0; x < 256; x++) ramp.data[c * 256 + x] = x / 255;
    const hard = analysis({ loss: [0.6, 0.1, 0.3], stain: [0, 0.15, 0.4], black: 0.8 });
    const out = await agedSource(sourceOf(ramp), hard, { ...plain, contrast: 1 }).read(whole(ramp));
    for (let c = 0; c < 3; c++) expect(out.data[c * 256]).toBeGreaterThanOrEqual(0);
    for (let c = 0; c < 3; c++)
      for (let x = 1; x < 256; x++) {
        const v = out.data[c * 256 + x];
        expect(v).toBeLessThanOrEqual(1);
        expect(v).toBeGreaterThan(out.data[c * 256 + x - 1]);
      }
  });
  it('of a file of 16 bits keeps its steps apart', async () => {
    const fine = planar(3, 1, 3);
    fine.data.set([30000, 30001, 30002].flatMap((v) => [v, v, v]).map((v) => v / 65535));
    const out = await agedSource(sourceOf(fine), found, plain).read(whole(fine));
    expect(out.data[3]).not.toBe(out.data[0]);
    expect(out.data[6]).not.toBe(out.data[3]);
  });
});

describe('monochrome prints', () => {
  /** Silver of a hue on paper: density D becomes paper + hue * D. */
  const mono = (hue: readonly number[], paper: readonly number[], contrast = 1): Planar => {
    const grey = scene();
    const n = grey.width * grey.height;
    const out = planar(grey.width, grey.height, 3);
    for (let i = 0; i < n; i++) {
      const d = -Math.log10(Math.max(0.002, srgbDecode(grey.data[n + i]))) * contrast;
      for (let c = 0; c < 3; c++) out.data[c * n + i] = srgbEncode(10 ** -(paper[c] + hue[c] * d));
    }
    return out;
  };
  const tint = (p: Planar): number => {
    const { a, b } = labOf(p);
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += Math.hypot(a[i], b[i]);
    return sum / a.length;
  };

  it('are known, with their toning', () => {
    const name = (hue: readonly number[]) => analyseAgeing(mono(hue, [0, 0, 0])).toning;
    expect(analyseAgeing(mono([1, 1, 1], [0, 0, 0])).kind).toBe('mono');
    expect(name([1, 1, 1])).toBe('none');
    expect(name([0.85, 1, 1.3])).toBe('sepia');
    expect(name([1.45, 1.05, 0.7])).toBe('cyanotype');
    expect(name([0.92, 1.06, 1])).toBe('selenium');
  });
  it('keep their toning and lose it when that is asked', async () => {
    const sepia = mono([0.85, 1, 1.3], [0.01, 0.03, 0.08]);
    const found = analyseAgeing(sepia);
    expect(found.reasons[0]).toMatch(/sepia/);
    const kept = await agedSource(sourceOf(sepia), found, plain).read(whole(sepia));
    const neutral = await agedSource(sourceOf(sepia), found, { ...plain, toning: 'neutral' }).read(
      whole(sepia),
    );
    expect(tint(kept)).toBeGreaterThan(0.75 * tint(sepia));
    expect(tint(neutral)).toBeLessThan(0.12 * tint(sepia));
  });
  it('with yellowed paper get white paper back, not grey by averages', async () => {
    const yellowed = mono([1, 1, 1], [0.02, 0.08, 0.25]);
    const found = analyseAgeing(yellowed);
    expect(found.toning).toBe('none');
    expect(found.reasons.join(' ')).toMatch(/yellowed: it holds back 0\.2\d D/);
    const out = await agedSource(sourceOf(yellowed), found, plain).read(whole(yellowed));
    expect(tint(out)).toBeLessThan(1);
    const white = labOf(out).L.reduce((most, v) => Math.max(most, v), 0);
    expect(white).toBeGreaterThan(92);
  });
  it('get contrast back as far as asked', async () => {
    const flat = mono([1, 1, 1], [0.1, 0.1, 0.1], 0.45);
    const found = analyseAgeing(flat);
    const range = async (contrast: number): Promise<number> => {
      const { L } = labOf(await agedSource(sourceOf(flat), found, { ...plain, contrast }).read(whole(flat)));
      return Math.max(...L) - Math.min(...L);
    };
    expect(await range(0.5)).toBeGreaterThan((await range(0)) + 5);
    expect(await range(1)).toBeGreaterThan((await range(0.5)) + 5);
  });
  it('of one channel work, and painted patches make hand colouring', () => {
    const grey = scene();
    const one = { ...grey, channels: 1, data: grey.data.slice(0, grey.width * grey.height) };
    expect(analyseAgeing(one).kind).toBe('mono');
    const painted = mono([0.9, 1, 1.15], [0, 0, 0]);
    const n = painted.width * painted.height;
    for (let y = 60; y < 110; y++)
      for (let x = 30; x < 90; x++) painted.data[n + y * painted.width + x] *= 0.7;
    for (let y = 20; y < 50; y++) for (let x = 150; x < 200; x++) painted.data[y * painted.width + x] *= 0.65;
    expect(analyseAgeing(painted).toning).toBe('hand-coloured');
  });
});

describe('paper of an untoned print', () => {
  /** Grey wedges under yellow: everywhere, or on the left half only (varnish). */
  const wedges = (partly: boolean): Planar => {
    const out = planar(200, 120, 3);
    const random = seeded('wedges');
    for (let y = 0; y < 120; y++)
      for (let x = 0; x < 200; x++) {
        const d = 0.08 + 0.09 * Math.floor(y / 8) + 0.01 * random.normal();
        const yellow = partly && x % 100 >= 65 ? 0.03 : 0.12;
        [d, d + 0.4 * yellow, d + yellow].forEach((v, c) => {
          out.data[(c * 120 + y) * 200 + x] = srgbEncode(10 ** -v);
        });
      }
    return out;
  };
  const cast = async (picture: Planar, toning: 'keep' | 'neutral', right: boolean): Promise<number> => {
    const found = analyseAgeing(picture);
    expect([found.kind, found.toning]).toEqual(['mono', 'none']);
    const out = await agedSource(sourceOf(picture), found, { ...plain, toning }).read(whole(picture));
    const { b } = labOf(out);
    let sum = 0;
    let count = 0;
    for (let y = 24; y < 96; y++)
      for (let x = 0; x < 200; x++)
        if (x % 100 >= 65 === right) {
          sum += b[y * 200 + x];
          count++;
        }
    return sum / count;
  };
  it('becomes white where all of it is yellow', async () => {
    expect(Math.abs(await cast(wedges(false), 'keep', false))).toBeLessThan(1.5);
  });
  it('keeps its colour where the other places would turn blue; neutral tones are still to be had', async () => {
    const uneven = wedges(true);
    expect(await cast(uneven, 'keep', true)).toBeGreaterThan(-1.5);
    expect(await cast(uneven, 'keep', false)).toBeGreaterThan(2.5);
    expect(await cast(uneven, 'neutral', true)).toBeLessThan(-2);
  });
});

describe('albums', () => {
  it('have the middle of their prints, odd ones have no say', () => {
    const album = [0.3, 0.32, 0.28, 0.31, 0.7].map((cyan) => analysis({ loss: [cyan, 0, 0.1] }));
    album.push(analysis({ kind: 'mono', toning: 'sepia' }));
    const pooled = poolAgeing(album);
    expect(pooled.kind).toBe('colour');
    expect(pooled.loss).toEqual([0.31, 0, 0.1]);
    expect(pooled.reasons[0]).toBe('One setting for 5 prints of one album.');
    expect(poolAgeing([album[0]])).toBe(album[0]);
    expect(() => poolAgeing([])).toThrow(RangeError);
  });
  it('can be planned with: numbers are finite', () => {
    const plan = ageingPlan(poolAgeing([analysis({}), analysis({ loss: [0.5, 0.5, 0.5] })]), plain);
    expect([...plan.matrix, ...plan.paper, ...plan.tint, plan.contrast].every(Number.isFinite)).toBe(true);
  });
});
