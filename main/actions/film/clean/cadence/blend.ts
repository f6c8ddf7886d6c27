/**
 * Blended moments: a film that was brought to another rate by mixing neighbouring pictures (or fields) of the source shows two
 * moments at once in many of its frames. Where something sharp passes, a pixel of frame n lies between what it is before and
 * after by a share that is the same wherever this happens in the frame, namely the weight of the mixture, and that share walks
 * through a pattern from frame to frame: output n stands at `phase + rate n` of the source, and the part behind the point is the
 * weight of the later picture. Nature knows no such thing: motion blur and soft edges give every share, or always a half.
 * So: for every frame a histogram of shares, and over all patterns the question how much more of it lies where the pattern wants it
 * than where other frames have it.
 */
import type { Samples } from '../../../../../app/film/frame.ts';

/** Parts of the way from 0 to 1 that a histogram tells apart. */
const BINS = 32;
/** Difference (8-bit levels) between the frames before and after from which a pixel counts. */
const PASSES = 40;
/** Shares nearer than this to 0 or 1 say nothing: a pixel that changes between two frames has them too. */
const MARGIN = 0.12;
/** Half width of the place in which a share is looked for. */
const WIDTH = 0.05;
/** Pixels from which a frame's histogram counts. */
const LEAST = 60;
/** Part of what passes that has to lie between: else the frame repeats one beside it, and the rest is noise. */
const LEAST_PART = 0.15;
/** Rates that are tried are so far apart that the last frames of a run of 48 differ by a tenth. */
const RATE_STEP = 1 / 400;
/** Phases that are tried. */
const PHASES = 20;

export interface Shares {
  /** Part of the pixels by share, `BINS` of them; all 0 where too little passes. */
  histogram: Float64Array;
  pixels: number;
}

/**
 * Where the pixels of a frame lie between what they are in the frame before and in the frame after.
 * @param parity 0: even lines, 1: odd lines
 * @param scale 2^(bits - 8)
 */
export function sharesOf(
  before: Samples,
  here: Samples,
  after: Samples,
  size: { width: number; height: number },
  parity: 0 | 1,
  scale: number,
): Shares {
  const { width, height } = size;
  const least = PASSES * scale;
  const histogram = new Float64Array(BINS);
  const [from, to] = [MARGIN * BINS, (1 - MARGIN) * BINS];
  let pixels = 0;
  let passing = 0;
  for (let y = parity; y < height; y += 2)
    for (let i = y * width, end = i + width; i < end; i++) {
      const way = after[i] - before[i];
      if (way < least && way > -least) continue;
      const place = ((here[i] - before[i]) / way) * BINS;
      passing++;
      if (place < from || place >= to) continue;
      pixels++;
      histogram[Math.floor(place)]++;
    }
  if (pixels < LEAST || pixels < LEAST_PART * passing) return { histogram: histogram.fill(0), pixels: 0 };
  for (let k = 0; k < BINS; k++) histogram[k] /= pixels;
  return { histogram, pixels };
}

export interface Pattern {
  /**
   * 'even': output n stands at `phase + rate n` of the source; 'woven': two frames of five are half and half (3:2 pulldown whose
   * fields were averaged), the first of them at n = `phase` modulo 5.
   */
  kind: 'even' | 'woven';
  /** Source pictures a frame, without the whole ones: 0..1. */
  rate: number;
  /** Place of frame 0 between two source pictures. */
  phase: number;
  /** How often shares lie where the pattern wants them, over how often they do in the other frames: 1 means nothing. */
  contrast: number;
  /** Frames with something sharp that passes, and a weight that can be told from 0 and 1. */
  frames: number;
}

/** The share that a mixture of the weights `1 - weight` and `weight` shows where the step lies between its two pictures. */
export function shownShare(weight: number, rate: number): number {
  const before = Math.max(0, weight - rate);
  const after = Math.min(1, weight + rate);
  return (weight - before) / (after - before);
}

/** Mass of a histogram within `WIDTH` of a share, bins at the border counted by the part that lies inside. */
function near(cumulated: Float64Array, share: number): number {
  const at = (v: number): number => {
    const x = Math.max(0, Math.min(BINS, v * BINS));
    const k = Math.min(BINS - 1, Math.floor(x));
    return cumulated[k] + (cumulated[k + 1] - cumulated[k]) * (x - k);
  };
  return at(share + WIDTH) - at(share - WIDTH);
}

const cumulate = (histogram: Float64Array): Float64Array => {
  const sum = new Float64Array(BINS + 1);
  for (let k = 0; k < BINS; k++) sum[k + 1] = sum[k] + histogram[k];
  return sum;
};

/**
 * The pattern of weights that the shares of a run of frames follow best.
 * @param shares of consecutive frames; null: not known
 */
export function findPattern(shares: readonly (Shares | null)[]): Pattern {
  const known = shares.flatMap((s, n) => (s && s.pixels > 0 ? [{ n, sums: cumulate(s.histogram) }] : []));
  const best: Pattern = { kind: 'even', rate: 0, phase: 0, contrast: 1, frames: 0 };
  if (known.length < 10) return best;
  const mean = new Float64Array(BINS + 1);
  for (const { sums } of known) for (let k = 0; k <= BINS; k++) mean[k] += sums[k] / known.length;
  /** @param shareAt what the pattern wants in frame n; outside 0..1: nothing to be seen */
  const test = (pattern: Omit<Pattern, 'contrast' | 'frames'>, shareAt: (n: number) => number): void => {
    let [seen, usual, frames] = [0, 0, 0];
    for (const { n, sums } of known) {
      const share = shareAt(n);
      if (share < MARGIN || share > 1 - MARGIN) continue;
      seen += near(sums, share);
      usual += near(mean, share);
      frames++;
    }
    const contrast = seen / usual;
    if (frames >= 8 && usual > 0 && contrast > best.contrast)
      Object.assign(best, { ...pattern, contrast, frames });
  };
  for (let phase = 0; phase < 5; phase++)
    test({ kind: 'woven', rate: 0.8, phase }, (n) => ((n - phase + 5) % 5 < 2 ? 0.5 : -1));
  for (let rate = 0.04; rate < 0.965; rate += RATE_STEP)
    for (let phase = 0; phase < 1; phase += 1 / PHASES)
      // The same weights come from a source with another picture more a frame: fields that are two apart.
      for (const whole of [0, 1])
        test({ kind: 'even', rate, phase }, (n) => {
          const place = phase + rate * n;
          return shownShare(place - Math.floor(place), rate + whole);
        });
  return best;
}
