/** How much work a graph is: multiply-adds of its convolutions and matrix products, which is nearly all of it. */
import { reachable, size, type Tensor } from '../app/graph/graph.ts';
import { declareParameters } from '../app/graph/scope.ts';
import { networkInputs, type Network, type Width } from './network.ts';

/** Multiply-adds of one run of a graph that computes these tensors. */
export function multiplyAdds(outputs: readonly Tensor[]): number {
  let total = 0;
  for (const t of reachable(outputs)) {
    if (t.origin.kind !== 'node' || t.origin.index > 0) continue;
    const { operator, inputs } = t.origin.node;
    // A kernel's numbers for one output channel meet each output pixel once.
    if (operator.name === 'conv2d') total += size(t.shape) * size(inputs[1].shape.slice(1));
    else if (operator.name === 'convTranspose2d')
      total += size(inputs[0].shape) * size(inputs[1].shape.slice(1));
    else if (operator.name === 'matmul') total += size(t.shape) * (inputs[0].shape.at(-1) ?? 1);
  }
  return total;
}

const counted = new Map<string, { parameters: number; maddsPerPixel: number }>();

/** Weights of a network at a width, and multiply-adds for each pixel of a picture of 256 x 256. */
export function countNetwork(network: Network, width: Width): { parameters: number; maddsPerPixel: number } {
  const key = `${network.name} ${width}`;
  const known = counted.get(key);
  if (known) return known;
  const side = 256;
  let work = 0;
  const weights = declareParameters((scope) => {
    const inputs = networkInputs(scope.graph, network, { batch: 1, height: side, width: side });
    work = multiplyAdds(Object.values(network.build(scope, inputs, width)));
  });
  const found = {
    parameters: weights.reduce((n, w) => n + size(w.shape), 0),
    maddsPerPixel: Math.round(work / side ** 2),
  };
  counted.set(key, found);
  return found;
}
