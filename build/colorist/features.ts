/**
 * Computes once what the colorist's decoder learns from (see store.ts):
 *
 *   node build/colorist/features.ts --data DIR --out FILE.f16 [--grey old|plain] [--seed 1] [--test --skip 100 --count 240]
 *
 * Run it with Node 24. Each training picture gives one record: a crop of 128 px (three in five nearly the whole picture, the
 * others down to half of its shorter side), mirrored or not, rendered as an old emulsion saw it or as plain grey (half of
 * Rec. 601 on encoded values, half by luminance). With --test: the middles of test pictures in the order of `revelado eval`,
 * after the first --skip, which the figures are quoted on.
 */
import { openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { greyInput } from '../../app/degrade/index.ts';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { toHalves } from '../../app/graph/half.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { luma } from '../../app/metrics/index.ts';
import type { Planar } from '../../app/planar.ts';
import { hash32, seeded, type Random } from '../../app/random.ts';
import { coloristFeatures } from '../../models/colorist/network.ts';
import { onnxBinding, SessionStore } from '../../main/engine/session.ts';
import { centreCrop, takeCrop, type Crop } from '../../main/studio/dataset/crop.ts';
import { openDataset } from '../../main/studio/dataset/open.ts';
import { PictureReader } from '../../main/studio/dataset/read.ts';
import { colourOf, greyReason, LENIENT } from '../../main/studio/dataset/screen.ts';
import { chromaOf } from '../../main/studio/dataset/tensors.ts';
import { testPictures } from '../../main/studio/eval/run.ts';
import { readModel } from '../../main/studio/run/model.ts';
import { RECORD, SIDE, TENSORS } from './store.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    grey: { type: 'string', default: 'old' },
    seed: { type: 'string', default: '1' },
    test: { type: 'boolean', default: false },
    skip: { type: 'string', default: '100' },
    count: { type: 'string', default: '240' },
  },
});
if (!values.data || !values.out) throw new Error('--data and --out are needed');

const dataset = await openDataset(path.resolve(values.data));
const order = (id: string): number => hash32('colorist-features', id);
const pictures = values.test
  ? testPictures(dataset, 1, false).slice(Number(values.skip), Number(values.skip) + Number(values.count))
  : dataset.pictures
      .filter((p) => p.split === 'train' && p.pair === null)
      .sort((a, b) => order(a.id) - order(b.id));

/** Share of crops that show nearly the whole picture. */
const WHOLE = 0.6;
function crop(width: number, height: number, random: Random): Crop {
  const short = Math.min(width, height);
  const least = random.chance(WHOLE) ? 0.85 : 0.5;
  const side = Math.round(short * least ** random.next());
  return {
    x: random.int(width - side + 1),
    y: random.int(height - side + 1),
    side,
    flip: random.chance(0.5),
  };
}
function plain(picture: Planar, random: Random): Planar {
  if (random.chance(0.5)) return luma(picture);
  const n = picture.width * picture.height;
  const d = picture.data;
  return {
    ...picture,
    channels: 1,
    data: Float32Array.from({ length: n }, (_, i) => 0.299 * d[i] + 0.587 * d[n + i] + 0.114 * d[2 * n + i]),
  };
}

const { weights } = await readModel(path.resolve('models/backbone'));
const graph = new Graph();
const inner = constantScope(
  graph,
  new Map([...weights].map(([name, tensor]) => [`backbone.${name}`, tensor])),
);
const made = coloristFeatures(inner, graph.input('l', [1, 1, SIDE, SIDE]));
const { bytes } = emit(Object.fromEntries(made.map((t, i) => [`feature${i}`, t])), { name: 'features' });
const store = new SessionStore(onnxBinding, 1);
const session = await store.open('features', () => Promise.resolve(bytes), ['cpu']);

const reader = new PictureReader();
const file = openSync(values.out, 'w');
const record = new Float32Array(RECORD);
writeFileSync(`${values.out}.json`, JSON.stringify(pictures.map((p) => p.id)));
let began = performance.now();
let next = reader.decode(pictures[0], 256);
for (const [n, { id }] of pictures.entries()) {
  const { truth } = await next;
  if (n + 1 < pictures.length) next = reader.decode(pictures[n + 1], 256);
  // A truth without colour would teach that grey is right: its record stays nought, and is passed over.
  const colourless = !values.test && greyReason(colourOf(truth), LENIENT) !== null;
  record.fill(0);
  if (!colourless) {
    const random = seeded('colorist-features', Number(values.seed), id);
    const { width, height } = truth;
    const picture = takeCrop(
      truth,
      values.test ? centreCrop(width, height, SIDE, false) : crop(width, height, random),
      SIDE,
    );
    const l =
      values.grey === 'plain'
        ? plain(picture, random)
        : greyInput(picture, ['colorist', Number(values.seed), id]);
    const answer = await session.run({ l: { dims: [1, 1, SIDE, SIDE], data: l.data } });
    let at = 0;
    for (const { name } of TENSORS) {
      const data = name === 'l' ? l.data : name === 'ab' ? chromaOf(picture).data : answer[name].data;
      record.set(data, at);
      at += data.length;
    }
  }
  writeSync(file, new Uint8Array(toHalves(record).buffer));
  if (n % 500 === 499) {
    console.log(`${n + 1} of ${pictures.length}, ${((performance.now() - began) / 500).toFixed(1)} ms each`);
    began = performance.now();
  }
}
await store.close();
process.exit(0);
