/**
 * What a run's figures mean for it: whether colours drift, whether the weights are the best so far, whether it is to end.
 */
import { say } from '../../../app/words/sentences.ts';
import { driftAlarms, type Alarm } from './alarms.ts';
import type { Objective } from './objective.ts';
import type { Position, RunFile } from './position.ts';
import { evaluated } from './stop.ts';
import type { RunResult } from './types.ts';

/** Figures that may follow the best ones without being better before a run ends early. */
const PATIENCE = 6;

export interface Verdict {
  alarms: Alarm[];
  better: boolean;
  /** How the run ended; null: it goes on. */
  ended: RunResult | null;
}

/**
 * Judges the figures of the stage in which `position` stands and remembers in it what later figures are held against.
 * A run that an alarm stops keeps the weights from before: `better` is false.
 */
export function verdictOn(
  run: RunFile,
  position: Position,
  objective: Objective,
  figures: Readonly<Record<string, number>>,
): Verdict {
  const stage = run.stages[position.stage];
  const drift = { skinHue: figures.skinHueShift, neutralChroma: figures.neutralChroma };
  position.drift ??= drift;
  // A network that begins from nothing has no colours yet that could drift.
  const watched = stage.phase !== 'generator' || run.settings.start !== null;
  const alarms = watched ? driftAlarms(position.drift, drift, stage.phase) : [];
  const fatal = alarms.find((alarm) => alarm.action === 'stop');
  if (fatal)
    return {
      alarms,
      better: false,
      ended: { state: 'stopped', because: fatal.text, step: position.step },
    };
  // Figures of other sizes are other figures: each size finds its own best, and the last one decides.
  if (position.stageStep === 0)
    position.early = {
      best: run.stages[position.stage - 1]?.size === stage.size ? position.early.best : null,
      stale: 0,
    };
  const { state, better, stop } = evaluated(
    position.early,
    position.step,
    objective.verdict(figures),
    PATIENCE,
  );
  position.early = state;
  // Rates are high in the first half of a stage and figures noisy; a run of so many steps does them all.
  const late = stage.steps !== null && position.stageStep > stage.steps / 2;
  if (!(stop && late && run.totalSteps === null && position.stage === run.stages.length - 1))
    return { alarms, better, ended: null };
  // A run that is given more time begins to be patient again.
  position.early = { ...state, stale: 0 };
  const because = say('studio-no-better', { count: String(PATIENCE), step: String(state.best?.step ?? 0) });
  return { alarms, better, ended: { state: 'done', because, step: position.step } };
}
