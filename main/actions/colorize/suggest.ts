/** Colours to offer at a point of the picture: the modes of what the network thinks possible there. */
import { labSpace } from '../../../app/color/gamut.ts';
import { COLOUR_BINS } from '../../../models/colorist/bins.ts';
import type { ColourPlan } from './types.ts';
import { variantOf } from './plan.ts';
import { modesOf } from './variants.ts';

export interface SuggestedColour {
  /** Display colour at the picture's own lightness, sRGB-encoded 0..1. */
  colour: [number, number, number];
  /** 0..1: how likely, of all that was thought possible. */
  share: number;
}

/** Cells around the point that are asked, and how alike in L* they must be. */
const AROUND = 2;
const ALIKE = 6;

/**
 * The likeliest colours at a place, the best first; empty off the picture.
 * @param x and `y` in fractions of the picture, 0..1
 */
export function suggestColours(plan: ColourPlan, x: number, y: number, most = 6): SuggestedColour[] {
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return [];
  const { cells, grid, choice } = plan;
  const n = cells.width * cells.height;
  const at = (i: number, j: number): number =>
    Math.min(grid.height - 1, Math.floor(((j + 0.5) * grid.height) / cells.height)) * grid.width +
    Math.min(grid.width - 1, Math.floor(((i + 0.5) * grid.width) / cells.width));
  const place =
    Math.min(grid.height - 1, Math.floor(y * grid.height)) * grid.width +
    Math.min(grid.width - 1, Math.floor(x * grid.width));
  const L = plan.lightness[place];
  const ci = Math.min(cells.width - 1, Math.floor(x * cells.width));
  const cj = Math.min(cells.height - 1, Math.floor(y * cells.height));
  const shown = (a: number, b: number): [number, number, number] => {
    const space = labSpace('srgb');
    space.put((L + 16) / 116, a, b);
    return [space.rgb[0], space.rgb[1], space.rgb[2]];
  };
  if (!choice) {
    const c = cj * cells.width + ci;
    return (['1', '2', '3', '4'] as const).map((variant) => {
      const { a, b } = variantOf(plan, variant);
      return { colour: shown(a[c], b[c]), share: 1 / 4 };
    });
  }
  const pooled = new Float64Array(COLOUR_BINS.length);
  for (let j = Math.max(0, cj - AROUND); j <= Math.min(cells.height - 1, cj + AROUND); j++)
    for (let i = Math.max(0, ci - AROUND); i <= Math.min(cells.width - 1, ci + AROUND); i++) {
      const d2 = ((i - ci) ** 2 + (j - cj) ** 2) / (AROUND * AROUND);
      const unlike = ((plan.lightness[at(i, j)] - L) / ALIKE) ** 2;
      const w = Math.exp(-0.5 * (2 * d2 + unlike)) + (i === ci && j === cj ? 1e-3 : 0);
      const cell = j * cells.width + i;
      for (let k = 0; k < pooled.length; k++) pooled[k] += w * choice[k * n + cell];
    }
  return modesOf(pooled, most).map(({ a, b, share }) => ({ colour: shown(a, b), share }));
}
