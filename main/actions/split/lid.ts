/**
 * What of a flatbed scan is lid: even, reaching the scan's border, of one colour that may drift slowly over the glass.
 * The colour is the commonest at the border; from there the lid is followed inwards as far as nothing has an edge, so
 * the white margin of a print stays part of the print where a shadow line or a slight step parts it from a white lid.
 */
import type { Planar } from '../../../app/planar.ts';
import { eachRegion } from '../repair/components.ts';

/** Depth of the border that is looked at, in shares of the longer side. */
const RING = 0.012;
/** Steps of the histogram of border colours. */
const STEPS = 24;
/** Distance from the lid's colour, and difference of neighbours, that is still lid; at least, and in noise. */
const NEAR = 0.035;
const EVEN = 0.018;
const NOISES = 6;
/** Share of the border that must be lid. */
const SEEN = 0.12;

/** Colours that are common at the border, commonest first. */
export function lidColours(picture: Planar, most = 2): number[][] {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const ring = Math.max(2, Math.round(RING * Math.max(width, height)));
  const bins = new Map<number, { count: number; sum: number[] }>();
  let all = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (x >= ring && y >= ring && x < width - ring && y < height - ring) {
        x = width - ring - 1;
        continue;
      }
      const i = y * width + x;
      let key = 0;
      for (let c = 0; c < channels; c++)
        key = key * STEPS + Math.min(STEPS - 1, Math.max(0, Math.floor(data[c * n + i] * STEPS)));
      let bin = bins.get(key);
      if (!bin) bins.set(key, (bin = { count: 0, sum: new Array<number>(channels).fill(0) }));
      bin.count++;
      all++;
      for (let c = 0; c < channels; c++) bin.sum[c] += data[c * n + i];
    }
  const means = [...bins.values()].map(({ count, sum }) => ({ count, at: sum.map((v) => v / count) }));
  // A colour on the border of two bins is still one colour.
  const close = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((v, c) => Math.abs(v - b[c]) < 1.2 / STEPS);
  const weighed = means
    .map(({ at }) => ({ at, count: means.reduce((s, o) => s + (close(at, o.at) ? o.count : 0), 0) }))
    .sort((a, b) => b.count - a.count);
  const out: number[][] = [];
  for (const { at, count } of weighed) {
    if (out.length === most || count < SEEN * all) break;
    if (!out.some((o) => o.every((v, c) => Math.abs(v - at[c]) < 3 / STEPS))) out.push(at);
  }
  return out;
}

/** Value of a quadratic surface at (u, v) in -1..1. */
const terms = (u: number, v: number): number[] => [1, u, v, u * u, u * v, v * v];

/** Least squares by the normal equations, with a little ridge. */
function solve(a: number[][], b: number[]): number[] {
  const m = b.length;
  const rows = a.map((row, i) => [...row.map((v, j) => v + (i === j ? 1e-6 : 0)), b[i]]);
  for (let i = 0; i < m; i++) {
    let pivot = i;
    for (let k = i + 1; k < m; k++) if (Math.abs(rows[k][i]) > Math.abs(rows[pivot][i])) pivot = k;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let k = 0; k < m; k++) {
      if (k === i) continue;
      const f = rows[k][i] / rows[i][i];
      for (let j = i; j <= m; j++) rows[k][j] -= f * rows[i][j];
    }
  }
  return rows.map((row, i) => row[m] / row[i]);
}

/** 1 where the lid is seen, by its colour at the border. The picture is some hundred pixels wide. */
export function lidOf(picture: Planar, colour: readonly number[]): Uint8Array {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const plane = (c: number): Float32Array => data.subarray(c * n, (c + 1) * n);
  const uv = (i: number): [number, number] => [
    (2 * (i % width)) / width - 1,
    (2 * Math.floor(i / width)) / height - 1,
  ];
  /** Greatest difference of a pixel from those right and below it. */
  const step = new Float32Array(n);
  for (let c = 0; c < channels; c++) {
    const p = plane(c);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const right = x + 1 < width ? Math.abs(p[i + 1] - p[i]) : 0;
        const low = y + 1 < height ? Math.abs(p[i + width] - p[i]) : 0;
        step[i] = Math.max(step[i], right, low);
      }
  }
  let surface: number[][] = colour.map((v) => [v, 0, 0, 0, 0, 0]);
  let near = 3 * NEAR;
  let even = 2 * EVEN;
  let lid: Uint8Array = new Uint8Array(n);
  for (let round = 0; round < 3; round++) {
    const like = new Uint8Array(n);
    const off = new Float64Array(n);
    for (let c = 0; c < channels; c++) {
      const [s0, s1, s2, s3, s4, s5] = surface[c];
      for (let y = 0, i = 0; y < height; y++) {
        const v = (2 * y) / height - 1;
        for (let x = 0; x < width; x++, i++) {
          const u = (2 * x) / width - 1;
          const far = Math.abs(
            data[c * n + i] - (s0 + u * s1 + v * s2 + u * u * s3 + u * v * s4 + v * v * s5),
          );
          if (far > off[i]) off[i] = far;
        }
      }
    }
    for (let i = 0; i < n; i++) if (off[i] < near && step[i] < even) like[i] = 1;
    lid = fromBorder(like, width, height);
    const members: number[] = [];
    for (let i = 0; i < n; i++) if (lid[i]) members.push(i);
    if (members.length < 0.01 * n) return lid;
    const left: number[] = [];
    surface = surface.map((_, c) => {
      const a = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
      const b = new Array<number>(6).fill(0);
      for (let k = 0; k < members.length; k += 3) {
        const t = terms(...uv(members[k]));
        for (let p = 0; p < 6; p++) {
          b[p] += t[p] * data[c * n + members[k]];
          for (let q = 0; q < 6; q++) a[p][q] += t[p] * t[q];
        }
      }
      const s = solve(a, b);
      for (let k = 0; k < members.length; k += 7) {
        const t = terms(...uv(members[k]));
        left.push(Math.abs(data[c * n + members[k]] - t.reduce((sum, v, j) => sum + v * s[j], 0)));
      }
      return s;
    });
    const noise = 1.4826 * middle(left);
    const steps = members.filter((_, k) => k % 5 === 0).map((i) => step[i]);
    near = Math.max(NEAR, NOISES * noise);
    even = Math.max(EVEN, 3.5 * middle(steps));
  }
  return lid;
}

const middle = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;

/** The parts of a mask that reach the border. */
function fromBorder(mask: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  eachRegion(mask, width, height, (pixels) => {
    let touches = 0;
    for (const i of pixels) {
      const x = i % width;
      const y = (i - x) / width;
      if (x < 2 || y < 2 || x >= width - 2 || y >= height - 2) touches++;
    }
    if (touches > 4) for (const i of pixels) out[i] = 1;
  });
  return out;
}
