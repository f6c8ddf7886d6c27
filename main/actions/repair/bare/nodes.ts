/**
 * What is known of each set of a tone tree: how large and how drawn out it is, how sharply and how evenly it ends all
 * around, what lies around it, and how its colour stands to the picture's tone curve. All of it are sums over pixels
 * and over edges, gathered up the tree in one pass (an edge counts for the sets that hold one of its sides only).
 */
import { gathered, LEVELS, toneTree, type ToneTree } from './tone-tree.ts';
import type { OffCurve } from './tone-curve.ts';

/** Pixels from which a set is looked at, and the share of the picture up to which. */
export const LEAST_AREA = 10;
export const MOST_SHARE = 0.05;

export const NODE_FEATURES = [
  'area',
  'share',
  'perimeter',
  'thickness',
  'longest',
  'elongation',
  'filled',
  'border',
  'sign',
  'tone',
  'toneSpread',
  'outside',
  'outsideSpread',
  'drop1',
  'drop3',
  'drop6',
  'weak',
  'clear',
  'sharp',
  'rank',
  'odds',
  'colourStep',
  'paleStep',
  'off',
  'offOutside',
  'pale',
  'chroma',
  'chromaOutside',
  'width',
] as const;

/** What the sets are measured on. */
export interface Ground {
  width: number;
  height: number;
  /** Stretched to the picture's range; for dark sets turned over. */
  luma: Float32Array;
  colours: OffCurve;
  /** Log odds of damage of each pixel, by the pixels' own classifier. */
  odds: Float32Array;
}

/** Nodes of at least LEAST_AREA pixels, small ones joined to what holds them, and their areas. */
export function nodesOf(
  luma: Float32Array,
  width: number,
  height: number,
): { tree: ToneTree; area: Float64Array } {
  const levels = Uint8Array.from(luma, (v) =>
    Math.min(LEVELS - 1, Math.max(0, Math.round(v * (LEVELS - 1)))),
  );
  const all = toneTree(levels, width, height);
  const area = new Float64Array(all.count);
  for (const k of all.nodeOf) area[k]++;
  gathered(all, area);
  const now = new Int32Array(all.count);
  const parent: number[] = [];
  const level: number[] = [];
  const kept: number[] = [];
  for (let k = 0; k < all.count; k++) {
    if (k > 0 && area[k] < LEAST_AREA) now[k] = now[all.parent[k]];
    else {
      now[k] = parent.length;
      parent.push(now[all.parent[k]]);
      level.push(all.level[k]);
      kept.push(area[k]);
    }
  }
  return {
    tree: {
      count: parent.length,
      parent: Int32Array.from(parent),
      level: Uint8Array.from(level),
      nodeOf: all.nodeOf.map((k) => now[k]),
    },
    area: Float64Array.from(kept),
  };
}

const WAYS = [
  [1, 0],
  [0, 1],
] as const;
/** Fall of lightness over three pixels under which an edge is none. */
const WEAK = 0.06;

/**
 * One row of NODE_FEATURES for each node.
 * @param sign 1 where light sets were looked for, -1 where `luma` was turned over
 */
export function nodeRows(
  { tree, area }: { tree: ToneTree; area: Float64Array },
  ground: Ground,
  sign: 1 | -1,
): Float32Array {
  const { width, height, luma, colours, odds } = ground;
  const { nodeOf, count } = tree;
  const n = width * height;
  const sum = (): Float64Array => new Float64Array(count);
  const [sx, sy, sxx, syy, sxy] = [sum(), sum(), sum(), sum(), sum()];
  const [tone, tones, red, blue, off, pale, odd, border] = [
    sum(),
    sum(),
    sum(),
    sum(),
    sum(),
    sum(),
    sum(),
    sum(),
  ];
  const [rim, drop1, drop3, drop6, weak] = [sum(), sum(), sum(), sum(), sum()];
  const [out, outs, outRed, outBlue, outOff, outPale] = [sum(), sum(), sum(), sum(), sum(), sum()];
  const edge = (i: number, j: number, step: number, room: number): void => {
    // From i, which is lighter, over j outwards; no farther than the picture goes.
    const a = nodeOf[i];
    const b = nodeOf[j];
    const o = j + step * Math.min(2, room);
    const far = j + step * Math.min(5, room);
    const v = luma[i];
    const d3 = v - luma[o];
    const add = (to: Float64Array, w: number): void => {
      to[a] += w;
      to[b] -= w;
    };
    add(rim, 1);
    add(drop1, v - luma[j]);
    add(drop3, d3);
    add(drop6, v - luma[far]);
    if (d3 < WEAK) add(weak, 1);
    add(out, luma[o]);
    add(outs, luma[o] * luma[o]);
    add(outRed, colours.red[o]);
    add(outBlue, colours.blue[o]);
    add(outOff, colours.off[o]);
    add(outPale, colours.pale[o]);
  };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const k = nodeOf[i];
      sx[k] += x;
      sy[k] += y;
      sxx[k] += x * x;
      syy[k] += y * y;
      sxy[k] += x * y;
      tone[k] += luma[i];
      tones[k] += luma[i] * luma[i];
      red[k] += colours.red[i];
      blue[k] += colours.blue[i];
      off[k] += colours.off[i];
      pale[k] += colours.pale[i];
      odd[k] += Math.max(-6, odds[i]);
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) border[k]++;
      for (const [dx, dy] of WAYS) {
        if (x + dx >= width || y + dy >= height) continue;
        const j = i + dy * width + dx;
        const kj = nodeOf[j];
        if (kj === k) continue;
        const step = dy * width + dx;
        // A node's number grows up the tree, but which side is inside is told by the level.
        if (tree.level[k] > tree.level[kj]) edge(i, j, step, dx ? width - 2 - x : height - 2 - y);
        else if (tree.level[k] < tree.level[kj]) edge(j, i, -step, dx ? x : y);
      }
    }
  for (const list of [sx, sy, sxx, syy, sxy, tone, tones, red, blue, off, pale, odd, border])
    gathered(tree, list);
  for (const list of [rim, drop1, drop3, drop6, weak, out, outs, outRed, outBlue, outOff, outPale])
    gathered(tree, list);
  // Share of the picture that is lighter than a level.
  const lighter = new Float64Array(1025);
  for (let i = 0; i < n; i++) lighter[Math.min(1023, Math.max(0, Math.floor(luma[i] * 1024)))]++;
  for (let k = 1023; k >= 0; k--) lighter[k] += lighter[k + 1];
  const many = NODE_FEATURES.length;
  const rows = new Float32Array(count * many);
  const side = Math.max(width, height);
  for (let k = 0; k < count; k++) {
    const A = area[k];
    const R = Math.max(1, rim[k]);
    const mx = sx[k] / A;
    const my = sy[k] / A;
    const xx = sxx[k] / A - mx * mx + 1 / 12;
    const yy = syy[k] / A - my * my + 1 / 12;
    const xy = sxy[k] / A - mx * my;
    const middle = (xx + yy) / 2;
    const apart = Math.hypot((xx - yy) / 2, xy);
    const longest = Math.sqrt(12 * (middle + apart));
    const across = Math.sqrt(12 * Math.max(1 / 12, middle - apart));
    const t = tone[k] / A;
    const o = out[k] / R;
    const spread = Math.sqrt(Math.max(0, outs[k] / R - o * o));
    const [r, b] = [red[k] / A, blue[k] / A];
    const [ro, bo] = [outRed[k] / R, outBlue[k] / R];
    rows.set(
      [
        Math.log(A),
        Math.log(A / n),
        Math.log(R / side),
        (2 * A) / R,
        Math.log(longest / side),
        across / longest,
        A / (longest * across),
        border[k] / R,
        sign,
        t,
        Math.sqrt(Math.max(0, tones[k] / A - t * t)),
        o,
        spread,
        drop1[k] / R,
        drop3[k] / R,
        drop6[k] / R,
        weak[k] / R,
        (t - o) / (spread + 0.02),
        drop1[k] / (Math.abs(drop3[k]) + 0.02 * R),
        Math.log((lighter[Math.min(1023, Math.max(0, Math.floor(t * 1024)))] + 1) / n),
        odd[k] / A,
        Math.hypot(r - ro, b - bo),
        (pale[k] / A - outPale[k] / R) / colours.width,
        off[k] / A / colours.width,
        outOff[k] / R / colours.width,
        pale[k] / A / colours.width,
        Math.hypot(r, b),
        Math.hypot(ro, bo),
        colours.width,
      ],
      k * many,
    );
  }
  return rows;
}
