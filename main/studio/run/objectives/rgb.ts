/** What the networks that give whole pictures are trained for: `one`, `restorer`, `filler`. */
import type { Tensor } from '../../../../app/graph/graph.ts';
import { add, mul, neg, sub } from '../../../../app/graph/ops/arithmetic.ts';
import { clip } from '../../../../app/graph/ops/compare.ts';
import { abs, stopGradient } from '../../../../app/graph/ops/elementwise.ts';
import { mean, sum } from '../../../../app/graph/ops/reduce.ts';
import { concat, reshape } from '../../../../app/graph/ops/shape.ts';
import { logSoftmax, softmax } from '../../../../app/graph/ops/softmax.ts';
import { bceWithLogits, charbonnier, ssimLoss } from '../../../../app/graph/losses/index.ts';
import { filler } from '../../../../models/filler/network.ts';
import { one } from '../../../../models/one/network.ts';
import { tones } from '../../../../models/one/tones.ts';
import { restorer } from '../../../../models/restorer/network.ts';
import type { Objective, StepTensors } from '../objective.ts';
import { sampleOf } from './pictures.ts';

/** How much structure counts beside the error of each pixel. */
const STRUCTURE = 0.15;
/**
 * Errors below this count as squares, not as absolute values. An absolute error is least where most pixels stay exactly
 * as they are: networks that add to a picture then learn to add nothing (the restorer did, for 44,000 crops).
 */
const SMOOTH = 0.02;
/** Damage covers a few per cent of a picture: a missed pixel weighs as much as this many false ones. */
const MISSED = 4;

/** Weight of the choice among the classical answers, whose cross-entropy is about 1 to begin with. */
const CHOICE = 0.2;
/** Difference of mean errors at which one answer is e times as right as another. */
const CLEARLY = 0.004;

/**
 * Which of the classical answers is nearest to the truth, as shares [N, ways]. Told only by the error of its picture,
 * a network that is nearly sure of a wrong answer hardly learns of it: the gradient of a softmax is nought at its ends.
 */
export function nearestWay({ x, y }: StepTensors): Tensor {
  const [n] = x.shape;
  const errors = tones(x).ways.map((way) => reshape(mean(abs(sub(way, y)), [1, 2, 3]), [n, 1]));
  return softmax(mul(concat(errors, 1), -1 / CLEARLY), 1);
}

/** Weight of the map of holes, whose cross-entropy is small: most of a picture is there. */
const HOLES = 0.1;
/** Mean error of the colours at which damage begins to be worth filling, and at which it surely is. */
const WORTH = [0.05, 0.15] as const;

/** What has to be filled: damage under which the picture, as far as it was made without filling, is still wrong. */
function toBeFilled(bare: Tensor, { y, mask }: StepTensors): Tensor {
  const error = mean(abs(sub(stopGradient(bare), y)), [1], true);
  return mul(mask, clip(mul(sub(error, WORTH[0]), 1 / (WORTH[1] - WORTH[0])), 0, 1));
}

export const oneObjective: Objective = {
  network: one,
  task: 'one',
  tensors: (n, s) => ({ x: [n, 3, s, s], y: [n, 3, s, s], mask: [n, 1, s, s] }),
  content({ y, way, missing, bare }, batch) {
    const error = charbonnier(y, batch.y);
    const structure = ssimLoss(y, batch.y);
    const choice = mean(neg(sum(mul(nearestWay(batch), logSoftmax(way, 1)), [1])));
    const holes = bceWithLogits(missing, toBeFilled(bare, batch), { positiveWeight: MISSED });
    return {
      total: add(add(error, mul(structure, STRUCTURE)), add(mul(choice, CHOICE), mul(holes, HOLES))),
      parts: { error, structure, choice, holes },
    };
  },
  made: ({ y }) => y,
  real: ({ y }) => y,
  adversarial: 0.01,
  shown: ['y'],
  picture: (i, outputs, batch) => ({
    input: sampleOf(batch.x, i),
    output: sampleOf(outputs.y, i),
    truth: sampleOf(batch.y, i),
    mask: null,
  }),
  // Its curves act on the whole picture: larger steps first make it worse.
  rate: 8e-4,
  decay: 0.01,
  // Not the colour difference: it is settled by the few pictures of which one now sees, now does not see that they are negatives.
  verdict: (figures) => figures.lossContent,
};

export const restorerObjective: Objective = {
  network: restorer,
  task: 'restorer',
  tensors: (n, s) => ({ x: [n, 3, s, s], y: [n, 3, s, s], mask: [n, 1, s, s] }),
  content({ first, damageLogits }, batch) {
    // What lies under damage is the filler's work: here it counts little, but not nothing.
    const error = charbonnier(first, batch.y, sub(1, mul(batch.mask, 0.9)), SMOOTH);
    const damage = bceWithLogits(damageLogits, batch.mask, { positiveWeight: MISSED });
    return { total: add(error, mul(damage, 0.01)), parts: { error, damage } };
  },
  // What is refined after it is not learnt.
  made: ({ first }) => first,
  real: ({ y }) => y,
  adversarial: 0.005,
  shown: ['y'],
  picture: (i, outputs, batch) => ({
    input: sampleOf(batch.x, i),
    output: sampleOf(outputs.y, i),
    truth: sampleOf(batch.y, i),
    mask: null,
  }),
  rate: 1e-3,
  decay: 0.01,
  // Not PSNR: a mean over pictures of which some were never damaged is highest where nothing is done at all.
  verdict: (figures) => figures.lossContent,
};

export const fillerObjective: Objective = {
  network: filler,
  task: 'filler',
  tensors: (n, s) => ({ x: [n, 3, s, s], mask: [n, 1, s, s], y: [n, 3, s, s] }),
  content({ y }, batch) {
    const hole = charbonnier(y, batch.y, batch.mask, SMOOTH);
    const structure = ssimLoss(y, batch.y);
    return { total: add(hole, mul(structure, STRUCTURE)), parts: { hole, structure } };
  },
  made: ({ y }) => y,
  real: ({ y }) => y,
  // A hole has many right answers, and their mean is a blur: here the critic says most.
  adversarial: 0.03,
  shown: ['y'],
  picture: (i, outputs, batch) => ({
    input: sampleOf(batch.x, i),
    output: sampleOf(outputs.y, i),
    truth: sampleOf(batch.y, i),
    mask: sampleOf(batch.mask, i),
  }),
  rate: 1e-3,
  decay: 0.01,
  verdict: (figures) => -(figures.insidePsnr ?? figures.psnr),
};
