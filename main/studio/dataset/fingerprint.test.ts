import { appendFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { openDataset } from './open.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'revelado-print-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = async (dir: string): Promise<string> => fingerprint(await openDataset(dir));

describe('the fingerprint of a dataset', () => {
  it('is that of its pictures, wherever they lie, and of nothing else', async () => {
    const dir = path.join(root, 'a');
    mkdirSync(dir);
    for (let k = 0; k < 12; k++) writeFileSync(path.join(dir, `${k}.jpg`), `picture ${k} ${'x'.repeat(k)}`);
    const first = await at(dir);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    const moved = path.join(root, 'b');
    renameSync(dir, moved);
    expect(await at(moved)).toBe(first);
    writeFileSync(path.join(moved, 'notes.txt'), 'not a picture');
    expect(await at(moved)).toBe(first);

    // One changed in the same length, one longer, one more, one of another name.
    const other = async (change: (dir: string) => void): Promise<void> => {
      const copy = mkdtempSync(path.join(root, 'c-'));
      cpSync(moved, copy, { recursive: true });
      expect(await at(copy)).toBe(first);
      change(copy);
      expect(await at(copy)).not.toBe(first);
    };
    await other((d) => writeFileSync(path.join(d, '3.jpg'), 'picture 4 xxx'));
    await other((d) => appendFileSync(path.join(d, '3.jpg'), '!'));
    await other((d) => writeFileSync(path.join(d, '99.jpg'), 'one more'));
    await other((d) => renameSync(path.join(d, '5.jpg'), path.join(d, '55.jpg')));
  });
});
