/**
 * The film action: which steps there are, in the order of the work, and which of them a recipe uses on which shot. What
 * a reel goes through is decided here once and is the same for the export, the preview of a frame and the estimate.
 */
import {
  filmParamsSchema,
  filmSteps,
  type FilmParams,
  type FilmRecipe,
  type FilmStepName,
} from '../../../app/recipe/film.ts';
import type { ReelShot, ReelStep } from '../../../app/film/step.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { say } from '../../../app/words/sentences.ts';
import type { StepUse } from './chain.ts';

/** Steps by their name in the recipe. */
export type StepTable = Partial<Record<FilmStepName, ReelStep<unknown>>>;

/** A step with its own parameters' type, as one of a table. */
export const tableStep = <P>(step: ReelStep<P>): ReelStep<unknown> => step as ReelStep<unknown>;

/** Parameters of one shot: those of the reel, and what was decided for the shot that holds the override's frame. */
export function shotParams(
  recipe: Pick<FilmRecipe, 'params' | 'overrides'>,
  shot: Pick<ReelShot, 'first' | 'last'>,
): FilmParams {
  const own = recipe.overrides.filter(({ first }) => first >= shot.first && first <= shot.last);
  if (own.length === 0) return recipe.params;
  const merged: Record<string, Record<string, unknown>> = structuredClone(
    recipe.params as unknown as Record<string, Record<string, unknown>>,
  );
  for (const { params } of own)
    for (const [step, values] of Object.entries(params)) merged[step] = { ...merged[step], ...values };
  return filmParamsSchema.parse(merged);
}

/**
 * The steps that these parameters switch on, in the order of the work.
 * @throws RevealError 'bad-input' for a step that this version has not
 */
export function usesOf(table: StepTable, params: FilmParams): StepUse[] {
  return filmSteps.flatMap(({ id }): StepUse[] => {
    if (!params[id].on) return [];
    const step = table[id];
    if (!step) throw new RevealError('bad-input', say('film-no-step', { step: id }));
    return [{ step, params: params[id] }];
  });
}

/** Whether these settings leave every frame as it is. */
export const leavesAll = (recipe: Pick<FilmRecipe, 'params' | 'overrides'>): boolean =>
  filmSteps.every(
    ({ id }) =>
      !recipe.params[id].on && recipe.overrides.every((o) => (o.params[id] as { on?: unknown })?.on !== true),
  );
