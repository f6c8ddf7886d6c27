/**
 * Drawing of damage: shapes are drawn into a cover (one plane, 0..1: how far a pixel is hidden), then paint is laid
 * on where the cover says so. A pixel is either touched, and then marked in the mask, or keeps its bits: covers under
 * 1/256 are dropped.
 */
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { clamp } from './raster.ts';

/** Cover under which a pixel counts as untouched. */
export const LEAST = 1 / 256;

export interface Point {
  x: number;
  y: number;
}

/** Scale of line widths and grains of dirt: 1 at a shorter side of 128 pixels, growing with its square root. */
export function widthUnit(picture: { width: number; height: number }): number {
  return clamp(Math.sqrt(Math.min(picture.width, picture.height) / 128), 0.6, 4);
}

/** Draws a disc with one pixel of soft edge; the greater cover stays. */
export function disc(cover: Planar, x: number, y: number, radius: number, strength = 1): void {
  const { width, height, data } = cover;
  const reach = radius + 0.5;
  const x0 = Math.max(0, Math.ceil(x - reach));
  const x1 = Math.min(width - 1, Math.floor(x + reach));
  const y0 = Math.max(0, Math.ceil(y - reach));
  const y1 = Math.min(height - 1, Math.floor(y + reach));
  for (let j = y0; j <= y1; j++)
    for (let i = x0; i <= x1; i++) {
      const d = reach - Math.sqrt((i - x) * (i - x) + (j - y) * (j - y));
      if (d <= 0) continue;
      const v = (d < 1 ? d : 1) * strength;
      const at = j * width + i;
      if (v > data[at]) data[at] = v;
    }
}

/** A line through points (pixels). Radius and strength may change along it (t from 0 to 1). */
export function stroke(
  cover: Planar,
  points: readonly Point[],
  radius: number | ((t: number) => number),
  strength: number | ((t: number) => number) = 1,
): void {
  let length = 0;
  for (let i = 1; i < points.length; i++)
    length += Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
  const r = typeof radius === 'number' ? () => radius : radius;
  const s = typeof strength === 'number' ? () => strength : strength;
  let done = 0;
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1];
    const b = points[i];
    const part = Math.hypot(b.x - a.x, b.y - a.y);
    for (let at = 0; at < part;) {
      const t = length > 0 ? (done + at) / length : 0;
      const width = r(t);
      disc(cover, a.x + ((b.x - a.x) * at) / part, a.y + ((b.y - a.y) * at) / part, width, s(t));
      at += Math.max(0.6, width * 0.6);
    }
    done += part;
  }
}

/** A path that starts at a point and direction and wanders: `turn` is how strongly (radians per step of `step` pixels). */
export function wander(
  start: Point,
  angle: number,
  length: number,
  turn: number,
  random: Random,
  step = 2,
): Point[] {
  const points = [start];
  let bend = 0;
  let { x, y } = start;
  for (let s = 0; s < length; s += step) {
    bend = 0.8 * bend + turn * random.normal() * 0.6;
    angle += bend;
    x += step * Math.cos(angle);
    y += step * Math.sin(angle);
    points.push({ x, y });
  }
  return points;
}

/** A jagged path between two points by halving: each midpoint is pushed aside by up to `rough` of the length. */
export function jagged(a: Point, b: Point, rough: number, random: Random, least = 2): Point[] {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length <= least) return [a, b];
  const push = rough * random.normal() * 0.5;
  const mid = { x: (a.x + b.x) / 2 - (b.y - a.y) * push, y: (a.y + b.y) / 2 + (b.x - a.x) * push };
  return [...jagged(a, mid, rough, random, least), ...jagged(mid, b, rough, random, least).slice(1)];
}

/** A patch with an uneven edge: a closed curve of a few waves around a centre. `soft` is the width of its edge in pixels. */
export function blob(
  cover: Planar,
  centre: Point,
  radius: number,
  rough: number,
  random: Random,
  soft = 1,
  strength = 1,
): void {
  const { width, height, data } = cover;
  const waves = Array.from({ length: 5 }, (_, k) => ({
    height: (rough * random.normal() * 0.5) / (k + 1),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  const squash = random.uniform(0.6, 1);
  const angle = random.uniform(0, Math.PI);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  // The radius over the direction, once for 128 directions.
  const edge = Float32Array.from({ length: 129 }, (_, i) => {
    const a = (i / 128) * 2 * Math.PI;
    return (
      radius * Math.max(0.2, 1 + waves.reduce((s, w, k) => s + w.height * Math.cos((k + 2) * a + w.phase), 0))
    );
  });
  const reach = Math.max(...edge) + soft;
  const y0 = Math.max(0, Math.floor(centre.y - reach));
  const y1 = Math.min(height - 1, Math.ceil(centre.y + reach));
  const x0 = Math.max(0, Math.floor(centre.x - reach));
  const x1 = Math.min(width - 1, Math.ceil(centre.x + reach));
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      const dx = x - centre.x;
      const dy = y - centre.y;
      const px = dx * cos + dy * sin;
      const py = (dy * cos - dx * sin) / squash;
      const d = Math.sqrt(px * px + py * py);
      if (d > reach) continue;
      const turn = (Math.atan2(py, px) / (2 * Math.PI) + 1) * 128;
      const k = Math.floor(turn) & 127;
      const e = edge[k] + (edge[k + 1] - edge[k]) * (turn - Math.floor(turn));
      const v = clamp((e - d) / soft + 0.5) * strength;
      const i = y * width + x;
      if (v > data[i]) data[i] = v;
    }
}

/** Covers an upright rectangle whole (pixels; from inclusive, to exclusive). */
export function rectangle(cover: Planar, x0: number, y0: number, x1: number, y1: number): void {
  for (let y = Math.max(0, y0); y < Math.min(cover.height, y1); y++)
    cover.data.fill(1, y * cover.width + Math.max(0, x0), y * cover.width + Math.min(cover.width, x1));
}

/**
 * Covers everything on the far side of a line: the half plane where nx * x + ny * y > offset + edge(t), t being
 * the position along the line in pixels. One pixel of soft edge.
 */
export function halfPlane(
  cover: Planar,
  nx: number,
  ny: number,
  offset: number,
  edge: (t: number) => number = () => 0,
): void {
  const { width, height, data } = cover;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const d = nx * x + ny * y - offset;
      if (d < -24) continue;
      const v = clamp(d - edge(nx * y - ny * x) + 0.5);
      const i = y * width + x;
      if (v > data[i]) data[i] = v;
    }
}

/** A jagged function of one variable, standard deviation about `height`, for edges: values at whole numbers, linear between. */
export function edgeNoise(random: Random, height: number, cell: number): (t: number) => number {
  const knots = Float32Array.from({ length: 256 }, () => random.normal());
  const at = (t: number): number => {
    const f = Math.floor(t);
    const a = knots[((f % 256) + 256) % 256];
    const b = knots[(((f + 1) % 256) + 256) % 256];
    return a + (b - a) * (t - f);
  };
  return (t) => height * (at(t / cell) + 0.5 * at((2.3 * t) / cell + 71) + 0.25 * at((5.1 * t) / cell + 151));
}

/** What painting made: the picture and the mask of touched pixels. */
export interface Painted {
  picture: Planar;
  mask: Planar;
}

/** Drops covers too thin to see, in place, and returns the mask of the rest. */
export function maskOf(cover: Planar): Planar {
  const mask = planar(cover.width, cover.height, 1);
  for (let i = 0; i < mask.data.length; i++) {
    if (cover.data[i] >= LEAST) mask.data[i] = 1;
    else cover.data[i] = 0;
  }
  return mask;
}

/** Opaque paint: out = in + (colour - in) * cover * opacity. Untouched pixels keep their bits. */
export function paint(
  picture: Planar,
  cover: Planar,
  colour: readonly [number, number, number] | Planar,
  opacity = 1,
): Painted {
  const size = picture.width * picture.height;
  const mask = maskOf(cover);
  const out: Planar = { ...picture, data: picture.data.slice() };
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < size; i++) {
      if (mask.data[i] === 0) continue;
      const o = c * size + i;
      const to = 'data' in colour ? colour.data[o] : colour[c];
      out.data[o] = clamp(out.data[o] + (to - out.data[o]) * cover.data[i] * opacity);
    }
  return { picture: out, mask };
}

/**
 * Transparent stain: density added per channel (negative: taken away), times the cover. On encoded values, so
 * density counts for 1/2.2 of itself there: out = in * 10^(-density * cover / 2.2).
 */
export function stainOver(
  picture: Planar,
  cover: Planar,
  density: readonly [number, number, number],
): Painted {
  const size = picture.width * picture.height;
  const mask = maskOf(cover);
  const out: Planar = { ...picture, data: picture.data.slice() };
  for (let c = 0; c < 3; c++) {
    const k = (-density[c] / 2.2) * Math.LN10;
    for (let i = 0; i < size; i++) {
      if (mask.data[i] === 0) continue;
      const o = c * size + i;
      out.data[o] = clamp(out.data[o] * Math.exp(k * cover.data[i]));
    }
  }
  return { picture: out, mask };
}
