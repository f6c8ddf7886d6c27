/** The score of a silent reel: composed for its length and its cuts, and written beside the segments until it is in the film. */
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { ReelFacts } from '../../app/film/probe.ts';
import { ptsOf } from '../../app/film/probe.ts';
import type { ReelAnalysis } from '../../app/film/step.ts';
import { say } from '../../app/words/sentences.ts';
import type { ReelPlan } from '../actions/film/plan.ts';
import { outputBase, outputEnd, outputPts } from '../actions/film/times.ts';
import type { ReelExportTask } from './reel-protocol.ts';
import type { MelodyModels } from './score-models.ts';

export interface ComposedScore {
  file: string;
  notes: readonly string[];
  /** For the change record. */
  record: unknown;
}

/** Seconds of the finished film, and when its shots begin. */
export function filmTime(
  plan: Pick<ReelPlan, 'ticks' | 'tempo' | 'frames'>,
  facts: ReelFacts,
  analysis: Pick<ReelAnalysis, 'shots'>,
): { seconds: number; cuts: number[] } {
  const base = outputBase(plan, facts);
  const at = (index: number): number =>
    outputPts(plan, facts, { index, pts: ptsOf(facts, index) * plan.ticks });
  const seconds = (ticks: number): number => (ticks * base.num) / base.den;
  const start = at(0);
  return {
    seconds: seconds(outputEnd(plan, facts) - start),
    cuts: analysis.shots.slice(1).map((shot) => seconds(at(shot.first) - start)),
  };
}

/** Composes what the recipe wishes for; null: nothing. @throws RevealError 'bad-input' when a score is wished for and none described */
export async function composeScore(options: {
  task: Pick<ReelExportTask, 'recipe' | 'export'>;
  plan: ReelPlan;
  facts: ReelFacts;
  analysis: ReelAnalysis;
  signal: AbortSignal;
  dir: string;
  /** Weights in the place of the shipped ones: what was listened to is what is written. */
  models?: MelodyModels;
}): Promise<ComposedScore | null> {
  const { task, plan, facts, analysis, signal, dir, models = {} } = options;
  if (task.export.sound !== 'score') return null;
  const { score } = task.recipe;
  if (!score) throw new RevealError('bad-input', say('film-score-undecided', { file: facts.name }));
  // It brings a synthesiser and its sounds along.
  const { writeFilmScore } = await import('../actions/compose/fit/index.ts');
  const time = filmTime(plan, facts, analysis);
  const made = await writeFilmScore(score, time, path.join(dir, 'score.wav'), { signal, models });
  return {
    file: made.file,
    notes: made.notes,
    record: { score, seconds: time.seconds, phrases: made.fit.ends },
  };
}
