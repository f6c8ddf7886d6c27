/**
 * Bare paper: cracks, flaked emulsion and torn-off pieces, of any width. Every connected light (or dark) set of the picture
 * at one or two sizes is judged by boosted trees on its form, its outline and its colour (nodes.ts; learnt by
 * build/eval/bare-train.ts), and of sets that lie in each other those are chosen that are surest together.
 */
import type { Planar } from '../../../../app/planar.ts';
import model from './bare.json' with { type: 'json' };
import { type BoostedTrees, logOdds } from '../boosted.ts';
import type { Level } from '../features.ts';
import { MOST_SHARE, NODE_FEATURES, nodeRows, nodesOf } from './nodes.ts';
import { offCurve } from './tone-curve.ts';
import type { ToneTree } from './tone-tree.ts';

/** Longer side up to which a size of the picture is looked at: what is bare is wider than dust. */
const LARGEST = 2100;
/** Where between the lightness outside and inside a set its outline runs at full size. */
const OUTLINE = 0.4;
/** What is in no set. */
export const NOWHERE = -30;

/** All sets of one size of the picture, of one sign. */
export interface Sets {
  tree: ToneTree;
  area: Float64Array;
  rows: Float32Array;
  sign: 1 | -1;
}

/**
 * @param times how often the picture was halved for the level
 * @param odds of the level's pixels
 */
export function setsOf(
  picture: Planar,
  level: Level,
  times: number,
  odds: Float32Array,
  signs: readonly (1 | -1)[] = [1, -1],
): Sets[] {
  const { width, height, luma } = level;
  const colours = offCurve(picture, luma, times);
  return signs.map((sign) => {
    const plane = sign > 0 ? luma : luma.map((v) => 1 - v);
    const nodes = nodesOf(plane, width, height);
    return { ...nodes, rows: nodeRows(nodes, { width, height, luma: plane, colours, odds }, sign), sign };
  });
}

/** Log odds of each set; those that are too large to be looked at are hopeless. */
export function setOdds(sets: Sets, trees: BoostedTrees = model): Float32Array {
  const { tree, area, rows } = sets;
  const most = MOST_SHARE * tree.nodeOf.length;
  const many = NODE_FEATURES.length;
  const asked: number[] = [];
  for (let k = 1; k < tree.count; k++) if (area[k] <= most) asked.push(k);
  const table = new Float32Array(asked.length * many);
  asked.forEach((k, j) => table.set(rows.subarray(k * many, (k + 1) * many), j * many));
  const odds = logOdds(trees, table, asked.length);
  const out = new Float32Array(tree.count).fill(NOWHERE);
  asked.forEach((k, j) => (out[k] = odds[j]));
  return out;
}

/**
 * Sets that are surer than `limit`, none within another: of nested ones the choice with the greatest sum of
 * (log odds - limit) times the root of the area.
 * @returns for each set itself when it was chosen, the chosen one that holds it, or 0 (the whole picture: none)
 */
export function chosenSets({ tree, area }: Sets, odds: Float32Array, limit: number): Int32Array {
  const { count, parent } = tree;
  const within = new Float64Array(count);
  const own = (k: number): number => (odds[k] - limit) * Math.sqrt(area[k]);
  for (let k = count - 1; k > 0; k--) within[parent[k]] += Math.max(0, own(k), within[k]);
  const chosen = new Int32Array(count);
  for (let k = 1; k < count; k++) {
    if (chosen[parent[k]] > 0) chosen[k] = chosen[parent[k]];
    else if (odds[k] > limit && own(k) >= within[k]) chosen[k] = k;
  }
  return chosen;
}

/** Pixels of a level for each of the picture's: every 2^times-th, taken from the finest. */
function thinned(plane: Float32Array, from: Level, to: Level, times: number): Float32Array {
  const out = new Float32Array(to.width * to.height);
  for (let y = 0, i = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++, i++)
      out[i] =
        plane[Math.min(from.height - 1, y << times) * from.width + Math.min(from.width - 1, x << times)];
  return out;
}

const [TONE, OUTSIDE] = [NODE_FEATURES.indexOf('tone'), NODE_FEATURES.indexOf('outside')];

/**
 * Where bare paper is.
 * @param levels of the picture, finest first (levels.ts)
 * @param odds log odds of the picture's pixels by their own classifier
 * @param limit log odds from which a set is taken
 * @returns for each pixel the log odds of the set that holds it, NOWHERE in none
 */
export function findBare(
  picture: Planar,
  levels: readonly Level[],
  odds: Float32Array,
  limit: number,
  signs: readonly (1 | -1)[] = [1],
): Float32Array {
  const [finest] = levels;
  const out = new Float32Array(finest.width * finest.height).fill(NOWHERE);
  levels.forEach((level, times) => {
    if (times < levels.length - 1 && Math.max(level.width, level.height) > LARGEST) return;
    const own = times === 0 ? odds : thinned(odds, finest, level, times);
    for (const sets of setsOf(picture, level, times, own, signs)) {
      const sure = setOdds(sets);
      const chosen = chosenSets(sets, sure, limit);
      outlined(sets, sure, chosen, level, finest, times, out);
    }
  });
  return out;
}

/** Draws the chosen sets of a level at full size: within a cell around them, what is lighter than their outline. */
function outlined(
  { tree, rows, sign }: Sets,
  sure: Float32Array,
  chosen: Int32Array,
  level: Level,
  finest: Level,
  times: number,
  out: Float32Array,
): void {
  const many = NODE_FEATURES.length;
  const { width, height } = level;
  const put = (i: number, set: number): void => {
    if (sure[set] > out[i]) out[i] = sure[set];
  };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const set = chosen[tree.nodeOf[i]];
      if (set === 0) continue;
      if (times === 0) {
        put(i, set);
        continue;
      }
      const t = rows[set * many + TONE];
      const o = rows[set * many + OUTSIDE];
      const least = o + OUTLINE * (t - o);
      const margin = 1 << (times - 1);
      const v1 = Math.min(finest.height, ((y + 1) << times) + margin);
      const u1 = Math.min(finest.width, ((x + 1) << times) + margin);
      for (let v = Math.max(0, (y << times) - margin); v < v1; v++)
        for (let u = Math.max(0, (x << times) - margin); u < u1; u++) {
          const j = v * finest.width + u;
          const value = finest.luma[j];
          if ((sign > 0 ? value : 1 - value) >= least) put(j, set);
        }
    }
}
