/** Tar archives: what we write the system's tar reads, and the other way round; damage is told. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvLine, csvObjects, parseCsv } from './csv.ts';
import { withFolder, writeTar } from './fixture.ts';
import { indexTar, tarHeader } from './tar.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('tar', () => {
  it('gives back what was written, by offset', () =>
    withFolder(async (dir) => {
      const file = path.join(dir, 'a.tar');
      await writeTar(file, {
        'one.txt': bytes('hello'),
        'empty.txt': bytes(''),
        'big.bin': new Uint8Array(1300).fill(7),
      });
      const { entries, problem } = await indexTar(file);
      const all = readFileSync(file);
      expect(problem).toBeNull();
      expect(entries.map((e) => [e.name, e.length])).toEqual([
        ['one.txt', 5],
        ['empty.txt', 0],
        ['big.bin', 1300],
      ]);
      expect(all.subarray(entries[0].offset, entries[0].offset + 5).toString()).toBe('hello');
      expect(all.subarray(entries[2].offset, entries[2].offset + 1300).every((b) => b === 7)).toBe(true);
      expect(all.length % 512).toBe(0);
    }));

  it.skipIf(process.platform === 'win32')('agrees with the tar of the system, long names too', () =>
    withFolder(async (dir) => {
      await writeTar(path.join(dir, 'ours.tar'), { 'a.txt': bytes('A'), 'b.txt': bytes('BB') });
      expect(execFileSync('tar', ['-tf', 'ours.tar'], { cwd: dir }).toString()).toBe('a.txt\nb.txt\n');
      const long = `${'n'.repeat(120)}.txt`;
      mkdirSync(path.join(dir, 'sub'));
      writeFileSync(path.join(dir, 'sub', long), 'long');
      for (const format of ['ustar', 'gnu', 'pax']) {
        if (format === 'ustar') writeFileSync(path.join(dir, 'sub', 'x.txt'), 'long');
        const name = format === 'ustar' ? 'x.txt' : long;
        execFileSync('tar', [`--format=${format}`, '-cf', `${format}.tar`, `sub/${name}`], { cwd: dir });
        const { entries } = await indexTar(path.join(dir, `${format}.tar`));
        expect(entries.map((e) => e.name)).toEqual([`sub/${name}`]);
        const all = readFileSync(path.join(dir, `${format}.tar`));
        expect(all.subarray(entries[0].offset, entries[0].offset + 4).toString()).toBe('long');
      }
    }),
  );

  it('keeps the whole entries of an archive that is cut short, and says so', () =>
    withFolder(async (dir) => {
      const file = path.join(dir, 'cut.tar');
      await writeTar(file, { 'one.txt': bytes('hello'), 'two.bin': new Uint8Array(2000) });
      truncateSync(file, 512 * 4);
      const { entries, problem } = await indexTar(file);
      expect(entries.map((e) => e.name)).toEqual(['one.txt']);
      expect(problem).toContain('cut.tar ends after 1 files');
    }));

  it('refuses what is no tar, and names that do not fit', () =>
    withFolder(async (dir) => {
      const file = path.join(dir, 'no.tar');
      writeFileSync(file, Buffer.alloc(2048, 'x'));
      await expect(indexTar(file)).rejects.toThrow(/no\.tar is no tar archive/);
      expect(() => tarHeader('n'.repeat(101), 1)).toThrow(RangeError);
    }));
});

describe('csv', () => {
  it('reads quotes, doubled quotes, CRLF and a byte order mark', () => {
    expect(parseCsv('\ufeffa,b\r\n"x,1","say ""hi"""\r\n\r\n"two\nlines",')).toEqual([
      ['a', 'b'],
      ['x,1', 'say "hi"'],
      ['two\nlines', ''],
    ]);
    expect(csvObjects('Name,Split\np.jpg,test\n')).toEqual([{ name: 'p.jpg', split: 'test' }]);
  });
  it('writes what it reads', () => {
    const fields = ['plain', 'a,b', 'q"q', 'l\nl'];
    expect(parseCsv(csvLine(fields))).toEqual([fields]);
  });
});
