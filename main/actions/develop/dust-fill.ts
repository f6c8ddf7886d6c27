/**
 * Filling holes from their surroundings, in density. Two fills work on a small window around one defect:
 *
 *  membrane     the solution of Laplace's equation with the hole's border as boundary (successive
 *               over-relaxation from an onion-peel start); right for specks
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

/** Replaces the channels of `hole` (indices into the window) by a membrane; other bad pixels are bridged alike. */
export function membrane(win: FillWindow, hole: Int32Array, rounds: number): void {
  const { width, height, channels, log } = win;
  const known = Uint8Array.from(win.bad, (b) => (b ? 0 : 1));
  const order = peel(win, hole, known);
  const left = new Int32Array(order.length);
  const right = new Int32Array(order.length);
  const up = new Int32Array(order.length);
  const down = new Int32Array(order.length);
  const usable = (j: number, i: number) => (known[j] ? j : i);
  order.forEach((i, k) => {
    const x = i % width;
    const y = (i - x) / width;
    left[k] = x > 0 ? usable(i - 1, i) : i;
    right[k] = x < width - 1 ? usable(i + 1, i) : i;
    up[k] = y > 0 ? usable(i - width, i) : i;
    down[k] = y < height - 1 ? usable(i + width, i) : i;
  });
  const omega = 1.7;
  for (let round = 0; round < rounds; round++)
    for (let k = 0; k < order.length; k++) {
      const i = order[k] * channels;
      const l = left[k] * channels;
      const r = right[k] * channels;
      const u = up[k] * channels;
      const d = down[k] * channels;
      for (let c = 0; c < channels; c++)
        log[i + c] += omega * (0.25 * (log[l + c] + log[r + c] + log[u + c] + log[d + c]) - log[i + c]);
    }
}

/** Gives each pixel of the hole the mean of its known neighbours, layer by layer from outside; returns the order. */
function peel(win: FillWindow, hole: Int32Array, known: Uint8Array): number[] {
  const { width, height, channels, log } = win;
  const order: number[] = [];
  let rest = Array.from(hole);
  while (rest.length > 0) {
    const layer: number[] = [];
    const next: number[] = [];
    for (const i of rest) {
      const x = i % width;
      const y = (i - x) / width;
      let n = 0;
      const sum = [0, 0, 0];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          const j = i + dy * width + dx;
          if (!known[j]) continue;
          n++;
          for (let c = 0; c < channels; c++) sum[c] += log[j * channels + c];
        }
      if (n > 0) {
        for (let c = 0; c < channels; c++) log[i * channels + c] = sum[c] / n;
        layer.push(i);
      } else next.push(i);
    }
    // Nothing known anywhere about: the hole fills its window; it is left as it is.
    if (layer.length === 0) return order;
    for (const i of layer) {
      known[i] = 1;
      order.push(i);
    }
    rest = next;
  }
  return order;
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

/** Interpolates the hole along lines; `from` is the window before anything was filled. Pixels that see no two borders keep what they have. */
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
 * shape within the window. `turn` (0..1, seeded) decides where the search starts. Returns whether a place was
 * found; where none was, the hole stays smooth.
 */
export function addGrain(win: FillWindow, hole: Int32Array, turn: number): boolean {
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
      added[h * channels + c] = log[j * channels + c] - sum / n;
    }
  });
  hole.forEach((i, h) => {
    for (let c = 0; c < channels; c++) log[i * channels + c] += added[h * channels + c];
  });
  return true;
}
