/**
 * What is wrong with a picture's surface, in numbers, from the picture alone: noise (noise.ts), JPEG, blur and patterns
 * that repeat (spectrum.ts). Auto decides by them; the cleaning itself measures what it needs at the size at hand.
 *
 * jpeg   steps between neighbouring samples less the mean of the steps beside them, by their phase in a grid of 8: how
 *        far one phase stands above the others (after Wang, Sheikh and Bovik, "No-reference perceptual quality
 *        assessment of JPEG compressed images", ICIP 2002). The grid may begin anywhere: pictures are cropped
 * blur   rise of the strongest edges over their steepest step: the width of the ramp (Marziliano et al., "A
 *        no-reference perceptual blur metric", ICIP 2002)
 */
import type { Planar } from '../../../app/planar.ts';
import { cut } from '../picture/source.ts';
import { BLOCK } from './dct.ts';
import { measureNoise, noiseLevel } from './noise.ts';
import { findPeaks, patternOf, WINDOW, type Pattern } from './spectrum.ts';

/** Plain data. */
export interface Defects {
  /** Standard deviation of the noise of one channel, 0..1. */
  noise: number;
  /** How much higher the steps at block borders are than others, 0..1; under 0.002 nothing is seen. */
  jpeg: number;
  /** Pixels over which sharp edges rise; null: there are no edges to tell. */
  blur: number | null;
  halftone: Pattern | null;
  paper: Pattern | null;
}

/** Half of the window of an edge, the rise from which it counts, and how many it takes. */
const REACH = 6;
const STRONG = 0.18;
const ENOUGH = 120;
/** Windows along each side on which patterns are looked for. */
const WINDOWS = 7;

/** Mean of the channels. */
export function greyOf({ width, height, channels, data }: Planar): Float32Array {
  const n = width * height;
  const out = new Float32Array(n);
  for (let c = 0; c < channels; c++) for (let i = 0; i < n; i++) out[i] += data[c * n + i] / channels;
  return out;
}

/** @param picture a part of a picture at its full size or the whole, sRGB-encoded 0..1, one or three planes, at least 16 pixels a side */
export function estimateDefects(picture: Planar): Defects {
  const { width, height } = picture;
  const grey = greyOf(picture);
  const pattern = patternOf(findPeaks(windowsOf({ width, height, channels: 1, data: grey })[0]));
  return {
    noise: noiseLevel(measureNoise(tiles(picture))),
    jpeg: Math.min(blockSteps(grey, width, height, 1), blockSteps(grey, width, height, width)),
    blur: edgeWidth(grey, width, height),
    halftone: pattern?.kind === 'halftone' ? pattern : null,
    paper: pattern?.kind === 'paper' ? pattern : null,
  };
}

/** Parts of 96 pixels a side spread over the picture. */
function tiles(picture: Planar): Planar[] {
  const side = 96;
  return places(picture.height, side, 6).flatMap((y) =>
    places(picture.width, side, 6).map((x) =>
      cut(picture, { x, y, w: Math.min(side, picture.width), h: Math.min(side, picture.height) }),
    ),
  );
}

/** Starts of up to `count` parts of `side` along `length`, evenly; they overlap by a half at most. */
export function places(length: number, side: number, count: number): number[] {
  if (length <= side) return [0];
  const k = Math.max(1, Math.min(count, Math.floor((2 * length) / side) - 1));
  if (k === 1) return [Math.floor((length - side) / 2)];
  return Array.from({ length: k }, (_, i) => Math.round((i * (length - side)) / (k - 1)));
}

/** Windows of each channel; none of a picture that is smaller than one. */
export function windowsOf(picture: Planar): Float32Array[][] {
  const { width, height, channels } = picture;
  const out: Float32Array[][] = Array.from({ length: channels }, () => []);
  if (width < WINDOW || height < WINDOW) return out;
  const size = WINDOW * WINDOW;
  for (const y of places(height, WINDOW, WINDOWS))
    for (const x of places(width, WINDOW, WINDOWS)) {
      const part = cut(picture, { x, y, w: WINDOW, h: WINDOW });
      for (let c = 0; c < channels; c++) out[c].push(part.data.subarray(c * size, (c + 1) * size));
    }
  return out;
}

/** Excess of the steps at the most prominent phase over the mean of the others, along one axis. @param stride 1: across */
export function blockSteps(data: Float32Array, width: number, height: number, stride: number): number {
  const length = stride === 1 ? width : height;
  const lines = stride === 1 ? height : width;
  const sums = new Float64Array(BLOCK);
  const counts = new Float64Array(BLOCK);
  for (let line = 0; line < lines; line++) {
    const start = stride === 1 ? line * width : line;
    for (let k = 2; k + 1 < length; k++) {
      const i = start + k * stride;
      const step = Math.abs(data[i] - data[i - stride]);
      const before = Math.abs(data[i - stride] - data[i - 2 * stride]);
      const after = Math.abs(data[i + stride] - data[i]);
      sums[k % BLOCK] += Math.max(-0.05, Math.min(0.05, step - (before + after) / 2));
      counts[k % BLOCK]++;
    }
  }
  const means = Array.from(sums, (s, k) => s / Math.max(1, counts[k]));
  const most = Math.max(...means);
  return Math.max(0, most - (means.reduce((a, b) => a + b, 0) - most) / (BLOCK - 1));
}

/** The lower fifth of the widths of strong edges across: what is in focus tells. */
export function edgeWidth(data: Float32Array, width: number, height: number): number | null {
  const widths: number[] = [];
  for (let y = 0; y < height; y += 2)
    for (let x = REACH; x + REACH < width; x++) {
      const i = y * width + x;
      const rise = Math.abs(data[i + REACH] - data[i - REACH]);
      if (rise < STRONG) continue;
      const here = Math.abs(data[i + 1] - data[i]);
      let steepest = 0;
      for (let k = -REACH; k < REACH; k++)
        steepest = Math.max(steepest, Math.abs(data[i + k + 1] - data[i + k]));
      // Each edge once: where it is steepest.
      if (here === steepest) widths.push(rise / steepest);
    }
  if (widths.length < ENOUGH) return null;
  widths.sort((a, b) => a - b);
  return widths[Math.floor(widths.length / 5)];
}
