/**
 * Prepares a training on another machine (models/pretrain): writes every network's graph and losses as ONNX files for
 * the sizes and batches of the plan, the weights to start from, the plan, and the photographs in pieces.
 *
 *   node build/pretrain/pack.ts [--photos DIR] [--out out/pretrain] [--width base] [--networks one,colorist]
 *                               [--batch 1024] [--plan full|tiny] [--short 160] [--quality 84] [--piece 26]
 *                               [--limit N] [--sources a,b] [--only graphs|photos]
 *
 * Run it with Node 24. --photos is a folder with train-*.tar and index.csv; --short the shorter side that pictures
 * are packed at; --piece the most MiB of a piece; --limit takes that many pictures; --sources only those of the
 * index that come from there. Test pictures are never packed: the figures of a run come from a fortieth of the
 * training pictures that is held back.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { hash32 } from '../../app/random.ts';
import { WIDTHS, type Width } from '../../models/index.ts';
import type { PretrainedName } from './plan.ts';
import { writeGraphs } from './graphs.ts';
import { PieceWriter, tarEntries, type PiecePicture } from './pictures.ts';
import { fullPlan, tinyPlan } from './plan.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '../shared/data/photos' },
    out: { type: 'string', default: 'out/pretrain' },
    width: { type: 'string', default: 'base' },
    networks: { type: 'string', default: 'colorist,one,restorer,filler' },
    batch: { type: 'string', default: '1024' },
    plan: { type: 'string', default: 'full' },
    short: { type: 'string', default: '160' },
    quality: { type: 'string', default: '84' },
    piece: { type: 'string', default: '26' },
    limit: { type: 'string', default: '1000000' },
    sources: { type: 'string' },
    only: { type: 'string' },
  },
});
const width = WIDTHS.find((w): w is Width => w === values.width);
if (!width) throw new Error(`--width is one of ${WIDTHS.join(', ')}`);
const out = path.resolve(values.out);
mkdirSync(out, { recursive: true });

if (values.only !== 'photos') {
  const names = values.networks.split(',') as PretrainedName[];
  const plan = values.plan === 'tiny' ? tinyPlan(names, width) : fullPlan(names, width, Number(values.batch));
  const folder = path.join(out, 'graphs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const bytes = writeGraphs(folder, plan);
  writeFileSync(path.join(folder, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`);
  console.log(`${folder}: ${(bytes / 1048576).toFixed(1)} MiB`);
}
if (values.only !== 'graphs') await packPhotographs();

/** Sources by file name, from the index beside the archives. */
function sourcesOf(folder: string): Map<string, string> {
  const lines = readFileSync(path.join(folder, 'index.csv'), 'utf8').trim().split('\n');
  const columns = lines[0].split(',');
  const [name, source] = [columns.indexOf('name'), columns.indexOf('source')];
  return new Map(lines.slice(1).map((line) => [line.split(',')[name], line.split(',')[source]]));
}

async function decoded(bytes: Buffer, id: string, held: boolean, short: number): Promise<PiecePicture> {
  const { width: w, height: h } = await sharp(bytes).metadata();
  // Whole blocks of 16, the longer side at most 1.5 times the shorter.
  const long = Math.min(1.5 * short, (short * Math.max(w, h)) / Math.min(w, h));
  const side = Math.max(short, Math.floor(long / 16) * 16);
  const size = w >= h ? { width: side, height: short } : { width: short, height: side };
  const rgb = await sharp(bytes)
    .resize({ ...size, fit: 'cover' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
  return { id, held, ...size, rgb };
}

async function packPhotographs(): Promise<void> {
  const folder = path.resolve(values.photos);
  const short = Number(values.short);
  if (short % 16 !== 0) throw new Error('--short is a multiple of 16');
  const wanted = values.sources?.split(',');
  const sources = sourcesOf(folder);
  const all = readdirSync(folder)
    .filter((f) => /^train.*\.tar$/.test(f))
    .sort()
    .flatMap((f) => tarEntries(path.join(folder, f)).map((e) => ({ ...e, file: path.join(folder, f) })))
    .filter((e) => !wanted || wanted.includes(sources.get(e.name) ?? ''))
    .slice(0, Number(values.limit))
    .map((e) => ({ ...e, held: hash32('held', e.name) % 40 === 0 }))
    // What is held back goes first, so that one piece is enough for figures.
    .sort((a, b) => Number(b.held) - Number(a.held));
  for (const f of readdirSync(out).filter((n) => n.endsWith('.rvp'))) rmSync(path.join(out, f));
  const writer = new PieceWriter(Number(values.quality), Number(values.piece) * 1048576, (i) =>
    path.join(out, `photos-${String(i).padStart(2, '0')}.rvp`),
  );
  const CHUNK = 128;
  for (let at = 0; at < all.length; at += CHUNK) {
    const pictures: PiecePicture[] = [];
    for (const e of all.slice(at, at + CHUNK)) {
      const bytes = Buffer.alloc(e.length);
      const handle = openSync(e.file, 'r');
      readSync(handle, bytes, 0, e.length, e.offset);
      closeSync(handle);
      pictures.push(await decoded(bytes, e.name, e.held, short));
    }
    writer.add(pictures);
  }
  writer.flush();
  for (const { file, bytes, pictures } of writer.files)
    console.log(
      `${file}: ${pictures} pictures, ${(bytes / 1048576).toFixed(1)} MiB, ${(bytes / pictures / 1024).toFixed(2)} KiB a picture`,
    );
}
