/** Whole processes that die in the middle of a job (kill -9), and what the next start makes of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '../library/database.ts';
import { slowWriter } from './queue-child.ts';
import { EmbeddedQueue } from './queue.ts';

let dir: string;
let db: Db;
const queues: EmbeddedQueue[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'revelado-queue-'));
  db = openDatabase(path.join(dir, 'library.db'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const queue of queues.splice(0)) await queue.close();
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(check: () => boolean, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!check()) {
    if (Date.now() > end) throw new Error(`Not in ${ms} ms: ${check.toString()}`);
    await sleep(10);
  }
}

describe('kill -9', () => {
  /** Starts a process with the queue; resolves with a way to kill it. */
  function start(...args: string[]): { kill(): Promise<void>; output(): string } {
    const child = spawn(process.execPath, [path.resolve('main/jobs/queue-child.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.stderr.on('data', (data: Buffer) => (text += data.toString()));
    return {
      output: () => text,
      kill: () =>
        new Promise((resolve) => {
          child.on('exit', () => resolve());
          child.kill('SIGKILL');
        }),
    };
  }
  const log = (): string[] => {
    try {
      return readFileSync(path.join(dir, 'log.txt'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };

  it('in the middle of a job: nothing is lost, nothing is done twice', async () => {
    const library = path.join(dir, 'library.db');
    const count = 12;
    let process = start(library, dir, '150', 'submit', String(count));
    for (const wanted of [3, 7]) {
      await until(() => log().filter((line) => line.startsWith('done')).length >= wanted, 30_000);
      // A living lease is not stolen: this queue finds the job but leaves it alone.
      let stolen = false;
      const thief = slowWriter(dir, 1);
      thief.run = async () => {
        stolen = true;
        return {};
      };
      const watcher = new EmbeddedQueue({ db, actions: [thief], onChange: () => undefined, scanMs: 20 });
      await sleep(100);
      await watcher.close();
      expect(stolen).toBe(false);
      await process.kill();
      process = start(library, dir, '150');
    }
    const done = () => db.get<{ n: number }>("SELECT COUNT(*) AS n FROM job_items WHERE state = 'done'")!.n;
    await until(() => done() === count, 30_000);
    await until(() => db.get("SELECT 1 FROM jobs WHERE state = 'done'") !== undefined, 5000);
    await process.kill();

    const outputs = readdirSync(dir).filter((name) => name.endsWith('.out'));
    expect(outputs).toHaveLength(count);
    for (let n = 0; n < count; n++)
      expect(readFileSync(path.join(dir, `item${n}.out`), 'utf8')).toBe(`result of item${n}`);
    // An item may have begun again (it was in work when the process died), but none that was marked done.
    for (let n = 0; n < count; n++) {
      const lines = log().filter((line) => line.endsWith(` item${n}`));
      const finished = lines.indexOf(`done item${n}`);
      expect(finished, lines.join()).toBeGreaterThanOrEqual(0);
      expect(lines.filter((line) => line.startsWith('begin')).length).toBeLessThanOrEqual(3);
    }
    const begun = log().filter((line) => line.startsWith('begin')).length;
    // Two kills, two workers: at most four items were in work.
    expect(begun).toBeLessThanOrEqual(count + 4);
  });

  it('done items whose file is gone or differs are done again, the others are not', async () => {
    const queue = new EmbeddedQueue({
      db,
      actions: [slowWriter(dir, 60)],
      onChange: () => undefined,
      beatMs: 20,
    });
    const id = queue.submit({
      type: 'export',
      title: '',
      payload: {},
      items: Array.from({ length: 6 }, (_, n) => ({
        input: `item${n}`,
        output: path.join(dir, `item${n}.out`),
      })),
    });
    await until(() => queue.get(id).done >= 4);
    await queue.close();
    expect(queue.get(id).state).toBe('queued');
    rmSync(path.join(dir, 'item0.out'));
    writeFileSync(path.join(dir, 'item1.out'), 'tampered');
    // The writer refuses to write over it; the export action puts it aside in `verify`, here the test does.
    const action = slowWriter(dir, 1);
    const verify = action.verify!.bind(action);
    action.verify = async (item, signal) => {
      const good = await verify(item, signal);
      if (!good) rmSync(item.output, { force: true });
      return good;
    };
    writeFileSync(path.join(dir, 'log.txt'), '');
    const again = new EmbeddedQueue({ db, actions: [action], onChange: () => undefined, beatMs: 20 });
    queues.push(again);
    expect(await again.settled(id)).toMatchObject({ state: 'done', done: 6, failed: 0 });
    const begun = log().filter((line) => line.startsWith('begin'));
    expect(begun).toContain('begin item0');
    expect(begun).toContain('begin item1');
    expect(begun).not.toContain('begin item2');
    expect(begun).not.toContain('begin item3');
  });
});
