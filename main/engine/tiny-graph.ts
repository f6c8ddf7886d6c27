/**
 * The smallest graph worth asking a device for: one 3x3 convolution over a fixed 1x3x16x16 input, with known
 * weights, so that a provider shows not only that it starts but that it computes the right numbers.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';

const FLOAT = proto.onnx.TensorProto.DataType.FLOAT;
export const TINY_SHAPE = [1, 3, 16, 16] as const;
const OUT = 4;

/** Weights of the convolution, OUT x 3 x 3 x 3. */
export function tinyWeights(): Float32Array {
  return Float32Array.from({ length: OUT * 27 }, (_, i) => ((i * 7) % 13) / 13 - 0.5);
}
/** An input with every value different. */
export function tinyInput(): Float32Array {
  return Float32Array.from({ length: 3 * 256 }, (_, i) => Math.sin(i * 0.11));
}

/** What the convolution must give (zero padding 1, stride 1), computed here in plain loops. */
export function tinyExpected(): Float32Array {
  const w = tinyWeights();
  const x = tinyInput();
  const out = new Float32Array(OUT * 256);
  for (let o = 0; o < OUT; o++)
    for (let r = 0; r < 16; r++)
      for (let c = 0; c < 16; c++) {
        let sum = 0;
        for (let k = 0; k < 27; k++) {
          const [ch, dr, dc] = [Math.floor(k / 9), (Math.floor(k / 3) % 3) - 1, (k % 3) - 1];
          const [y, z] = [r + dr, c + dc];
          if (y >= 0 && y < 16 && z >= 0 && z < 16) sum += w[o * 27 + k] * x[ch * 256 + y * 16 + z];
        }
        out[o * 256 + r * 16 + c] = sum;
      }
  return out;
}

function valueInfo(name: string, dims: readonly number[]): onnx.IValueInfoProto {
  return {
    name,
    type: { tensorType: { elemType: FLOAT, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  };
}

/** The graph as the bytes of an ONNX file: input `x`, output `y`, opset 17. */
export function tinyGraph(): Uint8Array {
  const attribute = (name: string, ints: number[]): onnx.IAttributeProto => ({
    name,
    type: proto.onnx.AttributeProto.AttributeType.INTS,
    ints,
  });
  const model = proto.onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'revelado',
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'probe',
      node: [
        {
          opType: 'Conv',
          input: ['x', 'w'],
          output: ['y'],
          attribute: [attribute('kernel_shape', [3, 3]), attribute('pads', [1, 1, 1, 1])],
        },
      ],
      initializer: [
        { name: 'w', dataType: FLOAT, dims: [OUT, 3, 3, 3], rawData: new Uint8Array(tinyWeights().buffer) },
      ],
      input: [valueInfo('x', TINY_SHAPE)],
      output: [valueInfo('y', [1, OUT, 16, 16])],
    },
  });
  return proto.onnx.ModelProto.encode(model).finish();
}
