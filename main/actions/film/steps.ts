/** The steps that this version has, under their names in the recipe. */
import { colourStep } from './colour/index.ts';
import { tableStep, type StepTable } from './index.ts';

/** All of them; a table is made anew for each caller, so that nothing is shared between threads by accident. */
export const reelSteps = (): StepTable => ({
  colour: tableStep(colourStep),
});
