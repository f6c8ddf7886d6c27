/**
 * Which frames of a shot are worth keeping: the sharpest, well away from the cuts, and further ones only where
 * the content has changed. A static shot of a minute gives one frame, a walk through a street several.
 */
import { frameDistance, structureDistance, histogramDistance, type FrameFeatures } from './features.ts';
import type { Shot } from './detect.ts';

export const selection = {
  /** Shorter shots are splices and leftovers of transitions. */
  shortest: 6,
  /** Frames next to a cut, and next to a fade or dissolve, that are passed over. */
  margin: 2,
  softMargin: 14,
  /** Of so many frames one may stand for them all: two seconds at 24 a second. */
  window: 48,
  /** Distance from every frame of the shot that is kept already. */
  changed: 0.2,
  /** Most frames of one shot. */
  most: 16,
} as const;

/** How good a frame is as a picture: sharp, neither dark nor blown out. */
export function frameScore(frame: FrameFeatures): number {
  const exposure = frame.mean < 30 ? frame.mean / 30 : frame.mean > 225 ? (255 - frame.mean) / 30 : 1;
  return frame.sharpness * Math.max(0.05, exposure) * (frame.sd < 12 ? frame.sd / 12 : 1);
}

/** Significant frames of one shot, ascending. `next`: how the following shot begins (softly or not). */
export function significantFrames(
  frames: readonly FrameFeatures[],
  shot: Shot,
  next: Shot['opening'] | null,
): number[] {
  const length = shot.end - shot.start;
  if (length < selection.shortest) return [];
  const soft = (opening: Shot['opening'] | null): boolean => opening === 'fade' || opening === 'dissolve';
  const room = Math.floor(length / 3);
  const first = shot.start + Math.min(room, soft(shot.opening) ? selection.softMargin : selection.margin);
  const last = shot.end - Math.min(room, soft(next) ? selection.softMargin : selection.margin);
  const windows = Math.max(1, Math.round((last - first) / selection.window));
  const kept: number[] = [];
  for (let w = 0; w < windows && kept.length < selection.most; w++) {
    const from = first + Math.floor(((last - first) * w) / windows);
    const to = first + Math.floor(((last - first) * (w + 1)) / windows);
    let best = from;
    for (let i = from; i < to; i++) if (frameScore(frames[i]) > frameScore(frames[best])) best = i;
    if (kept.every((k) => frameDistance(frames[k], frames[best]) >= selection.changed)) kept.push(best);
  }
  return kept;
}

/** Frames of all shots that are worth keeping, by shot. */
export function selectFrames(frames: readonly FrameFeatures[], shots: readonly Shot[]): number[][] {
  return shots.map((shot, i) => significantFrames(frames, shot, shots[i + 1]?.opening ?? null));
}

/**
 * Shots that return to the same set-up (dialogue cut back and forth) get the same number, by their first kept
 * frames, so that the two sides of a split never show the same scene. Shots without frames get -1.
 */
export function groupShots(frames: readonly FrameFeatures[], kept: readonly (readonly number[])[]): number[] {
  const heads: number[] = [];
  return kept.map((list) => {
    if (list.length === 0) return -1;
    const group = heads.findIndex(
      (head) =>
        structureDistance(frames[head], frames[list[0]]) < 0.3 &&
        histogramDistance(frames[head], frames[list[0]]) < 0.35,
    );
    if (group >= 0) return group;
    heads.push(list[0]);
    return heads.length - 1;
  });
}
