/**
 * Damage of areas that leaves the picture visible: liquid stains with their dark rim, foxing, marks of album
 * glue and tape, blots. All but blots are transparent, so what lies below is still there to be found.
 */
import { planar, type Planar } from '../planar.ts';
import { type Random, seeded } from '../random.ts';
import { blob, maskOf, paint, type Painted, type Point, rectangle, stainOver, widthUnit } from './draw.ts';
import { clamp, field, gaussian } from './raster.ts';
import type { Degradation } from './types.ts';

function empty(picture: Planar): Planar {
  return planar(picture.width, picture.height, 1);
}
function somewhere(picture: Planar, random: Random): Point {
  return { x: random.next() * picture.width, y: random.next() * picture.height };
}
/** Density of a brownish or yellowish stain: blue is held back most. */
function brown(strength: number, random: Random): [number, number, number] {
  return [strength * random.uniform(0.1, 0.5), strength * random.uniform(0.4, 0.75), strength];
}

/** Dried liquid: a patch of tint whose rim is darker (particles wander outwards as a drop dries: Deegan et al., Nature 389, 1997). */
export const waterStain: Degradation = {
  name: 'water-stain',
  family: 'stains',
  ranges: { count: [1, 3], radius: [0.08, 0.45], density: [0.15, 0.6], light: [0, 1] },
  source: 'Deegan et al. 1997 (rim of a dried drop)',
  apply(picture, random) {
    const count = 1 + random.int(3);
    const radius = random.uniform(0.08, 0.45);
    const density = random.uniform(0.15, 0.6);
    // Bleached instead of tinted.
    const light = random.chance(0.2);
    const side = Math.min(picture.width, picture.height);
    const cover = empty(picture);
    for (let k = 0; k < count; k++) {
      const inner = empty(picture);
      const outer = empty(picture);
      const centre = somewhere(picture, random);
      const r = radius * side * random.uniform(0.5, 1);
      const shape = random.uniform(0.2, 0.7);
      // The same curve twice, a little smaller: what lies between is the rim.
      const key = Math.floor(random.next() * 4294967296);
      blob(outer, centre, r, shape, replay(key), 1.5);
      blob(inner, centre, r * 0.93, shape, replay(key), Math.max(2, 0.12 * r));
      const fill = random.uniform(0.2, 0.6);
      for (let i = 0; i < cover.data.length; i++) {
        const v = outer.data[i] * (1 - (1 - fill) * inner.data[i]);
        if (v > cover.data[i]) cover.data[i] = v;
      }
    }
    const uneven = field(picture.width, picture.height, random, Math.max(4, side / 8), 2);
    for (let i = 0; i < cover.data.length; i++)
      if (cover.data[i] > 0) cover.data[i] = clamp(cover.data[i] * (1 + 0.2 * uneven[i]));
    const stained = stainOver(picture, cover, brown(light ? -density * 0.6 : density, random));
    return { ...stained, params: { count, radius, density, light: Number(light) } };
  },
};

/** A stream that can be started twice from one key, for shapes that are drawn twice. */
function replay(key: number): Random {
  return seeded('stain', key);
}

/** Foxing: many small rusty spots with soft edges. */
export const foxing: Degradation = {
  name: 'foxing',
  family: 'stains',
  ranges: { count: [4, 50], density: [0.12, 0.6] },
  source: 'rust-coloured spots, cubic law of sizes',
  apply(picture, random) {
    const count = Math.round(4 * 12.5 ** random.next());
    const density = random.uniform(0.12, 0.6);
    const cover = empty(picture);
    const unit = widthUnit(picture);
    for (let k = 0; k < count; k++)
      blob(
        cover,
        somewhere(picture, random),
        unit * (0.8 + 4 * random.next() ** 3),
        0.4,
        random,
        random.uniform(1, 2.5) * unit,
        random.uniform(0.4, 1),
      );
    return { ...stainOver(picture, cover, brown(density, random)), params: { count, density } };
  },
};

/** Glue of an album or tape that has yellowed: bands or patches with straight sides, at corners or across. */
export const glue: Degradation = {
  name: 'glue',
  family: 'stains',
  ranges: { count: [1, 4], density: [0.15, 0.5] },
  source: 'yellowed strips',
  apply(picture, random) {
    const count = 1 + random.int(4);
    const density = random.uniform(0.15, 0.5);
    const { width, height } = picture;
    let cover = empty(picture);
    for (let k = 0; k < count; k++) {
      const w = Math.round(random.uniform(0.06, 0.25) * width);
      const h = Math.round(random.uniform(0.06, 0.25) * height);
      const band = random.chance(0.15);
      const x = band ? 0 : Math.round(random.uniform(-0.1, 0.95) * width);
      const y = Math.round(random.uniform(-0.1, 0.95) * height);
      rectangle(cover, x, y, band ? width : x + w, y + h);
    }
    cover = gaussian(cover, random.uniform(0.5, 2));
    const uneven = field(width, height, random, Math.max(3, width / 12), 3);
    for (let i = 0; i < cover.data.length; i++)
      if (cover.data[i] > 0) cover.data[i] = clamp(cover.data[i] * (0.8 + 0.25 * uneven[i]));
    return { ...stainOver(picture, cover, brown(density, random)), params: { count, density } };
  },
};

/** An opaque splash of paint or ink. */
export const inkBlot: Degradation = {
  name: 'blot',
  family: 'stains',
  ranges: { count: [1, 3], radius: [0.02, 0.12] },
  source: 'opaque patches',
  apply(picture, random) {
    const count = 1 + random.int(3);
    const radius = random.uniform(0.02, 0.12);
    const side = Math.min(picture.width, picture.height);
    const cover = empty(picture);
    for (let k = 0; k < count; k++)
      blob(cover, somewhere(picture, random), radius * side * random.uniform(0.5, 1), 0.6, random);
    maskOf(cover);
    const hue: [number, number, number] = random.chance(0.6)
      ? [0.05, 0.05, 0.1]
      : [random.next(), random.next(), random.next()];
    const laid: Painted = paint(picture, cover, hue, random.uniform(0.7, 1));
    return { ...laid, params: { count, radius } };
  },
};
