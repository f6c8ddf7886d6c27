/** Colours taken from pictures: from the one on stage, as it is developed now, or from another as a reference. */
import type { Hint } from '../../../app/recipe/marks.ts';
import { meanColour, patchAt } from './pickneutral.ts';
import type { Session } from './session.ts';
import type { Point, Size } from './viewport.ts';

/** Side of the patch that is averaged, in pixels of the answer. */
const PATCH_PIXELS = 12;

const unit = (rgb: readonly number[]): Hint['colour'] => [rgb[0] / 255, rgb[1] / 255, rgb[2] / 255];

/** The colour at a point (fractions of the finished picture) of the present picture; null when it was left meanwhile. */
export async function sampleHere(
  session: Session,
  point: Point,
  picture: Size,
): Promise<Hint['colour'] | null> {
  const { recipe, id } = session.store.getState();
  if (!recipe) return null;
  const { rgba } = await session.client.pixels({
    itemId: id,
    recipe,
    view: patchAt(point, picture),
    maxWidth: PATCH_PIXELS,
    maxHeight: PATCH_PIXELS,
    space: 'srgb',
  });
  return session.store.getState().id === id ? unit(meanColour(rgba)) : null;
}

/** The mean colour about a pixel of RGBA pixels; `reach` pixels to each side, inside the picture. */
export function sampleAt(
  rgba: Uint8ClampedArray,
  size: { width: number; height: number },
  x: number,
  y: number,
  reach = 2,
): Hint['colour'] {
  const sum = [0, 0, 0];
  let n = 0;
  const clamp = (v: number, top: number) => Math.min(top - 1, Math.max(0, v));
  for (let j = clamp(y - reach, size.height); j <= clamp(y + reach, size.height); j++)
    for (let i = clamp(x - reach, size.width); i <= clamp(x + reach, size.width); i++) {
      for (let c = 0; c < 3; c++) sum[c] += rgba[(j * size.width + i) * 4 + c];
      n++;
    }
  return unit(sum.map((v) => v / n));
}
