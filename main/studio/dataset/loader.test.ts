/** The loader: same step same numbers, corrupt and grey pictures replaced and told once, pairs, jumps, closing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeJpeg } from '../../files/index.ts';
import { scene, withFolder, writeScenes } from './fixture.ts';
import { createLoader, pictureOrder } from './loader.ts';
import { openDataset } from './open.ts';
import type { Batch, Loader, LoaderOptions } from './types.ts';

const open: Loader[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((loader) => loader.close()));
});
async function loaderOf(dir: string, options: Partial<LoaderOptions> = {}): Promise<Loader> {
  const set = await openDataset(dir);
  for (const picture of set.pictures) if (options.split !== 'test') picture.split = 'train';
  const loader = createLoader(set, {
    ...{ task: 'one', split: 'train', size: 32, batch: 3, seed: 7, preset: 'lapaz', workers: 1 },
    ...options,
  });
  open.push(loader);
  return loader;
}
const same = (a: Batch, b: Batch): void => {
  expect(b.ids).toEqual(a.ids);
  expect(b.groups).toEqual(a.groups);
  for (const [name, tensor] of Object.entries(a.tensors)) {
    expect(b.tensors[name].dims).toEqual(tensor.dims);
    expect(Buffer.compare(Buffer.from(b.tensors[name].data.buffer), Buffer.from(tensor.data.buffer))).toBe(0);
  }
};

describe('createLoader', () => {
  it('gives the same batch for a step however it is reached: in order, by a jump, by two threads, without a cache', () =>
    withFolder(async (dir) => {
      await writeScenes(dir, 8);
      const first = await loaderOf(dir);
      const batches = [];
      for (let step = 0; step < 6; step++) batches.push(await first.next(step));
      expect(first.count).toBe(8);
      expect(first.stepsPerEpoch).toBe(3);
      expect(new Set(batches.slice(0, 2).flatMap((b) => b.ids)).size).toBe(6);
      expect(batches[0].tensors['x'].data).not.toEqual(batches[0].tensors['y'].data);
      const second = await loaderOf(dir, { workers: 2, cacheBytes: 0 });
      same(batches[4], await second.next(4));
      same(batches[5], await second.next(5));
      same(batches[0], await second.next(0));
      const other = await loaderOf(dir, { seed: 8 });
      expect((await other.next(0)).tensors['y'].data).not.toEqual(batches[0].tensors['y'].data);
    }));

  it('goes on when pictures are corrupt or grey, tells each once, and still repeats', () =>
    withFolder(async (dir) => {
      await writeScenes(dir, 6);
      writeFileSync(
        path.join(dir, 'corrupt.jpg'),
        Buffer.concat([(await encodeJpeg(scene(50), 90)).subarray(0, 400), Buffer.alloc(50)]),
      );
      await writeScenes(dir, 1, 'grey', true, 60);
      const told: string[] = [];
      const loader = await loaderOf(dir, { onProblem: (problem) => told.push(problem.id) });
      const batches = [];
      for (let step = 0; step < 8; step++) batches.push(await loader.next(step));
      expect(batches.flatMap((b) => b.ids)).not.toContain('corrupt.jpg');
      expect(batches.flatMap((b) => b.ids)).not.toContain('grey-60.jpg');
      expect(told.sort()).toEqual(['corrupt.jpg', 'grey-60.jpg']);
      expect(loader.problems.find((p) => p.id === 'grey-60.jpg')?.reason).toContain('black and white');
      expect(loader.problems.find((p) => p.id === 'corrupt.jpg')?.reason).toContain(
        'corrupt.jpg cannot be read',
      );
      const again = await loaderOf(dir);
      same(batches[5], await again.next(5));
      same(batches[1], await again.next(1));
    }));

  it('says so when nothing can be used: all grey, or a split without pictures', () =>
    withFolder(async (dir) => {
      await writeScenes(dir, 4, 'g', true);
      const loader = await loaderOf(dir, { task: 'colorist' });
      await expect(loader.next(0)).rejects.toThrow(/None of the 4 pictures can be used .*black and white/);
      // What only mends needs no colour.
      const restorer = await loaderOf(dir, { task: 'restorer' });
      expect((await restorer.next(0)).ids).toHaveLength(3);
      const set = await openDataset(dir);
      for (const picture of set.pictures) picture.split = 'train';
      expect(() =>
        createLoader(set, { task: 'one', split: 'test', size: 32, batch: 1, seed: 1, preset: 'lapaz' }),
      ).toThrow(/no pictures for testing/);
      expect(() =>
        createLoader(set, { task: 'colorist', split: 'train', size: 30, batch: 1, seed: 1, preset: 'lapaz' }),
      ).toThrow(/multiple of 4/);
    }));

  it('gives tests in order, uncropped, the same whatever the batch', () =>
    withFolder(async (dir) => {
      mkdirSync(path.join(dir, 'test'));
      await writeScenes(path.join(dir, 'test'), 5);
      const two = await loaderOf(dir, { split: 'test', batch: 2 });
      const five = await loaderOf(dir, { split: 'test', batch: 5 });
      const all = await five.next(0);
      expect(all.ids).toEqual([0, 1, 2, 3, 4].map((i) => `test/p-${i}.jpg`));
      const last = await two.next(1);
      const n = 3 * 32 * 32;
      for (const name of ['x', 'y'])
        expect(last.tensors[name].data.subarray(0, n)).toEqual(all.tensors[name].data.subarray(2 * n, 3 * n));
    }));

  it('passes real pairs through, shifted scans laid on each other', () =>
    withFolder(async (dir) => {
      mkdirSync(path.join(dir, 'input'));
      mkdirSync(path.join(dir, 'target'));
      for (let i = 0; i < 2; i++) {
        const big = scene(i, 200, 160);
        const part = (x0: number, y0: number, negative: boolean): Uint8Array => {
          const out = new Uint8Array(180 * 140 * 3);
          for (let y = 0; y < 140; y++)
            for (let x = 0; x < 180 * 3; x++) {
              const v = big.data[((y + y0) * 200 + x0) * 3 + x];
              out[y * 180 * 3 + x] = negative ? 255 - v : v;
            }
          return out;
        };
        const size = { width: 180, height: 140 };
        writeFileSync(
          path.join(dir, 'input', `${i}.jpg`),
          await encodeJpeg({ ...size, data: part(7, 12, true) }, 97),
        );
        writeFileSync(
          path.join(dir, 'target', `${i}.jpg`),
          await encodeJpeg({ ...size, data: part(10, 5, false) }, 97),
        );
      }
      const loader = await loaderOf(dir, { batch: 2, size: 64 });
      const { tensors, groups } = await loader.next(0);
      expect(groups).toEqual(['pair', 'pair']);
      // Negative and positive of the same place add up to white.
      let error = 0;
      for (let i = 0; i < tensors['x'].data.length; i++)
        error += Math.abs(tensors['x'].data[i] + tensors['y'].data[i] - 1) / tensors['x'].data.length;
      expect(error).toBeLessThan(0.03);
      const filler = await loaderOf(dir, { batch: 2, task: 'filler' });
      expect((await filler.next(0)).groups).not.toContain('pair');
    }));

  it('refuses to go on when closed', () =>
    withFolder(async (dir) => {
      await writeScenes(dir, 3);
      const loader = await loaderOf(dir);
      const waiting = loader.next(0);
      waiting.catch(() => undefined);
      await loader.close();
      await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
      await expect(loader.next(1)).rejects.toMatchObject({ code: 'cancelled' });
    }));

  it('that is closed while batches come in lets a process go on to its end', () =>
    withFolder(async (dir) => {
      await writeScenes(dir, 4);
      const from = (name: string): string =>
        JSON.stringify(pathToFileURL(path.join(import.meta.dirname, name)));
      // Nothing but the loader keeps this process alive; answers are made to arrive in the middle of closing.
      const script = `
        import { createLoader } from ${from('loader.ts')};
        import { openDataset } from ${from('open.ts')};
        const set = await openDataset(${JSON.stringify(dir)});
        for (const picture of set.pictures) picture.split = 'train';
        const loader = createLoader(set, { task: 'restorer', split: 'train', size: 32, batch: 1, seed: 1, preset: 'any', workers: 1 });
        await loader.next(0);
        const until = Date.now() + 700;
        while (Date.now() < until);
        await loader.close();
        console.log('closed');`;
      const file = path.join(dir, 'script.mjs');
      writeFileSync(file, script);
      const done = spawnSync(process.execPath, [file], { encoding: 'utf8' });
      expect(done.stderr).toBe('');
      expect(done.stdout).toBe('closed\n');
    }));
});

describe('pictureOrder', () => {
  it('shows every picture once an epoch, in another order each time', () => {
    const order = pictureOrder(50, 3, true);
    const epoch = (e: number): number[] => Array.from({ length: 50 }, (_, i) => order(e * 50 + i));
    const [one, two] = [epoch(0), epoch(1)];
    expect([...one].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([...two].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(one).not.toEqual(two);
    expect(epoch(0)).toEqual(one);
  });
});
