/**
 * Grain, JPEG blocks and sharpness, read off a part of a picture at its full size, because a reduced copy shows none of
 * them.
 *
 * noise   the robust estimate of texture.ts on smooth parts (median of second differences)
 * blocks  steps between neighbouring pixels, less the mean of the steps beside them (smooth slopes cancel), averaged by
 *         their phase in a grid of 8: JPEG leaves one phase above the others (after Wang, Sheikh and Bovik,
 *         "No-reference perceptual quality assessment of JPEG compressed images", ICIP 2002). The grid may begin
 *         anywhere: pictures are cropped
 * edge    the rise over 9 pixels of the strongest edges over their steepest step: the width of the ramp
 *         (Marziliano et al., "A no-reference perceptual blur metric", ICIP 2002)
 */
import { luma, noiseSigma } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';
import type { Quality } from './types.ts';

const PERIOD = 8;
/** Half of the window of an edge. */
const REACH = 4;
/** Rise from which an edge counts, encoded. */
const STRONG = 0.18;
/** Edges that it takes to tell. */
const ENOUGH = 200;

/**
 * @param picture part of a picture at full size, sRGB-encoded 0..1, one or three planes, at least 32 x 32
 */
export function estimateQuality(picture: Planar): Quality {
  const grey = picture.channels === 1 ? picture : luma(picture);
  return {
    noise: 255 * noiseSigma(grey, 0),
    blocks: 255 * Math.min(blockSteps(grey, 1), blockSteps(grey, grey.width)),
    edge: edgeWidth(grey),
  };
}

/** Excess of the steps at the most prominent phase over those at the next, along one axis. @param stride 1: across */
function blockSteps({ width, height, data }: Planar, stride: number): number {
  const across = stride === 1;
  const sums = new Float64Array(PERIOD);
  const counts = new Float64Array(PERIOD);
  const length = across ? width : height;
  const lines = across ? height : width;
  for (let line = 0; line < lines; line++) {
    const start = across ? line * width : line;
    for (let k = 2; k + 1 < length; k++) {
      const i = start + k * stride;
      const step = Math.abs(data[i] - data[i - stride]);
      const beside =
        (Math.abs(data[i - stride] - data[i - 2 * stride]) + Math.abs(data[i + stride] - data[i])) / 2;
      sums[k % PERIOD] += Math.max(-0.05, Math.min(0.05, step - beside));
      counts[k % PERIOD]++;
    }
  }
  const means = Array.from(sums, (s, k) => s / Math.max(1, counts[k]));
  means.sort((a, b) => b - a);
  return means[0] - means[1];
}

/** The lower fifth of the widths of strong edges across: what is in focus tells. */
function edgeWidth({ width, height, data }: Planar): number | null {
  const widths: number[] = [];
  for (let y = 0; y < height; y += 2)
    for (let x = REACH; x + REACH < width; x++) {
      const i = y * width + x;
      const rise = Math.abs(data[i + REACH] - data[i - REACH]);
      if (rise < STRONG) continue;
      const here = Math.abs(data[i + 1] - data[i]);
      let steepest = 0;
      for (let k = -REACH; k < REACH; k++)
        steepest = Math.max(steepest, Math.abs(data[i + k + 1] - data[i + k]));
      // Each edge once: where it is steepest.
      if (here === steepest) widths.push(rise / steepest);
    }
  if (widths.length < ENOUGH) return null;
  widths.sort((a, b) => a - b);
  return widths[Math.floor(widths.length / 5)];
}
