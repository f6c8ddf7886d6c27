/**
 * For tests of the runner: a network of two convolutions whose steps take a millisecond, with an encoder that can be
 * frozen, and requests that train it on batches that are made on the spot. What the runner does with its stages, sessions and
 * weights is the same as for a large one.
 */
import { mkdirSync } from 'node:fs';
import { add } from '../../../app/graph/ops/arithmetic.ts';
import { leakyRelu } from '../../../app/graph/ops/activation.ts';
import { conv2d } from '../../../app/graph/ops/conv.ts';
import { initialWeights, type Weights } from '../../../app/graph/scope.ts';
import { l1 } from '../../../app/graph/losses/index.ts';
import { runSettingsSchema, type RunSettings } from '../../../app/contract/studio.ts';
import { seeded } from '../../../app/random.ts';
import { critic } from '../../../models/critic/network.ts';
import { he, zeros } from '../../../models/initial.ts';
import { networkParameters, type Network } from '../../../models/network.ts';
import { onnxBinding, SessionStore } from '../../engine/session.ts';
import type { Dataset, Loader, LoaderOptions } from '../dataset/types.ts';
import { RunControl } from './gate.ts';
import type { LogLine } from './log.ts';
import { runModel } from './model.ts';
import type { Objective } from './objective.ts';
import { restorerObjective } from './objectives/rgb.ts';
import { newRun } from './plan-run.ts';
import { readRunFile, writeRunFile } from './position.ts';
import { trainRun, type RunRequest } from './runner.ts';

export const tiny: Network = {
  name: 'tiny',
  task: 'For tests.',
  multiple: 4,
  margin: null,
  freezable: ['encoder.*'],
  state: [],
  inputs: ({ batch, height, width }) => [{ name: 'x', shape: [batch, 3, height, width], meaning: '' }],
  build(scope, { x }) {
    const weight = scope.parameter('encoder.weight', [8, 3, 3, 3], he(0.1));
    const seen = leakyRelu(conv2d(x, weight, { padding: 1 }), 0.1);
    const head = scope.parameter('head.weight', [3, 8, 3, 3], he(1));
    const bias = scope.parameter('head.bias', [3], zeros);
    return { y: add(conv2d(seen, head, { bias, padding: 1 }), 0.5) };
  },
};
/** As the restorer learns, without what costs time. Each evaluation is better than the one before. */
let evaluations = 0;
export function tinyObjective(): Objective {
  return {
    ...restorerObjective,
    made: ({ y }) => y,
    network: tiny,
    content: ({ y }, batch) => {
      const error = l1(y, batch.y);
      return { total: error, parts: { error } };
    },
    rate: 1e-2,
    verdict: () => -evaluations++,
  };
}

/** Batches of noisy ramps, made on the spot: a step and a seed give the same numbers, as those of a real loader. */
function ramps(count: number, { size, batch, seed, split }: LoaderOptions): Loader {
  const plane = size * size;
  return {
    count,
    stepsPerEpoch: 1,
    waitSeconds: 0,
    problems: [],
    next(step) {
      const random = seeded('ramps', split, seed, step);
      const truth = new Float32Array(batch * 3 * plane);
      for (let k = 0; k < batch * 3; k++) {
        const [low, right, down] = [random.uniform(0, 0.4), random.uniform(0, 0.3), random.uniform(0, 0.3)];
        for (let i = 0; i < plane; i++)
          truth[k * plane + i] = low + (right * (i % size)) / size + (down * Math.floor(i / size)) / size;
      }
      const noisy = truth.map((v) => v + random.uniform(-0.1, 0.1));
      const dims = [batch, 3, size, size];
      return Promise.resolve({
        step,
        tensors: {
          x: { dims, data: noisy },
          y: { dims, data: truth },
          mask: { dims: [batch, 1, size, size], data: new Float32Array(batch * plane) },
        },
        ids: Array.from({ length: batch }, (_, k) => String(k)),
        groups: Array.from({ length: batch }, () => 'noise'),
      });
    },
    close: () => Promise.resolve(),
  };
}

/** A request to train the tiny network in `dir`: a new run, or the one that is there. */
export async function tinyRequest(
  dir: string,
  patch: Partial<RunSettings>,
  steps: number,
): Promise<RunRequest> {
  const manifest = { kind: 'folder', preset: null, size: null, details: null } as const;
  const dataset: Dataset = {
    name: 'ramps',
    dir: '',
    pictures: [],
    manifest,
    problems: [],
    read: () => Promise.reject(new Error('there are no files')),
  };
  const objective = tinyObjective();
  const known = readRunFile(dir);
  const settings = runSettingsSchema.parse({ dataset: 'x', network: 'restorer', size: 32, ...patch });
  const planned = newRun(settings, tiny, steps);
  const run = known ?? { ...planned, stages: planned.stages.map((stage) => ({ ...stage, batch: 4 })) };
  if (!known) {
    mkdirSync(dir, { recursive: true });
    await writeRunFile(dir, run);
  }
  const weights = initialWeights(networkParameters(tiny, 'small'), 1);
  return {
    dir,
    run,
    dataset,
    objective,
    weights,
    critic: initialWeights(networkParameters(critic, 'small'), 1),
    inUse: null,
    notices: [],
    model: runModel({ dir, network: tiny, width: 'small', dataset, weights, parent: null, provenance: [] }),
    openStore: (known) => new SessionStore(onnxBinding, 1, [...known]),
    order: ['cpu'],
    block: null,
    resume: known !== null,
    makeLoader: (_, options) => ramps(4, options),
  };
}

/** Trains; keeps every line, and what became the model (averaged weights, in full precision). */
export async function carry(request: RunRequest, stopAt: (line: LogLine) => boolean = () => false) {
  const control = new RunControl();
  const lines: LogLine[] = [];
  const saved: { step: number; learnt: Weights }[] = [];
  const { model } = request;
  const result = await trainRun(
    {
      ...request,
      model: {
        ...model,
        save: (learnt, facts) => {
          saved.push({ step: facts.step, learnt });
          return model.save(learnt, facts);
        },
      },
    },
    control,
    {
      line: (line) => {
        lines.push(line);
        if (stopAt(line)) control.stop();
      },
      progress: () => undefined,
    },
  );
  return { result, lines, saved };
}
