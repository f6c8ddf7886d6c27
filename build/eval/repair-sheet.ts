/**
 * A sheet of every print: before, what was found, after.
 *
 *   node build/eval/repair-sheet.ts --out DIR [--folder DIR] [--most 1400] [--names a,b]
 *
 * Run it with Node 24. Prints seconds of processor time for finding and filling, and how it was filled.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { bytesFromPlanar } from '../../app/planar.ts';
import { findDamage } from '../../main/actions/repair/find.ts';
import { repairedSource } from '../../main/actions/repair/source.ts';
import { DAMAGED } from '../../main/actions/repair/types.ts';
import { sourceOf } from '../../main/actions/picture/source.ts';
import { readPlanar } from './damage/holes.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '../shared/samples/prints' },
    out: { type: 'string' },
    most: { type: 'string', default: '1400' },
    names: { type: 'string', default: '' },
  },
});
const seconds = (from: NodeJS.CpuUsage): string => {
  const { user, system } = process.cpuUsage(from);
  return ((user + system) / 1e6).toFixed(1);
};
if (values.out) mkdirSync(values.out, { recursive: true });
for (const name of readdirSync(values.folder).sort()) {
  if (/author/.test(name) || !/\.(jpe?g|png)$/i.test(name)) continue;
  if (values.names && !values.names.split(',').some((part) => name.includes(part))) continue;
  const picture = await readPlanar(path.join(values.folder, name), Number(values.most));
  const { width, height } = picture;
  let start = process.cpuUsage();
  const damage = findDamage(picture, {
    sensitivity: 0.5,
    scale: 1,
    kind: /colour/.test(name) ? 'colour' : 'bw',
  });
  const finding = seconds(start);
  start = process.cpuUsage();
  const repaired = repairedSource(
    sourceOf(picture),
    { width, height, data: damage.confidence },
    { fill: 'auto', grain: true, faces: null, marks: [], networks: null, seed: 1, regions: damage.regions },
  );
  const after = await repaired.read({ x: 0, y: 0, w: width, h: height });
  const filling = seconds(start);
  const { share, kinds, ways } = await repaired.report();
  console.log(
    `${name} ${width}x${height}: found in ${finding} s, filled in ${filling} s; ${(100 * share).toFixed(2)} % ${JSON.stringify(kinds)} ${JSON.stringify(ways)}`,
  );
  if (!values.out) continue;
  const marked = bytesFromPlanar(picture);
  damage.confidence.forEach((v, i) => {
    if (v === 0) return;
    const k = v >= DAMAGED ? 1 : 0.35;
    marked[3 * i] = Math.round(marked[3 * i] * (1 - k) + 255 * k);
    marked[3 * i + 1] = Math.round(marked[3 * i + 1] * (1 - k));
    marked[3 * i + 2] = Math.round(marked[3 * i + 2] * (1 - k));
  });
  const tiles = [bytesFromPlanar(picture), marked, bytesFromPlanar(after)];
  const images = await Promise.all(
    tiles.map((bytes) =>
      sharp(bytes, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    ),
  );
  await sharp({ create: { width: 3 * width, height, channels: 3, background: '#000' } })
    .composite(images.map((input, k) => ({ input, left: k * width, top: 0 })))
    .png()
    .toFile(path.join(values.out, `${name.replace(/\.\w+$/, '')}.png`));
}
