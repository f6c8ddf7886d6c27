/**
 * Scores the finding of damage on planted defects, on sound pictures, and on a mask that a person made:
 *
 *   node build/eval/damage-score.ts [--set train|test] [--count N] [--sensitivity 0.5] [--sheet DIR]
 *
 * Run it with Node 24. Pictures: photographs of a tar file of JPEGs (train-00.tar to tune by, test-00.tar for the
 * figures that are reported) and scans of prints; damage: build/eval/damage/plant.ts, one kind a picture. A found pixel is right
 * when a planted one lies within 2 pixels, a planted one is found when a found one does. What is found on a print
 * before anything is planted is the print's own damage and counts neither way; on photographs it counts as false.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { bytesFromPlanar, type Planar } from '../../app/planar.ts';
import { findDamage } from '../../main/actions/repair/find.ts';
import { DAMAGED } from '../../main/actions/repair/types.ts';
import { readPlanar } from './damage/holes.ts';
import { plant, PLANTED, type PlantedKind } from './damage/plant.ts';
import { photographs } from './photo/photographs.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'test' },
    count: { type: 'string', default: '24' },
    sensitivity: { type: 'string', default: '0.5' },
    photos: { type: 'string', default: '../shared/data/photos' },
    samples: { type: 'string', default: '../shared/samples/prints' },
    kinds: { type: 'string', default: PLANTED.join() },
    sheet: { type: 'string' },
    only: { type: 'string', default: 'prints,photos,author' },
  },
});
const test = values.set === 'test';
const seed = test ? 'held out' : 'tuned';
const sensitivity = Number(values.sensitivity);
const TOLERANCE = 2;

function grow(mask: Uint8Array, width: number, height: number, r: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!mask[y * width + x]) continue;
      for (let v = Math.max(0, y - r); v <= Math.min(height - 1, y + r); v++)
        for (let u = Math.max(0, x - r); u <= Math.min(width - 1, x + r); u++)
          if ((u - x) ** 2 + (v - y) ** 2 <= r * r) out[v * width + u] = 1;
    }
  return out;
}
interface Counts {
  right: number;
  found: number;
  caught: number;
  planted: number;
}
function compare(
  truth: Uint8Array,
  found: Uint8Array,
  ignore: Uint8Array | null,
  width: number,
  height: number,
): Counts {
  const nearTruth = grow(truth, width, height, TOLERANCE);
  const nearFound = grow(found, width, height, TOLERANCE);
  const c: Counts = { right: 0, found: 0, caught: 0, planted: 0 };
  for (let i = 0; i < truth.length; i++) {
    if (found[i] && (nearTruth[i] || !ignore?.[i])) {
      c.found++;
      if (nearTruth[i]) c.right++;
    }
    if (truth[i]) {
      c.planted++;
      if (nearFound[i]) c.caught++;
    }
  }
  return c;
}
const figures = (list: readonly Counts[]): { precision: number; recall: number; f1: number } => {
  const sum = (f: (c: Counts) => number) => list.reduce((a, c) => a + f(c), 0);
  const precision =
    sum((c) => c.right) /
    Math.max(
      1,
      sum((c) => c.found),
    );
  const recall =
    sum((c) => c.caught) /
    Math.max(
      1,
      sum((c) => c.planted),
    );
  return { precision, recall, f1: (2 * precision * recall) / Math.max(1e-9, precision + recall) };
};
const find = (picture: Planar): Uint8Array => {
  const n = picture.width * picture.height;
  let colour = 0;
  for (let i = 0; i < n; i += 7)
    colour +=
      Math.abs(picture.data[i] - picture.data[n + i]) +
      Math.abs(picture.data[2 * n + i] - picture.data[n + i]);
  const kind = colour / (n / 7) < 0.02 ? 'bw' : 'colour';
  return findDamage(picture, { sensitivity, scale: 1, kind }).confidence.map((v) => (v >= DAMAGED ? 1 : 0));
};
async function sheet(name: string, tiles: { picture: Planar; mask: Uint8Array | null }[]): Promise<void> {
  if (!values.sheet) return;
  mkdirSync(values.sheet, { recursive: true });
  const { width, height } = tiles[0].picture;
  const images = await Promise.all(
    tiles.map(({ picture, mask }) => {
      const bytes = bytesFromPlanar(picture);
      if (mask)
        for (let i = 0; i < mask.length; i++)
          if (mask[i]) {
            bytes[3 * i] = 255;
            bytes[3 * i + 1] = 0;
            bytes[3 * i + 2] = 0;
          }
      return sharp(bytes, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
    }),
  );
  await sharp({ create: { width: width * tiles.length, height, channels: 3, background: '#000' } })
    .composite(images.map((input, k) => ({ input, left: k * width, top: 0 })))
    .png()
    .toFile(path.join(values.sheet, `${name}.png`));
}
function print(title: string, byKind: Map<PlantedKind, Counts[]>): void {
  console.log(`${title}\n  kind      precision recall  F1`);
  for (const [kind, list] of byKind) {
    const f = figures(list);
    console.log(
      `  ${kind.padEnd(9)} ${f.precision.toFixed(3).padStart(8)} ${f.recall.toFixed(3).padStart(7)} ${f.f1.toFixed(3).padStart(6)}`,
    );
  }
}
const kinds = values.kinds.split(',') as PlantedKind[];
const only = values.only.split(',');
const tar = path.resolve(values.photos, test ? 'test-00.tar' : 'train-00.tar');
if (only.includes('photos') && existsSync(tar)) {
  const byKind = new Map<PlantedKind, Counts[]>(kinds.map((k) => [k, []]));
  const shares: number[] = [];
  const count = Number(values.count);
  for (const [k, photo] of photographs(tar, 5, Math.max(1, Math.floor(900 / count)), count).entries()) {
    const clean = await readPlanar(photo.bytes);
    if (k % 2 === 0)
      for (let i = 0, n = clean.width * clean.height; i < n; i++) {
        const v = 0.3 * clean.data[i] + 0.59 * clean.data[n + i] + 0.11 * clean.data[2 * n + i];
        clean.data[i] = clean.data[n + i] = clean.data[2 * n + i] = v;
      }
    const sound = find(clean);
    shares.push(sound.reduce((a, b) => a + b, 0) / sound.length);
    for (const kind of kinds) {
      const { picture, truth } = plant(clean, kind, `${seed} ${photo.name}`);
      const found = find(picture);
      byKind.get(kind)?.push(compare(truth, found, null, clean.width, clean.height));
      await sheet(`photo-${kind}-${photo.name.replace(/\W/g, '_')}`, [
        { picture, mask: null },
        { picture, mask: truth },
        { picture, mask: found },
      ]);
    }
  }
  print(`${shares.length} photographs, ${values.set} set`, byKind);
  const sorted = [...shares].sort((a, b) => a - b);
  console.log(
    `  falsely found on sound photographs: ${((100 * shares.reduce((a, b) => a + b, 0)) / shares.length).toFixed(3)} % of the area (median ${(100 * sorted[sorted.length >> 1]).toFixed(3)} %, worst ${(100 * sorted[sorted.length - 1]).toFixed(2)} %)`,
  );
}
if (only.includes('prints') && existsSync(values.samples)) {
  const byKind = new Map<PlantedKind, Counts[]>(kinds.map((k) => [k, []]));
  let prints = 0;
  for (const name of readdirSync(values.samples).sort()) {
    if (/author/.test(name)) continue;
    const clean = await readPlanar(path.join(values.samples, name), 1600);
    prints++;
    const own = find(clean);
    const ignore = grow(own, clean.width, clean.height, 2 * TOLERANCE);
    for (const kind of kinds) {
      const { picture, truth } = plant(clean, kind, `${seed} ${name}`);
      const found = find(picture);
      byKind.get(kind)?.push(compare(truth, found, ignore, clean.width, clean.height));
      await sheet(`print-${kind}-${name.replace(/\W/g, '_')}`, [
        { picture, mask: null },
        { picture, mask: truth },
        { picture, mask: found },
      ]);
    }
  }
  print(`${prints} prints`, byKind);
}
const author = path.join(values.samples, 'three_children_author_mask.png');
if (only.includes('author') && existsSync(author)) {
  const marked = await readPlanar(author);
  const picture = await readPlanar(path.join(values.samples, 'three_children_creases.jpg'));
  const truth = Uint8Array.from(marked.data.subarray(0, marked.width * marked.height), (v) =>
    v > 0.5 ? 1 : 0,
  );
  const start = performance.now();
  const found = find(picture);
  const f = figures([compare(truth, found, null, picture.width, picture.height)]);
  console.log(
    `a person's mask (three children): precision ${f.precision.toFixed(3)} recall ${f.recall.toFixed(3)} F1 ${f.f1.toFixed(3)}, ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  await sheet('author', [
    { picture, mask: null },
    { picture, mask: truth },
    { picture, mask: found },
  ]);
}
