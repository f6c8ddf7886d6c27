/**
 * Vertical line scratches. Temporal neighbours do not help against them, because they stand in many frames at the same place; so
 * pass one finds columns that stand out down the whole frame and follows them from frame to frame, and pass two measures
 * each followed line at full size and takes it out sideways. A translucent scratch is subtracted with its own profile, which
 * keeps what is seen through it and its grain; an opaque one is bridged between its sides, with grain from beside it.
 */
import { planeSizes, type Frame, type FrameFormat } from '../../../../../app/film/frame.ts';
import type { Observer, ReelShot, ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { copySamples, luma8, topSample } from '../planes.ts';
import { columnHeights, findLines, trackLines, type Line, type Track } from './find.ts';

type Params = FilmParams['lines'];

class LinesObserver implements Observer {
  private readonly frames: Line[][] = [];
  private size = { width: 1, height: 1 };

  see(frame: { index: number; luma: Uint8Array; width: number; height: number }): void {
    this.size = { width: frame.width, height: frame.height };
    this.frames.push(findLines(frame.luma, frame.width, frame.height));
  }

  finish(shots: readonly ReelShot[]): unknown {
    return { ...this.size, tracks: trackLines(this.frames, shots) };
  }
}

/** Rows over which a line's profile is averaged, to either side. */
const ROWS = 14;

class LinesWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly format: FrameFormat;
  private readonly strength: number;
  private readonly tracks: Track[];
  private readonly scale: number;
  private lines = 0;
  private pixels = 0;

  constructor(context: ShotContext, params: Params) {
    this.context = context;
    this.format = context.format;
    this.strength = params.strength;
    const found = context.analysis.measures.lines as { width: number; tracks: Track[] } | null;
    this.tracks = found?.tracks ?? [];
    this.scale = context.format.width / (found?.width ?? context.format.width);
  }

  push(frame: Frame): Frame[] {
    const here = this.tracks.filter((t) => frame.index >= t.first && frame.index < t.first + t.x.length);
    const { width, height } = this.format;
    const mask = this.context.show ? new Uint8Array(width * height) : null;
    let out = frame;
    if (here.length > 0) {
      const luma = luma8(frame, this.format);
      const planes = frame.planes.map(copySamples);
      for (const t of here) {
        const x = (t.x[frame.index - t.first] + 0.5) * this.scale - 0.5;
        const taken = this.take(luma, planes, x, t.sign, mask);
        if (taken > 0) this.lines++;
        this.pixels += taken;
      }
      out = { ...frame, planes };
    }
    if (mask) this.context.show?.({ step: 'lines', frame: frame.index, width, height, data: mask });
    return [out];
  }

  end(): Frame[] {
    return [];
  }

  report(): Record<string, number> {
    return { lines: this.lines, pixels: this.pixels };
  }

  /** Takes one line out, given about where it is; gives pixels changed. */
  private take(
    luma: Uint8Array,
    planes: Frame['planes'],
    near: number,
    sign: number,
    mask: Uint8Array | null,
  ): number {
    const { width, height, bits, sampling } = this.format;
    // Steps before this one may have moved the picture a little.
    const reach = Math.ceil(2 + 1.5 * this.scale + 0.004 * width);
    const x0 = Math.max(5, Math.round(near) - reach);
    const x1 = Math.min(width - 6, Math.round(near) + reach);
    if (x1 <= x0) return 0;
    const heights = columnHeights(luma, width, 0, height - 1, x0, x1);
    let centre = 0;
    heights.forEach((h, k) => {
      if (sign * h > sign * heights[centre]) centre = k;
    });
    const peak = sign * heights[centre];
    if (peak < 3 * (1.2 - this.strength)) return 0;
    const widest = Math.max(2, Math.round(2 * this.scale));
    let left = centre;
    let right = centre;
    while (left > 0 && centre - left < widest && sign * heights[left - 1] > 0.25 * peak) left--;
    while (right < heights.length - 1 && right - centre < widest && sign * heights[right + 1] > 0.25 * peak)
      right++;
    const from = Math.max(2, x0 + left - 1);
    const to = Math.min(width - 3, x0 + right + 1);
    const n = to - from + 1;
    const top = topSample(bits);
    let changed = 0;
    const work = sampling === 'rgb' ? [0, 1, 2] : [0];
    for (const p of work) {
      const data = planes[p];
      const scale = 2 ** (bits - 8);
      // By row the line's difference from the straight line between its sides, for each of its columns.
      const off = new Float32Array(n * height);
      for (let y = 0; y < height; y++) {
        const row = y * width;
        const a = (data[row + from - 1] + data[row + from - 2]) / 2;
        const b = (data[row + to + 1] + data[row + to + 2]) / 2;
        for (let k = 0; k < n; k++)
          off[y * n + k] = data[row + from + k] - (a + ((b - a) * (k + 1)) / (n + 1));
      }
      for (let k = 0; k < n; k++) {
        const mean = runningMean(off, n, k, height);
        for (let y = 0; y < height; y++) {
          const level = mean[y] / scale;
          // Where the scratch pauses, or the other way round, nothing is taken.
          if (sign * level < 0.3 * peak) continue;
          const i = y * width + from + k;
          const d = off[y * n + k];
          // Opaque: what stands there has nothing to do with what lies under it.
          const opaque = Math.abs(level) > 60;
          const v = opaque ? data[i] - d + grainBeside(data, width, y, from, n, k) : data[i] - mean[y];
          data[i] = Math.max(0, Math.min(top, Math.round(v)));
          if (p === 0) {
            changed++;
            if (mask) mask[i] = 1;
          }
        }
      }
    }
    if (changed > 0 && sampling !== 'rgb') this.bridgeChroma(planes, from, to);
    return changed;
  }

  /** Chroma under a line: between what lies on both sides. */
  private bridgeChroma(planes: Frame['planes'], from: number, to: number): void {
    const sizes = planeSizes(this.format);
    for (let p = 1; p < planes.length; p++) {
      const { width, height } = sizes[p];
      const step = this.format.width / width;
      const a = Math.max(1, Math.floor(from / step));
      const b = Math.min(width - 2, Math.floor(to / step));
      for (let y = 0; y < height; y++) {
        const row = y * width;
        const [l, r] = [planes[p][row + a - 1], planes[p][row + b + 1]];
        for (let x = a; x <= b; x++)
          planes[p][row + x] = Math.round(l + ((r - l) * (x - a + 1)) / (b - a + 2));
      }
    }
  }
}

/** Mean of column k over the rows around each row. */
function runningMean(off: Float32Array, n: number, k: number, height: number): Float32Array {
  const sums = new Float64Array(height + 1);
  for (let y = 0; y < height; y++) sums[y + 1] = sums[y] + off[y * n + k];
  return Float32Array.from({ length: height }, (_, y) => {
    const a = Math.max(0, y - ROWS);
    const b = Math.min(height, y + ROWS + 1);
    return (sums[b] - sums[a]) / (b - a);
  });
}

/** What a pixel beside the line has over the mean of its row's neighbourhood there. */
function grainBeside(
  data: Frame['planes'][number],
  width: number,
  y: number,
  from: number,
  n: number,
  k: number,
): number {
  const x = Math.max(2, Math.min(width - 3, from - 3 - n + k));
  const i = y * width + x;
  return data[i] - (data[i - 2] + data[i - 1] + data[i] + data[i + 1] + data[i + 2]) / 5;
}

/** Takes vertical scratches out. */
export const linesStep: ReelStep<Params> = {
  name: 'lines',
  observe: () => new LinesObserver(),
  observes: () => null,
  begin: (context, params) => new LinesWork(context, params),
  holds: () => 1,
  reach: () => ({ before: 0, after: 0 }),
};
