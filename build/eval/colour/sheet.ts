/** Rows of pictures with a line of text below each, as a PNG to be looked at. */
import sharp from 'sharp';
import { bytesFromPlanar, type Planar } from '../../../app/planar.ts';

const TEXT = 20;
const GAP = 4;

/** @param side each picture fits in a square of this many pixels */
export async function writeRows(
  file: string,
  rows: readonly { label: string; pictures: readonly Planar[] }[],
  side: number,
): Promise<void> {
  const cells: { input: Buffer; left: number; top: number }[] = [];
  let top = 0;
  let wide = 0;
  for (const { label, pictures } of rows) {
    let left = 0;
    let tall = 0;
    for (const picture of pictures) {
      const { data, info } = await sharp(Buffer.from(bytesFromPlanar(picture)), {
        raw: { width: picture.width, height: picture.height, channels: 3 },
      })
        .resize({ width: side, height: side, fit: 'inside', kernel: 'lanczos3' })
        .png()
        .toBuffer({ resolveWithObject: true });
      cells.push({ input: data, left, top });
      left += info.width + GAP;
      tall = Math.max(tall, info.height);
    }
    const words = label.replace(/&/g, '&amp;').replace(/</g, '&lt;');
    const text = `<svg width="${Math.max(left, 900)}" height="${TEXT}"><text x="2" y="14" font-family="sans-serif" font-size="13" fill="#eee">${words}</text></svg>`;
    cells.push({ input: Buffer.from(text), left: 0, top: top + tall });
    top += tall + TEXT + GAP;
    wide = Math.max(wide, left, 900);
  }
  await sharp({ create: { width: wide, height: top, channels: 3, background: '#444' } })
    .composite(cells)
    .png()
    .toFile(file);
}
