/** How alike the colours are that a predictor makes of the three records of one plate. */
import { abDistance, asColour, type LabPlanes, toLab } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';
import type { Agreement } from './types.ts';

function meanChroma(lab: LabPlanes): number {
  let sum = 0;
  for (let i = 0; i < lab.a.length; i++) sum += Math.hypot(lab.a[i], lab.b[i]);
  return sum / lab.a.length;
}

/** @param plates of each plate its truth and the predictions from its records */
export function agreementOf(
  name: string,
  plates: readonly { truth: Planar; predictions: readonly Planar[] }[],
): Agreement {
  let distance = 0;
  let pairs = 0;
  let chroma = 0;
  let made = 0;
  let truthChroma = 0;
  for (const { truth, predictions } of plates) {
    const labs = predictions.map((picture) => toLab(asColour(picture)));
    for (let i = 0; i < labs.length; i++) {
      chroma += meanChroma(labs[i]);
      made++;
      for (let j = i + 1; j < labs.length; j++) {
        distance += abDistance(labs[i], labs[j]);
        pairs++;
      }
    }
    truthChroma += meanChroma(toLab(truth));
  }
  const mean = { distance: distance / pairs, chroma: chroma / made };
  return {
    name,
    plates: plates.length,
    distance: mean.distance,
    relative: mean.chroma > 1e-3 ? mean.distance / mean.chroma : 0,
    chroma: mean.chroma,
    truthChroma: truthChroma / plates.length,
  };
}
