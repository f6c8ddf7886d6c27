/** The steps that clean a reel, by their names in the recipe. Each leaves frames as they are when it is not on. */
import type { ReelStep } from '../../../../app/film/step.ts';
import type { FilmParams } from '../../../../app/recipe/film.ts';
import { deflickerStep } from './deflicker/index.ts';
import { dirtStep } from './dirt/index.ts';
import { stabilizeStep } from './stabilize/index.ts';

/** Steps in the order of the work. */
export const cleanSteps = {
  stabilize: stabilizeStep,
  deflicker: deflickerStep,
  dirt: dirtStep,
} satisfies { [K in keyof FilmParams]?: ReelStep<FilmParams[K]> };

export { deflickerStep, dirtStep, stabilizeStep };
