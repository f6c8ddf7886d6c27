/**
 * A network's file with its convolutions in 8 bits, for processors: weights with a scale for each output channel, what goes
 * in and comes out with ranges that were looked up beforehand on training photographs (models/NAME/ranges.json,
 * `build/ranges.ts`). Written as pairs of QuantizeLinear and DequantizeLinear, which onnxruntime fuses with the
 * convolution between them. Sums along the trunk of a network, its first and last convolution, which see and make pixels,
 * and all that is not a convolution with learnt weights stay in single precision.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';

const TYPE = proto.onnx.TensorProto.DataType;
const ATTRIBUTE = proto.onnx.AttributeProto.AttributeType;

/** Least and greatest value of something. */
export type Range = readonly [low: number, high: number];
/** Of each convolution, by the name of its weights without `.weight`: what goes in and what comes out. */
export type Ranges = Readonly<Record<string, { readonly in: Range; readonly out: Range }>>;

const read = (bytes: Uint8Array): onnx.ModelProto => proto.onnx.ModelProto.decode(bytes) as onnx.ModelProto;
const floatsOf = (t: onnx.ITensorProto): Float32Array =>
  new Float32Array(Uint8Array.from(t.rawData as Uint8Array).buffer);

interface Convolution {
  readonly name: string;
  readonly node: onnx.INodeProto;
  readonly dims: number[];
  readonly weight: Float32Array;
}
/** Those that see and make pixels: in 8 bits they cost a tenth of a decibel and would show as steps in a sky. */
const KEPT = new Set(['stem', 'out']);

/** Convolutions with learnt weights, which are told by their names, between the first and the last. */
function convolutions(graph: onnx.IGraphProto): Convolution[] {
  const constants = new Map((graph.initializer ?? []).map((t) => [t.name as string, t]));
  return (graph.node ?? []).flatMap((node) => {
    const stored = node.opType === 'Conv' ? constants.get((node.input ?? [])[1]) : undefined;
    if (!stored?.name?.endsWith('.weight')) return [];
    const name = stored.name.slice(0, -'.weight'.length);
    if (KEPT.has(name)) return [];
    return [{ name, node, dims: (stored.dims ?? []).map(Number), weight: floatsOf(stored) }];
  });
}

/** What has to be looked at to find the ranges: names of tensors that go into and come out of each convolution. */
export const observed = (bytes: Uint8Array): { name: string; in: string; out: string }[] =>
  convolutions(read(bytes).graph as onnx.IGraphProto).map(({ name, node }) => ({
    name,
    in: (node.input ?? [])[0],
    out: (node.output ?? [])[0],
  }));

/** The same file, which hands those tensors out as well. */
export function observing(bytes: Uint8Array): Uint8Array {
  const model = read(bytes);
  const graph = model.graph as onnx.GraphProto;
  const known = new Set([...graph.output, ...graph.input].map((t) => t.name));
  for (const name of new Set(observed(bytes).flatMap((c) => [c.in, c.out])))
    if (!known.has(name))
      graph.output.push({ name, type: { tensorType: { elemType: TYPE.FLOAT } } } as onnx.ValueInfoProto);
  return proto.onnx.ModelProto.encode(model).finish();
}

/** Step and the code of nought of a range in 256 codes; nought is always one of them. */
function codes([low, high]: Range): { scale: number; zero: number } {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const scale = Math.fround((to - from || 1) / 255);
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

/** Weights in 8 bits, -127..127, with a scale for each output channel. */
export function eightBitWeights(
  weight: Float32Array,
  channels: number,
): { scale: Float32Array; data: Int8Array } {
  const each = weight.length / channels;
  const scale = new Float32Array(channels);
  weight.forEach((v, i) => {
    const c = Math.floor(i / each);
    scale[c] = Math.max(scale[c], Math.abs(v));
  });
  scale.forEach((v, c) => (scale[c] = (v || 1) / 127));
  return { scale, data: Int8Array.from(weight, (v, i) => Math.round(v / scale[Math.floor(i / each)])) };
}

type Numbers = Float32Array | Int32Array | Int8Array | Uint8Array;
/** Adds nodes and constants to a graph. */
class Writer {
  readonly nodes: onnx.INodeProto[] = [];
  private readonly graph: onnx.IGraphProto;
  private readonly made = new Set<string>();

  constructor(graph: onnx.IGraphProto) {
    this.graph = graph;
  }

  constant(name: string, dims: number[], dataType: number, data: Numbers): string {
    if (!this.made.has(name)) {
      this.made.add(name);
      const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      this.graph.initializer?.push({ name, dims, dataType, rawData });
    }
    return name;
  }

  node(opType: string, input: string[], output: string, attribute: onnx.IAttributeProto[] = []): string {
    this.nodes.push({ opType, name: output, input, output: [output], attribute });
    return output;
  }

  /** Step and zero of a range, as constants. */
  private steps(range: Range): [string, string] {
    const { scale, zero } = codes(range);
    return [
      this.constant(`scale ${scale}`, [], TYPE.FLOAT, Float32Array.of(scale)),
      this.constant(`zero ${zero}`, [], TYPE.UINT8, Uint8Array.of(zero)),
    ];
  }

  /** A tensor in 8 bits and back, under another name. */
  rounded(name: string, range: Range, into: string): string {
    const [scale, zero] = this.steps(range);
    const short = this.node('QuantizeLinear', [name, scale, zero], `${into} 8`);
    return this.node('DequantizeLinear', [short, scale, zero], into);
  }

  /** Stored numbers with a scale for each of their first axis. */
  restored(name: string, dims: number[], dataType: number, data: Numbers, scale: Float32Array): string {
    const zeros = dataType === TYPE.INT32 ? new Int32Array(scale.length) : new Int8Array(scale.length);
    const axis: onnx.IAttributeProto[] = [{ name: 'axis', type: ATTRIBUTE.INT, i: 0 }];
    return this.node(
      'DequantizeLinear',
      [
        this.constant(`${name} short`, dims, dataType, data),
        this.constant(`${name} steps`, [scale.length], TYPE.FLOAT, scale),
        this.constant(`${name} zeros`, [scale.length], dataType, zeros),
      ],
      `${name} restored`,
      axis,
    );
  }
}

/**
 * The file with its convolutions in 8 bits where ranges say how.
 * @param bytes an ONNX file that `emit` wrote, weights as constants
 * @returns null when no convolution has ranges
 */
export function inEightBits(bytes: Uint8Array, ranges: Ranges): Uint8Array | null {
  const model = read(bytes);
  const graph = model.graph as onnx.GraphProto;
  const chosen = new Map(
    convolutions(graph)
      .filter(({ name }) => Object.hasOwn(ranges, name))
      .map((c) => [c.node, c]),
  );
  if (chosen.size === 0) return null;
  const constants = new Map(graph.initializer.map((t) => [t.name as string, t]));
  const writer = new Writer(graph);
  for (const n of graph.node) {
    const c = chosen.get(n);
    if (!c) {
      writer.nodes.push(n);
      continue;
    }
    const range = ranges[c.name];
    const [x, , bias] = n.input ?? [];
    const [y] = n.output ?? [];
    const { scale, data } = eightBitWeights(c.weight, c.dims[0]);
    const inputs = [
      writer.rounded(x, range.in, `${c.name} in`),
      writer.restored(`${c.name}.weight`, c.dims, TYPE.INT8, data, scale),
    ];
    const stored = bias === undefined ? undefined : constants.get(bias);
    if (stored) {
      const steps = scale.map((s) => s * codes(range.in).scale);
      const whole = Int32Array.from(floatsOf(stored), (v, i) => Math.round(v / steps[i]));
      inputs.push(writer.restored(bias, [steps.length], TYPE.INT32, whole, steps));
    } else if (bias !== undefined) inputs.push(bias);
    const exact = writer.node('Conv', inputs, `${c.name} exact`, n.attribute ?? []);
    writer.rounded(exact, range.out, y);
  }
  graph.node = writer.nodes as onnx.NodeProto[];
  const gone = new Set([...chosen.values()].flatMap(({ node }) => (node.input ?? []).slice(1)));
  for (const n of graph.node) for (const name of n.input ?? []) gone.delete(name);
  graph.initializer = graph.initializer.filter((t) => !gone.has(t.name as string));
  return proto.onnx.ModelProto.encode(model).finish();
}
