/**
 * What the colour step looks for in pass one: how much each frame differs from the one before it (where key frames are
 * needed), and a few small pictures of each shot, its `looks`, from which a palette for the whole shot is made and for
 * every shot of the same scene. Held at most: one byte a frame and `MOST_LOOKS` pictures.
 */
import { Buffer } from 'node:buffer';
import type { FrameFormat } from '../../../../app/film/frame.ts';
import type { Observer, ReelShot } from '../../../../app/film/step.ts';
import {
  frameDistance,
  frameFeatures,
  histogramDistance,
  structureDistance,
  type FrameFeatures,
} from '../../../../app/shots/features.ts';
import { planar, type Planar } from '../../../../app/planar.ts';

/** Longer side of a look. */
const LOOK_SIDE = 160;
/** A frame that is further than this from the last look is another look, once the picture has settled. */
const CHANGED = 0.2;
const SETTLED = 0.08;
/** Spread of luma (of 255) from which a frame shows something. */
const SHOWS = 10;
const MOST_LOOKS = 2048;
/** Looks kept of one shot. */
const OF_SHOT = 3;
/** Shots under this length need no palette of their own: their key frames lie close together. */
const LONG = 24;
/** Shots whose first looks are nearer than this, in composition and in tones, are of one scene. */
const SCENE = { structure: 0.3, histogram: 0.35 };
/** Scenes that a shot is compared with: the last ones. */
const SCENES_BACK = 64;
/** A change of 1 between two frames, in the steps in which it is kept. */
export const CHANGE_STEPS = 250;

/** A small picture of the reel. */
export interface Look {
  frame: number;
  /** Looks of one scene have one number. */
  scene: number;
  width: number;
  height: number;
  /** Luma, 0..255, row after row, base64. */
  luma: string;
}

/** The table of the colour step in `ReelAnalysis.measures`. */
export interface ColourMeasures {
  version: 1;
  /** Change from the frame before, in 1 / CHANGE_STEPS, a byte a frame, base64; 255: a blank frame. */
  changes: string;
  /** In order of their frames. */
  looks: Look[];
}

const BLANK = 255;

interface Held {
  frame: number;
  features: FrameFeatures;
  luma: Uint8Array;
}

/** Area means of luma, by whole numbers of pixels. */
function shrunk(
  luma: Uint8Array,
  width: number,
  height: number,
  most: number,
): { width: number; height: number; data: Uint8Array } {
  const k = Math.max(1, Math.ceil(Math.max(width, height) / most));
  const w = Math.floor(width / k);
  const h = Math.floor(height / k);
  const data = new Uint8Array(w * h);
  const row = new Uint32Array(w);
  for (let y = 0; y < h; y++) {
    row.fill(0);
    for (let j = 0; j < k; j++) {
      const at = (y * k + j) * width;
      for (let x = 0, i = at; x < w; x++) for (let m = 0; m < k; m++, i++) row[x] += luma[i];
    }
    for (let x = 0; x < w; x++) data[y * w + x] = Math.round(row[x] / (k * k));
  }
  return { width: w, height: h, data };
}

/** Sees a reel once. */
class ColourObserver implements Observer {
  private readonly changes: number[] = [];
  private held: Held[] = [];
  private before: FrameFeatures | null = null;
  private width = 0;
  private height = 0;
  /** Grows when more looks are held than may be: then only clearer changes count. */
  private changed = CHANGED;

  see({
    index,
    luma,
    width,
    height,
  }: {
    index: number;
    luma: Uint8Array;
    width: number;
    height: number;
  }): void {
    const small = shrunk(luma, width, height, LOOK_SIDE);
    // A film of a few pixels has no shots to tell apart.
    if (small.width < 24 || small.height < 18) {
      this.changes[index] = 0;
      return;
    }
    this.width = small.width;
    this.height = small.height;
    const features = frameFeatures(small);
    const step = this.before ? frameDistance(this.before, features) : 0;
    this.before = features;
    const blank = features.sd < SHOWS / 2;
    this.changes[index] = blank ? BLANK : Math.min(BLANK - 1, Math.round(step * CHANGE_STEPS));
    if (features.sd < SHOWS || step > SETTLED) return;
    const last = this.held[this.held.length - 1] as Held | undefined;
    if (last && frameDistance(last.features, features) < this.changed) return;
    this.held.push({ frame: index, features, luma: small.data });
    if (this.held.length > MOST_LOOKS) {
      this.changed *= 1.25;
      this.held = this.held.filter((_, i) => i % 2 === 0);
    }
  }

  finish(shots: readonly ReelShot[]): ColourMeasures {
    const looks: Look[] = [];
    const scenes: { head: FrameFeatures; number: number; looks: Look[]; worth: boolean }[] = [];
    let next = 0;
    for (const shot of shots) {
      while (next < this.held.length && this.held[next].frame < shot.first) next++;
      const own: Held[] = [];
      for (let i = next; i < this.held.length && this.held[i].frame <= shot.last; i++) own.push(this.held[i]);
      if (own.length === 0) continue;
      const { features } = own[0];
      let scene = scenes
        .slice(-SCENES_BACK)
        .find(
          ({ head }) =>
            structureDistance(head, features) < SCENE.structure &&
            histogramDistance(head, features) < SCENE.histogram,
        );
      if (scene) scene.worth = true;
      else scenes.push((scene = { head: features, number: scenes.length, looks: [], worth: false }));
      if (shot.last - shot.first >= LONG) scene.worth = true;
      for (let k = 0; k < Math.min(OF_SHOT, own.length); k++) {
        const chosen = own[Math.floor((k * own.length) / Math.min(OF_SHOT, own.length))];
        scene.looks.push({
          frame: chosen.frame,
          scene: scene.number,
          width: this.width,
          height: this.height,
          luma: Buffer.from(chosen.luma).toString('base64'),
        });
      }
    }
    for (const scene of scenes) if (scene.worth) looks.push(...scene.looks);
    looks.sort((a, b) => a.frame - b.frame);
    return { version: 1, changes: Buffer.from(Uint8Array.from(this.changes)).toString('base64'), looks };
  }
}

export const colourObserver = (_format: FrameFormat): Observer => new ColourObserver();

/** The step's own table, or null where the reel was not looked at for it. */
export function measuresOf(table: unknown): ColourMeasures | null {
  const measures = table as ColourMeasures | null | undefined;
  return measures?.version === 1 ? measures : null;
}

/** A look as a picture: one plane, 0..1. */
export function lookPicture({ width, height, luma }: Look): Planar {
  const out = planar(width, height, 1);
  const codes = Buffer.from(luma, 'base64');
  for (let i = 0; i < out.data.length; i++) out.data[i] = codes[i] / 255;
  return out;
}

/**
 * The looks that say what a shot's palette is: the first of its scene, and the shot's own.
 * @param most how many at most
 */
export function looksFor(measures: ColourMeasures, shot: ReelShot, most = 3): Look[] {
  const own = measures.looks.filter(({ frame }) => frame >= shot.first && frame <= shot.last);
  if (own.length === 0) return [];
  const head = measures.looks.find(({ scene }) => scene === own[0].scene);
  const all = head && head.frame < shot.first ? [head, ...own] : own;
  return all.slice(0, most);
}

/** Number of the scene that a frame's shot belongs to; null: it has no looks. */
export function sceneOf(
  measures: ColourMeasures,
  shots: readonly Pick<ReelShot, 'first' | 'last'>[],
  frame: number,
): number | null {
  const shot = shots.find(({ first, last }) => frame >= first && frame <= last);
  const look = shot && measures.looks.find((l) => l.frame >= shot.first && l.frame <= shot.last);
  return look?.scene ?? null;
}

/** Looks of a scene that lie nearest to these frames, each once. */
export function looksNear(measures: ColourMeasures, scene: number, frames: readonly number[]): Look[] {
  const looks = measures.looks.filter((look) => look.scene === scene);
  if (looks.length === 0) return [];
  const far = (look: Look, frame: number): number => Math.abs(look.frame - frame);
  return [...new Set(frames.map((frame) => looks.reduce((a, b) => (far(b, frame) < far(a, frame) ? b : a))))];
}

/** Accumulated change after which a key frame is due, and the least distance of two. */
const DUE = 0.5;
const LEAST = 4;

/**
 * Key frames of a shot: its first and last frame, and in between one wherever enough has changed, at most `gap` frames
 * after the one before. They are the same whichever part of the shot is worked on. Blank frames and flashes are passed
 * over for the nearest other frame.
 * @param fixed frames that a person coloured; they are key frames whatever they show
 */
export function keyFramesOf(
  measures: ColourMeasures | null,
  shot: Pick<ReelShot, 'first' | 'last'>,
  flashes: readonly { first: number; last: number }[],
  fixed: readonly number[],
  gap: number,
): number[] {
  const { first, last } = shot;
  const changes = measures ? Buffer.from(measures.changes, 'base64') : null;
  const bad = (i: number): boolean =>
    changes?.[i] === BLANK || flashes.some((flash) => i >= flash.first && i <= flash.last);
  const good = (i: number): number => {
    for (let d = 0; d <= last - first; d++)
      for (const j of [i - d, i + d]) if (j >= first && j <= last && !bad(j)) return j;
    return i;
  };
  const begin = good(first);
  // Frames are held from one key frame to the next: a long blank stretch must not be one stretch.
  const keys = [begin - first <= gap ? begin : first];
  let change = 0;
  for (let i = keys[0] + 1; i <= last; i++) {
    if (bad(i) && i - keys[keys.length - 1] < 2 * gap) continue;
    change += (changes?.[i] ?? 0) / CHANGE_STEPS;
    const apart = i - keys[keys.length - 1];
    if (apart >= gap || (apart >= LEAST && change >= DUE)) {
      keys.push(i);
      change = 0;
    }
  }
  const end = good(last);
  if (end > keys[keys.length - 1]) keys.push(end);
  const set = new Set(fixed.filter((i) => i >= first && i <= last));
  const all = [...new Set([...keys, ...set])].sort((a, b) => a - b);
  // Beside what a person set, key frames that are not needed would only speak against it.
  const kept: number[] = [];
  all.forEach((key, i) => {
    const beside = set.has(all[i - 1]) || set.has(all[i + 1]);
    const needed = i === 0 || i === all.length - 1 || all[i + 1] - kept[kept.length - 1] > gap;
    if (set.has(key) || !beside || needed) kept.push(key);
  });
  return kept;
}
