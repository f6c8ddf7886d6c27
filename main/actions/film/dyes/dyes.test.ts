/** Dyes given back to films of any layout: a film that faded evenly comes near what it was, the same for every frame of a shot. */
import { describe, expect, it } from 'vitest';
import {
  chromaZero,
  lumaLevels,
  planeSizes,
  type Frame,
  type FrameFormat,
} from '../../../../app/film/frame.ts';
import type { ReelAnalysis, ShotContext } from '../../../../app/film/step.ts';
import { seeded } from '../../../../app/random.ts';
import type { AgeingAnalysis } from '../../ageing/index.ts';
import { codesOf } from './codes.ts';
import { DyesTable, dyesOf, dyesStep, lossesOf } from './index.ts';

const format: FrameFormat = {
  ...{ width: 64, height: 48, sampling: '444', bits: 8, range: 'limited', matrix: 'smpte170m' },
  ...{ primaries: null, transfer: null, chromaLocation: null },
};
/** Patches of many colours, faded: red's light comes back more and more (cyan went), contrast of blue fell (yellow). */
function faded(f: FrameFormat, t: number): Frame {
  const codes = codesOf(f);
  const n = f.width * f.height;
  const picture = { width: n, height: 1, channels: 3, data: new Float32Array(3 * n) };
  const random = seeded('patches');
  const patches = Array.from({ length: 48 }, () => [
    random.next(),
    random.next(),
    random.next(),
    random.next(),
  ]);
  for (let i = 0; i < n; i++) {
    const x = i % f.width;
    const y = Math.floor(i / f.width);
    const [r, g, b, k] = patches[(y >> 3) * 8 + (((x + t) >> 3) % 8)];
    const tone = 0.1 + 0.75 * k;
    const colours = [r, g, b].map((v) => Math.min(0.97, Math.max(0.03, tone + 0.35 * (v - 0.5))));
    picture.data[i] = 1 - 0.55 * (1 - colours[0]);
    picture.data[n + i] = colours[1];
    picture.data[2 * n + i] = 1 - 0.8 * (1 - colours[2]);
  }
  const list = codes.back(picture, n);
  const sizes = f.sampling === 'rgb' ? [0, 1, 2].map(() => planeSizes(f)[0]) : planeSizes(f);
  const planes = sizes.map((size, p) => {
    const out =
      f.bits > 8 ? new Uint16Array(size.width * size.height) : new Uint8Array(size.width * size.height);
    const kx = Math.round(f.width / size.width);
    const ky = Math.round(f.height / size.height);
    for (let y = 0, o = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++, o++) out[o] = Math.round(list[p * n + y * ky * f.width + x * kx]);
    return out;
  });
  return { index: t, pts: t, planes };
}
const context = (f: FrameFormat, frames: number): ShotContext => {
  const shot = { index: 0, first: 0, last: frames - 1, opening: 'start' as const };
  const analysis: ReelAnalysis = { version: 1, frames, shots: [shot], flashes: [], measures: {} };
  return { format: f, shot, analysis, seed: 1 };
};
async function run(
  f: FrameFormat,
  frames: Frame[],
  strength = 1,
): Promise<{ frames: Frame[]; report: Record<string, number> }> {
  const work = await dyesStep.begin(context(f, frames.length), { on: true, strength });
  const out: Frame[] = [];
  for (const frame of frames) out.push(...(await work.push(frame)));
  out.push(...(await work.end()));
  return { frames: out, report: work.report() };
}
/** Means of red, green, blue. */
const means = (frame: Frame, f: FrameFormat): number[] => {
  const { data, width, height } = codesOf(f).picture(frame);
  const n = width * height;
  return [0, 1, 2].map((c) => data.subarray(c * n, (c + 1) * n).reduce((s, v) => s + v, 0) / n);
};
const cast = (m: number[]): number => Math.max(...m) - Math.min(...m);

describe('dyes', () => {
  it.each([
    { sampling: '444' },
    { sampling: '420', bits: 10 },
    { sampling: 'rgb', range: 'full', matrix: 'gbr' },
  ] as Partial<FrameFormat>[])('takes a cast off, every frame by one table: %o', async (layout) => {
    const f = { ...format, ...layout };
    const given = Array.from({ length: 30 }, (_, t) => faded(f, t % 8));
    const before = cast(means(given[0], f));
    const { frames, report } = await run(f, given);
    expect(frames.map((frame) => frame.index)).toEqual(given.map((frame) => frame.index));
    expect(before).toBeGreaterThan(0.12);
    expect(cast(means(frames[0], f))).toBeLessThan(0.75 * before);
    // Frames 0 and 8 were alike, one held, one after the estimate.
    expect(frames[24].planes).toEqual(frames[0].planes);
    expect(report.frames).toBe(30);
  });

  it('one estimate holds for a whole shot, from frames of all its length', async () => {
    const shot = { index: 0, first: 100, last: 899, opening: 'cut' as const };
    const { frames: wanted, measure, finish } = dyesStep.sample!;
    const chosen = wanted(shot, [{ first: 170, last: 190 }]);
    expect(chosen).toEqual([340, 500, 660, 820]);
    const found = measure(
      shot,
      chosen.map((t) => faded(format, t % 8)),
      format,
    );
    const measures = { dyes: JSON.parse(JSON.stringify(finish([found, null]))) as unknown };
    const [lost] = lossesOf(measures.dyes)!;
    expect(lost.first).toBe(100);
    expect(lost.cyan).toBeGreaterThan(0.1);
    expect(lossesOf(undefined)).toBeNull();
    expect(measure(shot, [faded(format, 0)], { ...format, sampling: '400' })).toBeNull();
    // Two spans of the shot, far from each other, one of frames that by themselves would say something else.
    const analysis: ReelAnalysis = { version: 1, frames: 900, shots: [shot], flashes: [], measures };
    const span = async (frame: Frame): Promise<Frame> => {
      const work = await dyesStep.begin({ format, shot, analysis, seed: 1 }, { on: true, strength: 1 });
      const [given] = await work.push(frame);
      return given;
    };
    const flat = faded(format, 1);
    flat.planes[1].fill(128);
    flat.planes[2].fill(128);
    const [a, b] = [await span(faded(format, 3)), await span(faded(format, 3))];
    expect(a.planes).toEqual(b.planes);
    const grey = await span(flat);
    expect(grey.planes[2][0]).not.toBe(128);
  });

  it('leaves frames alone, to the last bit, at strength 0 and where there is no chroma', async () => {
    const [frame] = (await run(format, [faded(format, 0)], 0)).frames;
    expect(frame.planes).toEqual(faded(format, 0).planes);
    const grey: FrameFormat = { ...format, sampling: '400' };
    const luma = { ...faded(format, 0), planes: [faded(format, 0).planes[0].slice()] };
    expect((await run(grey, [luma])).frames[0].planes).toEqual([faded(format, 0).planes[0]]);
  });

  it('a correction that changes nothing comes back within a code, whatever the layout', async () => {
    const none: AgeingAnalysis = { ...dyesOf([faded(format, 0)], format), loss: [0, 0, 0], stain: [0, 0, 0] };
    for (const layout of [{}, { sampling: '420' }, { bits: 12, range: 'full' }] as Partial<FrameFormat>[]) {
      const f = { ...format, ...layout };
      const table = await DyesTable.make(f, none, 1);
      const frame = faded(f, 3);
      const own = frame.planes.map((plane) => plane.slice());
      table.apply(frame);
      const { black, white } = lumaLevels(f);
      const scale = (white - black) / 219;
      frame.planes.forEach((plane, p) => {
        let off = 0;
        plane.forEach((v, i) => (off += Math.abs(v - own[p][i]) > 1.6 * scale ? 1 : 0));
        // Between patches coarse chroma meets luma that it cannot be shown with; such colours are brought in.
        expect(off / plane.length, `plane ${p} of ${JSON.stringify(layout)}`).toBeLessThan(
          p === 0 ? 0.02 : 0.001,
        );
      });
      expect(frame.planes[1].some((v) => v !== chromaZero(f.bits))).toBe(true);
    }
  });
});
