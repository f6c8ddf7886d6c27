/**
 * The naive reference: evaluates a graph operator by operator in double precision, each by its definition in
 * plain loops. Far too slow to use and easy to believe; the tests hold the ONNX emitters and the gradient rules
 * against it.
 */
import { GraphError, reachable, size, type Node, type Tensor, type Value } from './graph.ts';

/**
 * Values of `targets`, given the values of the inputs by name.
 * @throws GraphError when an input is missing or of the wrong length
 */
export function evaluate(
  targets: readonly Tensor[],
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Value[] {
  const values = new Map<Tensor, Value>();
  const done = new Set<Node>();
  for (const t of reachable(targets)) {
    const { origin } = t;
    if (origin.kind === 'constant') values.set(t, { shape: t.shape, data: Float64Array.from(origin.data) });
    else if (origin.kind === 'input') {
      const given = feeds[origin.name];
      if (!given || given.length !== size(t.shape))
        throw new GraphError(
          `evaluate: input ${origin.name} needs ${size(t.shape)} numbers, got ${given?.length ?? 'none'}`,
        );
      values.set(t, { shape: t.shape, data: Float64Array.from(given) });
    } else if (!done.has(origin.node)) {
      const { node } = origin;
      done.add(node);
      const inputs = node.inputs.map((input) => values.get(input) as Value);
      const results = node.operator.evaluate(inputs, node.attributes, node.outputs);
      node.outputs.forEach((output, i) => {
        if (results[i].length !== size(output.shape))
          throw new GraphError(
            `evaluate: ${node.operator.name} gave ${results[i].length} numbers for [${output.shape.join(',')}]`,
          );
        values.set(output, { shape: output.shape, data: results[i] });
      });
    }
  }
  return targets.map((t) => values.get(t) as Value);
}
