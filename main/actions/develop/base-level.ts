/**
 * How bright unexposed film is, cell by cell. Film base is the brightest *film* on a scan: smooth, of one
 * colour, neither perforation nor naked light. Its level is first read from the histogram of smooth cells
 * (or from the film around the perforations), then followed over the scan by a low, robust surface, since
 * many light sources fall off towards the corners.
 */
import { median, percentile, spread, type Grid } from './analyse-grid.ts';
import type { Holder, Perforations } from './frames-light.ts';

export interface BaseLevel {
  /** Tone (mean log of the channels) of the film base at each cell. */
  surface: Float32Array;
  /** 1 where a cell looks like film base. */
  like: Uint8Array;
  /** 1 where a cell is brighter than film can be: light source, perforation. */
  light: Uint8Array;
  /** 1 where the neighbourhood is smooth. */
  smooth: Uint8Array;
  /** Tone range within which a cell counts as base. */
  tolerance: number;
  /** True when the scan shows naked light (perforations, light table). */
  hasLight: boolean;
}

/** Range of tone in each cell's 3x3 neighbourhood, and which of them count as smooth for this scan's noise. */
function smoothCells(grid: Grid, usable: Uint8Array): { smooth: Uint8Array; noise: number } {
  const { width, height, tone } = grid;
  const range = new Float32Array(tone.length);
  const smooth = new Uint8Array(tone.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const p = y * width + x;
      const a = Math.abs(tone[p - 1] - tone[p + 1]);
      const b = Math.abs(tone[p - width] - tone[p + width]);
      const c = Math.abs(tone[p - width - 1] - tone[p + width + 1]);
      const d = Math.abs(tone[p - width + 1] - tone[p + width - 1]);
      range[p] = Math.max(a, b, c, d);
    }
  }
  const noise = percentile(range, 0.25, usable);
  const limit = Math.min(0.06, Math.max(0.012, 2.5 * noise));
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const p = y * width + x;
      smooth[p] = usable[p] && range[p] < limit ? 1 : 0;
    }
  return { smooth, noise };
}

interface Mode {
  tone: number;
  cells: number;
}

/** The brightest peak of the tone histogram that carries weight; null when there is none below `ceiling`. */
function brightestMode(tone: Float32Array, mask: Uint8Array, ceiling: number): Mode | null {
  const bins = 420;
  const bin = (t: number): number => Math.floor((t + 4) * 100);
  const count = new Float64Array(bins);
  let total = 0;
  for (let p = 0; p < tone.length; p++)
    if (mask[p] && tone[p] < ceiling) {
      const i = bin(tone[p]);
      if (i >= 0 && i < bins) count[i]++;
      total++;
    }
  const enough = Math.max(40, 0.004 * total);
  const soft = count.map((_, i) => {
    let s = 0;
    for (let k = -2; k <= 2; k++) s += count[i + k] ?? 0;
    return s;
  });
  for (let i = bins - 3; i >= 2; i--) {
    let top = true;
    for (let k = -3; k <= 3; k++) if ((soft[i + k] ?? 0) > soft[i]) top = false;
    if (!top) continue;
    let cells = 0;
    for (let k = -4; k <= 4; k++) cells += count[i + k] ?? 0;
    if (cells >= enough) return { tone: (i + 0.5) / 100 - 4, cells };
  }
  return null;
}

/** A growing list of [x, y, t, weight], flat. */
class Points {
  values: Float64Array;
  length = 0;
  constructor(most: number, first: readonly (readonly number[])[] = []) {
    this.values = new Float64Array(4 * (most + first.length));
    for (const [x, y, t, w] of first) this.add(x, y, t, w);
  }
  add(x: number, y: number, t: number, w: number): void {
    const { values, length } = this;
    values[length] = x;
    values[length + 1] = y;
    values[length + 2] = t;
    values[length + 3] = w;
    this.length = length + 4;
  }
  get count(): number {
    return this.length / 4;
  }
}

/** Fits t = c0 + c1 x + c2 y + c3 x² + c4 xy + c5 y² to [x, y, t, weight] (x, y from -1 to 1) with a ridge on all but c0. */
function fitSurface({ values, length }: Points, ridge: number): number[] {
  const m = 6;
  const sums = new Float64Array(m * (m + 1));
  const f = new Float64Array(m);
  f[0] = 1;
  let total = 0;
  for (let k = 0; k < length; k += 4) {
    const x = values[k];
    const y = values[k + 1];
    const t = values[k + 2];
    const w = values[k + 3];
    f[1] = x;
    f[2] = y;
    f[3] = x * x;
    f[4] = x * y;
    f[5] = y * y;
    total += w;
    for (let i = 0, at = 0; i < m; i++) {
      const wf = w * f[i];
      for (let j = 0; j < m; j++) sums[at++] += wf * f[j];
      sums[at++] += wf * t;
    }
  }
  const a = Array.from({ length: m }, (_, i) => Array.from(sums.subarray(i * (m + 1), (i + 1) * (m + 1))));
  for (let i = 1; i < m; i++) a[i][i] += ridge * total;
  for (let i = 0; i < m; i++) {
    let pivot = i;
    for (let r = i + 1; r < m; r++) if (Math.abs(a[r][i]) > Math.abs(a[pivot][i])) pivot = r;
    [a[i], a[pivot]] = [a[pivot], a[i]];
    for (let r = 0; r < m; r++) {
      if (r === i) continue;
      const k = a[r][i] / a[i][i];
      for (let j = i; j <= m; j++) a[r][j] -= k * a[i][j];
    }
  }
  return a.map((row, i) => row[m] / row[i]);
}

/** Follows the film base over the scan. */
export function findBaseLevel(grid: Grid, holder: Holder, perfs: Perforations | null): BaseLevel {
  const { width, height, tone, clipped } = grid;
  const n = tone.length;
  const usable = new Uint8Array(n);
  for (let p = 0; p < n; p++) usable[p] = holder.mask[p] ? 0 : 1;
  const { smooth, noise } = smoothCells(grid, usable);
  let hasLight = perfs !== null;
  let start: number;
  let ceiling = Infinity;
  if (perfs) {
    start = perfs.ringTone;
    ceiling = (perfs.ringTone + perfs.lightTone) / 2;
  } else {
    const first = brightestMode(tone, smooth, Infinity);
    start = first?.tone ?? percentile(tone, 0.99, usable);
    if (first) {
      const second = nakedLight(grid, smooth, first);
      if (second) {
        hasLight = true;
        ceiling = (first.tone + second.tone) / 2;
        start = second.tone;
      }
    }
  }
  let tolerance = Math.min(0.09, Math.max(0.05, 4 * noise));
  const step = Math.max(1, Math.round(Math.sqrt(n / 30_000)));
  const cells = Math.ceil(width / step) * Math.ceil(height / step);
  let coef = [start, 0, 0, 0, 0, 0];
  const at = (c: number[], x: number, y: number): number =>
    c[0] + c[1] * x + c[2] * y + c[3] * x * x + c[4] * x * y + c[5] * y * y;
  if (perfs) {
    const ring = ringPoints(grid, perfs);
    if (ring.length >= 6) coef = fitSurface(new Points(0, ring), 0.02);
  }
  for (let pass = 0; pass < 6; pass++) {
    const window = Math.max(tolerance, 0.14 - 0.02 * pass);
    const points = new Points(cells, perfs ? ringPoints(grid, perfs) : []);
    for (let y = 0; y < height; y += step)
      for (let x = 0; x < width; x += step) {
        const p = y * width + x;
        if (!smooth[p] || clipped[p] || tone[p] > ceiling + 0.15) continue;
        const u = (2 * x) / width - 1;
        const v = (2 * y) / height - 1;
        const d = tone[p] - at(coef, u, v);
        // Exposure only darkens film: the surface is an upper envelope, so what lies below it weighs little.
        if (d > -window * 0.5 && d < window * 1.5) points.add(u, v, tone[p], d >= -0.01 ? 1 : 0.08);
      }
    if (points.count < 20) break;
    const next = fitSurface(points, 0.02);
    // A surface that bends more than a light source can is following the picture.
    const bend = Math.max(
      ...[
        [-1, -1],
        [1, -1],
        [-1, 1],
        [1, 1],
      ].map(([x, y]) => Math.abs(at(next, x, y) - at(next, 0, 0))),
    );
    if (bend > 0.5) break;
    coef = next;
  }
  const surface = new Float32Array(n);
  const like = new Uint8Array(n);
  const light = new Uint8Array(n);
  const lift = perfs ? Math.max(0.05, 0.5 * (perfs.lightTone - perfs.ringTone)) : 0.12;
  const classify = (): void => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const p = y * width + x;
        const s = at(coef, (2 * x) / width - 1, (2 * y) / height - 1);
        surface[p] = s;
        const d = tone[p] - s;
        light[p] = d > lift ? 1 : 0;
        like[p] = d > -tolerance && d <= lift && !holder.mask[p] ? 1 : 0;
      }
  };
  classify();
  // Now that the surface is known, the base's own scatter says how far a cell may lie from it.
  const off: number[] = [];
  for (let p = 0; p < n; p += 3)
    if (like[p] && smooth[p] && tone[p] - surface[p] < tolerance) off.push(tone[p] - surface[p]);
  if (off.length > 50) {
    tolerance = Math.min(0.09, Math.max(0.03, 3.5 * spread(off)));
    classify();
  }
  const rings = perfs ? ringPoints(grid, perfs).map((r) => r[2]) : [];
  const uneven = rings.length >= 6 && percentile(rings, 0.9) - percentile(rings, 0.1) > 0.07;
  if (uneven) {
    // Under uneven light the gaps between frames are darker than the film beside the perforations, with which
    // they are joined without an edge: follow them there, then let them shape the surface.
    for (let pass = 0; pass < 2; pass++) {
      const grown = follow(grid, like, smooth, surface, Math.max(0.008, 1.5 * noise));
      const points = new Points(cells);
      for (let y = 0; y < height; y += step)
        for (let x = 0; x < width; x += step)
          if (grown[y * width + x] && smooth[y * width + x])
            points.add((2 * x) / width - 1, (2 * y) / height - 1, tone[y * width + x], 1);
      if (points.count >= 60) coef = fitSurface(points, 0.002);
      classify();
      for (let p = 0; p < n; p++) if (grown[p] && !light[p]) like[p] = 1;
    }
  }
  return { surface, like, light, smooth, tolerance, hasLight };
}

/** Grows a mask over smooth cells while tone changes by less than `slack` from cell to cell. */
function follow(
  grid: Grid,
  seeds: Uint8Array,
  smooth: Uint8Array,
  surface: Float32Array,
  slack: number,
): Uint8Array {
  const { width, height, tone } = grid;
  const out = seeds.slice();
  const mean = (p: number): number =>
    (tone[p - 1] + tone[p] + tone[p + 1] + tone[p - width] + tone[p + width]) / 5;
  const stack: number[] = [];
  for (let p = 0; p < out.length; p++) if (out[p] && smooth[p]) stack.push(p);
  while (stack.length > 0) {
    const p = stack.pop() as number;
    const m = mean(p);
    const x = p % width;
    const y = (p - x) / width;
    if (x < 2 || y < 2 || x > width - 3 || y > height - 3) continue;
    for (const q of [p - 1, p + 1, p - width, p + width]) {
      if (out[q] || !smooth[q] || Math.abs(tone[q] - surface[q]) > 0.4) continue;
      if (Math.abs(mean(q) - m) > slack) continue;
      out[q] = 1;
      stack.push(q);
    }
  }
  return out;
}

/** Tone of the film beside each perforation, towards its neighbours in the row, as [x, y, tone, weight], x and y in -1..1. */
function ringPoints(grid: Grid, perfs: Perforations): number[][] {
  const out: number[][] = [];
  const half = perfs.pitch / 2;
  for (const b of perfs.holes)
    for (const sign of [-1, 1]) {
      const x = Math.round(b.cx + (perfs.along === 'x' ? sign * half : 0));
      const y = Math.round(b.cy + (perfs.along === 'y' ? sign * half : 0));
      if (x < 1 || y < 1 || x >= grid.width - 1 || y >= grid.height - 1) continue;
      const around: number[] = [];
      for (let j = -1; j <= 1; j++)
        for (let i = -1; i <= 1; i++) around.push(grid.tone[(y + j) * grid.width + x + i]);
      const t = median(around);
      if (Math.abs(t - perfs.ringTone) > 0.6 || t > (perfs.ringTone + perfs.lightTone) / 2 + 0.15) continue;
      out.push([(2 * x) / grid.width - 1, (2 * y) / grid.height - 1, t, 4]);
    }
  return out;
}

/**
 * Decides whether the brightest plateau is naked light rather than film base, and returns the film's own
 * plateau if so: light clips, or it surrounds film whose clear parts are distinctly more orange.
 */
function nakedLight(grid: Grid, smooth: Uint8Array, first: Mode): Mode | null {
  const { tone, log, clipped, width, height } = grid;
  const second = brightestMode(tone, smooth, first.tone - 0.07);
  if (!second || second.cells < 0.004 * tone.length) return null;
  const colour = (m: Mode): number => {
    const v: number[] = [];
    for (let p = 0; p < tone.length; p += 3)
      if (smooth[p] && Math.abs(tone[p] - m.tone) < 0.03) v.push(log[2][p] - log[0][p]);
    return median(v);
  };
  let inFirst = 0;
  let clip = 0;
  for (let p = 0; p < tone.length; p++)
    if (Math.abs(tone[p] - first.tone) < 0.05) {
      inFirst++;
      clip += clipped[p];
    }
  if (clip > 0.5 * inFirst) return second;
  let edge = 0;
  let ring = 0;
  for (let x = 0; x < width; x++)
    for (const y of [0, height - 1]) {
      ring++;
      if (tone[y * width + x] > first.tone - 0.08) edge++;
    }
  for (let y = 0; y < height; y++)
    for (const x of [0, width - 1]) {
      ring++;
      if (tone[y * width + x] > first.tone - 0.08) edge++;
    }
  const masked = colour(first) - colour(second) > 0.2;
  return edge > 0.35 * ring && masked && first.tone - second.tone > 0.15 ? second : null;
}
