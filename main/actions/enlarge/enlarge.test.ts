/** Enlarging: flat stays flat, light adds up, edges get no second contour, parts agree; networks of any factor. */
import { describe, expect, it } from 'vitest';
import { srgbDecode } from '../../../app/color/curve.ts';
import { psnr } from '../../../app/metrics/index.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { cut, sourceOf } from '../picture/source.ts';
import { enlargedSource } from './index.ts';

const W = 61;
const H = 47;
function make(
  width: number,
  height: number,
  channels: 1 | 3,
  f: (x: number, y: number, c: number) => number,
): Planar {
  const out = planar(width, height, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) out.data[(c * height + y) * width + x] = f(x, y, c);
  return out;
}
const waves = (k: number) =>
  make(W * k, H * k, 3, (x, y, c) => {
    const u = (x + 0.5) / k;
    const v = (y + 0.5) / k;
    return 0.5 + 0.3 * Math.sin(u / 2.2 + c) * Math.cos(v / 3.1);
  });
const all = (s: ReturnType<typeof enlargedSource>, signal?: AbortSignal) =>
  s.read({ x: 0, y: 0, w: s.width, h: s.height }, signal);

/** Repeats each sample `k` times, and remembers what it was given. */
function repeater(k: number, channelOrder = [0, 1, 2]): OpenNetwork {
  return {
    name: 'repeater',
    sha256: '',
    multiple: 4,
    reach: 8,
    run: () => Promise.reject(new Error('not asked')),
    apply: ({ x }) => {
      expect([x.width % 4, x.height % 4, x.channels]).toEqual([0, 0, 3]);
      const y = make(x.width * k, x.height * k, 3, (u, v, c) => {
        const row = Math.floor(v / k) * x.width;
        return x.data[channelOrder[c] * x.width * x.height + row + Math.floor(u / k)];
      });
      return Promise.resolve({ y });
    },
  };
}

describe('enlarging without a network', () => {
  it.each(['2', '4'] as const)(
    '%s times: size, scale, and what finer samples would have shown',
    async (factor) => {
      const source = sourceOf(waves(1));
      const large = enlargedSource(source, { factor }, null);
      const k = Number(factor);
      expect([large.width, large.height, large.scale]).toEqual([W * k, H * k, k]);
      const inner = { x: 5 * k, y: 5 * k, w: (W - 10) * k, h: (H - 10) * k };
      const found = await large.read(inner);
      const truth = cut(waves(k), inner);
      expect(psnr(found, truth)).toBeGreaterThan(38);
      // Repeating samples is far from it.
      const small = waves(1).data;
      const repeated = make(
        W * k,
        H * k,
        3,
        (x, y, c) => small[(c * H + Math.floor(y / k)) * W + Math.floor(x / k)],
      );
      expect(psnr(found, truth)).toBeGreaterThan(psnr(cut(repeated, inner), truth) + 10);
    },
  );
  it('keeps flat parts flat and mixes light, not codes', async () => {
    const flat = await all(enlargedSource(sourceOf(make(W, H, 3, () => 0.3)), { factor: '4' }, null));
    expect(flat.data.every((v) => Math.abs(v - 0.3) < 1e-4)).toBe(true);
    const lines = make(W, H, 1, (x) => (x % 2 ? 0.9 : 0.1));
    const large = await all(enlargedSource(sourceOf(lines), { factor: '2' }, null));
    const mean = (p: Planar) => p.data.reduce((s, v) => s + srgbDecode(v), 0) / p.data.length;
    expect(mean(large)).toBeCloseTo(mean(lines), 1);
  });
  it('draws no second contour beside an edge', async () => {
    const edge = make(W, H, 1, (x) => (x < 30 ? 0.2 : 0.8));
    const { data } = await all(enlargedSource(sourceOf(edge), { factor: '4' }, null));
    expect(Math.max(...data)).toBeLessThan(0.82);
    expect(Math.min(...data)).toBeGreaterThan(0.17);
  });
  it('gives the same in parts', async () => {
    const large = enlargedSource(sourceOf(waves(1)), { factor: '4' }, null);
    const whole = await all(large);
    for (const rect of [
      { x: 0, y: 0, w: 17, h: 9 },
      { x: 101, y: 77, w: 50, h: 31 },
      { x: 4 * W - 5, y: 4 * H - 3, w: 5, h: 3 },
    ])
      expect(await large.read(rect)).toEqual(cut(whole, rect));
  });
});

describe('enlarging by a network', () => {
  it('takes its answer, whole or in parts, grey or in colour', async () => {
    for (const channels of [1, 3] as const) {
      const picture = make(W, H, channels, (x, y, c) => ((x * 7 + y * 13 + c * 5) % 17) / 17);
      const large = enlargedSource(sourceOf(picture), { factor: '2' }, repeater(2));
      const whole = await all(large);
      const wanted = make(
        2 * W,
        2 * H,
        channels,
        (x, y, c) => picture.data[(c * H + (y >> 1)) * W + (x >> 1)],
      );
      whole.data.forEach((v, i) => expect(Math.abs(v - wanted.data[i])).toBeLessThan(1e-6));
      const rect = { x: 33, y: 51, w: 40, h: 21 };
      expect(await large.read(rect)).toEqual(cut(whole, rect));
    }
  });
  it('meets a network of another factor', async () => {
    const picture = make(W, H, 3, (x, y) => 0.3 + ((x + y) % 5) / 10);
    const half = await all(enlargedSource(sourceOf(picture), { factor: '2' }, repeater(4)));
    const same = await all(enlargedSource(sourceOf(picture), { factor: '2' }, repeater(2)));
    half.data.forEach((v, i) => expect(Math.abs(v - same.data[i])).toBeLessThan(1e-6));
    const four = enlargedSource(sourceOf(picture), { factor: '4' }, repeater(2));
    const answer = await four.read({ x: 40, y: 40, w: 24, h: 24 });
    expect([answer.width, four.width, four.scale]).toEqual([24, 4 * W, 4]);
    // Twice by the same network, not once and then the filter.
    answer.data.forEach((v, i) => {
      const [c, y, x] = [Math.floor(i / 576), Math.floor(i / 24) % 24, i % 24];
      expect(Math.abs(v - picture.data[(c * H + ((y + 40) >> 2)) * W + ((x + 40) >> 2)])).toBeLessThan(1e-6);
    });
  });
});
