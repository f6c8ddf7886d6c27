/** Reading once for analysis and develop gives the samples that reading twice gives; safer means one band at a time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProfile } from '../../app/color/icc.ts';
import type { Picture } from '../../app/picture.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { closeFiles, decodeScan, writeFinished } from '../files/index.ts';
import { exportPicture } from './export.ts';
import type { ExportTask } from './protocol.ts';
import { cutInPlace } from './read-ahead.ts';
import { ANALYSIS_SIDE } from './scans.ts';
import { Thumbnails } from './thumbnails.ts';
import { Workshop } from './workshop.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-ahead-'));
const shop = new Workshop(2, dir);
afterAll(async () => {
  await shop.close();
  await closeFiles();
  rmSync(dir, { recursive: true, force: true });
});
const scan = path.join(dir, 'scan.tif');
const [width, height] = [2501, 1703];
const bands: { parallel?: number; rows: number }[] = [];

async function makeScan(): Promise<void> {
  const data = new Uint16Array(width * height * 3);
  for (let i = 0; i < data.length; i++)
    data[i] = [42000, 21000, 14000][i % 3] * 10 ** (-0.5 * (1 + Math.sin(i / 9001))) + ((i * 7919) % 257);
  await writeFinished(
    scan,
    { width, height, channels: 3, data },
    {
      format: 'tiff',
      quality: 0,
      icc: makeProfile('srgb'),
      metadataFrom: null,
      dpi: null,
      overwrite: true,
    },
  );
}
const call = { signal: new AbortController().signal, progress: () => undefined };
const task = (output: string, safer = false): ExportTask => ({
  path: scan,
  params: defaultDevelopParams(),
  context: { analysis: null, roll: null, baseFile: null, flatFile: null, frame: 0 },
  export: { format: 'tiff', bits: 16, quality: 90, icc: 'srgb', longSide: null, overwrite: true },
  output,
  captureDate: null,
  scanDate: null,
  ...(safer ? { safer } : {}),
});

describe('a scan that is developed right after its analysis', () => {
  it('is reduced bit for bit as from the file', async () => {
    await makeScan();
    const info = await shop.scans.info(scan);
    const ahead = await shop.ahead.small(scan, info);
    const { picture } = await decodeScan(scan, { maxSide: ANALYSIS_SIDE });
    expect(ahead?.picture).toMatchObject({ width: picture.width, height: picture.height });
    expect(Buffer.compare(Buffer.from(ahead!.picture.data), Buffer.from(picture.data))).toBe(0);
    expect(ahead?.picture.curve).toEqual(picture.curve);
    const taken = await shop.ahead.take(scan);
    expect((await taken!.whole).picture.data.length).toBe(width * height * 3);
    expect(await taken!.sha256).toBe(await shop.pool.hash(scan));
    expect(await shop.ahead.take(scan)).toBeNull();
  });

  it('comes out as when it is read again, in a safer way too', async () => {
    const asked = {
      path: scan,
      film: 'auto',
      baseRect: null,
      baseFile: null,
      flatFile: null,
    } as const;
    const files = ['again', 'ahead', 'safer'].map((name) => path.join(dir, `${name}.tif`));
    const again = {
      ...task(files[0]),
      context: { ...task('').context, analysis: await shop.analyse(asked) },
    };
    const first = await exportPicture(shop, again, call);
    const analysis = await shop.analyse({ ...asked, developNext: true });
    expect(analysis).toEqual(again.context.analysis);
    const second = await exportPicture(shop, { ...again, output: files[1] }, call);
    const run = shop.pool.bands.bind(shop.pool);
    shop.pool.bands = (y0, y1, rows, make, options) => {
      bands.push({ rows, ...(options?.parallel ? { parallel: options.parallel } : {}) });
      return run(y0, y1, rows, make, options);
    };
    const third = await exportPicture(shop, { ...again, output: files[2], safer: true }, call);
    expect(second.sha256).toBe(first.sha256);
    expect(third.sha256).toBe(first.sha256);
    expect(readFileSync(files[0]).equals(readFileSync(files[1]))).toBe(true);
    expect(bands.length).toBeGreaterThan(0);
    expect(bands.every((b) => b.parallel === 1 && b.rows <= 1 << 16)).toBe(true);
  });

  it('draws thumbnails in a safer way when asked', async () => {
    bands.length = 0;
    const { params, context } = task('');
    const thumbnail = { path: scan, params, context, output: path.join(dir, 't.webp'), maxSide: 300 };
    await new Thumbnails(shop).make({ ...thumbnail, safer: true }, call.signal);
    expect(bands.length).toBeGreaterThan(0);
    expect(bands.every((b) => b.parallel === 1)).toBe(true);
  });
});

describe('a scan that is read once for several', () => {
  it('is what each would have read, a JPEG too, until it is given up or another file', async () => {
    const print = path.join(dir, 'print.jpg');
    const [w, h] = [2400, 1800];
    const write = (shift: number): Promise<unknown> =>
      writeFinished(
        print,
        {
          width: w,
          height: h,
          channels: 3,
          data: Uint8Array.from({ length: w * h * 3 }, (_, i) => 128 + 100 * Math.sin(i / 5001 + shift)),
        },
        {
          format: 'jpeg',
          quality: 90,
          icc: makeProfile('srgb'),
          metadataFrom: null,
          dpi: null,
          overwrite: true,
        },
      );
    await write(0);
    expect(await shop.ahead.whole(print)).toBeNull();
    shop.ahead.share(print, shop.scans.info(print));
    const [whole, small] = await Promise.all([shop.ahead.whole(print), shop.ahead.reduced(print, 700)]);
    expect(shop.ahead.sharedBytes).toBe(w * h * 3);
    const bytes = (data: ArrayLike<number> & ArrayBufferView): Buffer =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    expect(bytes(whole!.picture.data).equals(bytes((await decodeScan(print)).picture.data))).toBe(true);
    const { picture, scale } = await decodeScan(print, { maxSide: 700 });
    expect(bytes(small!.picture.data).equals(bytes(picture.data))).toBe(true);
    expect(small).toMatchObject({ scale, picture: { width: 700, height: 525, curve: picture.curve } });
    await write(1);
    expect(await shop.ahead.whole(print)).toBeNull();
    shop.ahead.done(print);
    expect(shop.ahead.sharedBytes).toBe(0);
    expect(await shop.ahead.reduced(print, 700)).toBeNull();
  });

  it('is left to each reader where all together would hold too much, or it cannot be read', async () => {
    const info = await shop.scans.info(scan);
    // A scan of 8 bits and 55 megapixels is 165 MB: two are too many.
    const large = { ...info, width: 5500, height: 10000, channels: 3, bits: 8 } as typeof info;
    const gone = path.join(dir, 'gone.tif');
    shop.ahead.share(gone, Promise.resolve(large));
    expect(await shop.ahead.whole(gone)).toBeNull();
    expect(shop.ahead.sharedBytes).toBe(0);
    shop.ahead.share(scan, Promise.resolve(large));
    await Promise.resolve();
    expect(shop.ahead.sharedBytes).toBe(165e6);
    shop.ahead.share(gone, Promise.resolve(large));
    await new Promise((resolve) => setImmediate(resolve));
    expect(shop.ahead.sharedBytes).toBe(165e6);
    shop.ahead.done(scan);
    expect(shop.ahead.sharedBytes).toBe(0);
  });
});

describe('one band at a time', () => {
  it('never has two in work, and all of them in the end', async () => {
    let now = 0;
    let most = 0;
    const seen: [number, number][] = [];
    const pool = new Workshop(2, dir).pool;
    pool.run = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
      return { histogram: null };
    };
    const onRows = (_done: number, from: number, to: number) => void seen.push([from, to]);
    const make = () => ({ kind: 'hash', path: '' }) as const;
    expect(await pool.bands(0, 10, 3, make, { parallel: 1, onRows })).toHaveLength(4);
    expect(most).toBe(1);
    expect(seen).toEqual([
      [0, 2],
      [2, 5],
      [5, 7],
      [7, 10],
    ]);
    await pool.bands(0, 10, 3, make);
    expect(most).toBe(4);
  });
});

describe('a cut in place', () => {
  it('moves the part to the front', () => {
    const data = Uint16Array.from({ length: 5 * 4 * 3 }, (_, i) => i);
    const picture: Picture = {
      width: 5,
      height: 4,
      channels: 3,
      data,
      curve: { kind: 'linear' },
      orientation: 1,
    };
    const cut = cutInPlace(picture, { x: 1, y: 2, w: 3, h: 2 });
    const from = (y: number) => Array.from({ length: 9 }, (_, i) => (y * 5 + 1) * 3 + i);
    expect(Array.from(cut.data)).toEqual([...from(2), ...from(3)]);
    expect(cut).toMatchObject({ width: 3, height: 2 });
  });
});
