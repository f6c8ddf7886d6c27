/** Measures of cleaning: errors inside and outside planted damage, false events, gains, the power of what is finer than two pixels. */
import type { Samples } from '../../../../app/film/frame.ts';
import type { Clip } from './clip.ts';

/** Peak signal to noise of luma inside and outside the masks, and pixels outside that differ. */
export function psnr(
  clip: Clip,
  truth: Clip,
  masks: readonly Uint8Array[],
): { inside: number; outside: number; changed: number } {
  const sums = [0, 0];
  const counts = [0, 0];
  let changed = 0;
  clip.frames.forEach((frame, k) => {
    const a = frame.planes[0];
    const b = truth.frames[k].planes[0];
    const mask = masks[k];
    for (let i = 0; i < a.length; i++) {
      const at = mask[i] ? 1 : 0;
      sums[at] += (a[i] - b[i]) ** 2;
      counts[at]++;
      if (!at && a[i] !== b[i]) changed++;
    }
  });
  const db = (k: number): number => 10 * Math.log10((255 * 255 * counts[k]) / sums[k]);
  return { inside: db(1), outside: db(0), changed };
}

/** Mean change of the pixels of a piece, grey levels. */
export function visible(pixels: Int32Array, damaged: Samples, truth: Samples): number {
  let sum = 0;
  for (const i of pixels) sum += Math.abs(damaged[i] - truth[i]);
  return sum / pixels.length;
}

/** Connected pieces of `found` that touch nothing planted. */
export function falseEvents(found: Uint8Array, planted: Uint8Array, width: number): number {
  const seen = new Uint8Array(found.length);
  let count = 0;
  for (let start = 0; start < found.length; start++) {
    if (!found[start] || seen[start]) continue;
    const stack = [start];
    seen[start] = 1;
    let real = false;
    while (stack.length > 0) {
      const i = stack.pop() as number;
      if (planted[i]) real = true;
      const x = i % width;
      for (const k of [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width]) {
        if (k < 0 || k >= found.length || !found[k] || seen[k]) continue;
        seen[k] = 1;
        stack.push(k);
      }
    }
    if (!real) count++;
  }
  return count;
}

/** Mean log gain of each frame over the truth, over pixels of middle tone. */
export function meanLog(clip: Clip, truth: Clip): number[] {
  return clip.frames.map((frame, k) => {
    const a = frame.planes[0];
    const b = truth.frames[k].planes[0];
    let above = 0;
    let below = 0;
    for (let i = 0; i < a.length; i += 3)
      if (b[i] > 40 && b[i] < 190) {
        above += a[i] - 16;
        below += b[i] - 16;
      }
    return below > 0 && above > 0 ? Math.log(above / below) : 0;
  });
}

/** Standard deviation. */
export function spread(v: readonly number[]): number {
  const mean = v.reduce((a, b) => a + b, 0) / v.length;
  return Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length);
}

/** Power of second differences along rows inside the masks, against the truth's: 1 where grain is as it was. */
export function highPower(clip: Clip, truth: Clip, masks: readonly Uint8Array[]): number {
  let ours = 0;
  let theirs = 0;
  clip.frames.forEach((frame, k) => {
    const a = frame.planes[0];
    const b = truth.frames[k].planes[0];
    for (let i = 1; i < a.length - 1; i++)
      if (masks[k][i] && masks[k][i - 1] && masks[k][i + 1]) {
        ours += (a[i - 1] - 2 * a[i] + a[i + 1]) ** 2;
        theirs += (b[i - 1] - 2 * b[i] + b[i + 1]) ** 2;
      }
  });
  return ours / theirs;
}
