/**
 * The graphs of a training run, from an objective: the step of the generator by content, the step of the critic,
 * the step of the generator against the critic, and the two graphs that only look (with the weights as they are,
 * for the critic's made-up pictures, and with the averaged weights, for figures and samples).
 */
import type { Shape, Tensor } from '../../../app/graph/graph.ts';
import { add, mul, sub } from '../../../app/graph/ops/arithmetic.ts';
import { square } from '../../../app/graph/ops/elementwise.ts';
import { mean, sum } from '../../../app/graph/ops/reduce.ts';
import type { Weights } from '../../../app/graph/scope.ts';
import { buildStep, type PartSpec, type StepContext, type StepGraph } from '../../../app/graph/step/index.ts';
import { hingeCritic, hingeGenerator } from '../../../app/graph/losses/index.ts';
import { critic } from '../../../models/critic/network.ts';
import { networkParameters, type Network, type Width } from '../../../models/network.ts';
import type { Objective, StepTensors } from './objective.ts';
import { ENCODER_PACE } from './plan.ts';
import { criticAccuracy, recognised } from './judging.ts';

export interface GraphOptions {
  objective: Objective;
  width: Width;
  size: number;
  batch: number;
  /** Weights that stay as they are (patterns), with their numbers. */
  frozen: readonly string[];
  /** Weights that learn more slowly (patterns). */
  slow: readonly string[];
  weights: Weights;
  /** For graphs that run on the CPU alone: `cpuBlock()`; null for any device. */
  block: number | null;
}

const GENERATOR = 'generator';
const CRITIC = 'critic';

const batchInputs = (context: StepContext, shapes: Readonly<Record<string, Shape>>): StepTensors =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, context.input(name, shape)]));

/** The network's part, in a mode. */
function generatorPart(
  options: GraphOptions,
  mode: 'trained' | 'given',
  from: 'theta' | 'ema' = 'theta',
): PartSpec {
  const { network } = options.objective;
  return {
    name: GENERATOR,
    parameters: networkParameters(network, options.width),
    mode,
    from,
    frozen: options.frozen,
    pace: { of: options.slow, factor: ENCODER_PACE },
    state: network.state,
    weights: options.weights,
  };
}
/** The judge of a network's work: of pictures, unless its objective brings another. */
const criticOf = ({ objective }: GraphOptions): Network => objective.critic ?? critic;

function criticPart(options: GraphOptions, mode: 'trained' | 'given'): PartSpec {
  const network = criticOf(options);
  return { name: CRITIC, parameters: networkParameters(network, options.width), mode, state: network.state };
}

function generated(context: StepContext, options: GraphOptions, batch: StepTensors): StepTensors {
  const { objective, width } = options;
  const inputs = Object.fromEntries(
    objective.network
      .inputs({ batch: options.batch, height: options.size, width: options.size })
      .map(({ name }) => [name, batch[name]]),
  );
  return objective.network.build(context.scope(GENERATOR), inputs, width);
}
/** What the critic says: `score`, and where it tells, the `features` that it goes by. */
const judged = (context: StepContext, options: GraphOptions, shown: Tensor): StepTensors =>
  criticOf(options).build(context.scope(CRITIC), { x: shown }, options.width);

/** The generator learns from the truth alone. */
export function contentStep(options: GraphOptions): StepGraph {
  const { objective } = options;
  return buildStep({
    block: options.block,
    parts: [generatorPart(options, 'trained')],
    forward(context) {
      const batch = batchInputs(context, objective.tensors(options.batch, options.size));
      const { total, parts } = objective.content(generated(context, options, batch), batch);
      return { total, losses: parts };
    },
  });
}

/** The generator learns from the truth and from the critic's opinion; `recognised` is the share the critic saw through. */
export function generatorStep(options: GraphOptions): StepGraph {
  const { objective } = options;
  return buildStep({
    block: options.block,
    parts: [generatorPart(options, 'trained'), criticPart(options, 'given')],
    forward(context) {
      const batch = batchInputs(context, objective.tensors(options.batch, options.size));
      const outputs = generated(context, options, batch);
      const { total: content, parts } = objective.content(outputs, batch);
      const { score, features } = judged(context, options, objective.made(outputs, batch));
      const opinion = hingeGenerator(score);
      const total = add(content, mul(opinion, objective.adversarial));
      const losses = { ...parts, content, opinion, recognised: recognised(score) };
      if (objective.matching === undefined || !features) return { total, losses };
      const real = judged(context, options, objective.real(batch, context.graph)).features;
      const likeness = sum(square(sub(mean(features, [0]), mean(real, [0]))));
      return { total: add(total, mul(likeness, objective.matching)), losses: { ...losses, likeness } };
    },
  });
}

/** The critic learns to tell the truth from what was made; `made` comes from `makingGraph`. */
export function criticStep(options: GraphOptions): StepGraph {
  const { objective } = options;
  return buildStep({
    block: options.block,
    parts: [criticPart(options, 'trained')],
    average: false,
    forward(context) {
      const batch = batchInputs(context, objective.tensors(options.batch, options.size));
      const real = objective.real(batch, context.graph);
      const made = context.input('made', real.shape);
      const onReal = judged(context, options, real).score;
      const onMade = judged(context, options, made).score;
      return {
        total: hingeCritic(onReal, onMade),
        losses: { accuracy: criticAccuracy(onReal, onMade), recognised: recognised(onMade) },
      };
    },
  });
}

/** What the generator makes of a batch, for the critic. */
export function makingGraph(options: GraphOptions): StepGraph {
  const { objective } = options;
  return buildStep({
    block: options.block,
    parts: [generatorPart(options, 'given')],
    forward(context) {
      const batch = batchInputs(context, objective.tensors(options.batch, options.size));
      return { outputs: { made: objective.made(generated(context, options, batch), batch) } };
    },
  });
}

/** Losses and outputs with the averaged weights, for figures and samples. */
export function lookingGraph(options: GraphOptions): StepGraph {
  const { objective } = options;
  return buildStep({
    block: options.block,
    parts: [generatorPart(options, 'given', 'ema')],
    forward(context) {
      const batch = batchInputs(context, objective.tensors(options.batch, options.size));
      const outputs = generated(context, options, batch);
      const { total, parts } = objective.content(outputs, batch);
      return {
        losses: { ...parts, content: total },
        outputs: Object.fromEntries(objective.shown.map((name) => [`shown/${name}`, outputs[name]])),
      };
    },
  });
}
