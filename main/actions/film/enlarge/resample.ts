/**
 * A plane of samples enlarged by a whole factor without a network: Lanczos' windowed sinc of three lobes, kept within the
 * range of the sixteen nearest samples but for a little, so that edges get no second contour (as main/actions/enlarge, here
 * on the film's own codes: chroma has no light of its own to be mixed in).
 */
import type { Samples } from '../../../../app/film/frame.ts';

const LOBES = 3;
/** How far beyond the range of the nearest samples a value may go, in that range. */
const OVERSHOOT = 0.03;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

interface Axis {
  /** First of six samples, and of the four that bound the value. */
  from: Int32Array;
  weights: Float32Array;
}

/** @param place where sample 0 lies in its own width: 0.5 in the middle, 0.25 at the left of two pixels */
function axis(to: number, factor: number, place: number): Axis {
  const start = new Int32Array(to);
  const weights = new Float32Array(6 * to);
  for (let i = 0; i < to; i++) {
    const u = (i + place) / factor - place;
    const low = Math.floor(u);
    start[i] = low - LOBES + 1;
    let sum = 0;
    for (let k = 0; k < 6; k++) {
      const d = u - (start[i] + k);
      const w = Math.abs(d) < LOBES ? sinc(d) * sinc(d / LOBES) : 0;
      weights[6 * i + k] = w;
      sum += w;
    }
    for (let k = 0; k < 6; k++) weights[6 * i + k] /= sum;
  }
  return { from: start, weights };
}

const bound = (i: number, n: number): number => (i < 0 ? 0 : i >= n ? n - 1 : i);

/**
 * @param most highest code
 * @param placeX where a sample lies within its own width and height, 0..1
 */
export function enlargeSamples(
  plane: Samples,
  from: { width: number; height: number },
  to: { width: number; height: number },
  factor: number,
  most: number,
  placeX = 0.5,
  placeY = 0.5,
): Samples {
  const across = axis(to.width, factor, placeX);
  const down = axis(to.height, factor, placeY);
  const rows = new Float32Array(to.width * from.height);
  const lows = new Float32Array(to.width * from.height);
  const highs = new Float32Array(to.width * from.height);
  const columns = Int32Array.from({ length: 6 * to.width }, (_, k) =>
    bound(across.from[Math.floor(k / 6)] + (k % 6), from.width),
  );
  for (let y = 0, o = 0; y < from.height; y++) {
    const at = y * from.width;
    for (let x = 0; x < to.width; x++, o++) {
      let sum = 0;
      let low = Infinity;
      let high = -Infinity;
      for (let k = 6 * x, n = 0; n < 6; k++, n++) {
        const v = plane[at + columns[k]];
        sum += across.weights[k] * v;
        if (n === 0 || n === 5) continue;
        if (v < low) low = v;
        if (v > high) high = v;
      }
      rows[o] = sum;
      lows[o] = low;
      highs[o] = high;
    }
  }
  const out = (
    plane instanceof Uint16Array
      ? new Uint16Array(to.width * to.height)
      : new Uint8Array(to.width * to.height)
  ) as Samples;
  for (let y = 0, o = 0; y < to.height; y++) {
    const lines = Array.from({ length: 6 }, (_, k) => bound(down.from[y] + k, from.height) * to.width);
    const [a, b, c, d, e, f] = lines;
    const w = down.weights.subarray(6 * y, 6 * y + 6);
    for (let x = 0; x < to.width; x++, o++) {
      let v =
        w[0] * rows[a + x] +
        w[1] * rows[b + x] +
        w[2] * rows[c + x] +
        w[3] * rows[d + x] +
        w[4] * rows[e + x] +
        w[5] * rows[f + x];
      const low = Math.min(lows[b + x], lows[c + x], lows[d + x], lows[e + x]);
      const high = Math.max(highs[b + x], highs[c + x], highs[d + x], highs[e + x]);
      const more = OVERSHOOT * (high - low);
      v = v < low - more ? low - more : v > high + more ? high + more : v;
      out[o] = v <= 0 ? 0 : v >= most ? most : Math.round(v);
    }
  }
  return out;
}
