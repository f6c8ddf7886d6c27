/**
 * Which tone curve a scan's samples carry, and why. The order: what the scanner software says of itself, the
 * curve (never the matrix) of an embedded profile, what the format or EXIF declares, known linear scanner
 * files without a profile, and only then an assumption.
 */
import type { ToneCurve } from '../../app/picture.ts';
import { parseProfile, type IccProfile } from '../../app/color/icc.ts';
import type { Facts } from './facts.ts';

export interface CurveEvidence {
  format: 'tiff' | 'png' | 'jpeg' | 'webp' | 'heif';
  bits: 8 | 16 | 32;
  /** Float samples are light by convention. */
  float: boolean;
  icc: Uint8Array | null;
  facts: Facts;
  infrared: boolean;
  /** PNG gAMA chunk: the exponent that was applied when writing, e.g. 0.45455; null when absent. */
  pngGamma: number | null;
  /** PNG sRGB chunk. */
  pngSrgb: boolean;
}

export interface ChosenCurve {
  curve: ToneCurve;
  reason: string;
  iccName: string | null;
}

const LINEAR: ToneCurve = { kind: 'linear' };
const SRGB: ToneCurve = { kind: 'srgb' };

/** Decides; never fails: a damaged profile becomes part of the reason. */
export function chooseCurve(e: CurveEvidence): ChosenCurve {
  let profile: IccProfile | null = null;
  let damaged = '';
  if (e.icc && e.icc.length > 0) {
    try {
      profile = parseProfile(e.icc);
    } catch (error) {
      damaged = `, the embedded profile is unreadable (${error instanceof Error ? error.message : 'damaged'})`;
    }
  }
  const iccName = profile ? profile.name || 'unnamed profile' : null;
  const answer = (curve: ToneCurve, reason: string): ChosenCurve => ({
    curve,
    reason: reason + damaged,
    iccName,
  });

  if (e.float) return answer(LINEAR, 'floating point samples, linear');
  if (e.facts.scannerGamma === 1) return answer(LINEAR, 'SilverFast XMP Gamma=1');
  if (profile) {
    const fits = profile.space === 'RGB ' || profile.space === 'GRAY';
    if (fits && profile.curve) return answer(profile.curve, `tone curve of the embedded profile ${iccName}`);
    return answer(
      { kind: 'gamma', gamma: 2.2 },
      fits
        ? `embedded profile ${iccName} has no tone curve, assumed gamma 2.2`
        : `embedded profile ${iccName} is for another kind of colour, assumed gamma 2.2`,
    );
  }
  if (e.facts.scannerGamma !== null)
    return answer(
      { kind: 'gamma', gamma: e.facts.scannerGamma },
      `SilverFast XMP Gamma=${e.facts.scannerGamma}`,
    );
  if (e.pngSrgb) return answer(SRGB, 'sRGB chunk');
  if (e.pngGamma !== null) {
    const gamma = 1 / e.pngGamma;
    if (Math.abs(gamma - 1) < 0.01) return answer(LINEAR, 'gAMA chunk 1.0, linear');
    if (Math.abs(gamma - 2.2) > 0.01) return answer({ kind: 'gamma', gamma }, `gAMA chunk ${e.pngGamma}`);
    return answer(SRGB, 'gAMA chunk of sRGB');
  }
  if (e.facts.colorSpace === 1) return answer(SRGB, 'EXIF says sRGB');
  if (e.facts.colorSpace === 2) return answer({ kind: 'gamma', gamma: 563 / 256 }, 'EXIF says Adobe RGB');
  if (e.format === 'tiff' && e.bits === 16 && !damaged) {
    const software = e.facts.software ?? '';
    if (/silverfast/i.test(software))
      return answer(LINEAR, 'SilverFast 16-bit file without profile: HDR raw, linear');
    if (/vuescan/i.test(software)) return answer(LINEAR, 'VueScan 16-bit file without profile: raw, linear');
    if (e.infrared) return answer(LINEAR, '16-bit scanner file with infrared and no profile: raw, linear');
  }
  return answer(SRGB, 'no profile, assumed sRGB');
}
