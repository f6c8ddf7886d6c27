/**
 * How near the ageing step comes to the print as it was. Photographs are printed on simulated paper, aged by spectra
 * (build/eval/ageing/spectral.ts), scanned and corrected; mean CIEDE2000 against the fresh print, for the print as it
 * is, grey world, a stretch per channel, and the ageing step; by how far the print had faded.
 *
 *   node build/eval/ageing.ts [--count 60] [--from 0] [--photos DIR] [--set test|train] [--sheet FILE.png]
 *
 * Run it with Node 24.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stretch } from '../../app/baseline/index.ts';
import { deltaEMap, meanOf, toLab } from '../../app/metrics/index.ts';
import { planarFromBytes, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { agedSource, analyseAgeing } from '../../main/actions/ageing/index.ts';
import { sourceOf } from '../../main/actions/picture/source.ts';
import { decodeRgb } from '../../main/files/rgb.ts';
import { dyesOf, printAt, someAge } from './ageing/spectral.ts';
import { greyWorld } from './ageing/grey-world.ts';
import { writeRows } from './colour/sheet.ts';
import { photographs } from './photo/photographs.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '60' },
    from: { type: 'string', default: '0' },
    photos: { type: 'string', default: '../shared/data/photos' },
    set: { type: 'string', default: 'test' },
    sheet: { type: 'string' },
    contrast: { type: 'string', default: '0.5' },
  },
});
const file = path.resolve(values.photos, values.set === 'test' ? 'test-00.tar' : 'train-00.tar');
if (!existsSync(file)) {
  console.log(`No photographs at ${file}; nothing to do.`);
  process.exit(0);
}
const count = Number(values.count);
const methods = ['as it is', 'grey world', 'stretch', 'ageing step'] as const;
const groups: Record<string, Record<(typeof methods)[number], number[]>> = {};
const rows: { label: string; pictures: Planar[] }[] = [];
const step = Math.max(1, Math.floor(960 / count));
for (const [i, photo] of photographs(file, Number(values.from), step, count).entries()) {
  const rgb = await decodeRgb(photo.bytes, photo.name, { shortSide: 160 });
  const dyes = dyesOf(planarFromBytes(rgb.data, rgb.width, rgb.height));
  const age = someAge(seeded('age', values.set, i));
  const fresh = printAt(dyes, rgb.width, rgb.height, { loss: [0, 0, 0], stain: 0 });
  const aged = printAt(dyes, rgb.width, rgb.height, age);
  const analysis = analyseAgeing(aged);
  const all = { x: 0, y: 0, w: rgb.width, h: rgb.height };
  const params = { strength: 1, contrast: Number(values.contrast), toning: 'keep' } as const;
  const made = {
    'as it is': aged,
    'grey world': greyWorld(aged),
    stretch: stretch(aged),
    'ageing step': await agedSource(sourceOf(aged), analysis, params).read(all),
  };
  const truth = toLab(fresh);
  const worst = Math.max(...age.loss);
  const group = worst === 0 ? 'fresh' : worst < 0.3 ? 'faded' : 'very faded';
  const found = methods.map((m) => meanOf(deltaEMap(truth, toLab(made[m]))));
  for (const name of [group, 'all']) {
    groups[name] ??= { 'as it is': [], 'grey world': [], stretch: [], 'ageing step': [] };
    methods.forEach((m, k) => groups[name][m].push(found[k]));
  }
  if (values.sheet)
    rows.push({
      label: `${photo.name} ${analysis.kind} loss ${age.loss.map((v) => v.toFixed(2)).join(' ')} stain ${age.stain.toFixed(2)}; found ${analysis.loss.map((v) => v.toFixed(2)).join(' ')}, ${analysis.stain.map((v) => v.toFixed(2)).join(' ')}; ${found.map((v) => v.toFixed(1)).join(' ')}`,
      pictures: [fresh, ...methods.map((m) => made[m])],
    });
}
console.log(`mean CIEDE2000 (median)      ${methods.map((m) => m.padStart(14)).join('')}`);
for (const name of ['fresh', 'faded', 'very faded', 'all']) {
  const group = groups[name];
  if (!group) continue;
  const cells = methods.map((m) => {
    const sorted = group[m].slice().sort((p, q) => p - q);
    const mean = sorted.reduce((s, v) => s + v, 0) / sorted.length;
    return `${mean.toFixed(2)} (${sorted[sorted.length >> 1].toFixed(2)})`.padStart(14);
  });
  console.log(
    `${name.padEnd(14)} ${String(group['as it is'].length).padStart(4)} prints   ${cells.join('')}`,
  );
}
if (values.sheet) await writeRows(values.sheet, rows, 240);
