/** The steps that clean a reel, by their names in the recipe. Each leaves frames as they are when it is not on. */
import type { ReelStep } from '../../../../app/film/step.ts';
import type { FilmParams } from '../../../../app/recipe/film.ts';
import { cadenceStep } from './cadence/index.ts';
import { deflickerStep } from './deflicker/index.ts';
import { dirtStep } from './dirt/index.ts';
import { framesStep } from './frames/index.ts';
import { gateStep } from './gate/index.ts';
import { grainStep } from './grain/index.ts';
import { interpolateStep } from './interpolate/index.ts';
import { linesStep } from './lines/index.ts';
import { stabilizeStep } from './stabilize/index.ts';

/** Steps in the order of the work. */
export const cleanSteps = {
  cadence: cadenceStep,
  frames: framesStep,
  stabilize: stabilizeStep,
  deflicker: deflickerStep,
  dirt: dirtStep,
  lines: linesStep,
  gate: gateStep,
  grain: grainStep,
  interpolate: interpolateStep,
} satisfies { [K in keyof FilmParams]?: ReelStep<FilmParams[K]> };

export {
  cadenceStep,
  gateStep,
  deflickerStep,
  dirtStep,
  framesStep,
  grainStep,
  interpolateStep,
  linesStep,
  stabilizeStep,
};
