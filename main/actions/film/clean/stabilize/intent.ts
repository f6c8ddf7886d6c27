/**
 * What the camera meant, under a path that weaves. A camera on its stand stands, goes evenly or goes softly, seldom one after the
 * other, and goes far when it goes: such a path is put together again from these (camera.ts), so that a pan keeps its
 * beginning, its speed and its end. Where the path is no such thing (its stretches are short, its bends many, or it goes nowhere)
 * the camera was led by hand, and what counts is the path's slow course (trend.ts): its tremble goes with the weave.
 */
import { trend } from '../trend.ts';
import { courseUnder, findCamera, type Camera } from './camera.ts';

/** What the course of a camera led by hand may bend (trend.ts), in units. */
const LED = 130;
/** A camera on its stand goes as far as this in a shot, in units: shorter ways are a hand's. */
const FAR = 28;
/** Weave in units that is a hand's tremble; frames of a stretch that is none. */
const TREMBLE = 2.6;
const SHORT = 8;
/** Soft stretches have so many times the frames in which a curve of their jerk turns round; more is a hand's. */
const TURNS = 5.5;
/** Weave that jerk is held against at least, and how strong the weave's slow part is beside its size. */
const USUAL = 0.7;
const DENSE = 1.5;

/** The intended course of a path; `unit`: about as large as what it is to be freed of, in the mean square. */
export function intended(path: readonly number[], unit: number): number[] {
  if (path.length < 3) return path.slice();
  const y = path.map((v) => v / unit);
  const camera = findCamera(y);
  const still = camera.stretches.length === 1 && camera.stretches[0].going === 'stands';
  const stand = still || (farOf(y) >= FAR && onStand(camera));
  return (stand ? courseUnder(y, camera) : trend(y, LED)).map((v) => v * unit);
}

/** How far the path goes, its outermost frames left out. */
function farOf(y: readonly number[]): number {
  const sorted = y.slice().sort((a, b) => a - b);
  const out = Math.round(0.02 * y.length);
  return sorted[y.length - 1 - out] - sorted[out];
}

function onStand({ weave, jerk, stretches }: Camera): boolean {
  if (weave > TREMBLE) return false;
  if (stretches.length > 1 && !stretches.some((s) => s.going === 'stands')) return false;
  // Frames in which a curve of this jerk turns, where weave is as strong as it.
  const turn = 2 * Math.PI * ((DENSE * Math.max(USUAL, weave)) / jerk) ** (1 / 3);
  return stretches.every(
    (s) => s.to - s.from >= SHORT && (s.going !== 'softly' || s.to - s.from <= TURNS * turn),
  );
}
