/**
 * The degradations of models/pretrain (batches, on the device) beside those of app/degrade (one picture at a time):
 * means, spreads, change, roughness and mask share of each on the same pictures. They are drawn separately, so figures
 * agree up to chance; a wrong range or a missing effect shows.
 *
 *   node build/pretrain/compare.ts [--photos TAR] [--count 48] [--size 96] [--sheet FILE.png]      (Node 24)
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { degrade, DEGRADATIONS, greyInput, PRESETS } from '../../app/degrade/index.ts';
import { threePlanes } from '../../app/degrade/raster.ts';
import { planarFromBytes, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { tarEntries } from './pictures.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '../shared/data/photos/train-00.tar' },
    count: { type: 'string', default: '48' },
    size: { type: 'string', default: '96' },
    sheet: { type: 'string' },
  },
});
const size = Number(values.size);
const count = Number(values.count);
/** Names in models/pretrain where they differ by more than the hyphen. */
const THERE: Record<string, string> = {
  grey: 'old_grey',
  'bw-negative': 'grey_negative',
  grain: 'film_grain',
};

async function pictures(): Promise<Planar[]> {
  const handle = openSync(values.photos, 'r');
  const found: Planar[] = [];
  for (const { offset, length } of tarEntries(values.photos).slice(0, count)) {
    const bytes = Buffer.alloc(length);
    readSync(handle, bytes, 0, length, offset);
    const rgb = await sharp(bytes)
      .resize(size, size, { fit: 'cover' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    found.push(planarFromBytes(rgb, size, size));
  }
  closeSync(handle);
  return found;
}

/** The figures of models/pretrain/degradation_figures.py. */
function describe(samples: { before: Planar; after: Planar; mask: Planar | null }[]): number[] {
  const n = size * size;
  const sums = new Float64Array(10);
  const greens: number[] = [];
  for (const { before, after, mask } of samples) {
    for (let c = 0; c < 3; c++) {
      const d = after.data.subarray(c * n, (c + 1) * n);
      const mean = d.reduce((s, v) => s + v, 0) / n;
      sums[c] += mean;
      sums[3 + c] += Math.sqrt(d.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1));
      if (c === 1) greens.push(mean);
      let rough = 0;
      for (let i = 0; i < n; i++) if (i % size) rough += Math.abs(d[i] - d[i - 1]);
      sums[7] += rough / (size * (size - 1)) / 3;
    }
    sums[6] += after.data.reduce((s, v, i) => s + Math.abs(v - before.data[i]), 0) / (3 * n);
    if (mask) sums[8] += mask.data.reduce((s, v) => s + v, 0) / n;
  }
  const out = Array.from(sums, (v) => v / samples.length);
  const mean = greens.reduce((s, v) => s + v, 0) / greens.length;
  out[9] = Math.sqrt(greens.reduce((s, v) => s + (v - mean) ** 2, 0) / (greens.length - 1));
  return out;
}

const all = await pictures();
const folder = mkdtempSync(path.join(os.tmpdir(), 'degradations-'));
const raw = path.join(folder, 'pictures.f32');
writeFileSync(
  raw,
  Buffer.concat(all.map((p) => Buffer.from(p.data.buffer, p.data.byteOffset, p.data.byteLength))),
);
const script = path.resolve(import.meta.dirname, '../../models/pretrain/degradation_figures.py');
const sheet = values.sheet ? [path.resolve(values.sheet)] : [];
const done = spawnSync(
  '/usr/bin/python3',
  ['-B', '-W', 'ignore', script, raw, `${count}`, `${size}`, ...sheet],
  {
    maxBuffer: 1 << 24,
  },
);
rmSync(folder, { recursive: true });
if (done.status !== 0) throw new Error(done.stderr.toString());
const theirs = JSON.parse(done.stdout.toString()) as Record<string, number[]>;

const columns = ['red', 'green', 'blue', 'sd r', 'sd g', 'sd b', 'change', 'rough', 'mask', 'sd mean'];
console.log(`${' '.repeat(27)}${columns.map((c) => c.padStart(8)).join('')}`);
const row = (name: string, figures: number[] | undefined): void => {
  console.log(name.padEnd(27) + (figures ?? []).map((v) => v.toFixed(3).padStart(8)).join(''));
};
for (const d of DEGRADATIONS) {
  row(
    d.name,
    describe(
      all.map((p, i) => {
        const before = d.name === 'silver-fading' ? threePlanes(greyInput(p, [i])) : p;
        const made = d.apply(before, seeded('compare', d.name, i));
        return { before, after: made.picture, mask: made.mask ?? null };
      }),
    ),
  );
  row('  on the device', theirs[THERE[d.name] ?? d.name.replaceAll('-', '_')]);
}
for (const preset of PRESETS) {
  const samples = all.map((p, i) => degrade(p, preset, ['compare', i]));
  row(`preset ${preset}`, describe(samples.map((s) => ({ before: s.target, after: s.input, mask: s.mask }))));
  row('  on the device', theirs[`preset ${preset}`]);
}
