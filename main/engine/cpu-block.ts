/**
 * How many channels lie beside each other in the layout that onnxruntime's convolutions use on this processor: 16
 * with AVX-512, 8 on other x86 machines, none where it has no such kernels. It is asked by running the change of
 * layout on known numbers, since no interface tells it.
 */
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { onnxBinding, type Binding } from './session.ts';

const CHANNELS = 16;
const PIXELS = 2;

/** A graph of one node: x [1, 16, 1, 2] in blocks, read as plain numbers. */
function probe(): Uint8Array {
  const info = (name: string): onnx.IValueInfoProto => ({
    name,
    type: {
      tensorType: {
        elemType: proto.onnx.TensorProto.DataType.FLOAT,
        shape: { dim: [1, CHANNELS, 1, PIXELS].map((dimValue) => ({ dimValue })) },
      },
    },
  });
  return proto.onnx.ModelProto.encode(
    proto.onnx.ModelProto.create({
      irVersion: 8,
      producerName: 'revelado',
      opsetImport: [
        { domain: '', version: 18 },
        { domain: 'com.microsoft.nchwc', version: 1 },
      ],
      graph: {
        name: 'probe',
        node: [{ opType: 'ReorderInput', domain: 'com.microsoft.nchwc', input: ['x'], output: ['y'] }],
        input: [info('x')],
        output: [info('y')],
      },
    }),
  ).finish();
}

let found: Promise<number | null> | null = null;

/** 8, 16, or null: for `StepSpec.block`. Asked once in a process. */
export function cpuBlock(binding: () => Binding = onnxBinding): Promise<number | null> {
  found ??= ask(binding);
  return found;
}

export async function ask(binding: () => Binding): Promise<number | null> {
  // x[c, p] = 2 c + p: after pixel 0 of a block's channels comes pixel 1 of its first.
  const data = Float32Array.from({ length: CHANNELS * PIXELS }, (_, i) => i);
  try {
    const session = await binding().create(probe(), 'cpu', 1);
    const { y } = await session.run({ x: { dims: [1, CHANNELS, 1, PIXELS], data } });
    await session.release();
    for (const block of [8, 16]) {
      const want = data.map((_, i) => {
        const [start, rest] = [Math.floor(i / (block * PIXELS)) * block, i % (block * PIXELS)];
        return PIXELS * (start + (rest % block)) + Math.floor(rest / block);
      });
      if (want.every((v, i) => v === y.data[i])) return block;
    }
  } catch {
    // This build has no kernels for it.
  }
  return null;
}
