/** Which parameters the frames of a roll share, read from the descriptions of the steps. */
import { allSteps } from '../../../app/recipe/develop.ts';
import type { StepSpec } from '../../../app/recipe/spec.ts';

const roll = new Set(
  (allSteps as readonly StepSpec[]).flatMap((s) =>
    s.params.filter((p) => p.scope === 'roll').map((p) => `${s.id}.${p.key}`),
  ),
);

/** Whether 'step.key' belongs to the roll rather than to the frame. */
export function rollScoped(key: string): boolean {
  return roll.has(key);
}
