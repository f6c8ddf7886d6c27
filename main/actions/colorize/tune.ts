/**
 * What a person's sliders do to chroma: saturation, temperature, and the strength of each of six hues, all smooth in
 * the hue of CIE Lab. Bright parts are kept clean: near paper white colours are trusted less the less sure the
 * network was.
 */
import type { ColourParams } from '../../../app/recipe/restore.ts';
import type { Chroma } from './types.ts';

/** Hue angles of CIE Lab, degrees, at which each slider acts fully. */
export const HUE_CENTRES = {
  reds: 30,
  yellows: 90,
  greens: 145,
  cyans: 205,
  blues: 275,
  magentas: 330,
} as const;
type HueName = keyof typeof HUE_CENTRES;
const NAMES = Object.keys(HUE_CENTRES) as HueName[];

export type Tuning = Pick<ColourParams, 'saturation' | 'temperature' | HueName>;

/** b* (and a fifth of it a*) that a temperature of 100 adds to mid-tones. */
const WARMTH = 14;

/** Strength of each whole degree of hue: raised cosines between neighbouring centres, which add up to 1. */
export function hueStrengths(tuning: Tuning): Float32Array {
  return Float32Array.from({ length: 361 }, (_, h) => {
    for (let k = 0; k < NAMES.length; k++) {
      const from = HUE_CENTRES[NAMES[k]];
      const to = HUE_CENTRES[NAMES[(k + 1) % NAMES.length]];
      const wide = (to - from + 360) % 360;
      const along = (h - from + 360) % 360;
      if (along > wide) continue;
      const t = 0.5 - 0.5 * Math.cos((Math.PI * along) / wide);
      return tuning[NAMES[k]] * (1 - t) + tuning[NAMES[(k + 1) % NAMES.length]] * t;
    }
    return 1;
  });
}

/** Rises smoothly from 0 at `low` to 1 at `high`. */
export function smoothstep(low: number, high: number, v: number): number {
  const t = Math.min(1, Math.max(0, (v - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Share of chroma that is kept at a lightness: paper white and the deepest black have none to show. */
export function whiteLimit(L: number, confidence: number): number {
  return (1 - smoothstep(82, 94, L) * (1 - confidence ** 4)) * smoothstep(-4, 6, L);
}

/** Chroma after the sliders; a new pair of planes. @param lightness L* of each pixel */
export function tuned({ a, b }: Chroma, lightness: Float32Array, tuning: Tuning): Chroma {
  const strengths = hueStrengths(tuning);
  const plain = NAMES.every((name) => tuning[name] === 1);
  const { saturation, temperature } = tuning;
  const out = { a: new Float32Array(a.length), b: new Float32Array(b.length) };
  const warm = (WARMTH * temperature) / 100;
  for (let i = 0; i < a.length; i++) {
    let k = saturation;
    if (!plain) {
      let h = (Math.atan2(b[i], a[i]) * 180) / Math.PI;
      if (h < 0) h += 360;
      const j = h | 0;
      k *= strengths[j] + (strengths[j + 1] - strengths[j]) * (h - j);
    }
    // Light tints mid-tones; black and paper white stay.
    const L = lightness[i] / 100;
    const tint = warm * (saturation < 1 ? saturation : 1) * 4 * L * (1 - L);
    out.a[i] = k * a[i] + 0.2 * tint;
    out.b[i] = k * b[i] + tint;
  }
  return out;
}
