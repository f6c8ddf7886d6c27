/**
 * Numbers from which the kind of a scan is read. All are taken inside the picture area, on blocks of cells, so
 * that grain and dust do not count; only the colour of clear film looks at the rebate as well.
 *
 * One hue: a black-and-white scan has at each brightness one colour only, whatever the lamp's or the paper's
 * tint. Opponent colours u = (R-G)/Y and v = (B-G)/Y are taken relative to their median at like brightness;
 * stains and fading push them along one line (yellow-brown), real colours scatter across it too.
 */
import { median, percentiles, type Grid } from './analyse-grid.ts';
import type { BaseLevel } from './base-level.ts';
import type { Perforations } from './frames-light.ts';

export interface KindFeatures {
  /** 90th percentile of the scatter across the main line of hue variation. */
  across: number;
  /** Sum of the 80th percentiles of |u| and |v| scatter. */
  scatter: number;
  /** Share of blocks that are greener than red or bluer than green: impossible under a brown tint. */
  cool: number;
  /** log10 of green and of blue over red in the clearest even parts. */
  clearGreen: number;
  clearBlue: number;
  /** Share of the scan that those clearest parts cover. */
  clearShare: number;
  /** log10 of green over red in the middle of all blocks. */
  typicalGreen: number;
  /** Share of blocks in which red passes green and green passes blue. */
  orange: number;
  /** Tone between the 3rd and the 99th percentile, density. */
  range: number;
  /** Skewness of tone: positives mostly have a tail into the shadows (below 0), negatives into the clear (above). */
  skew: number;
  /** Brightest channel of the densest 3 %, relative to the clearest parts, log10; and red over blue there. */
  darkest: number;
  darkRedOverBlue: number;
  /** Share of the picture that is denser than the film around the perforations; NaN without perforations. */
  underRing: number;
  /** The same file holds one channel. */
  grey: boolean;
}

interface Block {
  r: number;
  g: number;
  b: number;
  y: number;
  tone: number;
}

/** Computes the features; `picture` marks the cells to look at. */
export function kindFeatures(
  grid: Grid,
  picture: Uint8Array,
  level: BaseLevel,
  perfs: Perforations | null,
): KindFeatures {
  const blocks = blocksOf(grid, picture, level.light);
  const tones = blocks.map((b) => b.tone);
  const [lo, hi] = percentiles(tones, [0.03, 0.99]);
  const clear = clearColour(grid, level);
  const dense = blocks.filter((b) => b.tone <= lo);
  const log = (v: number): number => Math.log10(Math.max(v, 1e-5));
  const dr = median(dense.map((b) => log(b.r)));
  const dg = median(dense.map((b) => log(b.g)));
  const db = median(dense.map((b) => log(b.b)));
  const hue = hueScatter(blocks);
  return {
    ...hue,
    clearGreen: clear.log[1] - clear.log[0],
    clearBlue: clear.log[2] - clear.log[0],
    clearShare: clear.share,
    typicalGreen: median(blocks.map((b) => log(b.g) - log(b.r))),
    orange: blocks.filter((b) => b.r > 1.15 * b.g && b.g > 1.05 * b.b).length / Math.max(1, blocks.length),
    range: hi - lo,
    skew: skewness(tones),
    darkest: Math.max(dr, dg, db) - Math.max(...clear.log),
    darkRedOverBlue: dr - db,
    underRing: perfs
      ? tones.filter((t) => t < perfs.ringTone).length / Math.max(1, tones.length)
      : Number.NaN,
    grey: grid.grey,
  };
}

function blocksOf(grid: Grid, picture: Uint8Array, light: Uint8Array): Block[] {
  const { tone } = grid;
  const [linR, linG, linB] = grid.lin;
  const size = Math.max(1, Math.round(Math.max(grid.width, grid.height) / 120));
  const out: Block[] = [];
  for (let y = 0; y + size <= grid.height; y += size)
    for (let x = 0; x + size <= grid.width; x += size) {
      let r = 0;
      let g = 0;
      let b = 0;
      let t = 0;
      let n = 0;
      for (let j = 0; j < size; j++)
        for (let i = 0; i < size; i++) {
          const p = (y + j) * grid.width + x + i;
          if (!picture[p] || light[p]) continue;
          r += linR[p];
          g += linG[p];
          b += linB[p];
          t += tone[p];
          n++;
        }
      if (n * 2 < size * size) continue;
      out.push({ r: r / n, g: g / n, b: b / n, y: (0.3 * r + 0.6 * g + 0.1 * b) / n, tone: t / n });
    }
  return out;
}

/** Median log colour of the smooth cells at base level. */
function clearColour(grid: Grid, level: BaseLevel): { log: [number, number, number]; share: number } {
  const { like, smooth } = level;
  const at = new Int32Array(Math.ceil(like.length / 3));
  let cells = 0;
  let picked = 0;
  for (let p = 0; p < like.length; p++) if (like[p] && smooth[p] && cells++ % 3 === 0) at[picked++] = p;
  const share = cells / like.length;
  const middle = (plane: Float32Array): number => {
    const values = new Float32Array(picked);
    for (let i = 0; i < picked; i++) values[i] = plane[at[i]];
    return median(values);
  };
  const [logR, logG, logB] = grid.log;
  if (picked > 0) return { log: [middle(logR), middle(logG), middle(logB)], share };
  const top = grid.log.map((plane) => percentiles(plane, [0.99])[0]);
  return { log: [top[0], top[1], top[2]], share: 0 };
}

/** Brightness classes within which hue is compared. */
const CLASSES = 12;

function hueScatter(blocks: Block[]): { across: number; scatter: number; cool: number } {
  if (blocks.length < CLASSES) return { across: 0, scatter: 0, cool: 0 };
  const [bright] = percentiles(
    blocks.map((b) => b.y),
    [0.99],
  );
  const floor = 0.08 * bright;
  const sorted = [...blocks].sort((a, b) => a.y - b.y);
  const us: number[] = [];
  const vs: number[] = [];
  for (let k = 0; k < CLASSES; k++) {
    const part = sorted.slice(
      Math.floor((k * sorted.length) / CLASSES),
      Math.floor(((k + 1) * sorted.length) / CLASSES),
    );
    const u = part.map((b) => (b.r - b.g) / (b.y + floor));
    const v = part.map((b) => (b.b - b.g) / (b.y + floor));
    const mu = median(u);
    const mv = median(v);
    for (let i = 0; i < part.length; i++) {
      us.push(u[i] - mu);
      vs.push(v[i] - mv);
    }
  }
  let uu = 0;
  let uv = 0;
  let vv = 0;
  for (let i = 0; i < us.length; i++) {
    const w = 1 / (1 + (us[i] ** 2 + vs[i] ** 2) / 0.01);
    uu += w * us[i] ** 2;
    uv += w * us[i] * vs[i];
    vv += w * vs[i] ** 2;
  }
  const axis = 0.5 * Math.atan2(2 * uv, uu - vv);
  const s = Math.sin(axis);
  const c = Math.cos(axis);
  const [across] = percentiles(
    us.map((u, i) => Math.abs(vs[i] * c - u * s)),
    [0.9],
  );
  const [pu] = percentiles(
    us.map((u) => Math.abs(u)),
    [0.8],
  );
  const [pv] = percentiles(
    vs.map((v) => Math.abs(v)),
    [0.8],
  );
  const noise = 0.004 * bright;
  const cool =
    blocks.filter((b) => b.b > 1.04 * b.g + noise || b.g > 1.04 * b.r + noise).length / blocks.length;
  return { across, scatter: pu + pv, cool };
}

function skewness(values: readonly number[]): number {
  if (values.length < 3) return 0;
  let mean = 0;
  for (const v of values) mean += v / values.length;
  let m2 = 0;
  let m3 = 0;
  for (const v of values) {
    m2 += (v - mean) ** 2 / values.length;
    m3 += (v - mean) ** 3 / values.length;
  }
  return m2 > 1e-9 ? m3 / m2 ** 1.5 : 0;
}
