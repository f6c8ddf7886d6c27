/**
 * A network's file in fewer bits: in half precision throughout, or with its convolutions in 8 bits whose ranges are
 * taken from each picture as it comes (dynamic) or from pictures that were looked at beforehand (static). Written in
 * the forms that onnxruntime's own tools write, so that its fusions apply.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { toHalves } from '../../app/graph/half.ts';

const TYPE = proto.onnx.TensorProto.DataType;
const ATTRIBUTE = proto.onnx.AttributeProto.AttributeType;
export type Ranges = ReadonlyMap<string, { low: number; high: number }>;

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
/** Names of what goes into and comes out of those convolutions. */
export const observed = (bytes: Uint8Array): string[] => [
  ...new Set(
    convolutions(read(bytes).graph as onnx.GraphProto).flatMap(({ node: n }) => [
      (n.input ?? [])[0],
      (n.output ?? [])[0],
    ]),
  ),
];
/** The same file, which hands those out as well. */
export function observing(bytes: Uint8Array): Uint8Array {
  const model = read(bytes);
  const graph = model.graph as onnx.GraphProto;
  const known = new Set([...graph.output, ...graph.input].map((t) => t.name));
  for (const name of observed(bytes))
    if (!known.has(name))
      graph.output.push({ name, type: { tensorType: { elemType: TYPE.FLOAT } } } as onnx.ValueInfoProto);
  return write(model);
}

/** Weights in 8 bits with a scale for each output channel, or one for all. */
function eightBits({ dims, weight }: Candidate, perChannel: boolean) {
  const channels = perChannel ? dims[0] : 1;
  const each = weight.length / channels;
  const scale = new Float32Array(channels);
  weight.forEach(
    (v, i) => (scale[Math.floor(i / each)] = Math.max(scale[Math.floor(i / each)], Math.abs(v))),
  );
  scale.forEach((v, c) => (scale[c] = (v || 1) / 127));
  return { scale, data: Int8Array.from(weight, (v, i) => Math.round(v / scale[Math.floor(i / each)])) };
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
    const { scale, data } = eightBits(c, false);
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

/** The ranges are those of the given pictures; what goes in and comes out is cut to them. */
export function staticEight(bytes: Uint8Array, ranges: Ranges): Uint8Array {
  const model = read(bytes);
  const graph = model.graph as onnx.GraphProto;
  const chosen = new Map(convolutions(graph).map((c) => [c.node, c]));
  const constants = new Map(graph.initializer.map((t) => [t.name as string, t]));
  const scaleOf = (name: string): { scale: number; zero: number } => {
    const { low, high } = ranges.get(name) ?? { low: 0, high: 1 };
    const [from, to] = [Math.min(0, low), Math.max(0, high)];
    const scale = (to - from || 1) / 255;
    return { scale, zero: Math.round(-from / scale) };
  };
  const numbers = (name: string): string[] => {
    const { scale, zero } = scaleOf(name);
    if (!constants.has(`${name}/scale`)) {
      const s = tensor(`${name}/scale`, [], TYPE.FLOAT, Float32Array.of(scale)) as onnx.TensorProto;
      constants.set(s.name, s);
      graph.initializer.push(
        s,
        tensor(`${name}/zero`, [], TYPE.UINT8, Uint8Array.of(zero)) as onnx.TensorProto,
      );
    }
    return [`${name}/scale`, `${name}/zero`];
  };
  const quantised = new Set<string>();
  graph.node = graph.node.flatMap((n) => {
    const c = chosen.get(n);
    if (!c) return [n];
    const [x, , bias] = n.input ?? [];
    const [y] = n.output ?? [];
    const { scale, data } = eightBits(c, true);
    const channels = [c.dims[0]];
    graph.initializer.push(
      tensor(`${y}/w8`, c.dims, TYPE.INT8, data) as onnx.TensorProto,
      tensor(`${y}/wscale`, channels, TYPE.FLOAT, scale) as onnx.TensorProto,
      tensor(`${y}/wzero`, channels, TYPE.INT8, new Int8Array(c.dims[0])) as onnx.TensorProto,
    );
    const there = (name: string, into: string) => [
      node('QuantizeLinear', [name, ...numbers(into)], [`${into}/8`]),
      node('DequantizeLinear', [`${into}/8`, ...numbers(into)], [`${into}/back`]),
    ];
    const list = quantised.has(x) ? [] : there(x, x);
    quantised.add(x);
    list.push(
      node('DequantizeLinear', [`${y}/w8`, `${y}/wscale`, `${y}/wzero`], [`${y}/w`], [whole('axis', 0)]),
    );
    const inputs = [`${x}/back`, `${y}/w`];
    const stored = bias === undefined ? undefined : constants.get(bias);
    if (stored) {
      const steps = scale.map((s) => s * scaleOf(x).scale);
      graph.initializer.push(
        tensor(
          `${y}/b32`,
          channels,
          TYPE.INT32,
          Int32Array.from(floatsOf(stored), (v, i) => Math.round(v / steps[i])),
        ) as onnx.TensorProto,
        tensor(`${y}/bscale`, channels, TYPE.FLOAT, steps) as onnx.TensorProto,
        tensor(`${y}/bzero`, channels, TYPE.INT32, new Int32Array(c.dims[0])) as onnx.TensorProto,
      );
      list.push(
        node('DequantizeLinear', [`${y}/b32`, `${y}/bscale`, `${y}/bzero`], [`${y}/b`], [whole('axis', 0)]),
      );
      inputs.push(`${y}/b`);
    } else if (bias !== undefined) inputs.push(bias);
    const [q, dq] = there(`${y}/exact`, y);
    quantised.add(y);
    list.push(node('Conv', inputs, [`${y}/exact`], n.attribute ?? []), q, { ...dq, name: y, output: [y] });
    // Who reads y as the input of a convolution finds it in 8 bits already.
    list.push(node('Identity', [y], [`${y}/back`]));
    return list as onnx.NodeProto[];
  });
  return write(model);
}
