/** Figures of coloured films: steadiness along the film's own motion, colourfulness, colour distributions, error. */
import type { Frame, FrameFormat } from '../../../app/film/frame.ts';
import { abDistance, colourfulness, toLab } from '../../../app/metrics/index.ts';
import {
  estimateMotion,
  inconsistency,
  preparePicture,
  reducedLuma,
  rowVectors,
  type Flow,
} from '../../../main/actions/film/clean/motion/index.ts';
import { rgbOf } from './clips.ts';

/** Way back that does not lead home, in pixels, and difference of luma from which a place counts as covered. */
const ASTRAY = 1;
const OTHER = 20;

export interface Way {
  flow: Flow;
  /** By pixel of luma: 1 where the place is seen in both frames. */
  visible: Uint8Array;
}

/** Motion from each frame to the one before it, by the luma. */
export function waysOf(frames: readonly Frame[], format: FrameFormat): (Way | null)[] {
  const pictures = frames.map((frame) => reducedLuma(frame, format, 1));
  const pyramids = pictures.map((picture) => preparePicture(picture));
  return frames.map((_, t) => {
    if (t === 0) return null;
    const flow = estimateMotion(pyramids[t], pyramids[t - 1]);
    const apart = inconsistency(flow, estimateMotion(pyramids[t - 1], pyramids[t]));
    const { width, height } = format;
    const visible = new Uint8Array(width * height);
    const vx = new Float32Array(width);
    const vy = new Float32Array(width);
    const now = pictures[t].data;
    const then = pictures[t - 1].data;
    for (let y = 0; y < height; y++) {
      rowVectors(flow, y, width, 1, 1, vx, vy);
      for (let x = 0; x < width; x++) {
        const px = Math.round(x + vx[x]);
        const py = Math.round(y + vy[x]);
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        const cell = Math.min(flow.rows - 1, y >> 2) * flow.columns + Math.min(flow.columns - 1, x >> 2);
        if (apart[cell] < ASTRAY && Math.abs(now[y * width + x] - then[py * width + px]) < OTHER)
          visible[y * width + x] = 1;
      }
    }
    return { flow, visible };
  });
}

/** Mean squared difference of chroma (codes of 8 bits) along the motion, over what is visible. */
export function warpError(now: Frame, before: Frame, { flow, visible }: Way, format: FrameFormat): number {
  const width = (format.width + 1) >> 1;
  const height = (format.height + 1) >> 1;
  const vx = new Float32Array(width);
  const vy = new Float32Array(width);
  let sum = 0;
  let count = 0;
  for (let y = 0, o = 0; y < height; y++) {
    rowVectors(flow, y, width, width / flow.width, height / flow.height, vx, vy);
    for (let x = 0; x < width; x++, o++) {
      if (!visible[Math.min(format.height - 1, 2 * y) * format.width + Math.min(format.width - 1, 2 * x)])
        continue;
      const px = Math.min(width - 1.001, Math.max(0, x + vx[x]));
      const py = Math.min(height - 1.001, Math.max(0, y + vy[x]));
      const ix = px | 0;
      const iy = py | 0;
      const fx = px - ix;
      const fy = py - iy;
      const i = iy * width + ix;
      for (const plane of [1, 2]) {
        const p = before.planes[plane];
        const a = p[i] + (p[i + 1] - p[i]) * fx;
        const b = p[i + width] + (p[i + width + 1] - p[i + width]) * fx;
        sum += (now.planes[plane][o] - (a + (b - a) * fy)) ** 2;
        count++;
      }
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Jensen-Shannon divergence of two frames' colour distributions, mean over red, green and blue in 64 steps. */
export function divergence(p: Float64Array[], q: Float64Array[]): number {
  let sum = 0;
  for (let c = 0; c < 3; c++)
    for (let k = 0; k < p[c].length; k++) {
      const m = (p[c][k] + q[c][k]) / 2;
      if (p[c][k] > 0) sum += 0.5 * p[c][k] * Math.log2(p[c][k] / m);
      if (q[c][k] > 0) sum += 0.5 * q[c][k] * Math.log2(q[c][k] / m);
    }
  return sum / 3;
}

function distribution(frame: Frame, format: FrameFormat): Float64Array[] {
  const { data, width, height } = rgbOf(frame, format);
  const n = width * height;
  return [0, 1, 2].map((c) => {
    const counts = new Float64Array(64);
    for (let i = 0; i < n; i++) counts[Math.min(63, Math.floor(64 * data[c * n + i]))] += 1 / n;
    return counts;
  });
}

export interface Steadiness {
  warp: number;
  colourfulness: number;
  /** At steps 1, 2 and 4. */
  divergence: number[];
}

export function steadinessOf(
  frames: readonly Frame[],
  ways: readonly (Way | null)[],
  format: FrameFormat,
): Steadiness {
  const mean = (list: number[]): number => list.reduce((s, v) => s + v, 0) / Math.max(1, list.length);
  const spreads = frames.map((frame) => distribution(frame, format));
  return {
    warp: mean(
      frames.flatMap((frame, t) => {
        const way = ways[t];
        return way ? [warpError(frame, frames[t - 1], way, format)] : [];
      }),
    ),
    colourfulness: mean(frames.map((frame) => colourfulness(rgbOf(frame, format)))),
    divergence: [1, 2, 4].map((k) => mean(spreads.slice(k).map((p, t) => divergence(p, spreads[t])))),
  };
}

/** Mean distance in a*b* from the truth. */
export function colourError(frames: readonly Frame[], truth: readonly Frame[], format: FrameFormat): number {
  let sum = 0;
  frames.forEach((frame, t) => {
    sum += abDistance(toLab(rgbOf(truth[t], format)), toLab(rgbOf(frame, format)));
  });
  return sum / frames.length;
}
