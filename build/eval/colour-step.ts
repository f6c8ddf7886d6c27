/**
 * The colour step on grey renderings of photographs whose colours are known, with the network's weights as they are:
 * CIEDE2000 and a*b* distance (as a share of a grey picture's), colourfulness against the truth's, chroma error where
 * the truth is brighter than L* 95 (against grey's), lean towards red and blue in percentage points of coloured pixels.
 *
 *   node build/eval/colour-step.ts [--count 40] [--photos DIR] [--model models/colorist] [FILES…]
 *
 * Run it with Node 24. With FILES those are used, else photographs of the test set.
 */
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  abDistance,
  colourfulness,
  deltaEMap,
  highlightSums,
  hueCounts,
  hueLean,
  luma,
  meanOf,
  toLab,
  type HighlightSums,
  type HueCounts,
} from '../../app/metrics/index.ts';
import { planarFromBytes, type Planar } from '../../app/planar.ts';
import { colouredSource, prepareColour } from '../../main/actions/colorize/index.ts';
import { networkColours } from '../../main/actions/colorize/network.ts';
import { sourceOf } from '../../main/actions/picture/source.ts';
import { decodeRgb } from '../../main/files/rgb.ts';
import { openColorist } from './colour/network.ts';
import { plainColour } from './colour/params.ts';
import { photographs } from './photo/photographs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '40' },
    photos: { type: 'string', default: '../shared/data/photos' },
    model: { type: 'string', default: 'models/colorist' },
    sides: { type: 'string', default: '' },
    variants: { type: 'boolean', default: false },
  },
});
const network = openColorist(values.model);
const count = Number(values.count);
const inputs =
  positionals.length > 0
    ? positionals.map((file) => ({ name: path.basename(file), bytes: readFileSync(file) as Uint8Array }))
    : photographs(path.resolve(values.photos, 'test-00.tar'), 3, Math.max(1, Math.floor(960 / count)), count);

interface Sums {
  deltaE: number[];
  share: number[];
  colourful: number[];
  highlights: HighlightSums;
  truth: HueCounts;
  made: HueCounts;
}
const table: Record<string, Sums> = {};
const none = (): HueCounts => ({ pixels: 0, coloured: 0, red: 0, blue: 0 });
const add = <T extends object>(to: T, from: T): void => {
  for (const key of Object.keys(to) as (keyof T)[]) (to[key] as number) += from[key] as number;
};
for (const { name, bytes } of inputs) {
  const rgb = await decodeRgb(bytes, name, { shortSide: 500 });
  const truth = planarFromBytes(rgb.data, rgb.width, rgb.height);
  const grey = luma(truth);
  const truthLab = toLab(truth);
  const colourful = colourfulness(truth);
  if (colourful < 8) continue;
  const made: Record<string, Planar> = { grey };
  const plan = await prepareColour(grey, [], network, { own: 'auto' });
  const all = { x: 0, y: 0, w: grey.width, h: grey.height };
  made.step = await colouredSource(sourceOf(grey), plan, plainColour).read(all);
  if (values.variants)
    for (const variant of ['2', '3', '4'] as const)
      made[`variant ${variant}`] = await colouredSource(sourceOf(grey), plan, {
        ...plainColour,
        variant,
      }).read(all);
  for (const side of [320, ...values.sides.split(',').filter(Boolean).map(Number)]) {
    const raw = await networkColours(grey, [], network, undefined, side);
    const plain = { ...plan, cells: raw.cells, base: { a: raw.a, b: raw.b }, confidence: raw.confidence };
    made[`network at ${side}`] = await colouredSource(sourceOf(grey), plain, plainColour).read(all);
  }
  const greyDistance = abDistance(truthLab, toLab(grey));
  for (const [key, picture] of Object.entries(made)) {
    const lab = toLab(picture);
    const sums = (table[key] ??= {
      deltaE: [],
      share: [],
      colourful: [],
      highlights: { pixels: 0, error: 0, grey: 0 },
      truth: none(),
      made: none(),
    });
    // The lightness of luma is not L*'s: colours are judged at the truth's own.
    sums.deltaE.push(meanOf(deltaEMap(truthLab, { ...lab, L: truthLab.L })));
    sums.share.push(abDistance(truthLab, lab) / greyDistance);
    sums.colourful.push(colourfulness(picture) / colourful);
    add(sums.highlights, highlightSums(truthLab, lab));
    add(sums.truth, hueCounts(truthLab));
    add(sums.made, hueCounts(lab));
  }
}
const mean = (v: readonly number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
console.log(`${inputs.length} pictures     deltaE  ab/grey  colourful  highlights/grey  red lean  blue lean`);
for (const [key, s] of Object.entries(table)) {
  const lean = hueLean(s.truth, s.made);
  console.log(
    `${key.padEnd(16)} ${mean(s.deltaE).toFixed(2).padStart(7)} ${mean(s.share).toFixed(3).padStart(8)} ${mean(s.colourful).toFixed(2).padStart(10)} ${(s.highlights.error / s.highlights.grey).toFixed(3).padStart(16)} ${lean.red.toFixed(1).padStart(9)} ${lean.blue.toFixed(1).padStart(10)}`,
  );
}
