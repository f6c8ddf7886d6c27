/**
 * Reverse-mode differentiation: one walk over the part of the graph that lies between the loss and the tensors
 * one asks about, in reverse order of making, each operator's own rule giving the gradients of its inputs, sums
 * where several paths meet. The result is more graph in the same language, so the backward pass is emitted like
 * anything else. What no asked-for tensor feeds is never visited: leaving a weight out of `wrt` freezes it and
 * costs nothing. First order only.
 */
import { GraphError, reachable, type Node, type Tensor } from './graph.ts';
import { add } from './ops/arithmetic.ts';

/**
 * dLoss/dT for each T of `wrt`, in the same order and of the same shapes.
 * @param loss a single number (shape [])
 * @param wrt tensors that the loss depends on through differentiable operators
 * @throws GraphError when the loss is no single number, when it does not depend on one of `wrt`, or when an
 *   operator on the way has no gradient rule
 */
export function differentiate(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0)
    throw new GraphError(`differentiate: the loss must be a single number, not [${loss.shape.join(',')}]`);
  // Tensors between wrt and the loss: those that depend on some wrt.
  const order = reachable([loss]);
  const asked = new Set(wrt);
  const between = new Set<Tensor>();
  for (const t of order)
    if (asked.has(t) || (t.origin.kind === 'node' && t.origin.node.inputs.some((i) => between.has(i))))
      between.add(t);

  const gradients = new Map<Tensor, Tensor>([[loss, loss.graph.constant([1], [])]]);
  const done = new Set<Node>();
  for (let k = order.length - 1; k >= 0; k--) {
    const { origin } = order[k];
    if (origin.kind !== 'node' || !between.has(order[k]) || done.has(origin.node)) continue;
    const { node } = origin;
    const dOutputs = node.outputs.map((output) => gradients.get(output) ?? null);
    if (dOutputs.every((d) => d === null)) continue;
    // A node with several outputs is met at its last output; all its users came before.
    done.add(node);
    if (!node.operator.gradient) {
      if (node.outputs.some((o) => o.dtype === 'float32'))
        throw new GraphError(`differentiate: ${node.operator.name} has no gradient rule`);
      continue;
    }
    const dInputs = node.operator.gradient(node, dOutputs);
    node.inputs.forEach((input, i) => {
      const d = dInputs[i];
      if (!d || !between.has(input)) return;
      if (d.shape.join() !== input.shape.join())
        throw new GraphError(
          `differentiate: ${node.operator.name} gave [${d.shape.join(',')}] for input ${i} of [${input.shape.join(',')}]`,
        );
      const sum = gradients.get(input);
      gradients.set(input, sum ? add(sum, d) : d);
    });
  }
  return wrt.map((t) => {
    const d = gradients.get(t);
    if (!d)
      throw new GraphError(
        `differentiate: the loss does not depend on ${t.origin.kind === 'node' ? 'a result of ' + t.origin.node.operator.name : (t.origin.name ?? 'a constant')}`,
      );
    return d;
  });
}
