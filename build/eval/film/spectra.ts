/**
 * Wavelengths, light sources and the standard observer of the film simulation. Everything spectral in
 * `build/eval/film` is a Float64Array on one grid, 380 to 730 nm in steps of 10 nm. This folder is the known
 * truth that the develop action is measured against, so it has colour arithmetic of its own and imports
 * nothing from `app` or `main`.
 *
 * Sources: CIE 15 (daylight series), Planck's law, and the multi-lobe fits of the CIE 1931 observer of Wyman,
 * Sloan, Shirley, "Simple Analytic Approximations to the CIE XYZ Color Matching Functions", JCGT 2(2), 2013.
 */

export const FIRST_NM = 380;
export const STEP_NM = 10;
export const BANDS = 36;

/** A spectrum on the grid; unit as said by whoever holds it. */
export type Spectrum = Float64Array;
export type Triple = [number, number, number];

/** Fills a spectrum from a function of the wavelength in nm. */
export function spectrum(f: (nm: number) => number): Spectrum {
  const s = new Float64Array(BANDS);
  for (let i = 0; i < BANDS; i++) s[i] = f(FIRST_NM + i * STEP_NM);
  return s;
}

/** Gaussian of height 1 with a width (standard deviation, nm) for each side of its peak. */
export function lobe(nm: number, peak: number, left: number, right = left): number {
  const t = (nm - peak) / (nm < peak ? left : right);
  return Math.exp(-0.5 * t * t);
}

/** Smooth step from 0 to 1 around `edge`, `width` nm from 12 % to 88 %. */
export function rise(nm: number, edge: number, width: number): number {
  return 1 / (1 + Math.exp((-4 * (nm - edge)) / width));
}

/** Integral (sum) of a product of spectra. */
export function integrate(a: Spectrum, b: Spectrum, c?: Spectrum): number {
  let sum = 0;
  if (c) for (let i = 0; i < BANDS; i++) sum += a[i] * b[i] * c[i];
  else for (let i = 0; i < BANDS; i++) sum += a[i] * b[i];
  return sum;
}

/** Interpolates knots (nm, value) with monotone cubics (Fritsch and Carlson, 1980); constant outside. */
export function fromKnots(nm: readonly number[], value: readonly number[]): Spectrum {
  const n = nm.length;
  const d = new Array<number>(n - 1);
  const m = new Array<number>(n);
  for (let i = 0; i < n - 1; i++) d[i] = (value[i + 1] - value[i]) / (nm[i + 1] - nm[i]);
  m[0] = d[0];
  m[n - 1] = d[n - 2];
  for (let i = 1; i < n - 1; i++) m[i] = d[i - 1] * d[i] <= 0 ? 0 : (2 * d[i - 1] * d[i]) / (d[i - 1] + d[i]);
  return spectrum((x) => {
    if (x <= nm[0]) return value[0];
    if (x >= nm[n - 1]) return value[n - 1];
    let i = 0;
    while (x > nm[i + 1]) i++;
    const h = nm[i + 1] - nm[i];
    const t = (x - nm[i]) / h;
    const t2 = t * t;
    const t3 = t2 * t;
    return (
      (2 * t3 - 3 * t2 + 1) * value[i] +
      (t3 - 2 * t2 + t) * h * m[i] +
      (3 * t2 - 2 * t3) * value[i + 1] +
      (t3 - t2) * h * m[i + 1]
    );
  });
}

/** CIE 1931 2° observer: x, y, z. */
export const observer: readonly [Spectrum, Spectrum, Spectrum] = [
  spectrum(
    (l) =>
      1.056 * lobe(l, 599.8, 37.9, 31.0) +
      0.362 * lobe(l, 442.0, 16.0, 26.7) -
      0.065 * lobe(l, 501.1, 20.4, 26.2),
  ),
  spectrum((l) => 0.821 * lobe(l, 568.8, 46.9, 40.5) + 0.286 * lobe(l, 530.9, 16.3, 31.1)),
  spectrum((l) => 1.217 * lobe(l, 437.0, 11.8, 36.0) + 0.681 * lobe(l, 459.0, 26.0, 13.8)),
];

/** Components of the CIE daylight series, 380-730 nm (CIE 15). */
const S0 = [
  63.4, 65.8, 94.8, 104.8, 105.9, 96.8, 113.9, 125.6, 125.5, 121.3, 121.3, 113.5, 113.1, 110.8, 106.5, 108.8,
  105.3, 104.4, 100, 96, 95.1, 89.1, 90.5, 90.3, 88.4, 84, 85.1, 81.9, 82.6, 84.9, 81.3, 71.9, 74.3, 76.4,
  63.3, 71.7,
];
const S1 = [
  38.5, 35, 43.4, 46.3, 43.9, 37.1, 36.7, 35.9, 32.6, 27.9, 24.3, 20.1, 16.2, 13.2, 8.6, 6.1, 4.2, 1.9, 0,
  -1.6, -3.5, -3.5, -5.8, -7.2, -8.6, -9.5, -10.9, -10.7, -12, -14, -13.6, -12, -13.3, -12.9, -10.6, -11.6,
];
const S2 = [
  3, 1.2, -1.1, -0.5, -0.7, -1.2, -2.6, -2.9, -2.8, -2.6, -2.6, -1.8, -1.5, -1.3, -1.2, -1, -0.5, -0.3, 0,
  0.2, 0.5, 2.1, 3.2, 4.1, 4.7, 5.1, 6.7, 7.3, 8.6, 9.8, 10.2, 8.3, 9.6, 8.5, 7, 7.6,
];

/** CIE daylight of a correlated colour temperature, 4000-25000 K; 100 at 560 nm. */
export function daylight(kelvin: number): Spectrum {
  const t = 1000 / kelvin;
  const x =
    kelvin <= 7000
      ? -4.607 * t ** 3 + 2.9678 * t * t + 0.09911 * t + 0.244063
      : -2.0064 * t ** 3 + 1.9018 * t * t + 0.24748 * t + 0.23704;
  const y = -3 * x * x + 2.87 * x - 0.275;
  const m = 0.0241 + 0.2562 * x - 0.7341 * y;
  const m1 = (-1.3515 - 1.7703 * x + 5.9114 * y) / m;
  const m2 = (0.03 - 31.4424 * x + 30.0717 * y) / m;
  return Float64Array.from(S0, (s, i) => s + m1 * S1[i] + m2 * S2[i]);
}

/** Black body, 100 at 560 nm. */
export function planck(kelvin: number): Spectrum {
  const p = (nm: number) => 1 / (nm ** 5 * (Math.exp(1.4388e7 / (nm * kelvin)) - 1));
  const at560 = p(560);
  return spectrum((nm) => (100 * p(nm)) / at560);
}

/** White LED: blue die and phosphor; `blue` is the die's height over the phosphor's. */
export function whiteLed(blue: number, phosphorPeak: number, phosphorWidth: number): Spectrum {
  return spectrum(
    (nm) =>
      100 * (blue * lobe(nm, 450, 9, 11) + lobe(nm, phosphorPeak, phosphorWidth * 0.8, phosphorWidth * 1.15)),
  );
}

/** Light sources a scene may be taken under. */
export const illuminants: Record<string, Spectrum> = {
  D55: daylight(5503),
  D65: daylight(6504),
  D50: daylight(5003),
  tungsten: planck(2856),
};
