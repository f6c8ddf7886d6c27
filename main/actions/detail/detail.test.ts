/** Detail: nothing at nought, no seams at edges, grain not raised, colours kept, parts and sizes agree. */
import { describe, expect, it } from 'vitest';
import { planar, type Planar } from '../../../app/planar.ts';
import { reducePlane } from '../../../app/color/guided.ts';
import { seeded } from '../../../app/random.ts';
import { cut, sourceOf, type PictureSource } from '../picture/source.ts';
import { analyseDetail, detailedSource } from './index.ts';
import { gaussian, smooth } from './filters.ts';

const W = 320;
const H = 240;

function picture(
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
/** Soft shapes, a few edges and texture. */
const scene = (scale = 1) => {
  const f = (x: number, y: number, c: number): number => {
    const u = x / scale;
    const v = y / scale;
    const shape = Math.hypot(u - 160, v - 120) < 70 ? 0.25 : 0;
    return (
      0.4 + 0.15 * Math.sin(u / 31 + c) * Math.cos(v / 23) + shape + 0.04 * Math.sin(u / 4) * Math.sin(v / 5)
    );
  };
  return picture(W * scale, H * scale, 3, f);
};
const read = (source: PictureSource, rect = { x: 0, y: 0, w: source.width, h: source.height }) =>
  source.read(rect);
const std = (values: Float32Array): number => {
  const mean = values.reduce((a, v) => a + v, 0) / values.length;
  return Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length);
};

describe('detail', () => {
  it('does nothing at nought', async () => {
    const source = sourceOf(scene());
    const out = await read(detailedSource(source, { contrast: 0, sharpen: 0 }));
    expect(out.data).toEqual(scene().data);
  });

  it('makes an edge steeper, and draws no seam beside it', async () => {
    // An edge as a lens and a scanner leave it: half a step of 0.5, softened over about two pixels.
    const sharp = picture(W, H, 1, (x) => (x < W / 2 ? 0.25 : 0.75));
    const soft = { ...sharp, data: smooth(sharp.data, { width: W, height: H }, gaussian(1)) };
    const steepest = (row: Float32Array) =>
      Math.max(...Array.from({ length: W - 1 }, (_, x) => row[x + 1] - row[x]));
    const row = (p: Planar) => p.data.slice(120 * W, 121 * W);
    for (const [sliders, most] of [
      [{ contrast: 0.2, sharpen: 0.3 }, 0.03],
      [{ contrast: 1, sharpen: 1 }, 0.07],
    ] as const) {
      const out = row(await read(detailedSource(sourceOf(soft), sliders)));
      expect(steepest(out)).toBeGreaterThan(1.1 * steepest(row(soft)));
      expect(Math.max(...out) - 0.75).toBeLessThan(most * 0.5);
      expect(0.25 - Math.min(...out)).toBeLessThan(most * 0.5);
    }
    // Local contrast alone leaves an ideal edge as it is, far and near.
    const plain = row(await read(detailedSource(sourceOf(sharp), { contrast: 1, sharpen: 0 })));
    plain.forEach((v, x) => expect(Math.abs(v - sharp.data[x])).toBeLessThan(0.0105));
  });

  it('does not sharpen grain, fine or coarse', async () => {
    const random = seeded('grain');
    const fine = picture(W, H, 1, () => 0.5 + 0.04 * random.normal());
    const coarse = { ...fine, data: smooth(fine.data, { width: W, height: H }, gaussian(1.2)) };
    for (const grain of [fine, coarse]) {
      const sharpened = await read(detailedSource(sourceOf(grain), { contrast: 0, sharpen: 1 }));
      expect(std(sharpened.data)).toBeLessThan(1.03 * std(grain.data));
      const usual = await read(detailedSource(sourceOf(grain), { contrast: 0.2, sharpen: 0.3 }));
      // Local contrast cannot tell clumps of coarse grain in so small a picture from small things.
      expect(std(usual.data)).toBeLessThan(1.09 * std(grain.data));
    }
  });

  it('raises small differences of tone', async () => {
    const soft = picture(W, H, 1, (x, y) => 0.5 + 0.04 * Math.sin(x / 9) * Math.sin(y / 9));
    const out = await read(detailedSource(sourceOf(soft), { contrast: 1, sharpen: 0 }));
    expect(std(out.data)).toBeGreaterThan(1.4 * std(soft.data));
    const less = await read(detailedSource(sourceOf(soft), { contrast: 0.2, sharpen: 0 }));
    expect(std(less.data)).toBeGreaterThan(1.06 * std(soft.data));
  });

  it('changes lightness, not what lies between the channels, and stays on the scale', async () => {
    const before = scene();
    for (let i = 0; i < 400; i++) before.data[i] = 1;
    const out = await read(detailedSource(sourceOf(before), { contrast: 1, sharpen: 1 }));
    const n = W * H;
    expect(out.data).not.toEqual(before.data);
    let turned = 0;
    for (let i = 0; i < n; i++)
      for (const c of [1, 2]) {
        const was = before.data[i] - before.data[c * n + i];
        turned = Math.max(turned, Math.abs(out.data[i] - out.data[c * n + i] - was));
      }
    expect(turned).toBeLessThan(1e-6);
    expect(out.data.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  it('gives the same in parts', async () => {
    const source = sourceOf(scene());
    const params = { contrast: 0.7, sharpen: 0.8 };
    const all = await read(detailedSource(source, params));
    const parts = detailedSource(source, params);
    for (const rect of [
      { x: 0, y: 0, w: 50, h: 41 },
      { x: 131, y: 77, w: 64, h: 64 },
      { x: W - 33, y: H - 7, w: 33, h: 7 },
    ])
      expect(await parts.read(rect)).toEqual(cut(all, rect));
  });

  it('shows in a preview what the reduced export will be', async () => {
    const k = 3;
    const large = scene(k);
    const to = { width: W, height: H };
    const from = { width: W * k, height: H * k };
    const reduced = (p: Planar): Planar => {
      const out = planar(W, H, 3);
      for (let c = 0; c < 3; c++)
        out.data.set(
          reducePlane(
            p.data.subarray(c * from.width * from.height, (c + 1) * from.width * from.height),
            from,
            to,
          ),
          c * W * H,
        );
      return out;
    };
    const params = { contrast: 0.5, sharpen: 0.5 };
    const analysis = await analyseDetail(sourceOf(reduced(large)));
    const exported = reduced(await read(detailedSource(sourceOf(large), params, analysis)));
    const preview = await read(detailedSource(sourceOf(reduced(large), 'srgb', 1 / k), params, analysis));
    const before = reduced(large);
    let changed = 0;
    let apart = 0;
    exported.data.forEach((v, i) => {
      changed = Math.max(changed, Math.abs(v - before.data[i]));
      apart = Math.max(apart, Math.abs(v - preview.data[i]));
    });
    expect(changed).toBeGreaterThan(0.03);
    expect(apart).toBeLessThan(0.2 * changed);
  });
});
