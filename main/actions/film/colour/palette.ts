/**
 * One palette for a shot, and for the shots of its scene. The network is asked about a few small pictures of them
 * (look.ts); each in turn gives way to those before it where they show the same thing. What is left is a list of samples:
 * how a place looks (lightness, texture, what the network takes it for, where it lies) and the colour it has. Key frames
 * then take the colours of the samples that look like them, as far as there are any.
 */
import { boxMean, type Size } from '../../../../app/color/guided.ts';
import type { ShotKeyFrame, StepNetwork } from '../../../../app/film/step.ts';
import { choiceFeatures, type FeaturePlanes } from '../../colorize/features.ts';
import { coloursFromReference } from '../../colorize/from-reference.ts';
import { cellLightness, prepareColour } from '../../colorize/plan.ts';
import type { Chroma, ColourPlan } from '../../colorize/types.ts';
import { lookPicture, type Look } from './look.ts';

/** Samples taken of one picture, about. */
const OF_PICTURE = 320;
/** Nearest samples whose colours are averaged. */
const NEAREST = 8;
/** What counts as far, in each kind of likeness; place in shares of the picture. */
const FAR = { light: 0.5, texture: 0.8, features: 0.3, place: 0.35 };

/** How the places of a picture look, by cell. */
interface Appearance {
  size: Size;
  light: Float32Array;
  texture: Float32Array;
  /** By cell, `channels` numbers of length 1 altogether; empty without a network's choice. */
  features: Float32Array;
  channels: number;
}

interface Sample {
  light: number;
  texture: number;
  x: number;
  y: number;
  features: Float32Array;
  a: number;
  b: number;
}

export interface Palette {
  samples: readonly Sample[];
  /** How far the network's colours for its pictures are spread around their mean, on average. */
  spread: number;
}

export const NO_PALETTE: Palette = { samples: [], spread: 0 };

/** Features of every cell as unit vectors, cell after cell. */
function vectors({ width, height, channels, data }: FeaturePlanes): Float32Array {
  const n = width * height;
  const out = new Float32Array(n * channels);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[c * n + i] ** 2;
    const k = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let c = 0; c < channels; c++) out[i * channels + c] = data[c * n + i] * k;
  }
  return out;
}

/** Lightness and texture are counted in standard deviations of the picture: exposure and contrast do not matter. */
function appearance(plan: ColourPlan): Appearance {
  const { cells: size, grid, lightness } = plan;
  const L = cellLightness(lightness, grid, size);
  const mean = boxMean(L, size, 2);
  const square = boxMean(
    L.map((v) => v * v),
    size,
    2,
  );
  const standard = (plane: Float32Array): Float32Array => {
    const centre = plane.reduce((s, v) => s + v, 0) / plane.length;
    const deviation = Math.sqrt(plane.reduce((s, v) => s + (v - centre) ** 2, 0) / plane.length);
    return plane.map((v) => (deviation > 1e-6 ? (v - centre) / deviation : 0));
  };
  const planes = choiceFeatures(plan);
  return {
    size,
    light: standard(mean),
    texture: standard(mean.map((m, i) => Math.sqrt(Math.max(0, square[i] - m * m)))),
    features: planes ? vectors(planes) : new Float32Array(0),
    channels: planes?.channels ?? 0,
  };
}

/**
 * The palette's colours for a picture, cell by cell.
 * @returns chroma, and 0..1: how alike the nearest samples are
 */
export function matched(plan: ColourPlan, palette: readonly Sample[]): Chroma & { alike: Float32Array } {
  const look = appearance(plan);
  const { width } = look.size;
  const { height } = look.size;
  const n = width * height;
  const out = { a: new Float32Array(n), b: new Float32Array(n), alike: new Float32Array(n) };
  const near = new Float64Array(NEAREST);
  const which = new Int32Array(NEAREST);
  const kl = 1 / FAR.light ** 2;
  const kt = 1 / FAR.texture ** 2;
  const kf = 1 / FAR.features ** 2;
  const kp = 1 / FAR.place ** 2;
  const { channels } = look;
  for (let i = 0; i < n; i++) {
    let count = 0;
    const x = ((i % width) + 0.5) / width;
    const y = (Math.floor(i / width) + 0.5) / height;
    const at = i * channels;
    for (let k = 0; k < palette.length; k++) {
      const s = palette[k];
      const worst = count === NEAREST ? near[NEAREST - 1] : Infinity;
      let d =
        kl * (look.light[i] - s.light) ** 2 +
        kt * (look.texture[i] - s.texture) ** 2 +
        kp * ((x - s.x) ** 2 + (y - s.y) ** 2);
      if (d >= worst) continue;
      if (s.features.length === channels) {
        let off = 0;
        for (let c = 0; c < channels; c++) off += (look.features[at + c] - s.features[c]) ** 2;
        d += kf * off;
        if (d >= worst) continue;
      }
      let to = count < NEAREST ? count++ : NEAREST - 1;
      for (; to > 0 && near[to - 1] > d; to--) {
        near[to] = near[to - 1];
        which[to] = which[to - 1];
      }
      near[to] = d;
      which[to] = k;
    }
    if (count === 0) continue;
    let all = 0;
    for (let k = 0; k < count; k++) {
      const w = Math.exp(-0.5 * (near[k] - near[0]));
      const s = palette[which[k]];
      all += w;
      out.a[i] += w * s.a;
      out.b[i] += w * s.b;
    }
    out.a[i] /= all;
    out.b[i] /= all;
    out.alike[i] = 1 / (1 + 0.5 * near[0]);
  }
  return out;
}

/** A mean of colours is duller than they are: by how much it may be made up for. */
const MOST_LIFTED = 1.4;

/** Mean of chroma, and the standard deviation around it. */
export function spreadOf({ a, b }: Chroma): { a: number; b: number; spread: number } {
  const n = Math.max(1, a.length);
  let sa = 0;
  let sb = 0;
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    sa += a[i];
    sb += b[i];
    squares += a[i] * a[i] + b[i] * b[i];
  }
  const mean = { a: sa / n, b: sb / n };
  return { ...mean, spread: Math.sqrt(Math.max(0, squares / n - mean.a ** 2 - mean.b ** 2)) };
}

/** Halvings until the spread that is wanted is found. */
const HALVINGS = 10;

/**
 * Makes colours more colourful, in place, until they are spread as `wanted`, or `most` times as far as they were: what lies beyond
 * the mean on its own side grows at its hue. What has no colour keeps none: moved away from the mean like the rest, the black
 * and white of a warm picture would become blue.
 */
export function lift(chroma: Chroma, wanted: number, most = MOST_LIFTED): void {
  const { a, b, spread } = spreadOf(chroma);
  const goal = Math.min(most * spread, wanted);
  if (spread < 0.1 || goal <= spread) return;
  const n = chroma.a.length;
  // How far each lies beyond the mean along its own hue, as a share of itself.
  const beyond = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const square = chroma.a[i] ** 2 + chroma.b[i] ** 2;
    if (square > 0) beyond[i] = Math.min(1, Math.max(0, 1 - (a * chroma.a[i] + b * chroma.b[i]) / square));
  }
  const grown = (by: number): Chroma => ({
    a: chroma.a.map((v, i) => v * (1 + by * beyond[i])),
    b: chroma.b.map((v, i) => v * (1 + by * beyond[i])),
  });
  // Those near the mean do not grow, so the others grow a little more than the spread is to.
  let low = goal / spread - 1;
  let high = 2 * low;
  for (let k = 0; k < HALVINGS; k++) {
    const by = (low + high) / 2;
    if (spreadOf(grown(by)).spread < goal) low = by;
    else high = by;
  }
  const { a: across, b: along } = grown(low);
  chroma.a.set(across);
  chroma.b.set(along);
}

/**
 * The plan with its colours moved to those of a palette, `share` of the way where it looks fully alike. As a whole its
 * colours are spread as far as they were, or as those of the palette's pictures are.
 */
export function withPalette(plan: ColourPlan, palette: Palette, share: number): ColourPlan {
  if (palette.samples.length === 0 || share <= 0) return plan;
  const found = matched(plan, palette.samples);
  const mix = (own: Float32Array, other: Float32Array): Float32Array =>
    own.map((v, i) => v + share * Math.min(1, 1.6 * found.alike[i]) * (other[i] - v));
  const base = { a: mix(plan.base.a, found.a), b: mix(plan.base.b, found.b) };
  lift(base, Math.max(spreadOf(plan.base).spread, palette.spread));
  return { ...plan, base };
}

/** Samples of a picture with its colours: every so many cells. */
function samplesOf(plan: ColourPlan): Sample[] {
  const look = appearance(plan);
  const { size, channels } = look;
  const stride = Math.max(1, Math.round(Math.sqrt((size.width * size.height) / OF_PICTURE)));
  const out: Sample[] = [];
  for (let y = stride >> 1; y < size.height; y += stride)
    for (let x = stride >> 1; x < size.width; x += stride) {
      const i = y * size.width + x;
      let { a, b } = { a: plan.base.a[i], b: plan.base.b[i] };
      if (plan.spread) {
        const g =
          Math.floor(((y + 0.5) * plan.grid.height) / size.height) * plan.grid.width +
          Math.floor(((x + 0.5) * plan.grid.width) / size.width);
        const w = plan.spread.weight[g];
        a += w * (plan.spread.a[g] - a);
        b += w * (plan.spread.b[g] - b);
      }
      out.push({
        light: look.light[i],
        texture: look.texture[i],
        x: (x + 0.5) / size.width,
        y: (y + 0.5) / size.height,
        features: look.features.slice(i * channels, (i + 1) * channels),
        a,
        b,
      });
    }
  return out;
}

/**
 * The palette of a shot.
 * @param looks of the shot and its scene, the one that rules first
 * @param fixed what a person set in frames of the shot: the look nearest in time stands for each, and rules
 */
export async function paletteOf(
  looks: readonly Look[],
  fixed: readonly ShotKeyFrame[],
  network: StepNetwork,
  share: number,
  signal?: AbortSignal,
): Promise<Palette> {
  if (looks.length === 0) return NO_PALETTE;
  const set = new Map<Look, ShotKeyFrame>();
  for (const key of fixed) {
    const near = looks.reduce((best, look) =>
      Math.abs(look.frame - key.frame) < Math.abs(best.frame - key.frame) ? look : best,
    );
    const other = set.get(near);
    if (!other || Math.abs(key.frame - near.frame) < Math.abs(other.frame - near.frame)) set.set(near, key);
  }
  const order = [...looks.filter((look) => set.has(look)), ...looks.filter((look) => !set.has(look))];
  const samples: Sample[] = [];
  let spread = 0;
  for (const look of order) {
    const key = set.get(look);
    let plan = await prepareColour(lookPicture(look), key?.hints ?? [], network, { own: 'replace' }, signal);
    if (key?.reference) plan = (await coloursFromReference(plan, key.reference, network, signal)).plan;
    spread += spreadOf(plan.base).spread / order.length;
    if (!key) plan = withPalette(plan, { samples, spread: 0 }, share);
    samples.push(...samplesOf(plan));
  }
  return { samples, spread };
}
