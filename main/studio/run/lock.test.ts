import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCK_NAME, lockRun } from './lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('lets one life at a time work in a folder, and the next one wait for its end', async () => {
  const unlock = await lockRun(dir);
  await expect(lockRun(dir, 0)).rejects.toThrow(
    new RegExp(`${process.pid}.*is training in .*revelado-lock-`),
  );
  const next = lockRun(dir, 5000);
  unlock();
  (await next)();
  expect(existsSync(path.join(dir, LOCK_NAME))).toBe(false);
});

it('takes over from a process that has died, and what a crash has torn', async () => {
  const dead = { token: 'x', pid: 2 ** 22 + 1, start: 'long ago', beat: Date.now() };
  for (const left of [JSON.stringify(dead), '{"tok']) {
    writeFileSync(path.join(dir, LOCK_NAME), left);
    (await lockRun(dir, 0))();
  }
  expect(existsSync(path.join(dir, LOCK_NAME))).toBe(false);
});
