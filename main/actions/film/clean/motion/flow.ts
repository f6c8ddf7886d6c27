/**
 * Motion between two frames, and what is done with it: the vector at any pixel, a plane moved along, and where forward
 * and backward motion disagree, which is where something is covered or uncovered.
 */
import type { Samples } from '../../../../../app/film/frame.ts';
import { STEP } from './pyramid.ts';
import type { Field } from './search.ts';

/**
 * Motion from frame a to frame b: what lies at (x, y) of a lies at (x + dx, y + dy) of b, in pixels of the size the frames
 * were compared at. Vectors stand on a grid of cells of `step` pixels, cell i centred on i step + (step - 1) / 2;
 * between centres they are interpolated.
 */
export interface Flow extends Field {
  width: number;
  height: number;
  step: number;
}

/** The vector at a pixel (of the compared size), written to `out[0]`, `out[1]`. */
export function vectorAt(flow: Flow, x: number, y: number, out: Float32Array | number[]): void {
  const { columns, rows, dx, dy, step } = flow;
  const gx = Math.max(0, Math.min(columns - 1, (x - (step - 1) / 2) / step));
  const gy = Math.max(0, Math.min(rows - 1, (y - (step - 1) / 2) / step));
  const ix = Math.min(columns - 1, Math.floor(gx));
  const iy = Math.min(rows - 1, Math.floor(gy));
  const fx = gx - ix;
  const fy = gy - iy;
  const i = iy * columns + ix;
  const right = ix + 1 < columns ? 1 : 0;
  const below = iy + 1 < rows ? columns : 0;
  const w00 = (1 - fx) * (1 - fy);
  const w01 = fx * (1 - fy);
  const w10 = (1 - fx) * fy;
  const w11 = fx * fy;
  out[0] = w00 * dx[i] + w01 * dx[i + right] + w10 * dx[i + below] + w11 * dx[i + below + right];
  out[1] = w00 * dy[i] + w01 * dy[i + right] + w10 * dy[i + below] + w11 * dy[i + below + right];
}

/**
 * Vectors for every pixel of row `y` of a plane whose pixels are `1 / scaleX`, `1 / scaleY` times as large as those of
 * the compared size (scaleX 2: the plane is twice as wide), in pixels of the plane.
 */
export function rowVectors(
  flow: Flow,
  y: number,
  width: number,
  scaleX: number,
  scaleY: number,
  outX: Float32Array,
  outY: Float32Array,
): void {
  const { columns, rows, dx, dy, step } = flow;
  const gy = Math.max(0, Math.min(rows - 1, ((y + 0.5) / scaleY - step / 2) / step));
  const iy = Math.min(rows - 1, Math.floor(gy));
  const fy = gy - iy;
  const top = iy * columns;
  const below = iy + 1 < rows ? top + columns : top;
  const each = 1 / (scaleX * step);
  for (let x = 0; x < width; x++) {
    const gx = Math.max(0, Math.min(columns - 1, (x + 0.5) * each - 0.5));
    const ix = gx | 0;
    const next = ix + 1 < columns ? ix + 1 : ix;
    const fx = gx - ix;
    const ax = dx[top + ix] + (dx[below + ix] - dx[top + ix]) * fy;
    const bx = dx[top + next] + (dx[below + next] - dx[top + next]) * fy;
    const ay = dy[top + ix] + (dy[below + ix] - dy[top + ix]) * fy;
    const by = dy[top + next] + (dy[below + next] - dy[top + next]) * fy;
    outX[x] = (ax + (bx - ax) * fx) * scaleX;
    outY[x] = (ay + (by - ay) * fx) * scaleY;
  }
}

/** A plane of samples and its size. */
export interface Plane<T extends Samples | Float32Array = Samples> {
  width: number;
  height: number;
  data: T;
}

/**
 * Frame b's plane as it would look at the time of frame a, by bilinear interpolation: out(x) = plane(x + flow(x)).
 * The plane may have any size; vectors are scaled to it. Pixels from outside are the border's.
 */
export function warp<T extends Samples | Float32Array>(plane: Plane<T>, flow: Flow, out?: T): T {
  const { width, height, data } = plane;
  const to = out ?? new (data.constructor as new (n: number) => T)(width * height);
  const scaleX = width / flow.width;
  const scaleY = height / flow.height;
  const half = data instanceof Float32Array ? 0 : 0.5;
  const vx = new Float32Array(width);
  const vy = new Float32Array(width);
  for (let y = 0, o = 0; y < height; y++) {
    rowVectors(flow, y, width, scaleX, scaleY, vx, vy);
    for (let x = 0; x < width; x++, o++) {
      let px = x + vx[x];
      let py = y + vy[x];
      px = px < 0 ? 0 : px > width - 1 ? width - 1 : px;
      py = py < 0 ? 0 : py > height - 1 ? height - 1 : py;
      const ix = px | 0;
      const iy = py | 0;
      const fx = px - ix;
      const fy = py - iy;
      const i = iy * width + ix;
      const right = ix + 1 < width ? 1 : 0;
      const below = iy + 1 < height ? width : 0;
      const a = data[i] + (data[i + right] - data[i]) * fx;
      const b = data[i + below] + (data[i + below + right] - data[i + below]) * fx;
      to[o] = a + (b - a) * fy + half;
    }
  }
  return to;
}

/**
 * How far one comes back from where one started, by cell: |forward(x) + backward(x + forward(x))| in pixels. Over
 * about one pixel the cell is covered in b, or one of the two was mistaken.
 */
export function inconsistency(forward: Flow, backward: Flow): Float32Array {
  const { columns, rows, dx, dy, step } = forward;
  const out = new Float32Array(columns * rows);
  const v = new Float32Array(2);
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      const half = (step - 1) / 2;
      vectorAt(backward, c * step + half + dx[k], r * step + half + dy[k], v);
      out[k] = Math.hypot(dx[k] + v[0], dy[k] + v[1]);
    }
  return out;
}

/** How far to trust each cell, 0..1: little is left between the patches, and the way back leads home. */
export function confidence(forward: Flow, backward: Flow): Float32Array {
  const apart = inconsistency(forward, backward);
  return apart.map((d, k) => Math.exp(-(d * d) / 2) / (1 + (forward.error[k] / 12) ** 2));
}

/** The flow of no motion, for frames of one size. */
export function stillFlow(width: number, height: number): Flow {
  const columns = Math.ceil(width / STEP);
  const rows = Math.ceil(height / STEP);
  const n = columns * rows;
  return {
    ...{ width, height, step: STEP, columns, rows },
    ...{ dx: new Float32Array(n), dy: new Float32Array(n), error: new Float32Array(n) },
  };
}

/** From a by way of b to c: out(x) = first(x) + second(x + first(x)). */
export function chain(first: Flow, second: Flow): Flow {
  const out = stillFlow(first.width, first.height);
  const v = new Float32Array(2);
  const half = (first.step - 1) / 2;
  for (let r = 0, k = 0; r < first.rows; r++)
    for (let c = 0; c < first.columns; c++, k++) {
      vectorAt(second, c * first.step + half + first.dx[k], r * first.step + half + first.dy[k], v);
      out.dx[k] = first.dx[k] + v[0];
      out.dy[k] = first.dy[k] + v[1];
      out.error[k] = first.error[k];
    }
  return out;
}
