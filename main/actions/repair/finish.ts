/**
 * Texture and grain over a finished fill, so that it does not stand out by its smoothness.
 */
import type { Rect } from '../../../app/picture.ts';
import { copyPlanar, type Planar } from '../../../app/planar.ts';
import { addGrain } from './grain.ts';

/** @param region where `filled` lies in the picture: grain is named by the picture's pixels */
export function finish(
  filled: Planar,
  unknown: Uint8Array,
  region: Rect,
  seed: number,
  _scale: number,
): Planar {
  const out = copyPlanar(filled);
  addGrain(out, unknown, region, seed);
  return out;
}
