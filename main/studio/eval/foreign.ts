/**
 * Denoisers of others as predictors, for comparison: an ONNX file that takes `x` [1, 3, H, W] (RGB 0..1) and gives
 * `y` of the same shape, and may want `sigma` [1, 1, 1, 1], the noise over 255. FFDNet is such a file. One that
 * wants to be told the noise is told the truth where the group has one (`noise25`), else the robust estimate.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import proto from 'onnx-proto';
import { estimateSigma } from '../../../app/baseline/index.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { providerOrder, type TensorData } from '../../engine/session.ts';
import { fileError, show } from '../../files/bytes.ts';
import type { ModelEngine } from './model.ts';
import type { Predictor } from './types.ts';

/** Names of what a model must be fed. */
function inputNames(bytes: Uint8Array): string[] {
  const { graph } = proto.onnx.ModelProto.decode(bytes);
  const weights = new Set(graph?.initializer?.map((one) => one.name));
  return (graph?.input ?? []).map((one) => one.name ?? '').filter((name) => !weights.has(name));
}

/** @throws RevealError 'not-found' when there is no such file, 'bad-input' when it takes something else */
export async function openForeign(name: string, file: string, engine: ModelEngine): Promise<Predictor> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(file, error, 'read');
  });
  let inputs: string[];
  try {
    inputs = inputNames(bytes);
  } catch (error) {
    throw new RevealError('bad-input', `${show(file)} is not an ONNX file.`, { cause: error });
  }
  if (!inputs.includes('x') || inputs.some((input) => input !== 'x' && input !== 'sigma'))
    throw new RevealError(
      'bad-input',
      `${show(file)} takes ${inputs.join(', ') || 'nothing'}; a denoiser that can be compared takes x and perhaps sigma.`,
    );
  const hash = createHash('sha256').update(bytes).digest('hex');
  return {
    name,
    groups: ['clean', 'noise', 'jpeg'],
    async predict(input, { group }) {
      const session = await engine.store.open(
        hash,
        () => Promise.resolve(bytes),
        providerOrder(engine.device),
      );
      const told = /^noise(\d+)$/.exec(group);
      const sigma = told ? Number(told[1]) / 255 : estimateSigma(input);
      const feeds: Record<string, TensorData> = {
        x: { dims: [1, 3, input.height, input.width], data: input.data },
      };
      if (inputs.includes('sigma')) feeds.sigma = { dims: [1, 1, 1, 1], data: Float32Array.of(sigma) };
      const { y } = await session.run(feeds);
      if (!y || y.data.length !== input.data.length)
        throw new RevealError('bad-input', `${show(file)} did not give a picture y of the size of x.`);
      return { ...input, data: y.data };
    },
  };
}
