/**
 * One prediction against its truth: every figure of this folder in one record, computed from shared
 * intermediate planes. The truth is prepared once (`prepare`), since several predictors are judged against it.
 * Figures that make no sense for a picture (inside a mask that is not there) are null.
 */
import { type Planar, planar } from '../planar.ts';
import {
  abDistance,
  abPsnr,
  colourfulness,
  deltaEMap,
  type HighlightSums,
  highlightSums,
  type HueCounts,
  hueCounts,
  meanOf,
} from './colour.ts';
import { inside, outside, psnr, psnrByChannel, ssim, ssimByChannel } from './fidelity.ts';
import { clipped, type LabPlanes, luma, sameShape, toLab } from './lab.ts';
import { type Locus, locusMap, type LocusSums, locusSums } from './loci.ts';
import { type SaturationSums, saturationSums } from './saturation.ts';
import { median, residualNoise, sharpness } from './texture.ts';

/** Per-picture figures: what a unit is, and which way is better. */
export const figureTable = {
  psnr: { unit: 'dB', better: 'higher', says: 'PSNR over red, green and blue; equal pictures count as 99' },
  psnrRed: { unit: 'dB', better: 'higher', says: 'PSNR of red' },
  psnrGreen: { unit: 'dB', better: 'higher', says: 'PSNR of green' },
  psnrBlue: { unit: 'dB', better: 'higher', says: 'PSNR of blue' },
  ssim: { unit: '', better: 'higher', says: 'SSIM of luma' },
  ssimRgb: { unit: '', better: 'higher', says: 'SSIM, mean of red, green and blue' },
  deltaE: { unit: 'dE2000', better: 'lower', says: 'mean colour difference' },
  deltaEMedian: { unit: 'dE2000', better: 'lower', says: 'median colour difference over the pixels' },
  abDistance: { unit: 'Lab', better: 'lower', says: 'mean distance in the a*b* plane' },
  abPsnr: { unit: 'dB', better: 'higher', says: 'PSNR of a* and b*; rewards grey' },
  colourfulness: { unit: '', better: 'one', says: 'colourfulness of the prediction' },
  colourfulnessRatio: { unit: '', better: 'one', says: 'colourfulness over the truth’s' },
  residualNoise: { unit: '/255', better: 'zero', says: 'noise left or added; below 0, texture lost' },
  sharpness: { unit: '', better: 'one', says: 'gradient energy over the truth’s' },
  insidePsnr: { unit: 'dB', better: 'higher', says: 'PSNR inside the mask' },
  insideSsim: { unit: '', better: 'higher', says: 'SSIM of luma, windows centred inside the mask' },
  insideDeltaE: { unit: 'dE2000', better: 'lower', says: 'mean colour difference inside the mask' },
  insideSharpness: { unit: '', better: 'one', says: 'gradient energy inside the mask over the truth’s' },
  outsidePsnr: { unit: 'dB', better: 'higher', says: 'PSNR outside the mask; untouched counts as 99' },
  outsideDeltaE: { unit: 'dE2000', better: 'lower', says: 'mean colour difference outside the mask' },
  outsideMax: { unit: '/255', better: 'lower', says: 'largest difference of a sample outside the mask' },
} as const satisfies Record<
  string,
  { unit: string; better: 'higher' | 'lower' | 'one' | 'zero'; says: string }
>;

export type FigureName = keyof typeof figureTable;
export const figureNames = Object.keys(figureTable) as FigureName[];
export type Figures = Record<FigureName, number | null>;

/** One judged prediction: figures, and sums that are pooled over pictures. */
export interface Judgement {
  figures: Figures;
  hues: { truth: HueCounts; picture: HueCounts };
  highlights: HighlightSums;
  loci: Record<Locus, LocusSums>;
  /** Only when asked for. */
  saturation: SaturationSums | null;
}

/** What is computed of a truth once. */
export interface PreparedTruth {
  picture: Planar;
  luma: Planar;
  lab: LabPlanes;
  loci: Uint8Array;
  hues: HueCounts;
  colourfulness: number;
}

/** A picture of three planes from one of one plane (grey); others come back as they are. */
export function asColour(picture: Planar): Planar {
  if (picture.channels === 3) return picture;
  const out = planar(picture.width, picture.height, 3);
  for (let c = 0; c < 3; c++) out.data.set(picture.data, c * picture.data.length);
  return out;
}

/** Prepares a truth of three planes (or one, grey). */
export function prepare(truth: Planar): PreparedTruth {
  const picture = clipped(asColour(truth));
  const lab = toLab(picture);
  return {
    picture,
    luma: luma(picture),
    lab,
    loci: locusMap(picture, lab),
    hues: hueCounts(lab),
    colourfulness: colourfulness(picture),
  };
}

/** PSNR of equal pictures is infinite, which no mean survives. */
const MOST_DB = 99;

const finite = (v: number): number | null => (Number.isFinite(v) ? v : null);
const decibel = (v: number): number | null => (Number.isNaN(v) ? null : Math.min(MOST_DB, v));

function largestOutside(truth: Planar, picture: Planar, mask: Planar): number {
  const n = truth.width * truth.height;
  let worst = 0;
  for (let i = 0; i < n; i++)
    if (!(mask.data[i] > 0))
      for (let c = 0; c < 3; c++)
        worst = Math.max(worst, Math.abs(truth.data[c * n + i] - picture.data[c * n + i]));
  return 255 * worst;
}

/**
 * Judges a prediction, clipped to 0..1 as it would be shown.
 * @param mask one plane, above 0 where the picture was damaged; a mask of zeros counts as none
 * @param curve whether the curve over saturation is wanted (fifteen times the colour work)
 * @throws RangeError when sizes differ or a side is under 11 pixels
 */
export function judge(
  truth: PreparedTruth,
  prediction: Planar,
  options: { mask?: Planar | null; curve?: boolean } = {},
): Judgement {
  const picture = clipped(asColour(prediction));
  sameShape(truth.picture, picture);
  const mask = options.mask && options.mask.data.some((v) => v > 0) ? options.mask : null;
  if (mask && (mask.width !== picture.width || mask.height !== picture.height))
    throw new RangeError(
      `A mask of ${mask.width}x${mask.height} does not fit ${picture.width}x${picture.height}.`,
    );
  const lab = toLab(picture);
  const grey = luma(picture);
  const deltaE = deltaEMap(truth.lab, lab);
  const rgb = psnrByChannel(truth.picture, picture);
  const ssims = ssimByChannel(truth.picture, picture);
  const colours = colourfulness(picture);
  const hole = mask && inside(mask);
  const rest = mask && outside(mask);
  const figures: Figures = {
    psnr: decibel(psnr(truth.picture, picture)),
    psnrRed: decibel(rgb[0]),
    psnrGreen: decibel(rgb[1]),
    psnrBlue: decibel(rgb[2]),
    ssim: finite(ssim(truth.luma, grey)),
    ssimRgb: finite((ssims[0] + ssims[1] + ssims[2]) / 3),
    deltaE: finite(meanOf(deltaE)),
    deltaEMedian: finite(median(deltaE.slice())),
    abDistance: finite(abDistance(truth.lab, lab)),
    abPsnr: decibel(abPsnr(truth.lab, lab)),
    colourfulness: colours,
    colourfulnessRatio: truth.colourfulness > 0 ? colours / truth.colourfulness : null,
    residualNoise: finite(residualNoise(truth.picture, picture)),
    sharpness: finite(sharpness(truth.picture, picture)),
    insidePsnr: hole && decibel(psnr(truth.picture, picture, hole)),
    insideSsim: hole && finite(ssim(truth.luma, grey, hole)),
    insideDeltaE: hole && finite(meanOf(deltaE, hole)),
    insideSharpness: hole && finite(sharpness(truth.picture, picture, hole)),
    outsidePsnr: rest && decibel(psnr(truth.picture, picture, rest)),
    outsideDeltaE: rest && finite(meanOf(deltaE, rest)),
    outsideMax: mask && largestOutside(truth.picture, picture, mask),
  };
  return {
    figures,
    hues: { truth: truth.hues, picture: hueCounts(lab) },
    highlights: highlightSums(truth.lab, lab),
    loci: locusSums(truth.loci, truth.lab, lab),
    saturation: options.curve ? saturationSums(truth.lab, lab, truth.colourfulness) : null,
  };
}
