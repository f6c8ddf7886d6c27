/**
 * Fields of a frame: whether two of them were woven together that were taken at different times, which of them came first,
 * and what a field looks like with the lines it lacks. A missing line is taken from the frame where nothing moved and from the
 * lines above and below where something did, as yadif does it (Michael Niedermayer): the change over time bounds how far the
 * woven line may lie from what its field says.
 */
import type { Samples } from '../../../../../app/film/frame.ts';

export interface Plane {
  width: number;
  height: number;
  data: Samples;
}

/**
 * How combed a plane is: share of pixels that lie outside both their vertical neighbours by more than those differ from each other
 * and by more than `least`: (c - a)(c - b) > least^2 and |a - b| small.
 */
export function combing(plane: Plane, least: number): number {
  const { width, height, data } = plane;
  let combed = 0;
  let count = 0;
  for (let y = 2; y < height - 2; y += 1)
    for (let x = 1, i = y * width + 1; x < width - 1; x += 2, i += 2) {
      const up = data[i] - data[i - width];
      const down = data[i] - data[i + width];
      count++;
      if (
        up * down > least * least &&
        Math.abs(data[i] - data[i - 2 * width]) < least &&
        Math.abs(data[i] - data[i + 2 * width]) < least
      )
        combed++;
    }
  return count > 0 ? combed / count : 0;
}

/** Mean difference between the lines of parity `pa` of one frame and those of parity `pb`, next to them, of another. */
export function fieldDistance(a: Plane, pa: number, b: Plane, pb: number): number {
  const { width, height } = a;
  let sum = 0;
  let count = 0;
  for (let y = pa + 2; y < height - 2; y += 2) {
    // Lines of the other parity lie one above and one below: their mean stands for the line itself.
    const other = pa === pb ? y : -1;
    for (let x = 0; x < width; x += 2) {
      const v =
        other >= 0 ? b.data[y * width + x] : (b.data[(y - 1) * width + x] + b.data[(y + 1) * width + x]) / 2;
      sum += Math.abs(a.data[y * width + x] - v);
      count++;
    }
  }
  return count > 0 ? sum / count : 0;
}

/** The field of parity `keep` (0: even lines) made a whole plane; `before` and `after`: the frames beside it, null: none. */
export function wholeField(here: Plane, keep: number, before: Plane | null, after: Plane | null): Samples {
  const { width, height, data } = here;
  const out = data instanceof Uint16Array ? new Uint16Array(data) : new Uint8Array(data);
  for (let y = 1 - keep; y < height; y += 2) {
    const above = y > 0 ? y - 1 : y + 1;
    const below = y + 1 < height ? y + 1 : y - 1;
    if (above >= height || below < 0) continue;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const a = data[above * width + x];
      const b = data[below * width + x];
      const spatial = edgeMean(data, above * width, below * width, x, width);
      if (!before || !after) {
        out[i] = spatial;
        continue;
      }
      // The woven line, from the frame's own other field and those beside it.
      const p = before.data[i];
      const n = after.data[i];
      const own = data[i];
      const woven = (p + n + 2 * own) / 4;
      const change = Math.max(
        Math.abs(p - n) / 2,
        (Math.abs(before.data[above * width + x] - a) + Math.abs(before.data[below * width + x] - b)) / 2,
        (Math.abs(after.data[above * width + x] - a) + Math.abs(after.data[below * width + x] - b)) / 2,
        // What lies outside both its lines is combing, however little the frames differ.
        own > a && own > b ? (own - Math.max(a, b)) / 2 : own < a && own < b ? (Math.min(a, b) - own) / 2 : 0,
      );
      out[i] = Math.round(
        spatial > woven + change ? woven + change : spatial < woven - change ? woven - change : spatial,
      );
      if (change < 0.5) out[i] = own;
    }
  }
  return out;
}

/** Mean of the lines above and below in the direction (up to two pixels aslant) in which they agree best. */
function edgeMean(data: Samples, above: number, below: number, x: number, width: number): number {
  let best = (data[above + x] + data[below + x]) / 2;
  if (x < 3 || x > width - 4) return Math.round(best);
  const score = (k: number): number =>
    Math.abs(data[above + x - 1 + k] - data[below + x - 1 - k]) +
    Math.abs(data[above + x + k] - data[below + x - k]) +
    Math.abs(data[above + x + 1 + k] - data[below + x + 1 - k]);
  let least = score(0) - 1;
  for (const k of [-1, 1, -2, 2]) {
    const s = score(k);
    if (s < least) {
      least = s;
      best = (data[above + x + k] + data[below + x - k]) / 2;
    }
  }
  return Math.round(best);
}

/** Lines of parity 0 from `even`, of parity 1 from `odd`. */
export function weave(even: Plane, odd: Plane): Samples {
  const { width, height } = even;
  const out = even.data instanceof Uint16Array ? new Uint16Array(even.data) : new Uint8Array(even.data);
  for (let y = 1; y < height; y += 2) out.set(odd.data.subarray(y * width, (y + 1) * width), y * width);
  return out;
}
