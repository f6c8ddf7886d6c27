/**
 * Dirt and dust: what is in one frame only. Each frame is compared with its two neighbours moved along; pieces that belong to
 * neither are asked whether they fly (follow.ts) and whether what is around them speaks for dirt (judge.ts),
 * and are filled from a neighbour (fill.ts). The first and last frame of a shot have neighbours on one side only and are judged
 * more warily. Outside the pieces no sample changes.
 */
import type { Frame, FrameFormat } from '../../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import {
  chain,
  estimateMotion,
  motionFactor,
  preparePicture,
  reducedLuma,
  vectorAt,
  warp,
  type Flow,
  type Pyramid,
} from '../motion/index.ts';
import { copySamples, luma8, soften } from '../planes.ts';
import { Filler, type Source } from './fill.ts';
import { accompanied, flying } from './follow.ts';
import { findRegions, tooLarge, type Region, type Specks } from './regions.ts';
import { evidenceOf, odds } from './judge.ts';
import { dirtTuning, type DirtTuning } from './tuning.ts';

interface Held {
  frame: Frame;
  luma: Uint8Array;
  soft: Uint8Array;
  pyramid: Pyramid;
  /** Motion to the frame before and after; null where there is none. */
  before: Flow | null;
  after: Flow | null;
  regions: Region[] | null;
  /** 1 where something like dirt lies, flying or not. */
  mask: Uint8Array | null;
}

/** Pieces are found as well with fewer steps (measured), and flows that disagree are no evidence of dirt anyway. */
const MOTION = { steps: 2 } as const;
/** Farthest flight of a thing from frame to frame, as a share of the width. */
const FLIGHT = 0.12;

class DirtWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly format: FrameFormat;
  private readonly tuning: DirtTuning;
  private readonly largest: number;
  private readonly factor: number;
  private readonly filler: Filler;
  /** Frames by their place in the shot; those not needed any more are dropped. */
  private readonly held: (Held | null)[] = [];
  private given = 0;
  private pieces = 0;
  private pixels = 0;

  constructor(context: ShotContext, params: FilmParams['dirt']) {
    this.context = context;
    this.format = context.format;
    this.tuning = dirtTuning(params.strength);
    this.largest = Math.max(2, (params.largest / 100) * context.format.height);
    this.factor = motionFactor(context.format.width, context.format.height);
    this.filler = new Filler(context.format, this.factor);
  }

  push(frame: Frame): Frame[] {
    const { width, height } = this.format;
    const luma = luma8(frame, this.format);
    const held: Held = {
      ...{ frame, luma, soft: soften(luma, width, height) },
      pyramid: preparePicture(reducedLuma(frame, this.format, this.factor)),
      ...{ before: null, after: null, regions: null, mask: null },
    };
    const last = this.held.at(-1);
    this.held.push(held);
    if (last) {
      last.after = estimateMotion(last.pyramid, held.pyramid, MOTION);
      held.before = estimateMotion(held.pyramid, last.pyramid, MOTION);
      const at = this.held.length - 2;
      // The first frame needs the motion from the second to the third.
      if (at === 1) this.look(0);
      if (at >= 1) this.look(at);
    }
    return this.give(this.held.length - 3);
  }

  end(): Frame[] {
    const n = this.held.length;
    if (n >= 3) this.look(n - 1);
    else for (const h of this.held) if (h) h.regions = [];
    return this.give(n);
  }

  report(): Record<string, number> {
    return { pieces: this.pieces, pixels: this.pixels };
  }

  /** Finds the pieces of a frame. */
  private look(at: number): void {
    const held = this.held[at];
    if (!held || held.regions) return;
    const size = { width: this.format.width, height: this.format.height };
    const [a, b] = this.references(at);
    if (!a || !b) {
      held.regions = [];
      return;
    }
    const p = warp({ ...size, data: a.held.soft }, a.flow);
    const n = warp({ ...size, data: b.held.soft }, b.flow);
    const oneSided = a.away * b.away > 0;
    const specks: Specks = { luma: held.luma, beyond: this.beyond(held, [a, b]) };
    const largest = oneSided ? this.largest / 2 : this.largest;
    held.regions = findRegions(held.soft, p, n, size, this.tuning, largest, oneSided ? 1.6 : 1, specks);
    const scene = { ...size, c: held.soft, p, n, a: a.flow, b: b.flow, factor: this.factor, oneSided };
    for (const r of held.regions) {
      if (r.pixels.length < this.tuning.fewest || tooLarge(r, largest)) continue;
      r.odds = odds(evidenceOf(r, scene, this.tuning), oneSided);
      r.kept = r.odds > this.tuning.odds;
    }
  }

  /** `Specks.beyond` for a frame. */
  private beyond(held: Held, references: readonly { held: Held; flow: Flow }[]): Specks['beyond'] {
    const { width, height } = this.format;
    const { factor } = this;
    const v = new Float32Array(2);
    return (x, y, sign) => {
      let least = Infinity;
      const here = sign * held.luma[y * width + x];
      for (const { held: other, flow } of references) {
        vectorAt(flow, (x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5, v);
        const px = Math.max(1, Math.min(width - 2, Math.round(x + v[0] * factor)));
        const py = Math.max(1, Math.min(height - 2, Math.round(y + v[1] * factor)));
        for (let j = -1; j <= 1; j++)
          for (let i = (py + j) * width + px - 1, end = i + 3; i < end; i++)
            least = Math.min(least, here - sign * other.luma[i]);
      }
      return least;
    };
  }

  /** The two frames that a frame is compared with: on both sides, or both on the only side there is. */
  private references(at: number): ({ held: Held; flow: Flow; away: number } | null)[] {
    const near = [-1, 1].map((away) => this.neighbour(at, away));
    if (near[0] && near[1]) return near;
    return near[0] ? [near[0], this.neighbour(at, -2)] : [near[1], this.neighbour(at, 2)];
  }

  private neighbour(at: number, away: number): { held: Held; flow: Flow; away: number } | null {
    const here = this.held[at];
    const there = this.held[at + away];
    const between = this.held[at + Math.sign(away)];
    if (!here || !there || !between) return null;
    const first = away < 0 ? here.before : here.after;
    if (Math.abs(away) === 1) return first ? { held: there, flow: first, away } : null;
    const second = away < 0 ? between.before : between.after;
    return first && second ? { held: there, flow: chain(first, second), away } : null;
  }

  /** Gives frames before place `to`; by then the pieces of the two frames after each are known, or the shot is over. */
  private give(to: number): Frame[] {
    const out: Frame[] = [];
    // A frame is given when the frame two places on has been looked at.
    while (this.given < Math.min(to - 1, this.held.length) || (to === this.held.length && this.given < to)) {
      out.push(this.repair(this.given));
      this.given++;
      const past = this.given - 3;
      if (past >= 0) this.held[past] = null;
    }
    return out;
  }

  private repair(at: number): Frame {
    const held = this.held[at] as Held;
    const { width, height } = this.format;
    const { frame } = held;
    const kept = this.decide(at);
    if (this.context.show)
      this.context.show({ step: 'dirt', frame: frame.index, width, height, data: this.drawn(kept) });
    if (kept.length === 0) return frame;
    const mask = this.maskOf(at);
    const sources: Source[] = [];
    for (const away of [-1, 1, -2, 2]) {
      const n = this.neighbour(at, away);
      if (n) sources.push({ frame: n.held.frame, luma: n.held.luma, flow: n.flow, away: Math.abs(away) });
    }
    const masks = new Map<Frame, Uint8Array>();
    for (const away of [-1, 1, -2, 2]) {
      const n = this.held[at + away];
      if (n?.regions) masks.set(n.frame, this.maskOf(at + away));
    }
    const planes = frame.planes.map(copySamples);
    this.pixels += this.filler.fill(held.luma, planes, kept, mask, sources, (source, x, y) => {
      const px = Math.max(0, Math.min(width - 1, Math.round(x)));
      const py = Math.max(0, Math.min(height - 1, Math.round(y)));
      return masks.get(source.frame)?.[py * width + px] === 1;
    });
    this.pieces += kept.length;
    return { ...frame, planes };
  }

  /** The pieces that are dirt: all that look like it but what flies. */
  private decide(at: number): Region[] {
    const around = [-2, -1, 0, 1, 2].map((k) => this.held[at + k]?.regions ?? null);
    const fly = flying(around, 2, FLIGHT * this.format.width);
    const company = accompanied(around, 2, FLIGHT * this.format.width);
    // What stands out most is the likelier to be somebody's: a racket that vanishes is seen, a speck that stays hardly.
    const needed = (r: Region): number =>
      this.tuning.odds + 2 + 0.8 * Math.max(0, Math.log((r.contrast ** 2 * r.pixels.length) / 10000));
    return (around[2] ?? []).filter((r) => r.kept && !fly.has(r) && (r.odds >= needed(r) || !company.has(r)));
  }

  private maskOf(at: number): Uint8Array {
    const held = this.held[at] as Held;
    return (held.mask ??= this.drawn((held.regions ?? []).filter((r) => r.kept)));
  }

  /** 1 where the pieces lie and one pixel around them. */
  private drawn(regions: readonly Region[]): Uint8Array {
    const { width, height } = this.format;
    const mask = new Uint8Array(width * height);
    for (const r of regions)
      for (const i of r.pixels) {
        const x = i % width;
        for (let dy = -width; dy <= width; dy += width)
          for (let dx = -1; dx <= 1; dx++)
            if (x + dx >= 0 && x + dx < width && i + dy >= 0 && i + dy < mask.length) mask[i + dy + dx] = 1;
      }
    return mask;
  }
}

/** Removes dirt and dust. */
export const dirtStep: ReelStep<FilmParams['dirt']> = {
  name: 'dirt',
  begin: (context, params) => new DirtWork(context, params),
  holds: () => 6,
  reach: () => ({ before: 4, after: 4 }),
};
