/**
 * Damage that is an area rather than a spot. Missing corners: an even area of paper white (or of the scanner's black) that
 * holds a corner of the picture, ends sharply and does not reach far along the sides; a sky does. Stains: places of
 * a grey or toned picture whose colour is not what its other pixels of the same tone have. A stain has the
 * picture still under it, so it is shown as a suspicion and not filled: taking a stain out is the ageing step's work.
 */
import type { Planar } from '../../../app/planar.ts';
import { eachRegion, boxOf } from './components.ts';
import { boxMean, halved } from './filters.ts';
import type { Level } from './features.ts';
import { levelOf } from './levels.ts';
import type { DamageRegion } from './types.ts';

/** Longer side of the picture that areas are looked for on. */
const SMALL = 512;
/** How far a missing corner may reach along a side, and the least and greatest share of the picture. */
const REACH = 0.3;
const LEAST_SHARE = 0.0004;
const MOST_SHARE = 0.035;
/** Lightness (of the picture's own range) of bare paper and of the scanner's lid, and how even they are. */
const PAPER = 0.9;
const BLACK = 0.03;
const EVEN = 0.06;
/** Share of its box that a loss fills: it runs obliquely from side to side, where a window or a sky fills its corner squarely. */
const OBLIQUE = 0.72;
/** Step of lightness over two pixels along a loss's edge, on average. */
const SHARP = 0.16;
/** Confidence of a stain: under DAMAGED. */
const STAIN = 96;

interface Small extends Level {
  /** Pixels of the picture for one of these. */
  step: number;
}

function smaller(level: Level): Small {
  let { width, height, luma, chroma } = level;
  let step = 1;
  while (Math.max(width, height) > SMALL) {
    luma = halved(luma, width, height);
    chroma = halved(chroma, width, height);
    width = (width + 1) >> 1;
    height = (height + 1) >> 1;
    step *= 2;
  }
  return { width, height, luma, chroma, step };
}

/**
 * Finds missing corners and stains and writes them into the confidence map.
 * @param level the picture's luma, stretched (levels.ts)
 * @returns the regions, in pixels of the picture
 */
export function findAreas(
  picture: Planar,
  kind: 'colour' | 'bw',
  confidence: Uint8Array,
  level: Level = levelOf(picture),
): DamageRegion[] {
  const small = smaller(level);
  const out: DamageRegion[] = [];
  for (const [right, low] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]) {
    const area = cornerAt(small, right, low);
    if (area) out.push(written(area, small, level, confidence));
  }
  if (kind === 'bw' && picture.channels === 3) out.push(...stains(picture, small, confidence));
  return out;
}

/** The even area in a corner of the reduced picture, if it looks like a loss: its mask and tone. */
function cornerAt(
  { width, height, luma }: Small,
  right: number,
  low: number,
): { mask: Uint8Array; tone: number } | null {
  let tone = 0;
  for (let v = 0; v < 3; v++)
    for (let u = 0; u < 3; u++)
      tone += luma[(low ? height - 1 - v : v) * width + (right ? width - 1 - u : u)] / 9;
  if (tone < PAPER && tone > BLACK) return null;
  const mask = new Uint8Array(width * height);
  const stack = [(low ? height - 1 : 0) * width + (right ? width - 1 : 0)];
  mask[stack[0]] = 1;
  let area = 0;
  let farX = 0;
  let farY = 0;
  let edge = 0;
  let steps = 0;
  const reachX = REACH * width;
  const reachY = REACH * height;
  while (stack.length > 0) {
    const i = stack.pop() ?? 0;
    const x = i % width;
    const y = (i - x) / width;
    area++;
    const alongX = right ? width - 1 - x : x;
    const alongY = low ? height - 1 - y : y;
    if (alongX > reachX || alongY > reachY) return null;
    farX = Math.max(farX, alongX);
    farY = Math.max(farY, alongY);
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      const u = x + dx;
      const v = y + dy;
      if (u < 0 || v < 0 || u >= width || v >= height) continue;
      const j = v * width + u;
      if (mask[j]) continue;
      if (Math.abs(luma[j] - tone) <= EVEN) {
        mask[j] = 1;
        stack.push(j);
      } else {
        // Two pixels on: what the loss ends at.
        const k =
          Math.min(height - 1, Math.max(0, v + dy)) * width + Math.min(width - 1, Math.max(0, u + dx));
        edge += Math.abs(luma[k] - tone);
        steps++;
      }
    }
  }
  const share = area / (width * height);
  if (area > OBLIQUE * (farX + 1) * (farY + 1)) return null;
  if (share < LEAST_SHARE || share > MOST_SHARE || steps === 0 || edge / steps < SHARP) return null;
  return { mask, tone };
}

/** Writes a loss into the map at full size, its soft edge included. */
function written(
  { mask, tone }: { mask: Uint8Array; tone: number },
  small: Small,
  level: Level,
  confidence: Uint8Array,
): DamageRegion {
  const { width, height, luma } = level;
  let x0 = width;
  let y0 = height;
  let x1 = 0;
  let y1 = 0;
  let count = 0;
  const sure = 200;
  const margin = small.step === 1 ? 1 : 2;
  for (let v = 0; v < small.height; v++)
    for (let u = 0; u < small.width; u++) {
      if (!mask[v * small.width + u]) continue;
      for (
        let y = Math.max(0, v * small.step - margin * small.step);
        y < Math.min(height, (v + 1 + margin) * small.step);
        y++
      )
        for (
          let x = Math.max(0, u * small.step - margin * small.step);
          x < Math.min(width, (u + 1 + margin) * small.step);
          x++
        ) {
          const i = y * width + x;
          const inside = mask[Math.floor(y / small.step) * small.width + Math.floor(x / small.step)];
          if (confidence[i] === sure || (!inside && Math.abs(luma[i] - tone) > 4 * EVEN)) continue;
          confidence[i] = sure;
          count++;
          x0 = Math.min(x0, x);
          x1 = Math.max(x1, x);
          y0 = Math.min(y0, y);
          y1 = Math.max(y1, y);
        }
    }
  return {
    kind: 'corner',
    x: x0,
    y: y0,
    w: x1 - x0 + 1,
    h: y1 - y0 + 1,
    share: count / (width * height),
    confidence: sure / 255,
  };
}

/** Places whose colour is far from what the picture's pixels of their tone have. */
function stains(picture: Planar, small: Small, confidence: Uint8Array): DamageRegion[] {
  const { width, height, step } = small;
  const n = width * height;
  const full = picture.width * picture.height;
  const a = new Float32Array(n);
  const b = new Float32Array(n);
  const tone = new Float32Array(n);
  for (let v = 0, i = 0; v < height; v++)
    for (let u = 0; u < width; u++, i++) {
      const at =
        Math.min(picture.height - 1, v * step + (step >> 1)) * picture.width +
        Math.min(picture.width - 1, u * step + (step >> 1));
      const [red, green, blue] = [picture.data[at], picture.data[full + at], picture.data[2 * full + at]];
      tone[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
      a[i] = red - tone[i];
      b[i] = blue - tone[i];
    }
  const bins = 16;
  const binOf = (i: number): number => Math.min(bins - 1, Math.max(0, Math.floor(tone[i] * bins)));
  const middle = (values: Float32Array): Float32Array => {
    const lists: number[][] = Array.from({ length: bins }, () => []);
    for (let i = 0; i < n; i++) lists[binOf(i)].push(values[i]);
    return Float32Array.from(lists, (list) => list.sort((p, q) => p - q)[list.length >> 1] ?? 0);
  };
  const ma = middle(a);
  const mb = middle(b);
  const apart = new Float32Array(n);
  for (let i = 0; i < n; i++) apart[i] = Math.hypot(a[i] - ma[binOf(i)], b[i] - mb[binOf(i)]);
  const smooth = boxMean(apart, width, height, 3);
  const sorted = Float32Array.from(smooth).sort();
  const limit = Math.max(0.06, 4 * sorted[n >> 1]);
  const mask = Uint8Array.from(smooth, (v) => Number(v > limit));
  const out: DamageRegion[] = [];
  eachRegion(mask, width, height, (pixels) => {
    if (pixels.length < 0.002 * n) return;
    const box = boxOf(pixels, width);
    for (const i of pixels) {
      const x = (i % width) * step;
      const y = Math.floor(i / width) * step;
      for (let v = y; v < Math.min(picture.height, y + step); v++)
        for (let u = x; u < Math.min(picture.width, x + step); u++) {
          const j = v * picture.width + u;
          if (confidence[j] < STAIN) confidence[j] = STAIN;
        }
    }
    out.push({
      kind: 'stain',
      x: box.x * step,
      y: box.y * step,
      w: Math.min(picture.width - box.x * step, box.w * step),
      h: Math.min(picture.height - box.y * step, box.h * step),
      share: pixels.length / n,
      confidence: STAIN / 255,
    });
  });
  return out;
}
