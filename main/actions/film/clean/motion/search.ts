/**
 * The search for motion on one level of the pyramid: patches of 8 x 8 that overlap by half. Each starts from what the
 * coarser level and its neighbours found (propagation, as in PatchMatch, Barnes and others 2009), and is refined to a
 * part of a pixel by inverse-compositional Gauss-Newton steps (Baker and Matthews 2004; dense inverse search, Kroeger and
 * others 2016). Differences are counted around their mean, so that a frame brighter as a whole still agrees, and
 * clipped, so that a speck inside a patch does not decide.
 */
import { Matcher } from './match.ts';
import { OVERLAP, PATCH, STEP, type Level } from './pyramid.ts';
import { AREA } from './sums.ts';

/** Vectors by patch: the content at x of `a` lies at x + (dx, dy) of `b`. */
export interface Field {
  columns: number;
  rows: number;
  dx: Float32Array;
  dy: Float32Array;
  /** Root mean square of what is left between the patches, grey levels. */
  error: Float32Array;
}

export const emptyField = (columns: number, rows: number): Field => ({
  columns,
  rows,
  dx: new Float32Array(columns * rows),
  dy: new Float32Array(columns * rows),
  error: new Float32Array(columns * rows),
});

/** What a pixel's distance from the prediction costs, in grey levels: a tie goes to the smoother field. */
const SMOOTH = 0.12;
/** Noise of a gradient, as an addition to the normal matrix: a patch with nothing in it stays where it is. */
const DAMPING = AREA * 6;

export interface SearchOptions {
  /** Gauss-Newton steps a patch at most. */
  steps: number;
  /** Whole pixels searched around the prediction: for the coarsest level, which has none, and the one below it. */
  reach: number;
}

/** Refines `field` (the prediction, by patches of this level) in place. */
export function searchLevel(a: Level, b: Level, field: Field, options: SearchOptions): void {
  const { columns, rows, dx, dy, error } = field;
  const m = new Matcher(a, b);
  const g = m.texture;
  const seen = new Float32Array(2 * 8);
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      const x = c * STEP - OVERLAP;
      const y = r * STEP - OVERLAP;
      const predX = dx[k];
      const predY = dy[k];
      let bestX = predX;
      let bestY = predY;
      // Most patches stay with their prediction: it is measured at once, with the step away from it.
      let best = m.measure(x, y, predX, predY, g.sumX[k], g.sumY[k]);
      let stepped = true;
      let count = 0;
      for (let n = 0; n < 3; n++) {
        const other = n === 0 ? (c > 0 ? k - 1 : -1) : n === 1 ? (r > 0 ? k - columns : -1) : -2;
        if (other === -1) continue;
        const ux = other === -2 ? 0 : dx[other];
        const uy = other === -2 ? 0 : dy[other];
        if (isNear(seen, count, ux, uy) || Math.abs(ux - predX) + Math.abs(uy - predY) < 0.3) continue;
        seen[2 * count] = ux;
        seen[2 * count++ + 1] = uy;
        const cost = m.cost(x, y, ux, uy);
        if (price(cost, ux - predX, uy - predY) < price(best, bestX - predX, bestY - predY)) {
          best = cost;
          bestX = ux;
          bestY = uy;
          stepped = false;
        }
      }
      for (let sy = -options.reach; sy <= options.reach; sy++)
        for (let sx = -options.reach; sx <= options.reach; sx++) {
          const cost = m.cost(x, y, predX + sx, predY + sy);
          if (price(cost, sx, sy) < price(best, bestX - predX, bestY - predY)) {
            best = cost;
            bestX = predX + sx;
            bestY = predY + sy;
            stepped = false;
          }
        }
      const xx = g.xx[k] + DAMPING;
      const yy = g.yy[k] + DAMPING;
      const xy = g.xy[k];
      const inverse = 1 / (xx * yy - xy * xy);
      let ux = bestX;
      let uy = bestY;
      for (let s = 0; s < options.steps; s++) {
        const cost = s === 0 && stepped ? best : m.measure(x, y, ux, uy, g.sumX[k], g.sumY[k]);
        if (s > 0) {
          if (cost > best) break;
          best = cost;
          bestX = ux;
          bestY = uy;
        }
        const stepX = -(yy * m.out[1] - xy * m.out[2]) * inverse;
        const stepY = -(xx * m.out[2] - xy * m.out[1]) * inverse;
        const length = Math.abs(stepX) + Math.abs(stepY);
        if (length < 0.03) break;
        const hold = length > 2 ? 2 / length : 1;
        ux += stepX * hold;
        uy += stepY * hold;
        // Farther than the patch is wide it is another place, not a refinement.
        if (Math.abs(ux - bestX) + Math.abs(uy - bestY) > PATCH) break;
      }
      dx[k] = bestX;
      dy[k] = bestY;
      error[k] = Math.sqrt(Math.max(0, best));
    }
  propagateBack(m, field);
  calm(field, g);
}

const price = (cost: number, x: number, y: number): number =>
  Math.sqrt(cost) + SMOOTH * Math.min(4, Math.abs(x) + Math.abs(y));

function isNear(seen: Float32Array, count: number, x: number, y: number): boolean {
  for (let i = 0; i < count; i++)
    if (Math.abs(seen[2 * i] - x) + Math.abs(seen[2 * i + 1] - y) < 0.3) return true;
  return false;
}

const sorted = new Float32Array(9);
function median(values: Float32Array, columns: number, rows: number, c: number, r: number): number {
  let n = 0;
  for (let j = Math.max(0, r - 1); j <= Math.min(rows - 1, r + 1); j++)
    for (let i = Math.max(0, c - 1); i <= Math.min(columns - 1, c + 1); i++) {
      const v = values[j * columns + i];
      let at = n++;
      for (; at > 0 && sorted[at - 1] > v; at--) sorted[at] = sorted[at - 1];
      sorted[at] = v;
    }
  return sorted[n >> 1];
}

/** From the last patch to the first: what lies right, below, and the median of the nine around, if it agrees better. */
function propagateBack(m: Matcher, field: Field): void {
  const { columns, rows, dx, dy, error } = field;
  for (let r = rows - 1; r >= 0; r--)
    for (let c = columns - 1; c >= 0; c--) {
      const k = r * columns + c;
      const mx = median(dx, columns, rows, c, r);
      const my = median(dy, columns, rows, c, r);
      let best = error[k] + SMOOTH * Math.min(4, Math.abs(dx[k] - mx) + Math.abs(dy[k] - my));
      for (let n = 0; n < 3; n++) {
        const other =
          n === 0 ? (c + 1 < columns ? k + 1 : -1) : n === 1 ? (r + 1 < rows ? k + columns : -1) : -2;
        if (other === -1) continue;
        const ux = other === -2 ? mx : dx[other];
        const uy = other === -2 ? my : dy[other];
        if (Math.abs(ux - dx[k]) + Math.abs(uy - dy[k]) < 0.25) continue;
        const rms = Math.sqrt(Math.max(0, m.cost(c * STEP - OVERLAP, r * STEP - OVERLAP, ux, uy)));
        const total = rms + SMOOTH * Math.min(4, Math.abs(ux - mx) + Math.abs(uy - my));
        if (total < best) {
          best = total;
          dx[k] = ux;
          dy[k] = uy;
          error[k] = rms;
        }
      }
    }
}

/**
 * Patches with little in them take the vectors of those neighbours that have more: a mean weighted by texture over
 * error, among vectors within a pixel and a half of each other, so that an edge of motion stays one.
 */
function calm(field: Field, g: { xx: Float32Array; xy: Float32Array; yy: Float32Array }): void {
  const { columns, rows, dx, dy, error } = field;
  const n = columns * rows;
  const weight = new Float32Array(n);
  for (let k = 0; k < n; k++) {
    const half = (g.xx[k] + g.yy[k]) / 2;
    const spread = Math.sqrt(Math.max(0, ((g.xx[k] - g.yy[k]) / 2) ** 2 + g.xy[k] ** 2));
    const weaker = Math.max(0, half - spread);
    weight[k] = (weaker + 0.02 * half + 30) / (30 + 4 * error[k] * error[k]);
  }
  const fromX = dx.slice();
  const fromY = dy.slice();
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      let total = 4 * weight[k];
      let sx = total * fromX[k];
      let sy = total * fromY[k];
      for (let j = Math.max(0, r - 1); j <= Math.min(rows - 1, r + 1); j++)
        for (let i = Math.max(0, c - 1); i <= Math.min(columns - 1, c + 1); i++) {
          const o = j * columns + i;
          const apart = Math.abs(fromX[o] - fromX[k]) + Math.abs(fromY[o] - fromY[k]);
          if (o === k || apart > 1.5) continue;
          const w = weight[o];
          total += w;
          sx += w * fromX[o];
          sy += w * fromY[o];
        }
      dx[k] = sx / total;
      dy[k] = sy / total;
    }
}
