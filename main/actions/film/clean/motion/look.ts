/**
 * Motion as pass one sees it: each frame against the one before, in the reduced luma. Two observers that are shown the same
 * picture share the work.
 */
import { estimateMotion, preparePicture, type Flow, type Luma, type Pyramid } from './index.ts';

interface Look {
  index: number;
  luma: Uint8Array;
  width: number;
  height: number;
}

let newest: { index: number; luma: Uint8Array; pyramid: Pyramid } | null = null;
const flows = new WeakMap<Pyramid, WeakMap<Pyramid, Flow>>();

/**
 * What is measured over the whole picture, or over hundreds of places of it, is as exact at half the size, for a quarter of the work:
 * above this many pixels on the longer side motion is looked for there.
 */
const LARGEST = 320;

/**
 * The frame made ready, at its size or (above `LARGEST`) half of it; its samples are copied, so the caller may use its buffer
 * again.
 */
export function pyramidOf(look: Look): Pyramid {
  if (newest && newest.index === look.index && newest.luma === look.luma) return newest.pyramid;
  const { width, height, luma } = look;
  const pyramid = preparePicture(
    Math.max(width, height) > LARGEST ? halved(look) : { width, height, data: luma },
  );
  newest = { index: look.index, luma: look.luma, pyramid };
  return pyramid;
}

/** Means of 2 x 2; an odd last column or row is left out. */
function halved({ luma, width, height }: Look): Luma {
  const w = width >> 1;
  const h = height >> 1;
  const data = new Uint8Array(w * h);
  for (let y = 0, o = 0; y < h; y++)
    for (let x = 0, i = 2 * y * width; x < w; x++, i += 2, o++)
      data[o] = (luma[i] + luma[i + 1] + luma[i + width] + luma[i + width + 1] + 2) >> 2;
  return { width: w, height: h, data };
}

/** Motion from `a` to `b`, found once. */
export function motionBetween(a: Pyramid, b: Pyramid): Flow {
  const known = flows.get(a)?.get(b);
  if (known) return known;
  const flow = estimateMotion(a, b, { steps: 3 });
  const of = flows.get(a) ?? new WeakMap<Pyramid, Flow>();
  flows.set(a, of.set(b, flow));
  return flow;
}

/** Motion of the picture as a whole. */
export interface WholeMotion {
  /** Of the picture's middle, in pixels. */
  dx: number;
  dy: number;
  /** Growth and turn (radians) a frame. */
  zoom: number;
  turn: number;
  /** Share of cells, weighted by what is in them, that move along. */
  share: number;
}

/**
 * Shift, growth and turn that most of the picture shares: least squares over cells with weights that fall with the distance
 * from the solution (Cauchy), begun at the vector that most cells vote for: what is rigid agrees with itself, what is alive
 * does not, even where it fills more of the frame. Cells count by their texture, and little where patches disagree.
 */
export function wholeMotion(flow: Flow, from: Pyramid): WholeMotion {
  const { columns, rows, dx, dy, error, step, width, height } = flow;
  const g = from.levels[0].texture;
  const n = columns * rows;
  const weight = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const texture = g ? Math.min(g.xx[k], g.yy[k]) - Math.abs(g.xy[k]) : 1;
    // A margin of two cells: what is there comes and goes.
    const c = k % columns;
    const r = (k - c) / columns;
    const edge = c < 2 || r < 2 || c >= columns - 2 || r >= rows - 2;
    // Who is filmed stands in the middle, what is behind him reaches to the sides.
    const out = Math.max(Math.abs((2 * c) / columns - 1), Math.abs((2 * r) / rows - 1));
    weight[k] = edge
      ? 0
      : ((0.3 + 0.7 * out) * Math.min(1, Math.max(0, texture - 800) / 3000)) / (1 + (error[k] / 10) ** 2) +
        1e-6;
  }
  const mode = mostVoted(dx, dy, weight);
  let tx = mode.x;
  let ty = mode.y;
  let zoom = 0;
  let turn = 0;
  let share = 0;
  let scale = 0.8;
  for (let round = 0; round < 12; round++) {
    let [s, sx, sy, sq] = [0, 0, 0, 0];
    let [bx, by, bz, bt] = [0, 0, 0, 0];
    let [inside, total] = [0, 0];
    for (let r = 0, k = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, k++) {
        const w0 = weight[k];
        if (w0 === 0) continue;
        const x = (c + 0.5) * step - width / 2;
        const y = (r + 0.5) * step - height / 2;
        const ex = dx[k] - (tx + zoom * x - turn * y);
        const ey = dy[k] - (ty + zoom * y + turn * x);
        const off = ex * ex + ey * ey;
        const w = w0 / (1 + off / (scale * scale));
        total += w0;
        if (off < 1) inside += w0;
        s += w;
        sx += w * x;
        sy += w * y;
        sq += w * (x * x + y * y);
        bx += w * dx[k];
        by += w * dy[k];
        bz += w * (x * dx[k] + y * dy[k]);
        bt += w * (x * dy[k] - y * dx[k]);
      }
    share = total > 0 ? inside / total : 0;
    // Normal equations of v = t + zoom x + turn (-y, x): t and the rest are coupled by the weighted centre only.
    const cx = sx / s;
    const cy = sy / s;
    const q = Math.max(1e-6, sq - s * (cx * cx + cy * cy));
    // First only the shift: growth and turn may not reach for what moves otherwise.
    zoom = round < 3 ? 0 : certain((bz - cx * bx - cy * by) / q, q / s);
    turn = round < 3 ? 0 : certain((bt - cx * by + cy * bx) / q, q / s);
    tx = bx / s - zoom * cx + turn * cy;
    ty = by / s - zoom * cy - turn * cx;
    scale = Math.max(0.15, scale * 0.8);
  }
  return { dx: tx, dy: ty, zoom, turn, share };
}

/**
 * Growth or turn as far as it shows: where it moves what is seen by less than a few hundredths of a pixel (`spread`: mean
 * square of the distance from the weighted centre) it is what chance gives it, and would pull the middle along.
 */
function certain(v: number, spread: number): number {
  const moved = v * v * spread;
  return (v * moved) / (moved + 0.08 ** 2);
}

/** The fullest bin of half a pixel, with its neighbours, among vectors within 32 pixels; its mean. */
function mostVoted(dx: Float32Array, dy: Float32Array, weight: Float64Array): { x: number; y: number } {
  const side = 128;
  const votes = new Float64Array(side * side);
  const bin = (v: number): number => Math.max(1, Math.min(side - 2, Math.round(2 * v) + side / 2));
  for (let k = 0; k < weight.length; k++) votes[bin(dy[k]) * side + bin(dx[k])] += weight[k];
  let best = 0;
  let at = (side / 2) * side + side / 2;
  for (let y = 1; y < side - 1; y++)
    for (let x = 1; x < side - 1; x++) {
      const i = y * side + x;
      if (votes[i] === 0) continue;
      let sum = 2 * votes[i];
      for (const o of [-side - 1, -side, -side + 1, -1, 1, side - 1, side, side + 1]) sum += votes[i + o];
      if (sum > best) {
        best = sum;
        at = i;
      }
    }
  return { x: ((at % side) - side / 2) / 2, y: (Math.floor(at / side) - side / 2) / 2 };
}
