/**
 * What kind of scan this is: colour negative, black-and-white negative, slide, print, black-and-white print or
 * reel, with the reasons in words. What the scanner's software wrote into the file wins; then comes evidence
 * from the pixels, added up as log odds: the orange mask of clear film, perforations that are brighter than
 * the film around them, densest parts that still let orange light through, and the short tonal range of a
 * negative (its contrast is about 0.6 of the scene's; a print or slide has 1 and more).
 */
import type { ScanKind } from '../../../app/contract/library.ts';
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
}
export interface FoundKind {
  kind: ScanKind;
  /** Short English sentences, the strongest first. */
  reasons: string[];
}

/** Film type that a kind is developed as. A print is left as it is: it goes the way of a slide. */
export function filmOfKind(kind: ScanKind): FilmType {
  return kind === 'bw-negative' ? 'bw' : kind === 'colour-negative' ? 'c41' : 'slide';
}

/** The kind of a file that cannot be decoded as one picture, from its container alone; null when the pixels must tell. */
export function kindOfContainer(info: Pick<ScanInfo, 'format'>): FoundKind | null {
  return info.format === 'video' ? { kind: 'reel', reasons: ['The file is a film with many frames.'] } : null;
}

/** The kind of a scan from what analysis found in it. */
export function kindOf(facts: KindFacts): FoundKind {
  const reel = kindOfContainer(facts.info);
  if (reel) return reel;
  const f = kindFeatures(facts.grid, facts.search.picture, facts.level, facts.perfs);
  return decide(f, facts.info.saysNegative, facts.perfs !== null);
}

interface Evidence {
  weight: number;
  reason: string;
}

/** Decides from the features; separate from their measuring so that it can be tested on plain numbers. */
export function decide(f: KindFeatures, saysNegative: boolean | null, perforated: boolean): FoundKind {
  // Orange, not the yellow of a lamp (blue lost alone) nor the faint brown of paper.
  const masked = f.clearGreen < -0.17 && f.clearBlue < -0.36 && f.clearBlue > 4.2 * f.clearGreen;
  const negative = evidence(f, saysNegative, perforated, masked);
  const score = negative.reduce((s, e) => s + e.weight, 0);
  const reasons = (sign: 1 | -1): string[] =>
    negative
      .filter((e) => e.weight * sign > 0)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .map((e) => e.reason);
  if (score > 0) {
    const oneHue = f.grey || (!masked && (f.scatter < 0.09 || f.across < 0.03));
    return oneHue
      ? {
          kind: 'bw-negative',
          reasons: [
            ...reasons(1),
            f.grey ? 'The file holds a single grey channel.' : 'All of it has one hue, that of the lamp.',
          ],
        }
      : { kind: 'colour-negative', reasons: reasons(1) };
  }
  const filmSeen = perforated && f.underRing < 0.4;
  const oneHue = f.grey || f.across < 0.045 || (f.across < 0.1 && f.cool < 0.04);
  const against = reasons(-1);
  if (filmSeen || saysNegative === false)
    return {
      kind: 'slide',
      reasons: filmSeen ? ['The film around the perforations is black.', ...against] : against,
    };
  return oneHue
    ? {
        kind: 'bw-print',
        reasons: [
          ...against,
          f.grey
            ? 'The file holds a single grey channel.'
            : f.clearBlue < -0.1
              ? 'All of it has one hue, a warm one: toned or yellowed paper.'
              : 'It holds no colours.',
        ],
      }
    : { kind: 'print', reasons: [...against, 'It holds colours of many hues.'] };
}

/** Evidence for (positive weight) and against a negative. The prior is against: a scan is a picture unless it shows otherwise. */
function evidence(
  f: KindFeatures,
  saysNegative: boolean | null,
  perforated: boolean,
  masked: boolean,
): Evidence[] {
  const out: Evidence[] = [{ weight: -0.6, reason: 'Nothing in it speaks of a negative.' }];
  if (saysNegative === true) out.push({ weight: 12, reason: 'The scanner software calls it a negative.' });
  if (saysNegative === false) out.push({ weight: -12, reason: 'The scanner software calls it a positive.' });
  if (perforated && f.underRing > 0.5)
    out.push({ weight: 4, reason: 'The film around the perforations is clear, clearer than the picture.' });
  else if (perforated && f.underRing < 0.3)
    out.push({ weight: -4, reason: 'The film around the perforations is denser than the picture.' });
  if (masked && (f.orange > 0.55 || f.clearShare > 0.04))
    out.push({
      weight: f.clearGreen < -0.22 ? 3 : 2.2,
      reason: `Its clearest parts are orange like the mask of colour negative film (${(-f.clearGreen).toFixed(2)} D in green, ${(-f.clearBlue).toFixed(2)} D in blue over red).`,
    });
  // Browner as a whole than toned paper ever is.
  else if (f.typicalGreen < -0.23 && f.orange > 0.55 && f.range < 1.3)
    out.push({ weight: 2, reason: 'As a whole it is orange, as behind the mask of colour negative film.' });
  const muddy = !f.grey && f.orange > 0.85 && f.range < 1.05 && f.darkest > -0.95 && f.darkRedOverBlue > 0.35;
  if (muddy) out.push({ weight: 1.6, reason: 'Its densest parts still let orange light through.' });
  if (f.range > 1.45)
    out.push({
      weight: -Math.min(3, (f.range - 1.45) * 4),
      reason: `Its tones span ${f.range.toFixed(1)} D, as those of a print or slide do.`,
    });
  const oneHue = f.grey || f.scatter < 0.09 || f.across < 0.03;
  // Without mask or perforations only the tones of a grey picture can tell.
  if (oneHue && !masked) {
    const tonal = (1.1 - f.range) * 4 + 0.9 * f.skew;
    out.push(
      tonal > 0
        ? {
            weight: Math.min(2.5, tonal),
            reason: `Its tones span only ${f.range.toFixed(1)} D and lean to the clear side.`,
          }
        : { weight: Math.max(-2.5, tonal), reason: 'Its tones are distributed like those of a positive.' },
    );
  }
  return out;
}
