/** A picture on paper: its size in centimetres and the resolution that its pixels give there. */
import type { ExportRecipe } from '../../app/contract/jobs.ts';
import type { Item } from '../../app/contract/library.ts';

export interface PaperFacts {
  /** Centimetres. */
  width: number;
  height: number;
  /** What the file will say: the wanted resolution, or less where there are too few pixels. */
  dpi: number;
  enough: boolean;
}

/** @returns null where no size on paper is asked for, or the picture's size is not known */
export function paperFacts(
  recipe: Pick<ExportRecipe, 'printCm' | 'dpi'>,
  item: Pick<Item, 'width' | 'height' | 'aspect' | 'steps'>,
): PaperFacts | null {
  const { printCm } = recipe;
  const longest = Math.max(item.width, item.height);
  if (printCm === null || longest < 1) return null;
  const wanted = recipe.dpi ?? 300;
  // An enlargement gives twice the pixels at least.
  const pixels = longest * (item.steps.includes('enlarge') ? 2 : 1);
  const there = pixels / (printCm / 2.54);
  const wide = item.aspect >= 1;
  const short = printCm * (wide ? 1 / item.aspect : item.aspect);
  return {
    width: wide ? printCm : short,
    height: wide ? short : printCm,
    dpi: Math.min(wanted, there),
    enough: there >= wanted * 0.98,
  };
}
