/**
 * The clean level of the infrared plane and its noise: what the plane would be without dust. Per block of the
 * pooled plane, a high percentile of log infrared less the dyes' share (alpha times log red, blurred as the
 * scanner blurs its infrared); blocks that dust or the holder fills are bridged from their neighbours. What is
 * left, the ratio r to the clean level, has its noise measured by the median absolute deviation, per scan and
 * per block, because scanners differ by an order of magnitude (clean sigma 0.005 on one, 0.05 on another).
 */
import { median, quantile } from './infrared.ts';
import { boxMean, type Planes } from './infrared-planes.ts';

export interface CleanLevel {
  /** Side of a block in pooled pixels, and blocks across and down. */
  block: number;
  columns: number;
  rows: number;
  /** Clean level per block (log10), noise of r per block relative to the scan's (>= 1), and the holder's blocks. */
  level: Float32Array;
  noise: Float32Array;
  holder: Uint8Array;
  /** Radius of the blur that makes red as soft as the infrared, pooled pixels. */
  blur: number;
  alpha: number;
  /** log10 ratio to the clean level, pooled pixels: of means and of minima. */
  ratio: Float32Array;
  ratioMin: Float32Array;
  /** Robust sigma of the two, of their 3 x 3 mean. */
  sigma: number;
  sigmaMin: number;
}

/** Smallest sigma believed: a 16-bit plane is not better than this, and a synthetic one has none. */
const LEAST_SIGMA = 0.0012;
/** The holder and opaque tape lie this far (log10) under the open plane. */
const HOLDER_DROP = 0.35;

/** Finds level and ratio of pooled planes. `alpha`: slope of log infrared on log red. */
export function cleanLevel(p: Planes, alpha: number): CleanLevel {
  const { width, height } = p;
  const block = Math.max(8, Math.min(32, Math.floor(Math.min(width, height) / 12)));
  const columns = Math.ceil(width / block);
  const rows = Math.ceil(height / block);
  const soft = new Float32Array(p.red.length);
  const blur = bestBlur(p, alpha, soft);
  boxMean(p.red, soft, width, height, blur);

  const count = columns * rows;
  const stride = strideOf(block);
  const level = new Float32Array(count);
  const raw = new Float32Array(count);
  const buffer = new Float32Array(block * block);
  const rawBuffer = new Float32Array(block * block);
  for (let by = 0; by < rows; by++)
    for (let bx = 0; bx < columns; bx++) {
      let n = 0;
      const y1 = Math.min(height, (by + 1) * block);
      const x1 = Math.min(width, (bx + 1) * block);
      for (let y = by * block; y < y1; y += stride)
        for (let x = bx * block + (y % 3); x < x1; x += stride, n++) {
          const i = y * width + x;
          buffer[n] = p.mean[i] - alpha * soft[i];
          rawBuffer[n] = p.mean[i];
        }
      level[by * columns + bx] = n > 0 ? quantile(buffer.subarray(0, n), 0.65) : NaN;
      raw[by * columns + bx] = n > 0 ? quantile(rawBuffer.subarray(0, n), 0.65) : NaN;
    }
  const open = quantile(raw, 0.75);
  const dark = Uint8Array.from(raw, (v) => (v < open - HOLDER_DROP || Number.isNaN(v) ? 1 : 0));
  const holder = fromBorder(dark, columns, rows);
  bridge(level, dark, holder, columns, rows);
  const smooth = medianOfNine(level, holder, columns, rows);

  // In place of the pooled planes' copies: ratio of means and of minima.
  const ratio = soft;
  const ratioMin = p.min === p.mean ? ratio : new Float32Array(p.mean.length);
  const found: CleanLevel = {
    block,
    columns,
    rows,
    level: smooth,
    noise: new Float32Array(count).fill(1),
    holder,
    blur,
    alpha,
    ratio,
    ratioMin,
    sigma: LEAST_SIGMA,
    sigmaMin: LEAST_SIGMA,
  };
  const clean = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    levelRow(found, width, y, clean);
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const without = alpha * soft[i] + clean[x];
      if (ratioMin !== ratio) ratioMin[i] = p.min[i] - without;
      ratio[i] = p.mean[i] - without;
    }
  }
  found.sigma = centre(found, ratio, width, height);
  found.sigmaMin = ratioMin === ratio ? found.sigma : centre(found, ratioMin, width, height);
  blockNoise(found, width, height);
  return found;
}

/** About a hundred samples of a block say enough. */
function strideOf(block: number): number {
  return Math.max(1, Math.floor(block / 10));
}

/** Clean level along a row of the pooled plane, bilinear between block centres. */
export function levelRow(l: CleanLevel, width: number, y: number, out: Float32Array): void {
  const { block, columns, rows, level } = l;
  const fy = Math.min(rows - 1, Math.max(0, (y + 0.5) / block - 0.5));
  const iy = Math.min(rows - 1, fy | 0);
  const ty = fy - iy;
  const top = iy * columns;
  const low = Math.min(rows - 1, iy + 1) * columns;
  for (let x = 0; x < width; x++) {
    const fx = Math.min(columns - 1, Math.max(0, (x + 0.5) / block - 0.5));
    const ix = fx | 0;
    const jx = Math.min(columns - 1, ix + 1);
    const tx = fx - ix;
    const a = level[top + ix] + (level[top + jx] - level[top + ix]) * tx;
    const b = level[low + ix] + (level[low + jx] - level[low + ix]) * tx;
    out[x] = a + (b - a) * ty;
  }
}

/** The blur of red (0..3 pooled pixels) with which the dyes' share is removed most completely. */
function bestBlur(p: Planes, alpha: number, work: Float32Array): number {
  if (Math.abs(alpha) < 0.005) return 1;
  const { width, height } = p;
  const size = Math.min(160, width, height);
  const places = [0.2, 0.5, 0.8].flatMap((v) => [0.2, 0.5, 0.8].map((u) => [u, v]));
  let best = { radius: 0, spread: Infinity };
  const part = new Float32Array(size * size);
  const out = new Float32Array(size * size);
  for (const radius of [0, 1, 2, 3, 4]) {
    let spread = 0;
    for (const [u, v] of places) {
      const x0 = Math.floor(u * (width - size));
      const y0 = Math.floor(v * (height - size));
      for (let y = 0; y < size; y++)
        part.set(p.red.subarray((y0 + y) * width + x0, (y0 + y) * width + x0 + size), y * size);
      boxMean(part, out, size, size, radius);
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++)
          part[y * size + x] = p.mean[(y0 + y) * width + x0 + x] - alpha * out[y * size + x];
      boxMean(part, out, size, size, 6);
      for (let i = 0; i < part.length; i++) out[i] = Math.abs(part[i] - out[i]);
      spread += quantile(out, 0.9);
    }
    if (spread < best.spread) best = { radius, spread };
  }
  work.fill(0);
  return best.radius;
}

/** Dark blocks that reach the border of the scan, and the blocks beside them: holder, tape, edge of the light. */
function fromBorder(dark: Uint8Array, columns: number, rows: number): Uint8Array {
  const reached = new Uint8Array(dark.length);
  const queue: number[] = [];
  const push = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= columns || y >= rows) return;
    const i = y * columns + x;
    if (dark[i] && !reached[i]) {
      reached[i] = 1;
      queue.push(i);
    }
  };
  for (let x = 0; x < columns; x++) {
    push(x, 0);
    push(x, rows - 1);
  }
  for (let y = 0; y < rows; y++) {
    push(0, y);
    push(columns - 1, y);
  }
  while (queue.length > 0) {
    const i = queue.pop() as number;
    const x = i % columns;
    const y = (i - x) / columns;
    push(x - 1, y);
    push(x + 1, y);
    push(x, y - 1);
    push(x, y + 1);
  }
  return reached;
}

/** Gives dark blocks inside the picture (a large flake) the level of the clean blocks about them. */
function bridge(
  level: Float32Array,
  dark: Uint8Array,
  holder: Uint8Array,
  columns: number,
  rows: number,
): void {
  const known = Uint8Array.from(dark, (d) => (d ? 0 : 1));
  for (let pass = 0; pass < columns + rows; pass++) {
    const add: [number, number][] = [];
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const i = y * columns + x;
        if (known[i] || holder[i]) continue;
        let sum = 0;
        let n = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const j = (y + dy) * columns + x + dx;
            if (x + dx < 0 || x + dx >= columns || y + dy < 0 || y + dy >= rows || !known[j]) continue;
            sum += level[j];
            n++;
          }
        if (n > 0) add.push([i, sum / n]);
      }
    if (add.length === 0) return;
    for (const [i, v] of add) {
      level[i] = v;
      known[i] = 1;
    }
  }
}

function medianOfNine(level: Float32Array, holder: Uint8Array, columns: number, rows: number): Float32Array {
  const out = new Float32Array(level.length);
  const around = new Float32Array(9);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      let n = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || x + dx >= columns || y + dy < 0 || y + dy >= rows) continue;
          const j = (y + dy) * columns + x + dx;
          if (holder[j] === holder[i] && !Number.isNaN(level[j])) around[n++] = level[j];
        }
      out[i] = n > 0 ? median(around.subarray(0, n)) : level[i];
    }
  return out;
}

/** Sets the median of r outside the holder to 0 and returns its robust sigma. */
function centre(l: CleanLevel, r: Float32Array, width: number, height: number): number {
  const values: number[] = [];
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 120_000)));
  for (let y = 0; y < height; y += step)
    for (let x = (y * 7) % step; x < width; x += step)
      if (!l.holder[Math.floor(y / l.block) * l.columns + Math.floor(x / l.block)])
        values.push(r[y * width + x]);
  if (values.length === 0) return LEAST_SIGMA;
  const v = Float32Array.from(values);
  const m = median(v);
  for (let i = 0; i < v.length; i++) v[i] = Math.abs(v[i] - m);
  for (let i = 0; i < r.length; i++) r[i] -= m;
  return Math.max(LEAST_SIGMA, 1.4826 * median(v));
}

/** Noise per block relative to the scan's, at least 1: texture that the dyes' share leaves behind raises it. */
function blockNoise(l: CleanLevel, width: number, height: number): void {
  const { block, columns, rows } = l;
  const own = new Float32Array(columns * rows);
  const stride = strideOf(block);
  const buffer = new Float32Array(block * block);
  for (let by = 0; by < rows; by++)
    for (let bx = 0; bx < columns; bx++) {
      let n = 0;
      for (let y = by * block; y < Math.min(height, (by + 1) * block); y += stride)
        for (let x = bx * block + (y % 3); x < Math.min(width, (bx + 1) * block); x += stride)
          buffer[n++] = l.ratio[y * width + x];
      const part = buffer.subarray(0, n);
      const m = median(part);
      for (let i = 0; i < n; i++) part[i] = Math.abs(part[i] - m);
      own[by * columns + bx] = Math.max(1, (1.4826 * median(part)) / l.sigma);
    }
  l.noise.set(medianOfNine(own, l.holder, columns, rows));
}
