/**
 * Significant frames of a film: its shots are found on small luma copies of every frame, the best frames are
 * chosen (app/shots), and only those are decoded again in colour. Black bars that all of them share are cut off.
 */
import { RevealError } from '../../../app/contract/messages.ts';
import { detectShots } from '../../../app/shots/detect.ts';
import { frameFeatures, type FrameFeatures } from '../../../app/shots/features.ts';
import { groupShots, selectFrames } from '../../../app/shots/select.ts';
import { filmFrames } from '../../engine/ffmpeg-frames.ts';
import type { Rgb8 } from '../../files/rgb.ts';

/** A frame that was kept. */
export interface KeptFrame {
  index: number;
  shot: number;
  /** Shots of the same set-up share a group. */
  group: number;
  picture: Rgb8;
}

export interface FilmFacts {
  frames: number;
  shots: number;
  flashes: number;
  /** How shots begin: cut, fade, dissolve, and how often. */
  openings: Record<string, number>;
  /** Set when the film broke off. */
  problem: string | null;
}

export interface FilmOptions {
  shortSide: number;
  threads: number;
  signal?: AbortSignal;
  onFrame?: (frames: number) => void;
}

/** Size of the luma copies. */
const LOOK = { kind: 'luma', width: 160, height: 120 } as const;

/** Looks through a film. @throws RevealError when not a single frame can be read */
export async function surveyFilm(
  file: string,
  options: FilmOptions,
): Promise<{ facts: FilmFacts; kept: { index: number; shot: number; group: number }[] }> {
  const features: FrameFeatures[] = [];
  let problem: string | null = null;
  try {
    for await (const frame of filmFrames(file, {
      want: LOOK,
      threads: options.threads,
      signal: options.signal,
    })) {
      features.push(frameFeatures(frame));
      options.onFrame?.(features.length);
    }
  } catch (error) {
    if (!(error instanceof RevealError) || error.code !== 'bad-input' || features.length === 0) throw error;
    problem = `breaks off after ${features.length} frames: ${error.message}`;
  }
  if (features.length === 0) throw new RevealError('bad-input', `${file} holds no pictures.`);
  const { shots, flashes } = detectShots(features);
  const chosen = selectFrames(features, shots);
  const groups = groupShots(features, chosen);
  const openings: Record<string, number> = {};
  for (const shot of shots) openings[shot.opening] = (openings[shot.opening] ?? 0) + 1;
  return {
    facts: { frames: features.length, shots: shots.length, flashes: flashes.length, openings, problem },
    kept: chosen.flatMap((list, shot) => list.map((index) => ({ index, shot, group: groups[shot] }))),
  };
}

/** Luma up to which a line of pixels counts as a black bar. */
const BAR = 28;

/** Rows and columns at the four sides that are black from end to end: left, top, right, bottom. */
export function blackBars(picture: Rgb8): [number, number, number, number] {
  const { width, height, data } = picture;
  const dark = (i: number): boolean => Math.max(data[i * 3], data[i * 3 + 1], data[i * 3 + 2]) <= BAR;
  const row = (y: number): boolean => {
    for (let x = 0; x < width; x++) if (!dark(y * width + x)) return false;
    return true;
  };
  const column = (x: number): boolean => {
    for (let y = 0; y < height; y++) if (!dark(y * width + x)) return false;
    return true;
  };
  const count = (most: number, at: (k: number) => boolean): number => {
    let k = 0;
    while (k < most && at(k)) k++;
    return k;
  };
  const w = Math.floor(width * 0.3);
  const h = Math.floor(height * 0.3);
  return [
    count(w, column),
    count(h, row),
    count(w, (k) => column(width - 1 - k)),
    count(h, (k) => row(height - 1 - k)),
  ];
}

/** Cuts off what is given for each side. */
export function trim(picture: Rgb8, [left, top, right, bottom]: readonly number[]): Rgb8 {
  const width = picture.width - left - right;
  const height = picture.height - top - bottom;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y + top) * picture.width + left) * 3;
    data.set(picture.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** Decodes the chosen frames in colour, one after the other. Bars are measured on the first dozen of them. */
export async function* keptFrames(
  file: string,
  kept: readonly { index: number; shot: number; group: number }[],
  options: FilmOptions,
): AsyncGenerator<KeptFrame> {
  if (kept.length === 0) return;
  const rgb = (only: number[]): ReturnType<typeof filmFrames> =>
    filmFrames(file, {
      want: { kind: 'rgb', shortSide: options.shortSide },
      only,
      threads: options.threads,
      signal: options.signal,
    });
  const every = Math.max(1, Math.floor(kept.length / 12));
  const bars = [Infinity, Infinity, Infinity, Infinity];
  for await (const frame of rgb(kept.filter((_, i) => i % every === 0).map((one) => one.index)))
    blackBars(frame).forEach((n, side) => (bars[side] = Math.min(bars[side], n)));
  // One more line where there is a bar: scaling has blurred its edge.
  const cutOff = bars.map((n) => (Number.isFinite(n) && n > 0 ? n + 1 : 0));
  let at = 0;
  for await (const frame of rgb(kept.map((one) => one.index))) {
    const { index, shot, group } = kept[at++];
    yield { index, shot, group, picture: trim(frame, cutOff) };
  }
}
