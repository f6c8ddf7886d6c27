/** The steps that this version has, under their names in the recipe. */
import { dirtStep } from './clean/dirt/index.ts';
import { stabilizeStep } from './clean/stabilize/index.ts';
import { colourStep } from './colour/index.ts';
import { dyesStep } from './dyes/index.ts';
import { enlargeStep } from './enlarge/index.ts';
import { tableStep, type StepTable } from './index.ts';

/** All of them; a table is made anew for each caller, so that nothing is shared between threads by accident. */
export const reelSteps = (): StepTable => ({
  stabilize: tableStep(stabilizeStep),
  dirt: tableStep(dirtStep),
  dyes: tableStep(dyesStep),
  colour: tableStep(colourStep),
  enlarge: tableStep(enlargeStep),
});
