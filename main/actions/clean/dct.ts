/**
 * The cosine transform of blocks of 8 x 8 samples, orthonormal (type II): coefficients of white noise all have the
 * noise's own standard deviation. Even and odd parts apart, which halves the work.
 */

export const BLOCK = 8;

/** Rows of the transform for sums (even coefficients) and differences (odd ones) of mirrored samples. */
const EVEN = new Float64Array(16);
const ODD = new Float64Array(16);
for (let k = 0; k < 4; k++)
  for (let i = 0; i < 4; i++) {
    EVEN[4 * k + i] = (k === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos((Math.PI * (2 * i + 1) * 2 * k) / 16);
    ODD[4 * k + i] = 0.5 * Math.cos((Math.PI * (2 * i + 1) * (2 * k + 1)) / 16);
  }

function forward1(b: Float64Array, at: number, step: number): void {
  const s0 = b[at] + b[at + 7 * step];
  const s1 = b[at + step] + b[at + 6 * step];
  const s2 = b[at + 2 * step] + b[at + 5 * step];
  const s3 = b[at + 3 * step] + b[at + 4 * step];
  const d0 = b[at] - b[at + 7 * step];
  const d1 = b[at + step] - b[at + 6 * step];
  const d2 = b[at + 2 * step] - b[at + 5 * step];
  const d3 = b[at + 3 * step] - b[at + 4 * step];
  for (let k = 0, m = 0; k < 4; k++, m += 4) {
    b[at + 2 * k * step] = EVEN[m] * s0 + EVEN[m + 1] * s1 + EVEN[m + 2] * s2 + EVEN[m + 3] * s3;
    b[at + (2 * k + 1) * step] = ODD[m] * d0 + ODD[m + 1] * d1 + ODD[m + 2] * d2 + ODD[m + 3] * d3;
  }
}

function inverse1(b: Float64Array, at: number, step: number): void {
  const e0 = b[at];
  const e1 = b[at + 2 * step];
  const e2 = b[at + 4 * step];
  const e3 = b[at + 6 * step];
  const o0 = b[at + step];
  const o1 = b[at + 3 * step];
  const o2 = b[at + 5 * step];
  const o3 = b[at + 7 * step];
  for (let i = 0; i < 4; i++) {
    const even = EVEN[i] * e0 + EVEN[4 + i] * e1 + EVEN[8 + i] * e2 + EVEN[12 + i] * e3;
    const odd = ODD[i] * o0 + ODD[4 + i] * o1 + ODD[8 + i] * o2 + ODD[12 + i] * o3;
    b[at + i * step] = even + odd;
    b[at + (7 - i) * step] = even - odd;
  }
}

/** 64 samples, row by row, to coefficients [down][across], in place. */
export function forward(block: Float64Array): void {
  for (let i = 0; i < 8; i++) forward1(block, 8 * i, 1);
  for (let i = 0; i < 8; i++) forward1(block, i, 8);
}

/** The way back, in place. */
export function inverse(block: Float64Array): void {
  for (let i = 0; i < 8; i++) inverse1(block, i, 8);
  for (let i = 0; i < 8; i++) inverse1(block, 8 * i, 1);
}
