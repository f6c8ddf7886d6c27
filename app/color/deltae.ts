/**
 * Colour differences: CIE 1976 (plain distance in Lab) and CIEDE2000 after Sharma, Wu and Dalal, "The
 * CIEDE2000 color-difference formula: implementation notes, supplementary test data, and mathematical
 * observations", Color Research and Application 30 (2005).
 */
import type { Rgb } from '../picture.ts';

/** Euclidean distance in Lab. */
export function deltaE76(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

const RAD = Math.PI / 180;
const P7 = 25 ** 7;

/** Hue angle in degrees 0..360; 0 for a neutral. */
function hueOf(a: number, b: number): number {
  if (a === 0 && b === 0) return 0;
  const h = Math.atan2(b, a) / RAD;
  return h < 0 ? h + 360 : h;
}

/** CIEDE2000 of two Lab colours (same white), parametric factors kL = kC = kH = 1. */
export function deltaE2000(one: Rgb, two: Rgb): number {
  const c1 = Math.hypot(one[1], one[2]);
  const c2 = Math.hypot(two[1], two[2]);
  const mean7 = ((c1 + c2) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(mean7 / (mean7 + P7)));
  const a1 = (1 + g) * one[1];
  const a2 = (1 + g) * two[1];
  const C1 = Math.hypot(a1, one[2]);
  const C2 = Math.hypot(a2, two[2]);
  const h1 = hueOf(a1, one[2]);
  const h2 = hueOf(a2, two[2]);

  const dL = two[0] - one[0];
  const dC = C2 - C1;
  let dh = 0;
  if (C1 * C2 !== 0) {
    dh = h2 - h1;
    if (dh > 180) dh -= 360;
    else if (dh < -180) dh += 360;
  }
  const dH = 2 * Math.sqrt(C1 * C2) * Math.sin((dh / 2) * RAD);

  const L = (one[0] + two[0]) / 2;
  const C = (C1 + C2) / 2;
  let h = h1 + h2;
  if (C1 * C2 !== 0) {
    if (Math.abs(h1 - h2) <= 180) h /= 2;
    else h = h < 360 ? (h + 360) / 2 : (h - 360) / 2;
  }
  const T =
    1 -
    0.17 * Math.cos((h - 30) * RAD) +
    0.24 * Math.cos(2 * h * RAD) +
    0.32 * Math.cos((3 * h + 6) * RAD) -
    0.2 * Math.cos((4 * h - 63) * RAD);
  const theta = 30 * Math.exp(-(((h - 275) / 25) ** 2));
  const C7 = C ** 7;
  const rC = 2 * Math.sqrt(C7 / (C7 + P7));
  const l50 = (L - 50) ** 2;
  const sL = 1 + (0.015 * l50) / Math.sqrt(20 + l50);
  const sC = 1 + 0.045 * C;
  const sH = 1 + 0.015 * C * T;
  const rT = -Math.sin(2 * theta * RAD) * rC;
  const tL = dL / sL;
  const tC = dC / sC;
  const tH = dH / sH;
  return Math.sqrt(tL * tL + tC * tC + tH * tH + rT * tC * tH);
}
