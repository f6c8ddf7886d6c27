/**
 * What looks like damage and is none: beads, buttons and studs stand in rows, dust does not; a print's own edge runs
 * along the border of the scan; and the larger a compact spot is, the likelier it is a thing.
 */
import { boxMean } from './filters.ts';
import { shapesOf, type Shape } from './regions.ts';
import type { FaceBox } from './types.ts';

/** Spots in a row from which they are an ornament. */
const ROW = 5;
/** How much neighbours in a row may differ in area, and in their step as a share of it. */
const ALIKE = 2.6;
const STEADY = 0.4;
/** Share of the longer side up to which a spot beside the border lies at it. */
const BORDER = 0.012;
/** Share of the longer side from which a compact spot is doubted, how quickly, and how much at most (log odds). */
const LARGE = 0.01;
/** Pixels (root of the area) up to which a spot of a small scan is not doubted either. */
const LARGE_PIXELS = 9;
const DOUBT = 120;
const MOST_DOUBT = 3;

interface Spot {
  k: number;
  x: number;
  y: number;
  area: number;
}

/** Indices of the shapes that stand in a row with others like them, at steady steps. */
export function rowsOf(shapes: readonly Shape[]): Set<number> {
  const spots: Spot[] = [];
  shapes.forEach((s, k) => {
    if (s.length < 4 * s.thickness)
      spots.push({ k, x: s.x + s.w / 2, y: s.y + s.h / 2, area: s.pixels.length });
  });
  spots.sort((a, b) => a.x - b.x);
  const found = new Set<number>();
  const alike = (a: Spot, b: Spot): boolean => a.area < ALIKE * b.area && b.area < ALIKE * a.area;
  /** The spot like `like` that is nearest to a place, within `reach`. */
  const nearest = (x: number, y: number, reach: number, like: Spot): Spot | null => {
    let low = 0;
    let high = spots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spots[middle].x < x - reach) low = middle + 1;
      else high = middle;
    }
    let best: Spot | null = null;
    let least = reach * reach;
    for (let j = low; j < spots.length && spots[j].x <= x + reach; j++) {
      const d = (spots[j].x - x) ** 2 + (spots[j].y - y) ** 2;
      if (d < least && spots[j].k !== like.k && alike(spots[j], like)) {
        least = d;
        best = spots[j];
      }
    }
    return best;
  };
  spots.forEach((a, i) => {
    const reach = 9 * Math.sqrt(a.area);
    for (let j = i + 1; j < spots.length && spots[j].x <= a.x + reach; j++) {
      let last = a;
      let next: Spot | null = spots[j];
      if (Math.abs(next.y - a.y) > reach || !alike(a, next)) continue;
      const chain = [a];
      while (next && chain.length < 60) {
        chain.push(next);
        const dx: number = next.x - last.x;
        const dy: number = next.y - last.y;
        last = next;
        next = nearest(last.x + dx, last.y + dy, STEADY * Math.hypot(dx, dy), last);
        if (next && chain.includes(next)) next = null;
      }
      if (chain.length >= ROW) for (const spot of chain) found.add(spot.k);
    }
  });
  return found;
}

/** Pixels from which a drawn-out shape is a line here, bars that make a fence, and what they may differ in. */
const BAR = 14;
const BARS = 5;
const BAR_TURN = 0.12;
const BAR_ALIKE = 2.5;
const BAR_STEADY = 0.35;

/** Pixels of a branched shape that is taken apart, its bend, and how much longer than wide a run of its pixels is in a bar. */
const BRANCHED = 150;
const BENT = 0.15;
const UPRIGHT = 3;

/** A shape, or the bars that it is made of where rails join them: its pixels in runs that are long one way and short the other. */
function uprightsOf(shape: Shape, width: number): Shape[] {
  const { pixels, x: left, y: top, w, h } = shape;
  if (pixels.length < BRANCHED || shape.bend < BENT) return [shape];
  const on = new Uint8Array(w * h);
  for (const i of pixels) on[(Math.floor(i / width) - top) * w + (i % width) - left] = 1;
  const runs = (stride: number, lines: number, length: number, step: number): Uint16Array => {
    const out = new Uint16Array(w * h);
    for (let line = 0; line < lines; line++)
      for (let k = 0; k < length;) {
        const start = k;
        while (k < length && on[line * step + k * stride]) k++;
        for (let j = start; j < k; j++) out[line * step + j * stride] = k - start;
        if (k === start) k++;
      }
    return out;
  };
  const across = runs(1, h, w, w);
  const down = runs(w, w, h, 1);
  return [across, down].flatMap((short, way) => {
    const long = way === 0 ? down : across;
    const bars = on.map((v, i) => (v && long[i] >= BAR && long[i] > UPRIGHT * short[i] ? 1 : 0));
    return shapesOf(bars, w, h, ({ length }) => length >= BAR).map((bar) => ({
      ...bar,
      x: bar.x + left,
      y: bar.y + top,
      pixels: bar.pixels.map((i) => (Math.floor(i / w) + top) * width + (i % w) + left),
    }));
  });
}

/** Indices of the lines that stand beside each other at steady steps: fences, railings, blinds. Scratches keep no step. */
export function fencesOf(shapes: readonly Shape[], width: number): Set<number> {
  const bars = shapes.flatMap((whole, k) =>
    uprightsOf(whole, width).flatMap((shape) => {
      if (shape.length < BAR || shape.length < 3 * shape.thickness) return [];
      const { pixels } = shape;
      const n = pixels.length;
      let mx = 0;
      let my = 0;
      for (const i of pixels) {
        mx += (i % width) / n;
        my += Math.floor(i / width) / n;
      }
      let xx = 0;
      let yy = 0;
      let xy = 0;
      for (const i of pixels) {
        const dx = (i % width) - mx;
        const dy = Math.floor(i / width) - my;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
      }
      return [{ k, x: mx, y: my, length: shape.length, angle: Math.atan2(2 * xy, xx - yy) / 2 }];
    }),
  );
  const found = new Set<number>();
  for (const one of bars) {
    const c = Math.cos(one.angle);
    const s = Math.sin(one.angle);
    const beside = bars
      .filter((other) => {
        const turn = Math.abs(Math.sin(other.angle - one.angle));
        const alike = other.length < BAR_ALIKE * one.length && one.length < BAR_ALIKE * other.length;
        const along = Math.abs((other.x - one.x) * c + (other.y - one.y) * s);
        return turn < BAR_TURN && alike && along < 0.6 * Math.max(one.length, other.length);
      })
      .map((other) => ({ k: other.k, across: (other.y - one.y) * c - (other.x - one.x) * s }))
      .sort((a, b) => a.across - b.across);
    // The longest run of steady steps; pieces of one bar lie on each other.
    let run = beside.slice(0, 1);
    let step = 0;
    const close = (): void => {
      if (new Set(run.map(({ across }) => Math.round(across / 3))).size >= BARS)
        for (const { k } of run) found.add(k);
    };
    for (const next of beside.slice(1)) {
      const gap = next.across - run[run.length - 1].across;
      if (gap < 3) run.push(next);
      else if (gap < one.length * 1.5 && (step === 0 || Math.abs(gap - step) < BAR_STEADY * step)) {
        step = step === 0 ? gap : 0.6 * step + 0.4 * gap;
        run.push(next);
      } else {
        close();
        run = [next];
        step = 0;
      }
    }
    close();
  }
  return found;
}

/** Whether a shape touches the border of the picture or is drawn out, and most of it lies there. */
export function atBorder(
  { pixels, x: left, y: top, w, h, length, thickness }: Shape,
  width: number,
  height: number,
): boolean {
  const touches = left < 2 || top < 2 || left + w > width - 2 || top + h > height - 2;
  if (!touches && length < 4 * thickness) return false;
  const reach = Math.max(3, BORDER * Math.max(width, height));
  let near = 0;
  for (const i of pixels) {
    const x = i % width;
    const y = (i - x) / width;
    if (x < reach || y < reach || x >= width - reach || y >= height - reach) near++;
  }
  return near > 0.6 * pixels.length;
}

/** Log odds taken from a compact shape for its size. */
export function doubtOf(shape: Shape, width: number, height: number): number {
  if (shape.length > 4 * shape.thickness) return 0;
  const side = Math.max(width, height);
  const over = Math.sqrt(shape.pixels.length) - Math.max(LARGE_PIXELS, LARGE * side);
  return Math.min(MOST_DOUBT, Math.max(0, (DOUBT * over) / side));
}

/** How far around a face what it wears and holds is looked for, in its own size. */
const AROUND_FACE = 0.35;
/** Root of the area, and thickness, in widths of the face, from which a spot on it is a thing (a bow, a cigarette). */
const THING = 0.055;
const THICK = 0.028;
/** Log odds taken from such a spot. */
const FACE_DOUBT = 4;

/** Log odds taken from what is too large for dust where a face is: bows, ear-rings, cigarettes, teeth. Thin lines stay. */
export function faceDoubtOf(shape: Shape, faces: readonly FaceBox[], width: number, height: number): number {
  const cx = (shape.x + shape.w / 2) / width;
  const cy = (shape.y + shape.h / 2) / height;
  for (const { x, y, w, h } of faces) {
    if (Math.abs(cx - x - w / 2) > w * (0.5 + AROUND_FACE)) continue;
    if (Math.abs(cy - y - h / 2) > h * (0.5 + AROUND_FACE)) continue;
    const unit = w * width;
    if (Math.sqrt(shape.pixels.length) > THING * unit && shape.thickness > THICK * unit) return FACE_DOUBT;
  }
  return 0;
}

/** Radius in which the surroundings of a spot are looked at, as a share of the longer side, and at least in pixels. */
const SURROUNDINGS = 0.014;
const LEAST_RADIUS = 10;
/** Spread of tones around a spot (of the picture's own range) from which it is doubted, how quickly, how much at most. */
const LIVELY = 0.14;
const LIVELY_DOUBT = 20;
const MOST_LIVELY = 2;
const MOST_QUIET = 1.5;

/**
 * How lively the picture is around each pixel, candidates left out: leaves, gravel and lace are full of spots of their
 * own. Standard deviation of the luma in a square.
 */
export function livelinessOf(
  luma: Float32Array,
  mask: Uint8Array,
  width: number,
  height: number,
): Float32Array {
  const r = Math.max(LEAST_RADIUS, Math.round(SURROUNDINGS * Math.max(width, height)));
  const sound = Float32Array.from(mask, (v) => (v ? 0 : 1));
  const share = boxMean(sound, width, height, r);
  const mean = boxMean(
    luma.map((v, i) => v * sound[i]),
    width,
    height,
    r,
  );
  const square = boxMean(
    luma.map((v, i) => v * v * sound[i]),
    width,
    height,
    r,
  );
  return mean.map((m, i) => {
    const k = Math.max(0.05, share[i]);
    return Math.sqrt(Math.max(0, square[i] / k - (m / k) ** 2));
  });
}

/** Log odds taken from a compact spot in lively surroundings. */
export function livelyDoubtOf(shape: Shape, liveliness: Float32Array): number {
  if (shape.length > 6 * shape.thickness) return 0;
  const here = liveliness[shape.pixels[shape.pixels.length >> 1]];
  return Math.min(MOST_LIVELY, Math.max(-MOST_QUIET, LIVELY_DOUBT * (here - LIVELY)));
}
