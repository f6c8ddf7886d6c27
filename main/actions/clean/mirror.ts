/** Parts of a source that reach beyond the picture: what lies outside is mirrored about its border. */
import type { Rect } from '../../../app/picture.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { PictureSource } from '../picture/source.ts';

/** Index of a row or column beyond the edge: mirrored about the border sample. */
export function mirrorIndex(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const k = ((i % period) + period) % period;
  return k < size ? k : period - k;
}

/** A part of any size and place. */
export async function mirrored(source: PictureSource, rect: Rect, signal?: AbortSignal): Promise<Planar> {
  const rows = Int32Array.from({ length: rect.h }, (_, y) => mirrorIndex(rect.y + y, source.height));
  const columns = Int32Array.from({ length: rect.w }, (_, x) => mirrorIndex(rect.x + x, source.width));
  const span = (list: Int32Array): [number, number] => {
    let low = list[0];
    let high = low;
    for (const v of list) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    return [low, high - low + 1];
  };
  const [x, w] = span(columns);
  const [y, h] = span(rows);
  const part = await source.read({ x, y, w, h }, signal);
  if (x === rect.x && y === rect.y && w === rect.w && h === rect.h) return part;
  const out = planar(rect.w, rect.h, source.channels);
  for (let c = 0; c < source.channels; c++)
    for (let v = 0; v < rect.h; v++) {
      const from = (c * h + rows[v] - y) * w - x;
      const to = (c * rect.h + v) * rect.w;
      for (let u = 0; u < rect.w; u++) out.data[to + u] = part.data[from + columns[u]];
    }
  return out;
}
