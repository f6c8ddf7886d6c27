/**
 * 3:2 pulldown: four film frames in five of video. Each field runs through the film by itself and stands still once in five
 * frames; where it does is all there is to know: both at once, and a frame is shown twice; one, two or three frames apart, and
 * two film frames (with 2:3:3:2 one) are spread over frames that are woven of two. Which film frame a frame of video completes, where
 * its fields lie, and when it was meant to be shown follows from the place in this cycle:
 *
 *   place   3      4      0      1      2
 *   top     A      B      B      C      D
 *   bottom  A      B      C      D      D
 *   gives   A      B      -      C      D
 *   time    0      1¼     -      2½     3¾   (frames after place 3)
 */

/** Where in the cycle of five a field repeats that of the frame before: the frame's number modulo 5. */
export interface Pulldown {
  top: number;
  bottom: number;
}

export const mod5 = (n: number): number => ((n % 5) + 5) % 5;

/** Whether these are fields of pulldown at all: a frame that repeats whole is none. */
export const isPulldown = ({ top, bottom }: Pulldown): boolean => mod5(top - bottom) !== 0;

/** The parity (0: even lines) whose repeat begins the cycle. */
const leading = ({ top, bottom }: Pulldown): 0 | 1 => (mod5(bottom - top) <= 2 ? 0 : 1);

/** Place of frame `n` in the cycle, 0..4 as in the table above. */
export const placeOf = (n: number, pulldown: Pulldown): number =>
  mod5(n - (leading(pulldown) === 0 ? pulldown.top : pulldown.bottom));

/** Where a frame's fields come from: its own, or one of them from the frame before; null: it completes no film frame. */
export interface Woven {
  /** Parity of the lines that the frame before gives; null: none, the frame is whole. */
  before: 0 | 1 | null;
  /** When it was meant to be shown, in quarters of a frame after its own time. */
  quarters: number;
}

const QUARTERS = [0, -2, -1, 0, 1];

export function wovenAt(n: number, pulldown: Pulldown): Woven | null {
  const place = placeOf(n, pulldown);
  if (place === 0) return null;
  const first = leading(pulldown);
  // 2:3:3:2 has both fields of C in one frame.
  const spread = mod5(pulldown.top - pulldown.bottom) === 2 || mod5(pulldown.top - pulldown.bottom) === 3;
  return { before: place === 1 && spread ? (first === 0 ? 1 : 0) : null, quarters: QUARTERS[place] };
}

/**
 * Quarters of a frame by which all times of a film are moved that begins with frame `first`, so that its first film frame
 * begins with it: a film that was cut out of the cycle was still meant to begin at its beginning.
 */
export function beginningShift(first: number, pulldown: Pulldown): number {
  const woven = wovenAt(first, pulldown);
  return woven && woven.before === null && Math.abs(woven.quarters) === 1 ? 0 - woven.quarters : 0;
}
