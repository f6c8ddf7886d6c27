/**
 * The film's tilt on the scan, and the classes of cells turned so that the film's edges run along rows and
 * columns: from there on frames are boxes.
 */
import type { Grid } from './analyse-grid.ts';
import type { BaseLevel } from './base-level.ts';
import type { Holder } from './frames-light.ts';

/** Cell classes turned so that the film's edges run along rows and columns. */
export interface Turned {
  width: number;
  height: number;
  /** 1 = base or light. */
  bright: Uint8Array;
  /** 1 = holder or outside the scan. */
  none: Uint8Array;
  /** Coordinates in the grid of a point in the turned frame. */
  back: (x: number, y: number) => [number, number];
}

/** The tilt at which the borders between bright and dark fall most sharply onto rows and columns; 0 when none stands out. */
export function tiltOf(grid: Grid, level: BaseLevel, holder: Holder): number {
  const { width, height } = grid;
  const bright = (p: number): number => (level.like[p] || level.light[p] ? 1 : holder.mask[p] ? 2 : 0);
  const rows: number[] = [];
  const cols: number[] = [];
  const cx = width / 2;
  const cy = height / 2;
  for (let y = 1; y < height; y++)
    for (let x = 1; x < width; x++) {
      const p = y * width + x;
      const b = bright(p);
      if (bright(p - width) !== b) rows.push(x - cx, y - cy);
      if (bright(p - 1) !== b) cols.push(x - cx, y - cy);
    }
  if (rows.length + cols.length < 200) return 0;
  const size = Math.ceil(Math.hypot(width, height)) + 4;
  const bins = new Float64Array(size);
  const sharpness = (deg: number): number => {
    const s = Math.sin((deg * Math.PI) / 180);
    const c = Math.cos((deg * Math.PI) / 180);
    let energy = 0;
    for (const [list, own, other] of [
      [rows, 1, -s],
      [cols, 0, s],
    ] as const) {
      bins.fill(0);
      const step = 2 * Math.max(1, Math.floor(list.length / 8_000));
      for (let i = 0; i < list.length; i += step) {
        const v = list[i + own] * c + list[i + 1 - own] * other + size / 2;
        const k = Math.floor(v);
        bins[k] += 1 - (v - k);
        bins[k + 1] += v - k;
      }
      for (let k = 0; k < size; k++) energy += bins[k] * bins[k];
    }
    return energy;
  };
  let best = 0;
  let top = -1;
  let sum = 0;
  let count = 0;
  for (let d = -8; d <= 8; d += 0.5) {
    const e = sharpness(d);
    sum += e;
    count++;
    if (e > top) [top, best] = [e, d];
  }
  if (top < (1.25 * sum) / count) return 0;
  for (const fine of [0.25, 0.1, 0.05]) {
    const centre = best;
    for (let k = -2; k <= 2; k++) {
      const e = sharpness(centre + k * fine);
      if (e > top) [top, best] = [e, centre + k * fine];
    }
  }
  return Math.abs(best) < 0.08 ? 0 : best;
}

/** Turns the cell classes about the scan's centre by nearest neighbour. */
export function turn(grid: Grid, level: BaseLevel, holder: Holder, angle: number): Turned {
  const { width, height } = grid;
  const s = Math.sin((angle * Math.PI) / 180);
  const c = Math.cos((angle * Math.PI) / 180);
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  const back = (x: number, y: number): [number, number] => [
    cx + (x - cx) * c - (y - cy) * s,
    cy + (x - cx) * s + (y - cy) * c,
  ];
  const bright = new Uint8Array(width * height);
  const none = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      const gx = Math.round(cx + (x - cx) * c - (y - cy) * s);
      const gy = Math.round(cy + (x - cx) * s + (y - cy) * c);
      if (gx < 0 || gy < 0 || gx >= width || gy >= height) none[p] = 1;
      else {
        const q = gy * width + gx;
        if (holder.mask[q]) none[p] = 1;
        else if (level.like[q] || level.light[q]) bright[p] = 1;
      }
    }
  return { width, height, bright, none, back };
}
