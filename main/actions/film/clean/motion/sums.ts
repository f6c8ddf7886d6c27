/**
 * How patches of 8 x 8 are compared, a million times a second: differences in sixteenths of a grey level between a patch and a
 * place between pixels of the other frame, counted around their mean and clipped. In WebAssembly, a row of eight pixels at
 * a time (sums-kernel.ts); and the same sums, integers all of them, in JavaScript where WebAssembly cannot be had.
 */
import { MARGIN, OVERLAP, PATCH, STEP, type Level, type Texture } from './pyramid.ts';

export const AREA = PATCH * PATCH;
/** Differences count in sixteenths of a grey level, up to this many grey levels. */
export const SCALE = 16;
export const CLIP = 40 * SCALE;
/** Places between pixels are told apart to a 64th. */
export const PART = 64;

/** Sums over a patch: difference, its square, and (after `measure`) difference times gradient across and down. */
export interface Sums {
  /** Makes two levels of one size those that are compared; gives a's texture. */
  load(a: Level, b: Level): Texture;
  /** Patch at sample `i` of a, at sample `k` of b and (fx, fy) 64ths beyond; the answer is in `out`. */
  cost(i: number, k: number, fx: number, fy: number): void;
  measure(i: number, k: number, fx: number, fy: number): void;
  /** Sum, sum of squares, sums with the gradients (doubled, as they are stored). */
  readonly out: Int32Array;
}

/** Sums of a patch's gradients (gx, gy, gx gx, gx gy, gy gy) as they are kept, in place `k`. */
export function keep(t: Texture, k: number, sums: readonly number[] | Int32Array, at = 0): void {
  const x = sums[at];
  const y = sums[at + 1];
  t.sumX[k] = x;
  t.sumY[k] = y;
  t.xx[k] = sums[at + 2] - (x * x) / AREA;
  t.xy[k] = sums[at + 3] - (x * y) / AREA;
  t.yy[k] = sums[at + 4] - (y * y) / AREA;
}

export const emptyTexture = (n: number): Texture => ({
  ...{ sumX: new Int32Array(n), sumY: new Int32Array(n) },
  ...{ xx: new Float32Array(n), xy: new Float32Array(n), yy: new Float32Array(n) },
});

/** Sample at which the patches of a row of patches begin. */
export const rowStart = (l: Level, row: number): number =>
  (row * STEP - OVERLAP + MARGIN) * l.stride + MARGIN - OVERLAP;

/** The loops as JavaScript has them. */
export class PlainSums implements Sums {
  readonly out = new Int32Array(4);
  private a: Uint8Array = new Uint8Array(0);
  private b: Uint8Array = this.a;
  private gx: Int16Array = new Int16Array(0);
  private gy: Int16Array = this.gx;
  private stride = 0;

  load(a: Level, b: Level): Texture {
    const { stride, data } = a;
    this.b = b.data;
    this.stride = stride;
    if (this.a !== data) {
      this.a = data;
      const x = (this.gx = new Int16Array(data.length));
      const y = (this.gy = new Int16Array(data.length));
      for (let i = stride + 1; i < data.length - stride - 1; i++) {
        x[i] = data[i + 1] - data[i - 1];
        y[i] = data[i + stride] - data[i - stride];
      }
    }
    return (a.texture ??= this.texture(a));
  }

  private texture(a: Level): Texture {
    const { gx, gy, stride } = this;
    const t = emptyTexture(a.columns * a.rows);
    for (let r = 0, k = 0; r < a.rows; r++)
      for (let c = 0; c < a.columns; c++, k++) {
        const sums = [0, 0, 0, 0, 0];
        let at = rowStart(a, r) + c * STEP;
        for (let j = 0; j < PATCH; j++, at += stride)
          for (let i = at; i < at + PATCH; i++) {
            sums[0] += gx[i];
            sums[1] += gy[i];
            sums[2] += gx[i] * gx[i];
            sums[3] += gx[i] * gy[i];
            sums[4] += gy[i] * gy[i];
          }
        keep(t, k, sums);
      }
    return t;
  }

  cost(i: number, k: number, fx: number, fy: number): void {
    // Only where WebAssembly is missing: not worth loops of its own.
    this.measure(i, k, fx, fy);
  }

  measure(i: number, k: number, fx: number, fy: number): void {
    const { a, b, gx, gy, stride } = this;
    const w00 = (PART - fx) * (PART - fy);
    const w01 = fx * (PART - fy);
    const w10 = (PART - fx) * fy;
    const w11 = fx * fy;
    let sum = 0;
    let squares = 0;
    let tx = 0;
    let ty = 0;
    for (let r = 0; r < PATCH; r++, i += stride, k += stride)
      for (let c = 0; c < PATCH; c++) {
        const at = k + c;
        let d =
          ((w00 * b[at] + w01 * b[at + 1] + w10 * b[at + stride] + w11 * b[at + stride + 1]) >> 8) -
          (a[i + c] << 4);
        d = d > CLIP ? CLIP : d < -CLIP ? -CLIP : d;
        sum += d;
        squares += d * d;
        tx += d * gx[i + c];
        ty += d * gy[i + c];
      }
    const { out } = this;
    out[0] = sum;
    out[1] = squares;
    out[2] = tx;
    out[3] = ty;
  }
}
