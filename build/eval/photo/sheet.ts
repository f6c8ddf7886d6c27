/** Contact sheet of results: the reference print on the left, the automatic develop on the right, a line of text below. */
import sharp from 'sharp';
import { srgbEncode } from '../film/colour.ts';
import type { Triple } from '../film/spectra.ts';
import type { PhotoResult } from './measure.ts';

const CELL = { width: 300, height: 230 };
const COLUMNS = 3;
const TEXT = 22;

async function picture(light: readonly Triple[], across: number): Promise<Buffer> {
  const raw = Buffer.from(
    light.flatMap((p) => p.map((v) => Math.round(255 * srgbEncode(Math.min(1, Math.max(0, v)))))),
  );
  return sharp(raw, { raw: { width: across, height: light.length / across, channels: 3 } })
    .resize({ ...CELL, fit: 'inside', kernel: 'cubic' })
    .png()
    .toBuffer();
}

/** Writes the sheet as a PNG. */
export async function writeSheet(file: string, results: readonly PhotoResult[]): Promise<void> {
  const w = 2 * CELL.width + 12;
  const h = CELL.height + TEXT + 8;
  const layers = [];
  for (const [i, r] of results.entries()) {
    const left = (i % COLUMNS) * w;
    const top = Math.floor(i / COLUMNS) * h;
    layers.push({ input: await picture(r.truth, r.across), left, top });
    layers.push({ input: await picture(r.got, r.across), left: left + CELL.width + 4, top });
    const words = `${r.exposed.toFixed(1)}  ${r.one.photo.name} ${r.one.stock.name} ${r.one.scanner.name} ${r.one.stops} ${r.one.layout} ${r.one.storage}`;
    const label = `<svg width="${w - 12}" height="${TEXT}"><text x="2" y="15" font-family="sans-serif" font-size="13" fill="#eee">${words}</text></svg>`;
    layers.push({ input: Buffer.from(label), left, top: top + CELL.height });
  }
  await sharp({
    create: {
      width: COLUMNS * w,
      height: Math.ceil(results.length / COLUMNS) * h,
      channels: 3,
      background: '#444',
    },
  })
    .composite(layers)
    .png()
    .toFile(file);
}
