/** How much work a graph is: multiply-adds of its convolutions and matrix products, which is nearly all of it. */
import { reachable, size, type Tensor } from '../app/graph/graph.ts';

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
