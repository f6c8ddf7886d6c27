/**
 * Scores the filling of wide holes (34 to 76 pixels across) against other programs' methods:
 *
 *   node build/eval/fill-score.ts [--set train|test] [--count N] [--prints] [--others DIR] [--methods a,b] [--list]
 *
 * Run it with Node 24. Photographs come from a tar file of JPEGs (train-00.tar to tune by, test-00.tar for the figures
 * that are reported), prints from a folder. With `--others DIR` the cases are written there as PNG, and the answers of
 * OpenCV (Telea, Navier-Stokes, fast frequency-selective reconstruction) and scikit-image (biharmonic) are made by
 * build/eval/fill_others.py with the system's python3 where they are missing, or left out where that has not got them. Prints PSNR inside the holes (mean over
 * pictures, and of the pooled error), gradient energy inside over that of the truth inside and of the ring outside,
 * and seconds.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { gradientEnergy } from '../../app/metrics/texture.ts';
import { bytesFromPlanar, type Planar } from '../../app/planar.ts';
import { type HoleCase, photoCases, printCases, psnrInside, readPlanar } from './damage/holes.ts';
import { methods } from './damage/methods.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'test' },
    count: { type: 'string', default: '24' },
    from: { type: 'string', default: '3' },
    photos: { type: 'string', default: '../shared/data/photos' },
    samples: { type: 'string', default: '../shared/samples/prints' },
    prints: { type: 'boolean' },
    others: { type: 'string' },
    methods: { type: 'string', default: Object.keys(methods).join() },
    write: { type: 'string' },
    list: { type: 'boolean' },
  },
});
const test = values.set === 'test';
const cases: HoleCase[] = values.prints
  ? await printCases(path.resolve(values.samples), test ? 11 : 5)
  : await photoCases(
      path.resolve(values.photos, test ? 'test-00.tar' : 'train-00.tar'),
      Number(values.count),
      Number(values.from),
      test ? 11 : 5,
    );
if (cases.length === 0) {
  console.log('No pictures; nothing to do.');
  process.exit(0);
}

const OTHERS = ['telea', 'navier-stokes', 'fsr-fast', 'fsr-best', 'biharmonic-skimage'];
type Answer = { picture: Planar; seconds: number };
const answers: Record<string, Answer>[] = cases.map(() => ({}));

const png = (bytes: Uint8Array, width: number, height: number, channels: 1 | 3): Promise<Buffer> =>
  sharp(bytes, { raw: { width, height, channels } }).png({ compressionLevel: 3 }).toBuffer();

if (values.others) {
  const folder = path.resolve(values.others, `${values.prints ? 'prints' : 'photos'}-${values.set}`);
  mkdirSync(folder, { recursive: true });
  for (const { name, truth, hole } of cases) {
    const base = path.join(folder, name);
    if (existsSync(`${base}.mask.png`)) continue;
    const bytes = bytesFromPlanar(truth);
    for (let i = 0; i < hole.length; i++) if (hole[i]) bytes.fill(0, 3 * i, 3 * i + 3);
    writeFileSync(`${base}.in.png`, await png(bytes, truth.width, truth.height, 3));
    writeFileSync(
      `${base}.mask.png`,
      await png(
        hole.map((v) => 255 * v),
        truth.width,
        truth.height,
        1,
      ),
    );
  }
  try {
    execFileSync('/usr/bin/python3', ['build/eval/fill_others.py', folder], { stdio: 'inherit' });
  } catch {
    console.log('OpenCV and scikit-image could not be run: their rows are left out.');
  }
  for (const [k, { name, truth }] of cases.entries())
    for (const other of OTHERS) {
      const file = path.join(folder, `${name}.${other}.png`);
      if (!existsSync(file)) continue;
      const picture = await readPlanar(file);
      if (picture.width === truth.width) answers[k][other] = { picture, seconds: NaN };
    }
}
for (const [k, { truth, hole }] of cases.entries()) {
  const n = hole.length;
  const input: Planar = { ...truth, data: truth.data.map((v, i) => (hole[i % n] ? 0 : v)) };
  for (const name of values.methods.split(',')) {
    const start = process.cpuUsage();
    const picture = methods[name](input, hole);
    const { user, system } = process.cpuUsage(start);
    answers[k][name] = { picture, seconds: (user + system) / 1e6 };
  }
  if (values.write) {
    mkdirSync(values.write, { recursive: true });
    const tiles = [input, ...Object.values(answers[k]).map((a) => a.picture), truth];
    const strip = await Promise.all(tiles.map((p) => png(bytesFromPlanar(p), p.width, p.height, 3)));
    await sharp({
      create: { width: truth.width * tiles.length, height: truth.height, channels: 3, background: '#000' },
    })
      .composite(strip.map((b, i) => ({ input: b, left: i * truth.width, top: 0 })))
      .png()
      .toFile(path.join(values.write, `${cases[k].name}.png`));
  }
}
/** The hole's pixels, and those of a ring around it. */
function ringOf({ truth, hole }: HoleCase, reach: number): Uint8Array {
  const ring = new Uint8Array(hole.length);
  const { width, height } = truth;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (hole[y * width + x])
        for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v += reach)
          for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
            ring[v * width + u] = 1;
  for (let i = 0; i < hole.length; i++) if (hole[i]) ring[i] = 0;
  return ring;
}
const names = [...new Set(answers.flatMap((a) => Object.keys(a)))];
console.log(`${cases.length} pictures, ${values.set} set`);
console.log(
  'method               PSNR mean  pooled   gradient energy inside / truth inside, / outside   seconds',
);
const outsides = cases.map((one) => ringOf(one, 12));
for (const name of names) {
  const rows = cases.flatMap((one, k) => {
    const answer = answers[k][name];
    if (!answer) return [];
    const inside = gradientEnergy(answer.picture, (i) => one.hole[i] === 1);
    return [
      {
        ...psnrInside(one.truth, answer.picture, one.hole),
        inside,
        truth: gradientEnergy(one.truth, (i) => one.hole[i] === 1),
        outside: gradientEnergy(one.truth, (i) => outsides[k][i] === 1),
        seconds: answer.seconds,
        name: one.name,
      },
    ];
  });
  const mean = (f: (r: (typeof rows)[number]) => number) => rows.reduce((a, r) => a + f(r), 0) / rows.length;
  const middle = (f: (r: (typeof rows)[number]) => number) =>
    rows.map(f).sort((a, b) => a - b)[rows.length >> 1];
  console.log(
    `${name.padEnd(20)} ${mean((r) => r.psnr)
      .toFixed(2)
      .padStart(
        8,
      )} ${(-10 * Math.log10(mean((r) => r.mse))).toFixed(2).padStart(8)}   ${(mean((r) => r.inside) / mean((r) => r.truth)).toFixed(2).padStart(8)} ${(mean((r) => r.inside) / mean((r) => r.outside)).toFixed(2).padStart(6)} (median ${middle((r) => r.inside / r.outside).toFixed(2)})   ${mean((r) => r.seconds).toFixed(2)}  (${rows.length})`,
  );
  if (values.list)
    console.log(
      rows.map((r) => `    ${r.name} ${r.psnr.toFixed(2)} ${(r.inside / r.outside).toFixed(2)}`).join('\n'),
    );
}
