import { describe, expect, it } from 'vitest';
import { walk, type Entry } from './importing.ts';

const file = (name: string): Entry => ({
  isFile: true,
  isDirectory: false,
  name,
  file: (found) => found(new File(['x'], name)),
});
/** A folder that hands its entries over two at a time, as browsers do by the hundred. */
const folder = (name: string, children: Entry[]): Entry => ({
  isFile: false,
  isDirectory: true,
  name,
  createReader: () => {
    let at = 0;
    return { readEntries: (found) => found(children.slice(at, (at += 2))) };
  },
});

describe('walk', () => {
  it('takes every file of dropped folders in natural order, with the folder it came in', async () => {
    const dropped = [
      folder('roll', [
        file('f10.tif'),
        file('f2.tif'),
        file('.DS_Store'),
        folder('more', [file('x.tif')]),
        file('f1.tif'),
      ]),
      file('loose.tif'),
    ];
    const found = (await walk(dropped)).map((d) => [d.folder, d.file.name]);
    expect(found).toEqual([
      ['roll', 'f1.tif'],
      ['roll', 'f2.tif'],
      ['roll', 'f10.tif'],
      ['roll/more', 'x.tif'],
      ['', 'loose.tif'],
    ]);
  });

  it('says when an entry cannot be read', async () => {
    const bad: Entry = { ...file('a.tif'), file: (_found, failed) => failed(new Error('vanished')) };
    await expect(walk([bad])).rejects.toThrow('vanished');
  });
});
