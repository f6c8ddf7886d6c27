/**
 * Damage of lines and points, on prints, films and scans: dust, hairs, scratches, cracks, creases, tears. Each
 * function draws one kind and returns the picture and the mask of exactly the pixels it touched. Widths grow with
 * the square root of the picture's size, lengths with the size.
 */
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';
import {
  blob,
  disc,
  jagged,
  type Painted,
  paint,
  type Point,
  stainOver,
  stroke,
  wander,
  widthUnit,
} from './draw.ts';
import { clamp, field } from './raster.ts';
import type { Degradation, Outcome } from './types.ts';

/** Lightness of damage: paper or missing emulsion (light), dirt in the way of the light (dark). Slightly warm or cool. */
function damageColour(light: boolean, random: Random): [number, number, number] {
  const v = light ? random.uniform(0.78, 1) : random.uniform(0, 0.22);
  const warm = random.uniform(-0.01, light ? 0.07 : 0.02);
  return [Math.min(1, v + warm / 2), v, Math.max(0, v - warm)];
}

/** Half the width of a line at a picture of 128 pixels: mostly fine ones, now and then a broad one. */
function lineWidth(random: Random): number {
  return 0.2 * 6 ** (random.next() ** 1.4);
}

function somewhere(picture: Planar, random: Random): Point {
  return { x: random.next() * picture.width, y: random.next() * picture.height };
}

function empty(picture: Planar): Planar {
  return planar(picture.width, picture.height, 1);
}

function painted(p: Painted, params: Record<string, number>): Outcome {
  return { picture: p.picture, mask: p.mask, params };
}

/** Adds specks to a cover: mostly small, some of several lumps. */
export function specks(cover: Planar, count: number, largest: number, random: Random): void {
  for (let k = 0; k < count; k++) {
    const p = somewhere(cover, random);
    const r = Math.max(0.45, largest * random.next() ** 3);
    const strength = random.uniform(0.5, 1);
    if (r < 1.2) disc(cover, p.x, p.y, r, strength);
    else blob(cover, p, r, 0.7, random, 1, strength);
  }
}

/** Dust on a scan or print: specks of one lightness, `count` for 128 x 128 pixels. */
export function dust(
  picture: Planar,
  count: number,
  light: boolean,
  opacity: number,
  random: Random,
): Painted {
  const cover = empty(picture);
  const share = (picture.width * picture.height) / (128 * 128);
  specks(cover, Math.max(1, Math.round(count * share)), 2.6 * widthUnit(picture), random);
  return paint(picture, cover, damageColour(light, random), opacity);
}

export const dustSpecks: Degradation = {
  name: 'dust',
  family: 'scratches',
  ranges: { count: [2, 60], light: [0, 1], opacity: [0.4, 1] },
  source: 'specks with a cubic law of sizes',
  apply(picture, random) {
    const count = Math.round(2 * 30 ** random.next());
    const light = random.chance(0.65);
    const opacity = random.uniform(0.4, 1);
    return painted(dust(picture, count, light, opacity, random), { count, light: Number(light), opacity });
  },
};

export const hairs: Degradation = {
  name: 'hairs',
  family: 'scratches',
  ranges: { count: [1, 4], light: [0, 1], opacity: [0.4, 1] },
  source: 'curves of slowly changing bend',
  apply(picture, random) {
    const count = 1 + random.int(4);
    const light = random.chance(0.5);
    const opacity = random.uniform(0.4, 1);
    const cover = empty(picture);
    const unit = widthUnit(picture);
    for (let k = 0; k < count; k++) {
      const length = random.uniform(0.1, 0.6) * Math.min(picture.width, picture.height);
      const path = wander(
        somewhere(picture, random),
        random.uniform(0, 2 * Math.PI),
        length,
        random.uniform(0.02, 0.16),
        random,
      );
      stroke(cover, path, lineWidth(random) * unit);
    }
    return painted(paint(picture, cover, damageColour(light, random), opacity), {
      count,
      light: Number(light),
      opacity,
    });
  },
};

/** Straight or slightly bent scratches in any direction: emulsion scraped off. They fade in and out along their length. */
export const scratchLines: Degradation = {
  name: 'scratches',
  family: 'scratches',
  ranges: { count: [1, 9], light: [0, 1], opacity: [0.35, 1] },
  source: 'lines of uneven depth',
  apply(picture, random) {
    const count = 1 + random.int(9);
    const light = random.chance(0.8);
    const opacity = random.uniform(0.35, 1);
    const cover = empty(picture);
    const unit = widthUnit(picture);
    const side = Math.max(picture.width, picture.height);
    // Things rub in one direction.
    const along = random.uniform(0, 2 * Math.PI);
    for (let k = 0; k < count; k++) {
      const length = random.uniform(0.08, 0.9) * side;
      const angle = along + random.normal(0, 0.5);
      const path = wander(somewhere(picture, random), angle, length, random.uniform(0, 0.012), random, 4);
      const width = lineWidth(random) * unit;
      const wave = random.uniform(4, 30);
      const phase = random.uniform(0, 6.28);
      stroke(cover, path, width, (t) => {
        const ends = Math.min(1, 8 * t, 8 * (1 - t));
        return ends * (0.75 + 0.25 * Math.sin(wave * t + phase));
      });
    }
    return painted(paint(picture, cover, damageColour(light, random), opacity), {
      count,
      light: Number(light),
      opacity,
    });
  },
};

/** Cracks of a dry emulsion: a branching net of fine jagged lines. */
export const cracks: Degradation = {
  name: 'cracks',
  family: 'scratches',
  ranges: { count: [1, 5], light: [0, 1], rough: [0.1, 0.35], opacity: [0.5, 1] },
  source: 'midpoint displacement with branches',
  apply(picture, random) {
    const count = 1 + random.int(5);
    const light = random.chance(0.75);
    const rough = random.uniform(0.1, 0.35);
    const opacity = random.uniform(0.5, 1);
    const cover = empty(picture);
    const unit = widthUnit(picture);
    const side = Math.max(picture.width, picture.height);
    const grow = (from: Point, angle: number, length: number, width: number, depth: number): void => {
      const to = { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
      const path = jagged(from, to, rough, random, 4);
      stroke(cover, path, (t) => width * (1 - 0.6 * t));
      if (depth === 0) return;
      const branches = random.int(3);
      for (let b = 0; b < branches; b++) {
        const at = path[random.int(path.length)];
        const turn = (random.chance(0.5) ? 1 : -1) * random.uniform(0.5, 1.3);
        grow(at, angle + turn, length * random.uniform(0.25, 0.6), width * 0.7, depth - 1);
      }
    };
    for (let k = 0; k < count; k++)
      grow(
        somewhere(picture, random),
        random.uniform(0, 2 * Math.PI),
        random.uniform(0.2, 0.8) * side,
        lineWidth(random) * unit,
        2,
      );
    return painted(paint(picture, cover, damageColour(light, random), opacity), {
      count,
      light: Number(light),
      rough,
      opacity,
    });
  },
};

/** The two ends of a line across the picture at an angle through a point. */
function across(picture: Planar, through: Point, angle: number): [Point, Point] {
  const reach = picture.width + picture.height;
  const dx = Math.cos(angle) * reach;
  const dy = Math.sin(angle) * reach;
  return [
    { x: through.x - dx, y: through.y - dy },
    { x: through.x + dx, y: through.y + dy },
  ];
}

/** The part of a line that lies near the picture. */
function within(picture: Planar, [a, b]: [Point, Point]): [Point, Point] {
  let t0 = 0;
  let t1 = 1;
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  for (const [p, d, max] of [
    [a.x, dx, picture.width],
    [a.y, dy, picture.height],
  ]) {
    if (Math.abs(d) < 1e-9) continue;
    const u = (-4 - p) / d;
    const v = (max + 4 - p) / d;
    t0 = Math.max(t0, Math.min(u, v));
    t1 = Math.min(t1, Math.max(u, v));
  }
  return [
    { x: a.x + dx * t0, y: a.y + dy * t0 },
    { x: a.x + dx * t1, y: a.y + dy * t1 },
  ];
}

/**
 * A fold: along it the emulsion has broken in places (paper shows), and the bent paper is a little lighter on one
 * side, darker on the other.
 */
export const creases: Degradation = {
  name: 'crease',
  family: 'scratches',
  ranges: { count: [1, 2], broken: [0.2, 1], shade: [0.02, 0.12] },
  source: 'broken line with shading to both sides',
  apply(picture, random) {
    const count = random.chance(0.75) ? 1 : 2;
    const broken = random.uniform(0.2, 1);
    const shade = random.uniform(0.02, 0.12);
    const unit = widthUnit(picture);
    let current: Painted = { picture, mask: empty(picture) };
    const mask = empty(picture);
    const lay = (next: Painted): void => {
      for (let i = 0; i < mask.data.length; i++) if (next.mask.data[i] > 0) mask.data[i] = 1;
      current = next;
    };
    for (let k = 0; k < count; k++) {
      const through = {
        x: random.uniform(0.1, 0.9) * picture.width,
        y: random.uniform(0.1, 0.9) * picture.height,
      };
      const angle = random.chance(0.4)
        ? random.normal(0, 0.06) + (random.chance(0.5) ? 0 : Math.PI / 2)
        : random.uniform(0, Math.PI);
      const [a, b] = within(picture, across(picture, through, angle));
      const path = jagged(a, b, random.uniform(0.005, 0.03), random, 5);
      const nx = -Math.sin(angle);
      const ny = Math.cos(angle);
      const off = 0.9 * unit;
      const side = (sign: number): Point[] =>
        path.map((p) => ({ x: p.x + sign * nx * off, y: p.y + sign * ny * off }));
      const light = empty(picture);
      stroke(light, side(1), 0.8 * unit);
      lay(stainOver(current.picture, light, [-shade, -shade, -shade]));
      const dark = empty(picture);
      stroke(dark, side(-1), 0.8 * unit);
      lay(stainOver(current.picture, dark, [2 * shade, 2 * shade, 2 * shade]));
      const core = empty(picture);
      const gaps = Array.from({ length: 24 }, () => (random.next() < broken ? random.uniform(0.4, 1) : 0));
      stroke(
        core,
        path,
        (t) => unit * (0.2 + 0.45 * gaps[Math.min(23, Math.floor(t * 24))]),
        (t) => (gaps[Math.min(23, Math.floor(t * 24))] > 0 ? 1 : 0.25),
      );
      lay(paint(current.picture, core, damageColour(true, random), 0.95));
    }
    return { picture: current.picture, mask, params: { count, broken, shade } };
  },
};

/** A tear from the edge: a jagged gap of paper or background with a fringe of white fibres on one side. */
export const tears: Degradation = {
  name: 'tear',
  family: 'scratches',
  ranges: { length: [0.15, 0.7], gap: [0.3, 2], light: [0, 1] },
  source: 'midpoint displacement; gap and fibre edge',
  apply(picture, random) {
    const { width, height } = picture;
    const unit = widthUnit(picture);
    const length = random.uniform(0.15, 0.7);
    const gap = random.uniform(0.3, 2);
    const light = random.chance(0.6);
    const side = random.int(4);
    const along = random.uniform(0.15, 0.85);
    const start = [
      { x: along * width, y: -2 },
      { x: width + 2, y: along * height },
      { x: along * width, y: height + 2 },
      { x: -2, y: along * height },
    ][side];
    const angle = [Math.PI / 2, Math.PI, -Math.PI / 2, 0][side] + random.normal(0, 0.35);
    const reach = length * Math.min(width, height);
    const end = { x: start.x + reach * Math.cos(angle), y: start.y + reach * Math.sin(angle) };
    const path = jagged(start, end, 0.22, random, 4);
    const fringe = empty(picture);
    const nx = -Math.sin(angle) * unit * 0.9;
    const ny = Math.cos(angle) * unit * 0.9;
    stroke(
      fringe,
      path.map((p) => ({ x: p.x + nx, y: p.y + ny })),
      (t) => unit * (0.5 + gap * 0.7 * (1 - t)),
    );
    const first = paint(picture, fringe, damageColour(true, random), 0.95);
    const core = empty(picture);
    stroke(core, path, (t) => unit * Math.max(0.25, gap * (1 - t)));
    const second = paint(first.picture, core, damageColour(light, random));
    for (let i = 0; i < second.mask.data.length; i++) if (first.mask.data[i] > 0) second.mask.data[i] = 1;
    return { picture: second.picture, mask: second.mask, params: { length, gap, light: Number(light) } };
  },
};

/** Worn borders: chips and abrasion where hands and frames have rubbed, densest at the very edge and the corners. */
export const wornEdges: Degradation = {
  name: 'worn-edges',
  family: 'scratches',
  ranges: { reach: [0.02, 0.14], amount: [0.4, 1], light: [0, 1] },
  source: 'thresholded value noise, falling with the distance from the border',
  apply(picture, random) {
    const { width, height } = picture;
    const reach = random.uniform(0.02, 0.14);
    const amount = random.uniform(0.4, 1);
    const light = random.chance(0.8);
    const side = Math.min(width, height);
    const rough = field(width, height, random, Math.max(2, side / 24), 3);
    const cover = empty(picture);
    // The edge of a chip is about a pixel wide.
    const soft = Math.max(0.2, 24 / side);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const a = Math.min(x, width - 1 - x) / (reach * side);
        const b = Math.min(y, height - 1 - y) / (reach * side);
        const near = Math.exp(-a) + Math.exp(-b);
        if (near < 0.15) continue;
        cover.data[y * width + x] = clamp((rough[y * width + x] + 3 * amount * near - 3) / soft);
      }
    // Never nothing: one corner at least is rubbed off.
    const corner = { x: random.chance(0.5) ? 0 : width - 1, y: random.chance(0.5) ? 0 : height - 1 };
    blob(cover, corner, Math.max(1, random.uniform(0.2, 0.8) * reach * side), 0.7, random);
    return painted(paint(picture, cover, damageColour(light, random), random.uniform(0.7, 1)), {
      reach,
      amount,
      light: Number(light),
    });
  },
};

/** Dirt on a film while it is scanned: dust and hairs, dark; scratches of the film itself may be light or dark. */
export const scanDirt: Degradation = {
  name: 'scan-dirt',
  family: 'scratches',
  ranges: { specks: [1, 30], hairs: [0, 2], opacity: [0.5, 1] },
  source: 'specks and curves in the way of the light',
  apply(picture, random) {
    const count = Math.round(30 ** random.next());
    const fibres = random.chance(0.4) ? 1 + random.int(2) : 0;
    const opacity = random.uniform(0.5, 1);
    const cover = empty(picture);
    const unit = widthUnit(picture);
    const share = (picture.width * picture.height) / (128 * 128);
    specks(cover, Math.max(1, Math.round(count * share)), 2.2 * unit, random);
    for (let k = 0; k < fibres; k++) {
      const length = random.uniform(0.08, 0.4) * Math.min(picture.width, picture.height);
      const start = somewhere(picture, random);
      stroke(
        cover,
        wander(start, random.uniform(0, 2 * Math.PI), length, random.uniform(0.04, 0.2), random),
        lineWidth(random) * unit,
      );
    }
    return painted(paint(picture, cover, damageColour(false, random), opacity), {
      specks: count,
      hairs: fibres,
      opacity,
    });
  },
};
