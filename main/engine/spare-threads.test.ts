/** Threads started ahead: each is handed out once, with what it needs already asked for; dead ones are not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { startSpareThreads, takeSpareThread } from './spare-threads.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-spare-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function program(text: string): string {
  const file = path.join(dir, `thread-${Math.random().toString(36).slice(2)}.cjs`);
  writeFileSync(file, text);
  return file;
}
function takeAll(): Worker[] {
  const all: Worker[] = [];
  for (let w = takeSpareThread(); w; w = takeSpareThread()) all.push(w);
  return all;
}

describe('threads started ahead', () => {
  it('are as many as there are cores, and told to load what they will need', async () => {
    startSpareThreads(
      program(
        "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m));",
      ),
    );
    const threads = takeAll();
    expect(threads).toHaveLength(os.availableParallelism());
    expect(takeSpareThread()).toBeNull();
    const told = await new Promise((resolve) => threads[0].once('message', resolve));
    expect(told).toEqual({ t: 'warm' });
    await Promise.all(threads.map((thread) => thread.terminate()));
  });

  it.each(['broken', 'missing'])(
    'are not handed out when they could not start: %s',
    async (kind) => {
      const file =
        kind === 'broken' ? program("throw new Error('broken');") : path.join(dir, 'not-there.cjs');
      let handedOut = -1;
      // A busy machine takes its time to find out.
      for (const wait of [200, 1000, 4000]) {
        startSpareThreads(file);
        await new Promise((resolve) => setTimeout(resolve, wait));
        handedOut = takeAll().length;
        if (handedOut === 0) break;
      }
      expect(handedOut).toBe(0);
    },
    10_000,
  );
});
