/**
 * Develops every real negative of the shared samples with no parameter set and lays before, ours and the
 * owner's own conversion (where there is one) side by side, for eyes to judge; beside the pictures a JSON with
 * what analysis found. The pictures come out of the engine's own export, so they are what a user gets.
 *
 *   node build/run.mjs tool-script build/sheet-negatives.ts [--out DIR] [--only NAME] [--samples DIR]
 *
 * Without --out the sheets go to a folder under the system's temporary directory.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { linearTable, srgbEncode } from '../app/color/curve.ts';
import { defaultDevelopParams } from '../app/recipe/develop.ts';
import type { DevelopAnalysis } from '../main/actions/develop/types.ts';
import { localEngine } from '../main/engine/local.ts';
import { closeFiles, decodeScan } from '../main/files/index.ts';

const { values } = parseArgs({
  options: { out: { type: 'string' }, only: { type: 'string' }, samples: { type: 'string' } },
});
const samples = path.resolve(values.samples ?? '../shared/samples/negatives');
const out = path.resolve(values.out ?? path.join(os.tmpdir(), 'revelado-sheet'));
const CELL = { width: 720, height: 540 };

/** Files that belong to another's roll: its leader or blank frame, its light source without film. */
function rollFiles(name: string): { baseFile: string | null; flatFile: string | null } {
  const sibling = (what: string): string | null => {
    const file = path.join(samples, name.replace(/_negative\.\w+$/, `_${what}.jpg`));
    return /_negative\./.test(name) && existsSync(file) ? file : null;
  };
  return { baseFile: sibling('leader'), flatFile: sibling('flatfield') };
}

function authorsPositive(name: string): string | null {
  const stem = name.replace(/_negative\.\w+$/, '_author_positive');
  for (const ext of ['.jpg', '.png']) {
    const file = path.join(samples, stem + ext);
    if (stem !== name && existsSync(file)) return file;
  }
  return null;
}

/** The scan as stored, encoded for a screen, with the found frames drawn in. */
async function before(file: string, analysis: DevelopAnalysis): Promise<Buffer> {
  const { picture, scale } = await decodeScan(file, { maxSide: 900 });
  const { width, height, channels, data } = picture;
  const screen = Buffer.alloc(width * height * 3);
  const bits = data instanceof Uint8Array ? 8 : 16;
  const codes = Array.from({ length: channels }, (_, c) =>
    data instanceof Float32Array
      ? null
      : Uint8Array.from(linearTable(picture.curve, bits, c), (v) => Math.round(255 * srgbEncode(v))),
  );
  for (let p = 0; p < width * height; p++)
    for (let c = 0; c < 3; c++) {
      const s = data[p * channels + (channels === 1 ? 0 : c)];
      const table = codes[channels === 1 ? 0 : c];
      screen[p * 3 + c] = table ? table[s] : Math.round(255 * srgbEncode(Math.min(1, Math.max(0, s))));
    }
  const boxes = analysis.frames.map(({ rect, angle, confidence }) => {
    const [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map((v) => v * scale);
    const colour = confidence >= 0.5 ? 'cyan' : 'red';
    return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="${colour}" stroke-width="2" transform="rotate(${angle} ${x + w / 2} ${y + h / 2})"/>`;
  });
  const overlay = Buffer.from(`<svg width="${width}" height="${height}">${boxes.join('')}</svg>`);
  return sharp(screen, { raw: { width, height, channels: 3 } })
    .composite([{ input: overlay }])
    .png()
    .toBuffer();
}

interface Cell {
  title: string;
  picture: Buffer | string;
}

/** One row: pictures fitted into equal cells on neutral grey, a title under each. */
async function row(cells: readonly Cell[]): Promise<Buffer> {
  const gap = 12;
  const title = 26;
  const width = cells.length * (CELL.width + gap) + gap;
  const height = CELL.height + title + 2 * gap;
  const layers = [];
  for (const [i, cell] of cells.entries()) {
    const fitted = await sharp(cell.picture)
      .resize({ ...CELL, fit: 'inside' })
      .toColourspace('srgb')
      .png()
      .toBuffer({ resolveWithObject: true });
    const left = gap + i * (CELL.width + gap);
    layers.push({
      input: fitted.data,
      left: left + Math.round((CELL.width - fitted.info.width) / 2),
      top: gap + Math.round((CELL.height - fitted.info.height) / 2),
    });
    const text = cell.title.replace(/[<&]/g, ' ');
    const label = `<svg width="${CELL.width}" height="${title}"><text x="4" y="18" font-family="sans-serif" font-size="15" fill="#eee">${text}</text></svg>`;
    layers.push({ input: Buffer.from(label), left, top: gap + CELL.height });
  }
  return sharp({ create: { width, height, channels: 3, background: '#4a4a4a' } })
    .composite(layers)
    .png()
    .toBuffer();
}

async function main(): Promise<void> {
  if (!existsSync(samples)) {
    console.log(`No samples at ${samples}; nothing to do.`);
    return;
  }
  const names = (await readdir(samples))
    .filter(
      (n) => (/_negative\.\w+$/.test(n) || /\.tiff?$/.test(n)) && (!values.only || n.includes(values.only)),
    )
    .sort();
  await mkdir(out, { recursive: true });
  const work = await mkdtemp(path.join(os.tmpdir(), 'revelado-sheet-work-'));
  const engine = localEngine({ role: 'batch', threads: 0, device: 'cpu', cacheDir: work });
  const report: unknown[] = [];
  const rows: Buffer[] = [];
  try {
    for (const name of names) {
      const file = path.join(samples, name);
      const roll = rollFiles(name);
      const analysis = await engine.call('analyse', { path: file, film: 'auto', baseRect: null, ...roll });
      const cells: Cell[] = [
        {
          title: `${name}  ${analysis.kind}, base ${analysis.base.source}`,
          picture: await before(file, analysis),
        },
      ];
      const sure = analysis.frames.filter((f) => f.confidence >= 0.5).length;
      for (let frame = 0; frame < Math.max(1, Math.min(2, sure)); frame++) {
        const output = path.join(out, `${path.parse(name).name}-${frame + 1}.png`);
        await engine.call('develop', {
          path: file,
          params: defaultDevelopParams(),
          context: { analysis, roll: null, ...roll, frame },
          export: { format: 'png', bits: 8, quality: 90, icc: 'srgb', longSide: null, overwrite: true },
          output,
          captureDate: null,
          scanDate: null,
        });
        await rm(`${output}.revelado.json`, { force: true });
        cells.push({ title: sure > 1 ? `ours, frame ${frame + 1} of ${sure}` : 'ours', picture: output });
      }
      const reference = authorsPositive(name);
      if (reference) cells.push({ title: "owner's conversion", picture: reference });
      const sheet = await row(cells);
      await writeFile(path.join(out, `sheet-${path.parse(name).name}.png`), sheet);
      rows.push(sheet);
      report.push({ name, ...roll, ...analysis });
      const base = analysis.base.rgb.map((v) => v.toFixed(4)).join(' ');
      console.log(`${name}: ${analysis.kind}, base ${base} (${analysis.base.source}), ${sure} frame(s)`);
    }
    await writeFile(path.join(out, 'analysis.json'), `${JSON.stringify(report, null, 1)}\n`);
    console.log(`${rows.length} sheets and analysis.json in ${out}`);
  } finally {
    await engine.close();
    await closeFiles();
    await rm(work, { recursive: true, force: true });
  }
}

await main();
