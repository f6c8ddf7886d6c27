/**
 * Motion between two frames of a film: coarse to fine over a pyramid, patches that overlap, parts of a pixel.
 * Frames are compared at a reduced size (`motionFactor`), where grain is averaged and a film's motion still shows.
 */
import { chromaShift, type Frame, type FrameFormat } from '../../../../../app/film/frame.ts';
import type { Flow } from './flow.ts';
import { preparePicture, STEP, type Luma, type Pyramid } from './pyramid.ts';
import { emptyField, searchLevel, type Field } from './search.ts';

export type { Luma, Pyramid } from './pyramid.ts';
export { preparePicture } from './pyramid.ts';
export * from './flow.ts';

export interface MotionOptions {
  /** Gauss-Newton steps a patch on the finest level (default 4; 2: faster, a little less exact). */
  steps?: number;
  /** A flow between the same frames' neighbours, taken as a first guess on the coarsest level where it agrees better. */
  guess?: Flow | null;
}

/** The finer level's prediction: vectors of the coarser one, doubled, each patch its nearest coarse patch's. */
function refine(coarse: Field, columns: number, rows: number): Field {
  const fine = emptyField(columns, rows);
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      const from = Math.min(coarse.rows - 1, r >> 1) * coarse.columns + Math.min(coarse.columns - 1, c >> 1);
      fine.dx[k] = 2 * coarse.dx[from];
      fine.dy[k] = 2 * coarse.dy[from];
    }
  return fine;
}

/**
 * Motion from `a` to `b`, both of one size: for every cell of 4 x 4 pixels where its content lies in b.
 * @throws RangeError when the sizes differ
 */
export function estimateMotion(a: Luma | Pyramid, b: Luma | Pyramid, options: MotionOptions = {}): Flow {
  const from = 'levels' in a ? a : preparePicture(a);
  const to = 'levels' in b ? b : preparePicture(b);
  if (from.width !== to.width || from.height !== to.height)
    throw new RangeError(`estimateMotion: ${from.width}x${from.height} against ${to.width}x${to.height}`);
  const top = from.levels.length - 1;
  const { columns, rows } = from.levels[top];
  let field = emptyField(columns, rows);
  if (options.guess) {
    const scale = 2 ** top;
    const g = options.guess;
    for (let r = 0, k = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, k++) {
        const i = Math.min(g.rows - 1, Math.round((r + 0.5) * scale)) * g.columns;
        const j = i + Math.min(g.columns - 1, Math.round((c + 0.5) * scale));
        field.dx[k] = g.dx[j] / scale;
        field.dy[k] = g.dy[j] / scale;
      }
  }
  for (let l = top; l >= 0; l--) {
    const level = from.levels[l];
    if (l < top) field = refine(field, level.columns, level.rows);
    // On the coarsest level a thing may be two patches wide and its texture mostly averaged away: what was mistaken there
    // by one pixel lies two away on the next, where it is looked for once more (few patches, little time).
    searchLevel(level, to.levels[l], field, {
      steps: l === 0 ? (options.steps ?? 4) : 5,
      reach: l === top ? 3 : l === top - 1 ? 2 : 0,
    });
  }
  return { ...field, width: from.width, height: from.height, step: STEP };
}

/** By how much a film of this size is reduced before motion is looked for: its longer side then is 480 pixels at most. */
export const motionFactor = (width: number, height: number): number =>
  Math.max(1, Math.ceil(Math.max(width, height) / 480));

/** 8-bit luma of a frame, reduced by a whole factor (mean of factor x factor pixels); R, G, B count as 1 : 2 : 1. */
export function reducedLuma(frame: Frame, format: FrameFormat, factor: number): Luma {
  const { bits, sampling } = format;
  const width = Math.ceil(format.width / factor);
  const height = Math.ceil(format.height / factor);
  const rgb = sampling === 'rgb';
  const out = new Uint8Array(width * height);
  const sums = new Float64Array(width);
  const [first, second, third] = frame.planes;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const rows = Math.min(factor, format.height - y * factor);
    for (let j = 0; j < rows; j++) {
      let i = (y * factor + j) * format.width;
      for (let x = 0; x < width; x++) {
        const end = Math.min(format.width, (x + 1) * factor) + (y * factor + j) * format.width;
        let s = 0;
        if (rgb) for (; i < end; i++) s += (first[i] + 2 * second[i] + third[i]) / 4;
        else for (; i < end; i++) s += first[i];
        sums[x] += s;
      }
    }
    for (let x = 0; x < width; x++) {
      const columns = Math.min(factor, format.width - x * factor);
      out[y * width + x] = Math.min(255, sums[x] / (rows * columns * 2 ** (bits - 8)) + 0.5);
    }
  }
  return { width, height, data: out };
}

/** Whether a plane of the format is chroma, and its shift; for moving planes along with luma. */
export const planeShift = (format: FrameFormat, plane: number): { x: number; y: number } =>
  plane === 0 ? { x: 0, y: 0 } : chromaShift(format.sampling);
