/**
 * Filling holes by partial differential equations. `harmonic` continues the surroundings as a soap film does
 * (Laplace's equation), `biharmonic` as a thin plate, slopes included (minimal squared Laplacian; compare
 * Damelin and Hoang, "On surface completion and image inpainting by biharmonic functions", 2018). Both are
 * solved by conjugate gradients on the hole's pixels alone, started from the solution at half the size, so that
 * wide holes converge as quickly as narrow ones. At the picture's edge nothing flows out (Neumann).
 */
import { copyPlanar, type Planar, planar } from '../planar.ts';

/** Stops when the residual fell by this factor. */
const TOLERANCE = 1e-5;
const MOST_STEPS = 600;

/** -(discrete Laplacian) with no flow over the edge: out = sum over neighbours of (v - neighbour). */
function laplacian(v: Float64Array, width: number, height: number, at: Int32Array, out: Float64Array): void {
  for (const i of at) {
    const x = i % width;
    let sum = 0;
    if (x > 0) sum += v[i] - v[i - 1];
    if (x + 1 < width) sum += v[i] - v[i + 1];
    if (i >= width) sum += v[i] - v[i - width];
    if (i + width < width * height) sum += v[i] - v[i + width];
    out[i] = sum;
  }
}

/** Pixels of the hole, and those of it and its direct neighbours. */
function regions(hole: Uint8Array, width: number, height: number): { holes: Int32Array; near: Int32Array } {
  const n = width * height;
  const touched = new Uint8Array(n);
  const holes: number[] = [];
  for (let i = 0; i < n; i++) {
    if (!hole[i]) continue;
    holes.push(i);
    touched[i] = 1;
    const x = i % width;
    if (x > 0) touched[i - 1] = 1;
    if (x + 1 < width) touched[i + 1] = 1;
    if (i >= width) touched[i - width] = 1;
    if (i + width < n) touched[i + width] = 1;
  }
  const near: number[] = [];
  for (let i = 0; i < n; i++) if (touched[i]) near.push(i);
  return { holes: Int32Array.from(holes), near: Int32Array.from(near) };
}

/** Minimises the energy over the hole, in place; `u` holds the known samples and a first guess. */
function solve(u: Float64Array, hole: Uint8Array, width: number, height: number, order: 1 | 2): void {
  const { holes, near } = regions(hole, width, height);
  const scratch = new Float64Array(u.length);
  // A v on the hole, where A is L for the film and LᵀL (L is symmetric) for the plate.
  const operator = (v: Float64Array, out: Float64Array): void => {
    if (order === 1) laplacian(v, width, height, holes, out);
    else {
      laplacian(v, width, height, near, scratch);
      laplacian(scratch, width, height, holes, out);
    }
  };
  const residual = new Float64Array(u.length);
  operator(u, residual);
  const direction = new Float64Array(u.length);
  const image = new Float64Array(u.length);
  let power = 0;
  for (const i of holes) {
    residual[i] = -residual[i];
    direction[i] = residual[i];
    power += residual[i] * residual[i];
  }
  const goal = Math.max(1e-20, power * TOLERANCE * TOLERANCE);
  for (let step = 0; step < MOST_STEPS && power > goal; step++) {
    operator(direction, image);
    let curvature = 0;
    for (const i of holes) curvature += direction[i] * image[i];
    if (!(curvature > 0)) return;
    const length = power / curvature;
    let next = 0;
    for (const i of holes) {
      u[i] += length * direction[i];
      residual[i] -= length * image[i];
      next += residual[i] * residual[i];
    }
    const turn = next / power;
    for (const i of holes) direction[i] = residual[i] + turn * direction[i];
    power = next;
  }
}

/** Fills one plane, coarse to fine. `hole` is 1 where the sample is unknown; some sample must be known. */
function fillPlane(u: Float64Array, hole: Uint8Array, width: number, height: number, order: 1 | 2): void {
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  if (Math.min(w, h) >= 4) {
    const small = new Float64Array(w * h);
    const smallHole = new Uint8Array(w * h);
    let holes = 0;
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        let sum = 0;
        let known = 0;
        for (let v = 2 * y; v < Math.min(height, 2 * y + 2); v++)
          for (let s = 2 * x; s < Math.min(width, 2 * x + 2); s++)
            if (!hole[v * width + s]) {
              sum += u[v * width + s];
              known++;
            }
        if (known > 0) small[y * w + x] = sum / known;
        else {
          smallHole[y * w + x] = 1;
          holes++;
        }
      }
    if (holes > 0) fillPlane(small, smallHole, w, h, order);
    enlarge(small, w, h, u, hole, width, height);
  } else {
    let sum = 0;
    let known = 0;
    for (let i = 0; i < u.length; i++)
      if (!hole[i]) {
        sum += u[i];
        known++;
      }
    for (let i = 0; i < u.length; i++) if (hole[i]) u[i] = sum / known;
  }
  solve(u, hole, width, height, order);
}

/** Bilinear values of the half-size plane into the hole. */
function enlarge(
  small: Float64Array,
  w: number,
  h: number,
  u: Float64Array,
  hole: Uint8Array,
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (!hole[i]) continue;
      const sx = Math.min(w - 1, Math.max(0, (x - 0.5) / 2));
      const sy = Math.min(h - 1, Math.max(0, (y - 0.5) / 2));
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      const x1 = Math.min(w - 1, x0 + 1);
      const y1 = Math.min(h - 1, y0 + 1);
      const fx = sx - x0;
      const top = small[y0 * w + x0] * (1 - fx) + small[y0 * w + x1] * fx;
      const low = small[y1 * w + x0] * (1 - fx) + small[y1 * w + x1] * fx;
      u[i] = top + (sy - y0) * (low - top);
    }
}

/** 1 for every pixel that a mask touches: those are unknown. */
export function holesOf(mask: Planar): Uint8Array {
  return Uint8Array.from(mask.data, (v) => (v > 0 ? 1 : 0));
}

function fill(picture: Planar, mask: Planar, order: 1 | 2): Planar {
  const { width, height, channels } = picture;
  if (mask.width !== width || mask.height !== height)
    throw new RangeError(`A mask of ${mask.width}x${mask.height} does not fit ${width}x${height}.`);
  const hole = holesOf(mask);
  if (!hole.includes(1)) return copyPlanar(picture);
  const out = planar(width, height, channels);
  if (!hole.includes(0)) {
    out.data.fill(0.5);
    return out;
  }
  const n = width * height;
  for (let c = 0; c < channels; c++) {
    const u = Float64Array.from(picture.data.subarray(c * n, (c + 1) * n));
    fillPlane(u, hole, width, height, order);
    for (let i = 0; i < n; i++)
      out.data[c * n + i] = hole[i] ? Math.min(1, Math.max(0, u[i])) : picture.data[c * n + i];
  }
  return out;
}

/**
 * Fills where the mask is above 0 by Laplace's equation; other samples are bit-identical. A mask over everything
 * gives middle grey. @throws RangeError when the mask has another size
 */
export function harmonic(picture: Planar, mask: Planar): Planar {
  return fill(picture, mask, 1);
}

/** The same by the thin plate, clipped to 0..1 since it overshoots. */
export function biharmonic(picture: Planar, mask: Planar): Planar {
  return fill(picture, mask, 2);
}
