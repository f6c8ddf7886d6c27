/**
 * A positive picture that can be read in parts, and the chain that the steps after a develop make of it: each step
 * takes a source and gives another one, which reads what it needs of the one before (with the margin that it
 * needs) only when somebody asks for its pixels. So a 100-megapixel export and a preview of 1600 pixels run the
 * same code, and memory depends on the part that is asked for.
 *
 * Values: planes of the picture's own RGB encoding (`space`), 0..1 nominal, unclipped, exactly
 * code / 255 or code / 65535 where nothing was done: rounded back they give the file's codes, bit for bit. A step
 * therefore leaves samples that it does not change alone, to the last bit.
 */
import type { SpaceName } from '../../../app/color/spaces.ts';
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';

export interface PictureSource {
  readonly width: number;
  readonly height: number;
  /** 1 = grey, 3 = RGB. */
  readonly channels: 1 | 3;
  readonly space: SpaceName;
  /**
   * Pixels of this source for one pixel of the full-size scan: 1 in an export, less in a preview, 2 behind an
   * enlargement. Radii, grain and thresholds in pixels scale with it.
   */
  readonly scale: number;
  /**
   * The samples of a part that lies within the picture.
   * Throws RevealError 'cancelled' when the signal fires. The answer belongs to the caller.
   */
  read(rect: Rect, signal?: AbortSignal): Promise<Planar>;
}

/** A source of a picture that is there as a whole. `picture` must not change while the source is used. */
export function sourceOf(picture: Planar, space: SpaceName = 'srgb', scale = 1): PictureSource {
  const { width, height, channels } = picture;
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`a picture has 1 or 3 channels, this one ${channels}`);
  return {
    width,
    height,
    channels,
    space,
    scale,
    read: (rect) => Promise.resolve(cut(picture, rect)),
  };
}

/** A copy of a part of a picture. @throws RangeError when the part does not lie within it */
export function cut(picture: Planar, { x, y, w, h }: Rect): Planar {
  const { width, height, channels, data } = picture;
  if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > width || y + h > height)
    throw new RangeError(`part ${w}x${h} at ${x},${y} of a picture of ${width}x${height}`);
  const out = new Float32Array(w * h * channels);
  for (let c = 0; c < channels; c++)
    for (let j = 0; j < h; j++) {
      const from = (c * height + y + j) * width + x;
      out.set(data.subarray(from, from + w), (c * h + j) * w);
    }
  return { width: w, height: h, channels, data: out };
}

/** `rect` grown by `margin` on all sides, as far as the picture goes. */
export function grown(rect: Rect, margin: number, picture: { width: number; height: number }): Rect {
  const x = Math.max(0, rect.x - margin);
  const y = Math.max(0, rect.y - margin);
  return {
    x,
    y,
    w: Math.min(picture.width, rect.x + rect.w + margin) - x,
    h: Math.min(picture.height, rect.y + rect.h + margin) - y,
  };
}
