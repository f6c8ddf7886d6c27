/**
 * Makes the damage classifiers' tables (main/actions/repair/damage.json) again:
 *
 *   node build/eval/damage-train.ts [--photos DIR] [--count 260] [--trees 90] [--out FILE]
 *
 * Run it with Node 24. It learns from photographs of the training set (train-*.tar) with the training damage of
 * app/degrade drawn over them: dust, hairs, scratches, cracks, creases, tears, worn edges. Pictures vary in size,
 * colour or grey, softness, grain and compression. The damage that the scores are taken on (build/eval/damage/plant.ts) is drawn by
 * other code and takes no part.
 */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { DEGRADATIONS } from '../../app/degrade/index.ts';
import { bytesFromPlanar, type Planar, planarFromBytes } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { FEATURES, featuresOf } from '../../main/actions/repair/features.ts';
import { levelOf } from '../../main/actions/repair/levels.ts';
import { candidateShapes, oddsOf } from '../../main/actions/repair/find.ts';
import { REGION_FEATURES, regionRows } from '../../main/actions/repair/regions.ts';
import { boost } from './damage/boost.ts';
import { photographs } from './photo/photographs.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '../shared/data/photos' },
    count: { type: 'string', default: '150' },
    trees: { type: 'string', default: '120' },
    out: { type: 'string', default: 'main/actions/repair/damage.json' },
  },
});
const file = path.resolve(values.photos, 'train-01.tar');
if (!existsSync(file)) {
  console.log(`No photographs at ${file}; nothing to do.`);
  process.exit(0);
}
const LINES = [
  'dust',
  'dust',
  'dust',
  'hairs',
  'hairs',
  'scratches',
  'scratches',
  'cracks',
  'crease',
  'tear',
  'scan-dirt',
  'worn-edges',
];
const damages = LINES.map((name) => DEGRADATIONS.find((d) => d.name === name)).filter((d) => d !== undefined);
console.log(`damage: ${damages.map((d) => d.name).join(' ')}`);

const count = Number(values.count);
const step = Math.max(1, Math.floor(1200 / count));

interface Lesson {
  picture: Planar;
  /** How much the damage changed each pixel. */
  changed: Float32Array;
  /** Change from which a pixel is damaged, and up to which it is sound. */
  damaged: number;
  sound: number;
  random: ReturnType<typeof seeded>;
}

/** A photograph as a print would show it, with damage. */
async function lesson(photo: { name: string; bytes: Uint8Array }): Promise<Lesson | null> {
  const random = seeded('damage-train', photo.name);
  // Scans of prints show the same things on more pixels than a photograph of 256 pixels does.
  const side = Math.round(256 * random.pick([1, 1, 1.4, 2, 2.6]));
  const { data, info } = await sharp(photo.bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .resize({ width: side, height: side, fit: 'outside', kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) return null;
  if (random.chance(0.65))
    for (let i = 0; i < data.length; i += 3) {
      const v = Math.round(0.3 * data[i] + 0.59 * data[i + 1] + 0.11 * data[i + 2]);
      data.fill(v, i, i + 3);
    }
  let clean = planarFromBytes(data, info.width, info.height);
  const contrast = random.uniform(0.55, 1);
  const lift = random.uniform(0, 1 - contrast);
  const grain = random.chance(0.7) ? random.uniform(0.003, 0.025) : 0;
  const n = info.width * info.height;
  for (let i = 0; i < n; i++) {
    const noise = grain * random.normal();
    for (let c = 0; c < 3; c++) clean.data[c * n + i] = lift + contrast * clean.data[c * n + i] + noise;
  }
  let picture: Planar = { ...clean, data: clean.data.slice() };
  const many = random.chance(0.12) ? 0 : 1 + random.int(2);
  for (let k = 0; k < many; k++)
    picture = random.pick(damages).apply(picture, seeded('damage-train', photo.name, k)).picture;
  const touched = new Uint8Array(n);
  for (let i = 0; i < 3 * n; i++) if (picture.data[i] !== clean.data[i]) touched[i % n] = 1;
  if (random.chance(0.5)) {
    const soften = random.uniform(0.4, 0.9);
    const quality = Math.round(random.uniform(55, 95));
    const camera = async (p: Planar): Promise<Planar> => {
      const raw = { width: p.width, height: p.height, channels: 3 as const };
      const bytes = await sharp(bytesFromPlanar(p), { raw }).blur(soften).jpeg({ quality }).toBuffer();
      return planarFromBytes(await sharp(bytes).raw().toBuffer(), p.width, p.height);
    };
    picture = await camera(picture);
    clean = await camera(clean);
  }
  const changed = new Float32Array(n);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < n; i++)
      if (touched[i])
        changed[i] = Math.max(changed[i], Math.abs(picture.data[c * n + i] - clean.data[c * n + i]));
  return { picture, changed, damaged: 0.07 * contrast + 2 * grain, sound: 0.02 + grain, random };
}

/** Rows of several pictures as one table. */
function joined(
  parts: readonly { rows: Float32Array; labels: Uint8Array; weights: Float32Array }[],
  width: number,
) {
  const total = parts.reduce((sum, p) => sum + p.labels.length, 0);
  const rows = new Float32Array(total * width);
  const labels = new Uint8Array(total);
  const weights = new Float32Array(total);
  let at = 0;
  for (const part of parts) {
    rows.set(part.rows, at * width);
    labels.set(part.labels, at);
    weights.set(part.weights, at);
    at += part.labels.length;
  }
  console.log(`${parts.length} pictures, ${total} rows, ${labels.reduce((a, b) => a + b, 0)} of damage`);
  return { rows, labels, weights };
}

const pixelParts = [];
for (const photo of photographs(file, 0, step, count)) {
  const made = await lesson(photo);
  if (!made) continue;
  const { picture, changed, damaged, sound, random } = made;
  const n = changed.length;
  const positive = changed.reduce((sum, v) => sum + Number(v > damaged), 0);
  const odds = Math.min(1, 900 / (positive + 1));
  // Of what is sound, few: there is much of it. Pixels on a damage's faint edge are neither.
  const rest = Math.min(1, 2500 / (0.35 * n));
  const { at, rows } = featuresOf(levelOf(picture), (i) =>
    changed[i] > damaged ? random.next() < odds : changed[i] < sound && random.next() < rest,
  );
  const labels = Uint8Array.from(at, (i) => Number(changed[i] > damaged));
  // Rows stand for as many pixels as they were drawn from.
  const scale = 60000 / n;
  const weights = Float32Array.from(labels, (l) => scale * Math.min(60, 1 / (l ? odds : rest)));
  pixelParts.push({ rows, labels, weights });
}
const pixelTable = joined(pixelParts, FEATURES.length);
const shared = { rate: 0.2, share: 0.5, ridge: 5, seed: 1 };
const pixels = boost(
  FEATURES,
  pixelTable.rows,
  pixelTable.labels,
  pixelTable.weights,
  { ...shared, trees: Number(values.trees), depth: 5, least: 100 },
  console.log,
);

const regionParts = [];
for (const photo of photographs(file.replace('train-01', 'train-02'), 0, step, count)) {
  const made = await lesson(photo);
  if (!made) continue;
  const { picture, changed, damaged } = made;
  const { width, height } = picture;
  const level = levelOf(picture);
  const odds = oddsOf([level], pixels);
  const { shapes, mask } = candidateShapes(odds, width, height, made.random.uniform(-1, 0.7));
  const rows = regionRows(shapes, mask, odds, level);
  const labels = Uint8Array.from(shapes, ({ pixels: all }) => {
    let hit = 0;
    for (const i of all) if (changed[i] > damaged / 2) hit++;
    return Number(2 * hit > all.length);
  });
  // Long damage counts for more than specks, but not by its area.
  const weights = Float32Array.from(shapes, (s) => Math.sqrt(s.pixels.length));
  regionParts.push({ rows, labels, weights });
}
const regionTable = joined(regionParts, REGION_FEATURES.length);
const regions = boost(
  REGION_FEATURES,
  regionTable.rows,
  regionTable.labels,
  regionTable.weights,
  { ...shared, rate: 0.12, trees: 80, depth: 4, least: 20 },
  console.log,
);
writeFileSync(path.resolve(values.out), `${JSON.stringify({ pixels, regions })}\n`);
