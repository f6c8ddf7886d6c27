/**
 * Writes a graph as an ONNX model (opset 18, IR version 8), only what its outputs need. Inputs that the outputs
 * do not use are left out. Named constants keep their names, so that weights can be found, replaced and loaded by
 * other programs (models/pretrain). A few emitters use operators of onnxruntime's own domain where they are
 * several times faster; `emit` then declares it.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import {
  GraphError,
  reachable,
  type DType,
  type EmitAttribute,
  type EmitDomain,
  type Emitter,
  type Node,
  type Shape,
  type Tensor,
} from './graph.ts';
import { tidy } from './emit-tidy.ts';

const TYPE = proto.onnx.TensorProto.DataType;
const ATTRIBUTE = proto.onnx.AttributeProto.AttributeType;
const ELEMENT: Record<DType, number> = { float32: TYPE.FLOAT, int64: TYPE.INT64, bool: TYPE.BOOL };
export const OPSET = 18;

const rawBytes = (data: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

function attribute(name: string, value: EmitAttribute): onnx.IAttributeProto {
  if (typeof value === 'string') return { name, type: ATTRIBUTE.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') {
    if (!Number.isInteger(value))
      throw new GraphError(`attribute ${name}: ${value} is not whole; write {float}`);
    return { name, type: ATTRIBUTE.INT, i: value };
  }
  if ('float' in value) return { name, type: ATTRIBUTE.FLOAT, f: value.float };
  return { name, type: ATTRIBUTE.INTS, ints: [...value] };
}

/** What was written, beside the bytes. */
export interface Emitted {
  bytes: Uint8Array;
  inputs: { name: string; shape: Shape; dtype: DType }[];
  outputs: { name: string; shape: Shape; dtype: DType }[];
  nodes: number;
}

class Writer implements Emitter {
  nodes: onnx.INodeProto[] = [];
  /** Constant lists of integers, by name. */
  readonly lists = new Map<string, readonly number[]>();
  readonly initializers: onnx.ITensorProto[] = [];
  /** Domains beside ONNX's own that nodes came from. */
  readonly domains = new Set<EmitDomain>();
  readonly block: number | null;
  private readonly made = new Map<string, unknown>();
  private readonly taken: Set<string>;
  private count = 0;

  constructor(taken: Iterable<string>, block: number | null) {
    this.block = block;
    this.taken = new Set(taken);
  }

  fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.count++}`;
    while (this.taken.has(name));
    return name;
  }
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EmitAttribute>> = {},
    options: { outputs?: number; domain?: EmitDomain } = {},
  ): string[] {
    const output = Array.from({ length: options.outputs ?? 1 }, () => this.fresh(opType));
    if (options.domain) this.domains.add(options.domain);
    this.nodes.push({
      opType,
      domain: options.domain ?? '',
      name: output[0],
      input: [...inputs],
      output,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return output;
  }
  once<T>(key: string, make: () => T): T {
    if (!this.made.has(key)) this.made.set(key, make());
    return this.made.get(key) as T;
  }
  ints(values: readonly number[]): string {
    return this.once(`ints:${values.join(',')}`, () => {
      const name = this.fresh('ints');
      const rawData = rawBytes(BigInt64Array.from(values.map((n) => BigInt(n))));
      this.initializers.push({ name, dims: [values.length], dataType: TYPE.INT64, rawData });
      this.lists.set(name, [...values]);
      return name;
    });
  }
  floats(values: ArrayLike<number>, shape: Shape = values.length === 1 ? [] : [values.length]): string {
    const make = () => this.initializer(this.fresh('floats'), Float32Array.from(values), shape);
    return values.length <= 16
      ? this.once(`floats:${shape.join(',')}:${Array.from(values).join(',')}`, make)
      : make();
  }
  initializer(name: string, data: Float32Array, shape: Shape): string {
    this.initializers.push({ name, dims: [...shape], dataType: TYPE.FLOAT, rawData: rawBytes(data) });
    return name;
  }
}

const valueInfo = (name: string, t: { shape: Shape; dtype: DType }): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: { elemType: ELEMENT[t.dtype], shape: { dim: t.shape.map((n) => ({ dimValue: n })) } },
  },
});

/**
 * Gives outputs their names: what a node made is renamed, everywhere; an input, a constant or what is handed out
 * under two names goes through an Identity, which costs a copy.
 */
function nameOutputs(writer: Writer, outputs: readonly (readonly [name: string, made: string])[]): void {
  const made = new Set(writer.nodes.flatMap((node) => node.output ?? []));
  const renamed = new Map<string, string>();
  for (const [name, source] of outputs)
    if (made.has(source) && !renamed.has(source)) renamed.set(source, name);
  const current = (name: string): string => renamed.get(name) ?? name;
  for (const node of writer.nodes) {
    node.input = node.input?.map(current);
    node.output = node.output?.map(current);
  }
  for (const [name, source] of outputs)
    if (renamed.get(source) !== name)
      writer.nodes.push({
        opType: 'Identity',
        name,
        input: [current(source)],
        output: [name],
        attribute: [],
      });
}

/**
 * The model whose outputs, by name, are the given tensors.
 * @param options.doc  a sentence that is stored in the file
 * @param options.block  makes the graph for the CPU alone, and for those whose blocked layout has so many channels
 * @throws GraphError when there is no output, tensors belong to different graphs, or a name is used twice
 */
export function emit(
  outputs: Readonly<Record<string, Tensor>>,
  options: { name?: string; doc?: string; block?: number | null } = {},
): Emitted {
  const entries = Object.entries(outputs);
  if (entries.length === 0) throw new GraphError('emit: a model needs an output');
  const { graph } = entries[0][1];
  for (const [name, t] of entries)
    if (t.graph !== graph) throw new GraphError(`emit: output ${name} belongs to another graph`);
  const order = reachable(entries.map(([, t]) => t));
  const used = new Set(order);
  const inputs = graph.inputs.filter((t) => used.has(t));

  const names = new Map<Tensor, string>();
  const given = [
    ...inputs.map((t) => (t.origin as { name: string }).name),
    ...order.flatMap((t) => (t.origin.kind === 'constant' && t.origin.name !== null ? [t.origin.name] : [])),
    ...entries.map(([name]) => name),
  ];
  const twice = given.find((name, i) => given.indexOf(name) !== i);
  if (twice !== undefined) throw new GraphError(`emit: the name ${twice} is used twice`);
  const writer = new Writer(given, options.block ?? null);

  const done = new Set<Node>();
  for (const t of order) {
    const { origin } = t;
    if (origin.kind === 'input') names.set(t, origin.name);
    else if (origin.kind === 'constant')
      names.set(
        t,
        origin.name === null
          ? writer.floats(origin.data, t.shape)
          : writer.initializer(origin.name, origin.data, t.shape),
      );
    else if (!done.has(origin.node)) {
      const { node } = origin;
      done.add(node);
      const results = node.operator.emit(
        writer,
        node,
        node.inputs.map((input) => names.get(input) as string),
      );
      node.outputs.forEach((output, i) => names.set(output, results[i]));
    }
  }
  writer.nodes = tidy(
    writer.nodes,
    entries.map(([, t]) => names.get(t) as string),
    writer.lists,
    new Map([...names].map(([t, name]) => [name, t.shape])),
  );
  nameOutputs(
    writer,
    entries.map(([name, t]) => [name, names.get(t) as string]),
  );

  const model = proto.onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'revelado',
    docString: options.doc ?? '',
    opsetImport: [
      { domain: '', version: OPSET },
      ...[...writer.domains].map((domain) => ({ domain, version: 1 })),
    ],
    graph: {
      name: options.name ?? 'graph',
      node: writer.nodes,
      initializer: writer.initializers,
      input: inputs.map((t) => valueInfo((t.origin as { name: string }).name, t)),
      output: entries.map(([name, t]) => valueInfo(name, t)),
    },
  });
  const card = (name: string, t: Tensor) => ({ name, shape: t.shape, dtype: t.dtype });
  return {
    bytes: proto.onnx.ModelProto.encode(model).finish(),
    inputs: inputs.map((t) => card((t.origin as { name: string }).name, t)),
    outputs: entries.map(([name, t]) => card(name, t)),
    nodes: writer.nodes.length,
  };
}
