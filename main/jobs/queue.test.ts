/** The queue: order of states, pause, cancel in the middle, retry, deaths of engines, leases. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../app/contract/jobs.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { openDatabase, type Db } from '../library/database.ts';
import { dropToken, leaseAlive, makeLease, systemStart, takeToken } from './lease.ts';
import { EmbeddedQueue } from './queue.ts';
import { isDiskFull } from './reasons.ts';
import { MAX_ATTEMPTS } from './store.ts';
import { DiskFullError, type ItemWork, type JobAction } from './types.ts';

let dir: string;
let db: Db;
const queues: EmbeddedQueue[] = [];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'revelado-queue-'));
  db = openDatabase(path.join(dir, 'library.db'));
});
afterEach(async () => {
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

type Run = (work: ItemWork<unknown>) => Promise<void>;
function open(
  run: Run,
  more: Partial<JobAction<unknown>> = {},
  onChange: (job: Job) => void = () => undefined,
) {
  const action: JobAction<unknown> = {
    type: 'import',
    lane: 'import',
    concurrency: 1,
    parse: (stored) => stored,
    run: async (work) => {
      await run(work);
      return {};
    },
    ...more,
  };
  const queue = new EmbeddedQueue({ db, actions: [action], onChange, beatMs: 20, scanMs: 20 });
  queues.push(queue);
  return queue;
}
const job = (...inputs: string[]) => ({
  type: 'import' as const,
  title: 'Job',
  payload: {},
  items: inputs.map((input) => ({ input })),
});
const states = (queue: EmbeddedQueue, id: number) =>
  queue.items(id, 0, 100).items.map((i) => `${i.input} ${i.state}`);

describe('a job', () => {
  it('runs its items in order, counts them, and ends done', async () => {
    const seen: string[] = [];
    const published: string[] = [];
    const queue = open(
      async (w) => void seen.push(w.input),
      {},
      (j) => published.push(j.state),
    );
    const id = queue.submit(job('a', 'b', 'c'));
    expect(await queue.settled(id)).toMatchObject({
      state: 'done',
      done: 3,
      failed: 0,
      total: 3,
      error: null,
    });
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(published[0]).toBe('queued');
    expect(published).toContain('running');
    expect(published.at(-1)).toBe('done');
  });

  it('goes on after an item that fails, keeps its reason, and retries only that one', async () => {
    let broken = true;
    const seen: string[] = [];
    const queue = open(async (w) => {
      seen.push(w.input);
      if (w.input === 'b' && broken) throw new RevealError('bad-input', 'b: broken.');
    });
    const id = queue.submit(job('a', 'b', 'c'));
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 2, failed: 1, total: 3 });
    expect(queue.items(id, 0, 10).items[1].error).toBe('b: broken.');
    broken = false;
    seen.length = 0;
    queue.retry(id);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 3, failed: 0, error: null });
    expect(seen).toEqual(['b']);
  });

  it('is failed when nothing could be done, and when its list cannot be made', async () => {
    const queue = open(
      async () => {
        throw new Error('no');
      },
      {
        prepare: async (payload) => {
          if (payload === 'bad') throw new RevealError('not-found', 'The folder is gone.');
          return [{ input: 'a' }];
        },
      },
    );
    // One item alone: its reason is the job's.
    expect(await queue.settled(queue.submit(job('a')))).toMatchObject({
      state: 'failed',
      failed: 1,
      error: 'no',
    });
    const two = await queue.settled(queue.submit(job('a', 'b')));
    expect(two).toMatchObject({ state: 'failed', error: '2 of 2 could not be done; 0 done.' });
    const unlisted = queue.submit({ type: 'import', title: '', payload: 'bad' });
    expect(await queue.settled(unlisted)).toMatchObject({ state: 'failed', error: 'The folder is gone.' });
    expect(await queue.settled(queue.submit(job()))).toMatchObject({ state: 'failed', total: 0 });
  });

  it('publishes progress and the time left while it runs', async () => {
    const jobs: Job[] = [];
    const queue = open(
      async (w) => {
        for (let i = 1; i <= 20; i++) {
          await sleep(20);
          w.progress(i / 20);
        }
      },
      {},
      (j) => jobs.push(j),
    );
    const id = queue.submit(job('a', 'b', 'c'));
    await queue.settled(id);
    const running = jobs.filter((j) => j.state === 'running');
    expect(running.length).toBeGreaterThan(20);
    expect(running.some((j) => j.stage === 'b')).toBe(true);
    // Between two items too, it is known how far the one in work is.
    expect(running.some((j) => (j.within ?? 0) > 0.2 && (j.within ?? 0) < 1)).toBe(true);
    expect(jobs.at(-1)).toMatchObject({ state: 'done' });
    expect(jobs.at(-1)!.within).toBeUndefined();
    const told = running.flatMap((j) => (j.eta === null ? [] : [j.eta]));
    // Three items of about 0.4 s: never far off once known.
    expect(told.length).toBeGreaterThan(5);
    expect(Math.max(...told)).toBeLessThan(6);
    expect(told.at(-1)!).toBeLessThan(told[0]);
  });
});

describe('pause, resume, cancel', () => {
  it('pauses between items and goes on where it stood', async () => {
    const seen: string[] = [];
    const queue = open(async (w) => {
      seen.push(w.input);
      await sleep(60);
    });
    const id = queue.submit(job('a', 'b', 'c', 'd'));
    await until(() => seen.length === 2);
    queue.pause(id);
    expect(await queue.settled(id)).toMatchObject({ state: 'paused', done: 2, total: 4 });
    expect(states(queue, id)).toEqual(['a done', 'b done', 'c queued', 'd queued']);
    await sleep(150);
    expect(seen).toEqual(['a', 'b']);
    queue.resume(id);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 4 });
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on when it is resumed while an item that can be put down is still ending', async () => {
    let begun = 0;
    const queue = open(
      async (w) => {
        begun++;
        if (w.signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
        if (begun > 1) return;
        await new Promise((resolve) => w.signal.addEventListener('abort', resolve, { once: true }));
        await sleep(60);
        throw new RevealError('cancelled', 'Cancelled.');
      },
      { pausesWithin: true },
    );
    const id = queue.submit(job('a'));
    await until(() => begun === 1);
    queue.pause(id);
    queue.resume(id);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 1 });
    expect(begun).toBe(2);
  });

  it('stays paused over a restart', async () => {
    let queue = open(async () => sleep(50));
    const id = queue.submit(job('a', 'b', 'c'));
    await until(() => queue.get(id).done === 1);
    queue.pause(id);
    await queue.settled(id);
    await queues.pop()!.close();
    const seen: string[] = [];
    queue = open(async (w) => void seen.push(w.input));
    await sleep(200);
    expect(queue.get(id).state).toBe('paused');
    expect(seen).toEqual([]);
    queue.resume(id);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 3 });
  });

  it('cancels in the middle of an item and counts what was not done', async () => {
    let aborted = false;
    const queue = open(async (w) => {
      if (w.input === 'a') return;
      await new Promise<void>((_, reject) =>
        w.signal.addEventListener('abort', () => {
          aborted = true;
          reject(new RevealError('cancelled', 'Cancelled.'));
        }),
      );
    });
    const id = queue.submit(job('a', 'b', 'c'));
    await until(() => queue.get(id).done === 1);
    const asked = Date.now();
    queue.cancel(id);
    const over = await queue.settled(id);
    expect(Date.now() - asked).toBeLessThan(1000);
    expect(aborted).toBe(true);
    expect(over).toMatchObject({ state: 'cancelled', done: 1, failed: 0, total: 3 });
    expect(over.error).toBe('Cancelled: 1 done, 0 failed, 2 not done.');
    expect(states(queue, id)).toEqual(['a done', 'b cancelled', 'c cancelled']);
  });

  it('cancels a job that waits, and clears what is over', async () => {
    const queue = open(async () => sleep(100));
    const first = queue.submit(job('a'));
    const second = queue.submit(job('b'));
    queue.cancel(second);
    expect(queue.get(second).state).toBe('cancelled');
    await queue.settled(first);
    queue.clear();
    expect(queue.list()).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('a full disk pauses the job with words; resuming tries the same item again', async () => {
    let full = true;
    const seen: string[] = [];
    const queue = open(async (w) => {
      seen.push(w.input);
      if (w.input === 'b' && full) throw new DiskFullError('The disk is full. Make room and resume the job.');
    });
    const id = queue.submit(job('a', 'b', 'c'));
    const paused = await queue.settled(id);
    expect(paused).toMatchObject({
      state: 'paused',
      done: 1,
      failed: 0,
      error: 'The disk is full. Make room and resume the job.',
    });
    full = false;
    queue.resume(id);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 3, failed: 0, error: null });
    expect(seen).toEqual(['a', 'b', 'b', 'c']);
    expect(isDiskFull(new RevealError('disk', 'x: the disk is full'))).toBe(true);
    expect(isDiskFull(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe(true);
    expect(isDiskFull(new RevealError('disk', 'x may not be written: read-only'))).toBe(false);
  });

  it('an item on which the engine dies is tried once more, on safer settings', async () => {
    const tries: string[] = [];
    const queue = open(async (w) => {
      tries.push(`${w.input} ${w.safer}`);
      if (w.input === 'b' && !w.safer) throw new RevealError('engine', 'The engine died.');
      if (w.input === 'c') throw new RevealError('engine', 'The engine died.');
    });
    const id = queue.submit(job('a', 'b', 'c'));
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 2, failed: 1 });
    expect(tries).toEqual(['a false', 'b false', 'b true', 'c false', 'c true']);
    expect(queue.items(id, 2, 1).items[0].error).toMatch(/^The engine died\. It was tried twice/);
  });

  it('an end that cannot be written is written when it can, and the job is not run again', async () => {
    let runs = 0;
    const errors: unknown[] = [];
    const queue = new EmbeddedQueue({
      db: {
        ...db,
        run: (sql, params) => {
          if (broken && sql.startsWith('UPDATE jobs SET state = ?')) throw new Error('database is locked');
          return db.run(sql, params);
        },
      },
      actions: [
        {
          type: 'import',
          lane: 'import',
          concurrency: 1,
          parse: (stored) => stored,
          run: async () => {
            runs++;
            return {};
          },
        },
      ],
      onChange: () => undefined,
      onError: (error) => errors.push(error),
      beatMs: 20,
      scanMs: 20,
    });
    queues.push(queue);
    let broken = true;
    const id = queue.submit(job('a'));
    await until(() => errors.length === 1);
    await sleep(100);
    expect(queue.get(id).state).toBe('running');
    broken = false;
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 1 });
    expect([runs, errors.length]).toEqual([1, 1]);
  });

  it('an item that ended our own process too often is not tried for ever', async () => {
    const queue = open(async () => undefined);
    queue.pause(queue.submit(job('never')));
    const id = queue.submit({
      type: 'import',
      title: '',
      payload: {},
      items: [{ input: 'poison' }, { input: 'fine' }],
    });
    db.run('UPDATE job_items SET attempts = ? WHERE job_id = ? AND idx = 0', [MAX_ATTEMPTS, id]);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 1, failed: 1 });
    expect(queue.items(id, 0, 1).items[0].error).toMatch(/ended 12 times/);
  });

  it('an item that may have ended our process waits until the others are done, and is then done as well', async () => {
    const order: string[] = [];
    const queue = open(
      async (work) => {
        order.push(work.input);
      },
      { concurrency: 1 },
    );
    queue.pause(queue.submit(job('never')));
    const inputs = ['suspect', 'a', 'b', 'c'];
    const id = queue.submit({
      type: 'import',
      title: '',
      payload: {},
      items: inputs.map((input) => ({ input })),
    });
    db.run('UPDATE job_items SET attempts = ? WHERE job_id = ? AND idx = 0', [MAX_ATTEMPTS - 1, id]);
    expect(await queue.settled(id)).toMatchObject({ state: 'done', done: 4, failed: 0 });
    expect(order.at(-1)).toBe('suspect');
  });
});

describe('leases', () => {
  it('tell the living from the dead by process id and start time', () => {
    const token = takeToken();
    const lease = makeLease(token);
    expect(leaseAlive(lease)).toBe(true);
    dropToken(token);
    expect(leaseAlive(lease)).toBe(false);
    // The parent lives, but its start time says that the lease was somebody else's.
    const parent = { token: 'x', pid: process.ppid, start: systemStart(process.ppid) ?? '', beat: 0 };
    if (parent.start !== '') {
      expect(leaseAlive(parent)).toBe(true);
      expect(leaseAlive({ ...parent, start: 'other boot/1' })).toBe(false);
    }
    expect(leaseAlive({ token: 'x', pid: 0, start: '', beat: Date.now() })).toBe(false);
  });

  it('keep a second queue off a job that runs, and let it watch', async () => {
    let runs = 0;
    const run: Run = async () => {
      runs++;
      await sleep(300);
    };
    const first = open(run);
    const id = first.submit(job('a', 'b'));
    await until(() => runs === 1);
    const seen: Job[] = [];
    const second = open(run, {}, (j) => seen.push(j));
    expect(await first.settled(id)).toMatchObject({ state: 'done', done: 2 });
    expect(runs).toBe(2);
    await until(() => seen.some((j) => j.state === 'done'));
    expect(second.get(id).state).toBe('done');
  });

  it('carry pause and cancel to the process that holds the job', async () => {
    const first = open(async () => sleep(100));
    const second = open(async () => sleep(100));
    const id = first.submit(job('a', 'b', 'c', 'd', 'e'));
    await until(() => first.get(id).done === 1);
    second.pause(id);
    expect(await first.settled(id)).toMatchObject({ state: 'paused' });
    second.resume(id);
    await until(() => first.get(id).state === 'running');
    second.cancel(id);
    await until(() => first.get(id).state === 'cancelled');
  });
});
