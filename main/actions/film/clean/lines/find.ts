/**
 * Vertical scratches in one frame: columns that are lighter (or darker) than what lies on both their sides, over the whole
 * height. The frame is cut into bands; a column counts in a band when the mean of its rows stands out there, each row's
 * share clipped so that a bright window does not make a line (DeScratch's two-sided rule; Kokaram 1998 on persistence down the frame).
 */

export interface Line {
  x: number;
  /** +1 light, -1 dark. */
  sign: number;
  /** Mean difference from both sides, grey levels. */
  height: number;
}

const BANDS = 8;
const CLIP = 24;
/** Nearest and farthest column on either side that a column is held against. */
const SIDES = [3, 4, 5];

/** By how much each column differs from both its sides, by rows y0..y1: the smaller of the two where they agree in sign. */
export function columnHeights(
  luma: Uint8Array,
  width: number,
  y0: number,
  y1: number,
  x0: number,
  x1: number,
): Float32Array {
  const out = new Float32Array(x1 - x0 + 1);
  for (let x = Math.max(x0, 5); x <= Math.min(x1, width - 6); x++) {
    let sum = 0;
    for (let y = y0; y <= y1; y++) {
      const i = y * width + x;
      const left = luma[i] - (luma[i - SIDES[0]] + luma[i - SIDES[1]] + luma[i - SIDES[2]]) / 3;
      const right = luma[i] - (luma[i + SIDES[0]] + luma[i + SIDES[1]] + luma[i + SIDES[2]]) / 3;
      const d =
        left > 0 && right > 0 ? Math.min(left, right) : left < 0 && right < 0 ? Math.max(left, right) : 0;
      sum += d > CLIP ? CLIP : d < -CLIP ? -CLIP : d;
    }
    out[x - x0] = sum / (y1 - y0 + 1);
  }
  return out;
}

/** `most` lines of a frame, strongest first. `strength` 0..1. */
export function findLines(luma: Uint8Array, width: number, height: number, most = 12): Line[] {
  if (width < 24 || height < 4 * BANDS) return [];
  const bands = Array.from({ length: BANDS }, (_, b) => {
    const y0 = Math.floor((b * height) / BANDS);
    const y1 = Math.floor(((b + 1) * height) / BANDS) - 1;
    return columnHeights(luma, width, y0, y1, 0, width - 1);
  });
  const lines: Line[] = [];
  for (const sign of [1, -1]) {
    // What a band's columns do by chance: the median of their absolute heights.
    const noise = bands.map((h) => Math.max(0.3, 1.5 * Float32Array.from(h, Math.abs).sort()[h.length >> 1]));
    for (let x = 6; x < width - 6; x++) {
      let count = 0;
      let sum = 0;
      bands.forEach((h, b) => {
        const v = sign * Math.max(sign * h[x - 1], sign * h[x], sign * h[x + 1]) * sign;
        if (v > 2.5 * noise[b] && v > 1.2) count++;
        sum += sign * h[x];
      });
      if (count < BANDS) continue;
      const height = sum / BANDS;
      // The highest of the columns around it.
      let highest = true;
      for (let k = -3; k <= 3; k++) {
        const other = bands.reduce((s, h) => s + sign * h[x + k], 0) / BANDS;
        if (other > height || (other === height && k < 0)) highest = false;
      }
      if (highest && height > 1.5) lines.push({ x, sign, height });
    }
  }
  return lines.sort((a, b) => b.height - a.height).slice(0, most);
}

/** A line followed through frames: its place in each, from frame `first` on. */
export interface Track {
  first: number;
  sign: number;
  x: number[];
}

/** Lines linked from frame to frame (not over a cut), gaps of up to `gap` frames bridged, short ones left out. */
export function trackLines(
  frames: readonly (readonly Line[])[],
  shots: readonly { first: number; last: number }[],
  gap = 2,
  shortest = 5,
): Track[] {
  const done: Track[] = [];
  for (const { first, last } of shots) {
    let open: { track: Track; seen: number; hits: number }[] = [];
    for (let n = first; n <= Math.min(last, frames.length - 1); n++) {
      const free = new Set(frames[n]);
      for (const o of open) {
        const at = o.track.x[o.track.x.length - 1];
        let best: Line | null = null;
        for (const l of free)
          if (
            l.sign === o.track.sign &&
            Math.abs(l.x - at) <= 2 + (n - o.seen - 1) &&
            (!best || l.height > best.height)
          )
            best = l;
        if (best) {
          free.delete(best);
          o.track.x.push(best.x);
          o.seen = n;
          o.hits++;
        } else o.track.x.push(at);
      }
      for (const l of free) open.push({ track: { first: n, sign: l.sign, x: [l.x] }, seen: n, hits: 1 });
      const close = open.filter((o) => n - o.seen > gap || n === last);
      open = open.filter((o) => !close.includes(o));
      for (const o of close) {
        o.track.x.length = o.seen - o.track.first + 1;
        const enough = Math.min(shortest, Math.max(2, last - first + 1));
        if (o.hits >= enough && o.hits >= 0.6 * o.track.x.length) done.push(o.track);
      }
    }
  }
  return done.sort((a, b) => a.first - b.first || a.x[0] - b.x[0]);
}
