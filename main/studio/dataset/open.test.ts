/** Opening datasets: every kind of folder, splits, and what is wrong with some of them. */
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scene, withFolder, writeScenes, writeTar } from './fixture.ts';
import { openDataset } from './open.ts';
import { balanceSplit, namedSplit, splitOf } from './split.ts';
import { encodeJpeg } from '../../files/index.ts';

describe('openDataset', () => {
  it('reads tars with an index: its split wins, and pictures come from their place', () =>
    withFolder(async (dir) => {
      const jpeg = await Promise.all([0, 1, 2].map((i) => encodeJpeg(scene(i), 95)));
      await writeTar(path.join(dir, 'a-00.tar'), { 'a.jpg': jpeg[0], 'b.jpg': jpeg[1] });
      await writeTar(path.join(dir, 'b-00.tar'), { 'c.jpg': jpeg[2] });
      writeFileSync(
        path.join(dir, 'index.csv'),
        'name,width,height,split,source,shard\na.jpg,96,72,test,s1,a-00.tar\nb.jpg,96,72,train,s1,a-00.tar\nc.jpg,96,72,train,s2,b-00.tar\ngone.jpg,1,1,train,s2,b-00.tar\n',
      );
      const set = await openDataset(dir);
      expect(set.pictures.map((p) => [p.id, p.split, p.source])).toEqual([
        ['a.jpg', 'test', 's1'],
        ['b.jpg', 'train', 's1'],
        ['c.jpg', 'train', 's2'],
      ]);
      expect(set.problems).toEqual([
        { id: 'gone.jpg', reason: 'index.csv names it, but it is not in b-00.tar' },
      ]);
      expect(set.manifest.kind).toBe('tars');
      const picture = await set.read('b.jpg');
      expect([picture.width, picture.height, picture.channels]).toEqual([96, 72, 3]);
      const truth = scene(1);
      let error = 0;
      for (let i = 0; i < 96 * 72; i++)
        error += Math.abs(picture.data[i] * 255 - truth.data[i * 3]) / (96 * 72);
      expect(error).toBeLessThan(4);
      await expect(set.read('nobody.jpg')).rejects.toThrow(/no picture nobody\.jpg/);
    }));

  it('splits a plain folder by content: a name changes nothing, folders train and test win', () =>
    withFolder(async (dir) => {
      mkdirSync(path.join(dir, 'sub'));
      await writeScenes(path.join(dir, 'sub'), 40);
      writeFileSync(path.join(dir, 'film.mp4'), 'no film');
      const set = await openDataset(dir);
      expect(set.pictures).toHaveLength(40);
      const test = set.pictures.filter((p) => p.split === 'test').map((p) => p.id);
      expect(test.length).toBeGreaterThan(0);
      expect(test.length).toBeLessThan(12);
      expect(set.problems).toEqual([{ id: 'film.mp4', reason: expect.stringContaining('dataset build') }]);
      mkdirSync(path.join(dir, 'other'));
      copyFileSync(path.join(dir, test[0]), path.join(dir, 'other', 'renamed.jpg'));
      const again = await openDataset(path.join(dir, 'other')).catch(() => null);
      const both = await openDataset(dir);
      expect(both.pictures.find((p) => p.id === 'other/renamed.jpg')?.split).toBe('test');
      expect(again?.pictures).toHaveLength(1);

      mkdirSync(path.join(dir, 'own', 'train'), { recursive: true });
      mkdirSync(path.join(dir, 'own', 'val'), { recursive: true });
      await writeScenes(path.join(dir, 'own', 'train'), 3);
      await writeScenes(path.join(dir, 'own', 'val'), 2);
      const own = await openDataset(path.join(dir, 'own'));
      expect(own.pictures.map((p) => p.split).sort()).toEqual(['test', 'test', 'train', 'train', 'train']);
    }));

  it('takes a truncated tar as far as it goes, and a damaged dataset.json as an error', () =>
    withFolder(async (dir) => {
      const jpeg = await encodeJpeg(scene(3), 90);
      await writeTar(path.join(dir, 'x.tar'), { 'a.jpg': jpeg, 'b.jpg': jpeg });
      const size = readFileSync(path.join(dir, 'x.tar')).length;
      truncateSync(path.join(dir, 'x.tar'), size - 2048);
      const set = await openDataset(dir);
      expect(set.pictures.map((p) => p.id)).toEqual(['a.jpg']);
      expect(set.problems[0].reason).toContain('ends after 1 files');
      writeFileSync(path.join(dir, 'dataset.json'), '{"size":');
      await expect(openDataset(dir)).rejects.toThrow(/dataset\.json is damaged .* Build the dataset again/);
    }));

  it('says what is wrong with an empty folder, a file, nothing at all, and an index without names', () =>
    withFolder(async (dir) => {
      await expect(openDataset(dir)).rejects.toThrow(/holds no pictures to learn from/);
      await expect(openDataset(path.join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' });
      writeFileSync(path.join(dir, 'file.txt'), 'x');
      await expect(openDataset(path.join(dir, 'file.txt'))).rejects.toThrow(/a dataset is a folder/);
      writeFileSync(path.join(dir, 'index.csv'), 'picture\nx.jpg\n');
      await expect(openDataset(dir)).rejects.toThrow(/at least the column name/);
      // A list must not lead out of its folder.
      writeFileSync(path.join(dir, 'index.csv'), 'name,split\n../../etc/hostname,train\n');
      await expect(openDataset(dir)).rejects.toThrow(/holds no pictures/);
    }));

  it('finds pairs by list and by folders', () =>
    withFolder(async (dir) => {
      for (const sub of ['input', 'target']) {
        mkdirSync(path.join(dir, sub));
        await writeScenes(path.join(dir, sub), 3);
      }
      writeFileSync(path.join(dir, 'target', 'alone.jpg'), 'x');
      const set = await openDataset(dir);
      expect(set.pictures).toHaveLength(3);
      expect(set.pictures.every((p) => p.pair?.place.file.includes('input'))).toBe(true);
      expect(set.problems).toEqual([
        { id: 'alone.jpg', reason: 'there is no picture of this name in input/' },
      ]);
      writeFileSync(
        path.join(dir, 'pairs.csv'),
        'input,target\ninput/p-0.jpg,target/p-0.jpg\ninput/no.jpg,target/p-1.jpg\n',
      );
      const listed = await openDataset(dir);
      expect(listed.pictures.map((p) => p.id)).toEqual(['target/p-0.jpg']);
      expect(listed.problems[0].reason).toContain('input/no.jpg');
    }));
});

describe('split', () => {
  it('is by the hash alone, near the share asked for', () => {
    const hashes = Array.from({ length: 4096 }, (_, i) =>
      ((i * 2654435761) >>> 0).toString(16).padStart(8, '0'),
    );
    const test = hashes.filter((hash) => splitOf(hash) === 'test').length;
    expect(test / 4096).toBeCloseTo(0.1, 2);
    expect([splitOf('00000000'), splitOf('ffffffff'), splitOf('80000000', 0.6)]).toEqual([
      'test',
      'train',
      'test',
    ]);
  });
  it('never leaves a side empty where there are two pictures', () => {
    const items = [{ split: 'train' as const }, { split: 'train' as const }, { split: 'train' as const }];
    balanceSplit(items, ['b', 'a', 'c']);
    expect(items.map((i) => i.split)).toEqual(['train', 'test', 'train']);
    expect([namedSplit('VAL'), namedSplit('training'), namedSplit('photos')]).toEqual([
      'test',
      'train',
      null,
    ]);
  });
});
