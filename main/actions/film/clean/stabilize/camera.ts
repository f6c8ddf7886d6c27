/**
 * A path split into what a camera on a stand did and what the film did in the gate. The camera stands, goes evenly, or goes softly (its
 * speed changes, but hardly from frame to frame), each for a while; the film wanders about its place and jumps:
 *
 *   measured y = x + w + jump,   w_n = keep w_(n-1) + noise (pulled back within `BACK` frames),
 *   x: a constant; a line; or a curve whose third difference is noise of size q
 *
 * For each stretch of frames and each way of going the Kalman filter gives how likely what was measured is under the model;
 * the likeliest stretches are found by dynamic programming, for several sizes of weave and q, and the likeliest of these counts. Then x is
 * found for the whole shot at once, by least squares over x and w, in which stretches hang together: where one passes into
 * the next the third difference may be large (Student's weights).
 */
import { solveBanded } from './banded.ts';

/** How the camera goes during a stretch. */
export type Going = 'stands' | 'evenly' | 'softly';
const GOINGS: readonly Going[] = ['stands', 'evenly', 'softly'];

/** Frames `from`..`to` - 1. */
export interface Stretch {
  from: number;
  to: number;
  going: Going;
}

/** What a path was found to be. `weave` and `jerk` (per frame cubed) in the units of the path. */
export interface Camera {
  weave: number;
  jerk: number;
  stretches: Stretch[];
  /** Logarithm of how likely the path is; more is better. */
  evidence: number;
}

/** Shares of the weave that wander and jump (squares add up to one), and the frames within which film is pulled back. */
const SLOW = Math.SQRT1_2;
const FAST = Math.SQRT1_2;
const BACK = 4;
const KEEP = Math.exp(-1 / BACK);
/** What measuring adds, in units. */
const MEASURED = 0.02;
/** Sizes of weave that are tried, in units, and jerk as shares of them. */
const WEAVES = [0.35, 0.6, 1, 1.6, 2.5, 4, 7];
const JERKS = [0.003, 0.01, 0.03, 0.06];
/** Weave is about this, give or take a factor (logarithm). */
const USUAL = 0.7;
const GIVE = 0.7;
/** How far off a stretch may begin, how fast and how much faster each frame: before anything was measured, in units. */
const BREADTH = 60;
const SPEED = 6;
const BEND = 1;
/** Log odds against a stretch that goes softly: a line is simpler. */
const CURVED = 1;
/** Log odds against one more stretch, on top of what not knowing where it begins costs. */
const BREAK = 2.5;
const SHORTEST = 6;
/** Frames of a stretch at most; longer ones are two. */
const LONGEST = 400;

/** Gains of the filter by frames since the stretch began: they do not depend on what is measured. */
interface Gains {
  /** `size` gains a frame. */
  gain: Float64Array;
  spread: Float64Array;
  log: Float64Array;
}

const diagonal = (v: number[]): number[][] => v.map((x, i) => v.map((_, j) => (i === j ? x : 0)));

/** Kalman's covariance recursion for a state whose first and last element add up to what is measured. */
function gainsOf(frames: number, step: number[][], noise: number[][], start: number[][], off: number): Gains {
  const size = step.length;
  const seen = step.map((_, i) => (i === 0 || i === size - 1 ? 1 : 0));
  const gain = new Float64Array(frames * size);
  const spread = new Float64Array(frames);
  let p = start;
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i], 0);
  for (let k = 0; k < frames; k++) {
    const reach = p.map((row) => dot(row, seen));
    const s = dot(reach, seen) + off;
    spread[k] = s;
    reach.forEach((v, i) => (gain[k * size + i] = v / s));
    const known = p.map((row, i) => row.map((v, j) => v - (reach[i] * reach[j]) / s));
    const moved = step.map((row) => known.map((_, j) => row.reduce((t, v, m) => t + v * known[m][j], 0)));
    const next = moved.map((row, i) => step.map((other, j) => dot(row, other) + noise[i][j]));
    p = next.map((row, i) => row.map((v, j) => (v + next[j][i]) / 2));
  }
  return { gain, spread, log: spread.map(Math.log) };
}

const known = new Map<string, Gains>();

function gainsFor(going: number, weave: number, jerk: number): Gains {
  const key = `${going} ${weave} ${going === 2 ? jerk : 0}`;
  const had = known.get(key);
  if (had) return had;
  const slow = (SLOW * weave) ** 2;
  const noise = slow * (1 - KEEP * KEEP);
  const off = (FAST * weave) ** 2 + MEASURED ** 2;
  const states = [
    { step: [[1]], noise: [0], start: [BREADTH] },
    {
      step: [
        [1, 1],
        [0, 1],
      ],
      noise: [0, 0],
      start: [BREADTH, SPEED],
    },
    {
      step: [
        [1, 1, 0.5],
        [0, 1, 1],
        [0, 0, 1],
      ],
      noise: [0, 0, jerk * jerk],
      start: [BREADTH, SPEED, BEND],
    },
  ][going];
  // The film's own place comes last.
  const size = states.step.length;
  const step = [...states.step.map((row) => [...row, 0]), [...new Array<number>(size).fill(0), KEEP]];
  const gains = gainsOf(
    LONGEST,
    step,
    diagonal([...states.noise, noise]),
    diagonal([...states.start.map((v) => v * v), slow]),
    off,
  );
  known.set(key, gains);
  return gains;
}

/** The likeliest stretches for one size of weave and one of jerk. */
function stretchesFor(y: readonly number[], weave: number, jerk: number): Camera {
  const n = y.length;
  const gains = GOINGS.map((_, k) => gainsFor(k, weave, jerk));
  const cost = new Float64Array(3 * (n + 1)).fill(Infinity);
  const from = new Int32Array(3 * (n + 1)).fill(-1);
  // In long shots stretches begin at every so many frames.
  const grain = Math.max(1, Math.ceil(n / 1000));
  for (let a = 0; a < n; a += grain)
    for (let k = 0; k < 3; k++) {
      let sum = 0;
      let code = -2;
      if (a > 0) {
        let before = Infinity;
        // Two that stand, or go softly, one after the other: only lines may break into lines.
        for (let b = 0; b < 3; b++)
          if ((b !== k || k === 1) && cost[3 * a + b] < before) {
            before = cost[3 * a + b];
            code = 3 * a + b;
          }
        if (before === Infinity) continue;
        sum = before + BREAK;
      }
      if (k === 2) sum += CURVED;
      const { gain, spread, log } = gains[k];
      const size = k + 2;
      const end = Math.min(n, a + LONGEST);
      let [x, v, b, w] = [y[a], 0, 0, 0];
      for (let t = a, i = 0, g = 0; t < end; t++, i++, g += size) {
        const e = y[t] - x - w;
        sum += 0.5 * ((e * e) / spread[i] + log[i]);
        x += gain[g] * e;
        if (k > 0) v += gain[g + 1] * e;
        if (k > 1) b += gain[g + 2] * e;
        w = KEEP * (w + gain[g + size - 1] * e);
        x += v + b / 2;
        v += b;
        const at = 3 * (t + 1) + k;
        if (sum < cost[at] && i + 1 >= Math.min(SHORTEST, n)) {
          cost[at] = sum;
          from[at] = code;
        }
      }
    }
  let at = 3 * n;
  for (let k = 1; k < 3; k++) if (cost[3 * n + k] < cost[at]) at = 3 * n + k;
  const evidence = -cost[at] - 0.5 * (Math.log(weave / USUAL) / GIVE) ** 2;
  const stretches: Stretch[] = [];
  while (at >= 0) {
    const before = from[at];
    stretches.push({
      from: before < 0 ? 0 : Math.floor(before / 3),
      to: Math.floor(at / 3),
      going: GOINGS[at % 3],
    });
    at = before;
  }
  return { weave, jerk, evidence, stretches: stretches.reverse() };
}

/** The likeliest camera behind a path. `path` in units of about the weave there is. */
export function findCamera(path: readonly number[]): Camera {
  let best: Camera | null = null;
  for (const weave of WEAVES)
    for (const share of JERKS) {
      const got = stretchesFor(path, weave, share * weave);
      if (!best || got.evidence > best.evidence) best = got;
      // Without a soft stretch jerk does not matter.
      if (got.stretches.every((s) => s.going !== 'softly')) break;
    }
  return best as Camera;
}

/** Rounds of reweighting; degrees of freedom of the weights. */
const ROUNDS = 6;
const FREEDOM = 3;
/** Jerk where a stretch passes into the next, in those of the camera; and the change of speed that is reckoned with first. */
const PASSING = 30;
const CHANGE = 5;
/** By how much two stretches miss each other where they come nearest between two frames, in units. */
const MEETING = 0.5;
const EXACT = 1e6;

/** What the camera meant, frame by frame: the stretches of `camera` put through the path so that they hang together. */
export function courseUnder(path: readonly number[], camera: Camera): number[] {
  const n = path.length;
  const slow = (SLOW * camera.weave) ** 2;
  const noise = slow * (1 - KEEP * KEEP);
  const off = (FAST * camera.weave) ** 2 + MEASURED ** 2;
  const of = new Int32Array(n);
  camera.stretches.forEach((s, i) => of.fill(i, s.from, s.to));
  const going = (t: number): Going => camera.stretches[of[t]].going;
  const passing = (t: number): boolean => of[t] !== of[t + 3];
  const size = (t: number): number => (passing(t) ? PASSING : 1) * camera.jerk;
  const weight = Float64Array.from({ length: Math.max(0, n - 3) }, (_, t) =>
    passing(t) ? (size(t) / CHANGE) ** 2 : 1,
  );
  const meeting = new Float64Array(n).fill(1);
  // Where between frames t - 1 and t two stretches meet, 0..1.
  const corner = new Float64Array(n).fill(0.5);
  const soft = (t: number): boolean =>
    [0, 1, 2, 3].some((k) => camera.stretches[of[t + k]].going === 'softly');
  let x: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    // Unknowns: x and w of each frame, one after the other.
    const found = solveBanded(2 * n, 6, (add) => {
      for (let t = 0; t < n; t++) {
        add([2 * t, 2 * t + 1], [1, 1], path[t], 1 / off);
        if (t === 0) add([1], [1], 0, 1 / slow);
        else add([2 * t - 1, 2 * t + 1], [-KEEP, 1], 0, 1 / noise);
        if (t > 0 && of[t] === of[t - 1] && going(t) === 'stands') add([2 * t - 2, 2 * t], [-1, 1], 0, EXACT);
        if (t > 1 && of[t] === of[t - 2] && going(t) === 'evenly')
          add([2 * t - 4, 2 * t - 2, 2 * t], [1, -2, 1], 0, EXACT);
        if (t > 1 && t + 1 < n && of[t] !== of[t - 1]) {
          const u = corner[t];
          const row = [-u, 1 + u, u - 2, 1 - u];
          add([2 * t - 4, 2 * t - 2, 2 * t, 2 * t + 2], row, 0, meeting[t] / MEETING ** 2);
        }
        if (t + 3 < n && (passing(t) ? soft(t) : going(t) === 'softly'))
          add([2 * t, 2 * t + 2, 2 * t + 4, 2 * t + 6], [-1, 3, -3, 1], 0, weight[t] / size(t) ** 2);
      }
    });
    x = Array.from({ length: n }, (_, t) => found[2 * t]);
    for (let t = 0; t + 3 < n; t++) {
      const jerk = (x[t + 3] - 3 * x[t + 2] + 3 * x[t + 1] - x[t]) / size(t);
      weight[t] = (FREEDOM + 1) / (FREEDOM + jerk * jerk);
    }
    for (let t = 2; t + 1 < n; t++) {
      const [left, right] = [x[t - 1] - x[t - 2], x[t + 1] - x[t]];
      const u = left === right ? 0.5 : (x[t] - right - x[t - 1]) / (left - right);
      corner[t] = Math.max(0, Math.min(1, u));
      const apart = (x[t - 1] + corner[t] * left - x[t] - (corner[t] - 1) * right) / MEETING;
      meeting[t] = (FREEDOM + 1) / (FREEDOM + apart * apart);
    }
  }
  for (const { from, to, going: kind } of camera.stretches)
    if (kind === 'stands') x.fill(x.slice(from, to).reduce((a, b) => a + b, 0) / (to - from), from, to);
  return x;
}
