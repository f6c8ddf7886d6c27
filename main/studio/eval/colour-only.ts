/**
 * Colour judged alone: the lightness of the truth with the a* and b* of a prediction. The three records of a
 * plate differ in lightness by nature (a blue record shows red as black), which no colouring is to blame for.
 */
import { asColour, fromLab, toLab } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';

/** @param truth and `prediction` of the same size. @returns three planes, not clipped */
export function onlyColour(truth: Planar, prediction: Planar): Planar {
  const { a, b } = toLab(asColour(prediction));
  return fromLab({ ...toLab(asColour(truth)), a, b });
}
