/** What the chain of restore steps does with whole pictures and masks: reading them reduced, sizes, joining masks. */
import { convertPlanes } from '../actions/picture/as-is.ts';
import type { Networks } from '../actions/picture/networks.ts';
import { cut, type PictureSource } from '../actions/picture/source.ts';
import type { DamageMap, Mask, PlainFills } from '../actions/repair/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { Rect } from '../../app/picture.ts';
import type { Planar } from '../../app/planar.ts';
import type { PixelPool } from './pool.ts';
import type { Positive } from './positive.ts';

/** Rows of a whole picture that are read at a time. */
const ROWS = 256;

/** The whole of a source as sRGB-encoded planes on shared memory. */
export async function wholeOf(source: PictureSource, signal?: AbortSignal): Promise<Planar> {
  const { width, height, channels } = source;
  const size = width * height;
  const data = new Float32Array(new SharedArrayBuffer(size * channels * 4));
  for (let y = 0; y < height; y += ROWS) {
    const h = Math.min(ROWS, height - y);
    const part = await source.read({ x: 0, y, w: width, h }, signal);
    convertPlanes(part, source.space, 'srgb');
    for (let c = 0; c < channels; c++)
      data.set(part.data.subarray(c * width * h, (c + 1) * width * h), c * size + y * width);
  }
  return { width, height, channels, data };
}

/** Size with the longest side at most `side`. */
export function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const k = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * k)), height: Math.max(1, Math.round(height * k)) };
}

/** A longest side that is asked for; null: full size. */
export const sideOf = (positive: Positive, side: number | null): number | null =>
  side === null || side >= positive.side ? null : Math.round(side);

/** The networks as the repair sees them: its filler is the one that the recipe names. */
export const fillersOf = (networks: Networks, model: string): Networks => ({
  open: (task, name = '') => networks.open(task, task === 'filler' && name === '' ? model : name),
});

/** Fills without a network, in the pixel threads. */
export const fillsIn = (pool: PixelPool): PlainFills => ({
  atOnce: pool.size,
  async fill(task, signal) {
    const { filled } = await pool.run({ kind: 'fill', task }, null, signal);
    if (!filled) throw new RevealError('internal', 'The fill gave nothing.');
    return filled;
  },
});

/** A mask from a file with what was found beside it, at the file's resolution. */
export function combined(mask: Mask, found: DamageMap | null): DamageMap {
  const { width, height } = mask;
  const confidence = mask.data.slice();
  if (found)
    for (let y = 0; y < height; y++) {
      const row = Math.min(found.height - 1, Math.floor(((y + 0.5) * found.height) / height)) * found.width;
      for (let x = 0; x < width; x++) {
        const v =
          found.confidence[row + Math.min(found.width - 1, Math.floor(((x + 0.5) * found.width) / width))];
        if (v > confidence[y * width + x]) confidence[y * width + x] = v;
      }
    }
  return { width, height, confidence, regions: found?.regions ?? [] };
}

/**
 * The part of a scan that surely lies within its own print, where several lie on it; fractions. A turned print holds an
 * upright rectangle that is smaller by what its corners stick out.
 */
export function printArea({ print, task, info }: Positive): Rect | null {
  const frames = task.context.analysis?.frames ?? [];
  const frame = frames[task.context.frame] as (typeof frames)[number] | undefined;
  if (!print || frames.length < 2 || !frame) return null;
  const { rect, angle } = frame;
  const lean = Math.abs(Math.sin((angle * Math.PI) / 180));
  const dx = Math.min(0.4 * rect.w, (lean * rect.h) / 2);
  const dy = Math.min(0.4 * rect.h, (lean * rect.w) / 2);
  return {
    x: Math.max(0, rect.x + dx) / info.width,
    y: Math.max(0, rect.y + dy) / info.height,
    w: (rect.w - 2 * dx) / info.width,
    h: (rect.h - 2 * dy) / info.height,
  };
}

/** A part of a picture in fractions, on shared memory like the picture. */
export function partOf(picture: Planar, { x, y, w, h }: Rect): Planar {
  const { width, height } = picture;
  const left = Math.min(width - 1, Math.floor(x * width));
  const top = Math.min(height - 1, Math.floor(y * height));
  const part = cut(picture, {
    x: left,
    y: top,
    w: Math.max(1, Math.min(width - left, Math.round(w * width))),
    h: Math.max(1, Math.min(height - top, Math.round(h * height))),
  });
  const data = new Float32Array(new SharedArrayBuffer(part.data.byteLength));
  data.set(part.data);
  return { ...part, data };
}
