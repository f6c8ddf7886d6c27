/**
 * Cleaning: a repeating pattern first (paper when it is asked for by a strength, a press's screen when it is switched
 * on), then noise, grain, blur and JPEG, by the network `restorer` or, where there are no weights for it, by a denoiser
 * of cosine blocks that knows noise only.
 *
 * analyse   noise and patterns on parts spread over the source, at the size at hand (they are what sampling makes them)
 * process   v + w (clean(v) - v),  w = strength; within faces no more than their own strength, softly
 */
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import type { CleanParams } from '../../../app/recipe/restore.ts';
import { convertPlanes } from '../picture/as-is.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { cut, type PictureSource } from '../picture/source.ts';
import type { FaceBox } from '../repair/index.ts';
import { places } from './defects.ts';
import { probes, readDenoised } from './denoise.ts';
import { faceMask } from './faces.ts';
import { mirrored } from './mirror.ts';
import { measureNoise, type NoiseModel } from './noise.ts';
import { notchedSource } from './notch.ts';
import { findPeaks, patternOf, WINDOW, type Peak } from './spectrum.ts';

export { CLEANER, cleanerFor, surfaceOf, type Cleaner, type Surface } from './choice.ts';
export { estimateDefects, type Defects } from './defects.ts';
export { probes } from './denoise.ts';
export { faceMask } from './faces.ts';
export { noiseLevel, type NoiseModel } from './noise.ts';
export type { Pattern, Peak } from './spectrum.ts';

type Sliders = Pick<CleanParams, 'strength' | 'faces' | 'paper' | 'halftone'>;

/** Windows along each side on which patterns are looked for. */
const WINDOWS = 6;

/** The peaks of a pattern by channel. @returns null when nothing repeats */
async function findPattern(source: PictureSource): Promise<Peak[][] | null> {
  const { width, height, channels } = source;
  if (width < WINDOW || height < WINDOW) return null;
  const size = WINDOW * WINDOW;
  const windows: Float32Array[][] = Array.from({ length: channels }, () => []);
  for (const y of places(height, WINDOW, WINDOWS))
    for (const x of places(width, WINDOW, WINDOWS)) {
      const { data } = await source.read({ x, y, w: WINDOW, h: WINDOW });
      for (let c = 0; c < channels; c++) windows[c].push(data.subarray(c * size, (c + 1) * size));
    }
  const peaks = windows.map((list) => findPeaks(list));
  return peaks.some((list) => patternOf(list)) ? peaks : null;
}

/** Without the pattern, as far as it was asked for. */
function unpatterned(source: PictureSource, { paper, halftone }: Sliders): PictureSource {
  if (paper === 0 && !halftone) return source;
  let made: Promise<PictureSource> | null = null;
  const make = async (): Promise<PictureSource> => {
    const peaks = await findPattern(source);
    // Whichever it is: fine relief and coarse dots are not always told apart, but somebody has asked.
    return peaks ? notchedSource(source, peaks, halftone ? 1 : paper) : source;
  };
  return {
    ...source,
    read: async (rect, signal) => {
      made ??= make();
      return (await made).read(rect, signal);
    },
  };
}

/** Planes of what the network wants: three, sRGB-encoded. */
function threePlanes({ width, height, channels, data }: Planar): Planar {
  if (channels === 3) return { width, height, channels, data: data.slice() };
  const out = new Float32Array(3 * data.length);
  for (let c = 0; c < 3; c++) out.set(data, c * data.length);
  return { width, height, channels: 3, data: out };
}

/**
 * Side that a part of a larger picture is widened to before a network sees it: parts at the right and lower border are
 * as large as all others, and one session does them all, where each size of tensors would need its own.
 */
const LEAST = 512;

/** Where the view of a part begins along one axis, on the network's grid, and how long it is. */
function viewOf(at: number, length: number, picture: number, multiple: number): [number, number] {
  const start = Math.floor(at / multiple) * multiple;
  const size = Math.ceil((at + length - start) / multiple) * multiple;
  if (size >= LEAST || picture <= LEAST) return [start, size];
  return [Math.min(start, Math.ceil((picture - LEAST) / multiple) * multiple), LEAST];
}

/**
 * What the network would put in the place of a part, in the source's space. The part is read with the network's reach
 * around it, mirrored beyond the picture, and begins on the network's grid: the answer is that for the whole picture.
 */
async function byNetwork(
  source: PictureSource,
  rect: Rect,
  network: OpenNetwork,
  signal?: AbortSignal,
): Promise<{ before: Planar; after: Planar }> {
  const { multiple, reach } = network;
  const margin = Math.ceil((reach ?? 0) / multiple) * multiple;
  const [x, w] = viewOf(rect.x, rect.w, source.width, multiple);
  const [y, h] = viewOf(rect.y, rect.h, source.height, multiple);
  const wide =
    reach === null
      ? { x: 0, y: 0, w: source.width, h: source.height }
      : { x: x - margin, y: y - margin, w: w + 2 * margin, h: h + 2 * margin };
  const part = await mirrored(source, wide, signal);
  const inner = { x: rect.x - wide.x, y: rect.y - wide.y, w: rect.w, h: rect.h };
  const before = cut(part, inner);
  const given = threePlanes(part);
  convertPlanes(given, source.space, 'srgb');
  // A size that comes again and again needs no rounding up.
  const exact = reach !== null && w === LEAST && h === LEAST;
  const answers = await network.apply({ x: given }, { exact, ...(signal ? { signal } : {}) });
  const answer = answers['y'] ?? Object.values(answers)[0];
  if (answer.width !== given.width || answer.height !== given.height || answer.channels !== 3)
    throw new RangeError(
      `${network.name} answers ${answer.width}x${answer.height} for ${given.width}x${given.height}`,
    );
  const after = cut(answer, inner);
  const was = cut(given, inner);
  // The way to sRGB and back is not exact: only what the network changed may change.
  convertPlanes(after, 'srgb', source.space);
  convertPlanes(was, 'srgb', source.space);
  const n = rect.w * rect.h;
  const out = { ...before, data: before.data.slice() };
  for (let i = 0; i < n; i++)
    if (before.channels === 1) {
      let sum = 0;
      for (let c = 0; c < 3; c++) sum += after.data[c * n + i] - was.data[c * n + i];
      out.data[i] += sum / 3;
    } else for (let c = 0; c < 3; c++) out.data[c * n + i] += after.data[c * n + i] - was.data[c * n + i];
  return { before, after: out };
}

/**
 * The picture cleaned.
 * @param network the restorer; null: noise alone goes, without one
 * @param faces where `params.faces` limits the strength; null: none are known
 */
export function cleanedSource(
  source: PictureSource,
  params: Sliders,
  network: OpenNetwork | null,
  faces: readonly FaceBox[] | null,
): PictureSource {
  const { strength } = params;
  const plain = unpatterned(source, params);
  if (strength === 0) return plain;
  let model: Promise<NoiseModel> | null = null;
  return {
    ...source,
    async read(rect, signal) {
      let before: Planar;
      let after: Planar;
      if (network) ({ before, after } = await byNetwork(plain, rect, network, signal));
      else {
        model ??= probes(plain).then(measureNoise);
        const read = await readDenoised(plain, rect, await model, signal);
        before = cut(read.before, { x: rect.x - read.at.x, y: rect.y - read.at.y, w: rect.w, h: rect.h });
        after = read.after;
      }
      const limited = faces?.length && params.faces < strength ? faceMask(faces, rect, source) : null;
      const n = rect.w * rect.h;
      for (let c = 0; c < before.channels; c++)
        for (let i = 0; i < n; i++) {
          const w = limited ? strength + (params.faces - strength) * limited[i] : strength;
          const k = c * n + i;
          before.data[k] += w * (after.data[k] - before.data[k]);
        }
      return before;
    },
  };
}
