/** The fills that the scores compare, by name: a picture whose hole is black, and the hole, to the filled picture. */
import { biharmonic, harmonic } from '../../../app/baseline/pde.ts';
import type { Planar } from '../../../app/planar.ts';
import { fillPlain } from '../../../main/actions/repair/fill.ts';
import { finish } from '../../../main/actions/repair/finish.ts';

const maskOf = (picture: Planar, hole: Uint8Array): Planar => ({
  width: picture.width,
  height: picture.height,
  channels: 1,
  data: Float32Array.from(hole),
});
export const methods: Record<string, (picture: Planar, hole: Uint8Array) => Planar> = {
  harmonic: (picture, hole) => harmonic(picture, maskOf(picture, hole)),
  biharmonic: (picture, hole) => biharmonic(picture, maskOf(picture, hole)),
  plain: (picture, hole) => fillPlain(picture, hole),
  default: (picture, hole) =>
    finish(fillPlain(picture, hole), hole, { x: 0, y: 0, w: picture.width, h: picture.height }, 1, false),
};
