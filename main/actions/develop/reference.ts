/**
 * Scans that are not pictures but belong to a roll: a blank or half-exposed leader, which shows the film base
 * over a large area, and the light source without film, which shows how unevenly it shines. Both are read
 * robustly: marks and labels drawn on them, the exposed half of a leader, the holder and perforations are
 * left out.
 */
import type { Rgb } from '../../../app/picture.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import type { DecodedScan } from '../../files/types.ts';
import { makeGrid, median, trimmedMean, unevenness } from './analyse-grid.ts';
import { rebateMask } from './base.ts';
import { findBaseLevel } from './base-level.ts';
import { findHolder, findPerforations } from './frames-light.ts';

/**
 * A flat field: log10 of the light source relative to its mean, on a coarse grid over the whole scan, three
 * values a cell, to be interpolated bilinearly between cell centres. Dividing by it evens out the light.
 */
export interface FlatField {
  width: number;
  height: number;
  /** width·height·3 values; their mean is 0 per channel. */
  log: Float32Array;
  /** What is wrong with the file it was read from; null when nothing is. */
  warning: Sentence | null;
}

/** The film base as a leader or blank frame shows it. */
export interface BaseReference {
  /** Linear scan values of that file, 0..1. */
  rgb: Rgb;
  /** EXIF exposure of that file, t·ISO/(100·N²); null when unknown. */
  cameraExposure: number | null;
  /** Share of the scan that was clear film. */
  share: number;
  warning: Sentence | null;
}

/**
 * Reads the film base from a leader, a blank frame or any frame with clear film in view. `flat` evens out the
 * light first. Values are those of that file; divide by the ratio of camera exposures to use them elsewhere
 * (see `baseForScan`).
 */
export function readBaseReference(decoded: DecodedScan, flat: FlatField | null = null): BaseReference {
  const grid = makeGrid(decoded.picture, flat);
  const holder = findHolder(grid);
  const perfs = findPerforations(grid);
  const level = findBaseLevel(grid, holder, perfs);
  const mask = rebateMask(grid, level, holder, null);
  const mean = trimmedMean(grid, mask);
  const share = mean ? mean.count / mask.length : 0;
  let warning: Sentence | null = null;
  if (!mean || share < 0.01) warning = say('reference-little');
  else if (unevenness(grid, mask) > 0.08) warning = say('reference-uneven');
  else {
    let clipped = 0;
    let like = 0;
    for (let p = 0; p < mask.length; p++)
      if (level.like[p]) {
        like++;
        clipped += grid.clipped[p];
      }
    if (clipped > 0.2 * like) warning = say('reference-clipped');
  }
  return { rgb: mean?.rgb ?? [1, 1, 1], cameraExposure: decoded.info.cameraExposure, share, warning };
}

/** A reference's base in the scan values of another file of the roll, by the ratio of their camera exposures when both are known. */
export function baseForScan(reference: BaseReference, cameraExposure: number | null): Rgb {
  const k =
    reference.cameraExposure && cameraExposure && reference.cameraExposure > 0 && cameraExposure > 0
      ? cameraExposure / reference.cameraExposure
      : 1;
  return [reference.rgb[0] * k, reference.rgb[1] * k, reference.rgb[2] * k];
}

/** Cells of the flat field along the longer and the shorter side. */
const FLAT_LONG = 32;
const FLAT_SHORT = 24;

/**
 * The unevenness of the light from a scan of the light source without film. The holder is left out and its
 * cells are filled from their neighbours; the map is smooth, so that dust on the diffuser does not print.
 */
export function readFlatField(decoded: Pick<DecodedScan, 'picture'>): FlatField {
  const grid = makeGrid(decoded.picture);
  const holder = findHolder(grid);
  const wide = grid.width >= grid.height;
  const width = wide ? FLAT_LONG : FLAT_SHORT;
  const height = wide ? FLAT_SHORT : FLAT_LONG;
  const inside: number[] = [];
  for (let p = 0; p < grid.tone.length; p += 7) if (!holder.mask[p]) inside.push(grid.tone[p]);
  const typical = median(inside);
  const values: [number, number, number][] = [];
  let clipped = 0;
  let used = 0;
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      const cell: [number[], number[], number[]] = [[], [], []];
      let cells = 0;
      for (
        let y = Math.floor((j * grid.height) / height);
        y < Math.floor(((j + 1) * grid.height) / height);
        y++
      )
        for (
          let x = Math.floor((i * grid.width) / width);
          x < Math.floor(((i + 1) * grid.width) / width);
          x++
        ) {
          const p = y * grid.width + x;
          cells++;
          // Light falls off by less than a stop and a half; what is darker is holder, dust or a rim.
          if (holder.mask[p] || Math.abs(grid.tone[p] - typical) > 0.45) continue;
          used++;
          clipped += grid.clipped[p];
          for (let c = 0; c < 3; c++) cell[c].push(Math.log10(Math.max(1e-6, grid.lin[c][p])));
        }
      values.push(
        cell[0].length > 0.6 * cells
          ? [median(cell[0]), median(cell[1]), median(cell[2])]
          : [Number.NaN, Number.NaN, Number.NaN],
      );
    }
  const log = new Float32Array(width * height * 3);
  for (let c = 0; c < 3; c++) {
    const smooth = smoothGrid(
      values.map((v) => v[c]),
      width,
      height,
    );
    const known = smooth.filter((_, k) => Number.isFinite(values[k][c]));
    const mean = known.length > 0 ? Math.log10(known.reduce((s, v) => s + 10 ** v, 0) / known.length) : 0;
    for (let k = 0; k < smooth.length; k++)
      log[k * 3 + c] = Number.isFinite(smooth[k]) ? smooth[k] - mean : 0;
  }
  let warning: Sentence | null = null;
  if (used < 0.2 * grid.tone.length) warning = say('flat-little');
  else if (clipped > 0.05 * used) warning = say('flat-clipped');
  return { width, height, log, warning };
}

/** Gaussian mean over known cells; the radius grows where few are near, so that gaps continue their surroundings. */
function smoothGrid(values: number[], width: number, height: number): number[] {
  return values.map((_, k) => {
    const x = k % width;
    const y = Math.floor(k / width);
    for (const sigma of [1, 2, 4, 8, 16]) {
      let sum = 0;
      let weight = 0;
      const r = Math.ceil(2.5 * sigma);
      for (let j = Math.max(0, y - r); j <= Math.min(height - 1, y + r); j++)
        for (let i = Math.max(0, x - r); i <= Math.min(width - 1, x + r); i++) {
          const v = values[j * width + i];
          if (!Number.isFinite(v)) continue;
          const w = Math.exp(-((i - x) ** 2 + (j - y) ** 2) / (2 * sigma * sigma));
          sum += w * v;
          weight += w;
        }
      if (weight > 1) return sum / weight;
    }
    return Number.NaN;
  });
}
