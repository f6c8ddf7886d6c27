/**
 * In which RGB space a file's own samples are, for a picture that is taken as it is (a print): its embedded profile is
 * held against the spaces that the program writes. Where it is one of them, samples need no conversion at all and
 * stay what they are, bit for bit; where it is another, its colorants lead to linear sRGB.
 */
import type { ToneCurve } from '../picture.ts';
import { parseProfile } from './icc.ts';
import { toLinear } from './curve.ts';
import { invert, multiply, spaceNames, spaces, type Matrix, type SpaceName } from './spaces.ts';

export interface OwnSpace {
  /** The space that the samples are in; null: none of ours, they have to be converted. */
  space: SpaceName | null;
  /** The file's linear values to linear sRGB; null: nothing but the tone curve is known. */
  toSrgb: Matrix | null;
}

/** Profiles round their numbers to 1/65536 or worse, and older ones differ in the third decimal. */
const SAME_COLORANT = 0.004;
const SAME_CURVE = 0.003;

/** Whether a tone curve is that of a space, on all channels. */
export function curveOf(curve: ToneCurve, name: SpaceName, channels: 1 | 3): boolean {
  const { decode } = spaces[name];
  for (let c = 0; c < channels; c++) {
    const f = toLinear(curve, c);
    for (let i = 0; i <= 32; i++) if (Math.abs(f(i / 32) - decode(i / 32)) > SAME_CURVE) return false;
  }
  return true;
}

/**
 * @param icc the embedded profile, or null
 * @param curve the tone curve that was chosen for the samples (without a profile it decides alone)
 */
export function ownSpace(icc: Uint8Array | null, curve: ToneCurve, channels: 1 | 3): OwnSpace {
  const byCurve = (): SpaceName | null =>
    (['srgb', 'adobe-rgb', 'prophoto'] as const).find((name) => curveOf(curve, name, channels)) ?? null;
  let colorants: Matrix | null = null;
  let space = '';
  if (icc && icc.length > 0)
    try {
      ({ colorants, space } = parseProfile(icc));
    } catch {
      // A damaged profile: as if there were none.
    }
  // A grey picture has no primaries; without a profile those of sRGB are what everybody assumes.
  if (channels === 1 || space === 'GRAY') return { space: byCurve(), toSrgb: null };
  if (space === '') {
    const found = curveOf(curve, 'srgb', 3) ? 'srgb' : curveOf(curve, 'adobe-rgb', 3) ? 'adobe-rgb' : null;
    return { space: found, toSrgb: null };
  }
  if (!colorants) return { space: null, toSrgb: null };
  const found = spaceNames.find(
    (name) =>
      spaces[name].toPcs.every((v, i) => Math.abs(v - (colorants as Matrix)[i]) < SAME_COLORANT) &&
      curveOf(curve, name, 3),
  );
  return { space: found ?? null, toSrgb: multiply(invert(spaces.srgb.toPcs), colorants) };
}
