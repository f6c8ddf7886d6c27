/**
 * A last look at the nodes of a file. Emitters write what they need wherever they need it, and so a weight may be cut
 * from its vector, given its shape, and given another one for a product: of a row of Reshapes only the last counts. Each
 * costs a call, and in a step of training a quarter of all nodes are Reshapes.
 */
import type { onnx } from 'onnx-proto';

const whole = (dims: readonly number[]): boolean => dims.every((n) => n > 0);

/**
 * Lets each Reshape read what the Reshapes before it read, leaves out those that change nothing, and then all nodes
 * whose results nobody asks for.
 * @param nodes in an order in which they can run
 * @param wanted names of results that are handed out; they keep their names
 * @param ints what constant lists of integers hold, by name
 * @param shapes shapes of tensors, where they are known
 */
export function tidy(
  nodes: readonly onnx.INodeProto[],
  wanted: readonly string[],
  ints: ReadonlyMap<string, readonly number[]>,
  shapes: ReadonlyMap<string, readonly number[]>,
): onnx.INodeProto[] {
  const handedOut = new Set(wanted);
  /** By result of a Reshape: what it is a shape of. */
  const sources = new Map<string, string>();
  /** By result of a Reshape that changes nothing: the name to use instead. */
  const instead = new Map<string, string>();
  const changed = nodes.map((node) => {
    const input = (node.input ?? []).map((name) => instead.get(name) ?? name);
    const dims = node.opType === 'Reshape' && input.length === 2 ? ints.get(input[1]) : undefined;
    const [output] = node.output ?? [];
    if (!dims || !whole(dims)) return { ...node, input };
    const source = sources.get(input[0]) ?? input[0];
    sources.set(output, source);
    if (!handedOut.has(output) && shapes.get(source)?.join() === dims.join()) instead.set(output, source);
    return { ...node, input: [source, input[1]] };
  });
  const used = new Set(wanted);
  const kept: onnx.INodeProto[] = [];
  for (const node of changed.reverse()) {
    if (!(node.output ?? []).some((name) => used.has(name))) continue;
    for (const name of node.input ?? []) used.add(name);
    kept.push(node);
  }
  return kept.reverse();
}
