/**
 * Makes the application's icons from build/icons/icon.svg: PNGs for Linux, an .ico and an .icns that hold PNGs.
 * Run after changing the drawing: `node build/run.mjs tool-script build/icons.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const dir = path.join(import.meta.dirname, 'icons');
const svg = path.join(dir, 'icon.svg');
const png = (size) =>
  sharp(svg, { density: (72 * size) / 1024 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: size > 256 })
    .toBuffer();
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const images = new Map();
for (const size of sizes) images.set(size, await png(size));

mkdirSync(path.join(dir, 'linux'), { recursive: true });
for (const size of sizes.filter((s) => s <= 512))
  writeFileSync(path.join(dir, 'linux', `${size}x${size}.png`), images.get(size));
writeFileSync(path.join(dir, 'icon.png'), images.get(1024));

// ICO: directory of PNGs (accepted since Windows Vista).
const ico = [16, 24, 32, 48, 64, 128, 256];
const head = Buffer.alloc(6 + 16 * ico.length);
head.writeUInt16LE(1, 2);
head.writeUInt16LE(ico.length, 4);
let offset = head.length;
ico.forEach((size, i) => {
  const data = images.get(size);
  const at = 6 + 16 * i;
  head.writeUInt8(size % 256, at);
  head.writeUInt8(size % 256, at + 1);
  head.writeUInt16LE(1, at + 4);
  head.writeUInt16LE(32, at + 6);
  head.writeUInt32LE(data.length, at + 8);
  head.writeUInt32LE(offset, at + 12);
  offset += data.length;
});
writeFileSync(path.join(dir, 'icon.ico'), Buffer.concat([head, ...ico.map((s) => images.get(s))]));

// ICNS: typed chunks of PNGs.
const types = { 32: 'ic11', 64: 'ic12', 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' };
const chunks = Object.entries(types).map(([size, type]) => {
  const data = images.get(Number(size));
  const chunk = Buffer.alloc(8);
  chunk.write(type, 0, 'latin1');
  chunk.writeUInt32BE(data.length + 8, 4);
  return Buffer.concat([chunk, data]);
});
const body = Buffer.concat(chunks);
const icns = Buffer.alloc(8);
icns.write('icns', 0, 'latin1');
icns.writeUInt32BE(body.length + 8, 4);
writeFileSync(path.join(dir, 'icon.icns'), Buffer.concat([icns, body]));
