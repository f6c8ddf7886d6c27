/**
 * Which parameters travel when settings are copied, pasted or synced: a tree of steps and parameters with
 * three-state ticks, and the short list of keys the host wants ('print' for a whole step, 'lights.exposure'
 * for one). Crop and exposure belong to a frame and start unticked; what a roll shares starts ticked.
 */
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { ParamSpec, StepSpec } from '../../../app/recipe/spec.ts';
import { getParam, setParam } from './controls.ts';

export type Ticks = Readonly<Record<string, boolean>>;

/** What was drawn on one picture has no meaning on another, unless somebody asks for just that. */
export const ofOnePicture = (spec: ParamSpec): boolean =>
  spec.type === 'marks' || spec.type === 'hints' || spec.type === 'sources';

const keysOf = (step: StepSpec): string[] => [
  ...(step.switchable ? [`${step.id}.on`] : []),
  ...step.params.map((p) => `${step.id}.${p.key}`),
];

/** All keys of an action: 'film.film', 'dust.on' … */
export function allKeys(steps: readonly StepSpec[]): string[] {
  return steps.flatMap(keysOf);
}

/** 'roll' ticks what a roll shares, 'changed' what differs from its default, 'all' and 'none' speak for themselves. */
export function presetTicks(
  steps: readonly StepSpec[],
  recipe: DevelopRecipe,
  preset: 'roll' | 'changed' | 'all' | 'none',
): Ticks {
  const ticks: Record<string, boolean> = {};
  for (const step of steps) {
    if (step.switchable)
      ticks[`${step.id}.on`] =
        preset === 'all' ||
        preset === 'roll' ||
        (preset === 'changed' && getParam(recipe, step.id, 'on') === (step.offByDefault === true));
    for (const p of step.params) {
      const changed = JSON.stringify(getParam(recipe, step.id, p.key)) !== JSON.stringify(p.default);
      ticks[`${step.id}.${p.key}`] =
        preset === 'all' ||
        (preset === 'roll' && p.scope === 'roll') ||
        (preset === 'changed' && changed && !ofOnePicture(p));
    }
  }
  return ticks;
}

/** 'all', 'some' or 'none' of a step's parameters are ticked. */
export function stepTick(step: StepSpec, ticks: Ticks): 'all' | 'some' | 'none' {
  const keys = keysOf(step);
  const n = keys.filter((k) => ticks[k]).length;
  return n === 0 ? 'none' : n === keys.length ? 'all' : 'some';
}

/** Ticks or unticks a whole step. */
export function tickStep(step: StepSpec, ticks: Ticks, on: boolean): Ticks {
  return { ...ticks, ...Object.fromEntries(keysOf(step).map((k) => [k, on])) };
}

/** The keys to send: a step's id when all of it is ticked, else its single parameters. */
export function syncKeys(steps: readonly StepSpec[], ticks: Ticks): string[] {
  return steps.flatMap((step) =>
    stepTick(step, ticks) === 'all' ? [step.id] : keysOf(step).filter((k) => ticks[k]),
  );
}

/** Pastes the named keys of one recipe into another. */
export function pasteKeys(
  steps: readonly StepSpec[],
  from: DevelopRecipe,
  to: DevelopRecipe,
  keys: readonly string[],
): DevelopRecipe {
  let out = to;
  for (const step of steps)
    for (const key of keysOf(step))
      if (keys.includes(step.id) || keys.includes(key)) {
        const name = key.slice(step.id.length + 1);
        out = setParam(out, step.id, name, getParam(from, step.id, name));
      }
  return out;
}
