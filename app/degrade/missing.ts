/**
 * Missing parts: rectangles and patches suppressed, corners and edges torn off, and the masks that the filler
 * learns to fill. Nothing of the picture is left under them.
 */
import { planar, type Planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { blob, edgeNoise, halfPlane, maskOf, paint, rectangle, stroke, wander } from './draw.ts';
import { gaussian } from './raster.ts';
import type { Degradation } from './types.ts';

function empty(picture: { width: number; height: number }): Planar {
  return planar(picture.width, picture.height, 1);
}

/** What shows where the picture is gone: black, white, mid grey or paper. */
function behind(random: Random): [number, number, number] {
  const pick = random.next();
  if (pick < 0.35) return [0, 0, 0];
  if (pick < 0.65) return [1, 1, 1];
  if (pick < 0.75) return [0.5, 0.5, 0.5];
  const v = random.uniform(0.72, 0.97);
  return [v, v - random.uniform(0, 0.06), v - random.uniform(0.02, 0.16)];
}

function share(mask: Planar): number {
  let n = 0;
  const d = mask.data;
  for (let i = 0; i < d.length; i++) if (d[i] > 0) n++;
  return n / d.length;
}

/** Rectangles and patches suppressed. */
export const holes: Degradation = {
  name: 'holes',
  family: 'missing',
  ranges: { count: [1, 4], area: [0, 0.5], value: [0, 1] },
  source: 'rectangles and closed curves of random waves',
  apply(picture, random) {
    const count = 1 + random.int(4);
    const { width, height } = picture;
    const side = Math.min(width, height);
    const cover = empty(picture);
    for (let k = 0; k < count; k++) {
      const size = random.uniform(0.08, 0.34) * side;
      const x = random.uniform(-0.05, 0.95) * width;
      const y = random.uniform(-0.05, 0.95) * height;
      if (random.chance(0.5)) {
        const aspect = 2 ** random.uniform(-1, 1);
        rectangle(
          cover,
          Math.round(x),
          Math.round(y),
          Math.round(x + size * aspect),
          Math.round(y + size / aspect),
        );
      } else blob(cover, { x, y }, Math.max(1, size / 2), 0.6, random, 0.01);
    }
    // Never nothing: shapes may have fallen outside.
    if (share(maskOf(cover)) === 0) {
      const x = random.int(width);
      const y = random.int(height);
      rectangle(cover, x, y, x + Math.max(1, side >> 3), y + Math.max(1, side >> 3));
    }
    const colour = behind(random);
    const laid = paint(picture, cover, colour);
    return { ...laid, params: { count, area: share(laid.mask), value: colour[1] } };
  },
};

/** Distance function of a torn corner or edge, laid into a cover. */
function tornEdge(cover: Planar, depth: number, random: Random): void {
  const { width, height } = cover;
  const side = Math.min(width, height);
  const corner = random.chance(0.75);
  const sx = random.chance(0.5) ? 1 : -1;
  const sy = random.chance(0.5) ? 1 : -1;
  const edge = edgeNoise(random, Math.min(8, 0.012 * side + 0.4), Math.max(3, side / 20));
  let nx: number;
  let ny: number;
  if (corner) {
    const a = random.uniform(0.25, Math.PI / 2 - 0.25);
    nx = sx * Math.cos(a);
    ny = sy * Math.sin(a);
  } else {
    const upright = random.chance(0.5);
    const lean = random.normal(0, 0.08);
    nx = upright ? sx : lean;
    ny = upright ? lean : sy;
  }
  const far = nx * (nx > 0 ? width - 1 : 0) + ny * (ny > 0 ? height - 1 : 0);
  halfPlane(cover, nx, ny, far - depth * side, edge);
}

/** A corner or an edge torn off, with the paper's white core along the tear. */
export const missingCorners: Degradation = {
  name: 'missing-corner',
  family: 'missing',
  ranges: { count: [1, 3], depth: [0.05, 0.24], value: [0, 1], area: [0, 0.75] },
  source: 'half planes with an uneven edge',
  apply(picture, random) {
    const count = 1 + random.int(3);
    const depth = random.uniform(0.05, 0.24);
    const cover = empty(picture);
    for (let k = 0; k < count; k++) tornEdge(cover, depth * random.uniform(0.5, 1), random);
    const colour = behind(random);
    // The core of the paper shows as a light seam: the cover's own border, widened.
    const seam = gaussian(cover, random.uniform(0.5, 1.2));
    for (let i = 0; i < seam.data.length; i++) seam.data[i] = Math.min(1, 3 * seam.data[i]);
    const paper = random.uniform(0.8, 1);
    const first = paint(picture, seam, [paper, paper * 0.99, paper * 0.95]);
    const laid = paint(first.picture, cover, colour);
    for (let i = 0; i < laid.mask.data.length; i++) if (first.mask.data[i] > 0) laid.mask.data[i] = 1;
    return { ...laid, params: { count, depth, value: colour[1], area: share(laid.mask) } };
  },
};

/** Least and most of the area that `holeMask` covers. */
export const HOLE_AREA: readonly [number, number] = [0.05, 0.4];

/**
 * A mask (one plane of 0 and 1) that covers 5 to 40 % of the area: free brush strokes (J. Yu et al., "Free-form
 * image inpainting with gated convolution", 2019), rectangles, patches, torn corners and long tears. A shape that
 * would cover too much is dropped.
 */
export function holeMask(width: number, height: number, random: Random): Planar {
  const [least, most] = HOLE_AREA;
  // Small holes are the common ones.
  const wanted = least + (most - least) * random.next() ** 1.5;
  const side = Math.min(width, height);
  const kind = random.next();
  let mask = planar(width, height, 1);
  for (let tries = 0; tries < 40 && share(mask) < wanted; tries++) {
    const next: Planar = { ...mask, data: mask.data.slice() };
    const x = random.next() * width;
    const y = random.next() * height;
    const shape = kind < 0.8 ? kind / 0.8 : random.next();
    if (shape < 0.4) {
      const path = wander(
        { x, y },
        random.uniform(0, 2 * Math.PI),
        random.uniform(0.2, 1) * side,
        random.uniform(0.05, 0.5),
        random,
      );
      stroke(next, path, side * random.uniform(0.015, 0.07));
    } else if (shape < 0.6) {
      const size = random.uniform(0.1, 0.5) * side;
      const aspect = 2 ** random.uniform(-0.8, 0.8);
      const x0 = Math.round(x - size / 2);
      const y0 = Math.round(y - size / 2);
      rectangle(next, x0, y0, x0 + Math.round(size * aspect), y0 + Math.round(size / aspect));
    } else if (shape < 0.78) blob(next, { x, y }, random.uniform(0.06, 0.25) * side, 0.6, random);
    else if (shape < 0.9) tornEdge(next, random.uniform(0.1, 0.4), random);
    else {
      const angle = random.uniform(0, 2 * Math.PI);
      const path = wander({ x, y }, angle, 1.2 * side, 0.06, random);
      stroke(next, path, side * random.uniform(0.008, 0.025));
    }
    for (let i = 0; i < next.data.length; i++) next.data[i] = next.data[i] > 0.25 ? 1 : 0;
    if (share(next) <= most) mask = next;
  }
  if (share(mask) < least) {
    // Tiny pictures may refuse every shape: one rectangle of the right area always fits.
    const w = Math.max(1, Math.round(Math.sqrt(0.12) * width));
    const h = Math.max(1, Math.round(Math.sqrt(0.12) * height));
    const x = random.int(width - w + 1);
    const y = random.int(height - h + 1);
    mask = planar(width, height, 1);
    rectangle(mask, x, y, x + w, y + h);
  }
  return mask;
}

/** Regions set to 0 for the filler. */
export const fillerHoles: Degradation = {
  name: 'filler-holes',
  family: 'missing',
  ranges: { area: [HOLE_AREA[0], HOLE_AREA[1]] },
  source: 'Yu et al. 2019 (free-form masks)',
  apply(picture, random) {
    const mask = holeMask(picture.width, picture.height, random);
    const laid = paint(picture, mask, [0, 0, 0]);
    return { ...laid, params: { area: share(laid.mask) } };
  },
};

/** Area at which no further thin hole is drawn; the last may go beyond it. */
const THIN_AREA = [0.005, 0.08] as const;
/** Width of thin holes, as a share of the side. */
const THIN = [0.004, 0.02] as const;

/**
 * Thin lines for the filler: scratches, cracks, hairs. Among wide holes alone it learns to be smooth, and in a line of two
 * or three pixels smooth is worse than the classical fillers.
 */
export const thinHoles: Degradation = {
  name: 'thin-holes',
  family: 'missing',
  ranges: { area: [0, 0.5] },
  source: 'lines that wander; widths of scratches',
  apply(picture, random) {
    const { width, height } = picture;
    const side = Math.min(width, height);
    const wanted = random.uniform(...THIN_AREA);
    const across = random.uniform(...THIN);
    let mask = planar(width, height, 1);
    for (let tries = 0; tries < 12 && share(mask) < wanted; tries++) {
      const next: Planar = { ...mask, data: mask.data.slice() };
      const path = wander(
        { x: random.next() * width, y: random.next() * height },
        random.uniform(0, 2 * Math.PI),
        random.uniform(0.05, 1.2) * side,
        random.uniform(0.02, 0.4),
        random,
      );
      stroke(next, path, Math.max(0.6, side * across * random.uniform(0.6, 1.5)));
      for (let i = 0; i < next.data.length; i++) next.data[i] = next.data[i] > 0.25 ? 1 : 0;
      mask = next;
    }
    // A line may lie outside of the picture altogether.
    if (share(mask) === 0) mask = holeMask(width, height, random);
    const laid = paint(picture, mask, [0, 0, 0]);
    return { ...laid, params: { area: share(laid.mask) } };
  },
};
