/**
 * Pictures made ready for motion search: a pyramid of 8-bit luma, each level half the size of the one below it, with
 * a margin of repeated border around it so that a patch may lie partly outside, and for each patch of each level
 * the sums that the search needs of its gradients. A frame is made ready once and compared with several others.
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
  /** Central differences (twice the gradient), laid out as `data`; made when first asked for. */
  gradients: Gradients | null;
}

export interface Gradients {
  x: Int16Array;
  y: Int16Array;
  /** Of each patch: sum of gx, gy and of gx gx, gx gy, gy gy around their means. */
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
    gradients: null,
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

/** The level's gradients and sums of them by patch. */
export function gradientsOf(l: Level): Gradients {
  if (l.gradients) return l.gradients;
  const { stride, data, columns, rows } = l;
  const x = new Int16Array(data.length);
  const y = new Int16Array(data.length);
  for (let i = stride + 1; i < data.length - stride - 1; i++) {
    x[i] = data[i + 1] - data[i - 1];
    y[i] = data[i + stride] - data[i - stride];
  }
  const n = columns * rows;
  const g: Gradients = {
    x,
    y,
    sumX: new Int32Array(n),
    sumY: new Int32Array(n),
    xx: new Float32Array(n),
    xy: new Float32Array(n),
    yy: new Float32Array(n),
  };
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      let at = (r * STEP - OVERLAP + MARGIN) * stride + c * STEP - OVERLAP + MARGIN;
      let sx = 0;
      let sy = 0;
      let xx = 0;
      let xy = 0;
      let yy = 0;
      for (let j = 0; j < PATCH; j++, at += stride)
        for (let i = at; i < at + PATCH; i++) {
          const gx = x[i];
          const gy = y[i];
          sx += gx;
          sy += gy;
          xx += gx * gx;
          xy += gx * gy;
          yy += gy * gy;
        }
      const area = PATCH * PATCH;
      g.sumX[k] = sx;
      g.sumY[k] = sy;
      g.xx[k] = xx - (sx * sx) / area;
      g.xy[k] = xy - (sx * sy) / area;
      g.yy[k] = yy - (sy * sy) / area;
    }
  return (l.gradients = g);
}
