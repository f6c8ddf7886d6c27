/** A roll gives the same files bit for bit, one frame after the other on one thread or several at once on two, in memory used again. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeProfile } from '../../app/color/icc.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { rollBaseline } from '../actions/develop/roll.ts';
import { closeFiles, writeFinished } from '../files/index.ts';
import { localEngine } from './local.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-roll-'));
afterAll(async () => {
  await closeFiles();
  rmSync(dir, { recursive: true, force: true });
});
/** Large enough for their memory to be kept, of sizes that differ a little. */
const SIZES = [2004, 2010, 1998, 2006].map((width) => ({ width, height: 1408 }));

async function makeFrame(file: string, index: number): Promise<void> {
  const { width, height } = SIZES[index];
  const data = new Uint16Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const rebate = x < 60 || y < 60 || x >= width - 60 || y >= height - 60;
      const light = rebate ? 0 : 0.4 + 0.3 * Math.sin(x / 190 + index) * Math.cos(y / 130) + 0.1 * index;
      const grain = ((x * 7919 + y * 104729) % 61) / 6000;
      const t = 10 ** -(light + grain);
      const at = (y * width + x) * 3;
      data[at] = 40000 * t;
      data[at + 1] = 21000 * t;
      data[at + 2] = 13000 * t;
    }
  const picture = { width, height, channels: 3 as const, data };
  const icc = makeProfile('srgb');
  await writeFinished(file, picture, {
    format: 'tiff',
    quality: 0,
    icc,
    metadataFrom: null,
    dpi: null,
    overwrite: true,
  });
}

/** Develops the roll, `atOnce` frames in work. @returns the files' bytes */
async function developRoll(files: readonly string[], threads: number, atOnce: number): Promise<Buffer[]> {
  const out = path.join(dir, `out-${threads}-${atOnce}`);
  mkdirSync(out);
  const engine = localEngine({ role: 'batch', threads, device: 'cpu', cacheDir: dir });
  const each = async <T>(work: (file: string) => Promise<T>): Promise<T[]> => {
    const results: T[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < files.length) {
        const i = next++;
        results[i] = await work(files[i]);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    return results;
  };
  try {
    const look = { film: 'auto', baseRect: null, baseFile: null, flatFile: null } as const;
    const analyses = await each((file) => engine.call('analyse', { ...look, path: file }));
    const roll = rollBaseline(analyses, [...files]);
    const results = await each((file) =>
      engine.call('develop', {
        path: file,
        params: defaultDevelopParams(),
        context: { analysis: analyses[files.indexOf(file)], roll, baseFile: null, flatFile: null, frame: 0 },
        export: { format: 'tiff', bits: 16, quality: 90, icc: 'srgb', longSide: null, overwrite: true },
        output: path.join(out, path.basename(file)),
        captureDate: null,
        scanDate: null,
      }),
    );
    return results.map((r) => readFileSync(r.output));
  } finally {
    await engine.close();
  }
}

it('is the same on one thread and on two', { timeout: 120_000 }, async () => {
  const files = SIZES.map((_, i) => path.join(dir, `frame ${i + 1}.tif`));
  for (const [i, file] of files.entries()) await makeFrame(file, i);
  const one = await developRoll(files, 1, 1);
  const two = await developRoll(files, 2, 3);
  expect(one.length).toBe(SIZES.length);
  for (const [i, bytes] of one.entries()) {
    expect(bytes.length).toBeGreaterThan(10e6);
    expect(bytes.equals(two[i])).toBe(true);
  }
  // The frames differ, so that memory used again and not filled anew would show.
  expect(one[0].equals(one[1])).toBe(false);
});
