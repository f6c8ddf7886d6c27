/**
 * Makes the table that judges sets for bare paper (main/actions/repair/bare/bare.json) again:
 *
 *   node build/eval/bare-train.ts [--photos DIR] [--samples DIR] [--count 300] [--trees 160] [--out FILE]
 *
 * Run it with Node 24. It learns from photographs of the training set and windows of larger black-and-white and colour
 * pictures, with damage drawn over them (damage/bare-lessons.ts). The prints that the scores are taken on take no part.
 */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seeded } from '../../app/random.ts';
import { setsOf } from '../../main/actions/repair/bare/bare.ts';
import { MOST_SHARE, NODE_FEATURES } from '../../main/actions/repair/bare/nodes.ts';
import { oddsOf } from '../../main/actions/repair/find.ts';
import { levelOf } from '../../main/actions/repair/levels.ts';
import { boost } from './damage/boost.ts';
import { type Lesson, photoLessons, windowLessons } from './damage/bare-lessons.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '../shared/data/photos' },
    samples: { type: 'string', default: '../shared/samples' },
    count: { type: 'string', default: '300' },
    each: { type: 'string', default: '5' },
    trees: { type: 'string', default: '160' },
    out: { type: 'string', default: 'main/actions/repair/bare/bare.json' },
  },
});
const tar = path.resolve(values.photos, 'train-03.tar');
if (!existsSync(tar)) {
  console.log(`No photographs at ${tar}; nothing to do.`);
  process.exit(0);
}
/** Sound sets taken of one picture at most. */
const SOUND = 350;
const many = NODE_FEATURES.length;
const random = seeded('bare-train');
const parts: { rows: Float32Array; labels: Uint8Array; weights: Float32Array }[] = [];

function learn({ picture, truth }: Lesson): void {
  const level = levelOf(picture);
  for (const sets of setsOf(picture, level, 0, oddsOf([level]))) {
    const { tree, area, rows } = sets;
    const hit = new Float64Array(tree.count);
    const half = new Float64Array(tree.count);
    truth.forEach((t, i) => {
      if (t === 1) hit[tree.nodeOf[i]]++;
      else if (t === 2) half[tree.nodeOf[i]]++;
    });
    for (let k = tree.count - 1; k > 0; k--) {
      hit[tree.parent[k]] += hit[k];
      half[tree.parent[k]] += half[k];
    }
    const most = MOST_SHARE * truth.length;
    const taken: { k: number; label: number }[] = [];
    const sound: number[] = [];
    for (let k = 1; k < tree.count; k++) {
      if (area[k] > most) continue;
      const share = (hit[k] + 0.5 * half[k]) / area[k];
      if (share > 0.75) taken.push({ k, label: 1 });
      else if (share < 0.5) sound.push(k);
    }
    random.shuffle(taken);
    taken.length = Math.min(taken.length, SOUND);
    random.shuffle(sound);
    const kept = sound.slice(0, SOUND);
    const stands = sound.length / Math.max(1, kept.length);
    for (const k of kept) taken.push({ k, label: 0 });
    parts.push({
      rows: Float32Array.from(taken.flatMap(({ k }) => [...rows.subarray(k * many, (k + 1) * many)])),
      labels: Uint8Array.from(taken, ({ label }) => label),
      weights: Float32Array.from(
        taken,
        ({ k, label }) => Math.sqrt(area[k] / 40) * (label ? 1 : Math.min(20, stands)),
      ),
    });
  }
}

let pictures = 0;
const sources = [
  photoLessons(tar, Number(values.count)),
  windowLessons(path.join(values.samples, 'bw'), /^(?!pg_plate)/, Number(values.each)),
  windowLessons(path.join(values.samples, 'negatives'), /author_positive/, Number(values.each)),
];
for (const source of sources)
  for await (const made of source) {
    learn(made);
    pictures++;
  }
const total = parts.reduce((sum, p) => sum + p.labels.length, 0);
const rows = new Float32Array(total * many);
const labels = new Uint8Array(total);
const weights = new Float32Array(total);
let at = 0;
for (const part of parts) {
  rows.set(part.rows, at * many);
  labels.set(part.labels, at);
  weights.set(part.weights, at);
  at += part.labels.length;
}
console.log(`${pictures} pictures, ${total} sets, ${labels.reduce((a, b) => a + b, 0)} of damage`);
const model = boost(
  NODE_FEATURES,
  rows,
  labels,
  weights,
  { rate: 0.15, share: 0.5, ridge: 5, seed: 1, trees: Number(values.trees), depth: 5, least: 30 },
  console.log,
);
writeFileSync(path.resolve(values.out), `${JSON.stringify(model)}\n`);
