/** A plan coloured after a reference photograph, and the same as hints. */
import { reducePlane } from '../../../app/color/guided.ts';
import type { Planar } from '../../../app/planar.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { choiceFeatures } from './features.ts';
import { labOf } from './own.ts';
import { cellLightness, prepareColour } from './plan.ts';
import { hintsFromReference, referenceColours, type Look } from './reference.ts';
import type { ColourPlan } from './types.ts';

const lookOf = (plan: ColourPlan): Look => ({
  size: plan.cells,
  lightness: cellLightness(plan.lightness, plan.grid, plan.cells),
  features: choiceFeatures(plan),
});

/**
 * Colours a picture as a reference photograph is coloured.
 * @param plan of the picture to be coloured
 * @param reference three planes, sRGB-encoded 0..1, reduced (1000 px are enough)
 * @param network the one that made the plan; null: lightness and texture alone are compared
 * @returns hints at the surest places (for the recipe), and the plan with the reference's colours as its default
 */
export async function coloursFromReference(
  plan: ColourPlan,
  reference: Planar,
  network: OpenNetwork | null,
  signal?: AbortSignal,
): Promise<{ hints: Hint[]; plan: ColourPlan }> {
  const n = reference.width * reference.height;
  const grey: Planar = { ...reference, channels: 1, data: new Float32Array(n) };
  const { data } = reference;
  for (let i = 0; i < n; i++) grey.data[i] = 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
  const other = await prepareColour(grey, [], network, { own: 'replace' }, signal);
  const lab = labOf(reference);
  const cells = {
    width: Math.min(other.cells.width, reference.width),
    height: Math.min(other.cells.height, reference.height),
  };
  const look =
    cells.width === other.cells.width && cells.height === other.cells.height
      ? lookOf(other)
      : { size: cells, lightness: reducePlane(lab.L, reference, cells), features: null };
  const target = lookOf(plan);
  const chroma = { a: reducePlane(lab.a, reference, cells), b: reducePlane(lab.b, reference, cells) };
  const found = referenceColours(target, look, chroma);
  // Where the reference has nothing alike the network's own answer stays.
  const own = plan.base;
  const mixed = {
    a: found.a.map((v, i) => own.a[i] + Math.min(1, 2 * found.confidence[i]) * (v - own.a[i])),
    b: found.b.map((v, i) => own.b[i] + Math.min(1, 2 * found.confidence[i]) * (v - own.b[i])),
  };
  return {
    hints: hintsFromReference(target, found),
    plan: { ...plan, base: mixed, confidence: found.confidence },
  };
}
