/** Patches of 8 x 8 compared at places between pixels: what a search asks, a million times a second, by the sums of sums.ts. */
import { MARGIN, PATCH, type Level, type Texture } from './pyramid.ts';
import { AREA, PART, PlainSums, SCALE, type Sums } from './sums.ts';
import { WasmSums } from './sums-kernel.ts';

let kernel: Sums | null = null;

/** This thread's loops. */
function sums(): Sums {
  if (kernel) return kernel;
  try {
    return (kernel = new WasmSums());
  } catch {
    return (kernel = new PlainSums());
  }
}

/** Patches of one level of two frames compared. */
export class Matcher {
  /** Of the last `measure`: squared error, and the sums of difference times gradient. */
  readonly out = new Float64Array(3);
  private readonly sums: Sums;
  private readonly reachX: number;
  private readonly reachY: number;
  private readonly stride: number;
  /** Of the first level. */
  readonly texture: Texture;

  constructor(a: Level, b: Level, by: Sums = sums()) {
    this.sums = by;
    this.texture = by.load(a, b);
    this.stride = a.stride;
    this.reachX = b.width + MARGIN - PATCH - 2;
    this.reachY = b.height + MARGIN - PATCH - 2;
  }

  /** Mean squared difference (grey levels) of the patch at (x, y) of a and at (x + dx, y + dy) of b. */
  cost(x: number, y: number, dx: number, dy: number): number {
    const { sums, stride, reachX, reachY } = this;
    const px = Math.max(1 - MARGIN, Math.min(reachX, x + dx));
    const py = Math.max(1 - MARGIN, Math.min(reachY, y + dy));
    const ix = Math.floor(px);
    const iy = Math.floor(py);
    const k = (iy + MARGIN) * stride + ix + MARGIN;
    const i = (y + MARGIN) * stride + x + MARGIN;
    sums.cost(i, k, Math.round((px - ix) * PART), Math.round((py - iy) * PART));
    const sum = sums.out[0];
    return (sums.out[1] - (sum * sum) / AREA) / (AREA * SCALE * SCALE);
  }

  /** As `cost`, and what a Gauss-Newton step needs; `sumX`, `sumY`: the gradients summed over the patch. */
  measure(x: number, y: number, dx: number, dy: number, sumX: number, sumY: number): number {
    const { sums, stride, reachX, reachY } = this;
    const px = Math.max(1 - MARGIN, Math.min(reachX, x + dx));
    const py = Math.max(1 - MARGIN, Math.min(reachY, y + dy));
    const ix = Math.floor(px);
    const iy = Math.floor(py);
    const k = (iy + MARGIN) * stride + ix + MARGIN;
    const i = (y + MARGIN) * stride + x + MARGIN;
    sums.measure(i, k, Math.round((px - ix) * PART), Math.round((py - iy) * PART));
    const mean = sums.out[0] / AREA;
    this.out[0] = (sums.out[1] - mean * sums.out[0]) / (AREA * SCALE * SCALE);
    // Gradients are stored doubled, differences times SCALE: a step is -H^-1 t with these factors taken out.
    this.out[1] = ((sums.out[2] - mean * sumX) * 4) / (2 * SCALE);
    this.out[2] = ((sums.out[3] - mean * sumY) * 4) / (2 * SCALE);
    return this.out[0];
  }
}
