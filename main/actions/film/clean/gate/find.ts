/**
 * Hairs in the gate: thin, dark, rooted at the picture's border, and at one place of the frame for many frames while the scene
 * behind them moves. Frames are looked at in runs of 24: a pixel counts that was darker than both its sides in nearly all
 * frames of a run; a connected piece of such pixels is a hair when it reaches the border and changed less over the run than what
 * lies beside it. Where nothing moves behind, nothing tells a hair from a pole, and it is left.
 */

/** Pieces of one run of frames: indices into the look, as starts and lengths. */
export interface HairRun {
  first: number;
  last: number;
  runs: number[];
}

export const RUN = 24;
/** Pixels to either side that a hair's pixel is darker than, and by how much. */
const SIDE = 5;
const DARKER = 14;
/** Share of the frames of a run in which it must be so. */
const STEADY = 0.8;

/** By how much a pixel is darker than what lies on both sides, across or down: the larger. */
export function darkness(
  data: ArrayLike<number>,
  width: number,
  height: number,
  x: number,
  y: number,
  side: number,
): number {
  const i = y * width + x;
  const v = data[i];
  const across = x >= side && x + side < width ? Math.min(data[i - side], data[i + side]) - v : 0;
  const down =
    y >= side && y + side < height ? Math.min(data[i - side * width], data[i + side * width]) - v : 0;
  return Math.max(across, down);
}

/** Counts over one run of frames; bounded by the size of the look. */
export class HairFinder {
  private readonly found: HairRun[] = [];
  private hits = new Uint8Array(0);
  private sums = new Float32Array(0);
  private squares = new Float32Array(0);
  private count = 0;
  private first = 0;
  private width = 0;
  private height = 0;

  see(frame: { index: number; luma: Uint8Array; width: number; height: number }): void {
    const { width, height, luma } = frame;
    if (this.count === 0) {
      this.first = frame.index;
      this.width = width;
      this.height = height;
      this.hits = new Uint8Array(width * height);
      this.sums = new Float32Array(width * height);
      this.squares = new Float32Array(width * height);
    }
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const v = luma[i];
        this.sums[i] += v;
        this.squares[i] += v * v;
        if (darkness(luma, width, height, x, y, SIDE) > DARKER) this.hits[i]++;
      }
    if (++this.count === RUN) this.close();
  }

  finish(): HairRun[] {
    // A rest too short to tell goes with the run before it.
    if (this.count >= RUN / 2 || (this.count >= 6 && this.found.length === 0)) this.close();
    else if (this.count > 0 && this.found.length > 0) this.found[this.found.length - 1].last += this.count;
    return this.found;
  }

  private close(): void {
    const { width, height, count } = this;
    const seen = new Uint8Array(width * height);
    const kept: number[] = [];
    for (let start = 0; start < seen.length; start++) {
      if (seen[start] || this.hits[start] < STEADY * count) continue;
      const piece = [start];
      seen[start] = 1;
      for (let k = 0; k < piece.length; k++) {
        const y = Math.floor(piece[k] / width);
        const x = piece[k] - y * width;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const nx = x + dx;
            const ny = y + dy;
            if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
            const i = ny * width + nx;
            if (seen[i] || this.hits[i] < STEADY * count) continue;
            seen[i] = 1;
            piece.push(i);
          }
      }
      if (this.isHair(piece)) kept.push(...piece);
    }
    kept.sort((a, b) => a - b);
    const runs: number[] = [];
    for (const i of kept) {
      if (runs.length > 0 && runs[runs.length - 2] + runs[runs.length - 1] === i) runs[runs.length - 1]++;
      else runs.push(i, 1);
    }
    this.found.push({ first: this.first, last: this.first + count - 1, runs });
    this.count = 0;
  }

  private variance(i: number): number {
    const mean = this.sums[i] / this.count;
    return Math.max(0, this.squares[i] / this.count - mean * mean);
  }

  private isHair(piece: readonly number[]): boolean {
    const { width, height } = this;
    if (piece.length < 8 || piece.length > 0.02 * width * height) return false;
    let atBorder = false;
    let inside = 0;
    let beside = 0;
    let sides = 0;
    const own = new Set(piece);
    for (const i of piece) {
      const y = Math.floor(i / width);
      const x = i - y * width;
      // The rim of a scan is dark: a hair may begin a little inside.
      if (
        Math.min(x, width - 1 - x) < SIDE + 0.02 * width ||
        Math.min(y, height - 1 - y) < SIDE + 0.02 * height
      )
        atBorder = true;
      inside += this.variance(i);
      for (const [dx, dy] of [
        [-SIDE, 0],
        [SIDE, 0],
        [0, -SIDE],
        [0, SIDE],
      ]) {
        const nx = x + dx;
        const ny = y + dy;
        if (nx < 0 || ny < 0 || nx >= width || ny >= height || own.has(ny * width + nx)) continue;
        beside += this.variance(ny * width + nx);
        sides++;
      }
    }
    if (!atBorder || sides === 0) return false;
    inside /= piece.length;
    beside /= sides;
    return beside > 25 && inside < 0.5 * beside;
  }
}
