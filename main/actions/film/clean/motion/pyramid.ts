/**
 * Pictures made ready for motion search: a pyramid of 8-bit luma, each level half the size of the one below it, with
 * a margin of repeated border around it so that a patch may lie partly outside, and for each patch of each level
 * the sums that the search needs of its texture. A frame is made ready once and compared with several others.
 */

/** 8-bit luma, 0..255, row after row. */
export interface Luma {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Side of a patch and distance between patches, in pixels of the level. Patch i covers 4i-2..4i+5, centre 4i+1.5. */
export const PATCH = 8;
export const STEP = 4;
/** Patches reach two pixels over the edge of their cell. */
export const OVERLAP = (PATCH - STEP) / 2;
/** Repeated border around each level. */
export const MARGIN = 24;
/** Below this a side is not halved any more. */
const SMALLEST = 14;

export interface Level {
  width: number;
  height: number;
  /** Samples from one row to the next; pixel (x, y) lies at (y + MARGIN) * stride + x + MARGIN. */
  stride: number;
  data: Uint8Array;
  columns: number;
  rows: number;
  /** Made when the level is first searched (match.ts). */
  texture: Texture | null;
}

/**
 * Central differences (twice the gradient) of each patch: sums across and down, and of their products around their means.
 */
export interface Texture {
  sumX: Int32Array;
  sumY: Int32Array;
  xx: Float32Array;
  xy: Float32Array;
  yy: Float32Array;
}

/** A frame made ready; levels from the full size to the smallest. */
export interface Pyramid {
  width: number;
  height: number;
  levels: Level[];
}

function level(width: number, height: number): Level {
  const stride = width + 2 * MARGIN;
  return {
    width,
    height,
    stride,
    data: new Uint8Array(stride * (height + 2 * MARGIN)),
    columns: Math.ceil(width / STEP),
    rows: Math.ceil(height / STEP),
    texture: null,
  };
}

/** Fills the margin with the nearest border pixel. */
function spread(l: Level): void {
  const { width, height, stride, data } = l;
  for (let y = MARGIN; y < MARGIN + height; y++) {
    const row = y * stride;
    data.fill(data[row + MARGIN], row, row + MARGIN);
    data.fill(data[row + MARGIN + width - 1], row + MARGIN + width, row + stride);
  }
  const top = MARGIN * stride;
  const bottom = (MARGIN + height - 1) * stride;
  for (let y = 0; y < MARGIN; y++) {
    data.copyWithin(y * stride, top, top + stride);
    data.copyWithin((MARGIN + height + y) * stride, bottom, bottom + stride);
  }
}

function halve(from: Level): Level {
  const to = level((from.width + 1) >> 1, (from.height + 1) >> 1);
  for (let y = 0; y < to.height; y++) {
    let a = (2 * y + MARGIN) * from.stride + MARGIN;
    // The margin repeats the border, so an odd last row or column counts itself twice.
    let b = a + from.stride;
    let o = (y + MARGIN) * to.stride + MARGIN;
    for (let x = 0; x < to.width; x++, a += 2, b += 2, o++)
      to.data[o] = (from.data[a] + from.data[a + 1] + from.data[b] + from.data[b + 1] + 2) >> 2;
  }
  spread(to);
  return to;
}

/** Makes a frame ready for `estimateMotion`. @throws RangeError for a picture without pixels */
export function preparePicture(luma: Luma): Pyramid {
  const { width, height, data } = luma;
  if (width < 1 || height < 1 || data.length < width * height)
    throw new RangeError(`preparePicture: ${width}x${height} with ${data.length} samples`);
  const base = level(width, height);
  for (let y = 0; y < height; y++)
    base.data.set(data.subarray(y * width, (y + 1) * width), (y + MARGIN) * base.stride + MARGIN);
  spread(base);
  const levels = [base];
  for (let l = base; Math.min(l.width, l.height) >= 2 * SMALLEST;) levels.push((l = halve(l)));
  return { width, height, levels };
}
