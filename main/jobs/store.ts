/** The queue's memory: jobs and their items as rows. Every change of state is one statement or one transaction, so that a killed process leaves nothing half said. */
import type { Job, JobItem } from '../../app/contract/jobs.ts';
import { say } from '../../app/words/sentences.ts';
import type { Db } from '../library/database.ts';
import { leaseAlive, type Lease } from './lease.ts';
import type { DoneItem, ItemSpec, NewJob } from './types.ts';

export interface JobRow {
  id: number;
  type: Job['type'];
  title: string;
  state: Job['state'];
  wanted: 'run' | 'pause' | 'cancel';
  stage: string;
  eta: number | null;
  payload: string;
  prepared: number;
  destination: string | null;
  error: string | null;
  /** File of its contact sheet. */
  sheet: string | null;
  created_at: number;
  finished_at: number | null;
  lease_token: string | null;
  lease_pid: number | null;
  lease_start: string | null;
  lease_beat: number | null;
}
export interface JobItemRow {
  idx: number;
  item_id: number | null;
  input: string;
  output: string | null;
  output_hash: string | null;
  state: JobItem['state'];
  begun: number;
  attempts: number;
  safer: number;
  error: string | null;
  seconds: number | null;
  data: string | null;
  record: string | null;
}
export type Counts = Record<JobItem['state'], number> & { total: number };

/**
 * An item whose process ended so often while it was in work is not tried again by itself. Pixels are decoded in
 * another process, so most of these deaths (a power cut, a killed program) say nothing about the file.
 */
export const MAX_ATTEMPTS = 12;
/** From so many deaths on an item waits until the others are done, so that a culprit takes none of them with it. */
export const SUSPECT_ATTEMPTS = 2;

export class JobStore {
  readonly #db: Db;
  constructor(db: Db) {
    this.#db = db;
  }

  create(job: NewJob): number {
    return this.#db.transaction(() => {
      const id = this.#db.run(
        'INSERT INTO jobs (type, title, payload, prepared, destination, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        [
          job.type,
          job.title,
          JSON.stringify(job.payload),
          job.items ? 1 : 0,
          job.destination ?? null,
          Date.now(),
        ],
      ).id;
      if (job.items) this.#insert(id, job.items, 0);
      return id;
    });
  }

  #insert(jobId: number, items: readonly ItemSpec[], from: number): void {
    items.forEach((item, n) => {
      this.#db.run(
        'INSERT INTO job_items (job_id, idx, item_id, input, output, state, error, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        [
          jobId,
          from + n,
          item.itemId ?? null,
          item.input,
          item.output ?? null,
          item.failed === undefined ? 'queued' : 'failed',
          item.failed ?? null,
          item.data === undefined ? null : JSON.stringify(item.data),
        ],
      );
    });
  }

  /** The items an action listed; only once, and only while the lease holds. */
  setPrepared(jobId: number, items: readonly ItemSpec[]): void {
    this.#db.transaction(() => {
      const next = this.#db.get<{ n: number }>('SELECT COUNT(*) AS n FROM job_items WHERE job_id = ?', [
        jobId,
      ])!.n;
      this.#insert(jobId, items, next);
      this.#db.run('UPDATE jobs SET prepared = 1 WHERE id = ?', [jobId]);
    });
  }

  /** Adds items while the job can still take them. */
  append(jobId: number, items: readonly ItemSpec[], title?: string): boolean {
    return this.#db.transaction(() => {
      const open = this.#db.run(
        `UPDATE jobs SET title = COALESCE(?, title) WHERE id = ? AND wanted = 'run' AND state IN ('queued', 'running')
           AND prepared < 2`,
        [title ?? null, jobId],
      ).changes;
      if (open === 0) return false;
      const next = this.#db.get<{ n: number }>('SELECT COUNT(*) AS n FROM job_items WHERE job_id = ?', [
        jobId,
      ])!.n;
      this.#insert(jobId, items, next);
      return true;
    });
  }

  /** No more items from here on: the action's `finish` is about to run. */
  close(jobId: number): void {
    this.#db.run('UPDATE jobs SET prepared = 2 WHERE id = ?', [jobId]);
  }

  row(jobId: number): JobRow | undefined {
    return this.#db.get<JobRow>('SELECT * FROM jobs WHERE id = ?', [jobId]);
  }
  rows(): JobRow[] {
    return this.#db.all<JobRow>('SELECT * FROM jobs WHERE cleared = 0 ORDER BY id DESC');
  }

  /** Jobs that wait, and jobs that say they run but whose process is dead; oldest first. */
  runnable(): JobRow[] {
    return this.#db
      .all<JobRow>("SELECT * FROM jobs WHERE state IN ('queued', 'running') ORDER BY id")
      .filter((row) => row.state === 'queued' || !leaseAlive(leaseOf(row)));
  }

  /** Takes the job for this process; false when somebody else was quicker or lives. `resumed`: it ran before. */
  take(jobId: number, lease: Lease): { taken: boolean; resumed: boolean } {
    return this.#db.transaction(() => {
      const row = this.row(jobId);
      const free = row && (row.state === 'queued' || (row.state === 'running' && !leaseAlive(leaseOf(row))));
      if (!free) return { taken: false, resumed: false };
      this.#db.run(
        `UPDATE jobs SET state = 'running', lease_token = ?, lease_pid = ?, lease_start = ?, lease_beat = ?, error = NULL,
           finished_at = NULL WHERE id = ?`,
        [lease.token, lease.pid, lease.start, lease.beat, jobId],
      );
      // What was in work when its process died begins again; `begun` tells that its output may lie there.
      this.#db.run("UPDATE job_items SET state = 'queued' WHERE job_id = ? AND state = 'running'", [jobId]);
      const begun = this.#db.get('SELECT 1 FROM job_items WHERE job_id = ? AND begun > 0 LIMIT 1', [jobId]);
      return { taken: true, resumed: begun !== undefined };
    });
  }

  /** Sign of life. False when the lease is lost: the caller must stop at once. */
  beat(jobId: number, token: string, stage: string, eta: number | null): boolean {
    return (
      this.#db.run(
        "UPDATE jobs SET lease_beat = ?, stage = ?, eta = ? WHERE id = ? AND lease_token = ? AND state = 'running'",
        [Date.now(), stage, eta, jobId, token],
      ).changes === 1
    );
  }

  /** Puts the job into a state in which nobody works on it. */
  leave(jobId: number, state: Job['state'], change: { error?: string | null; stage?: string } = {}): void {
    const over = state === 'done' || state === 'failed' || state === 'cancelled';
    this.#db.run(
      `UPDATE jobs SET state = ?, error = ?, stage = ?, eta = NULL, finished_at = ?, lease_token = NULL, lease_pid = NULL,
         lease_start = NULL, lease_beat = NULL WHERE id = ?`,
      [state, change.error ?? null, change.stage ?? '', over ? Date.now() : null, jobId],
    );
  }

  want(jobId: number, wanted: JobRow['wanted']): void {
    this.#db.run('UPDATE jobs SET wanted = ? WHERE id = ?', [wanted, jobId]);
  }

  /** The next waiting item, now running; undefined when none waits. One that killed its process too often fails here. */
  claim(jobId: number): JobItemRow | undefined {
    return this.#db.transaction(() => {
      for (;;) {
        const item = this.#db.get<JobItemRow>(
          "SELECT * FROM job_items WHERE job_id = ? AND state = 'queued' ORDER BY attempts >= ?, idx LIMIT 1",
          [jobId, SUSPECT_ATTEMPTS],
        );
        if (!item) return undefined;
        if (item.attempts >= MAX_ATTEMPTS) {
          this.fail(jobId, item.idx, say('job-crashes', { count: String(item.attempts) }));
          continue;
        }
        this.#db.run(
          "UPDATE job_items SET state = 'running', begun = begun + 1, attempts = attempts + 1, error = NULL WHERE job_id = ? AND idx = ?",
          [jobId, item.idx],
        );
        return item;
      }
    });
  }

  /** Back to waiting, as if never begun (`attempts` counts only deaths of our own process). */
  release(jobId: number, idx: number, safer = false): void {
    this.#db.run(
      "UPDATE job_items SET state = 'queued', attempts = MAX(0, attempts - 1), safer = MAX(safer, ?) WHERE job_id = ? AND idx = ?",
      [safer ? 1 : 0, jobId, idx],
    );
  }

  setOutput(jobId: number, idx: number, output: string): void {
    this.#db.run('UPDATE job_items SET output = ? WHERE job_id = ? AND idx = ?', [output, jobId, idx]);
  }

  done(
    jobId: number,
    idx: number,
    result: {
      itemId?: number | null;
      output?: string | null;
      outputHash?: string | null;
      record?: unknown;
      seconds: number;
    },
  ): void {
    this.#db.run(
      `UPDATE job_items SET state = 'done', error = NULL, attempts = 0, item_id = COALESCE(?, item_id),
         output = COALESCE(?, output), output_hash = ?, record = ?, seconds = ? WHERE job_id = ? AND idx = ?`,
      [
        result.itemId ?? null,
        result.output ?? null,
        result.outputHash ?? null,
        result.record === undefined ? null : JSON.stringify(result.record),
        result.seconds,
        jobId,
        idx,
      ],
    );
  }

  fail(jobId: number, idx: number, reason: string, seconds: number | null = null): void {
    this.#db.run(
      "UPDATE job_items SET state = 'failed', attempts = 0, error = ?, seconds = ? WHERE job_id = ? AND idx = ?",
      [reason, seconds, jobId, idx],
    );
  }

  /** Cancels all that waits or is in work. */
  cancelItems(jobId: number): void {
    this.#db.run(
      "UPDATE job_items SET state = 'cancelled' WHERE job_id = ? AND state IN ('queued', 'running')",
      [jobId],
    );
  }

  /** A done item whose output is gone or changed waits again. */
  redo(jobId: number, idx: number): void {
    this.#db.run(
      "UPDATE job_items SET state = 'queued', begun = 0, output_hash = NULL WHERE job_id = ? AND idx = ?",
      [jobId, idx],
    );
  }

  /** Failed and cancelled items wait again (not those that a person has left out); returns how many. */
  requeueFailed(jobId: number): number {
    return this.#db.run(
      "UPDATE job_items SET state = 'queued', attempts = 0, safer = 0, error = NULL WHERE job_id = ? AND (state = 'failed' OR state = 'cancelled' AND error IS NULL)",
      [jobId],
    ).changes;
  }
  /** One item that failed or was left out waits again; false when it is neither. */
  requeueItem(jobId: number, idx: number): boolean {
    return (
      this.#db.run(
        `UPDATE job_items SET state = 'queued', attempts = 0, safer = 0, error = NULL
         WHERE job_id = ? AND idx = ? AND state IN ('failed', 'cancelled')`,
        [jobId, idx],
      ).changes === 1
    );
  }
  /** Leaves a waiting or failed item out; false when it is in work or over. */
  skip(jobId: number, idx: number, reason: string): boolean {
    return (
      this.#db.run(
        "UPDATE job_items SET state = 'cancelled', error = ? WHERE job_id = ? AND idx = ? AND state IN ('queued', 'failed')",
        [reason, jobId, idx],
      ).changes === 1
    );
  }
  setSheet(jobId: number, file: string): void {
    this.#db.run('UPDATE jobs SET sheet = ? WHERE id = ?', [file, jobId]);
  }
  requeue(jobId: number): void {
    this.#db.run(
      `UPDATE jobs SET state = 'queued', wanted = 'run', error = NULL, finished_at = NULL,
         prepared = MIN(prepared, 1), cleared = 0 WHERE id = ?`,
      [jobId],
    );
  }

  /** Done items with an output to verify. */
  doneItems(jobId: number): DoneItem[] {
    return this.#db.all<DoneItem>(
      `SELECT idx AS "index", item_id AS itemId, input, output, output_hash AS outputHash FROM job_items
       WHERE job_id = ? AND state = 'done' AND output IS NOT NULL AND output_hash IS NOT NULL ORDER BY idx`,
      [jobId],
    );
  }

  counts(jobId: number): Counts {
    const counts: Counts = { queued: 0, running: 0, paused: 0, done: 0, failed: 0, cancelled: 0, total: 0 };
    for (const row of this.#db.all<{ state: JobItem['state']; n: number }>(
      'SELECT state, COUNT(*) AS n FROM job_items WHERE job_id = ? GROUP BY state',
      [jobId],
    )) {
      counts[row.state] = row.n;
      counts.total += row.n;
    }
    return counts;
  }

  item(jobId: number, idx: number): JobItemRow | undefined {
    return this.#db.get<JobItemRow>('SELECT * FROM job_items WHERE job_id = ? AND idx = ?', [jobId, idx]);
  }

  items(jobId: number, offset: number, limit: number): JobItem[] {
    return this.#db
      .all<JobItemRow>('SELECT * FROM job_items WHERE job_id = ? ORDER BY idx LIMIT ? OFFSET ?', [
        jobId,
        limit,
        offset,
      ])
      .map((row) => ({
        index: row.idx,
        itemId: row.item_id,
        input: row.input,
        output: row.output,
        state: row.state,
        error: row.error,
        seconds: row.seconds,
      }));
  }

  clear(): void {
    this.#db.run("UPDATE jobs SET cleared = 1 WHERE state IN ('done', 'failed', 'cancelled')");
  }

  toJob(row: JobRow): Job {
    const counts = this.counts(row.id);
    return {
      id: row.id,
      type: row.type,
      title: row.title,
      state: row.state,
      stage: row.stage,
      done: counts.done,
      failed: counts.failed,
      total: counts.total,
      eta: row.eta,
      error: row.error,
      createdAt: row.created_at,
      finishedAt: row.finished_at,
      sheet: row.sheet !== null,
    };
  }
}

function leaseOf(row: JobRow): Lease {
  return {
    token: row.lease_token ?? '',
    pid: row.lease_pid ?? 0,
    start: row.lease_start ?? '',
    beat: row.lease_beat ?? 0,
  };
}
