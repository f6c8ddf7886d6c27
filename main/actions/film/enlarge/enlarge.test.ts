/** Enlarging reels: sizes, flat stays flat, finer samples are found, chroma keeps its place, networks of their own. */
import { describe, expect, it } from 'vitest';
import { planeSizes, type Frame, type FrameFormat } from '../../../../app/film/frame.ts';
import type { ReelAnalysis, StepNetwork } from '../../../../app/film/step.ts';
import { planar } from '../../../../app/planar.ts';
import { enlargedFormat, enlargeStep } from './index.ts';

const base: FrameFormat = {
  ...{ width: 31, height: 22, sampling: '420', bits: 8, range: 'limited', matrix: 'smpte170m' },
  ...{ primaries: null, transfer: null, chromaLocation: 'left' },
};
/** Waves, at places in pixels of luma, for plane `p`. */
const wave = (p: number, x: number, y: number): number =>
  0.5 + 0.25 * Math.sin(x / 3.1 + p) * Math.cos(y / 4.3);
/** The scene of `wave` in a format, `k` times finer. */
function frameOf(format: FrameFormat, k: number): Frame {
  const sizes = format.sampling === 'rgb' ? [0, 1, 2].map(() => planeSizes(format)[0]) : planeSizes(format);
  const planes = sizes.map((size, p) => {
    const chroma = p > 0 && format.sampling !== 'rgb' && format.sampling !== '444';
    const out =
      format.bits > 8 ? new Uint16Array(size.width * size.height) : new Uint8Array(size.width * size.height);
    for (let y = 0, o = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++, o++) {
        // Left of two across, in the middle of two down.
        const u = ((chroma ? 2 * x : x) + 0.5) / k - 0.5;
        const v = (chroma ? 2 * y + 1 : y + 0.5) / k - 0.5;
        out[o] = Math.round(2 ** format.bits * wave(p, u, v));
      }
    return out;
  });
  return { index: 7, pts: 70, planes };
}
const analysis: ReelAnalysis = { version: 1, frames: 1, shots: [], flashes: [], measures: {} };
async function enlarge(
  format: FrameFormat,
  factor: '2' | '4',
  network: StepNetwork | null = null,
): Promise<Frame> {
  const work = await enlargeStep.begin(
    {
      ...{ format, analysis, seed: 1, shot: { index: 0, first: 0, last: 0, opening: 'start' } },
      networks: { open: () => Promise.resolve(network) },
    },
    { on: true, factor, model: network ? network.name : '' },
  );
  const [frame] = await work.push(frameOf(format, 1));
  expect(await work.end()).toEqual([]);
  return frame;
}

describe('enlarging a reel', () => {
  it.each([
    [{}, '2'],
    [{ sampling: '444', bits: 10 }, '4'],
    [{ sampling: '400', bits: 16, range: 'full' }, '2'],
    [{ sampling: 'rgb', range: 'full' }, '2'],
  ] as [Partial<FrameFormat>, '2' | '4'][])(
    'finds what finer samples would have shown: %o, %s times',
    async (layout, factor) => {
      const format = { ...base, ...layout };
      const k = Number(factor);
      const large = enlargedFormat(format, { factor });
      expect([large.width, large.height, large.bits, large.sampling]).toEqual([
        31 * k,
        22 * k,
        format.bits,
        format.sampling,
      ]);
      const made = await enlarge(format, factor);
      const truth = frameOf(large, k);
      expect([made.index, made.pts]).toEqual([7, 70]);
      made.planes.forEach((plane, p) => {
        const { width, height } = planeSizes(large)[format.sampling === 'rgb' ? 0 : p];
        expect(plane.length).toBe(width * height);
        let most = 0;
        const edge = 4 * k;
        for (let y = edge; y < height - edge; y++)
          for (let x = edge; x < width - edge; x++)
            most = Math.max(most, Math.abs(plane[y * width + x] - truth.planes[p][y * width + x]));
        expect(most / 2 ** (format.bits - 8), `plane ${p}`).toBeLessThan(
          p > 0 && format.sampling === '420' ? 9 : 3,
        );
      });
    },
  );

  it('asks a network where there is one', async () => {
    let asked = 0;
    const repeats: StepNetwork = {
      ...{ name: 'repeats', sha256: '0', multiple: 4, reach: 4 },
      run: () => Promise.reject(new Error('not asked')),
      apply({ x }) {
        asked++;
        const y = planar(2 * x.width, 2 * x.height, 3);
        for (let c = 0; c < 3; c++)
          for (let v = 0; v < y.height; v++)
            for (let u = 0; u < y.width; u++)
              y.data[(c * y.height + v) * y.width + u] =
                x.data[(c * x.height + (v >> 1)) * x.width + (u >> 1)];
        return Promise.resolve({ y });
      },
    };
    const given = frameOf(base, 1);
    const made = await enlarge(base, '2', repeats);
    expect(asked).toBeGreaterThan(0);
    let most = 0;
    for (let y = 0; y < 44; y++)
      for (let x = 0; x < 62; x++)
        most = Math.max(
          most,
          Math.abs(made.planes[0][y * 62 + x] - given.planes[0][(y >> 1) * 31 + (x >> 1)]),
        );
    expect(most).toBeLessThanOrEqual(1);
    expect(Math.abs(made.planes[1][20 * 31 + 16] - given.planes[1][10 * 16 + 8])).toBeLessThan(8);
  });
});
