/**
 * How a reel is cut into segments: the pieces that are encoded, kept and taken up again by themselves. A segment holds
 * whole shots, several where they are short; a long shot is cut into spans of about equal length, and each span is worked
 * on from a few frames before to a few after it (`reach`), so that it comes out as in the whole shot. The cut depends on
 * the shots and the reach alone, never on how far a run came or on the machine: that is why a film which was taken up
 * again is the same, byte for byte, as one that was made in one go.
 */
import type { ReelShot } from './step.ts';

export interface Reach {
  before: number;
  after: number;
}

/** Frames `first`..`last` of one shot; the steps see `from`..`to`, which lie within the shot. */
export interface Part {
  shot: number;
  first: number;
  last: number;
  from: number;
  to: number;
}

export interface Segment {
  index: number;
  first: number;
  last: number;
  parts: Part[];
}

/** Longest segment wished for, in frames: a power cut costs at most so many, and they are what must lie beside the result. */
export const LONGEST = 720;
/** Shortest one that a shot is cut into. */
const SHORTEST = 96;
/** The same of a short reel, which would else be one segment, and use one core. */
const FEWEST = 24;
/** What the steps must see beyond a span is at most a twelfth of it, on each side. */
const WORTH = 12;
/** A reel of few shots is cut in two also where more than that is worked on twice: up to this share of the shot. */
const TWICE = 1 / 3;

const NOTHING: Reach = { before: 0, after: 0 };

/** Frames a segment should hold: some eight a film, so that several can be in work, within bounds. */
export function segmentLength(frames: number, reach: Reach): number {
  const shortest = Math.max(FEWEST, Math.min(SHORTEST, Math.ceil(frames / 4)));
  const least = Math.max(shortest, WORTH * Math.max(reach.before, reach.after));
  return Math.max(least, Math.min(LONGEST, Math.ceil(frames / 8)));
}

/** Spans that a shot is cut into. */
function spansOf(whole: number, frames: number, reach: Reach): number {
  const wished = Math.max(1, Math.round(whole / segmentLength(frames, reach)));
  // A shot that is most of its reel: two cores should have something to do.
  const alone = whole * 4 >= frames * 3 && whole >= 2 * FEWEST;
  return wished === 1 && alone && reach.before + reach.after <= whole * TWICE ? 2 : wished;
}

/**
 * Cuts a reel into segments.
 * @param shots cover every frame, in order
 * @param reachOf what the steps of a shot must see beyond a span
 */
export function cutSegments(shots: readonly ReelShot[], reachOf: (shot: ReelShot) => Reach): Segment[] {
  const frames = shots.length === 0 ? 0 : shots[shots.length - 1].last + 1;
  const segments: Segment[] = [];
  let open: Part[] = [];
  const close = (): void => {
    if (open.length === 0) return;
    segments.push({
      index: segments.length,
      first: open[0].first,
      last: open[open.length - 1].last,
      parts: open,
    });
    open = [];
  };
  // Between two shots a cut costs nothing, whatever the steps see of a shot's own frames.
  const wanted = segmentLength(frames, NOTHING);
  const length = (): number => (open.length === 0 ? 0 : open[open.length - 1].last + 1 - open[0].first);
  for (const shot of shots) {
    const reach = reachOf(shot);
    const whole = shot.last + 1 - shot.first;
    const spans = spansOf(whole, frames, reach);
    if (length() + whole > wanted * 1.5 || spans > 1) close();
    for (let s = 0; s < spans; s++) {
      const first = shot.first + Math.floor((whole * s) / spans);
      const last = shot.first + Math.floor((whole * (s + 1)) / spans) - 1;
      open.push({
        shot: shot.index,
        first,
        last,
        from: Math.max(shot.first, first - reach.before),
        to: Math.min(shot.last, last + reach.after),
      });
      if (spans > 1) close();
    }
    if (length() >= wanted) close();
  }
  close();
  return segments;
}
