/**
 * What the networks that write melodies are trained for. `bertso`: the cross-entropy of each event's tone and duration.
 * `milia`: the cross-entropy of what was blank, and in the GAN phase the critic's opinion of the melody as it was filled
 * in. Figures are the losses on melodies that were held out, sung and played alike.
 */
import type { Tensor } from '../../../../app/graph/graph.ts';
import { add, div, mul, neg, sub } from '../../../../app/graph/ops/arithmetic.ts';
import { sum } from '../../../../app/graph/ops/reduce.ts';
import { concat } from '../../../../app/graph/ops/shape.ts';
import { logSoftmax } from '../../../../app/graph/ops/softmax.ts';
import { COLUMN_CHANNELS, COLUMNS, PLAN_CHANNELS } from '../../../../app/melody/columns.ts';
import { DURATIONS, TONES } from '../../../../app/melody/events.ts';
import { FEATURES } from '../../../../app/melody/features.ts';
import type { MelodyNetworkName } from '../../../../app/contract/studio.ts';
import { bertso } from '../../../../models/bertso/network.ts';
import { miliaCritic } from '../../../../models/milia/critic.ts';
import { drawn, milia } from '../../../../models/milia/network.ts';
import type { Objective, StepNumbers } from '../objective.ts';
import { rollOf, validateMelodies } from './melody-look.ts';

/** Mean of -sum target log p over the places that count. @param axis of the classes */
function choiceLoss(logits: Tensor, target: Tensor, counts: Tensor, axis: number): Tensor {
  const loss = neg(sum(mul(target, logSoftmax(logits, axis)), [axis], true));
  return div(sum(mul(loss, counts)), add(sum(counts), 1e-6));
}

/** Class of the largest number in each row. */
function largest({ data }: { data: Float32Array }, from: number, stride: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (data[from + c * stride] > data[from + best * stride]) best = c;
  return best;
}

export const bertsoObjective: Objective = {
  network: bertso,
  // Melodies bring a loader of their own.
  task: 'one',
  tensors: (n, t) => ({
    features: [n, t, FEATURES],
    tone: [n, t, TONES],
    length: [n, t, DURATIONS.length],
    counts: [n, t, 1],
  }),
  content({ tones, lengths }, { tone, length, counts }) {
    const toneChoice = choiceLoss(tones, tone, counts, 2);
    const lengthChoice = choiceLoss(lengths, length, counts, 2);
    return { total: add(toneChoice, lengthChoice), parts: { toneChoice, lengthChoice } };
  },
  made: ({ tones }) => tones,
  real: ({ tone }) => tone,
  adversarial: 0,
  shown: ['tones'],
  picture(i, { tones }: StepNumbers, { tone, counts }: StepNumbers) {
    const length = counts.dims[1];
    const at = (t: number): number => (i * length + t) * TONES;
    const rows = Array.from({ length }, (_, t) => ({
      counts: counts.data[i * length + t] > 0,
      truth: largest(tone, at(t), 1, TONES),
      guess: largest(tones, at(t), 1, TONES),
    }));
    return rollOf(rows, TONES);
  },
  validate: validateMelodies,
  rate: 2e-3,
  decay: 0.05,
  verdict: (figures) => figures.lossContent,
};

export const miliaObjective: Objective = {
  network: milia,
  critic: miliaCritic,
  task: 'one',
  tensors: (n, t) => ({
    columns: [n, COLUMN_CHANNELS, 1, t],
    truth: [n, COLUMNS, 1, t],
    blank: [n, 1, 1, t],
    inside: [n, 1, 1, t],
    noise: [n, COLUMNS, 1, t],
    plan: [n, PLAN_CHANNELS, 1, t],
  }),
  content({ logits }, { truth, blank }) {
    const choice = choiceLoss(logits, truth, blank, 1);
    return { total: choice, parts: { choice } };
  },
  made: ({ logits }, { truth, blank, inside, noise, plan }) => {
    const filled = add(mul(truth, sub(1, blank)), mul(drawn(logits, noise), blank));
    return concat([mul(filled, inside), plan], 1);
  },
  real: ({ truth, inside, plan }) => concat([mul(truth, inside), plan], 1),
  adversarial: 0.1,
  shown: ['logits'],
  picture(i, { logits }: StepNumbers, { truth, inside, blank }: StepNumbers) {
    const length = inside.dims[3];
    const rows = Array.from({ length }, (_, t) => ({
      counts: inside.data[i * length + t] > 0,
      truth: largest(truth, i * COLUMNS * length + t, length, COLUMNS),
      guess:
        blank.data[i * length + t] > 0
          ? largest(logits, i * COLUMNS * length + t, length, COLUMNS)
          : largest(truth, i * COLUMNS * length + t, length, COLUMNS),
    }));
    return rollOf(rows, COLUMNS);
  },
  validate: validateMelodies,
  rate: 2e-3,
  decay: 0.01,
  verdict: (figures) => figures.lossContent,
};

export const melodyObjectives: Record<MelodyNetworkName, Objective> = {
  bertso: bertsoObjective,
  milia: miliaObjective,
};
