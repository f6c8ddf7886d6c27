/** Networks with weights as the steps see them, on the processor, for scripts and tests. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { emit } from '../../../app/graph/emit.ts';
import { Graph } from '../../../app/graph/graph.ts';
import { constantScope } from '../../../app/graph/scope.ts';
import { decodeWeights } from '../../../app/graph/weights.ts';
import type { NetworkTensors, OpenNetwork } from '../../../main/actions/picture/networks.ts';
import { modelCardSchema } from '../../../models/card.ts';
import { networkInputs, networks } from '../../../models/index.ts';

interface OrtTensor {
  data: Float32Array;
  dims: readonly number[];
}
interface OrtSession {
  run(feeds: Record<string, unknown>): Promise<Record<string, OrtTensor>>;
}
interface Ort {
  InferenceSession: { create(bytes: Uint8Array, options: object): Promise<OrtSession> };
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
}

/** Opens the colorist in a model's folder. */
export const openColorist = (folder = 'models/colorist'): OpenNetwork => openModel('colorist', folder);

/** Opens a network of models/ with the weights of a model's folder; sessions are kept, one for each size. */
export function openModel(
  name: 'colorist' | 'restorer' | 'upscaler',
  folder = `models/${name}`,
): OpenNetwork {
  const ort = createRequire(import.meta.url)('onnxruntime-node') as Ort;
  const card = modelCardSchema.parse(JSON.parse(readFileSync(path.join(folder, 'card.json'), 'utf8')));
  const bytes = readFileSync(path.join(folder, card.weights ?? 'weights.rvw'));
  const weights = decodeWeights(bytes, folder).tensors;
  const network = networks[name];
  const firstInput = name === 'colorist' ? 'l' : 'x';
  const sessions = new Map<string, Promise<OrtSession>>();
  return {
    name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    multiple: network.multiple,
    reach: network.margin,
    async run(inputs) {
      const [, , height, width] = inputs[firstInput].dims;
      const key = `${width}x${height}`;
      let session = sessions.get(key);
      if (!session) {
        const graph = new Graph();
        const tensors = networkInputs(graph, network, { batch: 1, height, width });
        const outputs = network.build(constantScope(graph, weights), tensors, card.width ?? 'small');
        session = ort.InferenceSession.create(emit(outputs).bytes, {
          intraOpNumThreads: 1,
          interOpNumThreads: 1,
          logSeverityLevel: 3,
        });
        sessions.set(key, session);
      }
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)]),
      );
      const out: NetworkTensors = {};
      for (const [name, { data, dims }] of Object.entries(await (await session).run(feeds)))
        out[name] = { data, dims };
      return out;
    },
    async apply(inputs) {
      if (name === 'colorist') throw new Error('the colorist looks at whole pictures');
      const tensors = Object.fromEntries(
        Object.entries(inputs).map(([key, { width, height, channels, data }]) => [
          key,
          { data, dims: [1, channels, height, width] },
        ]),
      );
      const out = await this.run(tensors);
      return Object.fromEntries(
        Object.entries(out).map(([key, { dims, data }]) => [
          key,
          { channels: dims[1], height: dims[2], width: dims[3], data },
        ]),
      );
    },
  };
}
