/**
 * Scores the finding of several prints on one scan, on planted scans and on single pictures, where nothing is to be found:
 *
 *   node build/eval/split-score.ts [--set train|test] [--count N] [--sheet DIR]
 *
 * Run it with Node 24. Photographs of a tar file of JPEGs (train-00.tar to tune by, test-00.tar for the figures that are
 * reported) are laid on lids by build/eval/split/plant.ts. A print counts as found when all of its corners are
 * within 2 % of its diagonal; the corner error is the mean distance of the corners of found prints, in the same share.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { bytesFromPlanar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { findPrints } from '../../main/actions/split/index.ts';
import { cornersOf } from '../../main/actions/split/sides.ts';
import { readPlanar } from './damage/holes.ts';
import { photographs } from './photo/photographs.ts';
import { plantScan } from './split/plant.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'test' },
    count: { type: 'string', default: '60' },
    singles: { type: 'string', default: '60' },
    photos: { type: 'string', default: '../shared/data/photos' },
    sheet: { type: 'string' },
  },
});
const count = Number(values.count);
const RIGHT = 0.02;
const tar = path.join(values.photos, `${values.set}-00.tar`);
const pool = await Promise.all(photographs(tar, 0, 3, 90).map(({ bytes }) => readPlanar(bytes)));
if (values.sheet) mkdirSync(values.sheet, { recursive: true });

interface Row {
  scans: number;
  countRight: number;
  prints: number;
  found: number;
  extra: number;
  errors: number[];
  tilts: number[];
}
const rows = new Map<string, Row>();
const rowOf = (name: string): Row => {
  let row = rows.get(name);
  if (!row)
    rows.set(name, (row = { scans: 0, countRight: 0, prints: 0, found: 0, extra: 0, errors: [], tilts: [] }));
  return row;
};
let ms = 0;
for (let k = 0; k < count; k++) {
  const random = seeded('split-score', values.set, k);
  const photos = Array.from({ length: 1 + random.int(6) }, () => random.pick(pool));
  const { picture, lid, layout, prints } = plantScan(photos, 1250, values.set, k);
  const start = performance.now();
  const found = findPrints(picture).filter(({ confidence }) => confidence >= 0.5);
  ms += performance.now() - start;
  const boxes = found.map(({ x, y, w, h, angle }) => ({
    corners: cornersOf({
      cx: (x + w / 2) * picture.width,
      cy: (y + h / 2) * picture.height,
      w: w * picture.width,
      h: h * picture.height,
      angle: (angle * Math.PI) / 180,
    }),
    angle,
  }));
  const used = new Set<number>();
  const errors: number[] = [];
  const tilts: number[] = [];
  for (const truth of prints) {
    const diagonal = Math.hypot(truth[2][0] - truth[0][0], truth[2][1] - truth[0][1]);
    const tilt = (Math.atan2(truth[1][1] - truth[0][1], truth[1][0] - truth[0][0]) * 180) / Math.PI;
    boxes.forEach(({ corners, angle }, b) => {
      const far = corners.map(([x, y], j) => Math.hypot(x - truth[j][0], y - truth[j][1]) / diagonal);
      if (used.has(b) || Math.max(...far) > RIGHT) return;
      used.add(b);
      errors.push(far.reduce((s, v) => s + v, 0) / 4);
      tilts.push(Math.abs(angle - tilt));
    });
  }
  for (const name of ['all', lid, layout]) {
    const row = rowOf(name);
    row.scans++;
    row.countRight += found.length === prints.length ? 1 : 0;
    row.prints += prints.length;
    row.found += errors.length;
    row.extra += found.length - used.size;
    row.errors.push(...errors);
    row.tilts.push(...tilts);
  }
  if (values.sheet && (found.length !== prints.length || errors.length !== prints.length)) {
    const { width, height } = picture;
    const lines = (list: [number, number][][], colour: string, w: number): string =>
      list
        .map(
          (c) =>
            `<polygon points="${c.map((p) => p.join()).join(' ')}" fill="none" stroke="${colour}" stroke-width="${w}"/>`,
        )
        .join('');
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${lines(prints, '#00ff00', 9)}${lines(
      boxes.map(({ corners }) => corners),
      '#ff0000',
      4,
    )}</svg>`;
    await sharp(bytesFromPlanar(picture), { raw: { width, height, channels: 3 } })
      .composite([{ input: Buffer.from(svg) }])
      .jpeg()
      .toFile(path.join(values.sheet, `${k}-${lid}-${layout}.jpg`));
  }
}
const mean = (list: number[]): number => list.reduce((s, v) => s + v, 0) / Math.max(1, list.length);
process.stdout.write(`${count} scans, ${values.set} set, ${(ms / count).toFixed(0)} ms each\n`);
process.stdout.write(
  'scans            count right  prints found  false  corner error (worst)   angle error (worst)\n',
);
for (const [name, r] of rows)
  process.stdout.write(
    `${name.padEnd(9)} ${String(r.scans).padStart(4)}     ${((100 * r.countRight) / r.scans).toFixed(0).padStart(3)} %     ${r.found}/${r.prints}   ${r.extra}   ${(100 * mean(r.errors)).toFixed(2)} % (${(100 * Math.max(0, ...r.errors)).toFixed(2)})   ${mean(r.tilts).toFixed(2)}° (${Math.max(0, ...r.tilts).toFixed(2)})\n`,
  );
const singles = photographs(tar, 1, 3, Number(values.singles));
let wrong = 0;
for (const { bytes, name } of singles) {
  const found = findPrints(await readPlanar(bytes)).filter(({ confidence }) => confidence >= 0.5);
  if (found.length > 1) wrong++;
  if (found.length > 0)
    process.stdout.write(
      `  ${name}: ${found.length} (${found.map((f) => f.confidence.toFixed(2)).join(' ')})\n`,
    );
}
process.stdout.write(`${singles.length} single photographs: several prints seen in ${wrong}\n`);
