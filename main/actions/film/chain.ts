/**
 * Steps one after the other over the frames of one part of a shot: what one gives, the next takes. Frames that were only
 * seen for their neighbours' sake (before and after the part's own) are thrown away at the end of the chain, never before:
 * a later step wants to see them too.
 */
import type { Frame, FrameFormat } from '../../../app/film/frame.ts';
import type { Part } from '../../../app/film/segments.ts';
import type { ReelAnalysis, ReelStep, ShotContext, ShotKeyFrame, ShotWork } from '../../../app/film/step.ts';

/** A step with its parameters. What kind they are only the step knows. */
export interface StepUse {
  step: ReelStep<unknown>;
  params: unknown;
}

export interface ChainContext {
  format: FrameFormat;
  analysis: ReelAnalysis;
  seed: number;
  /** Of the whole reel: each shot is told which are its own. */
  keyFrames?: readonly ShotKeyFrame[];
  networks?: ShotContext['networks'];
  /** Takes what steps show of their work. */
  show?: ShotContext['show'];
}

/**
 * Frames beyond a part that a chain of steps has to see: each adds what it needs to what those after it need.
 * @param fixed whether a person set key frames, which some steps follow further
 */
export function reachOf(uses: readonly StepUse[], fixed = true): { before: number; after: number } {
  let before = 0;
  let after = 0;
  for (const { step, params } of uses) {
    const held = step.holds(params);
    const reach = step.reach?.(params, fixed) ?? { before: held, after: held };
    before += reach.before;
    after += reach.after;
  }
  return { before, after };
}

/** Format of the frames that a chain gives. */
export const formatAfter = (uses: readonly StepUse[], format: FrameFormat): FrameFormat =>
  uses.reduce((f, { step, params }) => step.gives?.(f, params) ?? f, format);

/** Time stamps of what a chain gives are in units of the reel's time base divided by this. */
export const ticksOf = (uses: readonly StepUse[]): number =>
  uses.reduce((ticks, { step, params }) => ticks * (step.ticks?.(params) ?? 1), 1);

export class StepChain {
  private readonly works: ShotWork[];
  private readonly names: string[];
  private readonly part: Part;
  /** Factor that brings time stamps of this chain to the reel's common ticks. */
  private readonly scale: number;
  /** Milliseconds that each step took. */
  private readonly spent: number[];

  private readonly context: ChainContext;

  private constructor(works: ShotWork[], names: string[], part: Part, scale: number, context: ChainContext) {
    this.context = context;
    this.works = works;
    this.names = names;
    this.part = part;
    this.scale = scale;
    this.spent = works.map(() => 0);
  }

  /** @param ticks the reel's, a multiple of this chain's */
  static async begin(
    uses: readonly StepUse[],
    part: Part,
    context: ChainContext,
    ticks: number,
  ): Promise<StepChain> {
    const works: ShotWork[] = [];
    let { format } = context;
    const shot = context.analysis.shots[part.shot];
    const { keyFrames = [] } = context;
    const own = (key: ShotKeyFrame): boolean => key.frame >= shot.first && key.frame <= shot.last;
    for (const { step, params } of uses) {
      works.push(
        await step.begin(
          {
            format,
            shot,
            analysis: context.analysis,
            seed: context.seed,
            span: { first: part.from, last: part.to },
            keyFrames: keyFrames.filter(own),
            otherKeyFrames: keyFrames.filter((key) => !own(key)),
            ...(context.networks ? { networks: context.networks } : {}),
            ...(context.show ? { show: context.show, diagnose: true } : {}),
          },
          params,
        ),
      );
      format = step.gives?.(format, params) ?? format;
    }
    return new StepChain(
      works,
      uses.map(({ step }) => step.name),
      part,
      ticks / ticksOf(uses),
      context,
    );
  }

  /** Takes the next frame from `part.from` on; @returns frames of the part that are through. */
  push(frame: Frame): Promise<Frame[]> {
    return this.through([frame], 0);
  }

  /** @returns what was held back */
  async end(): Promise<Frame[]> {
    const done: Frame[] = [];
    for (const [at, work] of this.works.entries()) {
      const start = performance.now();
      const frames = await work.end();
      this.spent[at] += performance.now() - start;
      this.shown(at, frames);
      done.push(...(await this.through(frames, at + 1)));
    }
    return done;
  }

  /** What was changed and how long it took, by step. */
  report(): Record<string, { seconds: number; counts: Record<string, number> }> {
    return Object.fromEntries(
      this.works.map((work, at) => [
        this.names[at],
        { seconds: this.spent[at] / 1000, counts: work.report() },
      ]),
    );
  }

  /** Passes on what a step has ready to show of the frame that it gave last. */
  private shown(at: number, given: readonly Frame[]): void {
    const { show, format } = this.context;
    if (!show || given.length === 0) return;
    const data = this.works[at].diagnostic?.();
    if (!data) return;
    const { width, height } = format;
    show({ step: this.names[at], frame: given[given.length - 1].index, width, height, data });
  }

  private async through(frames: Frame[], from: number): Promise<Frame[]> {
    let ready = frames;
    for (let at = from; at < this.works.length && ready.length > 0; at++) {
      const given: Frame[] = [];
      const start = performance.now();
      for (const frame of ready) {
        const answer = this.works[at].push(frame);
        // Not every step waits for something; those that do not need not wait for the event loop either.
        const frames = answer instanceof Promise ? await answer : answer;
        this.shown(at, frames);
        given.push(...frames);
      }
      this.spent[at] += performance.now() - start;
      ready = given;
    }
    const { first, last } = this.part;
    const kept = ready.filter((frame) => frame.index >= first && frame.index <= last);
    if (this.scale !== 1) for (const frame of kept) frame.pts *= this.scale;
    return kept;
  }
}
