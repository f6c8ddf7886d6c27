import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../app/picture.ts';
import { toLinear } from '../../app/color/curve.ts';
import { decodeScan } from './decode.ts';
import { makeProfile } from '../../app/color/icc.ts';
import { opaque, shorts } from './exif-block.ts';
import { closeFiles, openScanLevels, readRegion } from './index.ts';
import { trimCache } from './zoom-cache.ts';
import { levelCount, levelSize } from './pyramid.ts';
import { pattern16, scratch, tiff } from './test-files.ts';
import { TAG } from './tiff-tags.ts';

const { dir, put } = scratch();
afterAll(() => closeFiles());
const cache = path.join(dir, 'zoom');

/** Linear light of a picture. */
function light(p: Picture): number[] {
  const f = toLinear(p.curve);
  return Array.from(p.data, (v) =>
    f(p.data instanceof Float32Array ? v : v / (p.data instanceof Uint8Array ? 255 : 65535)),
  );
}
const W = 701;
const H = 403;
const data = pattern16(W * H * 3);
const ir = pattern16(W * H).map((v) => v ^ 0x3333);

/** What level n must hold, by the definition: means of the full scan's pixels. */
function meanOf(x: number, y: number, c: number, n: number): number {
  const f = toLinear({ kind: 'srgb' });
  const part = 2 ** n;
  // Borders average pairs of pairs, so only complete squares are checked by this.
  let sum = 0;
  for (let j = 0; j < part; j++)
    for (let i = 0; i < part; i++) sum += f(data[((y * part + j) * W + x * part + i) * 3 + c] / 65535);
  return sum / part / part;
}

async function check(file: string, folder = cache, memoryPixels?: number): Promise<void> {
  const levels = await openScanLevels(file, folder, { memoryPixels });
  expect(levels.levels).toBe(levelCount(W, H, 256));
  const full = await levels.read(0, { x: 650, y: 390, w: 40, h: 10 });
  expect(full.data[0]).toBe(data[(390 * W + 650) * 3]);
  expect(full.curve).toEqual({ kind: 'srgb' });
  for (const n of [1, 2]) {
    const size = levelSize(W, H, n);
    const rect = { x: 60, y: 30, w: 30, h: 20 };
    const p = await levels.read(n, rect);
    expect([p.width, p.height]).toEqual([30, 20]);
    const values = light(p);
    for (const [x, y] of [
      [0, 0],
      [13, 7],
      [29, 19],
    ])
      for (let c = 0; c < 3; c++)
        expect(values[(y * 30 + x) * 3 + c]).toBeCloseTo(meanOf(60 + x, 30 + y, c, n), 4);
    const whole = await levels.read(n, { x: 0, y: 0, w: size.width, h: size.height });
    expect(whole.data.length).toBe(size.width * size.height * 3);
    if (p.infrared) {
      const part = 2 ** n;
      let least = Infinity;
      for (let j = 0; j < part; j++)
        for (let i = 0; i < part; i++)
          least = Math.min(least, ir[((30 + 7) * part + j) * W + (60 + 13) * part + i]);
      expect(p.infrared[7 * 30 + 13]).toBe(least);
    }
  }
}

describe('levels', () => {
  it('of a small scan in memory are exact means of light', async () => {
    await check(put('small.tif', tiff({ width: W, height: H, samples: 3, data, rowsPerStrip: 8 })));
    expect(existsSync(cache)).toBe(false);
  });
  it('carry the least of the infrared, so that a hair does not dissolve', async () => {
    const file = put(
      'ir.tif',
      tiff(
        { width: W, height: H, samples: 3, data, rowsPerStrip: 8 },
        {
          width: W,
          height: H,
          samples: 1,
          data: ir,
          rowsPerStrip: 8,
          fields: [shorts(TAG.subfileType, [4])],
        },
      ),
    );
    const levels = await openScanLevels(file, cache);
    const p = await levels.read(1, { x: 10, y: 10, w: 4, h: 4 });
    expect(p.infrared?.[0]).toBe(Math.min(...[0, 1, W, W + 1].map((d) => ir[20 * W + 20 + d])));
    const full = await levels.read(0, { x: 7, y: 9, w: 2, h: 2 });
    expect(full.infrared?.[0]).toBe(ir[9 * W + 7]);
  });
  it('on disk are the same, from formats that are read in parts and formats that are not', async () => {
    const folder = path.join(dir, 'zoom-small');
    const sharp = (await import('sharp')).default;
    const png = await sharp(data, { raw: { width: W, height: H, channels: 3 } })
      .toColourspace('rgb16')
      .png({ compressionLevel: 1 })
      .toBuffer();
    const page = { width: W, height: H, samples: 3, data, rowsPerStrip: 8 };
    const mask = { width: W, height: H, samples: 1, data: ir, fields: [shorts(TAG.subfileType, [4])] };
    await check(put('disk-plain.tif', tiff(page)), folder, 0);
    await check(put('disk-deflate.tif', tiff({ ...page, compression: 8 })), folder, 0);
    await check(put('disk.png', png), folder, 0);
    // With infrared and no profile it would count as a linear scanner file.
    const fields = [opaque(TAG.icc, 7, makeProfile('srgb'))];
    await check(put('disk-ir.tif', tiff({ ...page, compression: 8, fields }, mask)), folder, 0);
    expect(readdirSync(folder).filter((n) => n.endsWith('.levels.tif'))).toHaveLength(4);
  });
  it('a part reduced from a level equals the part reduced from the scan', async () => {
    const file = put('part.tif', tiff({ width: W, height: H, samples: 3, data, rowsPerStrip: 8 }));
    const region = { x: 64, y: 32, w: 256, h: 128 };
    for (const maxSide of [256, 128, 100, 64, 50]) {
      const direct = await decodeScan(file, { region, maxSide });
      const zoom = await readRegion(file, cache, region, maxSide);
      expect([zoom.picture.width, zoom.picture.height]).toEqual([
        direct.picture.width,
        direct.picture.height,
      ]);
      expect(zoom.scale).toBeCloseTo(maxSide / 256, 6);
      const a = light(direct.picture);
      const b = light(zoom.picture);
      const worst = a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i])), 0);
      // Exact where the sizes divide; else averages of averages (this pattern is pure noise).
      expect(worst, String(maxSide)).toBeLessThan(256 % maxSide === 0 ? 1e-4 : 0.2);
    }
  });
});

describe('the cache of a large scan', () => {
  it('is built once, reads the tiles asked for, and is bounded', async () => {
    // 12.3 megapixels: too large to be kept in memory.
    const w = 4100;
    const h = 3000;
    const grey = new Uint16Array(w * h);
    for (let i = 0; i < grey.length; i++) grey[i] = (i % w) * 10 + Math.floor(i / w);
    const { writeFinished } = await import('./write.ts');
    const file = path.join(dir, 'large.tif');
    await writeFinished(
      file,
      { width: w, height: h, channels: 1, data: grey },
      {
        format: 'tiff',
        quality: 90,
        icc: makeProfile('grey'),
        metadataFrom: null,
        dpi: null,
        overwrite: false,
      },
    );
    const levels = await openScanLevels(file, cache);
    const [name] = readdirSync(cache);
    const { mtimeMs, size } = statSync(path.join(cache, name));
    // Level 0 is read from the scan itself: a third of its size for all smaller levels.
    expect(size).toBeLessThan(w * h * 2 * 0.45);
    const f = toLinear({ kind: 'srgb' });
    const p = await levels.read(1, { x: 1000, y: 700, w: 300, h: 200 });
    const at = (x: number, y: number): number => f((x * 10 + y) / 65535);
    const want = (at(2000, 1400) + at(2001, 1400) + at(2000, 1401) + at(2001, 1401)) / 4;
    expect(light(p)[0]).toBeCloseTo(want, 5);
    const full = await levels.read(0, { x: 4000, y: 2900, w: 100, h: 100 });
    expect(full.data[full.data.length - 1]).toBe(grey[grey.length - 1]);
    await closeFiles();
    const again = await openScanLevels(file, cache);
    expect(statSync(path.join(cache, name)).size).toBe(size);
    expect(statSync(path.join(cache, name)).mtimeMs).toBeGreaterThanOrEqual(mtimeMs);
    await again.close();
    await closeFiles();
    // A damaged cache file is built anew.
    writeFileSync(path.join(cache, name), 'damaged');
    const rebuilt = await openScanLevels(file, cache);
    expect((await rebuilt.read(2, { x: 0, y: 0, w: 4, h: 4 })).width).toBe(4);
  });
  it('drops the longest unused first', async () => {
    const folder = path.join(dir, 'lru');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder);
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      const file = path.join(folder, `${name}.levels.tif`);
      writeFileSync(file, new Uint8Array(1000));
      utimesSync(file, 1000 + i, 1000 + i);
    }
    await trimCache(folder, path.join(folder, 'a.levels.tif'), 2000);
    expect(readdirSync(folder).sort()).toEqual(['a.levels.tif', 'c.levels.tif']);
  });
});
