/**
 * Time stamps of a finished film. They are the source's own, in its own time base, as long as nobody asks otherwise;
 * steps that put frames in between divide that base into finer ticks; a true tempo replaces the times, frame by frame,
 * and never touches a frame.
 */
import type { Frame } from '../../../app/film/frame.ts';
import { ptsOf, retimed, type Ratio, type ReelFacts } from '../../../app/film/probe.ts';
import type { ReelPlan } from './plan.ts';

type Timing = Pick<ReelPlan, 'ticks' | 'tempo' | 'frames'>;
type Times = Pick<ReelFacts, 'times' | 'timeBase' | 'lastDuration'>;

/** Seconds of one tick of the finished film's time stamps. */
export function outputBase({ ticks, tempo, frames }: Timing, facts: Times): Ratio {
  const base = tempo > 0 ? retimed(frames, tempo).timeBase : facts.timeBase;
  return { num: base.num, den: base.den * ticks };
}

/** A finished frame's time stamp in `outputBase`; `frame.pts` is in the source's base divided by the plan's ticks. */
export function outputPts(plan: Timing, facts: Times, frame: Pick<Frame, 'index' | 'pts'>): number {
  const { ticks, tempo, frames } = plan;
  if (tempo === 0) return frame.pts;
  const { times } = retimed(frames, tempo);
  const step = times.kind === 'constant' ? times.step : 1;
  const from = ptsOf(facts, frame.index) * ticks;
  const next = nextPts(facts, frame.index) * ticks;
  const share = next > from ? (frame.pts - from) / (next - from) : 0;
  return Math.round((frame.index + share) * step * ticks);
}

/** When the film ends, in `outputBase`: the last source frame's stamp and how long it stands. */
export function outputEnd(plan: Timing, facts: Times): number {
  const { ticks, tempo, frames } = plan;
  if (frames === 0) return 0;
  if (tempo === 0) return nextPts(facts, frames - 1) * ticks;
  const { times } = retimed(frames, tempo);
  return frames * (times.kind === 'constant' ? times.step : 1) * ticks;
}

/** Time stamp of the frame after this one; of the last: when it ends. */
function nextPts(facts: Times, index: number): number {
  const next = ptsOf(facts, index + 1);
  const count = facts.times.kind === 'constant' ? facts.times.count : facts.times.pts.length;
  return index + 1 < count && Number.isFinite(next) ? next : ptsOf(facts, index) + facts.lastDuration;
}
