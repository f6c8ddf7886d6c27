/** The neutral picker over the host's pixels: solves for the lights and applies them to the present recipe. */
import { setParam } from './controls.ts';
import { solveNeutral, type Lights, type NeutralResult } from './neutral.ts';
import type { Session } from './session.ts';
import type { Box, Point, Size } from './viewport.ts';
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';

/** The recipe with these lights, the lights step switched on. */
export function withLights(recipe: DevelopRecipe, lights: Lights): DevelopRecipe {
  let out = setParam(recipe, 'lights', 'on', true);
  for (const key of ['red', 'green', 'blue'] as const) out = setParam(out, 'lights', key, lights[key]);
  return out;
}

/** Width of the patch that is judged, as a share of the picture: large against grain, small against things. */
const PATCH = 0.006;
const PATCH_PIXELS = 12;

/** Mean red, green and blue (0..255, fractions kept) of RGBA pixels. */
export function meanColour(rgba: ArrayLike<number>): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  const n = rgba.length / 4;
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) sum[c] += rgba[i * 4 + c];
  return [sum[0] / n, sum[1] / n, sum[2] / n];
}

/** The patch about a point, inside the picture; as wide as high in pixels. */
export function patchAt(point: Point, picture: Size): Box {
  const w = PATCH;
  const h = Math.min(1, (PATCH * picture.w) / picture.h);
  const keep = (v: number, size: number) => Math.min(1 - size, Math.max(0, v - size / 2));
  return { x: keep(point.x, w), y: keep(point.y, h), w, h };
}

/**
 * Makes the picture neutral at a point (fractions of the finished picture). It develops a patch about the
 * point with trial lights, on the same path as the preview; a single pixel would be judged by its grain.
 * Returns why it could not, or null when it did or was overtaken (`current` false: another pick, another
 * picture).
 */
export async function pickNeutral(
  session: Session,
  point: Point,
  picture: Size,
  current: () => boolean,
): Promise<Extract<NeutralResult, { ok: false }>['reason'] | null> {
  const { recipe, id } = session.store.getState();
  if (!recipe) return null;
  const { red, green, blue } = recipe.params.lights;
  const view = patchAt(point, picture);
  const result = await solveNeutral({ red, green, blue }, async (lights) => {
    const { rgba } = await session.client.pixels({
      itemId: id,
      recipe: withLights(recipe, lights),
      view,
      maxWidth: PATCH_PIXELS,
      maxHeight: PATCH_PIXELS,
      space: 'srgb',
    });
    return meanColour(rgba);
  });
  const now = session.store.getState();
  if (!current() || now.id !== id || !now.recipe) return null;
  if (!result.ok) return result.reason;
  session.apply(withLights(now.recipe, result.lights), 'neutral');
  return null;
}
