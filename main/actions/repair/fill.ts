/**
 * Filling of one crop, without a network: what is unknown is continued from what is known.
 */
import { biharmonic, harmonic } from '../../../app/baseline/pde.ts';
import type { Planar } from '../../../app/planar.ts';

/** Continues narrow damage from its sides. `unknown`: 1 where a pixel is to be filled. Known samples stay. */
export function fillNarrow(crop: Planar, unknown: Uint8Array): Planar {
  const mask: Planar = {
    width: crop.width,
    height: crop.height,
    channels: 1,
    data: Float32Array.from(unknown),
  };
  const a = harmonic(crop, mask);
  const b = biharmonic(crop, mask);
  const n = crop.width * crop.height;
  for (let c = 0; c < crop.channels; c++)
    for (let i = 0; i < n; i++)
      if (unknown[i]) a.data[c * n + i] = (a.data[c * n + i] + b.data[c * n + i]) / 2;
  return a;
}

/** The plain fill of wide damage. */
export function fillPlain(crop: Planar, unknown: Uint8Array): Planar {
  return fillNarrow(crop, unknown);
}
