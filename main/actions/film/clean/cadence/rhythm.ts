/**
 * The cadence of a whole reel, shot by shot: measured on a run of whole frames of each (fields are gone in pass one's small
 * luma), and completed where a shot is too still or too short to tell: pulldown was laid over the whole reel as a rule, and
 * goes on over cuts.
 */
import type { FrameFormat } from '../../../../../app/film/frame.ts';
import { frameBytes } from '../../../../../app/film/frame.ts';
import type { ReelAnalysis, ReelShot, ShotSample } from '../../../../../app/film/step.ts';
import { measureCadence, RUN_LEAST, type ShotCadence } from './measure.ts';
import { beginningShift, type Pulldown } from './pulldown.ts';

/** The table of the step in `ReelAnalysis.measures`. */
export interface CadenceMeasures {
  version: 1;
  shots: ShotCadence[];
}

/** Frames of a shot that are looked at, in one run, as far as they take no more memory than this. */
const RUN = 40;
const RUN_BYTES = 160 << 20;

export const cadenceSample: ShotSample = {
  frames: ({ first, last }, _flashes, format?: FrameFormat) => {
    const fit = format ? Math.floor(RUN_BYTES / frameBytes(format)) : RUN;
    const run = Math.min(last + 1 - first, RUN, Math.max(RUN_LEAST + 1, fit));
    const from = first + Math.floor((last + 1 - first - run) / 2);
    return Array.from({ length: run }, (_, k) => from + k);
  },
  measure: (shot, frames, format) => measureCadence(shot.first, frames, format),
  finish: (measured): CadenceMeasures => ({ version: 1, shots: completed(measured as ShotCadence[]) }),
};

/** Shots that could not tell take on the pulldown of the one before, else of the one after. */
function completed(shots: readonly ShotCadence[]): ShotCadence[] {
  const out = shots.map((shot) => ({ ...shot }));
  const take = (shot: ShotCadence, from: ShotCadence | undefined): void => {
    if (shot.kind === 'unknown' && from?.kind === 'telecine')
      Object.assign(shot, { kind: 'telecine', pulldown: from.pulldown });
  };
  for (let k = 1; k < out.length; k++) take(out[k], out[k - 1]);
  for (let k = out.length - 2; k >= 0; k--) take(out[k], out[k + 1]);
  return out;
}

/** What is known of the reel's shots; none where they were not looked at. */
export const shotCadences = (analysis: ReelAnalysis): ShotCadence[] =>
  (analysis.measures.cadence as CadenceMeasures | null | undefined)?.shots ?? [];

/** How fields of a shot are put together again. */
export type Rhythm =
  | {
      kind: 'telecine';
      pulldown: Pulldown;
      /** First frame of this shot and those before it that go on in the same rhythm. */
      from: number;
      /** Quarters of a frame by which times are moved, so that the film begins with its first frame. */
      shift: number;
    }
  | { kind: 'shifted'; shift: -1 | 1 };

/** null: the shot has no such rhythm, or none that is known. */
export function rhythmOf(analysis: ReelAnalysis, shot: Pick<ReelShot, 'first'>): Rhythm | null {
  const shots = shotCadences(analysis);
  const at = shots.findIndex(({ first }) => first === shot.first);
  if (at < 0) return null;
  const { kind, pulldown, shift } = shots[at];
  if (kind === 'shifted' && shift) return { kind, shift };
  if (kind !== 'telecine' || !pulldown) return null;
  let begin = at;
  const same = (other: ShotCadence | undefined): boolean =>
    other?.kind === 'telecine' &&
    other.pulldown?.top === pulldown.top &&
    other.pulldown.bottom === pulldown.bottom;
  while (same(shots[begin - 1])) begin--;
  const from = shots[begin].first;
  return { kind, pulldown, from, shift: beginningShift(from, pulldown) };
}
