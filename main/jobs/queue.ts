/**
 * The embedded queue: carries jobs in the library's database. States are queued -> running -> done | failed |
 * cancelled, running <-> paused. A job runs under a lease; only dead leases are taken over, and then done items
 * stay done (their outputs verified), the rest goes on. An engine that dies costs an item one retry on safer
 * settings; a full disk pauses the job with words; everything else that goes wrong fails that one item.
 */
import type { Job, JobItem } from '../../app/contract/jobs.ts';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Db } from '../library/database.ts';
import { dropToken, makeLease, takeToken } from './lease.ts';
import { RateEstimator } from './progress.ts';
import { verifyDone, workThrough, type Running, type Stop } from './run-items.ts';
import { isDiskFull, words } from './reasons.ts';
import { JobStore, type JobItemRow, type JobRow } from './store.ts';
import { type ItemSpec, type JobAction, type JobQueue, type JobType, type NewJob } from './types.ts';

export interface QueueOptions {
  db: Db;
  actions: readonly JobAction<unknown>[];
  onChange(job: Job): void;
  onError?(error: unknown): void;
  /** Milliseconds between heartbeats (and progress events) of a running job. */
  beatMs?: number;
  /** Milliseconds between looks for jobs whose process died, or that another process has queued. */
  scanMs?: number;
}

export class EmbeddedQueue implements JobQueue {
  readonly #store: JobStore;
  readonly #actions = new Map<JobType, JobAction<unknown>>();
  readonly #options: QueueOptions;
  readonly #token = takeToken();
  readonly #running = new Map<number, Running>();
  readonly #waiting = new Map<number, ((job: Job) => void)[]>();
  readonly #foreign = new Map<number, string>();
  /** Jobs whose end could not be written (library locked or its disk full); tried again at every look. */
  readonly #unsettled = new Map<number, () => void>();
  readonly #scan: NodeJS.Timeout;
  readonly #beatMs: number;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#store = new JobStore(options.db);
    this.#beatMs = options.beatMs ?? 800;
    for (const action of options.actions) this.#actions.set(action.type, action);
    this.#scan = setInterval(() => this.#look(), options.scanMs ?? 3000);
    this.#scan.unref();
    queueMicrotask(() => this.#look());
  }

  submit(job: NewJob): number {
    const id = this.#store.create(job);
    this.#publish(id);
    queueMicrotask(() => this.#look());
    return id;
  }

  append(jobId: number, items: ItemSpec[], title?: string): boolean {
    const taken = this.#store.append(jobId, items, title);
    if (taken) this.#publish(jobId);
    return taken;
  }

  pause(jobId: number): void {
    const row = this.#row(jobId);
    if (row.state !== 'queued' && row.state !== 'running') return;
    this.#store.want(jobId, 'pause');
    const running = this.#running.get(jobId);
    if (running) this.#ask(running, 'pause');
    else if (row.state === 'queued') this.#store.leave(jobId, 'paused');
    this.#publish(jobId);
  }

  resume(jobId: number): void {
    const row = this.#row(jobId);
    const running = this.#running.get(jobId);
    if (running?.stop === 'pause') {
      // It has not stood still yet: simply go on.
      running.stop = null;
      // What can be put down was already told to stop: its item comes back, and is taken up with a fresh signal.
      if (running.pausesWithin) running.abort = new AbortController();
      this.#store.want(jobId, 'run');
    } else if (row.state === 'paused') {
      this.#store.requeue(jobId);
    } else {
      this.#store.want(jobId, 'run');
    }
    this.#publish(jobId);
    this.#look();
  }

  cancel(jobId: number): void {
    const row = this.#row(jobId);
    if (row.state === 'done' || row.state === 'failed' || row.state === 'cancelled') return;
    this.#store.want(jobId, 'cancel');
    const running = this.#running.get(jobId);
    if (running) this.#ask(running, 'cancel');
    else if (row.state !== 'running') this.#cancelled(jobId);
    this.#publish(jobId);
  }

  retry(jobId: number): void {
    const row = this.#row(jobId);
    if (row.state === 'running' || row.state === 'queued') {
      throw new RevealError('bad-request', 'This job is still running; retry when it has finished.');
    }
    const unfinished = this.#store.requeueFailed(jobId);
    if (unfinished === 0 && row.state === 'done') return;
    this.#store.requeue(jobId);
    this.#publish(jobId);
    this.#look();
  }

  /** Runs one failed or skipped item again; in a job that is still at work it joins those that wait. */
  retryItem(jobId: number, index: number): void {
    const row = this.#row(jobId);
    if (!this.#store.requeueItem(jobId, index)) return;
    if (row.state !== 'running' && row.state !== 'queued' && row.state !== 'paused')
      this.#store.requeue(jobId);
    this.#publish(jobId);
    this.#look();
  }

  /** Leaves an item out that waits or has failed. @throws RevealError 'bad-request' when it is in work or over */
  skip(jobId: number, index: number): void {
    const { input } = this.item(jobId, index);
    if (!this.#store.skip(jobId, index, say('job-skipped')))
      throw new RevealError('bad-request', say('job-no-skip', { file: path.basename(input) }));
    this.#publish(jobId);
  }

  /** File of the contact sheet, or null. */
  sheet(jobId: number): string | null {
    return this.#store.row(jobId)?.sheet ?? null;
  }

  clear(): void {
    this.#store.clear();
  }
  list(): Job[] {
    return this.#store.rows().map((row) => this.#toJob(row));
  }
  get(jobId: number): Job {
    return this.#toJob(this.#row(jobId));
  }
  items(jobId: number, offset: number, limit: number): { total: number; items: JobItem[] } {
    this.#row(jobId);
    return { total: this.#store.counts(jobId).total, items: this.#store.items(jobId, offset, limit) };
  }
  /** The stored item with its change record; for `jobs.record`. */
  item(jobId: number, index: number): JobItemRow {
    const item = this.#store.item(jobId, index);
    if (!item) throw new RevealError('not-found', 'This job has no such item.');
    return item;
  }
  destination(jobId: number): string | null {
    return this.#row(jobId).destination;
  }

  settled(jobId: number): Promise<Job> {
    const job = this.get(jobId);
    if (['done', 'failed', 'cancelled', 'paused'].includes(job.state)) return Promise.resolve(job);
    return new Promise((resolve) => {
      this.#waiting.set(jobId, [...(this.#waiting.get(jobId) ?? []), resolve]);
    });
  }

  /** Puts running jobs down at their last finished item; the next start goes on with them. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#scan);
    const running = [...this.#running.values()];
    for (const job of running) this.#ask(job, 'close');
    await Promise.all(running.map((job) => job.over));
    dropToken(this.#token);
  }

  #row(jobId: number): JobRow {
    const row = this.#store.row(jobId);
    if (!row) throw new RevealError('not-found', `There is no job ${jobId}.`);
    return row;
  }

  #toJob(row: JobRow): Job {
    const job = this.#store.toJob(row);
    const running = this.#running.get(row.id);
    if (running && job.state === 'running') {
      job.stage = running.stop === 'pause' ? pausing(running.stage) : running.stage;
      job.eta = running.eta;
      job.within = [...running.inWork.values()].reduce((sum, fraction) => sum + fraction, 0);
    }
    return job;
  }

  #publish(jobId: number): void {
    const job = this.get(jobId);
    this.#options.onChange(job);
    if (['done', 'failed', 'cancelled', 'paused'].includes(job.state)) {
      for (const resolve of this.#waiting.get(jobId) ?? []) resolve(job);
      this.#waiting.delete(jobId);
    }
  }

  #ask(running: Running, stop: Stop): void {
    running.stop = stop;
    // A pause lets the items in work come to their end, unless they can be put down; everything else ends them now.
    if (stop !== 'pause' || running.pausesWithin) running.abort.abort();
  }

  /** Starts what can run, and tells of jobs that other processes carry. */
  #look(): void {
    if (this.#closed) return;
    for (const [id, settle] of this.#unsettled) this.#finally(id, settle);
    try {
      for (const row of this.#store.runnable()) {
        const action = this.#actions.get(row.type);
        if (!action || this.#running.has(row.id)) continue;
        if (row.wanted === 'cancel') {
          this.#cancelled(row.id);
          this.#publish(row.id);
          continue;
        }
        if (row.wanted === 'pause') {
          this.#store.leave(row.id, 'paused');
          this.#publish(row.id);
          continue;
        }
        if ([...this.#running.values()].some((r) => r.lane === action.lane)) continue;
        this.#start(row, action);
      }
      this.#watchForeign();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #watchForeign(): void {
    for (const row of this.#store.rows()) {
      if (this.#running.has(row.id) || row.lease_token === this.#token) continue;
      const face = `${row.state} ${row.stage} ${row.lease_beat ?? ''}`;
      const before = this.#foreign.get(row.id);
      this.#foreign.set(row.id, face);
      if (before !== undefined && before !== face) this.#publish(row.id);
    }
  }

  #start(row: JobRow, action: JobAction<unknown>): void {
    const { taken, resumed } = this.#store.take(row.id, makeLease(this.#token));
    if (!taken) return;
    const running: Running = {
      id: row.id,
      lane: action.lane,
      pausesWithin: action.pausesWithin === true,
      abort: new AbortController(),
      stop: null,
      stage: '',
      inWork: new Map(),
      rate: new RateEstimator(),
      eta: null,
      over: Promise.resolve(),
    };
    this.#running.set(row.id, running);
    this.#publish(row.id);
    running.over = this.#carry(running, row, action, resumed).catch((error: unknown) => {
      this.#options.onError?.(error);
    });
  }

  async #carry(running: Running, row: JobRow, action: JobAction<unknown>, resumed: boolean): Promise<void> {
    const { id } = running;
    const store = this.#store;
    const beat = setInterval(() => this.#beat(running), this.#beatMs);
    let error: string | null = null;
    try {
      const payload = action.parse(JSON.parse(row.payload));
      if (row.prepared === 0) {
        if (action.prepare) store.setPrepared(id, await action.prepare(payload, running.abort.signal));
        else store.setPrepared(id, []);
        this.#publish(id);
      }
      if (resumed && action.verify) await verifyDone(store, running, action);
      await Promise.all(
        Array.from({ length: action.concurrency }, () =>
          workThrough(store, running, action, payload, (stop) => this.#ask(running, stop)),
        ),
      );
      if (running.stop === null) {
        store.close(id);
        await action.finish?.({
          id,
          payload,
          signal: running.abort.signal,
          stage: (text) => {
            running.stage = text;
            running.eta = null;
          },
          done: () => store.doneItems(id),
          sheet: store.row(id)?.sheet ?? null,
          setSheet: (file) => store.setSheet(id, file),
        });
      }
    } catch (caught) {
      if (running.stop === null) {
        if (isDiskFull(caught)) running.stop = { full: words(caught) };
        else error = words(caught);
      }
    } finally {
      clearInterval(beat);
      this.#running.delete(id);
      if (running.stop !== 'lost') this.#finally(id, () => this.#settle(running, error));
    }
    queueMicrotask(() => this.#look());
  }

  /** Writes how a job ended; the lease stays ours until that has worked. */
  #finally(id: number, settle: () => void): void {
    try {
      settle();
      this.#unsettled.delete(id);
    } catch (error) {
      if (!this.#unsettled.has(id)) this.#options.onError?.(error);
      this.#unsettled.set(id, settle);
    }
  }

  #settle(running: Running, error: string | null): void {
    const { id, stop } = running;
    const store = this.#store;
    if (stop === 'cancel') this.#cancelled(id);
    else if (stop === 'close') store.leave(id, 'queued');
    else if (stop === 'pause') store.leave(id, 'paused');
    else if (stop !== null && typeof stop === 'object') store.leave(id, 'paused', { error: stop.full });
    else {
      const counts = store.counts(id);
      const nothing = counts.total === 0 && error === null;
      const summary =
        error ??
        (nothing
          ? 'There was nothing to do: no scans were found.'
          : counts.failed > 0
            ? // A job of one item (a training, a dataset) has failed for that item's reason.
              ((counts.total === 1 ? store.items(id, 0, 1)[0]?.error : null) ??
              `${counts.failed} of ${counts.total} could not be done; ${counts.done} done.`)
            : null);
      const failed = error !== null || nothing || (counts.failed > 0 && counts.done === 0);
      store.leave(id, failed ? 'failed' : 'done', { error: summary });
    }
    this.#publish(id);
  }

  #cancelled(id: number): void {
    this.#store.cancelItems(id);
    const counts = this.#store.counts(id);
    this.#store.leave(id, 'cancelled', {
      error: `Cancelled: ${counts.done} done, ${counts.failed} failed, ${counts.cancelled} not done.`,
    });
  }

  #beat(running: Running): void {
    try {
      const counts = this.#store.counts(running.id);
      let fractions = 0;
      for (const f of running.inWork.values()) fractions += f;
      const work = counts.done + counts.failed + fractions;
      running.rate.update(work, performance.now());
      running.eta = running.rate.eta(counts.total - work);
      if (!this.#store.beat(running.id, this.#token, running.stage, running.eta)) {
        this.#ask(running, 'lost');
        return;
      }
      const wanted = this.#row(running.id).wanted;
      if (wanted === 'pause' && running.stop === null) this.#ask(running, 'pause');
      if (wanted === 'cancel' && running.stop !== 'cancel') this.#ask(running, 'cancel');
      this.#publish(running.id);
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
}

const pausing = (stage: string): string => (stage ? `Pausing after ${stage}` : 'Pausing');
