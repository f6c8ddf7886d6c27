/**
 * What time did to a print, read off the print alone.
 *
 * Monochrome or colour: over the tone scale a monochrome print has one hue, whatever it was toned with. Its channels'
 * densities are straight lines of each other: D_c = paper_c + hue_c * D; toning shows in the slope (the silver itself
 * is coloured), yellowed paper in the offset.
 *
 * Colour: dye k fades to (1 - f_k) of its density and stain is added. What f does to a picture: all density
 * differences in that dye shrink. Edges of a scene are mostly edges of light, equal in all layers of a fresh print, so
 * the main axis of density steps tells the ratios of what is left (the grey-edge hypothesis of van de Weijer, Gevers
 * and Gijsenij, "Edge-based color constancy", IEEE Transactions on Image Processing 16, 2007, here in density, where
 * the steps do not depend on stain); deepest blacks and the spread of tones say the same with other errors; the stain
 * then is what lightest parts and mid-tones still have too much. What each witness is worth was fitted (evidence.ts).
 */
import type { Planar } from '../../../app/planar.ts';
import type { Rgb } from '../../../app/picture.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import { reducedTo } from '../colorize/plan.ts';
import { evidenceOf, estimate } from './evidence.ts';
import { apply3 } from '../../../app/color/matrix3.ts';
import { densityPlanes, dyePlanes, DYES_INVERSE, percentile } from './density.ts';
import { monoOf } from './toning.ts';
import type { AgeingAnalysis, ToningName } from './types.ts';

const TONING: Record<Exclude<ToningName, 'none'>, () => Sentence> = {
  sepia: () => say('age-sepia'),
  cyanotype: () => say('age-cyanotype'),
  selenium: () => say('age-selenium'),
  gold: () => say('age-gold'),
  'hand-coloured': () => say('age-hand-coloured'),
};

/** Longer side of the picture that is read: tones and edges do not need more. */
const LOOKED_AT = 400;

/** Densities that a fresh print spans, about. */
export const FRESH_RANGE = 1.7;

/**
 * Reads the signs of age.
 * @param given the whole print, one or three planes, sRGB-encoded 0..1; of any size, it is reduced to LOOKED_AT
 */
export function analyseAgeing(given: Planar): AgeingAnalysis {
  const picture = reducedTo(given, LOOKED_AT);
  const planes = densityPlanes(picture);
  const mono = monoOf(picture, planes);
  const reasons: Sentence[] = [];
  if (mono) {
    if (mono.toning !== 'none') reasons.push(TONING[mono.toning]());
    else reasons.push(say('age-plain'));
    const yellow = mono.paper[2] - mono.paper[0];
    if (mono.toning === 'none' && yellow > 0.04)
      reasons.push(say('age-yellowed', { density: yellow.toFixed(2) }));
    const range = mono.black - mono.white;
    if (range < 0.8 * FRESH_RANGE) reasons.push(flat(range));
    return {
      version: 1,
      kind: 'mono',
      toning: mono.toning,
      loss: [0, 0, 0],
      stain: mono.paper,
      hue: mono.hue,
      share: mono.share,
      white: mono.white,
      black: mono.black,
      confidence: mono.confidence,
      reasons,
    };
  }
  const evidence = evidenceOf(picture, planes);
  const found = estimate(evidence);
  const { confidence } = found;
  const { loss, stain } = restrained(dyePlanes(planes), found.loss, found.stain);
  const [white, black] = rangeAfter(planes, loss, stain);
  const worst = Math.max(...loss);
  if (worst > 0.04)
    reasons.push(
      say('age-dyes', {
        cyan: percent(loss[0]),
        magenta: percent(loss[1]),
        yellow: percent(loss[2]),
      }),
    );
  const cast = Math.max(...stain) - Math.min(...stain);
  if (cast > 0.03) reasons.push(say('age-stain', { density: cast.toFixed(2) }));
  if (black - white < 0.8 * FRESH_RANGE) reasons.push(flat(black - white));
  if (reasons.length === 0) reasons.push(say('age-fresh'));
  return {
    version: 1,
    kind: 'colour',
    toning: 'none',
    loss,
    stain,
    hue: [1, 1, 1],
    white,
    black,
    confidence,
    reasons,
  };
}

/** Cast in the mid-tones, in density of dye, that a correction may leave on the other side. */
const OVERSHOOT = 0.025;

/**
 * The correction, taken back where it would turn a cast into its opposite: what the mid-tones lean to may be the scene
 * or age, but what they lean to afterwards and did not before is the correction.
 */
function restrained(dyes: readonly Float32Array[], loss: Rgb, stain: Rgb): { loss: Rgb; stain: Rgb } {
  const [c, m, y] = dyes;
  const dark = m.map((v, i) => c[i] + v + y[i]);
  const sorted = dark.slice().sort();
  const low = percentile(sorted, 0.15);
  const high = percentile(sorted, 0.85);
  const chosen: number[] = [];
  const stride = Math.max(1, Math.floor(dark.length / 6000));
  for (let i = 0; i < dark.length; i += stride) if (dark[i] >= low && dark[i] <= high) chosen.push(i);
  const cast = (share: number): [number, number] => {
    const gain = loss.map((f) => (1 - f) ** -share);
    const off = apply3(DYES_INVERSE, stain.map((v) => v * share) as unknown as Rgb);
    const amount = (k: number, i: number): number => gain[k] * (dyes[k][i] - off[k]);
    const middle = (k: number): number => {
      const list = chosen.map((i) => amount(k, i) - amount(1, i)).sort((p, q) => p - q);
      return list[list.length >> 1] ?? 0;
    };
    return [middle(0), middle(2)];
  };
  const before = cast(0);
  for (let share = 1; share > 0.05; share -= 0.1) {
    const after = cast(share);
    if (after.every((v, k) => v * before[k] >= 0 || Math.abs(v) <= OVERSHOOT))
      return share === 1
        ? { loss, stain }
        : {
            loss: loss.map((f) => 1 - (1 - f) ** share) as unknown as Rgb,
            stain: stain.map((v) => v * share) as unknown as Rgb,
          };
  }
  return { loss: [0, 0, 0], stain: [0, 0, 0] };
}

const percent = (share: number): string => Math.max(0, 100 * share).toFixed(0);

const flat = (range: number): Sentence =>
  say('age-flat', { range: range.toFixed(1), fresh: FRESH_RANGE.toFixed(1) });

/** Lightest and darkest density of the corrected picture, by its channels' mean. */
function rangeAfter(planes: readonly Float32Array[], loss: Rgb, stain: Rgb): [number, number] {
  const dyes = dyePlanes(planes.map((plane, c) => plane.map((d) => d - stain[c])));
  const mean = dyes[0].map((_, i) => dyes.reduce((s, dye, k) => s + dye[i] / (1 - loss[k]) / 3, 0));
  mean.sort();
  return [percentile(mean, 0.005), percentile(mean, 0.995)];
}
