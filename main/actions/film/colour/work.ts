/**
 * The colour step at work on a shot, or on a part of one. Frames are held from one key frame to the next; then the
 * colours of both are carried to those between them. Where more than a little of a frame was seen in neither, the
 * network is asked about a frame in between, whose answer counts there and nowhere else.
 */
import type { Frame } from '../../../../app/film/frame.ts';
import type { FilmParams } from '../../../../app/recipe/film.ts';
import type { ShotContext, ShotKeyFrame, ShotWork, StepNetwork } from '../../../../app/film/step.ts';
import { planar } from '../../../../app/planar.ts';
import { coloursFromReference } from '../../colorize/from-reference.ts';
import { gridChroma, gridConfidence, prepareColour } from '../../colorize/plan.ts';
import type { ColourPlan } from '../../colorize/types.ts';
import { estimateMotion, preparePicture, type Flow, type Pyramid } from '../clean/motion/index.ts';
import { blended, follow, levelled, startOfTrail, type GridColours, type Trail } from './carry.ts';
import { chromaModels, colouredFormat, writeChroma } from './chroma.ts';
import { keyFramesOf, looksFor, looksNear, measuresOf, sceneOf, type Look } from './look.ts';
import { LumaReader } from './luma.ts';
import { lift, paletteOf, spreadOf, withPalette, type Palette } from './palette.ts';

type Params = FilmParams['colour'];

/** Sliders of the still step, all at rest: saturation is done on the film's own planes. */
const AT_REST = {
  saturation: 1,
  temperature: 0,
  variant: '1',
  own: 'replace',
  reds: 1,
  yellows: 1,
  greens: 1,
  cyans: 1,
  blues: 1,
  magentas: 1,
} as const;

/** Share of a frame that may be lost before the network is asked about it, and the least interval that is parted. */
const LOST = 0.1;
const PARTED = 6;

/** Key frames that follow one which a person set, and how far they go over to its colours where these arrive. */
export const RULED = 3;
const FOLLOWED = 0.95;

/** What carrying and the models of chroma take from the spread of colours, made up for at key frames. */
const BLURRED = 1.04;

/** Frames between two key frames at most. */
export const gapOf = ({ steadiness }: Pick<Params, 'steadiness'>): number =>
  Math.max(1, Math.round(16 * steadiness));
/** How far a key frame's colours go over to the palette of its shot. */
export const paletteShare = ({ steadiness }: Pick<Params, 'steadiness'>): number => 0.85 * steadiness;

interface Held {
  frame: Frame;
  grey: Float32Array;
  luma: Uint8Array;
  /** Motion to the frame before and from it; null for the first. */
  toBefore: Flow | null;
  fromBefore: Flow | null;
}

interface Key extends GridColours {
  luma: Uint8Array;
  /** Over so many further key frames what a person set goes on; nought: nobody set anything near. */
  ruled: number;
  /** Variance of the grain of its guide. */
  grain: number;
}

/** What colouring a shot needs besides its frames. */
export interface ShotColours {
  reader: LumaReader;
  network: StepNetwork;
  palette: Palette;
  /** How far key frames go over to it. */
  share: number;
  fixed: ReadonlyMap<number, ShotKeyFrame>;
  params: Params;
}

/** Key frames of other shots that a shot of the same scene listens to: the nearest ones. */
const LISTENED = 3;

const isSet = ({ hints, reference }: ShotKeyFrame): boolean => hints.length > 0 || reference !== null;

/**
 * What the palette of a shot is made of: its looks, and what a person set in it and in other shots of its scene, with
 * the looks that stand for these. What was set in the shot itself comes first.
 */
function paletteSources({ shot, analysis, keyFrames = [], otherKeyFrames = [] }: ShotContext): {
  looks: Look[];
  fixed: ShotKeyFrame[];
} {
  const fixed = keyFrames.filter(isSet);
  const measures = measuresOf(analysis.measures.colour);
  if (!measures) return { looks: [], fixed };
  const own = looksFor(measures, shot);
  const scene = sceneOf(measures, analysis.shots, shot.first);
  if (scene === null) return { looks: own, fixed };
  const far = ({ frame }: ShotKeyFrame): number =>
    frame < shot.first ? shot.first - frame : frame - shot.last;
  const akin = otherKeyFrames
    .filter((key) => isSet(key) && sceneOf(measures, analysis.shots, key.frame) === scene)
    .sort((a, b) => far(a) - far(b))
    .slice(0, LISTENED);
  const theirs = looksNear(
    measures,
    scene,
    akin.map(({ frame }) => frame),
  ).filter((look) => !own.includes(look));
  return { looks: [...own, ...theirs], fixed: [...fixed, ...akin] };
}

export async function prepareShot(
  context: ShotContext,
  params: Params,
  network: StepNetwork,
): Promise<ShotColours> {
  const { format, keyFrames = [] } = context;
  const { looks, fixed } = paletteSources(context);
  // What a person set is meant: it is followed further than what the network happens to say of a scene.
  const share = fixed.length > 0 && params.steadiness > 0 ? FOLLOWED : paletteShare(params);
  return {
    reader: new LumaReader(format, colouredFormat(format).sampling),
    network,
    palette: await paletteOf(looks, fixed, network, share),
    share,
    fixed: new Map(keyFrames.filter(isSet).map((key) => [key.frame, key])),
    params,
  };
}

/** The network's colours for a frame, those of the palette, and what a person set. */
async function planOfFrame(
  { reader, network, palette, share, fixed }: ShotColours,
  index: number,
  grey: Float32Array,
): Promise<ColourPlan> {
  const picture = planar(reader.grid.width, reader.grid.height, 1);
  for (let i = 0; i < grey.length; i++) picture.data[i] = Math.min(1, Math.max(0, grey[i]));
  const key = fixed.get(index);
  const plan = await prepareColour(picture, key?.hints ?? [], network, { own: 'replace' });
  if (key?.reference) return (await coloursFromReference(plan, key.reference, network)).plan;
  return withPalette(plan, palette, share);
}

/** The same on the grid. */
export async function coloursOfFrame(
  shot: ShotColours,
  index: number,
  grey: Float32Array,
): Promise<GridColours> {
  const plan = await planOfFrame(shot, index, grey);
  const { a, b } = gridChroma(plan, AT_REST);
  const colours = { a, b, sure: gridConfidence(plan) };
  // What a person set stays as it was set.
  if (!shot.fixed.has(index) && shot.params.steadiness > 0)
    lift(colours, BLURRED * spreadOf(colours).spread, BLURRED);
  return colours;
}

/** Trust, as a diagnostic view: 0..255 at each pixel of luma. */
export function confidenceView(reader: LumaReader, plane: Float32Array): Uint8Array {
  const { grid, format } = reader;
  const out = new Uint8Array(format.width * format.height);
  for (let y = 0, o = 0; y < format.height; y++) {
    const row = Math.min(grid.height - 1, Math.floor(((y + 0.5) * grid.height) / format.height)) * grid.width;
    for (let x = 0; x < format.width; x++, o++)
      out[o] =
        255 *
        Math.min(
          1,
          plane[row + Math.min(grid.width - 1, Math.floor(((x + 0.5) * grid.width) / format.width))],
        );
  }
  return out;
}

export class ColourWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly shot: ShotColours;
  private readonly keys: ReadonlySet<number>;
  private held: Held[] = [];
  private pyramid: Pyramid | null = null;
  /** Colours of the key frame that the held frames begin with; null before the first. */
  private key: Key | null = null;
  private readonly counts = { frames: 0, keyFrames: 0, refreshed: 0 };

  constructor(context: ShotContext, shot: ShotColours) {
    this.context = context;
    this.shot = shot;
    const { analysis } = context;
    this.keys = new Set(
      keyFramesOf(
        measuresOf(analysis.measures.colour),
        context.shot,
        analysis.flashes,
        [...shot.fixed.keys()],
        gapOf(shot.params),
      ),
    );
  }

  push(frame: Frame): Frame[] | Promise<Frame[]> {
    const { reader } = this.shot;
    const grey = reader.grey(frame);
    const luma = levelled(grey);
    const pyramid = preparePicture({ ...reader.grid, data: luma });
    const before = this.pyramid;
    this.pyramid = pyramid;
    this.held.push({
      frame,
      grey,
      luma,
      toBefore: before && estimateMotion(pyramid, before, { steps: 2 }),
      fromBefore: before && estimateMotion(before, pyramid, { steps: 2 }),
    });
    return this.keys.has(frame.index) ? this.arrive() : [];
  }

  async end(): Promise<Frame[]> {
    if (this.held.length === 0) return [];
    const last = this.held[this.held.length - 1];
    // A part may end between two key frames, or a reel break off.
    const done = this.key && this.held.length === 1 ? [] : await this.arrive();
    this.held = [];
    return [...done, this.finish(last, this.key as Key, this.key as Key, null)];
  }

  report(): Record<string, number> {
    return { ...this.counts };
  }

  private async colours(held: Held): Promise<Key> {
    this.counts.keyFrames++;
    const { index } = held.frame;
    return {
      ...(await coloursOfFrame(this.shot, index, held.grey)),
      luma: held.luma,
      ruled: this.shot.fixed.has(index) ? RULED : 0,
      grain: this.shot.reader.grain(held.frame),
    };
  }

  /** The last frame held is a key frame: those before it can be coloured. It stays, as the beginning of what comes. */
  private async arrive(): Promise<Frame[]> {
    const { held } = this;
    const last = held[held.length - 1];
    const key = this.ruledBy(this.key, held, await this.colours(last));
    // What comes before the first key frame has that one alone.
    const done = await this.between(held, this.key, key);
    this.key = key;
    this.held = [{ ...last, toBefore: null, fromBefore: null }];
    return done;
  }

  /** A key frame in the train of one that a person set takes the colours that arrive from there. */
  private ruledBy(before: Key | null, held: readonly Held[], key: Key): Key {
    if (!before || before.ruled === 0 || key.ruled > 0) return key;
    const trail = this.trailsBack(held)[held.length - 1];
    const seen = blended(key.luma, [{ key: before, trail, near: 1 }], this.shot.reader.grid);
    const w = seen.trust.map((v) => FOLLOWED * Math.min(1, 2 * v));
    return {
      ...key,
      a: key.a.map((v, i) => v + w[i] * (seen.a[i] - v)),
      b: key.b.map((v, i) => v + w[i] * (seen.b[i] - v)),
      ruled: before.ruled - 1,
    };
  }

  /** All frames but the last, which is the key frame `after`; the first is the key frame `before`, if there is one. */
  private async between(held: readonly Held[], before: Key | null, after: Key): Promise<Frame[]> {
    const { grid } = this.shot.reader;
    const m = held.length - 1;
    if (m === 0) return [];
    const back = before && this.trailsBack(held);
    const on = this.trailsOn(held);
    const side = (t: number) => [
      ...(before && back ? [{ key: before, trail: back[t], near: 1 - t / m }] : []),
      { key: after, trail: on[t], near: before ? t / m : 1 },
    ];
    if (before && m >= PARTED) {
      const middle = m >> 1;
      const seen = blended(held[middle].luma, side(middle), grid);
      if (seen.lost > LOST) {
        this.counts.refreshed++;
        const fresh = await this.colours(held[middle]);
        // Where colours arrived they stay: only what is new is the network's.
        const w = seen.trust.map((v) => Math.min(1, 2 * v) * this.shot.params.steadiness);
        const mixed: Key = {
          ...fresh,
          a: fresh.a.map((v, i) => v + w[i] * (seen.a[i] - v)),
          b: fresh.b.map((v, i) => v + w[i] * (seen.b[i] - v)),
        };
        const first = await this.between(held.slice(0, middle + 1), before, mixed);
        return [...first, ...(await this.between(held.slice(middle), mixed, after))];
      }
    }
    const done: Frame[] = [];
    for (let t = 0; t < m; t++) {
      if (t === 0 && before) done.push(this.finish(held[0], before, before, null));
      else {
        const seen = blended(held[t].luma, side(t), grid);
        done.push(this.finish(held[t], seen, before ?? after, seen.trust));
      }
    }
    return done;
  }

  /** Trails from each frame to the first. */
  private trailsBack(held: readonly Held[]): Trail[] {
    const trails = [startOfTrail(this.shot.reader.grid)];
    for (let t = 1; t < held.length; t++) {
      const { toBefore, fromBefore } = held[t];
      trails.push(follow(toBefore as Flow, fromBefore as Flow, trails[t - 1]));
    }
    return trails;
  }

  /** Trails from each frame to the last. */
  private trailsOn(held: readonly Held[]): Trail[] {
    const trails: Trail[] = [];
    trails[held.length - 1] = startOfTrail(this.shot.reader.grid);
    for (let t = held.length - 2; t >= 0; t--) {
      const { toBefore, fromBefore } = held[t + 1];
      trails[t] = follow(fromBefore as Flow, toBefore as Flow, trails[t + 1]);
    }
    return trails;
  }

  private finish(held: Held, colours: GridColours, { grain }: Key, trust: Float32Array | null): Frame {
    const { reader, params } = this.shot;
    const { format } = this.context;
    this.counts.frames++;
    const weight = colours.sure.map((v, i) => (0.3 + 0.7 * v) * (trust ? trust[i] : 1));
    const { grid, chroma } = reader;
    // Means over the grid's cells leave so much of the grain.
    const noise = (grain * grid.width * grid.height) / Math.max(1, chroma.width * chroma.height);
    const models = chromaModels(held.grey, colours, weight, grid, format, Math.min(grain, noise));
    const guide = reader.guide(held.frame, grain);
    this.context.show?.({
      step: 'colour',
      frame: held.frame.index,
      width: format.width,
      height: format.height,
      data: confidenceView(reader, weight),
    });
    return writeChroma(held.frame, reader, colouredFormat(format), models, guide, params.saturation);
  }
}
