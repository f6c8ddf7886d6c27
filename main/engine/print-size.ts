/** Size on paper: from centimetres and dots per inch to pixels and the resolution that is written into the file. */
import type { ExportRecipe } from '../../app/contract/jobs.ts';

const CM_PER_INCH = 2.54;
/** Dots per inch of a print where nothing else is said. */
export const PRINT_DPI = 300;

type Wish = Partial<Pick<ExportRecipe, 'printCm' | 'dpi'>> & Pick<ExportRecipe, 'longSide'>;

/**
 * Longest side in pixels that an export is reduced to; null: it keeps its pixels.
 * @param longest side of the finished picture at its full size; `enlarged`: it will be larger than that, so a print that
 *   wants more is not cut short by it
 */
export function sideFor(wish: Wish, longest: number, enlarged = false): number | null {
  if (wish.printCm == null) return wish.longSide;
  const pixels = Math.max(16, Math.round((wish.printCm / CM_PER_INCH) * (wish.dpi ?? PRINT_DPI)));
  // An enlarged picture is made from all it has; reducing before would throw that away.
  return pixels < longest && !enlarged ? pixels : null;
}

/** Resolution to be written: what makes a print as long as was asked for, else what was asked for, else the scan's own. */
export function resolutionFor(
  wish: Wish,
  width: number,
  height: number,
  scanDpi: number | null,
): number | null {
  if (wish.printCm != null)
    return Math.round((Math.max(width, height) / (wish.printCm / CM_PER_INCH)) * 100) / 100;
  return wish.dpi ?? scanDpi;
}
