/** Tiny graphs with the signatures of public models, for tests: what they compute is known exactly. */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { add, concat, conv2d, emit, Graph, mul, split, sub, type Tensor } from '../../app/graph/index.ts';

/** A 1 x 1 convolution: rows of factors of the input's channels, and a bias for each row. */
function matrix(x: Tensor, rows: readonly (readonly number[])[], bias?: readonly number[]): Tensor {
  const { graph } = x;
  const w = graph.constant(rows.flat(), [rows.length, rows[0].length, 1, 1]);
  return conv2d(x, w, bias ? { bias: graph.constant(bias, [rows.length]) } : {});
}
const eye = (k: number): number[][] => [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? k : 0)));

/** Changes a written model. */
export function edited(bytes: Uint8Array, change: (model: onnx.ModelProto) => void): Uint8Array {
  const model = proto.onnx.ModelProto.decode(bytes);
  change(model);
  return proto.onnx.ModelProto.encode(model).finish();
}

/** Height and width of all inputs and outputs become any number, as most exports have it. */
function free(bytes: Uint8Array): Uint8Array {
  return edited(bytes, ({ graph }) => {
    for (const [list, suffix] of [
      [graph?.input ?? [], ''],
      [graph?.output ?? [], '_out'],
    ] as const)
      for (const value of list) {
        const dims = value.type?.tensorType?.shape?.dim ?? [];
        if (dims.length === 4 && Number(dims[2].dimValue) > 1) {
          dims[2] = proto.onnx.TensorShapeProto.Dimension.create({ dimParam: `H${suffix}` });
          dims[3] = proto.onnx.TensorShapeProto.Dimension.create({ dimParam: `W${suffix}` });
        }
      }
  });
}

const S = 64;
const graphOf = (channels: number): { graph: Graph; x: Tensor } => {
  const graph = new Graph();
  return { graph, x: graph.input('x', [1, channels, S, S]) };
};
const file = (y: Tensor): Uint8Array => emit({ y }).bytes;

/** y = 1 - x, any size. */
export const imageModel = (): Uint8Array => free(file(matrix(graphOf(3).x, eye(-1), [1, 1, 1])));
/** A model with its picture enlarged by nearest pixels in the end. */
export function enlarged(bytes: Uint8Array, factor: number): Uint8Array {
  return edited(bytes, ({ graph }) => {
    const last = graph?.node?.at(-1);
    if (!graph?.node || !graph.initializer || !last) return;
    last.output = ['small'];
    graph.initializer.push(
      proto.onnx.TensorProto.create({
        name: 'scales',
        dataType: proto.onnx.TensorProto.DataType.FLOAT,
        dims: [4],
        floatData: [1, 1, factor, factor],
      }),
    );
    const nearest = proto.onnx.AttributeProto.create({
      name: 'nearest_mode',
      type: proto.onnx.AttributeProto.AttributeType.STRING,
      s: new TextEncoder().encode('floor'),
    });
    const asymmetric = proto.onnx.AttributeProto.create({
      name: 'coordinate_transformation_mode',
      type: proto.onnx.AttributeProto.AttributeType.STRING,
      s: new TextEncoder().encode('asymmetric'),
    });
    graph.node.push(
      proto.onnx.NodeProto.create({
        opType: 'Resize',
        input: ['small', '', 'scales'],
        output: ['y'],
        attribute: [nearest, asymmetric],
      }),
    );
  });
}
/** y = 1 - x, twice as wide and high, any size. */
export const upscaleModel = (): Uint8Array => enlarged(imageModel(), 2);
/** y = x - sigma, any size. */
export function denoiseModel(): Uint8Array {
  const { graph, x } = graphOf(3);
  return free(file(sub(x, graph.input('sigma', [1, 1, 1, 1]))));
}
/** Grey 0..255 to r, 0.8 r, 0.6 r of it, fixed size. */
export const deoldifyModel = (): Uint8Array =>
  file(
    matrix(graphOf(3).x, [
      [1, 0, 0],
      [0, 0.8, 0],
      [0, 0, 0.6],
    ]),
  );
/** a = 40, b = -20 times the grey, fixed size. */
export const ddcolorModel = (): Uint8Array =>
  file(
    matrix(graphOf(3).x, [
      [40, 0, 0],
      [0, -20, 0],
    ]),
  );
/** Lightness to a = L / 2, b = -L / 4. */
export const chromaModel = (): Uint8Array => free(file(matrix(graphOf(1).x, [[0.5], [-0.25]])));
/** Scores of three bins: the second wins where it is light, the first where it is dark. */
export const binsModel = (): Uint8Array => file(matrix(graphOf(1).x, [[-1], [1], [0]], [50, -50, -100]));
/** The picture with 0.5 in the hole, levels of 255, fixed size. */
export function lamaModel(): Uint8Array {
  const { graph, x } = graphOf(3);
  const mask = graph.input('mask', [1, 1, S, S]);
  const kept = mul(x, sub(graph.constant([1], [1, 1, 1, 1]), mask));
  return file(matrix(add(kept, mul(mask, graph.constant([0.5], [1, 1, 1, 1]))), eye(255)));
}
/** MI-GAN's four channels: the picture over -1..1, 0.6 in the hole. */
export function miganModel(): Uint8Array {
  const { graph, x } = graphOf(4);
  const [known, picture] = split(x, [1, 3], 1);
  const hole = sub(graph.constant([0.5], [1, 1, 1, 1]), known);
  const fill = mul(hole, graph.constant([0.6], [1, 1, 1, 1]));
  return file(add(picture, concat([fill, fill, fill], 1)));
}
