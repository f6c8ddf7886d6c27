/** The steps that this version has, under their names in the recipe. */
import type { ReelStep } from '../../../app/film/step.ts';
import { cleanSteps } from './clean/index.ts';
import { colourStep } from './colour/index.ts';
import { dyesStep } from './dyes/index.ts';
import { enlargeStep } from './enlarge/index.ts';
import { tableStep, type StepTable } from './index.ts';

const all = { ...cleanSteps, dyes: dyesStep, colour: colourStep, enlarge: enlargeStep };

/** All of them; a table is made anew for each caller, so that nothing is shared between threads by accident. */
export const reelSteps = (): StepTable =>
  Object.fromEntries(Object.entries(all).map(([name, step]) => [name, tableStep(step as ReelStep<unknown>)]));
