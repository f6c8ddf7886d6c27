/**
 * Cinema film: one reel has a character (stock, grain, how dirty, where its lines are scratched), and each frame of
 * it draws its own dirt, flicker and weave. Everything of a frame follows from the reel's seed and the frame's
 * number alone, so frames can be made in any order; what lasts (scratches, a hair in the gate, the slow part of flicker
 * and weave) is a function of the frame's number and not of the frame before it.
 */
import { copyPlanar, planar, type Planar } from '../planar.ts';
import { type Random, seeded } from '../random.ts';
import { sampleAt } from './blur.ts';
import { blob, disc, type Painted, paint, type Point, stroke, wander, widthUnit } from './draw.ts';
import { greyRendering } from './grey.ts';
import { grain } from './noise.ts';
import { fadeDyes } from './print.ts';
import { clamp, clip, field, gaussian, threePlanes } from './raster.ts';
import { drawReel, driftAt, type Reel } from './reel.ts';
import type { Applied, Degradation, Family, Outcome } from './types.ts';

/** One frame of a degraded reel. */
export interface FilmFrame {
  input: Planar;
  /** The frame as it would be without damage, at its own place (weave undone), in the reel's grey or colour. */
  clean: Planar;
  mask: Planar | null;
  applied: Applied[];
  families: Family[];
  /** What was done to this frame: gain of exposure, displacement in pixels (input(x, y) = clean(x - dx, y - dy)). */
  gain: number;
  dx: number;
  dy: number;
}

function shift(picture: Planar, dx: number, dy: number): Planar {
  const { width, height, channels } = picture;
  const out = planar(width, height, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        out.data[c * width * height + y * width + x] = sampleAt(
          picture.data,
          c * width * height,
          width,
          height,
          x - dx,
          y - dy,
        );
  return out;
}

/**
 * Makes one frame of a reel from a clean colour picture. `index` is the frame's number in the reel; `single` leaves
 * out weave, which one frame alone cannot show (its target would only be displaced).
 */
export function filmFrame(picture: Planar, reel: Reel, index: number, single = false): FilmFrame {
  const applied: Applied[] = [];
  const families: Family[] = [];
  // The stock's grey is the reel's: the same stream for every frame.
  let clean = picture;
  if (reel.grey) {
    const g = greyRendering(picture, seeded('reel-grey', ...reel.seed), true);
    clean = threePlanes(g.picture);
    applied.push({ name: 'grey', params: g.params });
    families.push('bw');
  }
  const random = seeded('film-frame', ...reel.seed, index);
  let out = copyPlanar(clean);
  if (!reel.grey) {
    const [cyan, magenta, yellow] = reel.fade;
    out = fadeDyes(out, reel.fade, [0, 0, 0]);
    applied.push({ name: 'stock-fading', params: { cyan, magenta, yellow } });
    families.push('fading');
  }
  out = gaussian(out, reel.softness);
  if (reel.softness >= 0.15) applied.push({ name: 'lens', params: { sigma: reel.softness } });
  // Dye clouds of three layers partly cancel where silver of one layer would not.
  const sigma = reel.grey ? reel.grain : 0.5 * reel.grain;
  out = grain(out, sigma, random, reel.grainSize, reel.grey);
  applied.push({ name: 'grain', params: { sigma, correlation: reel.grainSize } });
  families.push('noise');

  const gain =
    1 +
    reel.flickerSlow * driftAt(reel.flicker, index) +
    reel.flickerFast * clamp(random.normal(), -2.5, 2.5);
  out = flicker(out, gain, reel.flickerUneven, random);
  applied.push({ name: 'flicker', params: { gain, uneven: reel.flickerUneven } });

  const mask = planar(picture.width, picture.height, 1);
  let touched = false;
  const lay = (p: Painted): void => {
    out = p.picture;
    for (let i = 0; i < mask.data.length; i++)
      if (p.mask.data[i] > 0) {
        mask.data[i] = 1;
        touched = true;
      }
  };
  const scratches = drawScratches(out, reel, index, lay);
  if (scratches > 0) applied.push({ name: 'line-scratches', params: { count: scratches } });
  const dirt = drawDirt(out, reel, random, lay, () => out);
  if (dirt > 0) applied.push({ name: 'dirt', params: { count: dirt, light: reel.lightDirt } });
  const hairs = drawHairs(reel, index, lay, () => out);
  if (hairs > 0) applied.push({ name: 'gate-hairs', params: { count: hairs } });
  const spliced = reel.spliceEvery > 0 && (index + (reel.scratches.length % 7)) % reel.spliceEvery === 0;
  if (spliced) {
    drawSplice(random, lay, () => out);
    applied.push({ name: 'splice', params: { frame: index } });
  }
  if (touched) families.push('scratches');
  if (reel.gate > 0) {
    drawGate(reel, lay, () => out);
    applied.push({ name: 'gate', params: { border: reel.gate, round: reel.gateRound } });
    families.push('missing');
  }
  let dx = 0;
  let dy = 0;
  if (!single && reel.weave > 0) {
    dx = reel.weave * picture.height * (0.8 * driftAt(reel.weaveX, index) + 0.6 * random.normal());
    dy = reel.weave * picture.height * (0.8 * driftAt(reel.weaveY, index) + 0.6 * random.normal());
    out = shift(out, dx, dy);
    const moved = shift(mask, dx, dy);
    for (let i = 0; i < mask.data.length; i++) mask.data[i] = moved.data[i] > 1e-6 ? 1 : 0;
    applied.push({ name: 'weave', params: { dx, dy } });
  }
  return {
    input: clip(out),
    clean,
    mask: touched || reel.gate > 0 ? mask : null,
    applied,
    families,
    gain,
    dx,
    dy,
  };
}

/** Exposure of one frame times a gain, uneven over the picture (in linear-like gamma: encoded values times the gain). */
function flicker(picture: Planar, gain: number, uneven: number, random: Random): Planar {
  const { width, height } = picture;
  const size = width * height;
  const clouds = uneven > 0.002 ? field(width, height, random, Math.max(8, width / 2), 1) : null;
  const out = planar(width, height, 3);
  for (let i = 0; i < 3 * size; i++)
    out.data[i] = picture.data[i] * (clouds ? gain + uneven * clouds[i % size] : gain);
  return clip(out);
}

type Lay = (p: Painted) => void;

function drawScratches(first: Planar, reel: Reel, index: number, lay: Lay): number {
  let current = first;
  let count = 0;
  const { width, height } = first;
  const unit = widthUnit(first);
  reel.scratches.forEach((s, k) => {
    if (index < s.from || index > s.to) return;
    const random = seeded('scratch', ...reel.seed, k, index);
    const x = (s.x + s.wander * driftAt(s.path, index)) * width;
    const cover = planar(width, height, 1);
    const bend = random.uniform(0, 6.28);
    const points: Point[] = [];
    for (let y = -2; y <= height + 2; y += 4)
      points.push({ x: x + s.wave * unit * Math.sin(bend + (2.5 * y) / height) + 0.15 * random.normal(), y });
    const from = random.chance(0.8) ? -1 : random.next();
    stroke(cover, points, s.width * unit, (t) => (t < from ? 0 : 0.7 + 0.3 * Math.sin(bend + 25 * t)));
    const v = s.light ? 0.97 : 0.04;
    const p = paint(current, cover, [v, v, v], s.opacity);
    current = p.picture;
    lay(p);
    count++;
  });
  return count;
}

/** Dirt of both polarities: dust in the way of the light is dark on a print and light when it was printed from the negative. */
function drawDirt(first: Planar, reel: Reel, random: Random, lay: Lay, now: () => Planar): number {
  const share = (first.width * first.height) / (128 * 128);
  const mean = reel.dirt * share;
  const count = Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const covers = [planar(first.width, first.height, 1), planar(first.width, first.height, 1)];
  const unit = widthUnit(first);
  for (let k = 0; k < count; k++) {
    const cover = covers[random.chance(reel.lightDirt) ? 1 : 0];
    const p = { x: random.next() * first.width, y: random.next() * first.height };
    const r = unit * (0.4 + 2.4 * random.next() ** 4);
    const strength = random.uniform(0.6, 1);
    if (random.chance(0.12))
      stroke(cover, wander(p, random.uniform(0, 6.28), 12 * r + 6, 0.25, random), 0.35 * unit, strength);
    else if (r < 1.1) disc(cover, p.x, p.y, r, strength);
    else blob(cover, p, r, 0.8, random, 1, strength);
  }
  covers.forEach((cover, light) => {
    const v = light ? random.uniform(0.85, 1) : random.uniform(0, 0.15);
    if (count > 0) lay(paint(now(), cover, [v, v, v]));
  });
  return count;
}

/** Hairs in the gate: dark, rooted at the border, the same for as long as they hang there, trembling a little. */
function drawHairs(reel: Reel, index: number, lay: Lay, now: () => Planar): number {
  let count = 0;
  for (const h of reel.hairs) {
    if (index < h.from || index > h.to) continue;
    const picture = now();
    const { width, height } = picture;
    const shape = seeded('gate-hair', h.seed);
    const root = [
      { x: h.along * width, y: -1 },
      { x: width, y: h.along * height },
      { x: h.along * width, y: height },
      { x: -1, y: h.along * height },
    ][h.side];
    const tremble = 0.06 * seeded('tremble', h.seed, index).normal();
    const angle = [Math.PI / 2, Math.PI, -Math.PI / 2, 0][h.side] + shape.normal(0, 0.5) + tremble;
    const path = wander(root, angle, h.length * height, shape.uniform(0.05, 0.2), shape);
    const cover = planar(width, height, 1);
    const unit = widthUnit(picture);
    stroke(cover, path, (t) => unit * (0.8 - 0.4 * t));
    lay(paint(picture, cover, [0.02, 0.02, 0.02], 0.95));
    count++;
  }
  return count;
}

/** A splice: a bar of cement across the frame near its top or bottom, light above dark. */
function drawSplice(random: Random, lay: Lay, now: () => Planar): void {
  const { width, height } = now();
  const unit = widthUnit(now());
  const y = (random.chance(0.5) ? random.uniform(0.01, 0.1) : random.uniform(0.9, 0.99)) * height;
  const line = (offset: number, radius: number, v: number, opacity: number): void => {
    const cover = planar(width, height, 1);
    const points: Point[] = [];
    for (let x = -4; x <= width + 4; x += 5) points.push({ x, y: y + offset + 0.4 * random.normal() });
    stroke(cover, points, radius);
    lay(paint(now(), cover, [v, v, v], opacity));
  };
  line(0, 2.2 * unit, 0.85, 0.5);
  line(-2 * unit, 0.6 * unit, 0.05, 0.8);
}

/** The camera's gate: a black border with rounded corners. */
function drawGate(reel: Reel, lay: Lay, now: () => Planar): void {
  const { width, height } = now();
  const cover = planar(width, height, 1);
  const b = reel.gate * width;
  const r = reel.gateRound * width;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const dx = Math.abs(x - (width - 1) / 2) - (width / 2 - b - r);
      const dy = Math.abs(y - (height - 1) / 2) - (height / 2 - b - r);
      const d = Math.hypot(Math.max(0, dx), Math.max(0, dy)) + Math.min(0, Math.max(dx, dy)) - r;
      cover.data[y * width + x] = clamp(d + 0.5);
    }
  lay(paint(now(), cover, [0.01, 0.01, 0.01]));
}

/**
 * A run of frames of one reel: the same scratches, gate hairs, stock, and flicker and weave that hang together in
 * time. `frames` are the clean colour pictures in order.
 */
export function filmSequence(frames: readonly Planar[], seed: readonly (number | string)[]): FilmFrame[] {
  const reel = drawReel(seed, frames.length);
  return frames.map((picture, i) => filmFrame(picture, reel, i));
}

/** Vertical scratches of a projector: the line damage of films, for the restorer. */
export const filmScratches: Degradation = {
  name: 'line-scratches',
  family: 'scratches',
  ranges: { count: [1, 6], opacity: [0.25, 1], light: [0, 1] },
  source: 'near-vertical lines over the whole frame',
  apply(picture, random): Outcome {
    const count = 1 + random.int(6);
    const opacity = random.uniform(0.25, 1);
    const light = random.chance(0.6);
    const cover = planar(picture.width, picture.height, 1);
    const unit = widthUnit(picture);
    for (let k = 0; k < count; k++) {
      const x = random.next() * picture.width;
      const lean = random.normal(0, 0.02) * picture.height;
      const from = random.chance(0.5) ? 0 : random.next();
      const to = random.chance(0.5) ? 1 : random.next();
      stroke(
        cover,
        [
          { x, y: -2 },
          { x: x + lean, y: picture.height + 2 },
        ],
        random.uniform(0.25, 0.9) * unit,
        (t) => (t >= Math.min(from, to) && t <= Math.max(from, to) + 0.1 ? 1 : 0),
      );
    }
    const v = light ? random.uniform(0.85, 1) : random.uniform(0, 0.15);
    return { ...paint(picture, cover, [v, v, v], opacity), params: { count, opacity, light: Number(light) } };
  },
};
