/**
 * From a degraded sample to the tensors of a task, written straight into the place of that sample in the batch.
 * Everything is planar float32: sRGB-encoded 0..1, except chroma, which is CIE Lab a* and b* (D65) over 110 at a
 * quarter of the size, what is to be enlarged at half, and masks (0 or 1).
 */
import { srgbDecode } from '../../../app/color/curve.ts';
import { D65, SRGB_TO_XYZ } from '../../../app/color/lab.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { Random } from '../../../app/random.ts';
import type { BatchTensor, TaskName } from './types.ts';

/** a* and b* are divided by this: no colour of sRGB is beyond it. */
export const AB_SCALE = 110;
/** Chroma is predicted at this fraction of the working size. */
export const CHROMA_STEP = 4;

/** Planes of each tensor of a task, and the part of the size that it has, where that is not the whole. */
const LAYOUT: Record<TaskName, Record<string, { planes: number; part?: number }>> = {
  one: { x: { planes: 3 }, y: { planes: 3 }, mask: { planes: 1 } },
  colorist: {
    l: { planes: 1 },
    hints: { planes: 3, part: CHROMA_STEP },
    ab: { planes: 2, part: CHROMA_STEP },
  },
  restorer: { x: { planes: 3 }, y: { planes: 3 }, mask: { planes: 1 } },
  filler: { x: { planes: 3 }, mask: { planes: 1 }, y: { planes: 3 } },
  upscaler: { x: { planes: 3, part: 2 }, y: { planes: 3 } },
};

/** Tensors of zeros for a batch. @throws RangeError when the size does not suit the task */
export function emptyTensors(task: TaskName, batch: number, size: number): Record<string, BatchTensor> {
  if (task === 'colorist' && size % CHROMA_STEP !== 0)
    throw new RangeError(`The colorist's size must be a multiple of ${CHROMA_STEP}, not ${size}.`);
  if (task === 'upscaler' && size % 2 !== 0)
    throw new RangeError(`The upscaler's size must be even, not ${size}.`);
  const out: Record<string, BatchTensor> = {};
  for (const [name, { planes, part = 1 }] of Object.entries(LAYOUT[task])) {
    const side = size / part;
    out[name] = { dims: [batch, planes, side, side], data: new Float32Array(batch * planes * side * side) };
  }
  return out;
}

/** What is known of a sample before it becomes tensors. */
export interface Sample {
  input: Planar;
  target: Planar;
  mask: Planar | null;
}

const STEPS = 4096;
/** Linear light of encoded values in even steps; between them a straight line is within 2e-7. */
const DECODE = Float32Array.from({ length: STEPS + 2 }, (_, i) => srgbDecode(i / STEPS));
function decode(v: number): number {
  const at = (v > 0 ? (v < 1 ? v : 1) : 0) * STEPS;
  const i = at | 0;
  return DECODE[i] + (DECODE[i + 1] - DECODE[i]) * (at - i);
}
const labF = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);

/**
 * a* / 110 and b* / 110 of each 4 x 4 block: the mean over its pixels.
 * @returns two planes of a quarter of the size
 */
export function chromaOf(picture: Planar): Planar {
  const { width, height, data } = picture;
  const out = planar(width / CHROMA_STEP, height / CHROMA_STEP, 2);
  const n = width * height;
  const small = out.width * out.height;
  const m = SRGB_TO_XYZ;
  const scale = 1 / (AB_SCALE * CHROMA_STEP * CHROMA_STEP);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / CHROMA_STEP) * out.width;
    for (let x = 0; x < width; x++, i++) {
      const r = decode(data[i]);
      const g = decode(data[n + i]);
      const b = decode(data[2 * n + i]);
      const fx = labF((m[0] * r + m[1] * g + m[2] * b) / D65[0]);
      const fy = labF(m[3] * r + m[4] * g + m[5] * b);
      const fz = labF((m[6] * r + m[7] * g + m[8] * b) / D65[2]);
      const o = row + ((x / CHROMA_STEP) | 0);
      out.data[o] += 500 * (fx - fy) * scale;
      out.data[small + o] += 200 * (fy - fz) * scale;
    }
  }
  return out;
}

/** Share of samples without any hint, of those with all colours known; the rest has a few points. */
const NO_HINTS = 0.5;
const ALL_HINTS = 0.01;

/**
 * Colour hints as a person would set them (after Zhang et al. 2017, "Real-Time User-Guided Image Colorization"):
 * none in half of the samples, else a geometric number of points (mean 8) of 1 or 2 chroma pixels' side, near
 * the middle more often than at the border, each with the mean colour under it.
 * @param ab two planes; @returns three planes: a/110, b/110, mask
 */
export function drawHints(ab: Planar, random: Random): Planar {
  const { width, height } = ab;
  const n = width * height;
  const out = planar(width, height, 3);
  const kind = random.next();
  if (kind < NO_HINTS) return out;
  if (kind < NO_HINTS + ALL_HINTS) {
    out.data.set(ab.data);
    out.data.fill(1, 2 * n);
    return out;
  }
  const points = 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - 1 / 8));
  for (let p = 0; p < points; p++) {
    const side = 1 + random.int(2);
    const place = (length: number): number =>
      Math.max(0, Math.min(length - side, Math.round(random.normal(length / 2, length / 4))));
    const x0 = place(width);
    const y0 = place(height);
    for (let c = 0; c < 2; c++) {
      let sum = 0;
      for (let y = y0; y < y0 + side; y++)
        for (let x = x0; x < x0 + side; x++) sum += ab.data[c * n + y * width + x];
      for (let y = y0; y < y0 + side; y++)
        out.data.fill(sum / (side * side), c * n + y * width + x0, c * n + y * width + x0 + side);
    }
    for (let y = y0; y < y0 + side; y++)
      out.data.fill(1, 2 * n + y * width + x0, 2 * n + y * width + x0 + side);
  }
  return out;
}

function put(tensor: BatchTensor, at: number, planes: Float32Array): void {
  const size = tensor.data.length / tensor.dims[0];
  tensor.data.set(planes.length === size ? planes : planes.subarray(0, size), at * size);
}

/** Writes sample `at` of a batch. For the colorist `input` is the grey picture (its first plane counts). */
export function fillTensors(
  task: TaskName,
  tensors: Record<string, BatchTensor>,
  at: number,
  sample: Sample,
  random: Random,
): void {
  const { input, target, mask } = sample;
  if (task === 'colorist') {
    const ab = chromaOf(target);
    put(tensors['l'], at, input.data);
    put(tensors['hints'], at, drawHints(ab, random).data);
    put(tensors['ab'], at, ab.data);
    return;
  }
  put(tensors['x'], at, input.data);
  put(tensors['y'], at, target.data);
  if (mask) put(tensors['mask'], at, mask.data);
  if (task === 'filler' && mask) {
    const n = mask.data.length;
    const x = tensors['x'].data.subarray(at * 3 * n, (at + 1) * 3 * n);
    for (let i = 0; i < n; i++) if (mask.data[i] > 0) x[i] = x[n + i] = x[2 * n + i] = 0;
  }
}
