/**
 * Filling holes from their surroundings, in density. Two fills work on a small window around one defect:
 *
 *  membrane     the solution of Laplace's equation with the hole's border as boundary (a pyramid of averages,
 *               then a few rounds of over-relaxation); right for specks
 *  directional  for hairs and scratches: each pixel is interpolated between the two borders it sees along each
 *               of eight lines, weighted by how well the ends agree and how near they are, so that an edge that
 *               crosses the hair stays sharp instead of being smeared along it
 *
 * Grain comes back as the high-pass of the cleanest like place nearby, so that its size and colour are the
 * film's own.
 */

/** A square cut-out of the picture: log10 of light per channel, and which pixels must not be trusted. */
export interface FillWindow {
  width: number;
  height: number;
  channels: number;
  /** width·height·channels */
  log: Float32Array;
  /** 1 where any defect lies. */
  bad: Uint8Array;
}

/**
 * Replaces the pixels of `hole` (indices into the window) by a membrane. `rounds` of relaxation polish what the
 * pyramid gives; 8 are plenty.
 */
export function membrane(win: FillWindow, hole: Int32Array, rounds: number): void {
  const { width, height, channels, log, bad } = win;
  pyramid(win, hole);
  const inside = new Uint8Array(bad.length);
  for (const i of hole) inside[i] = 1;
  // Neighbours; a pixel of another defect, and the window's edge, count as the pixel itself.
  const n = hole.length;
  const beside = new Int32Array(n * 4);
  for (let k = 0; k < n; k++) {
    const i = hole[k];
    const x = i % width;
    const at = (ok: boolean, j: number) => (ok && (!bad[j] || inside[j]) ? j : i) * channels;
    beside[k * 4] = at(x > 0, i - 1);
    beside[k * 4 + 1] = at(x < width - 1, i + 1);
    beside[k * 4 + 2] = at(i >= width, i - width);
    beside[k * 4 + 3] = at(i < width * (height - 1), i + width);
  }
  const omega = 1.5;
  for (let round = 0; round < rounds; round++)
    for (let k = 0, b = 0; k < n; k++, b += 4) {
      const i = hole[k] * channels;
      for (let c = 0; c < channels; c++) {
        const mean =
          0.25 *
          (log[beside[b] + c] + log[beside[b + 1] + c] + log[beside[b + 2] + c] + log[beside[b + 3] + c]);
        log[i + c] += omega * (mean - log[i + c]);
      }
    }
}

interface Level {
  width: number;
  height: number;
  value: Float32Array;
  weight: Float32Array;
}

/**
 * Fills the hole from ever coarser averages of what is known (pull-push; Gortler, Grzeszczuk, Szeliski, Cohen,
 * "The Lumigraph", 1996): time in proportion to the window, however large the hole.
 */
function pyramid(win: FillWindow, hole: Int32Array): void {
  const { channels, bad, log } = win;
  const weight = new Float32Array(bad.length);
  for (let i = 0; i < bad.length; i++) weight[i] = bad[i] ? 0 : 1;
  const levels: Level[] = [{ width: win.width, height: win.height, value: log, weight }];
  while (levels.length < 12) {
    const top = levels[levels.length - 1];
    if (top.width <= 2 && top.height <= 2) break;
    levels.push(pull(top, channels));
  }
  for (let l = levels.length - 2; l > 0; l--) {
    const level = levels[l];
    for (let i = 0; i < level.weight.length; i++)
      if (level.weight[i] < 1) push(level, levels[l + 1], i, channels, level.weight[i]);
  }
  if (levels.length > 1) for (const i of hole) push(levels[0], levels[1], i, channels, 0);
}

function pull(fine: Level, channels: number): Level {
  const width = (fine.width + 1) >> 1;
  const height = (fine.height + 1) >> 1;
  const value = new Float32Array(width * height * channels);
  const weight = new Float32Array(width * height);
  for (let y = 0; y < fine.height; y++)
    for (let x = 0; x < fine.width; x++) {
      const i = y * fine.width + x;
      const w = fine.weight[i];
      if (w === 0) continue;
      const o = (y >> 1) * width + (x >> 1);
      weight[o] += w;
      for (let c = 0; c < channels; c++) value[o * channels + c] += w * fine.value[i * channels + c];
    }
  for (let o = 0; o < weight.length; o++) {
    if (weight[o] === 0) continue;
    for (let c = 0; c < channels; c++) value[o * channels + c] /= weight[o];
    weight[o] = Math.min(1, weight[o]);
  }
  return { width, height, value, weight };
}

/** Mixes pixel `i` of the fine level with the coarse level, interpolated bilinearly where that is known. */
function push(fine: Level, coarse: Level, i: number, channels: number, own: number): void {
  const x = i % fine.width;
  const y = (i - x) / fine.width;
  const cx = x >> 1;
  const cy = y >> 1;
  const nx = Math.min(coarse.width - 1, Math.max(0, cx + (x & 1 ? 1 : -1)));
  const ny = Math.min(coarse.height - 1, Math.max(0, cy + (y & 1 ? 1 : -1)));
  const a = (cy * coarse.width + cx) * channels;
  const b = (cy * coarse.width + nx) * channels;
  const d = (ny * coarse.width + cx) * channels;
  const e = (ny * coarse.width + nx) * channels;
  const v = coarse.value;
  for (let c = 0; c < channels; c++) {
    const up = 0.5625 * v[a + c] + 0.1875 * (v[b + c] + v[d + c]) + 0.0625 * v[e + c];
    fine.value[i * channels + c] = own * fine.value[i * channels + c] + (1 - own) * up;
  }
}

const LINES = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
  [2, 1],
  [1, 2],
  [2, -1],
  [1, -2],
] as const;

/** Interpolates the hole along lines; pixels that see no two borders within `reach` keep what they have. */
export function directional(win: FillWindow, hole: Int32Array, reach: number): void {
  const { width, height, channels, bad, log } = win;
  const out = new Float32Array(hole.length * channels);
  const seen = new Uint8Array(hole.length);
  const end = (x: number, y: number, dx: number, dy: number): number => {
    for (let k = 1; k <= reach; k++) {
      const px = x + k * dx;
      const py = y + k * dy;
      if (px < 0 || py < 0 || px >= width || py >= height) return 0;
      if (!bad[py * width + px]) return k;
    }
    return 0;
  };
  hole.forEach((i, h) => {
    const x = i % width;
    const y = (i - x) / width;
    let total = 0;
    const sum = [0, 0, 0];
    for (const [dx, dy] of LINES) {
      const a = end(x, y, dx, dy);
      if (a === 0) continue;
      const b = end(x, y, -dx, -dy);
      if (b === 0) continue;
      const ja = ((y + a * dy) * width + x + a * dx) * channels;
      const jb = ((y - b * dy) * width + x - b * dx) * channels;
      let differ = 0;
      for (let c = 0; c < channels; c++) differ += Math.abs(log[ja + c] - log[jb + c]) / channels;
      const length = (a + b) * Math.hypot(dx, dy);
      const w = 1 / (length * length * (0.015 + differ) ** 2);
      total += w;
      for (let c = 0; c < channels; c++) sum[c] += (w * (b * log[ja + c] + a * log[jb + c])) / (a + b);
    }
    if (total > 0) {
      seen[h] = 1;
      for (let c = 0; c < channels; c++) out[h * channels + c] = sum[c] / total;
    }
  });
  hole.forEach((i, h) => {
    if (seen[h]) for (let c = 0; c < channels; c++) log[i * channels + c] = out[h * channels + c];
  });
}

/**
 * Adds grain to the hole: the high-pass (value less its 5 x 5 mean) of the quietest clean place of the same
 * shape within the window. `turn` (0..1, seeded) decides where the search starts; no grain is larger than
 * `bound` (an edge is not grain). Returns whether a place was
 * found; where none was, the hole stays smooth.
 */
export function addGrain(win: FillWindow, hole: Int32Array, turn: number, bound: number): boolean {
  const { width, height, channels, bad, log } = win;
  const green = Math.min(1, channels - 1);
  let x0 = width;
  let x1 = 0;
  let y0 = height;
  let y1 = 0;
  for (const i of hole) {
    const x = i % width;
    const y = (i - x) / width;
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  let best = { dx: 0, dy: 0, spread: Infinity };
  for (let k = 0; k < 16; k++) {
    const angle = (turn + k / 16) * 2 * Math.PI;
    const far = k % 2 === 0 ? 1 : 1.5;
    const dx = Math.round(Math.cos(angle) * (x1 - x0 + 5) * far);
    const dy = Math.round(Math.sin(angle) * (y1 - y0 + 5) * far);
    if (x0 + dx < 2 || y0 + dy < 2 || x1 + dx >= width - 2 || y1 + dy >= height - 2) continue;
    let sum = 0;
    let squares = 0;
    let clean = true;
    for (const i of hole) {
      const j = i + dy * width + dx;
      if (bad[j]) {
        clean = false;
        break;
      }
      const v = log[j * channels + green];
      sum += v;
      squares += v * v;
    }
    if (!clean) continue;
    const spread = squares / hole.length - (sum / hole.length) ** 2;
    if (spread < best.spread) best = { dx, dy, spread };
  }
  if (best.spread === Infinity) return false;
  const added = new Float32Array(hole.length * channels);
  hole.forEach((i, h) => {
    const j = i + best.dy * width + best.dx;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      let n = 0;
      for (let dy = -2; dy <= 2; dy++)
        for (let dx = -2; dx <= 2; dx++) {
          const q = j + dy * width + dx;
          if (bad[q]) continue;
          sum += log[q * channels + c];
          n++;
        }
      added[h * channels + c] = Math.min(bound, Math.max(-bound, log[j * channels + c] - sum / n));
    }
  });
  hole.forEach((i, h) => {
    for (let c = 0; c < channels; c++) log[i * channels + c] += added[h * channels + c];
  });
  return true;
}
