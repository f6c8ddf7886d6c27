/** What `restore` takes and refuses before it opens a picture. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRestore } from './restore.ts';

/** A file that is there; it is not opened. */
const present = path.join(import.meta.dirname, 'restore.ts');

describe('evidence, album and paper', () => {
  it('is checked before anything is opened', () => {
    const parse = (...args: string[]) => parseRestore([present, '--out', 'o', ...args]);
    expect(parse('--print', '13x18cm', '--dpi', '240')).toMatchObject({
      print: [18, 13],
      export: { dpi: 240 },
    });
    expect(parse('--evidence', present, '--album')).toMatchObject({
      evidence: [present],
      album: true,
    });
    expect(() => parse('--print', '13 by 18')).toThrow(/13x18cm/);
    expect(() => parse('--print', '13x18', '--long-side', '2000')).toThrow(/one of them/);
    expect(() => parse('--evidence', path.join(import.meta.dirname, 'gone.tif'))).toThrow(/there is no file/);
  });
});
