/**
 * Detail: local contrast and sharpening, in the lightness alone.
 *
 * analyse   the whole picture, reduced, for local contrast (contrast.ts); a few parts at the size at hand for the noise
 *           of the band that is sharpened (noise.ts)
 * process   v + room-limited( gain * (slope * smoothed + offset) + amount * shrunk(lightness - smoothed) )
 *
 * `smoothed` is a Gaussian whose radius follows the full size of the picture, so that a preview shows what the reduced
 * export will. Sharpening takes differences less three times their noise (soft threshold: Donoho, "De-noising by
 * soft-thresholding", IEEE Transactions on Information Theory 41, 1995), so grain stays as it is; it may pass the
 * lightest and darkest sample around a pixel by a twentieth of their distance, no more, so edges get steep and no seam.
 */
import { reducePlane } from '../../../app/color/guided.ts';
import type { DetailParams } from '../../../app/recipe/restore.ts';
import { cut, grown, type PictureSource } from '../picture/source.ts';
import { PLAN_SIDE, planContrast, type ContrastPlan } from './contrast.ts';
import { extremes, gaussian, smooth } from './filters.ts';
import { lighten, lumaOf } from './luma.ts';
import { BandMeter, noiseAt, type BandNoise } from './noise.ts';

export { planContrast, type ContrastPlan } from './contrast.ts';
export type { BandNoise } from './noise.ts';

/** Gain of local contrast and amount of sharpening with the sliders at 1. */
const CONTRAST = 1.4;
const SHARPEN = 3;
/** Standard deviations of the noise that a difference must pass. */
const THRESHOLD = 3;
/** How far beyond its surroundings a sample may go, in their range. */
const OVERSHOOT = 0.05;
/** Side of the parts on which noise is measured, and how many there are along each side. */
const PROBE = 96;
const PROBES = 4;
const ROWS = 256;

type Sliders = Pick<DetailParams, 'contrast' | 'sharpen'>;

/** What detail knows of a picture as a whole. Plain data. */
export interface DetailAnalysis {
  contrast: ContrastPlan;
}

/** Radius of the smoothed copy in pixels of the source: a 1600th of the longest side of the full picture, 0.7..2.2 px there. */
export function detailRadius({
  width,
  height,
  scale,
}: Pick<PictureSource, 'width' | 'height' | 'scale'>): number {
  const side = Math.max(width, height) / scale;
  return Math.min(2.2, Math.max(0.7, side / 1600)) * scale;
}

/** What detail must know of the whole picture. It may be found on a reduced source and used at any size. */
export async function analyseDetail(source: PictureSource, signal?: AbortSignal): Promise<DetailAnalysis> {
  const { width, height, space } = source;
  const across = Math.min(
    width,
    Math.max(1, Math.round(width * Math.min(1, PLAN_SIDE / Math.max(width, height)))),
  );
  const narrow = new Float32Array(across * height);
  for (let y = 0; y < height; y += ROWS) {
    const h = Math.min(ROWS, height - y);
    const part = await source.read({ x: 0, y, w: width, h }, signal);
    narrow.set(
      reducePlane(lumaOf(part, space), { width, height: h }, { width: across, height: h }),
      y * across,
    );
  }
  const down = Math.min(height, Math.max(1, Math.round((height * across) / width)));
  const plane = reducePlane(narrow, { width: across, height }, { width: across, height: down });
  return { contrast: planContrast(plane, { width: across, height: down }) };
}

/** Noise of the band that is sharpened, on parts spread over the picture. */
async function measure(source: PictureSource, half: Float64Array): Promise<BandNoise> {
  const meter = new BandMeter();
  const margin = half.length - 1;
  const side = PROBE + 2 * margin;
  const places = (length: number): number[] =>
    length <= PROBES * side
      ? Array.from({ length: Math.ceil(length / side) }, (_, i) => i * side)
      : Array.from({ length: PROBES }, (_, i) => Math.round(((i + 0.5) * length) / PROBES - side / 2));
  for (const y of places(source.height))
    for (const x of places(source.width)) {
      const w = Math.min(side, source.width - x);
      const h = Math.min(side, source.height - y);
      const luma = lumaOf(await source.read({ x, y, w, h }), source.space);
      const size = { width: w, height: h };
      const band = smooth(luma, size, half);
      for (let i = 0; i < band.length; i++) band[i] = luma[i] - band[i];
      meter.add(luma, band, size, margin);
    }
  return meter.result();
}

/** Reads the plan between its samples. */
function planReader(
  { width, height, slope, offset }: ContrastPlan,
  whole: { width: number; height: number },
) {
  const axis = (n: number, m: number, i: number): { low: number; part: number } => {
    const at = Math.min(n - 1, Math.max(0, ((i + 0.5) * n) / m - 0.5));
    const low = Math.min(Math.max(0, n - 2), Math.floor(at));
    return { low, part: n === 1 ? 0 : at - low };
  };
  const right = width > 1 ? 1 : 0;
  const below = height > 1 ? width : 0;
  return (x0: number, w: number) => {
    const columns = Array.from({ length: w }, (_, i) => axis(width, whole.width, x0 + i));
    const low = Int32Array.from(columns, (c) => c.low);
    const part = Float64Array.from(columns, (c) => c.part);
    return (y: number, use: (x: number, slope: number, offset: number) => void): void => {
      const row = axis(height, whole.height, y);
      for (let x = 0; x < w; x++) {
        const i = row.low * width + low[x];
        const u = part[x];
        const v = row.part;
        const mix = (p: Float32Array): number => {
          const top = p[i] + (p[i + right] - p[i]) * u;
          return top + (p[i + below] + (p[i + below + right] - p[i + below]) * u - top) * v;
        };
        use(x, mix(slope), mix(offset));
      }
    };
  };
}

/**
 * The picture with local contrast and sharpening.
 * @param analysis what was found on a copy of the same picture; without, the source is read once for it
 */
export function detailedSource(
  source: PictureSource,
  params: Sliders,
  analysis?: DetailAnalysis,
): PictureSource {
  const { contrast, sharpen } = params;
  if (contrast === 0 && sharpen === 0) return source;
  const half = gaussian(detailRadius(source));
  const reach = half.length - 1;
  const window = Math.max(1, Math.round(reach / 2));
  const margin = Math.max(reach, window);
  let noise: Promise<BandNoise> | null = null;
  let plan: Promise<ContrastPlan> | null = null;
  return {
    ...source,
    async read(rect, signal) {
      if (sharpen > 0) noise ??= measure(source, half);
      if (contrast > 0)
        plan ??= analysis
          ? Promise.resolve(analysis.contrast)
          : analyseDetail(source).then((a) => a.contrast);
      const levels = await noise;
      const planned = await plan;
      const wide = grown(rect, margin, source);
      const part = await source.read(wide, signal);
      const size = { width: wide.w, height: wide.h };
      const luma = lumaOf(part, source.space);
      const soft = smooth(luma, size, half);
      const out = cut(part, { x: rect.x - wide.x, y: rect.y - wide.y, w: rect.w, h: rect.h });
      const n = rect.w * rect.h;
      const change = new Float32Array(n);
      const inner = (y: number): number => (y + rect.y - wide.y) * wide.w + rect.x - wide.x;
      if (levels) {
        const { low, high } = extremes(luma, size, window);
        for (let y = 0; y < rect.h; y++)
          for (let x = 0, i = inner(y), o = y * rect.w; x < rect.w; x++, i++, o++) {
            const d = luma[i] - soft[i];
            const least = THRESHOLD * noiseAt(levels, soft[i]);
            if (Math.abs(d) <= least) continue;
            const by = SHARPEN * sharpen * (d > 0 ? d - least : d + least);
            const beyond = OVERSHOOT * (high[i] - low[i]);
            change[o] = Math.min(high[i] + beyond - luma[i], Math.max(low[i] - beyond - luma[i], by));
          }
      }
      if (planned) {
        const row = planReader(planned, source)(rect.x, rect.w);
        for (let y = 0; y < rect.h; y++) {
          const i = inner(y);
          row(rect.y + y, (x, slope, offset) => {
            change[y * rect.w + x] += CONTRAST * contrast * (slope * soft[i + x] + offset);
          });
        }
      }
      for (let i = 0; i < n; i++) lighten(out.data, out.channels, n, i, change[i]);
      return out;
    },
  };
}
