import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { markSchema } from '../../../app/recipe/marks.ts';
import { LABEL } from '../picture/labels.ts';
import { sourceOf } from '../picture/source.ts';
import { runFill, type PlainFills } from './fills.ts';
import { maskWithMarks } from './marks.ts';
import { repairedSource } from './source.ts';
import type { RepairOptions } from './types.ts';

const plain: RepairOptions = { fill: 'plain', grain: false, faces: null, marks: [], networks: null, seed: 1 };

function make(width: number, height: number, f: (x: number, y: number, c: number) => number): Planar {
  const out = planar(width, height, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) out.data[(c * height + y) * width + x] = f(x, y, c);
  return out;
}
const noisy = (width: number, height: number): Planar => {
  const random = seeded('repair', 'test');
  return make(width, height, (x, y) =>
    Math.fround(0.4 + 0.1 * Math.sin(x / 9) * Math.cos(y / 7) + 0.02 * random.normal()),
  );
};
const whole = ({ width, height }: Planar) => ({ x: 0, y: 0, w: width, h: height });

describe('repairedSource', () => {
  it('continues a linear ramp over narrow damage', async () => {
    const truth = make(60, 40, (x, y, c) => 0.2 + 0.005 * x + 0.004 * y + 0.05 * c);
    const mask = new Uint8Array(60 * 40);
    for (let y = 10; y < 30; y++) for (let x = 20; x < 24; x++) mask[y * 60 + x] = 255;
    const hurt = { ...truth, data: truth.data.map((v, i) => (mask[i % 2400] ? 1 : v)) };
    const out = await repairedSource(sourceOf(hurt), { width: 60, height: 40, data: mask }, plain).read(
      whole(hurt),
    );
    for (let i = 0; i < out.data.length; i++) expect(out.data[i]).toBeCloseTo(truth.data[i], 3);
  });
  it('passes everything outside through bit for bit, and gives the same fill whatever part is read', async () => {
    const picture = noisy(610, 540);
    const mask = new Uint8Array(610 * 540);
    const put = (x0: number, y0: number, w: number, h: number): void => {
      for (let y = y0; y < y0 + h; y++) for (let x = x0; x < x0 + w; x++) mask[y * 610 + x] = 200;
    };
    put(100, 30, 3, 480);
    put(240, 240, 60, 50);
    put(400, 100, 5, 5);
    put(0, 500, 40, 40);
    const options: RepairOptions = { ...plain, fill: 'auto', grain: true };
    const whereMask = { width: 610, height: 540, data: mask };
    const repaired = repairedSource(sourceOf(picture), whereMask, options);
    const all = await repaired.read(whole(picture));
    let changed = 0;
    let leaked = 0;
    for (let i = 0; i < all.data.length; i++) {
      if (all.data[i] === picture.data[i]) continue;
      if (mask[i % (610 * 540)] === 0) leaked++;
      else changed++;
    }
    expect(leaked).toBe(0);
    expect(changed).toBeGreaterThan(0.95 * 3 * mask.filter((v) => v > 0).length);
    const rect = { x: 230, y: 200, w: 101, h: 77 };
    const part = await repairedSource(sourceOf(picture), whereMask, options).read(rect);
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < rect.h; y++) {
        const at = (c * 540 + rect.y + y) * 610 + rect.x;
        const row = (c * rect.h + y) * rect.w;
        expect(part.data.subarray(row, row + rect.w)).toEqual(all.data.subarray(at, at + rect.w));
      }
    const labels = await repaired.labels(whole(picture));
    expect(labels).toEqual(mask.map((v) => (v ? LABEL.interpolated : LABEL.untouched)));
    const report = await repaired.report();
    expect(report.holes).toBe(4);
    expect(report.share).toBeCloseTo(mask.filter((v) => v > 0).length / mask.length, 10);
    expect(Object.values(report.ways).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
  });
  it('is the same bit for bit when several fills are made at once; a fill that fails ends the read, and no cell is begun after it', async () => {
    const picture = noisy(610, 540);
    const mask = new Uint8Array(610 * 540);
    for (let y = 20; y < 520; y++)
      for (let x = 0; x < 610; x++)
        if (x % 90 < 3 || (x % 200 > 160 && y % 180 > 120)) mask[y * 610 + x] = 200;
    const where = { width: 610, height: 540, data: mask };
    const options: RepairOptions = { ...plain, fill: 'auto', grain: true };
    const alone = await repairedSource(sourceOf(picture), where, options).read(whole(picture));
    let running = 0;
    let most = 0;
    let asked = 0;
    const fills: PlainFills = {
      atOnce: 3,
      async fill(task) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, (++asked * 7) % 5));
        running--;
        return runFill(task);
      },
    };
    const together = repairedSource(sourceOf(picture), where, { ...options, fills });
    expect((await together.read(whole(picture))).data).toEqual(alone.data);
    expect(most).toBe(3);
    asked = 0;
    const broken: PlainFills = {
      atOnce: 2,
      fill: () => (++asked === 2 ? Promise.reject(new Error('no memory')) : Promise.resolve(noisy(352, 352))),
    };
    const failing = repairedSource(sourceOf(picture), where, { ...options, fills: broken });
    await expect(failing.read(whole(picture))).rejects.toThrow('no memory');
    expect(asked).toBeLessThan(5);
  });
  it('clones pixels as they are, heals into the light of the place, and calls both real', async () => {
    const truth = make(80, 60, (x, y) => 0.3 + 0.005 * x + ((x + y) % 2) * 0.04);
    const hurt = { ...truth, data: truth.data.slice() };
    const spot = (tool: 'heal' | 'clone') =>
      markSchema.parse({ tool, points: [[40 / 80, 30 / 60]], radius: 5 / 80, from: [20 / 80, 0] });
    const mask = maskWithMarks(null, [spot('clone')], { width: 80, height: 60 });
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < mask.length; i++) if (mask[i]) hurt.data[c * 4800 + i] = 0;
    for (const tool of ['clone', 'heal'] as const) {
      const options = { ...plain, marks: [spot(tool)] };
      const repaired = repairedSource(sourceOf(hurt), { width: 80, height: 60, data: mask }, options);
      const out = await repaired.read(whole(hurt));
      const labels = await repaired.labels(whole(hurt));
      for (let i = 0; i < mask.length; i++) {
        expect(labels[i]).toBe(mask[i] ? LABEL.real : LABEL.untouched);
        if (!mask[i]) continue;
        if (tool === 'clone') expect(out.data[i]).toBe(hurt.data[i + 20]);
        else expect(out.data[i]).toBeCloseTo(truth.data[i], 3);
      }
    }
  });
  it('takes a mask of another resolution', async () => {
    const picture = noisy(200, 120);
    for (const [w, h] of [
      [100, 60],
      [400, 240],
    ]) {
      const mask = new Uint8Array(w * h);
      for (let y = h / 4; y < h / 2; y++) for (let x = w / 4; x < w / 2; x++) mask[y * w + x] = 255;
      const out = await repairedSource(sourceOf(picture), { width: w, height: h, data: mask }, plain).read(
        whole(picture),
      );
      let leaked = 0;
      for (let y = 0; y < 120; y++)
        for (let x = 0; x < 200; x++) {
          const inside = x >= 50 && x < 100 && y >= 30 && y < 60;
          if (!inside && out.data[y * 200 + x] !== picture.data[y * 200 + x]) leaked++;
        }
      expect(leaked).toBe(0);
      expect(out.data[45 * 200 + 75]).not.toBe(picture.data[45 * 200 + 75]);
    }
  });
  it('refuses a mask that covers nearly everything, and one of another shape', () => {
    const source = sourceOf(noisy(100, 100));
    const data = new Uint8Array(10000).fill(255);
    expect(() => repairedSource(source, { width: 100, height: 100, data }, plain)).toThrow(/covers 100 %/);
    expect(() => repairedSource(source, { width: 200, height: 50, data }, plain)).toThrow(/another shape/);
    expect(() => repairedSource(source, { width: 10, height: 10, data }, plain)).toThrow(/broken/);
  });
});
