/** The learning rate of a run: what a sweep proposes, and what becomes of it from step to step. */
import { learningRate } from '../../../app/graph/step/index.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import { proposeRate } from './finder.ts';
import type { Position, RunFile } from './position.ts';

/** AdamW on these networks becomes unsteady above it, whatever a sweep says. */
const HIGHEST_RATE = 2e-3;

/**
 * The peak rate that a sweep gives, and what the diary says of it.
 * @param losses of the sweep
 * @param known the rate that is known to work
 */
export function rateFrom(losses: readonly number[], known: number): { rate: number; text: Sentence } {
  const proposed = proposeRate(losses);
  // Damage differs from batch to batch, and so does the loss: a proposal far below what is known to work is noise.
  if (proposed === null || proposed < known / 8)
    return { rate: known, text: say('studio-rate-none', { rate: String(known) }) };
  const rate = Math.min(HIGHEST_RATE, Math.max(known / 4, proposed));
  const text = say('studio-rate', {
    steps: String(losses.length),
    found: proposed.toPrecision(2),
    rate: rate.toPrecision(2),
  });
  return { rate, text };
}

/** The rate of the next step: warm-up and half a cosine for each stage; a critic and who learns against it go steadily. */
export function rateAt(run: RunFile, { stage: index, stageStep }: Position): number {
  const stage = run.stages[index];
  const rate = (run.rate as number) * stage.rate * run.settings.rate;
  if (stage.phase !== 'generator') return rate / 10;
  const steps = stage.steps ?? 1000;
  const last = index === run.stages.length - 1;
  return learningRate(
    { kind: 'cosine', rate, steps, warmup: Math.min(50, Math.ceil(steps / 10)), floor: last ? 0.02 : 0.2 },
    stageStep,
  );
}
