/**
 * What the networks that write melodies are trained for. `bertso`: the cross-entropy of each event's tone and duration.
 * `milia`: the cross-entropy of what was blank, and in the GAN phase the critic's opinion of melodies that it wrote itself and draws
 * places of again. Figures are the losses on melodies that were held out, sung and played alike.
 */
import type { Tensor } from '../../../../app/graph/graph.ts';
import { add, div, mul, neg, sub } from '../../../../app/graph/ops/arithmetic.ts';
import { sum } from '../../../../app/graph/ops/reduce.ts';
import { slice } from '../../../../app/graph/ops/select.ts';
import { concat } from '../../../../app/graph/ops/shape.ts';
import { logSoftmax } from '../../../../app/graph/ops/softmax.ts';
import { COLUMN_CHANNELS, COLUMNS, PLAN_CHANNELS } from '../../../../app/melody/columns.ts';
import { DURATIONS, TONES } from '../../../../app/melody/events.ts';
import { FEATURES } from '../../../../app/melody/features.ts';
import type { MelodyNetworkName } from '../../../../app/contract/studio.ts';
import { bertso } from '../../../../models/bertso/network.ts';
import { miliaCritic } from '../../../../models/milia/critic.ts';
import { drawn, milia } from '../../../../models/milia/network.ts';
import type { Objective, StepNumbers, StepTensors } from '../objective.ts';
import { MELODY_RATE } from './melody-plan.ts';
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
  rate: MELODY_RATE,
  decay: 0.05,
  verdict: (figures) => figures.lossContent,
};

/** Rows of the first (0) or second (1) half of a batch. */
function rows(tensor: Tensor, which: 0 | 1): Tensor {
  const [n, ...rest] = tensor.shape;
  const from = which * (n / 2);
  return slice(tensor, [[from, from + n / 2], ...rest.map(() => null)]);
}
const half = (batch: StepTensors, which: 0 | 1): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(batch).map(([name, tensor]) => [
      name,
      tensor.shape[0] === 1 ? tensor : rows(tensor, which),
    ]),
  );

export const miliaObjective: Objective = {
  network: milia,
  critic: miliaCritic,
  task: 'one',
  tensors: (n, t) => ({
    columns: [n, COLUMN_CHANNELS, 1, t],
    truth: [n, COLUMNS, 1, t],
    blank: [n, 1, 1, t],
    weight: [n, 1, 1, t],
    inside: [n, 1, 1, t],
    noise: [n, COLUMNS, 1, t],
    heat: [1, 1, 1, 1],
    plan: [n, PLAN_CHANNELS, 1, t],
  }),
  content({ logits }, { truth, weight }) {
    const noteChoice = choiceLoss(logits, truth, weight, 1);
    return { total: noteChoice, parts: { noteChoice } };
  },
  // The second half of a batch are melodies of its own, some places of which it draws again; the first half are real.
  made: ({ logits }, batch) => {
    const { truth, blank, inside, noise, heat, plan } = half(batch, 1);
    const filled = add(mul(truth, sub(1, blank)), mul(drawn(rows(logits, 1), noise, heat), blank));
    return concat([mul(filled, inside), plan], 1);
  },
  real: (batch) => {
    const { truth, inside, plan } = half(batch, 0);
    return concat([mul(truth, inside), plan], 1);
  },
  adversarial: 0.02,
  matching: 0.1,
  criticPace: 16,
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
  rate: MELODY_RATE,
  decay: 0.01,
  // Against a critic likelihood is no measure: what it writes is held against real melodies (melody-judge.ts).
  verdict: (figures) => ('overlap' in figures ? 1 - figures.overlap : figures.lossContent),
};

export const melodyObjectives: Record<MelodyNetworkName, Objective> = {
  bertso: bertsoObjective,
  milia: miliaObjective,
};
