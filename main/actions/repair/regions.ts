/** From damaged pixels to regions: connected shapes, their measures, and what their form says about their kind. */
import type { Planar } from '../../../app/planar.ts';
import { boxOf, eachRegion } from './components.ts';
import type { Level } from './features.ts';
import type { DamageKind, DamageRegion } from './types.ts';

export interface Shape {
  pixels: Int32Array;
  x: number;
  y: number;
  w: number;
  h: number;
  /** Along its main axis, from second moments: the length of a bar with the same spread. */
  length: number;
  /** Area over length. */
  thickness: number;
  /** Share of its spread across its main axis that its thickness does not explain: 0 straight. */
  bend: number;
}

/** Connected shapes of a mask that `keep` wants. */
export function shapesOf(
  mask: Uint8Array,
  width: number,
  height: number,
  keep: (shape: Shape, pixels: Int32Array) => boolean,
): Shape[] {
  const out: Shape[] = [];
  eachRegion(mask, width, height, (all) => {
    const n = all.length;
    let mx = 0;
    let my = 0;
    for (const i of all) {
      mx += i % width;
      my += Math.floor(i / width);
    }
    mx /= n;
    my /= n;
    let xx = 1 / 12;
    let yy = 1 / 12;
    let xy = 0;
    for (const i of all) {
      const dx = (i % width) - mx;
      const dy = Math.floor(i / width) - my;
      xx += (dx * dx) / n;
      yy += (dy * dy) / n;
      xy += (dx * dy) / n;
    }
    const middle = (xx + yy) / 2;
    const apart = Math.hypot((xx - yy) / 2, xy);
    const length = Math.sqrt(12 * (middle + apart));
    const across = Math.sqrt(12 * Math.max(0, middle - apart));
    const thickness = n / Math.max(1, length);
    const shape: Shape = {
      pixels: all,
      ...boxOf(all, width),
      length,
      thickness,
      bend: Math.max(0, across - thickness) / length,
    };
    if (keep(shape, all)) out.push({ ...shape, pixels: all.slice() });
  });
  return out;
}

/** Pixels from which a compact bare place is a loss and no speck. */
const LOSS = 60;

/** What the second classifier sees of a region. */
export const REGION_FEATURES = [
  'most',
  'mean',
  'area',
  'length',
  'thickness',
  'bend',
  'filled',
  'contrast',
  'sign',
  'tone',
  'toneSpread',
  'ringSpread',
  'clear',
  'crowd24',
  'crowd60',
  'border',
  'chroma',
  'chromaStep',
  'relative',
] as const;

/** Sums over all rectangles from the corner, one row and column more than the plane has. */
function sumsOf(test: (i: number) => number, width: number, height: number): Float64Array {
  const out = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += test(y * width + x);
      out[(y + 1) * (width + 1) + x + 1] = out[y * (width + 1) + x + 1] + row;
    }
  }
  return out;
}

/**
 * One row of REGION_FEATURES for each shape: how sure its pixels are, its form, how even it is in itself and its ring,
 * and how much else nearby looks alike (leaves and pebbles come in crowds, dirt lies alone).
 * @param mask what the shapes were made of
 */
export function regionRows(
  shapes: readonly Shape[],
  mask: Uint8Array,
  odds: Float32Array,
  { width, height, luma, chroma }: Level,
): Float32Array {
  const many = REGION_FEATURES.length;
  const rows = new Float32Array(shapes.length * many);
  const crowd = sumsOf((i) => mask[i], width, height);
  const within = (shape: Shape, reach: number): number => {
    const x0 = Math.max(0, shape.x - reach);
    const y0 = Math.max(0, shape.y - reach);
    const x1 = Math.min(width, shape.x + shape.w + reach);
    const y1 = Math.min(height, shape.y + shape.h + reach);
    const at = (x: number, y: number): number => crowd[y * (width + 1) + x];
    const area = (x1 - x0) * (y1 - y0);
    return (at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0) - shape.pixels.length) / area;
  };
  const side = Math.max(width, height);
  shapes.forEach((shape, k) => {
    const { pixels } = shape;
    let most = -Infinity;
    let mean = 0;
    let tone = 0;
    let square = 0;
    let colour = 0;
    for (const i of pixels) {
      if (odds[i] > most) most = odds[i];
      mean += odds[i];
      tone += luma[i];
      square += luma[i] * luma[i];
      colour += chroma[i];
    }
    const n = pixels.length;
    tone /= n;
    // A ring of sound pixels: three to five away from the region's own.
    let ring = 0;
    let ringSquare = 0;
    let ringColour = 0;
    let count = 0;
    const every = Math.max(1, Math.floor(n / 200));
    for (let p = 0; p < n; p += every) {
      const x = pixels[p] % width;
      const y = (pixels[p] - x) / width;
      for (const [dx, dy] of RING) {
        const u = x + dx;
        const v = y + dy;
        if (u < 0 || v < 0 || u >= width || v >= height || mask[v * width + u]) continue;
        const w = luma[v * width + u];
        ring += w;
        ringSquare += w * w;
        ringColour += chroma[v * width + u];
        count++;
      }
    }
    ring = count > 0 ? ring / count : tone;
    const ringSpread = count > 0 ? Math.sqrt(Math.max(0, ringSquare / count - ring * ring)) : 0;
    const contrast = Math.abs(tone - ring);
    rows.set(
      [
        most,
        mean / n,
        Math.log(n),
        Math.log(shape.length),
        shape.thickness,
        shape.bend,
        n / (shape.w * shape.h),
        contrast,
        tone > ring ? 1 : -1,
        tone,
        Math.sqrt(Math.max(0, square / n - tone * tone)),
        ringSpread,
        contrast / (ringSpread + 0.02),
        within(shape, 24),
        within(shape, 60),
        shape.x === 0 || shape.y === 0 || shape.x + shape.w === width || shape.y + shape.h === height ? 1 : 0,
        colour / n,
        count > 0 ? colour / n - ringColour / count : 0,
        shape.length / side,
      ],
      k * many,
    );
  });
  return rows;
}

const RING = [
  [4, 0],
  [-4, 0],
  [0, 4],
  [0, -4],
  [3, 3],
  [3, -3],
  [-3, 3],
  [-3, -3],
] as const;

const compact = ({ length, thickness, pixels }: Shape): boolean =>
  length < 4 * thickness && pixels.length > LOSS;

function kindOf(shape: Shape, side: number, darker: boolean): DamageKind {
  const { length, thickness, bend } = shape;
  if (length < 4 * thickness || length < 12) return 'dust';
  if (length > 0.25 * side && thickness > 6) return 'tear';
  if (bend < 0.04) return darker && length < 0.1 * side ? 'hair' : 'scratch';
  if (darker && bend < 0.6) return 'hair';
  return length > 0.08 * side ? 'crack' : 'hair';
}

/** Regions of shapes, of bare places, and those of areas found otherwise, largest first. */
export function regionsOf(
  shapes: readonly Shape[],
  bare: readonly Shape[],
  areas: readonly DamageRegion[],
  confidence: Uint8Array,
  picture: Planar,
): DamageRegion[] {
  const { width, height, data } = picture;
  const n = width * height;
  const side = Math.max(width, height);
  // Green, or grey: enough to tell lighter from darker.
  const green = picture.channels === 3 ? n : 0;
  const regions = [...shapes, ...bare].map((shape, k): DamageRegion => {
    let sum = 0;
    let inside = 0;
    for (const i of shape.pixels) {
      sum += confidence[i];
      inside += data[green + i];
    }
    let around = 0;
    let count = 0;
    const x1 = Math.min(width - 1, shape.x + shape.w + 2);
    const y1 = Math.min(height - 1, shape.y + shape.h + 2);
    for (let y = Math.max(0, shape.y - 2); y <= y1; y++)
      for (let x = Math.max(0, shape.x - 2); x <= x1; x++)
        if (confidence[y * width + x] === 0) {
          around += data[green + y * width + x];
          count++;
        }
    const darker = count > 0 && inside / shape.pixels.length < around / count;
    return {
      kind: k >= shapes.length && compact(shape) ? 'corner' : kindOf(shape, side, darker),
      x: shape.x,
      y: shape.y,
      w: shape.w,
      h: shape.h,
      share: shape.pixels.length / n,
      confidence: sum / shape.pixels.length / 255,
    };
  });
  return [...regions, ...areas].sort((a, b) => b.share - a.share);
}
