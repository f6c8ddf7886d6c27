/**
 * By how much one frame is brighter than another: for places of 8 x 8 pixels that moved along, the ratio of mean levels
 * over black; a robust mean (Cauchy weights) over the picture, and what each cell of a coarse grid adds to that.
 */
import type { Flow, Pyramid } from '../motion/index.ts';
import { MARGIN } from '../motion/pyramid.ts';

/** Cells of local variation. */
export const GRID = { columns: 6, rows: 4 };

/** Samples of a place: too dark to measure a ratio, or burnt out. */
const DARK = 10;
const BURNT = 240;
/** A cell with less than this weight knows nothing of its own. */
const ENOUGH = 6;

export interface Gains {
  /** Log of the gain from a to b. */
  gain: number;
  /** Share of places that agree with it. */
  share: number;
  /** Log gain of each cell on top. */
  grid: number[];
}

/** `black`: the sample of black, 0..255. */
export function measureGains(a: Pyramid, b: Pyramid, flow: Flow, black: number): Gains {
  const la = a.levels[0];
  const lb = b.levels[0];
  const { columns, rows, dx, dy, step } = flow;
  const ratio: number[] = [];
  const weight: number[] = [];
  const placeX: number[] = [];
  const placeY: number[] = [];
  let places = 0;
  // Every second cell: places are two cells wide.
  for (let r = 0; r < rows; r += 2)
    for (let c = 0; c < columns; c += 2) {
      const k = r * columns + c;
      const x = c * step;
      const y = r * step;
      if (x + 8 > la.width || y + 8 > la.height) continue;
      places++;
      const tx = Math.round(x + dx[k]);
      const ty = Math.round(y + dy[k]);
      if (tx < 0 || ty < 0 || tx + 8 > lb.width || ty + 8 > lb.height) continue;
      const from = mean8(la.data, la.stride, x, y);
      const to = mean8(lb.data, lb.stride, tx, ty);
      if (from - black < DARK || to - black < DARK || from > BURNT || to > BURNT) continue;
      ratio.push(Math.log((to - black) / (from - black)));
      // Rounded motion matters where there is texture; levels matter because noise is the same at all of them.
      weight.push(Math.min(1, (from - black) / 60) / (1 + (flow.error[k] / 6) ** 2));
      placeX.push((x + 4) / la.width);
      placeY.push((y + 4) / la.height);
    }
  const none = { gain: 0, share: 0, grid: new Array<number>(GRID.columns * GRID.rows).fill(0) };
  if (ratio.length < 8) return none;
  const whole = robust(ratio, weight, null);
  // A plane and a saddle over the picture take up what is uneven, so that the whole does not depend on where there is texture.
  const slope = bent(ratio, weight, placeX, placeY, whole.value);
  const left = ratio.map((v, k) => v - at(slope, placeX[k], placeY[k]));
  const share = (whole.agree / weight.reduce((s, v) => s + v, 0)) * (ratio.length / Math.max(1, places));
  const local = new Array<number>(GRID.columns * GRID.rows).fill(0);
  for (let r = 0, i = 0; r < GRID.rows; r++)
    for (let c = 0; c < GRID.columns; c++, i++) {
      // Each place counts by its nearness to the cell's centre, over one cell around it.
      const near = weight.map((w, k) => {
        const u = Math.abs(placeX[k] * GRID.columns - 0.5 - c);
        const v = Math.abs(placeY[k] * GRID.rows - 0.5 - r);
        return u < 1 && v < 1 ? w * (1 - u) * (1 - v) : 0;
      });
      const cell = robust(left, near, 0.12);
      const own = cell.value * (cell.agree / (cell.agree + ENOUGH));
      local[i] = at(slope, (c + 0.5) / GRID.columns, (r + 0.5) / GRID.rows) - slope[0] + own;
    }
  return { gain: slope[0], share, grid: local };
}

/** s0 + s1 u + s2 v + s3 u v, u and v from -1 to 1 over the picture. */
function at(s: readonly number[], x: number, y: number): number {
  const u = 2 * x - 1;
  const v = 2 * y - 1;
  return s[0] + s[1] * u + s[2] * v + s[3] * u * v;
}

/** Robust fit of `at` to the log ratios, begun at a level field; slopes are held back a little where few places tell. */
function bent(
  ratio: readonly number[],
  weight: readonly number[],
  xs: readonly number[],
  ys: readonly number[],
  start: number,
): number[] {
  let s = [start, 0, 0, 0];
  let scale = 0.08;
  for (let round = 0; round < 10; round++) {
    const m = [0, 1, 2, 3].map((i) => [0, 0, 0, 0].map((_, j) => (i === j && i > 0 ? 2 : 0)));
    const b = [0, 0, 0, 0];
    for (let k = 0; k < ratio.length; k++) {
      const u = 2 * xs[k] - 1;
      const v = 2 * ys[k] - 1;
      const basis = [1, u, v, u * v];
      const d = (ratio[k] - at(s, xs[k], ys[k])) / scale;
      const w = weight[k] / (1 + d * d);
      for (let i = 0; i < 4; i++) {
        b[i] += w * basis[i] * ratio[k];
        for (let j = 0; j < 4; j++) m[i][j] += w * basis[i] * basis[j];
      }
    }
    s = solve4(m, b);
    scale = Math.max(0.015, scale * 0.75);
  }
  return s;
}

/** Gauss's elimination; the matrix is symmetric and positive. */
function solve4(m: number[][], b: number[]): number[] {
  const n = b.length;
  for (let i = 0; i < n; i++)
    for (let r = i + 1; r < n; r++) {
      const f = m[i][i] > 0 ? m[r][i] / m[i][i] : 0;
      for (let c = i; c < n; c++) m[r][c] -= f * m[i][c];
      b[r] -= f * b[i];
    }
  const x = [0, 0, 0, 0];
  for (let i = n - 1; i >= 0; i--) {
    let v = b[i];
    for (let c = i + 1; c < n; c++) v -= m[i][c] * x[c];
    x[i] = m[i][i] > 0 ? v / m[i][i] : 0;
  }
  return x;
}

function mean8(data: Uint8Array, stride: number, x: number, y: number): number {
  let s = 0;
  let at = (y + MARGIN) * stride + x + MARGIN;
  for (let j = 0; j < 8; j++, at += stride) for (let i = at; i < at + 8; i++) s += data[i];
  return s / 64;
}

/** Weighted mean with Cauchy weights, from the median on; `agree`: weight of what lies near. `start`: scale, null: wide. */
function robust(
  values: readonly number[],
  weights: readonly number[],
  start: number | null,
): { value: number; agree: number } {
  let value = 0;
  if (start === null) {
    const order = values.map((_, i) => i).sort((p, q) => values[p] - values[q]);
    let half = weights.reduce((s, v) => s + v, 0) / 2;
    for (const i of order)
      if ((half -= weights[i]) <= 0) {
        value = values[i];
        break;
      }
  }
  let scale = start ?? 0.1;
  let agree = 0;
  for (let round = 0; round < 8; round++) {
    let s = 0;
    let sw = 0;
    agree = 0;
    for (let i = 0; i < values.length; i++) {
      if (weights[i] === 0) continue;
      const d = (values[i] - value) / scale;
      const w = weights[i] / (1 + d * d);
      s += w * values[i];
      sw += w;
      if (Math.abs(values[i] - value) < 0.05) agree += weights[i];
    }
    if (sw === 0) return { value: 0, agree: 0 };
    value = s / sw;
    scale = Math.max(0.015, scale * 0.7);
  }
  return { value, agree };
}
