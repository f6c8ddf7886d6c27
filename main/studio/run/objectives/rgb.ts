/** What the networks that give whole pictures are trained for: `one`, `restorer`, `filler`. */
import { add, mul, sub } from '../../../../app/graph/ops/arithmetic.ts';
import { bceWithLogits, charbonnier, ssimLoss } from '../../../../app/graph/losses/index.ts';
import { filler } from '../../../../models/filler/network.ts';
import { one } from '../../../../models/one/network.ts';
import { restorer } from '../../../../models/restorer/network.ts';
import type { Objective } from '../objective.ts';
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

export const oneObjective: Objective = {
  network: one,
  task: 'one',
  tensors: (n, s) => ({ x: [n, 3, s, s], y: [n, 3, s, s] }),
  content({ y }, batch) {
    const error = charbonnier(y, batch.y);
    const structure = ssimLoss(y, batch.y);
    return { total: add(error, mul(structure, STRUCTURE)), parts: { error, structure } };
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
  verdict: (figures) => figures.deltaE,
};

export const restorerObjective: Objective = {
  network: restorer,
  task: 'restorer',
  tensors: (n, s) => ({ x: [n, 3, s, s], y: [n, 3, s, s], mask: [n, 1, s, s] }),
  content({ y, damageLogits }, batch) {
    // What lies under damage is the filler's work: here it counts little, but not nothing.
    const error = charbonnier(y, batch.y, sub(1, mul(batch.mask, 0.9)), SMOOTH);
    const structure = ssimLoss(y, batch.y);
    const damage = bceWithLogits(damageLogits, batch.mask, { positiveWeight: MISSED });
    return {
      total: add(add(error, mul(structure, STRUCTURE)), mul(damage, 0.05)),
      parts: { error, structure, damage },
    };
  },
  made: ({ y }) => y,
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
