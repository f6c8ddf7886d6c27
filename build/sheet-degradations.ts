/**
 * Contact sheets of the degradations, for eyes to judge: one sheet for each preset (or for each single degradation),
 * every cell the picture, what was made of it and the mask; and, with --statistics, base colours and density ranges
 * of simulated negatives beside those of real scans.
 *
 *   node build/sheet-degradations.ts [--photos DIR|TAR] [--out DIR] [--preset NAME] [--each] [--groups] [--film]
 *                                    [--statistics] [--count 24] [--size 160] [--seed 1]
 *
 * Without --photos the test photographs beside the project are used; without --out the sheets go to a folder under
 * the system's temporary directory.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { srgbDecode } from '../app/color/curve.ts';
import { degrade, degradeAs, DEGRADATIONS, filmSequence, GROUPS, PRESETS } from '../app/degrade/index.ts';
import { colourNegative, greyNegative } from '../app/degrade/negative.ts';
import { threePlanes } from '../app/degrade/raster.ts';
import { bytesFromPlanar, type Planar, planar, planarFromBytes } from '../app/planar.ts';
import { seeded } from '../app/random.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '../shared/data/photos/test-00.tar' },
    out: { type: 'string' },
    preset: { type: 'string' },
    each: { type: 'boolean', default: false },
    groups: { type: 'boolean', default: false },
    film: { type: 'boolean', default: false },
    statistics: { type: 'boolean', default: false },
    count: { type: 'string', default: '24' },
    size: { type: 'string', default: '160' },
    seed: { type: 'string', default: '1' },
  },
});
const out = path.resolve(values.out ?? path.join(os.tmpdir(), 'revelado-degradations'));
const size = Number(values.size);
const count = Number(values.count);

/** Files of a plain uncompressed tar: names and contents. */
function* tarFiles(tar: Buffer): Generator<Buffer> {
  for (let at = 0; at + 512 <= tar.length;) {
    const length = parseInt(tar.toString('latin1', at + 124, at + 136).trim() || '0', 8);
    if (tar[at] === 0) return;
    if (tar[at + 156] === 0x30 || tar[at + 156] === 0) yield tar.subarray(at + 512, at + 512 + length);
    at += 512 + Math.ceil(length / 512) * 512;
  }
}

/** The first n photographs, each cut to a square in the middle. */
async function photographs(n: number): Promise<Planar[]> {
  const from = path.resolve(values.photos);
  let files: Buffer[];
  if (from.endsWith('.tar')) {
    const all = tarFiles(await readFile(from));
    files = Array.from({ length: n }, () => all.next().value).filter((f) => f !== undefined);
  } else {
    const names = (await readdir(from)).filter((f) => /\.(jpe?g|png|tiff?|webp)$/i.test(f)).slice(0, n);
    files = await Promise.all(names.map((f) => readFile(path.join(from, f))));
  }
  return Promise.all(
    files.map(async (file) => {
      const { data } = await sharp(file)
        .resize(size, size, { fit: 'cover' })
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      return planarFromBytes(data, size, size);
    }),
  );
}

/** Lays pictures out in rows and writes a PNG. */
async function sheet(name: string, cells: Planar[], across: number): Promise<void> {
  const gap = 3;
  const rows = Math.ceil(cells.length / across);
  const w = across * (size + gap) + gap;
  const h = rows * (size + gap) + gap;
  const page = Buffer.alloc(w * h * 3, 0x60);
  cells.forEach((cell, k) => {
    const rgb = bytesFromPlanar(cell);
    const x = gap + (k % across) * (size + gap);
    const y = gap + Math.floor(k / across) * (size + gap);
    for (let row = 0; row < size; row++)
      page.set(rgb.subarray(row * size * 3, (row + 1) * size * 3), ((y + row) * w + x) * 3);
  });
  const file = path.join(out, `${name}.png`);
  await sharp(page, { raw: { width: w, height: h, channels: 3 } })
    .png()
    .toFile(file);
  console.log(file);
}

const noMask = (): Planar => threePlanes(planar(size, size, 1));

/** Encoded percentiles and density range of linear values of one channel. */
function describe(v: Float64Array, encoded: (l: number) => number): string {
  v.sort();
  const at = (q: number): number => v[Math.floor(q * (v.length - 1))];
  const range = Math.log10(Math.max(1e-4, at(0.995)) / Math.max(1e-4, at(0.005)));
  return `${[0.05, 0.5, 0.95, 0.995].map((q) => encoded(at(q)).toFixed(2)).join(' ')} D ${range.toFixed(2)}`;
}

/** Distribution over many simulated negatives of the clearest tone and of the density range, by channel. */
function statistics(pictures: Planar[]): void {
  for (const kind of [colourNegative, greyNegative]) {
    const clear: number[][] = [[], [], []];
    const middle: number[][] = [[], [], []];
    const range: number[][] = [[], [], []];
    const n = size * size;
    for (let i = 0; i < 400; i++) {
      const made = kind.apply(pictures[i % pictures.length], seeded('statistics', i));
      const gamma = made.params.gamma;
      for (let c = 0; c < 3; c++) {
        const v = Float64Array.from(made.picture.data.subarray(c * n, (c + 1) * n)).sort();
        const q = (p: number): number => v[Math.floor(p * (n - 1))];
        const linear = (s: number): number => Math.max(1e-4, gamma === 0 ? srgbDecode(s) : s ** gamma);
        clear[c].push(q(0.995));
        middle[c].push(q(0.5));
        range[c].push(Math.log10(linear(q(0.995)) / linear(q(0.005))));
      }
    }
    console.log(`\n${kind.name}: 10, 50, 90 % of 400 simulated scans`);
    for (const [name, list] of [
      ['stored 99.5 % (clearest)', clear],
      ['stored median', middle],
      ['density range 0.5-99.5 %', range],
    ] as const)
      console.log(
        `  ${name.padEnd(26)} ${list
          .map((v) => {
            v.sort((a, b) => a - b);
            return [0.1, 0.5, 0.9].map((p) => v[Math.floor(p * (v.length - 1))].toFixed(2)).join(' ');
          })
          .join('   |   ')}`,
      );
  }
}

/** The same of the real scans: stored values and density range inside the picture area of each. */
async function realStatistics(): Promise<void> {
  const folder = path.resolve('../shared/samples/negatives');
  // The picture without rebate and holder, as fractions left, top, right, bottom.
  const inside: Record<string, [number, number, number, number]> = {
    'bw_cat_negative.jpg': [0.25, 0.3, 0.7, 0.75],
    'bw_man_eating_negative.jpg': [0.25, 0.25, 0.85, 0.8],
    'c41_field_in_holder_negative.jpg': [0.2, 0.1, 0.8, 0.9],
    'c41_lake_negative.jpg': [0.1, 0.1, 0.9, 0.85],
    'c41_neon_street_negative.jpg': [0.1, 0.1, 0.9, 0.9],
    'c41_nimslo_strip_negative.jpg': [0.02, 0.25, 0.98, 0.75],
    'c41_portra400_48bit_linear.tif': [0.02, 0.02, 0.98, 0.98],
    'c41_portra400_64bit_ir_left.tif': [0.02, 0.02, 0.98, 0.98],
  };
  console.log('\nreal scans: stored 5, 50, 95, 99.5 % and density range 0.5-99.5 %, by channel');
  for (const [name, [x0, y0, x1, y1]] of Object.entries(inside)) {
    const file = sharp(path.join(folder, name));
    const { width, height } = await file.metadata();
    const linear = name.endsWith('.tif');
    const { data, info } = await file
      .extract({
        left: Math.round(x0 * width),
        top: Math.round(y0 * height),
        width: Math.round((x1 - x0) * width),
        height: Math.round((y1 - y0) * height),
      })
      .resize(400, 400, { fit: 'inside' })
      .toColourspace(linear ? 'rgb16' : 'srgb')
      .raw({ depth: linear ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const n = info.width * info.height;
    const samples = linear ? new Uint16Array(data.buffer, data.byteOffset, n * info.channels) : data;
    const most = linear ? 65535 : 255;
    const text = [0, 1, 2].map((c) => {
      const stored = Float64Array.from({ length: n }, (_, i) => samples[i * info.channels + c] / most);
      return describe(
        stored.map((s) => (linear ? s : srgbDecode(s))),
        (l) => {
          let best = stored[0];
          if (linear) return l;
          for (const s of stored) if (Math.abs(srgbDecode(s) - l) < Math.abs(srgbDecode(best) - l)) best = s;
          return best;
        },
      );
    });
    console.log(`  ${name.padEnd(34)} ${text.join('   |   ')}`);
  }
}

await mkdir(out, { recursive: true });
const pictures = await photographs(values.statistics ? 100 : Math.max(count, 12));
const pick = (i: number): Planar => pictures[i % pictures.length];
if (values.statistics) {
  statistics(pictures);
  await realStatistics();
} else if (values.each) {
  const cells: Planar[] = [];
  for (const d of DEGRADATIONS) {
    for (let i = 0; i < 10; i++) {
      let picture = pick(i);
      if (d.name === 'silver-fading' || d.name === 'silvering')
        picture = DEGRADATIONS[0].apply(picture, seeded('sheet', i)).picture;
      cells.push(d.apply(picture, seeded('sheet', values.seed, d.name, i)).picture);
    }
  }
  for (let k = 0; k * 80 < cells.length; k++) await sheet(`each-${k}`, cells.slice(k * 80, k * 80 + 80), 10);
  console.log(DEGRADATIONS.map((d, i) => `${Math.floor(i / 8)}.${(i % 8) + 1} ${d.name}`).join('\n'));
} else if (values.groups) {
  const cells = GROUPS.flatMap((group) =>
    Array.from({ length: 8 }, (_, i) => degradeAs(pick(i), group, [values.seed, i]).input),
  );
  await sheet('groups', cells, 8);
} else if (values.film) {
  const cells = [1, 2, 3, 4, 5, 6].flatMap((k) =>
    filmSequence(
      Array.from({ length: 8 }, () => pick(k)),
      [values.seed, k],
    ).map((f) => f.input),
  );
  await sheet('film-sequences', cells, 8);
} else
  for (const preset of PRESETS) {
    if (values.preset && values.preset !== preset) continue;
    const cells: Planar[] = [];
    for (let i = 0; i < count; i++) {
      const made = degrade(pick(i), preset, [values.seed, i]);
      cells.push(made.target, made.input, made.mask ? threePlanes(made.mask) : noMask());
    }
    await sheet(preset, cells, 9);
  }
