/**
 * Networks and their losses as ONNX files for models/pretrain. A network's file is its inference graph without the
 * numbers of its weights (they come from weights files); the losses are the objectives of main/studio/run, emitted
 * as graphs of their own from outputs and truth to numbers, so that both ways of training are held to one
 * definition and no constant is copied by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import proto from 'onnx-proto';
import { emit, type Emitted } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { decodeWeights, encodeWeights } from '../../app/graph/weights.ts';
import { networkInputs, networks, startWeights, type Network, type Width } from '../../models/index.ts';
import type { NetworkWeights } from '../../models/network.ts';
import { objectives } from '../../main/studio/run/objectives/index.ts';
import type { Objective } from '../../main/studio/run/objective.ts';
import type { PretrainPlan } from './plan.ts';

const BACKBONE = path.resolve(import.meta.dirname, '../../models/backbone/weights.rvw');

/** Weights that a network starts with: an encoder that can be frozen is the pre-trained backbone. */
export function beginning(network: Network, width: Width, seed = 1): NetworkWeights {
  if (network.freezable.length === 0) return startWeights(network, width, seed);
  const { tensors } = decodeWeights(readFileSync(BACKBONE), BACKBONE);
  return startWeights(network, width, seed, tensors, 'backbone.');
}

/** Bytes of a network's graph for one batch and size, the numbers of its weights left out. */
export function networkGraph(
  network: Network,
  width: Width,
  weights: NetworkWeights,
  batch: number,
  size: number,
): Uint8Array {
  const graph = new Graph();
  const inputs = networkInputs(graph, network, { batch, height: size, width: size });
  const outputs = network.build(constantScope(graph, weights), inputs, width);
  const { bytes } = emit({ ...outputs }, { name: network.name, doc: `${network.name} ${width}` });
  const model = proto.onnx.ModelProto.decode(bytes);
  for (const tensor of model.graph?.initializer ?? [])
    if (tensor.name && weights.has(tensor.name)) tensor.rawData = new Uint8Array(0);
  return proto.onnx.ModelProto.encode(model).finish();
}

/**
 * An objective as a graph. Inputs: the batch's tensors by name and the network's outputs as `out/NAME`.
 * Outputs: `total`, the parts as `part/NAME`, and what the critic sees: `made` and `real`.
 */
export function lossGraph(objective: Objective, width: Width, batch: number, size: number): Emitted {
  const { network } = objective;
  const shapes = new Graph();
  // What a network enlarges is smaller than the truth.
  const [first] = network.inputs({ batch, height: size, width: size });
  const [, , side] = objective.tensors(batch, size)[first.name];
  const outputs = network.build(
    constantScope(shapes, startWeights(network, width, 1)),
    networkInputs(shapes, network, { batch, height: side, width: side }),
    width,
  );
  const graph = new Graph();
  const given = Object.fromEntries(
    Object.entries(objective.tensors(batch, size)).map(([k, s]) => [k, graph.input(k, s)]),
  );
  const said = Object.fromEntries(
    Object.entries(outputs).map(([k, t]) => [k, graph.input(`out/${k}`, t.shape)]),
  );
  const { total, parts } = objective.content(said, given);
  return emit(
    {
      total,
      ...Object.fromEntries(Object.entries(parts).map(([k, t]) => [`part/${k}`, t])),
      made: objective.made(said, given),
      real: objective.real(given, graph),
    },
    { name: `${network.name} loss` },
  );
}

/** Side of the pictures that a critic sees: the colorist's are of chroma's size. */
const judgedSide = (name: string, size: number): number => (name === 'colorist' ? size / 4 : size);

/** Writes all that a plan needs: NAME-SIZE-BATCH.onnx, NAME-loss-SIZE-BATCH.onnx, NAME.start.rvw. @returns bytes */
export function writeGraphs(folder: string, plan: PretrainPlan): number {
  let bytes = 0;
  const done = new Set<string>();
  const write = (name: string, make: () => Uint8Array): void => {
    if (done.has(name)) return;
    done.add(name);
    const data = make();
    writeFileSync(path.join(folder, name), data);
    bytes += data.length;
  };
  const { width } = plan;
  const start = (network: Network, weights: NetworkWeights): void => {
    write(`${network.name}.start.rvw`, () =>
      encodeWeights(
        [...weights].map(([name, t]) => ({ name, ...t })),
        'f16',
        { network: network.name, width },
      ),
    );
  };
  const critic = networks.critic;
  for (const [name, { stages, validation }] of Object.entries(plan.networks)) {
    const objective = objectives[name as keyof typeof objectives];
    const weights = beginning(objective.network, width);
    start(objective.network, weights);
    for (const { size, batch } of [...stages, validation]) {
      write(`${name}-${size}-${batch}.onnx`, () =>
        networkGraph(objective.network, width, weights, batch, size),
      );
      write(`${name}-loss-${size}-${batch}.onnx`, () => lossGraph(objective, width, batch, size).bytes);
    }
    for (const stage of stages.filter((s) => s.phase === 'gan')) {
      const weightsOfCritic = beginning(critic, width);
      start(critic, weightsOfCritic);
      const side = judgedSide(name, stage.size);
      write(`critic-${side}-${stage.batch}.onnx`, () =>
        networkGraph(critic, width, weightsOfCritic, stage.batch, side),
      );
    }
  }
  return bytes;
}
