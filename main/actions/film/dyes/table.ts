/**
 * A table over the three planes of a film, applied to a frame in place. Between its points values are those of the
 * tetrahedron around them, which keeps greys grey where the points are. Where chroma is coarser than luma, luma takes the
 * chroma between samples, and chroma the mean of the luma it belongs to.
 */
import type { Frame } from '../../../../app/film/frame.ts';
import { LumaReader } from '../colour/luma.ts';
import { NODES, type Codes } from './codes.ts';

const N2 = NODES * NODES;
const N3 = N2 * NODES;

/** Value `component` of the table at (x, y, z), in points. */
function at(table: Float32Array, component: number, x: number, y: number, z: number): number {
  const end = NODES - 2;
  const i = x >= end ? end : x | 0;
  const j = y >= end ? end : y | 0;
  const k = z >= end ? end : z | 0;
  const p = x - i;
  const q = y - j;
  const r = z - k;
  const base = component * N3 + i * N2 + j * NODES + k;
  const v0 = table[base];
  const v1 = table[base + N2 + NODES + 1];
  let first: number;
  let second: number;
  // From the corner nearest black along the largest part, then the next.
  if (p >= q) {
    if (q >= r) [first, second] = [N2, N2 + NODES];
    else if (p >= r) [first, second] = [N2, N2 + 1];
    else [first, second] = [1, N2 + 1];
  } else if (p >= r) [first, second] = [NODES, N2 + NODES];
  else if (q >= r) [first, second] = [NODES, NODES + 1];
  else [first, second] = [1, NODES + 1];
  const most = p > q ? (p > r ? p : r) : q > r ? q : r;
  const least = p < q ? (p < r ? p : r) : q < r ? q : r;
  const middle = p + q + r - most - least;
  return (
    v0 * (1 - most) +
    table[base + first] * (most - middle) +
    table[base + second] * (middle - least) +
    v1 * least
  );
}

const code = (v: number, most: number): number => (v <= 0 ? 0 : v >= most ? most : Math.round(v));

/** Writes the frame's planes anew by the table. */
export function applyTable(frame: Frame, codes: Codes, table: Float32Array): void {
  const { format, most, rgb } = codes;
  const k = (NODES - 1) / most;
  const [first, second, third] = frame.planes;
  const { width, height } = format;
  if (rgb || format.sampling === '444') {
    for (let i = 0; i < first.length; i++) {
      const x = first[i] * k;
      const y = second[i] * k;
      const z = third[i] * k;
      first[i] = code(at(table, 0, x, y, z), most);
      second[i] = code(at(table, 1, x, y, z), most);
      third[i] = code(at(table, 2, x, y, z), most);
    }
    return;
  }
  const reader = new LumaReader(format, format.sampling);
  const { chroma } = reader;
  const { origin, step } = reader.chromaPlaces;
  const mean = reader.means(frame);
  const u = second.slice();
  const v = third.slice();
  for (let i = 0; i < u.length; i++) {
    const x = Math.max(0, Math.min(most, mean[i])) * k;
    second[i] = code(at(table, 1, x, u[i] * k, v[i] * k), most);
    third[i] = code(at(table, 2, x, u[i] * k, v[i] * k), most);
  }
  for (let y = 0, o = 0; y < height; y++) {
    const cy = Math.min(chroma.height - 1, Math.max(0, (y - origin.y) / step.y));
    const j = Math.min(Math.max(0, chroma.height - 2), cy | 0);
    const t = cy - j;
    const row = j * chroma.width;
    const below = chroma.height > 1 ? chroma.width : 0;
    for (let x = 0; x < width; x++, o++) {
      const cx = Math.min(chroma.width - 1, Math.max(0, (x - origin.x) / step.x));
      const i = Math.min(Math.max(0, chroma.width - 2), cx | 0);
      const s = cx - i;
      const a = row + i;
      const right = chroma.width > 1 ? 1 : 0;
      const mix = (plane: typeof u): number =>
        (plane[a] * (1 - s) + plane[a + right] * s) * (1 - t) +
        (plane[a + below] * (1 - s) + plane[a + below + right] * s) * t;
      first[o] = code(at(table, 0, first[o] * k, mix(u) * k, mix(v) * k), most);
    }
  }
}
