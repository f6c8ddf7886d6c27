/**
 * Shots of a reel of any length, found while its frames go by: only the features of some hundreds of frames are held.
 * Boundaries are looked for (detect.ts) in windows that overlap; what lies near a window's border is left to the window
 * that sees both sides of it. Unlike the shots of a data set those of a reel cover every frame: blank frames between two
 * shots are cut in the middle.
 */
import type { ReelShot } from '../film/step.ts';
import { detection, findBoundaries, type BoundaryKind } from './detect.ts';
import { frameFeatures, type FrameFeatures, type LumaFrame } from './features.ts';

/** Frames that a window decides on, and how many more it sees to either side. Twelfths keep its steps on one grid. */
const WINDOW = 480;
const MARGIN = 120;
/** Two windows may set one boundary a few frames apart. */
const SAME = 12;

export interface ReelShots {
  /** Every frame lies in exactly one. */
  shots: ReelShot[];
  /** Frames `first`..`last` that flash up within a shot: no cut. */
  flashes: { first: number; last: number }[];
}

/** Takes frames in order and gives the shots when there are no more. */
export class ShotFinder {
  private held: FrameFeatures[] = [];
  /** Frame number of the first that is held. */
  private start = 0;
  /** Boundaries before this frame are decided. */
  private decided = 0;
  private count = 0;
  /** Frame on which the blank frames began that the first frame held is one of. */
  private blankSince = 0;
  private readonly cuts: { at: number; kind: BoundaryKind }[] = [];
  private readonly flashes: { first: number; last: number }[] = [];

  /** The features of the next frame. */
  push(frame: FrameFeatures): void {
    this.held.push(frame);
    this.count++;
    if (this.count < this.decided + WINDOW + MARGIN) return;
    this.decide(this.decided + WINDOW);
    const keep = Math.max(this.start, this.decided - MARGIN);
    this.held.slice(0, keep - this.start).forEach(({ sd }, i) => {
      if (sd >= detection.blank) this.blankSince = this.start + i + 1;
    });
    this.held = this.held.slice(keep - this.start);
    this.start = keep;
  }

  /** The same for a frame's luma. @throws RangeError for a frame smaller than 24 x 18 pixels */
  see(frame: LumaFrame): void {
    this.push(frameFeatures(frame));
  }

  /** Shots and flashes of all frames. Nothing may be pushed afterwards. */
  finish(): ReelShots {
    this.decide(Infinity);
    const shots: ReelShot[] = [];
    let first = 0;
    let opening: BoundaryKind = 'start';
    for (const { at, kind } of this.cuts) {
      if (at <= first || at >= this.count) continue;
      shots.push({ index: shots.length, first, last: at - 1, opening });
      first = at;
      opening = kind;
    }
    if (first < this.count) shots.push({ index: shots.length, first, last: this.count - 1, opening });
    return { shots, flashes: this.flashes };
  }

  private decide(before: number): void {
    const { boundaries, flashes } = findBoundaries(this.held);
    for (const { start, end, kind } of boundaries) {
      const begins = this.start + start;
      // Blank frames at either end of the reel have one side only.
      if (begins >= this.count || (end === 0 && this.blankSince === 0)) continue;
      if (begins >= before || begins < this.decided - SAME) continue;
      const ended = end === 0 ? this.blankSince : this.start + end;
      // Between two shots lie blank frames, or none.
      const at = begins > ended ? (begins + ended + 1) >> 1 : begins;
      const known = this.cuts.some((cut) =>
        cut.kind === kind && kind !== 'cut' ? Math.abs(cut.at - at) <= SAME : cut.at === at,
      );
      if (!known) this.cuts.push({ at, kind });
    }
    this.cuts.sort((a, b) => a.at - b.at);
    for (const flash of flashes) {
      const first = this.start + flash.start;
      if (first < before && first >= this.decided)
        this.flashes.push({ first, last: this.start + flash.end - 1 });
    }
    this.decided = Math.min(before, this.count);
  }
}

/** Shots and flashes of a whole reel, from the features of each of its frames. */
export function findShots(features: Iterable<FrameFeatures>): ReelShots {
  const finder = new ShotFinder();
  for (const frame of features) finder.push(frame);
  return finder.finish();
}

/**
 * Shots whose cuts a person moved.
 * @param cuts frames on which a shot begins; those that were found too keep how they open
 */
export function shotsFromCuts(
  cuts: readonly number[],
  frames: number,
  found: readonly ReelShot[],
): ReelShot[] {
  const begins = [...new Set([0, ...cuts])].filter((at) => at >= 0 && at < frames).sort((a, b) => a - b);
  return begins.map((first, index) => ({
    index,
    first,
    last: (begins[index + 1] ?? frames) - 1,
    opening: first === 0 ? 'start' : (found.find((shot) => shot.first === first)?.opening ?? 'cut'),
  }));
}
