/**
 * Noise taken out where no network is there to do it: overlapping blocks lose those cosine coefficients that are not
 * larger than noise of their frequency and tone (Yu and Sapiro, "DCT image denoising: a simple and effective image
 * denoising algorithm", Image Processing On Line 1, 2011), and are put together by how few remained, so that flat
 * blocks count most (Guleryuz, "Weighted averaging for denoising with overcomplete dictionaries", 2007). Blocks lie on
 * a grid of the whole picture and are summed in its order: a part gets the same bits as the whole.
 */
import type { Rect } from '../../../app/picture.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { grown, type PictureSource } from '../picture/source.ts';
import { BLOCK, forward, inverse } from './dct.ts';
import { axesOf, toneFactor, type NoiseModel } from './noise.ts';

/** Pixels between blocks. */
const STEP = 2;
/** Standard deviations of the noise under which a coefficient is noise. */
const THRESHOLD = 2.7;

/** Starts of the blocks that hold pixels `from`..`to` of `length`: multiples of STEP, and the last that fits. */
function starts(from: number, to: number, length: number): number[] {
  const last = Math.max(0, length - BLOCK);
  const out: number[] = [];
  const first = Math.max(0, Math.ceil((from - BLOCK + 1) / STEP) * STEP);
  for (let at = first; at < last && at < to; at += STEP) out.push(at);
  if (last < to) out.push(last);
  return out;
}

/** Pixels around a part that its result depends on. */
export const DENOISE_REACH = BLOCK;

/**
 * A part of a picture without its noise.
 * @param part a piece that holds `rect` with DENOISE_REACH around it, as far as the picture goes
 * @param at where the piece lies
 * @param rect what is wanted, in pixels of the whole picture of size `whole`
 */
export function denoised(
  part: Planar,
  at: Rect,
  rect: Rect,
  whole: { width: number; height: number },
  model: NoiseModel,
): Planar {
  const axes = axesOf(part);
  const n = rect.w * rect.h;
  const out = planar(rect.w, rect.h, part.channels);
  if (whole.width < BLOCK || whole.height < BLOCK) {
    for (let c = 0; c < part.channels; c++)
      for (let y = 0; y < rect.h; y++) {
        const from = (c * part.height + y + rect.y - at.y) * part.width + rect.x - at.x;
        out.data.set(part.data.subarray(from, from + rect.w), (c * rect.h + y) * rect.w);
      }
    return out;
  }
  const top = part.channels === 1 ? 8 : 8 * Math.sqrt(3);
  const sums = axes.map(() => new Float64Array(n));
  const weights = axes.map(() => new Float64Array(n));
  const block = new Float64Array(64);
  const columns = starts(rect.x, rect.x + rect.w, whole.width);
  for (const by of starts(rect.y, rect.y + rect.h, whole.height)) {
    const y0 = Math.max(by, rect.y);
    const y1 = Math.min(by + BLOCK, rect.y + rect.h);
    for (const bx of columns) {
      const x0 = Math.max(bx, rect.x);
      const x1 = Math.min(bx + BLOCK, rect.x + rect.w);
      let factor = THRESHOLD;
      for (let a = 0; a < axes.length; a++) {
        const axis = axes[a];
        for (let j = 0; j < BLOCK; j++) {
          const from = (by - at.y + j) * part.width + bx - at.x;
          for (let i = 0; i < BLOCK; i++) block[8 * j + i] = axis[from + i];
        }
        forward(block);
        if (a === 0) factor = THRESHOLD * toneFactor(model.tones, block[0] / top);
        const spectrum = model.spectra[a];
        let left = 1;
        for (let k = 1; k < 64; k++)
          if (Math.abs(block[k]) < factor * spectrum[k]) block[k] = 0;
          else left++;
        inverse(block);
        const weight = 1 / left;
        const sum = sums[a];
        const all = weights[a];
        for (let y = y0; y < y1; y++)
          for (
            let x = x0, o = (y - rect.y) * rect.w + x0 - rect.x, b = (y - by) * 8 + x0 - bx;
            x < x1;
            x++, o++, b++
          ) {
            sum[o] += weight * block[b];
            all[o] += weight;
          }
      }
    }
  }
  if (axes.length === 1) for (let i = 0; i < n; i++) out.data[i] = sums[0][i] / weights[0][i];
  else
    for (let i = 0; i < n; i++) {
      const light = sums[0][i] / weights[0][i] / Math.sqrt(3);
      const u = (sums[1][i] / weights[1][i]) * Math.SQRT1_2;
      const v = sums[2][i] / weights[2][i] / Math.sqrt(6);
      out.data[i] = light + u + v;
      out.data[n + i] = light - 2 * v;
      out.data[2 * n + i] = light - u + v;
    }
  return out;
}

/** Side of the parts on which noise is measured, and how many there are along each side. */
const PROBE = 96;
const PROBES = 5;

/** Parts spread over a picture, on which its noise shows. */
export async function probes(source: PictureSource, side = PROBE, count = PROBES): Promise<Planar[]> {
  const places = (length: number): number[] => {
    const fit = Math.max(1, Math.floor(length / side));
    const k = Math.min(count, fit);
    return Array.from({ length: k }, (_, i) =>
      Math.max(0, Math.min(length - side, Math.round(((i + 0.5) * length) / k - side / 2))),
    );
  };
  const out: Planar[] = [];
  for (const y of places(source.height))
    for (const x of places(source.width))
      out.push(
        await source.read({ x, y, w: Math.min(side, source.width), h: Math.min(side, source.height) }),
      );
  return out;
}

/** Reads what is needed of a source and takes its noise out. */
export async function readDenoised(
  source: PictureSource,
  rect: Rect,
  model: NoiseModel,
  signal?: AbortSignal,
): Promise<{ before: Planar; at: Rect; after: Planar }> {
  const at = grown(rect, DENOISE_REACH, source);
  const before = await source.read(at, signal);
  return { before, at, after: denoised(before, at, rect, source, model) };
}
