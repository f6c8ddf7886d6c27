import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandInputs, freeSpace, hashFile, naturalOrder, outputName, scanIdentities } from './index.ts';
import { scratch } from './test-files.ts';

const { dir, put } = scratch();

describe('output names', () => {
  it('follow their inputs, and number further ones of the same stem', () => {
    const out = path.join(dir, 'out');
    mkdirSync(out);
    const taken = new Set<string>();
    const name = (input: string): string => path.basename(outputName(out, input, 'tif', taken, false));
    expect(name('/a/roll 1.tif')).toBe('roll 1.tif');
    expect(name('/b/roll 1.jpg')).toBe('roll 1-2.tif');
    expect(name('/c/Roll 1.png')).toBe('Roll 1-3.tif');
    expect(name('/a/.tif')).toBe('.tif.tif');
    expect(name('/a/archive.2024.dng')).toBe('archive.2024.tif');
    expect(name('/a/line\nbreak 🎞️.tif')).toBe('line\nbreak 🎞️.tif');
  });
  it('never take an existing file, nor the scan itself', () => {
    put('there.tif', 'x');
    expect(() => outputName(dir, '/scans/there.png', '.tif', new Set(), false)).toThrow(
      /there\.tif exists already/,
    );
    expect(outputName(dir, '/scans/there.png', '.tif', new Set(), true)).toBe(path.join(dir, 'there.tif'));
    expect(() => outputName(dir, path.join(dir, 'there.tif'), 'tif', new Set(), true)).toThrow(/scan itself/);
    symlinkSync(path.join(dir, 'nowhere'), path.join(dir, 'dangling.tif'));
    expect(() => outputName(dir, '/s/dangling.png', 'tif', new Set(), false)).toThrow(/exists already/);
  });
});

describe('scans', () => {
  it('are never written over, whatever the way to them', () => {
    const folder = path.join(dir, 'originals');
    mkdirSync(folder);
    const scan = path.join(folder, 'a.tif');
    writeFileSync(scan, 'film');
    writeFileSync(path.join(folder, 'a.jpg'), 'film too');
    symlinkSync(folder, path.join(dir, 'elsewhere'));
    const linked = path.join(dir, 'elsewhere');
    expect(() => outputName(linked, scan, 'tif', new Set(), true)).toThrow(/scan itself/);
    const scans = scanIdentities([scan, path.join(folder, 'a.jpg'), null, path.join(folder, 'gone.tif')]);
    expect(() => outputName(linked, path.join(folder, 'a.jpg'), 'tif', new Set(), true, scans)).toThrow(
      /a\.tif is a scan itself/,
    );
    expect(outputName(linked, scan, 'png', new Set(), true, scans)).toBe(path.join(linked, 'a.png'));
  });
  it('with the longest names leave room for the record beside the output', () => {
    const long = `${'ñ'.repeat(125)}🎞️.jpg`;
    const taken = new Set<string>();
    const [first, second] = [1, 2].map((n) => outputName(dir, `/roll${n}/${long}`, 'tif', taken, false));
    expect(second).not.toBe(first);
    for (const output of [first, second]) {
      writeFileSync(output, 'picture');
      writeFileSync(`${output}.revelado.json`, 'record');
      expect(output).not.toContain('\ufffd');
    }
  });
});

describe('inputs', () => {
  it('are found in folders, in natural order, each once, without walking in circles', async () => {
    const root = path.join(dir, 'roll');
    mkdirSync(path.join(root, 'sub'), { recursive: true });
    for (const name of ['f10.tif', 'f2.tif', 'notes.txt', '.hidden.tif', 'F1.JPG', 'sub/z.dng'])
      writeFileSync(path.join(root, name), 'x');
    symlinkSync(root, path.join(root, 'sub', 'loop'));
    symlinkSync(path.join(root, 'f2.tif'), path.join(root, 'link.tif'));
    symlinkSync(path.join(dir, 'missing'), path.join(root, 'broken.tif'));
    const { files, problems } = await expandInputs([
      root,
      path.join(root, 'f2.tif'),
      path.join(root, 'notes.txt'),
      path.join(dir, 'gone'),
    ]);
    expect(files.map((f) => path.relative(root, f))).toEqual([
      'F1.JPG',
      'f2.tif',
      'f10.tif',
      'link.tif',
      'sub/z.dng',
      'notes.txt',
    ]);
    expect(problems.map((p) => path.basename(p.path))).toEqual(['broken.tif', 'gone']);
    expect(problems[1].reason).toMatch(/not there/);
  });
  it('an empty folder is said to be one', async () => {
    const empty = path.join(dir, 'empty');
    mkdirSync(empty);
    const { files, problems } = await expandInputs([empty]);
    expect(files).toEqual([]);
    expect(problems[0].reason).toMatch(/holds no scans/);
  });
  it('sort numbers as numbers', () => {
    expect(['b', 'a10', 'a9', 'A1'].sort(naturalOrder)).toEqual(['A1', 'a9', 'a10', 'b']);
  });
});

describe('disk', () => {
  it('hashes bytes and knows free space, also of a folder to be made', async () => {
    expect(await hashFile(put('abc', 'abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    const here = await freeSpace(dir);
    expect(here).toBeGreaterThan(0);
    expect(await freeSpace(path.join(dir, 'not', 'yet'))).toBeGreaterThan(0);
  });
});
