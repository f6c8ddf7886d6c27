/** The colour step's sliders where nobody moved them. */
import type { ColourParams } from '../../../app/recipe/restore.ts';

export const plainColour: Omit<ColourParams, 'on' | 'hints' | 'model'> = {
  saturation: 1,
  temperature: 0,
  variant: '1',
  own: 'auto',
  reds: 1,
  yellows: 1,
  greens: 1,
  cyans: 1,
  blues: 1,
  magentas: 1,
};
