/**
 * Enlargement without a network: Lanczos' windowed sinc of three lobes, in linear light (light is what a lens would have
 * gathered on finer samples; encoded values would darken fine bright lines), kept within the range of the sixteen
 * nearest samples but for a little, so that edges get no second contour (Duchon, "Lanczos filtering in one and two
 * dimensions", Journal of Applied Meteorology 18, 1979).
 */
import { spaces, type SpaceName } from '../../../app/color/spaces.ts';
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import type { PictureSource } from '../picture/source.ts';

const LOBES = 3;
/** Samples on each side of a place that bound its value. */
const NEAR = 2;
/** How far beyond their range it may go, in that range. */
const OVERSHOOT = 0.03;

/** Source pixels on each side that a result depends on. */
export const LANCZOS_REACH = LOBES;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Weights of the six samples from floor(u) - 2, for each of `factor` places within a sample. */
function phases(factor: number): { start: number; weights: number[] }[] {
  return Array.from({ length: factor }, (_, k) => {
    const u = (k + 0.5) / factor - 0.5;
    const low = Math.floor(u);
    const weights = Array.from({ length: 2 * LOBES }, (_, i) => {
      const d = u - (low - LOBES + 1 + i);
      return Math.abs(d) < LOBES ? sinc(d) * sinc(d / LOBES) : 0;
    });
    const sum = weights.reduce((a, v) => a + v, 0);
    return { start: low - LOBES + 1, weights: weights.map((v) => v / sum) };
  });
}

const STEPS = 16384;
const tables = new Map<SpaceName, Float32Array>();

/** Encoded values of light by a table over its square root: dark tones are as fine as light ones. */
function encoder(space: SpaceName): (light: number) => number {
  const { encode } = spaces[space];
  let table = tables.get(space);
  if (!table) {
    table = Float32Array.from({ length: STEPS + 2 }, (_, i) => encode((i / STEPS) ** 2));
    tables.set(space, table);
  }
  const kept = table;
  return (light) => {
    if (light <= 0 || light >= 1) return encode(light);
    const at = Math.sqrt(light) * STEPS;
    const i = at | 0;
    return kept[i] + (kept[i + 1] - kept[i]) * (at - i);
  };
}

/** A part of the picture `factor` times as large. @param rect in pixels of the larger picture */
export async function lanczos(
  source: PictureSource,
  factor: number,
  rect: Rect,
  signal?: AbortSignal,
): Promise<Planar> {
  const clampX = (x: number): number => Math.min(source.width - 1, Math.max(0, x));
  const clampY = (y: number): number => Math.min(source.height - 1, Math.max(0, y));
  const x0 = clampX(Math.floor(rect.x / factor) - LOBES);
  const y0 = clampY(Math.floor(rect.y / factor) - LOBES);
  const x1 = clampX(Math.floor((rect.x + rect.w - 1) / factor) + LOBES);
  const y1 = clampY(Math.floor((rect.y + rect.h - 1) / factor) + LOBES);
  const part = await source.read({ x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 }, signal);
  const { decode } = spaces[source.space];
  const encode = encoder(source.space);
  const table = phases(factor);
  const out = new Float32Array(rect.w * rect.h * part.channels);
  const rows = part.height;
  const value = new Float32Array(rows * rect.w);
  const low = new Float32Array(rows * rect.w);
  const high = new Float32Array(rows * rect.w);
  const light = new Float64Array(part.width);
  for (let c = 0; c < part.channels; c++) {
    for (let y = 0; y < rows; y++) {
      const from = (c * rows + y) * part.width;
      for (let x = 0; x < part.width; x++) light[x] = decode(part.data[from + x]);
      for (let x = 0; x < rect.w; x++) {
        const X = rect.x + x;
        const { start, weights } = table[X % factor];
        const base = Math.floor(X / factor) + start;
        let sum = 0;
        let least = Infinity;
        let most = -Infinity;
        for (let k = 0; k < weights.length; k++) {
          const v = light[clampX(base + k) - x0];
          sum += weights[k] * v;
          if (k > LOBES - 1 - NEAR && k < LOBES + NEAR) {
            if (v < least) least = v;
            if (v > most) most = v;
          }
        }
        value[y * rect.w + x] = sum;
        low[y * rect.w + x] = least;
        high[y * rect.w + x] = most;
      }
    }
    for (let y = 0; y < rect.h; y++) {
      const Y = rect.y + y;
      const { start, weights } = table[Y % factor];
      const base = Math.floor(Y / factor) + start;
      const lines = weights.map((_, k) => (clampY(base + k) - y0) * rect.w);
      for (let x = 0; x < rect.w; x++) {
        let sum = 0;
        let least = Infinity;
        let most = -Infinity;
        for (let k = 0; k < weights.length; k++) {
          const i = lines[k] + x;
          sum += weights[k] * value[i];
          if (k > LOBES - 1 - NEAR && k < LOBES + NEAR) {
            if (low[i] < least) least = low[i];
            if (high[i] > most) most = high[i];
          }
        }
        const at = (c * rect.h + y) * rect.w + x;
        if (sum >= least && sum <= most) out[at] = encode(sum);
        else {
          // As the eye counts, in code values: a hair of light is much in the dark.
          const [from, to] = [encode(least), encode(most)];
          const beyond = OVERSHOOT * (to - from);
          out[at] = Math.min(to + beyond, Math.max(from - beyond, encode(sum)));
        }
      }
    }
  }
  return { width: rect.w, height: rect.h, channels: part.channels, data: out };
}
