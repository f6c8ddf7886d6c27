/**
 * The tensor language: what a graph is made of. A `Tensor` is a promise of numbers with a known shape; applying
 * an `Operator` to tensors gives new tensors and records a `Node`. Nothing is computed here: a finished graph is
 * differentiated (differentiate.ts), written out as an ONNX model (emit.ts) or, in tests, evaluated naively
 * (evaluate.ts). Shapes are fixed when the graph is built, so a mistake is told where it is made, with the
 * operator and the shapes, and not by a runtime an hour later.
 */

/** Sizes of the axes, outermost first. Pictures are [batch, channels, height, width]. [] is a single number. */
export type Shape = readonly number[];
/** float32 carries pictures and weights, int64 indices, bool comparisons. */
export type DType = 'float32' | 'int64' | 'bool';
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What an operator is told besides its inputs: plain data, so that equal nodes can be found and shared. */
export type Attribute = number | string | boolean | null | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** A mistake in a graph: names the operator and the shapes. */
export class GraphError extends Error {
  override name = 'GraphError';
}

/** Numbers of a tensor in the naive evaluation: always double precision, whatever the dtype (true is 1). */
export interface Value {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** What an operator may ask of the ONNX file that is being written; see emit.ts. */
export interface Emitter {
  /** Adds a node and gives the names of its outputs. Attributes: whole numbers become INT, `{float}` FLOAT, lists INTS. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, EmitAttribute>>,
    options?: { outputs?: number; domain?: EmitDomain },
  ): string[];
  /**
   * Channels of a block in the CPU's own layout of pictures (8 or 16), where the graph is made for that CPU alone;
   * else null. See ops/conv-blocked.ts.
   */
  readonly block: number | null;
  /** A constant list of int64 (shared between nodes that need the same). */
  ints(values: readonly number[]): string;
  /** A constant of floats; `shape` defaults to a single number for one value, else a list. */
  floats(values: ArrayLike<number>, shape?: Shape): string;
  /** Makes something once per graph: shared paddings, transposed activations. */
  once<T>(key: string, make: () => T): T;
}
/** Operators of onnxruntime's own: for all its providers, and of the CPU's blocked layout. */
export type EmitDomain = 'com.microsoft' | 'com.microsoft.nchwc';
export type EmitAttribute = number | string | readonly number[] | { readonly float: number };

/** One operation of the language, all of it in one place. `A` is the type of its attributes. */
export interface Operator<A extends Attributes = Attributes> {
  /** As it is written in error messages and node names. */
  readonly name: string;
  /** Shape rule. @throws GraphError (see `fail`) when the inputs do not fit */
  infer(inputs: readonly TensorType[], attributes: A): TensorType[];
  /** Writes the node in ONNX (opset 18) and gives the names of its outputs. */
  emit(emitter: Emitter, node: Node<A>, inputs: readonly string[]): string[];
  /**
   * Gradient rule: given dLoss/dOutput for each output (null where the loss does not depend on it), gives
   * dLoss/dInput for each input, written in the language itself. null: no gradient flows there (indices,
   * comparisons). Missing: the operator cannot be differentiated and stops the walk.
   */
  gradient?(node: Node<A>, dOutputs: readonly (Tensor | null)[]): (Tensor | null)[];
  /** The definition in plain loops: slow, obvious, double precision. What the tests hold `emit` against. */
  evaluate(inputs: readonly Value[], attributes: A, outputs: readonly TensorType[]): Float64Array[];
}

/** One application of an operator. */
export interface Node<A extends Attributes = Attributes> {
  readonly operator: Operator<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly outputs: readonly Tensor[];
}

/** Where the numbers of a tensor come from. */
export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: Float32Array; readonly name: string | null }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number };

/** Made by a Graph only. */
export interface Tensor extends TensorType {
  readonly graph: Graph;
  /** Order of making: inputs of a node always have lower numbers than its outputs. */
  readonly id: number;
  readonly origin: Origin;
}

export const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, axis) => n === b[axis]);
/** "float32[8,3,64,64]", as messages write it. */
export const describe = (t: TensorType): string => `${t.dtype}[${t.shape.join(',')}]`;

/** Refuses inputs that do not fit an operator. */
export function fail(operator: string, inputs: readonly TensorType[], reason: string): never {
  throw new GraphError(`${operator}(${inputs.map(describe).join(', ')}): ${reason}`);
}

/** A graph under construction. Equal nodes (same operator, inputs and attributes) are one node. */
export class Graph {
  readonly inputs: Tensor[] = [];
  private count = 0;
  private readonly nodes = new Map<string, Node>();
  private readonly numbers = new Map<string, Tensor>();
  private readonly operatorIds = new Map<Operator, number>();

  /** A value that is given at every run. @throws GraphError when the name is taken or an axis is not a positive whole number */
  input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
    if (this.inputs.some((t) => t.origin.kind === 'input' && t.origin.name === name))
      throw new GraphError(`input ${name}: the graph has one of that name`);
    if (!shape.every((n) => Number.isInteger(n) && n > 0))
      throw new GraphError(`input ${name}: [${shape.join(',')}] is no shape`);
    const tensor = this.tensor({ shape: [...shape], dtype }, { kind: 'input', name });
    this.inputs.push(tensor);
    return tensor;
  }

  /**
   * Numbers that never change, float32. A named constant is a weight: it keeps its name in the ONNX file.
   * @throws GraphError when the data do not fill the shape
   */
  constant(data: ArrayLike<number>, shape: Shape, name: string | null = null): Tensor {
    if (data.length !== size(shape))
      throw new GraphError(`constant ${name ?? ''}: ${data.length} numbers do not fill [${shape.join(',')}]`);
    const copy = Float32Array.from(data);
    // Short anonymous constants are shared, so that `mul(x, 0.5)` written twice is one node.
    const key = name === null && copy.length <= 16 ? `${shape.join(',')}:${copy.join(',')}` : null;
    const known = key === null ? undefined : this.numbers.get(key);
    if (known) return known;
    const made = this.tensor({ shape: [...shape], dtype: 'float32' }, { kind: 'constant', data: copy, name });
    if (key !== null) this.numbers.set(key, made);
    return made;
  }

  /** Applies an operator. @throws GraphError when the inputs do not fit it or belong to another graph */
  apply<A extends Attributes>(operator: Operator<A>, inputs: readonly Tensor[], attributes: A): Tensor[] {
    for (const t of inputs)
      if (t.graph !== this) fail(operator.name, inputs, 'an input belongs to another graph');
    const key = this.key(operator as unknown as Operator, inputs, attributes);
    const known = this.nodes.get(key);
    if (known) return [...known.outputs];
    const types = operator.infer(inputs, attributes);
    const outputs: Tensor[] = [];
    const node = { operator, inputs: [...inputs], attributes, outputs } as unknown as Node;
    types.forEach((type, index) => {
      if (!type.shape.every((n) => Number.isInteger(n) && n > 0))
        fail(operator.name, inputs, `would give [${type.shape.join(',')}], which is no shape`);
      outputs.push(this.tensor(type, { kind: 'node', node, index }));
    });
    this.nodes.set(key, node);
    return [...outputs];
  }

  private tensor(type: TensorType, origin: Origin): Tensor {
    return { ...type, graph: this, id: this.count++, origin };
  }

  private key(operator: Operator, inputs: readonly Tensor[], attributes: Attributes): string {
    let id = this.operatorIds.get(operator);
    if (id === undefined) {
      id = this.operatorIds.size;
      this.operatorIds.set(operator, id);
    }
    return `${id}(${inputs.map((t) => t.id).join(',')})${JSON.stringify(attributes)}`;
  }
}

/** Something that can stand where a tensor is asked for: a plain number becomes a constant of the same graph. */
export type Operand = Tensor | number;

/** Tensors of a list of operands, at least one of which must be a tensor. */
export function operands(name: string, list: readonly Operand[]): { graph: Graph; tensors: Tensor[] } {
  const first = list.find((t): t is Tensor => typeof t !== 'number');
  if (!first) throw new GraphError(`${name}: at least one operand must be a tensor`);
  const { graph } = first;
  return { graph, tensors: list.map((t) => (typeof t === 'number' ? graph.constant([t], []) : t)) };
}

/** Applies an operator with one output. */
export function apply<A extends Attributes>(
  operator: Operator<A>,
  inputs: readonly Operand[],
  attributes: A,
): Tensor {
  const { graph, tensors } = operands(operator.name, inputs);
  return graph.apply(operator, tensors, attributes)[0];
}

/** All tensors that the given ones depend on (themselves included), in the order of making. */
export function reachable(targets: readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor>();
  const stack = [...targets];
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t)) continue;
    seen.add(t);
    if (t.origin.kind === 'node') stack.push(...t.origin.node.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
