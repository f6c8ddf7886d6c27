/**
 * Running the colorist on a whole picture at its working size: the grey picture reduced, mirrored up to what the
 * network takes, hints entered on their planes, the answer cut to the picture again.
 */
import { reducePlane, type Size } from '../../../app/color/guided.ts';
import { CHROMA_SCALE } from '../../../models/colorist/colour.ts';
import { COLOUR_BINS } from '../../../models/colorist/bins.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import type { Planar } from '../../../app/planar.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import type { Chroma, PlacedHint } from './types.ts';

/** Longer side of the picture that the network looks at. */
export const WORKING_SIDE = 256;
/** Chroma comes at a quarter of that. */
export const CELL = 4;

export interface NetworkColours extends Chroma {
  cells: Size;
  confidence: Float32Array;
  choice: Float32Array | null;
}

/** Sides of the working picture: whole cells, the longer one WORKING_SIDE, none under 16. */
export function workingSize({ width, height }: Size, side = WORKING_SIDE): Size {
  const k = side / Math.max(width, height);
  const fit = (n: number): number => Math.max(4 * CELL, CELL * Math.round((n * k) / CELL));
  return { width: fit(width), height: fit(height) };
}

/** Index into 0..n-1 of a place beyond the border, mirrored as often as it takes. */
function mirrored(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * n - 2;
  const k = ((i % period) + period) % period;
  return k < n ? k : period - k;
}

/**
 * The picture as networks know pictures: a flat one is stretched so that its darkest and lightest half per cent
 * come to where they are in a fresh print. Only the network's eyes see that.
 */
export function stretched(grey: Float32Array): Float32Array {
  const sorted = Float32Array.from(grey).sort();
  const low = sorted[Math.floor(0.005 * (sorted.length - 1))];
  const high = sorted[Math.floor(0.995 * (sorted.length - 1))];
  const range = high - low;
  if (range > 0.8 || range < 0.02) return grey;
  const wanted = Math.min(0.85, range * 2.5);
  const start = Math.min(low, Math.max(0.04, (low + high - wanted) / 2));
  const k = wanted / range;
  return grey.map((v) => Math.min(1, Math.max(0, start + (v - low) * k)));
}

/** Reduced or repeated to a size, whichever way each side goes. */
export function resized(plane: Float32Array, from: Size, to: Size): Float32Array {
  if (to.width <= from.width && to.height <= from.height) return reducePlane(plane, from, to);
  const out = new Float32Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    const v = Math.min(from.height - 1, Math.max(0, ((y + 0.5) * from.height) / to.height - 0.5));
    const j = Math.min(from.height - 2, Math.floor(v));
    for (let x = 0; x < to.width; x++) {
      const u = Math.min(from.width - 1, Math.max(0, ((x + 0.5) * from.width) / to.width - 0.5));
      const i = Math.min(from.width - 2, Math.floor(u));
      const at = (k: number, l: number): number =>
        plane[
          Math.max(0, Math.min(from.height - 1, l)) * from.width + Math.max(0, Math.min(from.width - 1, k))
        ];
      const s = u - i;
      const t = v - j;
      out[y * to.width + x] =
        (at(i, j) * (1 - s) + at(i + 1, j) * s) * (1 - t) +
        (at(i, j + 1) * (1 - s) + at(i + 1, j + 1) * s) * t;
    }
  }
  return out;
}

/**
 * The network's colours.
 * @param grey one plane, sRGB-encoded 0..1, the whole picture
 * @throws RevealError 'bad-input' when the network's answer is not what a colorist gives
 */
export async function networkColours(
  grey: Planar,
  hints: readonly PlacedHint[],
  network: OpenNetwork,
  signal?: AbortSignal,
  side = WORKING_SIDE,
): Promise<NetworkColours> {
  const work = workingSize(grey, side);
  const step = Math.max(network.multiple, CELL);
  const width = step * Math.ceil(work.width / step);
  const height = step * Math.ceil(work.height / step);
  const small = stretched(resized(grey.data.subarray(0, grey.width * grey.height), grey, work));
  const l = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = mirrored(y, work.height) * work.width;
    for (let x = 0; x < width; x++) l[y * width + x] = small[row + mirrored(x, work.width)];
  }
  const cw = width / CELL;
  const ch = height / CELL;
  const cells = { width: work.width / CELL, height: work.height / CELL };
  const out = await network.run(
    {
      l: { dims: [1, 1, height, width], data: l },
      hints: { dims: [1, 3, ch, cw], data: hintPlanes(hints, cells, cw, ch) },
    },
    signal,
  );
  const cut = (data: Float32Array, plane: number): Float32Array => {
    const cropped = new Float32Array(cells.width * cells.height);
    for (let y = 0; y < cells.height; y++) {
      const at = plane * cw * ch + y * cw;
      cropped.set(data.subarray(at, at + cells.width), y * cells.width);
    }
    return cropped;
  };
  const { ab, confidence, logits } = out;
  if (!ab || ab.data.length !== 2 * cw * ch)
    throw new RevealError(
      'bad-input',
      `The network ${network.name} did not answer with the chroma of the picture; it is no colorist.`,
    );
  const n = cells.width * cells.height;
  const scaled = (plane: number): Float32Array =>
    cut(ab.data, plane).map((v) => (Number.isFinite(v) ? v * CHROMA_SCALE : 0));
  return {
    cells,
    a: scaled(0),
    b: scaled(1),
    confidence:
      confidence?.data.length === cw * ch
        ? cut(confidence.data, 0).map((v) => (v > 0 ? Math.min(1, v) : 0))
        : new Float32Array(n).fill(0.5),
    choice:
      logits?.data.length === COLOUR_BINS.length * cw * ch
        ? probabilities(
            COLOUR_BINS.map((_, bin) => cut(logits.data, bin)),
            n,
          )
        : null,
  };
}

/** Softmax over the bins. */
function probabilities(planes: readonly Float32Array[], n: number): Float32Array {
  const out = new Float32Array(planes.length * n);
  for (let i = 0; i < n; i++) {
    let most = -Infinity;
    for (const plane of planes) if (plane[i] > most) most = plane[i];
    let all = 0;
    for (let k = 0; k < planes.length; k++) {
      const e = Math.exp(planes[k][i] - most);
      out[k * n + i] = e;
      all += e;
    }
    for (let k = 0; k < planes.length; k++) out[k * n + i] /= all;
  }
  return out;
}

/** Hints as the network learnt them: the one cell under each point, a later hint over an earlier one. */
export function hintPlanes(
  hints: readonly PlacedHint[],
  cells: Size,
  width: number,
  height: number,
): Float32Array {
  const n = width * height;
  const out = new Float32Array(3 * n);
  for (const { x, y, a, b } of hints) {
    const i =
      Math.min(cells.height - 1, Math.floor(y * cells.height)) * width +
      Math.min(cells.width - 1, Math.floor(x * cells.width));
    out[i] = a / CHROMA_SCALE;
    out[n + i] = b / CHROMA_SCALE;
    out[2 * n + i] = 1;
  }
  return out;
}
