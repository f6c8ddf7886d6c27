/** Interim degradations, until those of app/degrade can be called: noise, a band that is missing, a plain grey. */
import type { Degraded, Preset } from '../../../app/degrade/types.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';

export function degrade(picture: Planar, _preset: Preset, seed: readonly (number | string)[]): Degraded {
  const random = seeded(...seed);
  const mask = planar(picture.width, picture.height, 1);
  mask.data.fill(1, 0, picture.width * (picture.height >> 2));
  return {
    input: { ...picture, data: picture.data.map((v) => v + random.normal(0, 0.05)) },
    target: picture,
    mask,
    applied: [],
    group: 'noise',
  };
}

export function greyInput(picture: Planar, _seed: readonly (number | string)[]): Planar {
  const out = planar(picture.width, picture.height, 1);
  const n = out.data.length;
  for (let i = 0; i < n; i++)
    out.data[i] = 0.3 * picture.data[i] + 0.6 * picture.data[n + i] + 0.1 * picture.data[2 * n + i];
  return out;
}
