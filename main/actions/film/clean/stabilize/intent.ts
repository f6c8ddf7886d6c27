/**
 * What the camera meant, under a path that weaves: it stands still, or it moves evenly, for a while, and changes seldom.
 * Among all paths made of straight pieces that hang together, level pieces cheaper than sloping ones, the one is found
 * (by dynamic programming over knots in time and height) that costs least:
 *
 *   sum over frames (p - x)^2  +  STILL for each level piece  +  MOVING for each other piece
 *
 * A camera on its stand is exactly still, and that is what tells a slow wandering of the film from one of the camera: a
 * level piece has nothing to follow it with. A camera led by hand turns ever so often; its path's slow course counts (trend.ts).
 */
import { trend } from '../trend.ts';

/** Costs of pieces, in squares of the unit below. */
const STILL = 120;
const MOVING = 260;
/** Heights that a knot may have, around the slow path, and the distance between them, in units. */
const LEVELS = 13;
const APART = 0.75;
/** Pieces shorter than this in the mean (frames) are a camera led by hand; what its course may bend (trend.ts), in units. */
const BY_HAND = 16;
const LED = 130;
/** Frames that one piece has at most; a longer one is two of the same height or slope. */
const LONGEST = 120;
/** Frames between places where knots may be: each, in longer shots fewer. */
const grainOf = (n: number): number => (n <= 300 ? 1 : Math.max(2, Math.ceil(n / 3000)));

/** Sums over the path from its beginning, so that any piece's cost is had at once. */
class Sums {
  private readonly y: Float64Array;
  private readonly yy: Float64Array;
  private readonly ty: Float64Array;

  constructor(path: readonly number[]) {
    const n = path.length;
    this.y = new Float64Array(n + 1);
    this.yy = new Float64Array(n + 1);
    this.ty = new Float64Array(n + 1);
    path.forEach((v, i) => {
      this.y[i + 1] = this.y[i] + v;
      this.yy[i + 1] = this.yy[i] + v * v;
      this.ty[i + 1] = this.ty[i] + v * i;
    });
  }

  /** Squares of the path's distance from the line (a, u)..(b, v), frames a <= i < b. */
  off(a: number, u: number, b: number, v: number): number {
    const n = b - a;
    const slope = (v - u) / n;
    const y = this.y[b] - this.y[a];
    const yy = this.yy[b] - this.yy[a];
    const ty = this.ty[b] - this.ty[a] - a * y;
    const t = (n * (n - 1)) / 2;
    const tt = ((n - 1) * n * (2 * n - 1)) / 6;
    return yy + u * u * n + slope * slope * tt + 2 * u * slope * t - 2 * u * y - 2 * slope * ty;
  }
}

interface Piece {
  from: number;
  to: number;
  still: boolean;
}

/** The intended course of a path; `unit`: about as large as what it is to be freed of, in the mean square. */
export function intended(path: readonly number[], unit: number): number[] {
  const n = path.length;
  if (n < 3) return path.slice();
  const y = path.map((v) => v / unit);
  const list = pieces(y);
  const led = list.length > 2 && list.length * BY_HAND > n;
  return (led ? trend(y, LED) : follow(y, list)).map((v) => v * unit);
}

/** The cheapest pieces. */
function pieces(y: readonly number[]): Piece[] {
  const n = y.length;
  const slow = y.map((_, i) => middle(y.slice(Math.max(0, i - 3), i + 4)));
  const grain = grainOf(n);
  const knots: number[] = [];
  for (let t = 0; t < n - grain; t += grain) knots.push(t);
  knots.push(n - 1);
  const sums = new Sums(y);
  const half = (LEVELS - 1) / 2;
  // Heights lie on one grid, so that a piece between equal heights is level.
  const base = knots.map((t) => Math.round(slow[t] / APART) - half);
  const count = knots.length;
  const cost = new Float64Array(count * LEVELS).fill(Infinity);
  const from = new Int32Array(count * LEVELS).fill(-1);
  cost.fill(0, 0, LEVELS);
  for (let k = 1; k < count; k++)
    for (let j = Math.max(0, k - Math.ceil(LONGEST / grain)); j < k; j++) {
      const first = knots[j];
      const last = knots[k] + (k === count - 1 ? 1 : 0);
      for (let a = 0; a < LEVELS; a++) {
        const before = cost[j * LEVELS + a];
        const u = (base[j] + a) * APART;
        for (let b = 0; b < LEVELS; b++) {
          const v = (base[k] + b) * APART;
          const level = base[j] + a === base[k] + b;
          const at = k * LEVELS + b;
          const least = before + (level ? STILL : MOVING);
          if (least >= cost[at]) continue;
          const total = least + sums.off(first, u, last, v);
          if (total < cost[at]) {
            cost[at] = total;
            from[at] = j * LEVELS + a;
          }
        }
      }
    }
  let at = (count - 1) * LEVELS;
  for (let b = 1; b < LEVELS; b++)
    if (cost[(count - 1) * LEVELS + b] < cost[at]) at = (count - 1) * LEVELS + b;
  const out: Piece[] = [];
  while (from[at] >= 0) {
    const before = from[at];
    const [j, k] = [Math.floor(before / LEVELS), Math.floor(at / LEVELS)];
    const still = base[j] + (before % LEVELS) === base[k] + (at % LEVELS);
    out.push({ from: knots[j], to: knots[k], still });
    at = before;
  }
  return out.reverse();
}

const middle = (v: number[]): number => v.sort((a, b) => a - b)[v.length >> 1];

/** Heights of the knots put where they fit best, by least squares. */
function follow(y: readonly number[], list: readonly Piece[]): number[] {
  const n = y.length;
  // One height for all ends of a level piece.
  const height: number[] = [0];
  list.forEach((p, i) => height.push(p.still ? height[i] : height[i] + 1));
  const free = height[height.length - 1] + 1;
  const m = Array.from({ length: free }, () => new Float64Array(free));
  const b = new Float64Array(free);
  list.forEach((p, i) => {
    const end = i === list.length - 1 ? p.to + 1 : p.to;
    for (let t = p.from; t < end; t++) {
      const s = (t - p.from) / (p.to - p.from);
      const [k, l] = [height[i], height[i + 1]];
      const terms: [number, number][] =
        k === l
          ? [[k, 1]]
          : [
              [k, 1 - s],
              [l, s],
            ];
      for (const [r, w] of terms) {
        b[r] += w * y[t];
        for (const [c, v] of terms) m[r][c] += w * v;
      }
    }
  });
  for (let k = 0; k < free; k++) m[k][k] += 1e-9;
  const at = eliminate(m, b);
  const line = new Array<number>(n).fill(0);
  list.forEach((p, i) => {
    for (let t = p.from; t <= p.to; t++) {
      const s = (t - p.from) / (p.to - p.from);
      line[t] = at[height[i]] * (1 - s) + at[height[i + 1]] * s;
    }
  });
  return line;
}

/** Gauss's elimination of a band of three (knots touch their neighbours alone). */
function eliminate(m: Float64Array[], b: Float64Array): number[] {
  const n = b.length;
  for (let i = 0; i + 1 < n; i++) {
    const f = m[i + 1][i] / m[i][i];
    m[i + 1][i + 1] -= f * m[i][i + 1];
    b[i + 1] -= f * b[i];
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) x[i] = (b[i] - (i + 1 < n ? m[i][i + 1] * x[i + 1] : 0)) / m[i][i];
  return x;
}
