/**
 * The neutral picker: from a click on something that was grey, the printer lights that print it grey. The
 * response of a print to its lights is monotone but curved (paper curve, saturation), so the lights are found
 * by Newton steps on the result itself: a probe develops the place with trial lights, and two unknowns
 * (red, blue) are solved for two equations (R = G, B = G), green held so that the exposure stays. It makes no
 * assumption about the sign or size of a light's effect. Residuals are taken in log light, where they are
 * nearly linear in CC.
 */
import { invert2 } from './linear.ts';

export interface Lights {
  red: number;
  green: number;
  blue: number;
}
/** The result at the place for trial lights: sRGB codes 0..255, fractions allowed. */
export type LightsProbe = (lights: Lights) => Promise<readonly number[]>;

export type NeutralResult =
  | { ok: true; lights: Lights; residual: number }
  | { ok: false; reason: 'too-bright' | 'too-dark' | 'no-answer' };

const LIMIT = 100;
const NUDGE = 8;

/** sRGB 8-bit to log10 of linear light; half a step is kept as a floor so that black has a logarithm. */
export function logLight(v: number): number {
  const c = Math.max(v, 0.5) / 255;
  const linear = c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  return Math.log10(linear);
}

const residual = (o: readonly number[]): [number, number] => {
  const g = logLight(o[1]);
  return [logLight(o[0]) - g, logLight(o[2]) - g];
};
const size = (r: readonly number[]) => Math.hypot(r[0], r[1]);
const clampCc = (v: number) => Math.min(LIMIT, Math.max(-LIMIT, v));

/**
 * Lights (whole tenths of a CC, -100..100) that make the probed point neutral. `too-bright` / `too-dark` when
 * the point holds no colour to judge by (a channel at paper white or black); `no-answer` when the lights do
 * not reach it. `residual` is what is left, in density.
 */
export async function solveNeutral(start: Lights, probe: LightsProbe, rounds = 6): Promise<NeutralResult> {
  let lights = { ...start };
  let out = await probe(lights);
  if (Math.max(...out) >= 254 && Math.min(...out) >= 250) return { ok: false, reason: 'too-bright' };
  if (Math.min(...out) <= 1 && Math.max(...out) <= 6) return { ok: false, reason: 'too-dark' };
  let best = residual(out);
  const first = size(best);
  for (let round = 0; round < rounds && size(best) > 0.002; round++) {
    const step = lights.red > 0 ? -NUDGE : NUDGE;
    const stepB = lights.blue > 0 ? -NUDGE : NUDGE;
    const dr = residual(await probe({ ...lights, red: lights.red + step }));
    const db = residual(await probe({ ...lights, blue: lights.blue + stepB }));
    const inverse = invert2([
      (dr[0] - best[0]) / step,
      (db[0] - best[0]) / stepB,
      (dr[1] - best[1]) / step,
      (db[1] - best[1]) / stepB,
    ]);
    if (!inverse) break;
    let better = false;
    // Halved until it helps: near the toe or shoulder a full Newton step overshoots.
    for (let damp = 1; damp > 0.1 && !better; damp /= 2) {
      const trial: Lights = {
        red: clampCc(lights.red - damp * (inverse[0] * best[0] + inverse[1] * best[1])),
        green: lights.green,
        blue: clampCc(lights.blue - damp * (inverse[2] * best[0] + inverse[3] * best[1])),
      };
      const trialOut = await probe(trial);
      const r = residual(trialOut);
      if (size(r) < size(best)) {
        lights = trial;
        out = trialOut;
        best = r;
        better = true;
      }
    }
    if (!better) break;
  }
  if (size(best) > 0.03 && size(best) > first * 0.5) return { ok: false, reason: 'no-answer' };
  const tenth = (v: number) => Math.round(v * 10) / 10;
  return {
    ok: true,
    lights: { red: tenth(lights.red), green: tenth(lights.green), blue: tenth(lights.blue) },
    residual: size(best),
  };
}
