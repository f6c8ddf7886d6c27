/** What was found is found once: in memory, and on the disk for the next process; a damaged file is no loss. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { Findings } from './findings.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-findings-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const value = { a: 1, plane: Float32Array.from([1, 2.5]), bytes: Uint8Array.from([7]), none: null };
const files = () => readdirSync(path.join(dir, 'findings')).filter((name) => name.endsWith('.bin'));

it('keeps plain data with its arrays, in memory and for the next start', async () => {
  const make = vi.fn(async () => value);
  const first = new Findings(dir);
  expect(await first.get('x', make)).toEqual(value);
  await first.get('x', make);
  expect(make).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(files()).toHaveLength(1));
  const next = await new Findings(dir).get('x', make);
  expect(next).toEqual(value);
  expect(next.plane).toBeInstanceOf(Float32Array);
  expect(make).toHaveBeenCalledTimes(1);
  await first.get('y', make);
  expect(make).toHaveBeenCalledTimes(2);
});
it('finds anew what is damaged, and what failed', async () => {
  for (const name of files()) writeFileSync(path.join(dir, 'findings', name), 'no');
  const make = vi.fn(async () => value);
  expect(await new Findings(dir).get('x', make)).toEqual(value);
  expect(make).toHaveBeenCalledTimes(1);
  const memory = new Findings(null);
  await expect(memory.get('z', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await memory.get('z', make)).toEqual(value);
});
