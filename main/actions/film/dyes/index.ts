/**
 * Faded colour reels get their dyes back (the recipe's step `dyes`). What time took is estimated once for a shot (the
 * estimate of main/actions/ageing: dyes fade each at its own pace, stain comes on top) from a few of its frames together,
 * so that nothing pumps, and put right point by point: code values to light, to density, to dyes, and back. That whole way
 * is one table over luma and chroma, read between its points.
 */
import type { Frame, FrameFormat } from '../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, ShotSample, ShotWork } from '../../../../app/film/step.ts';
import type { FilmParams } from '../../../../app/recipe/film.ts';
import { agedSource, analyseAgeing, poolAgeing, type AgeingAnalysis } from '../../ageing/index.ts';
import { sourceOf } from '../../picture/source.ts';
import { codesOf, nodesOf, NODES, type Codes } from './codes.ts';
import { applyTable } from './table.ts';

type Params = FilmParams['dyes'];

/** Frames of a shot that are held until its estimate is made, and how many of them are looked at. */
const HELD = 25;
const LOOKED_AT = 5;

/** The table of the step in `ReelAnalysis.measures`, where the reel's colours were looked at: by the shot's first frame. */
export interface DyesMeasures {
  version: 1;
  shots: { first: number; ageing: AgeingAnalysis }[];
}

/**
 * What time did to frames of one shot, or of one reel.
 * @param frames of a film with colour; a handful that differ are enough
 * @throws RangeError for none
 */
export function dyesOf(frames: readonly Frame[], format: FrameFormat): AgeingAnalysis {
  const codes = codesOf(format);
  return poolAgeing(frames.map((frame) => analyseAgeing(codes.picture(frame))));
}

/** The correction of one shot. */
export class DyesTable {
  private readonly codes: Codes;
  private readonly table: Float32Array;

  private constructor(codes: Codes, table: Float32Array) {
    this.codes = codes;
    this.table = table;
  }

  static async make(format: FrameFormat, ageing: AgeingAnalysis, strength: number): Promise<DyesTable> {
    const codes = codesOf(format);
    const nodes = nodesOf(codes);
    const source = agedSource(sourceOf(nodes), ageing, {
      strength,
      contrast: 0.5,
      toning: 'keep',
    });
    const restored = await source.read({ x: 0, y: 0, w: nodes.width, h: nodes.height });
    return new DyesTable(codes, codes.back(restored, NODES ** 3));
  }

  /** Writes the frame's planes anew. */
  apply(frame: Frame): void {
    applyTable(frame, this.codes, this.table);
  }
}

class DyesWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly strength: number;
  private table: DyesTable | null = null;
  private held: Frame[] = [];
  private frames = 0;

  constructor(context: ShotContext, strength: number) {
    this.context = context;
    this.strength = strength;
  }

  async push(frame: Frame): Promise<Frame[]> {
    if (this.idle) return [frame];
    if (this.table) return this.done([frame]);
    this.held.push(frame);
    const known = this.measured;
    return known || this.held.length >= HELD ? this.start(known) : [];
  }

  end(): Promise<Frame[]> {
    return this.table || this.held.length === 0 ? Promise.resolve([]) : this.start(this.measured);
  }

  report(): Record<string, number> {
    // Counts of all parts are summed; what was lost stands in the record by shots (`lossesOf`).
    return { frames: this.frames };
  }

  /** Grey film has no dyes. */
  private get idle(): boolean {
    return this.strength === 0 || this.context.format.sampling === '400';
  }

  private get measured(): AgeingAnalysis | null {
    const measures = this.context.analysis.measures.dyes as DyesMeasures | null | undefined;
    return measures?.shots.find(({ first }) => first === this.context.shot.first)?.ageing ?? null;
  }

  private async start(known: AgeingAnalysis | null): Promise<Frame[]> {
    const { format, analysis } = this.context;
    const plain = this.held.filter(
      ({ index }) => !analysis.flashes.some((flash) => index >= flash.first && index <= flash.last),
    );
    const from = plain.length > 0 ? plain : this.held;
    const looked = Array.from(
      { length: Math.min(LOOKED_AT, from.length) },
      (_, k, n = Math.min(LOOKED_AT, from.length)) => from[Math.floor(((k + 0.5) * from.length) / n)],
    );
    const ageing = known ?? dyesOf(looked, format);
    this.table = await DyesTable.make(format, ageing, this.strength);
    const held = this.held;
    this.held = [];
    return this.done(held);
  }

  private done(frames: Frame[]): Frame[] {
    for (const frame of frames) this.table?.apply(frame);
    this.frames += frames.length;
    return frames;
  }
}

/** What each shot's dyes lost, for the change record; null: nobody looked. */
export function lossesOf(
  table: unknown,
): { first: number; cyan: number; magenta: number; yellow: number }[] | null {
  const measures = table as DyesMeasures | null | undefined;
  if (measures?.version !== 1) return null;
  return measures.shots.map(({ first, ageing }) => {
    const [cyan, magenta, yellow] = ageing.loss.map((v) => Math.round(1000 * v) / 1000);
    return { first, cyan, magenta, yellow };
  });
}

/** Frames of a shot that stand for it: evenly over its length, none that flashes up. */
const framesToSample: ShotSample['frames'] = ({ first, last }, flashes) => {
  const length = last + 1 - first;
  const count = Math.min(LOOKED_AT, length);
  const flashing = (index: number): boolean => flashes.some((f) => index >= f.first && index <= f.last);
  const all = Array.from({ length: count }, (_, k) => first + Math.floor(((k + 0.5) * length) / count));
  const plain = all.filter((index) => !flashing(index));
  return plain.length > 0 ? plain : all;
};

/** The step `dyes` of a reel. Film without chroma passes as it is. */
export const dyesStep: ReelStep<Params> = {
  name: 'dyes',
  observes: () => null,
  sample: {
    frames: framesToSample,
    measure: ({ first }, frames, format) =>
      format.sampling === '400' ? null : { first, ageing: dyesOf(frames, format) },
    finish: (measured): DyesMeasures => ({
      version: 1,
      shots: measured.filter((found) => found !== null) as DyesMeasures['shots'],
    }),
  },
  begin: (context, params) => new DyesWork(context, params.strength),
  holds: () => HELD,
  reach: () => ({ before: 0, after: 0 }),
};
