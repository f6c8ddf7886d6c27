/**
 * What the colorist is trained for: the choice among colour bins, and the mean chroma that comes of it
 * (models/colorist/loss.ts). The critic sees luminance and chroma at a quarter of the size: a colour
 * can only be judged on what it lies on.
 */
import type { Tensor } from '../../../../app/graph/graph.ts';
import { add, mul } from '../../../../app/graph/ops/arithmetic.ts';
import { averagePool } from '../../../../app/graph/ops/resize.ts';
import { concat } from '../../../../app/graph/ops/shape.ts';
import { mergeChroma } from '../../../../app/color/merge.ts';
import { CHROMA_SCALE, pixelRows } from '../../../../models/colorist/colour.ts';
import { coloristLoss } from '../../../../models/colorist/loss.ts';
import { colorist } from '../../../../models/colorist/network.ts';
import type { Objective, StepTensors } from '../objective.ts';
import { sampleOf } from './pictures.ts';

/** Luminance and chroma as the critic's three channels, all about 0..1. */
function together(l: Tensor, ab: Tensor): Tensor {
  return concat([averagePool(l, 4), add(mul(ab, 1.5), 0.5)], 1);
}

export const coloristObjective: Objective = {
  network: colorist,
  task: 'colorist',
  tensors: (n, s) => ({ l: [n, 1, s, s], hints: [n, 3, s / 4, s / 4], ab: [n, 2, s / 4, s / 4] }),
  content({ logits }, batch: StepTensors) {
    const { total, choice, distance } = coloristLoss(pixelRows(logits), batch.ab);
    return { total, parts: { choice, distance } };
  },
  made: ({ ab }, { l }) => together(l, ab),
  real: ({ l, ab }) => together(l, ab),
  // The content loss, a cross-entropy of about 4, has gradients that would drown a smaller one.
  adversarial: 0.5,
  shown: ['ab'],
  picture(i, outputs, batch) {
    const grey = sampleOf(batch.l, i);
    return {
      input: grey,
      output: mergeChroma(grey, sampleOf(outputs.ab, i), CHROMA_SCALE),
      truth: mergeChroma(grey, sampleOf(batch.ab, i), CHROMA_SCALE),
      mask: null,
    };
  },
  rate: 1e-3,
  decay: 0.01,
  // Not the distance of chroma alone: that is least where everything is dull.
  verdict: (figures) => figures.lossContent,
};
