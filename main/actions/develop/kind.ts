/**
 * What kind of scan this is: colour negative, black-and-white negative, slide, print, black-and-white print or
 * reel, with the reasons in words. What the scanner's software wrote into the file wins; then comes evidence
 * from the pixels, added up as log odds: the orange mask of clear film, perforations that are brighter than
 * the film around them, densest parts that still let orange light through, and the short tonal range of a
 * negative (its contrast is about 0.6 of the scene's; a print or slide has 1 and more).
 */
import type { ScanKind } from '../../../app/contract/library.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import type { ScanInfo } from '../../files/types.ts';
import type { Grid } from './analyse-grid.ts';
import type { BaseLevel } from './base-level.ts';
import type { FrameSearch } from './frames.ts';
import type { Holder, Perforations } from './frames-light.ts';
import { kindFeatures, type KindFeatures } from './kind-features.ts';
import type { FilmType } from './types.ts';

export interface KindFacts {
  grid: Grid;
  holder: Holder;
  perfs: Perforations | null;
  level: BaseLevel;
  search: FrameSearch;
  info: Pick<ScanInfo, 'format' | 'saysNegative'>;
  /** The samples are linear light: a raw scan, which prints are hardly ever kept as. */
  linear: boolean;
}
export interface FoundKind {
  kind: ScanKind;
  /** Short English sentences, the strongest first. */
  reasons: Sentence[];
}

/** Film type that a kind is developed as. A print is left as it is: it goes the way of a slide. */
export function filmOfKind(kind: ScanKind): FilmType {
  return kind === 'bw-negative' ? 'bw' : kind === 'colour-negative' ? 'c41' : 'slide';
}

/** The kind of a file that cannot be decoded as one picture, from its container alone; null when the pixels must tell. */
export function kindOfContainer(info: Pick<ScanInfo, 'format'>): FoundKind | null {
  return info.format === 'video' ? { kind: 'reel', reasons: [say('kind-frames')] } : null;
}

/** The kind of a scan from what analysis found in it. */
export function kindOf(facts: KindFacts): FoundKind {
  const reel = kindOfContainer(facts.info);
  if (reel) return reel;
  const f = kindFeatures(facts.grid, facts.search.picture, facts.level, facts.perfs);
  return decide(f, facts.info.saysNegative, facts.perfs !== null, facts.linear);
}

interface Evidence {
  weight: number;
  reason: Sentence;
}

/** Decides from the features; separate from their measuring so that it can be tested on plain numbers. */
export function decide(
  f: KindFeatures,
  saysNegative: boolean | null,
  perforated: boolean,
  linear = false,
): FoundKind {
  // Orange, not the yellow of a lamp (blue lost alone) nor the faint brown of paper.
  const orange = f.clearGreen < -0.17 && f.clearBlue < -0.36 && f.clearBlue > 4.2 * f.clearGreen;
  // A camera's white balance takes a part of the orange away, in the dense parts as in the clear ones.
  const balanced =
    f.clearGreen < -0.12 &&
    f.clearBlue < -0.5 &&
    f.clearBlue > 5.2 * f.clearGreen &&
    f.range < 1.2 &&
    f.orange > 0.8 &&
    f.darkRedOverBlue > 0.6;
  // The same where the picture's colours are strong: even its densest parts let four times as much red as blue through,
  // which no black of a positive does.
  const redBlacks =
    f.clearGreen < -0.095 &&
    f.clearBlue < -0.5 &&
    f.clearBlue > 6.5 * f.clearGreen &&
    f.range < 1.4 &&
    f.darkRedOverBlue > 0.7;
  const masked = orange || balanced || redBlacks;
  const negative = evidence(f, saysNegative, perforated, masked, linear);
  const score = negative.reduce((s, e) => s + e.weight, 0);
  const reasons = (sign: 1 | -1): Sentence[] =>
    negative
      .filter((e) => e.weight * sign > 0)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .map((e) => e.reason);
  if (score > 0) {
    // Raw samples that are orange all over: no lamp makes silver film look so.
    const dyed = linear && f.typicalGreen < -0.2 && f.orange > 0.9;
    const oneHue = f.grey || (!masked && !dyed && (f.scatter < 0.09 || f.across < 0.03));
    return oneHue
      ? {
          kind: 'bw-negative',
          reasons: [...reasons(1), f.grey ? say('kind-grey') : say('kind-lamp-hue')],
        }
      : { kind: 'colour-negative', reasons: reasons(1) };
  }
  const filmSeen = perforated && f.underRing < 0.4;
  const oneHue = f.grey || f.across < 0.045 || (f.across < 0.1 && f.cool < 0.04);
  const against = reasons(-1);
  if (filmSeen || saysNegative === false)
    return {
      kind: 'slide',
      reasons: filmSeen ? [say('kind-black-ring'), ...against] : against,
    };
  return oneHue
    ? {
        kind: 'bw-print',
        reasons: [
          ...against,
          f.grey ? say('kind-grey') : f.clearBlue < -0.1 ? say('kind-toned') : say('kind-no-colours'),
        ],
      }
    : { kind: 'print', reasons: [...against, say('kind-many-hues')] };
}

/** Evidence for (positive weight) and against a negative. The prior is against: a scan is a picture unless it shows otherwise. */
function evidence(
  f: KindFeatures,
  saysNegative: boolean | null,
  perforated: boolean,
  masked: boolean,
  linear: boolean,
): Evidence[] {
  const out: Evidence[] = [{ weight: -0.6, reason: say('kind-nothing') }];
  if (saysNegative === true) out.push({ weight: 12, reason: say('kind-says-negative') });
  if (saysNegative === false) out.push({ weight: -12, reason: say('kind-says-positive') });
  if (linear && f.typicalGreen < -0.12) out.push({ weight: 1.2, reason: say('kind-linear') });
  if (perforated && f.underRing > 0.5) out.push({ weight: 4, reason: say('kind-clear-ring') });
  else if (perforated && f.underRing < 0.3) out.push({ weight: -4, reason: say('kind-dense-ring') });
  if (masked && (f.orange > 0.55 || f.clearShare > 0.04))
    out.push({
      weight: f.clearGreen < -0.22 ? 3 : 2.2,
      reason: say('kind-masked', { green: (-f.clearGreen).toFixed(2), blue: (-f.clearBlue).toFixed(2) }),
    });
  // Browner as a whole than toned paper ever is.
  else if (f.typicalGreen < -0.23 && f.orange > 0.55 && f.range < 1.3)
    out.push({ weight: 2, reason: say('kind-orange') });
  const muddy = !f.grey && f.orange > 0.85 && f.range < 1.05 && f.darkest > -0.95 && f.darkRedOverBlue > 0.35;
  if (muddy) out.push({ weight: 1.6, reason: say('kind-muddy') });
  if (f.range > 1.45)
    out.push({
      weight: -Math.min(3, (f.range - 1.45) * 4),
      reason: say('kind-long-range', { range: f.range.toFixed(1) }),
    });
  const oneHue = f.grey || f.scatter < 0.09 || f.across < 0.03;
  // Without mask or perforations only the tones of a grey picture can tell.
  if (oneHue && !masked) {
    const tonal = (1.1 - f.range) * 4 + 0.9 * f.skew;
    out.push(
      tonal > 0
        ? {
            weight: Math.min(2.5, tonal),
            reason: say('kind-short-range', { range: f.range.toFixed(1) }),
          }
        : { weight: Math.max(-2.5, tonal), reason: say('kind-positive-tones') },
    );
  }
  return out;
}
