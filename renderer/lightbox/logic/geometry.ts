/** Small questions about a recipe's geometry: turning by quarters, and a recipe without any geometry. */
import type { DevelopRecipe, FrameParams } from '../../../app/recipe/develop.ts';

const quarter = ['0', '90', '180', '270'] as const;

/** Turned by quarter turns, clockwise positive. In a mirrored picture the hand still sees it turn clockwise. */
export function rotated(rotate: FrameParams['rotate'], quarters: number): FrameParams['rotate'] {
  return quarter[(((quarter.indexOf(rotate) + quarters) % 4) + 4) % 4];
}

/** The same develop on the whole scan, upright as the picture is: what tools that show the scan read their values from. */
export function flatGeometry(recipe: DevelopRecipe): DevelopRecipe {
  return {
    ...recipe,
    params: {
      ...recipe.params,
      frame: {
        ...recipe.params.frame,
        crop: null,
        format: 'none',
        straighten: 0,
      },
    },
  };
}
