/** The neutral picker over the host's read-out: solves for the lights and applies them to the present recipe. */
import { setParam } from './controls.ts';
import { solveNeutral, type Lights, type NeutralResult } from './neutral.ts';
import type { Session } from './session.ts';
import type { Point } from './viewport.ts';
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';

/** The recipe with these lights, the lights step switched on. */
export function withLights(recipe: DevelopRecipe, lights: Lights): DevelopRecipe {
  let out = setParam(recipe, 'lights', 'on', true);
  for (const key of ['red', 'green', 'blue'] as const) out = setParam(out, 'lights', key, lights[key]);
  return out;
}

/**
 * Makes the picture neutral at a point (fractions of the finished picture). Returns why it could not, or null
 * when it did or was overtaken (`current` false: another pick, another picture).
 */
export async function pickNeutral(
  session: Session,
  point: Point,
  current: () => boolean,
): Promise<Extract<NeutralResult, { ok: false }>['reason'] | null> {
  const { recipe, id } = session.store.getState();
  if (!recipe) return null;
  const { red, green, blue } = recipe.params.lights;
  const result = await solveNeutral({ red, green, blue }, async (lights) => {
    const trial = withLights(recipe, lights);
    const answer = await session.client.call('develop.readout', { itemId: id, recipe: trial, ...point });
    return answer.output;
  });
  const now = session.store.getState();
  if (!current() || now.id !== id || !now.recipe) return null;
  if (!result.ok) return result.reason;
  session.apply(withLights(now.recipe, result.lights), 'neutral');
  return null;
}
