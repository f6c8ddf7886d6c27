/** Folders are made with what is missing above them, and no file system keeps us waiting. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from './folder.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-folder-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing, and again does nothing', async () => {
    const deep = path.join(dir, 'a', 'b', 'c');
    await makeFolder(deep);
    expect(statSync(deep).isDirectory()).toBe(true);
    await makeFolder(deep);
    await Promise.all([1, 2, 3].map(() => makeFolder(path.join(dir, 'at', 'once'))));
  });
  it('says what is in the way', async () => {
    writeFileSync(path.join(dir, 'file'), '');
    await expect(makeFolder(path.join(dir, 'file'))).rejects.toThrow('EEXIST');
    await expect(makeFolder(path.join(dir, 'file', 'below'))).rejects.toThrow('ENOTDIR');
  });
  it.runIf(process.platform === 'linux')('ends where a folder can never be made', async () => {
    await expect(makeFolder('/proc/nothing/here')).rejects.toThrow('ENOENT');
  });
});
