/**
 * Looks through an ONNX file of somebody else without running it: what goes in and comes out, and everything for which
 * it is refused. Only the graph is ever executed, so nothing may point outside the file (external data), want code of
 * its own (operators of other domains), contradict itself (weights whose bytes are not what their shape says, nodes
 * that nothing feeds, as after a cut) or ask for tensors beyond any picture's.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { RevealError } from '../../app/contract/messages.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';

/** Largest file that is taken, and largest tensor that a graph may name, in bytes. */
export const MODEL_LIMIT = 1.5e9;
const TENSOR_LIMIT = 4e9;
/** Domains whose operators onnxruntime carries itself. */
const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

export interface OnnxValue {
  name: string;
  /** 'float32', 'float16', 'int64', … */
  type: string;
  /** A number, a name that stands for any number, or null: unknown. */
  shape: (number | string | null)[];
}
export interface OnnxFacts {
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  opset: number;
  nodes: number;
  /** Numbers in all weights. */
  parameters: number;
  producer: string;
}

const TYPES = proto.onnx.TensorProto.DataType;
const NAMES = new Map<number, string>([
  [TYPES.FLOAT, 'float32'],
  [TYPES.FLOAT16, 'float16'],
  [TYPES.DOUBLE, 'float64'],
  [TYPES.UINT8, 'uint8'],
  [TYPES.INT8, 'int8'],
  [TYPES.INT32, 'int32'],
  [TYPES.INT64, 'int64'],
  [TYPES.BOOL, 'bool'],
]);
/** Bytes of one element in `rawData`. */
const BYTES = new Map<number, number>([
  [TYPES.FLOAT, 4],
  [TYPES.FLOAT16, 2],
  [TYPES.BFLOAT16, 2],
  [TYPES.DOUBLE, 8],
  [TYPES.UINT8, 1],
  [TYPES.INT8, 1],
  [TYPES.UINT16, 2],
  [TYPES.INT16, 2],
  [TYPES.INT32, 4],
  [TYPES.UINT32, 4],
  [TYPES.INT64, 8],
  [TYPES.UINT64, 8],
  [TYPES.BOOL, 1],
]);
/** Operators whose (constant) first or second input is the shape of what they make. */
const SHAPE_INPUT: Record<string, number> = { ConstantOfShape: 0, Expand: 1, Reshape: 1 };

/**
 * @param file name for the messages
 * @throws RevealError 'bad-input' that says why the file is refused
 */
export function inspectOnnx(bytes: Uint8Array, file: string): OnnxFacts {
  const cut = (detail: string): never => {
    throw new RevealError('bad-input', say('model-not-onnx', { file, detail }));
  };
  if (bytes.length > MODEL_LIMIT)
    throw new RevealError(
      'bad-input',
      say('model-too-large', { file, size: megabytes(bytes.length), limit: megabytes(MODEL_LIMIT) }),
    );
  let model: onnx.ModelProto;
  try {
    model = proto.onnx.ModelProto.decode(bytes);
  } catch (error) {
    return cut(error instanceof Error ? error.message : String(error));
  }
  const { graph } = model;
  const { node = [], initializer = [], input = [], output = [] } = graph ?? {};
  if (!graph || !node || node.length === 0 || model.opsetImport.length === 0) return cut('it holds no graph');
  const domains = new Set([...DOMAINS, ...functionDomains(model)]);
  const look = new Look(file, domains);
  look.graph(graph, new Set());
  for (const { domain } of model.opsetImport) look.domain(domain ?? '');
  const weights = new Set(initializer?.map((w) => w.name));
  const inputs = (input ?? []).filter((v) => !weights.has(v.name)).map((v) => look.value(v));
  const outputs = (output ?? []).map((v) => look.value(v));
  if (inputs.length === 0 || outputs.length === 0) return cut('it has no inputs or no outputs');
  return {
    inputs,
    outputs,
    opset: Math.max(
      ...model.opsetImport.filter((o) => !o.domain || o.domain === 'ai.onnx').map((o) => Number(o.version)),
      0,
    ),
    nodes: node.length,
    parameters: look.parameters,
    producer: model.producerName,
  };
}

/** Functions that the file defines itself, in operators that are looked through too. */
function functionDomains(model: onnx.ModelProto): string[] {
  const functions = (model as { functions?: { domain?: string | null }[] }).functions ?? [];
  return functions.map((f) => f.domain ?? '');
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
/** Dims are whole numbers, which the reader gives as numbers or as 64-bit objects. */
const count = (dims: readonly unknown[]): number => dims.reduce<number>((n, d) => n * Number(d), 1);

class Look {
  parameters = 0;
  private readonly file: string;
  private readonly domains: ReadonlySet<string>;

  constructor(file: string, domains: ReadonlySet<string>) {
    this.file = file;
    this.domains = domains;
  }

  private refuse(words: Sentence): never {
    throw new RevealError('bad-input', words);
  }

  private cut(detail: string): never {
    return this.refuse(say('model-not-onnx', { file: this.file, detail }));
  }

  domain(name: string): void {
    if (!this.domains.has(name)) this.refuse(say('model-custom-ops', { file: this.file, detail: name }));
  }

  /** @param outer names that an enclosing graph has made */
  graph(graph: onnx.IGraphProto, outer: ReadonlySet<string>): void {
    const made = new Set(outer);
    const constants = new Map<string, onnx.ITensorProto>();
    for (const weight of graph.initializer ?? []) {
      this.tensor(weight);
      made.add(weight.name ?? '');
      constants.set(weight.name ?? '', weight);
    }
    for (const sparse of graph.sparseInitializer ?? []) {
      if (sparse.values) this.tensor(sparse.values);
      if (sparse.indices) this.tensor(sparse.indices);
      made.add(sparse.values?.name ?? '');
    }
    for (const value of graph.input ?? []) {
      this.value(value);
      made.add(value.name ?? '');
    }
    for (const value of graph.valueInfo ?? []) this.value(value);
    for (const node of graph.node ?? []) {
      this.domain(node.domain ?? '');
      for (const name of node.input ?? [])
        if (name !== '' && !made.has(name)) this.cut(`nothing makes ${name}`);
      for (const attribute of node.attribute ?? []) {
        if (attribute.t) {
          this.tensor(attribute.t);
          if (node.opType === 'Constant') constants.set(node.output?.[0] ?? '', attribute.t);
        }
        for (const t of attribute.tensors ?? []) this.tensor(t);
        if (attribute.sparseTensor?.values) this.tensor(attribute.sparseTensor.values);
        if (attribute.g) this.graph(attribute.g, made);
        for (const g of attribute.graphs ?? []) this.graph(g, made);
      }
      this.shapeInput(node, constants);
      for (const name of node.output ?? []) made.add(name);
    }
    for (const { name } of graph.output ?? [])
      if (!made.has(name ?? '')) this.cut(`nothing makes its output ${name}`);
  }

  /** A constant shape names the size of a tensor before anything is run. */
  private shapeInput(node: onnx.INodeProto, constants: ReadonlyMap<string, onnx.ITensorProto>): void {
    const at = SHAPE_INPUT[node.opType ?? ''];
    const shape = at === undefined ? undefined : constants.get(node.input?.[at] ?? '');
    if (!shape) return;
    const raw = shape.rawData ?? new Uint8Array(0);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const dims =
      raw.length > 0
        ? Array.from({ length: Math.floor(raw.length / 8) }, (_, i) => Number(view.getBigInt64(8 * i, true)))
        : (shape.int64Data ?? []).map(Number);
    this.size(dims.filter((d) => d > 0));
  }

  private size(dims: readonly number[]): void {
    const bytes = 4 * count(dims);
    if (bytes > TENSOR_LIMIT)
      throw new RevealError(
        'bad-input',
        say('model-wants-memory', { file: this.file, size: (bytes / 1e9).toFixed(0) }),
      );
  }

  private tensor(tensor: onnx.ITensorProto): void {
    const external = tensor.externalData ?? [];
    if (external.length > 0 || tensor.dataLocation === proto.onnx.TensorProto.DataLocation.EXTERNAL)
      this.refuse(
        say('model-external', {
          file: this.file,
          detail: external.find((e) => e.key === 'location')?.value ?? tensor.name ?? '?',
        }),
      );
    const dims = (tensor.dims ?? []).map(Number);
    if (dims.some((d) => !(d >= 0))) this.cut(`the weight ${tensor.name} has no size`);
    this.size(dims);
    const said = count(dims);
    const bytes = BYTES.get(tensor.dataType ?? 0);
    const raw = tensor.rawData?.length ?? 0;
    const listed = Math.max(
      tensor.floatData?.length ?? 0,
      tensor.int32Data?.length ?? 0,
      tensor.int64Data?.length ?? 0,
      tensor.doubleData?.length ?? 0,
      tensor.uint64Data?.length ?? 0,
      tensor.stringData?.length ?? 0,
    );
    const there = raw > 0 && bytes ? raw / bytes : listed;
    if (there !== said)
      throw new RevealError(
        'bad-input',
        say('model-constants', {
          file: this.file,
          name: tensor.name ?? '?',
          said: String(said),
          there: String(there),
        }),
      );
    this.parameters += said;
  }

  value(value: onnx.IValueInfoProto): OnnxValue {
    const tensor = value.type?.tensorType;
    const shape = (tensor?.shape?.dim ?? []).map((d) => {
      if (d.dimParam) return d.dimParam;
      const n = Number(d.dimValue ?? 0);
      return n > 0 ? n : null;
    });
    this.size(shape.filter((d): d is number => typeof d === 'number'));
    return { name: value.name ?? '', type: NAMES.get(tensor?.elemType ?? 0) ?? 'unknown', shape };
  }
}
