/**
 * Grain, JPEG blocks and sharpness, read off a part of a picture at its full size, because a reduced copy shows none of
 * them. Noise by the robust estimate of texture.ts on smooth parts (median of second differences), which knows no
 * pattern and is quick; blocks and edges as the cleaning measures them (clean/defects.ts).
 */
import { luma, noiseSigma } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';
import { blockSteps, edgeWidth } from '../clean/defects.ts';
import type { Quality } from './types.ts';

/**
 * @param picture part of a picture at full size, sRGB-encoded 0..1, one or three planes, at least 32 x 32
 */
export function estimateQuality(picture: Planar): Quality {
  const grey = picture.channels === 1 ? picture : luma(picture);
  const { width, height, data } = grey;
  return {
    noise: 255 * noiseSigma(grey, 0),
    blocks: 255 * Math.min(blockSteps(data, width, height, 1), blockSteps(data, width, height, width)),
    edge: edgeWidth(data, width, height),
  };
}
