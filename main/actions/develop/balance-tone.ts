/**
 * Exposure and contrast of one frame. The anchor is the stock's fixed print; the frame's own distribution (most
 * of all its brightest half per cent, then its mean and the middle of its range) moves it as far as these cues
 * agree with each other. Lamps in a dark street pull mean and highlights apart, and then the fixed print has its way: night
 * stays night. A thin negative gets a harder grade, a very long one a softer, as in a darkroom, and film base never
 * prints as grey.
 */
import { clamp, quantile } from './balance-statistics.ts';
import { sortFloats } from './order.ts';

/** Where a well exposed scene lies, log10 relative to mid grey: mean, brightest and darkest half per cent. */
const SCENE = { mean: -0.25, white: 0.75, black: -1.1 };
/** What each cue is worth (inverse variance): the stock's fixed print, mean, brightest half per cent, middle of the range. */
const TRUST = { fixed: 10, mean: 25, white: 40, middle: 30 };
/**
 * Where mean and brightest places disagree by more than this, one of them misleads: lamps in a dark scene leave
 * the fixed print to decide, a bright scene its highlights.
 */
const AGREE = 0.15;
/** An even scene whose white lies this far from the fixed print's was exposed otherwise: that print says little of it. */
const FAR = 0.1;
/** Film base prints at least this far below mid grey. */
const BASE_BLACK = -0.65;
/** Paper of a harder grade for a thin negative: the scene range that needs none, and the most it may give. */
const SCENE_RANGE = 1.5;
const MOST_CONTRAST = 1.3;
/** And of a softer one for a negative longer than any paper holds (low sun, a slide in deep shade), and the least it may give. */
const LONG_RANGE = 2.4;
const LEAST_CONTRAST = 0.75;
/** How far the fixed print follows the grade: 1 would keep its mid grey. */
const GRADE_SHARE = 0.5;

export interface Tone {
  exposure: number;
  /** Factor on all slopes; 1 for a scene of ordinary range. */
  contrast: number;
}

/** Exposure and contrast of a frame from the log exposures of its pixels (any order) and its fixed print. */
export function autoTone(n: Float32Array, fixed: number, hasTrueBase: boolean): Tone {
  if (n.length === 0) return { exposure: fixed, contrast: 1 };
  const sorted = sortFloats(n.slice());
  const low = quantile(sorted, 0.005);
  const high = quantile(sorted, 0.995);
  const range = Math.max(0.1, high - low);
  const contrast =
    range > LONG_RANGE
      ? Math.max(LEAST_CONTRAST, (LONG_RANGE / range) ** 0.75)
      : clamp(Math.sqrt(SCENE_RANGE / range), 1, MOST_CONTRAST);
  // On a paper of another grade the fixed print's mid grey moves half of the way: shadows open, night stays dark.
  const normal = fixed * (1 + GRADE_SHARE * (contrast - 1));
  let sum = 0;
  for (const v of sorted) sum += clamp(v, low, high);
  const mean = SCENE.mean - (contrast * sum) / sorted.length;
  const white = SCENE.white - contrast * high;
  const middle = (SCENE.white + SCENE.black) / 2 - (contrast * (low + high)) / 2;
  // Mean and white disagree in two ways. Lamps in the dark: neither says much. A bright scene (snow, beach, a
  // page): its mean is far above the usual, but its white is still white.
  const agree = (cue: number) => 1 / (1 + ((cue - mean) / AGREE) ** 2);
  const lamps = mean > white ? agree(white) : 1;
  const weights = [
    (TRUST.fixed * (hasTrueBase ? 1 : 0.5)) / (1 + lamps * ((normal - white) / FAR) ** 2),
    TRUST.mean * agree(white),
    TRUST.white * lamps ** 2,
    TRUST.middle * lamps * agree(middle),
  ];
  const cues = [normal, mean, white, middle];
  const total = weights.reduce((a, b) => a + b);
  const exposure = cues.reduce((t, cue, i) => t + cue * weights[i], 0) / total;
  return { exposure: Math.min(exposure, BASE_BLACK), contrast };
}
