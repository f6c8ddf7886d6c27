/**
 * Where a picture's colours lie. All tones of a black-and-white print, toned or yellowed, lie on one curve from its
 * shadows to its paper; what lies beside the curve is not silver: bare paper, another layer, dirt. A colour picture has
 * a cloud instead of a curve, and says so by its width.
 */
import type { Planar } from '../../../../app/planar.ts';
import { boxMean, halved } from '../filters.ts';

/** Places along the tone scale. */
const PLACES = 24;
/** Pixels of a place from which its median counts. */
const ENOUGH = 40;

export interface OffCurve {
  /** Colour differences red minus luma and blue minus luma, in units of the picture's tonal range, a little smoothed. */
  red: Float32Array;
  blue: Float32Array;
  /** Each pixel's distance from the curve, and how pale it is beside it: distance towards grey, below 0 away from it. */
  off: Float32Array;
  pale: Float32Array;
  /** Median distance, at least 0.004: how wide the curve is. */
  width: number;
}

/** The colour planes of a picture, reduced `times` by halves, and stretched as `luma` is. */
function differences(picture: Planar, times: number): { red: Float32Array; blue: Float32Array } {
  const n = picture.width * picture.height;
  let { width, height } = picture;
  let red: Float32Array = new Float32Array(n);
  let blue: Float32Array = new Float32Array(n);
  if (picture.channels === 3)
    for (let i = 0; i < n; i++) {
      const { data } = picture;
      const y = 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
      red[i] = data[i] - y;
      blue[i] = data[2 * n + i] - y;
    }
  for (let k = 0; k < times; k++) {
    red = halved(red, width, height);
    blue = halved(blue, width, height);
    width = (width + 1) >> 1;
    height = (height + 1) >> 1;
  }
  return { red: boxMean(red, width, height, 1), blue: boxMean(blue, width, height, 1) };
}

/**
 * @param luma of the reduced picture, stretched to its range (0..1)
 * @param times how often the picture was halved for it
 */
export function offCurve(picture: Planar, luma: Float32Array, times: number): OffCurve {
  const { red, blue } = differences(picture, times);
  const n = luma.length;
  const placeOf = (v: number): number => Math.min(PLACES - 1, Math.max(0, Math.floor(v * PLACES)));
  const every = Math.max(1, Math.floor(n / 120000));
  const lists = Array.from({ length: PLACES }, (): number[] => []);
  for (let i = 0; i < n; i += every) lists[placeOf(luma[i])].push(i);
  const curve = [red, blue].map((plane) => {
    const middle = lists.map((list) =>
      list.length * every < ENOUGH
        ? NaN
        : (list.map((i) => plane[i]).sort((a, b) => a - b)[list.length >> 1] ?? NaN),
    );
    return bridged(middle);
  });
  const at = (list: readonly number[], v: number): number => {
    const t = Math.min(PLACES - 1.001, Math.max(0, v * PLACES - 0.5));
    const k = Math.floor(t);
    return list[k] + (t - k) * (list[k + 1] - list[k]);
  };
  const off = new Float32Array(n);
  const pale = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const r = at(curve[0], luma[i]);
    const b = at(curve[1], luma[i]);
    const dr = red[i] - r;
    const db = blue[i] - b;
    off[i] = Math.hypot(dr, db);
    pale[i] = -(dr * r + db * b) / (Math.hypot(r, b) + 0.01);
  }
  const sample: number[] = [];
  for (let i = 0; i < n; i += every) sample.push(off[i]);
  sample.sort((a, b) => a - b);
  return { red, blue, off, pale, width: Math.max(0.004, sample[sample.length >> 1]) };
}

/** Gaps of a list between its neighbours. */
function bridged(list: readonly number[]): number[] {
  const known = list.flatMap((v, k) => (Number.isNaN(v) ? [] : [k]));
  if (known.length === 0) return list.map(() => 0);
  return list.map((v, k) => {
    if (!Number.isNaN(v)) return v;
    const after = known.find((j) => j > k);
    const before = [...known].reverse().find((j) => j < k);
    if (before === undefined) return list[after ?? 0];
    if (after === undefined) return list[before];
    return list[before] + ((k - before) / (after - before)) * (list[after] - list[before]);
  });
}
