/**
 * How near enlargements come to the truth: photographs of the test set are made half as large by three filters
 * (app/degrade/shrink.ts), or a quarter by the same filter twice, and enlarged again by repeating pixels, by Lanczos' filter, by our
 * network, and by an imported one where a file of the Real-ESRGAN kind is named. PSNR in dB and SSIM of the luma, borders of 8 pixels
 * left out.
 *
 *   node build/eval/enlarge-score.ts [--count 20] [--set test] [--photos DIR] [--model models/upscaler]
 *       [--factor 2|4] [--sheet FILE.png] [--report FILE.json]
 *
 * The report is what build/adopt-run.ts takes: groups half-mean, half-binomial, half-cubic (or quarter-…), the model by its folder.
 *
 * Run it with Node 24.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { shrink, SHRINKINGS, type Shrinking } from '../../app/degrade/index.ts';
import { luma, psnr, ssim } from '../../app/metrics/index.ts';
import { bytesFromPlanar, planar, type Planar } from '../../app/planar.ts';
import { enlargedSource } from '../../main/actions/enlarge/index.ts';
import { cut, sourceOf } from '../../main/actions/picture/source.ts';
import { openModel } from './colour/network.ts';
import { readPlanar } from './damage/holes.ts';
import { photographs } from './photo/photographs.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    set: { type: 'string', default: 'test' },
    photos: { type: 'string', default: '../shared/data/photos' },
    model: { type: 'string', default: 'models/upscaler' },
    factor: { type: 'string', default: '2' },
    sheet: { type: 'string' },
    report: { type: 'string' },
  },
});
const BORDER = 8;
const factor = values.factor === '4' ? '4' : '2';
const times = Number(factor);
const network = openModel('upscaler', values.model);

/** Rounded to whole steps of 8 bits, as a file would have it. */
const rounded = (p: Planar): Planar => ({
  ...p,
  data: p.data.map((v) => Math.round(255 * Math.min(1, Math.max(0, v))) / 255),
});
function smaller(truth: Planar, filter: Shrinking): Planar {
  let out = truth;
  for (let k = 1; k < times; k *= 2) out = shrink(out, filter);
  return rounded(out);
}
function repeated(p: Planar): Planar {
  const out = planar(p.width * times, p.height * times, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < out.height; y++)
      for (let x = 0; x < out.width; x++)
        out.data[(c * out.height + y) * out.width + x] =
          p.data[(c * p.height + Math.floor(y / times)) * p.width + Math.floor(x / times)];
  return out;
}
async function byAction(p: Planar, by: typeof network | null): Promise<Planar> {
  const large = enlargedSource(sourceOf(p), { factor }, by);
  return rounded(await large.read({ x: 0, y: 0, w: large.width, h: large.height }));
}
const ways: Record<string, (p: Planar) => Promise<Planar>> = {
  repeated: (p) => Promise.resolve(repeated(p)),
  lanczos: (p) => byAction(p, null),
  upscaler: (p) => byAction(p, network),
};

const sums = new Map<string, { psnr: number; ssim: number; n: number }>();
const rows: Planar[][] = [];
const file = path.join(values.photos, `${values.set}-00.tar`);
const inner = (p: Planar): Planar =>
  cut(p, { x: BORDER, y: BORDER, w: p.width - 2 * BORDER, h: p.height - 2 * BORDER });
for (const { bytes } of photographs(file, 5, 100, Number(values.count))) {
  const picture = await readPlanar(bytes);
  const truth = cut(picture, {
    x: 0,
    y: 0,
    w: picture.width - (picture.width % times),
    h: picture.height - (picture.height % times),
  });
  for (const filter of SHRINKINGS) {
    const small = smaller(truth, filter);
    const row: Planar[] = [];
    for (const [name, way] of Object.entries(ways)) {
      const made = await way(small);
      row.push(made);
      const key = `${filter.padEnd(9)} ${name}`;
      const sum = sums.get(key) ?? { psnr: 0, ssim: 0, n: 0 };
      sum.psnr += psnr(inner(truth), inner(made));
      sum.ssim += ssim(luma(inner(truth)), luma(inner(made)));
      sum.n++;
      sums.set(key, sum);
    }
    if (filter === 'mean') rows.push([...row, truth]);
  }
}
for (const [key, { psnr: p, ssim: s, n }] of sums)
  console.log(`x${factor} ${key.padEnd(22)} ${(p / n).toFixed(2)} dB   ${(s / n).toFixed(4)}`);

if (values.report) {
  const size = factor === '2' ? 'half' : 'quarter';
  const groups = SHRINKINGS.map((filter) => {
    const sum = sums.get(`${filter.padEnd(9)} upscaler`)!;
    const figures = { psnr: { mean: sum.psnr / sum.n }, ssim: { mean: sum.ssim / sum.n } };
    const name = path.resolve(values.model, '..');
    return { group: `${size}-${filter}`, rows: [{ name, summary: { figures } }] };
  });
  writeFileSync(values.report, JSON.stringify({ groups }));
}

if (values.sheet) {
  const side = 256;
  const tiles = await Promise.all(
    rows.slice(0, 6).flatMap((row, y) =>
      row.map(async (p, x) => ({
        input: await sharp(bytesFromPlanar(p), { raw: { width: p.width, height: p.height, channels: 3 } })
          .extract({ left: 0, top: 0, width: Math.min(side, p.width), height: Math.min(side, p.height) })
          .png()
          .toBuffer(),
        left: x * (side + 4),
        top: y * (side + 4),
      })),
    ),
  );
  await sharp({
    create: {
      width: 4 * (side + 4),
      height: Math.min(6, rows.length) * (side + 4),
      channels: 3,
      background: '#222',
    },
  })
    .composite(tiles)
    .png()
    .toFile(values.sheet);
}
