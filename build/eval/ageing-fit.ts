/**
 * Fits what the evidence of dye fading is worth: writes main/actions/ageing/weights.ts, a network of two hidden
 * layers from the evidence of a faded photograph to the gain and offset of each dye that bring it back best.
 * Photographs of the training set are faded by app/degrade; the test (build/eval/ageing.ts) fades others, otherwise.
 *
 *   node build/eval/ageing-fit.ts [--shards 8] [--per 240] [--cache FILE.json] [--epochs 60] [--photos DIR]
 *
 * Run it with Node 24. `--cache` keeps the evidence, which takes minutes to gather; the last shard is for validation.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fadeDyes } from '../../app/degrade/print.ts';
import { planarFromBytes } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { densityPlanes, dyePlanes } from '../../main/actions/ageing/density.ts';
import { evidenceOf, features, POINTS } from '../../main/actions/ageing/evidence.ts';
import { decodeRgb } from '../../main/files/rgb.ts';
import { fitNetwork, type Sample } from './ageing/fit-network.ts';
import { photographs } from './photo/photographs.ts';

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '8' },
    per: { type: 'string', default: '240' },
    epochs: { type: 'string', default: '60' },
    photos: { type: 'string', default: '../shared/data/photos' },
    cache: { type: 'string' },
    out: { type: 'string', default: 'main/actions/ageing/weights.ts' },
  },
});
type Three = [number, number, number];

/** Gain and offset of each dye, by least squares over the pixels that the scan can still tell: log gain, offset. */
function answer(aged: readonly Float32Array[], fresh: readonly Float32Array[]): number[] {
  return [0, 1, 2].flatMap((dye) => {
    let n = 0;
    let sx = 0;
    let sy = 0;
    let sxx = 0;
    let sxy = 0;
    for (let i = 0; i < fresh[dye].length; i++) {
      const x = aged[dye][i];
      const y = fresh[dye][i];
      if (y > 2.2) continue;
      n++;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
    }
    if (n === 0) return [0, 0];
    const slope = (sxy - (sx * sy) / n) / Math.max(1e-6, sxx - (sx * sx) / n);
    const gain = Math.min(4, Math.max(0.7, slope));
    return [Math.log(gain), (sy - gain * sx) / n];
  });
}

async function gather(): Promise<Sample[][]> {
  const shards: Sample[][] = [];
  const per = Number(values.per);
  for (let shard = 0; shard < Number(values.shards); shard++) {
    const samples: Sample[] = [];
    const file = path.resolve(values.photos, `train-0${shard}.tar`);
    for (const [i, photo] of photographs(file, 0, Math.floor(960 / per), per).entries()) {
      const rgb = await decodeRgb(photo.bytes, photo.name, { shortSide: 120 });
      const fresh = planarFromBytes(rgb.data, rgb.width, rgb.height);
      const truth = dyePlanes(densityPlanes(fresh));
      for (let turn = 0; turn < 3; turn++) {
        const random = seeded('ageing fit', shard, i, turn);
        const aged = random.chance(0.25) ? 0 : 1;
        const all = random.uniform(0, 0.2);
        const first = random.next() < 0.5 ? 0 : random.next() < 0.6 ? 1 : 2;
        const fade = [0, 1, 2].map(
          (k) => aged * (all + (k === first ? random.uniform(0.05, 0.5) : random.uniform(0, 0.14))),
        ) as Three;
        const strength = 0.4 * aged * random.next() ** 1.5;
        const stain = [0.1, random.uniform(0.15, 0.4), 1].map((v) => v * strength) as Three;
        const print = fadeDyes(fresh, fade, stain);
        // As a scan of 8 bits.
        for (let k = 0; k < print.data.length; k++)
          print.data[k] = Math.round(255 * Math.min(1, Math.max(0, print.data[k]))) / 255;
        const planes = densityPlanes(print);
        samples.push({ x: features(evidenceOf(print, planes)), y: answer(dyePlanes(planes), truth) });
      }
    }
    shards.push(samples);
    console.error(`shard ${shard}: ${samples.length} prints`);
  }
  return shards;
}

const { cache } = values;
const shards =
  cache && existsSync(cache) ? (JSON.parse(readFileSync(cache, 'utf8')) as Sample[][]) : await gather();
if (cache && !existsSync(cache)) writeFileSync(cache, JSON.stringify(shards));
/** From log gain and offset to what is to be added at two amounts of each dye. */
const asked = (samples: readonly Sample[]): Sample[] =>
  samples.map(({ x, y }) => ({
    x,
    y: [0, 2, 4].flatMap((k) => POINTS.map((q) => (Math.exp(y[k]) - 1) * q + y[k + 1])),
  }));
const network = fitNetwork(
  asked(shards.slice(0, -1).flat()),
  asked(shards[shards.length - 1]),
  Number(values.epochs),
);
writeFileSync(
  values.out,
  `/**
 * What the evidence of dye fading says: a network of two hidden layers (hyperbolic tangent) from the features of
 * evidence.ts to what is to be added to little and to much cyan, magenta and yellow. Written by build/eval/ageing-fit.ts, from
 * ${shards.slice(0, -1).flat().length} faded prints of photographs of the training set (models/README.md says on what terms).
 */
export const AGEING_WEIGHTS = ${JSON.stringify(network, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(5)) : v))};
`,
);
