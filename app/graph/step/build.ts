/**
 * The step graph: forward pass, backward pass and optimiser of a training step as one graph that any onnxruntime
 * runs. A step has parts, each a network of its own: `trained` (its weights are inputs and come out changed),
 * `given` (its weights are inputs, no gradient is asked for: the critic while the generator learns) or `constant`
 * (its weights are written into the graph, so that onnxruntime may fold and re-arrange them: a frozen backbone).
 * Weights of a trained part whose names fit `frozen` are constants too. Some parameters are `state`, not weights:
 * running statistics, vectors of a power iteration; they have no gradient, the network itself says what they
 * become.
 *
 * Vectors come in and go out as blocks (layout.ts); whoever runs the graph keeps two copies of each and lets the
 * outputs become the next inputs, or not: a step whose loss or gradient is not finite is undone by not taking
 * its outputs.
 */
import { differentiate } from '../differentiate.ts';
import { GraphError, reachable, type Tensor } from '../graph.ts';
import { add, mul, sub } from '../ops/arithmetic.ts';
import { concat, reshape } from '../ops/shape.ts';
import { adamw, ADAMW, clipFactor, globalNorm, towards, type AdamW } from './adamw.ts';
import { Builder } from './builder.ts';
import type { StepGraph, StepSpec } from './contract.ts';
import type { Layout } from './layout.ts';

/** Forward pass with its reported losses, outputs and state. */
function writeForward(
  builder: Builder,
  spec: StepSpec,
): { total: Tensor | null; losses: string[]; outputs: string[] } {
  const { total, losses = {}, outputs = {}, state = {} } = spec.forward(builder.context());
  const reported = { ...(total ? { total } : {}), ...losses };
  for (const [name, t] of Object.entries(reported)) {
    if (t.shape.length !== 0)
      throw new GraphError(`step: loss ${name} must be a single number, not [${t.shape.join(',')}]`);
    builder.outputs[name] = t;
  }
  for (const [name, t] of Object.entries(outputs)) {
    if (name in builder.outputs) throw new GraphError(`step: two outputs are called ${name}`);
    builder.outputs[name] = t;
  }
  for (const [name, changes] of Object.entries(state)) {
    const part = builder.parts.find((p) => p.spec.name === name);
    if (!part?.state) throw new GraphError(`step: part ${name} has no state`);
    const { state: layout } = part;
    const unknown = Object.keys(changes).find((key) => !layout.weights.some((w) => w.name === key));
    if (unknown !== undefined) throw new GraphError(`step: ${unknown} is no state of part ${name}`);
    const scope = builder.scope(name);
    builder.write(
      name,
      'state',
      layout,
      joinBlocks(layout, (w) => changes[w.name] ?? scope.parameter(w.name, w.shape, never)),
    );
  }
  return { total: total ?? null, losses: Object.keys(reported), outputs: Object.keys(outputs) };
}

/** Blocks of a layout from a tensor for each weight. */
function joinBlocks(layout: Layout, find: (w: Layout['weights'][number]) => Tensor): Tensor[] {
  return layout.blocks.map((block) =>
    concat(
      block.weights.map((w) => {
        const t = find(w);
        if (t.shape.join() !== w.shape.join())
          throw new GraphError(
            `step: ${w.name} is [${w.shape.join(',')}], what it becomes is [${t.shape.join(',')}]`,
          );
        return reshape(t, [w.size]);
      }),
      0,
    ),
  );
}

/** The weights are there already: nothing is drawn. */
const never = (): Float32Array => new Float32Array(0);

interface Trained {
  readonly name: string;
  readonly layout: Layout;
  readonly gradient: Tensor[];
}

/** Gradient of the total by block, for each trained part. */
function writeGradient(builder: Builder, total: Tensor): Trained[] {
  const trained = builder.parts.filter((p) => p.spec.mode === 'trained');
  const weights = trained.map(({ spec, weights: layout }) => {
    const scope = builder.scope(spec.name);
    return (layout as Layout).weights.map((w) => scope.parameter(w.name, w.shape, never));
  });
  const used = new Set(reachable([total]));
  trained.forEach(({ spec, weights: layout }, i) => {
    const idle = weights[i].findIndex((t) => !used.has(t));
    if (idle >= 0)
      throw new GraphError(
        `step: the total does not depend on ${(layout as Layout).weights[idle].name} of part ${spec.name}; freeze it`,
      );
  });
  const gradients = differentiate(total, weights.flat());
  const of = new Map(weights.flat().map((t, i) => [t, gradients[i]]));
  return trained.map(({ spec, weights: layout }) => {
    const scope = builder.scope(spec.name);
    return {
      name: spec.name,
      layout: layout as Layout,
      gradient: joinBlocks(
        layout as Layout,
        (w) => of.get(scope.parameter(w.name, w.shape, never)) as Tensor,
      ),
    };
  });
}

/** The optimiser, for gradients that are known. */
function writeUpdate(builder: Builder, trained: readonly Trained[], adam: AdamW, average: boolean): void {
  const norm = globalNorm(trained.flatMap((t) => t.gradient));
  builder.outputs['gradient'] = norm;
  const scale = clipFactor(norm, builder.scalar('clip'));
  const share = average ? builder.scalar('average') : null;
  for (const { name, layout, gradient } of trained) {
    const rate = builder.scalar(`${name}/rate`);
    const epsilon = builder.scalar(`${name}/epsilon`);
    const keep = builder.scalar(`${name}/keep`);
    const [theta, m, v] = (['theta', 'm', 'v'] as const).map((role) => builder.read(name, role, layout));
    // A paced block learns as if the rate were so much lower: its change and its decay are both shortened.
    const paced = new Map(
      [...new Set(layout.blocks.map((b) => b.pace))].map((pace) => [
        pace,
        pace === 1 ? { rate, keep } : { rate: mul(rate, pace), keep: sub(1, mul(sub(1, keep), pace)) },
      ]),
    );
    const next = layout.blocks.map((block, i) => {
      const own = paced.get(block.pace) as { rate: Tensor; keep: Tensor };
      return adamw(
        theta[i],
        gradient[i],
        m[i],
        v[i],
        { scale, rate: own.rate, epsilon, keep: block.decays ? own.keep : null },
        adam,
      );
    });
    for (const role of ['theta', 'm', 'v'] as const)
      builder.write(
        name,
        role,
        layout,
        next.map((n) => n[role]),
      );
    if (share) {
      const ema = builder.read(name, 'ema', layout);
      builder.write(
        name,
        'ema',
        layout,
        next.map((n, i) => towards(ema[i], n.theta, share)),
      );
    }
  }
}

/**
 * One graph that does a whole step. Without a `total` it is a graph that only looks: validation, samples.
 * @throws GraphError when parts and losses do not fit together, or the loss does not depend on a trained weight
 */
export function buildStep(spec: StepSpec): StepGraph {
  const adam = { ...ADAMW, ...spec.optimiser };
  const builder = new Builder(spec.parts, spec.block);
  const { total, losses, outputs } = writeForward(builder, spec);
  const isTrained = builder.parts.some((p) => p.spec.mode === 'trained');
  if (isTrained !== (total !== null))
    throw new GraphError(
      isTrained
        ? 'step: a part is trained, but there is no total to minimise'
        : 'step: a total is given, but no part is trained',
    );
  if (total) {
    writeUpdate(builder, writeGradient(builder, total), adam, spec.average ?? true);
    losses.push('gradient');
  }
  return builder.finish(adam, losses, outputs, 'One step of training, or of looking.');
}

/**
 * A step in two graphs, for batches that do not fit in memory at once: `accumulate` adds `share` times the gradient of
 * a micro-batch to the vector `PART/gradient` (share = 1 / number of micro-batches gives the mean), `apply` does the
 * update with it.
 */
export function buildMicroSteps(spec: StepSpec): { accumulate: StepGraph; apply: StepGraph } {
  const adam = { ...ADAMW, ...spec.optimiser };
  const first = new Builder(spec.parts, spec.block);
  const { total, losses, outputs } = writeForward(first, spec);
  if (!total) throw new GraphError('step: there is no total to minimise');
  const trained = writeGradient(first, total);
  const share = first.scalar('share');
  for (const { name, layout, gradient } of trained) {
    const sums = first.read(name, 'gradient', layout);
    first.write(
      name,
      'gradient',
      layout,
      gradient.map((g, i) => add(sums[i], mul(g, share))),
    );
  }
  const accumulate = first.finish(adam, losses, outputs, 'Adds the gradient of a micro-batch.');

  const second = new Builder(spec.parts.filter((p) => p.mode === 'trained'));
  const given = second.parts.map(({ spec: { name }, weights }) => ({
    name,
    layout: weights as Layout,
    gradient: second.read(name, 'gradient', weights as Layout),
  }));
  writeUpdate(second, given, adam, spec.average ?? true);
  return {
    accumulate,
    apply: second.finish(adam, ['gradient'], [], 'Updates the weights with a gathered gradient.'),
  };
}
