/**
 * A network's file in fewer bits, as the program does not use it: in half precision throughout, or with its convolutions
 * in 8 bits whose ranges are taken from each picture as it comes. Written in the forms that onnxruntime's own tools
 * write, so that its fusions apply. With ranges that were looked up beforehand: main/engine/eight-bits.ts.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { toHalves } from '../../app/graph/half.ts';

const TYPE = proto.onnx.TensorProto.DataType;
const ATTRIBUTE = proto.onnx.AttributeProto.AttributeType;

const read = (bytes: Uint8Array) => proto.onnx.ModelProto.decode(bytes) as onnx.ModelProto;
const write = (model: onnx.IModelProto) => proto.onnx.ModelProto.encode(model).finish();
const floatsOf = (t: onnx.ITensorProto): Float32Array =>
  new Float32Array(Uint8Array.from(t.rawData as Uint8Array).buffer);
const dimsOf = (t: onnx.ITensorProto): number[] => (t.dims ?? []).map(Number);
const raw = (data: Float32Array | Int32Array | Int8Array | Uint8Array | Uint16Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
const tensor = (name: string, dims: number[], dataType: number, data: Parameters<typeof raw>[0]) => ({
  name,
  dims,
  dataType,
  rawData: raw(data),
});
const node = (opType: string, input: string[], output: string[], attribute: onnx.IAttributeProto[] = []) => ({
  opType,
  name: output[0],
  input,
  output,
  attribute,
});
const whole = (name: string, i: number): onnx.IAttributeProto => ({ name, type: ATTRIBUTE.INT, i });

/** Weights and all that is computed in half precision; what comes in and goes out stays as it was. */
export function halfPrecision(bytes: Uint8Array): Uint8Array {
  const model = read(bytes);
  const graph = model.graph as onnx.GraphProto;
  // Scales of Resize are single precision by definition.
  const kept = new Set(graph.node.flatMap((n) => (n.opType === 'Resize' ? (n.input ?? []).slice(1) : [])));
  for (const t of graph.initializer)
    if (t.dataType === TYPE.FLOAT && !kept.has(t.name as string)) {
      t.rawData = raw(toHalves(floatsOf(t)));
      t.dataType = TYPE.FLOAT16;
    }
  for (const n of graph.node)
    if (n.opType === 'Cast')
      for (const a of n.attribute ?? []) if (Number(a.i) === TYPE.FLOAT) a.i = TYPE.FLOAT16;
  const inputs = new Set(graph.input.map((t) => t.name as string));
  const outputs = new Set(graph.output.map((t) => t.name as string));
  const inside = (name: string) => (inputs.has(name) || outputs.has(name) ? `${name}/half` : name);
  for (const n of graph.node) {
    n.input = (n.input ?? []).map(inside);
    n.output = (n.output ?? []).map(inside);
  }
  const cast = (from: string, into: string, to: number) => node('Cast', [from], [into], [whole('to', to)]);
  graph.node = [
    ...[...inputs].map((name) => cast(name, `${name}/half`, TYPE.FLOAT16)),
    ...graph.node,
    ...[...outputs].map((name) => cast(`${name}/half`, name, TYPE.FLOAT)),
  ] as onnx.NodeProto[];
  return write(model);
}

interface Candidate {
  readonly node: onnx.INodeProto;
  readonly dims: number[];
  readonly weight: Float32Array;
}
/** Convolutions with weights of their own and at least eight channels in and out: nearly all multiplications. */
function convolutions(graph: onnx.GraphProto): Candidate[] {
  const constants = new Map(graph.initializer.map((t) => [t.name as string, t]));
  return graph.node.flatMap((n) => {
    const weight = n.opType === 'Conv' ? constants.get((n.input ?? [])[1]) : undefined;
    if (!weight) return [];
    const dims = dimsOf(weight);
    const group = Number((n.attribute ?? []).find((a) => a.name === 'group')?.i ?? 1);
    if (dims[0] < 8 || dims[1] * group < 8) return [];
    return [{ node: n, dims, weight: floatsOf(weight) }];
  });
}
/** Weights in 8 bits with one scale for all. */
function eightBits({ weight }: Candidate) {
  const scale = Float32Array.of((weight.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1) / 127);
  return { scale, data: Int8Array.from(weight, (v) => Math.round(v / scale[0])) };
}

/** The ranges of what goes into a convolution are taken from each picture while it is computed. */
export function dynamicEight(bytes: Uint8Array): Uint8Array {
  const model = read(bytes);
  const graph = model.graph as onnx.GraphProto;
  const chosen = new Map(convolutions(graph).map((c) => [c.node, c]));
  const quantised = new Set<string>();
  graph.node = graph.node.flatMap((n) => {
    const c = chosen.get(n);
    if (!c) return [n];
    const [x, , bias] = n.input ?? [];
    const [y] = n.output ?? [];
    const { scale, data } = eightBits(c);
    graph.initializer.push(
      tensor(`${y}/w8`, c.dims, TYPE.INT8, data) as onnx.TensorProto,
      tensor(`${y}/scale`, [], TYPE.FLOAT, scale) as onnx.TensorProto,
      tensor(`${y}/zero`, [], TYPE.INT8, new Int8Array(1)) as onnx.TensorProto,
    );
    const before = quantised.has(x)
      ? []
      : [node('DynamicQuantizeLinear', [x], [`${x}/8`, `${x}/8scale`, `${x}/8zero`])];
    quantised.add(x);
    const last = bias === undefined ? y : `${y}/scaled`;
    const list = [
      ...before,
      node('ConvInteger', [`${x}/8`, `${y}/w8`, `${x}/8zero`, `${y}/zero`], [`${y}/sum`], n.attribute ?? []),
      node('Cast', [`${y}/sum`], [`${y}/float`], [whole('to', TYPE.FLOAT)]),
      node('Mul', [`${x}/8scale`, `${y}/scale`], [`${y}/both`]),
      node('Mul', [`${y}/float`, `${y}/both`], [last]),
    ];
    if (bias !== undefined) {
      const shape = `${y}/bias shape`;
      graph.initializer.push({
        name: shape,
        dims: [4],
        dataType: TYPE.INT64,
        rawData: new Uint8Array(BigInt64Array.from([1n, BigInt(c.dims[0]), 1n, 1n]).buffer),
      } as onnx.TensorProto);
      list.push(node('Reshape', [bias, shape], [`${y}/bias`]), node('Add', [last, `${y}/bias`], [y]));
    }
    return list as onnx.NodeProto[];
  });
  return write(model);
}
