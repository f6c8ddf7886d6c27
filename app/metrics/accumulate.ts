/**
 * Figures of many pictures: the spread of every per-picture figure, and the figures that are read from pooled
 * pixels (lean, highlights, loci, the curve over saturation), since a share of one picture's few coloured
 * pixels says little.
 */
import { type HighlightSums, type HueCounts, hueLean } from './colour.ts';
import { type FigureName, figureNames, type Judgement } from './judge.ts';
import { loci, locusFigures, type LocusFigures, type Locus, type LocusSums, noLocusSums } from './loci.ts';
import {
  addSaturation,
  bestPoint,
  noSaturationSums,
  pointAt,
  saturationCurve,
  type SaturationPoint,
} from './saturation.ts';

/** The spread of one figure over pictures. */
export interface Spread {
  count: number;
  mean: number;
  /** Standard deviation over the pictures (of the sample, n - 1); 0 for one picture. */
  sd: number;
  p5: number;
  median: number;
  p95: number;
  min: number;
  max: number;
}

/** Quantile 0..1 of sorted values, interpolated linearly between ranks (type 7 of Hyndman and Fan). */
export function quantile(sorted: readonly number[] | Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

/** The spread of some values; null when there are none. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((s, v) => s + v, 0) / sorted.length;
  const squares = sorted.reduce((s, v) => s + (v - mean) ** 2, 0);
  return {
    count: sorted.length,
    mean,
    sd: sorted.length > 1 ? Math.sqrt(squares / (sorted.length - 1)) : 0,
    p5: quantile(sorted, 0.05),
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    min: sorted[0],
    max: sorted[sorted.length - 1],
  };
}

/** What is said of one predictor on one group of pictures. */
export interface Summary {
  pictures: number;
  figures: Partial<Record<FigureName, Spread>>;
  /** Percentage points against the truths: of the coloured pixels, and of all. */
  lean: { red: number; blue: number; redOfAll: number; blueOfAll: number };
  /** Chroma error where L* > 95: of the prediction, of grey, and their ratio (null where grey makes none). */
  highlights: { pixels: number; error: number; grey: number; ratio: number | null } | null;
  loci: Record<Locus, { pixels: number } & Partial<Omit<LocusFigures, 'pixels'>>>;
  saturation: {
    curve: SaturationPoint[];
    best: SaturationPoint | null;
    /** At a colourfulness of 0.85 of the truths'; null where no factor reaches it. */
    at85: SaturationPoint | null;
  } | null;
}

const noHues = (): HueCounts => ({ pixels: 0, coloured: 0, red: 0, blue: 0 });

function addHues(sums: HueCounts, more: HueCounts): void {
  sums.pixels += more.pixels;
  sums.coloured += more.coloured;
  sums.red += more.red;
  sums.blue += more.blue;
}

/** Adds up judgements; the order in which pictures are added changes nothing but rounding. */
export class Accumulator {
  private readonly values = new Map<FigureName, number[]>(figureNames.map((name) => [name, []]));
  private readonly truthHues = noHues();
  private readonly hues = noHues();
  private readonly highlights: HighlightSums = { pixels: 0, error: 0, grey: 0 };
  private readonly loci: Record<Locus, LocusSums> = {
    sky: noLocusSums(),
    foliage: noLocusSums(),
    skin: noLocusSums(),
    neutral: noLocusSums(),
  };
  private readonly saturation = noSaturationSums();
  pictures = 0;

  add(judgement: Judgement): void {
    this.pictures++;
    for (const name of figureNames) {
      const value = judgement.figures[name];
      if (value !== null) this.values.get(name)?.push(value);
    }
    addHues(this.truthHues, judgement.hues.truth);
    addHues(this.hues, judgement.hues.picture);
    this.highlights.pixels += judgement.highlights.pixels;
    this.highlights.error += judgement.highlights.error;
    this.highlights.grey += judgement.highlights.grey;
    for (const locus of loci) {
      const sums = this.loci[locus];
      const more = judgement.loci[locus];
      for (const key of Object.keys(sums) as (keyof LocusSums)[]) sums[key] += more[key];
    }
    if (judgement.saturation) addSaturation(this.saturation, judgement.saturation);
  }

  summary(): Summary {
    const figures: Summary['figures'] = {};
    for (const [name, values] of this.values) {
      const spread = spreadOf(values);
      if (spread) figures[name] = spread;
    }
    const { pixels, error, grey } = this.highlights;
    const curve = saturationCurve(this.saturation);
    const read = (locus: Locus): Summary['loci'][Locus] => {
      const f = locusFigures(this.loci[locus]);
      if (f.pixels === 0) return { pixels: 0 };
      if (locus === 'neutral') return { pixels: f.pixels, chromaShift: f.chromaShift };
      return f;
    };
    return {
      pictures: this.pictures,
      figures,
      lean: hueLean(this.truthHues, this.hues),
      highlights:
        pixels === 0
          ? null
          : {
              pixels,
              error: error / pixels,
              grey: grey / pixels,
              // Pure white has no chroma but for rounding.
              ratio: grey / pixels > 1e-3 ? error / grey : null,
            },
      loci: { sky: read('sky'), foliage: read('foliage'), skin: read('skin'), neutral: read('neutral') },
      saturation: curve.length === 0 ? null : { curve, best: bestPoint(curve), at85: pointAt(curve, 0.85) },
    };
  }
}
