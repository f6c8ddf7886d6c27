/** What "before" means, and what the stage shows of a picture: with restore steps the question is what they changed. */
import type { ScanKind } from '../../../app/contract/library.ts';
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';
import { restores, restoreSteps } from '../../../app/recipe/restore.ts';
import { isPrint } from '../../../app/recipe/wanted.ts';
import type { Show } from './feed.ts';
import type { Overlay, Tool } from './state.ts';

/** The same recipe without anything that is done to the positive; the recipe itself when nothing is. */
export function withoutRestore(recipe: DevelopRecipe): DevelopRecipe {
  if (!restores(recipe.params)) return recipe;
  const params = { ...recipe.params };
  for (const { id } of restoreSteps) Object.assign(params, { [id]: { ...params[id], on: false } });
  return { ...recipe, params };
}

const plain = new WeakMap<DevelopRecipe, DevelopRecipe>();

/**
 * What a picture is compared with: a print with its scan, a film that is restored with its develop alone, a film that
 * is only developed with the film. The same recipe object for the same recipe, so that nothing is fetched twice.
 */
export function beforeOf(recipe: DevelopRecipe, kind: ScanKind | null): 'film' | DevelopRecipe {
  if (kind === null || (!isPrint(kind) && !restores(recipe.params))) return 'film';
  const known = plain.get(recipe) ?? withoutRestore(recipe);
  plain.set(recipe, known);
  return known;
}

/** What "before" is called: 'film', the 'scan' of a print, or the picture 'unrestored'. */
export function beforeName(
  recipe: DevelopRecipe | null,
  kind: ScanKind | null,
): 'film' | 'scan' | 'unrestored' {
  if (kind !== null && isPrint(kind)) return 'scan';
  return recipe && restores(recipe.params) ? 'unrestored' : 'film';
}

/** What is asked of the pixel path. Tools work on the picture; the mask tools may see the mask and what was changed. */
export function showOf(tool: Tool, overlay: Overlay): Show {
  if (overlay === 'none') return 'developed';
  if (tool === 'none') return overlay;
  return tool === 'marks' && overlay !== 'dust' && overlay !== 'clipping' ? overlay : 'developed';
}
