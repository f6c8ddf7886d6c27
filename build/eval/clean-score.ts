/**
 * What cleans better, and what: the network `restorer` or the denoiser of cosine blocks, on photographs of the test set with
 * noise of known strength (independent, and coarse like film grain) and JPEG compression. PSNR in dB at full strength, and what
 * `CLEANER` of main/actions/clean/choice.ts would have taken.
 *
 *   node build/eval/clean-score.ts [--count 8] [--side 320] [--set test] [--photos DIR] [--model models/restorer]
 *
 * Run it with Node 24.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { psnr } from '../../app/metrics/index.ts';
import { bytesFromPlanar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { cleanerFor, surfaceOf } from '../../main/actions/clean/choice.ts';
import { probes } from '../../main/actions/clean/denoise.ts';
import { cleanedSource } from '../../main/actions/clean/index.ts';
import { cut, sourceOf } from '../../main/actions/picture/source.ts';
import { boxMean } from '../../main/actions/repair/filters.ts';
import { openModel } from './colour/network.ts';
import { readPlanar } from './damage/holes.ts';
import { photographs } from './photo/photographs.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '8' },
    side: { type: 'string', default: '320' },
    set: { type: 'string', default: 'test' },
    photos: { type: 'string', default: '../shared/data/photos' },
    model: { type: 'string', default: 'models/restorer' },
  },
});
const side = Number(values.side);
const network = openModel('restorer', values.model);

/** Noise with a standard deviation in levels of 255; `coarse`: of clumps some pixels wide, alike in all channels. */
function noisy(truth: Planar, sigma: number, coarse: boolean, key: string): Planar {
  const random = seeded('clean-score', key, sigma, Number(coarse));
  const { width, height, channels } = truth;
  const n = width * height;
  const out = { ...truth, data: truth.data.slice() };
  const white = (): Float32Array => Float32Array.from({ length: n }, () => random.normal());
  if (!coarse) {
    for (let i = 0; i < out.data.length; i++) out.data[i] += (sigma / 255) * random.normal();
  } else {
    const clumps = boxMean(boxMean(white(), width, height, 1), width, height, 1);
    const spread = Math.sqrt(clumps.reduce((s, v) => s + v * v, 0) / n);
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < n; i++) out.data[c * n + i] += ((sigma / 255) * clumps[i]) / spread;
  }
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = Math.round(255 * Math.min(1, Math.max(0, out.data[i]))) / 255;
  return out;
}

async function compressed(truth: Planar, quality: number): Promise<Planar> {
  const raw = { width: truth.width, height: truth.height, channels: 3 as const };
  return readPlanar(await sharp(bytesFromPlanar(truth), { raw }).jpeg({ quality }).toBuffer());
}

const harms: Record<string, (truth: Planar, key: string) => Promise<Planar> | Planar> = {
  'noise 5': (t, k) => noisy(t, 5, false, k),
  'noise 15': (t, k) => noisy(t, 15, false, k),
  'noise 25': (t, k) => noisy(t, 25, false, k),
  'noise 50': (t, k) => noisy(t, 50, false, k),
  'grain 8': (t, k) => noisy(t, 8, true, k),
  'grain 16': (t, k) => noisy(t, 16, true, k),
  'jpeg 30': (t) => compressed(t, 30),
  'jpeg 15': (t) => compressed(t, 15),
};
const sums: Record<
  string,
  {
    as: number;
    classical: number;
    network: number;
    chosen: number;
    noise: number;
    grain: number;
    jpeg: number;
    count: number;
  }
> = {};
const full = { strength: 1, faces: 1, paper: 0, halftone: false };
for (const { name, bytes } of photographs(
  path.join(values.photos, `${values.set}-00.tar`),
  5,
  100,
  Number(values.count),
)) {
  const all = await readPlanar(bytes);
  const w = Math.min(side, all.width & ~7);
  const h = Math.min(side, all.height & ~7);
  const truth = cut(all, { x: (all.width - w) >> 1, y: (all.height - h) >> 1, w, h });
  const rect = { x: 0, y: 0, w, h };
  for (const [key, harm] of Object.entries(harms)) {
    const given = await harm(truth, name);
    const source = sourceOf(given);
    const classical = await cleanedSource(source, full, null, null).read(rect);
    const byNetwork = await cleanedSource(source, full, network, null).read(rect);
    const defects = surfaceOf(await probes(source));
    const chosen = cleanerFor(defects) === 'network' ? byNetwork : classical;
    const sum = (sums[key] ??= {
      as: 0,
      classical: 0,
      network: 0,
      chosen: 0,
      noise: 0,
      grain: 0,
      jpeg: 0,
      count: 0,
    });
    sum.as += psnr(truth, given);
    sum.classical += psnr(truth, classical);
    sum.network += psnr(truth, byNetwork);
    sum.chosen += psnr(truth, chosen);
    sum.noise += defects.noise;
    sum.grain += defects.grain;
    sum.jpeg += defects.jpeg;
    sum.count++;
  }
}
process.stdout.write('harm        as it is  blocks  restorer  chosen    measured noise, grain, jpeg\n');
for (const [key, s] of Object.entries(sums)) {
  const cell = (v: number): string => (v / s.count).toFixed(2).padStart(8);
  process.stdout.write(
    `${key.padEnd(10)} ${cell(s.as)}${cell(s.classical)} ${cell(s.network)} ${cell(s.chosen)}    ${((255 * s.noise) / s.count).toFixed(1)}  ${(s.grain / s.count).toFixed(2)}  ${(s.jpeg / s.count).toFixed(4)}\n`,
  );
}
