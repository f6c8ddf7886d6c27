/**
 * The pixel workers: as many threads as the engine may use, fed with bands of a picture from one queue.
 * Pictures lie on SharedArrayBuffers, so a job is a few numbers and nothing is copied. What all bands of a
 * picture share (the develop plan with its tables) is sent to a thread once. A thread that dies takes only
 * its own band with it and is replaced.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Samples } from '../../app/picture.ts';
import type { DecodedScan, DecodeOptions } from '../files/types.ts';
import type { Budget } from './budget.ts';
import { collectGarbage } from './collect.ts';
import type { PixelJob, PixelResult, WorkerAnswer, WorkerMessage } from './pixel-jobs.ts';
import { unpacked } from './process-fork.ts';
import { takeSpareThread } from './spare-threads.ts';

/** What the jobs of one picture share; sent to each thread once, forgotten by `release`. */
export interface SharedPlan {
  readonly id: number;
  readonly value: unknown;
}

interface Queued {
  job: PixelJob;
  plan: SharedPlan | null;
  signal?: AbortSignal;
  resolve(result: PixelResult): void;
  reject(error: Error): void;
}
interface Thread {
  worker: Worker;
  plans: Set<number>;
  current: Queued | null;
}

/** The same samples on memory that threads share; as they are when they lie there already. */
export function onSharedMemory<T extends Samples>(samples: T): T {
  if (samples.buffer instanceof SharedArrayBuffer) return samples;
  const copy = sharedLike(samples, samples.length);
  copy.set(samples);
  return copy;
}

/** Room for `length` samples of the same kind on shared memory; RevealError 'engine' when there is none. */
export function sharedLike<T extends Samples>(like: T, length: number): T {
  const Kind = like.constructor as new (buffer: SharedArrayBuffer) => T;
  try {
    return new Kind(new SharedArrayBuffer(length * like.BYTES_PER_ELEMENT));
  } catch (error) {
    const megabytes = Math.round((length * like.BYTES_PER_ELEMENT) / 1e6);
    throw new RevealError('engine', say('memory-picture', { size: String(megabytes) }), {
      cause: error,
    });
  }
}

function workerEntry(): string {
  const here = fileURLToPath(import.meta.url);
  const name = here.endsWith('.ts') ? 'pixel-worker.ts' : 'pixel-worker.cjs';
  const file = unpacked(path.join(path.dirname(here), name));
  if (!existsSync(file))
    throw new RevealError('internal', `The pixel worker's program file is missing: ${file}`);
  return file;
}

/** Bytes of reduced copies after which the threads are told to let go of old ones. */
const COLLECT_EVERY = 256e6;

export class PixelPool {
  readonly size: number;
  private readonly threads: Thread[] = [];
  private readonly queue: Queued[] = [];
  private readonly cores: Budget | null;
  private nextPlan = 1;
  private closed = false;
  private sinceCollection = 0;

  /** @param size number of threads; they start with the first job. `cores`: each running band takes one. */
  constructor(size: number, cores: Budget | null = null) {
    this.size = Math.max(1, size);
    this.cores = cores;
  }

  /** Makes a value known to the threads. */
  share(value: unknown): SharedPlan {
    return { id: this.nextPlan++, value };
  }

  /** Lets the threads forget it. */
  release(plan: SharedPlan): void {
    for (const thread of this.threads) {
      if (!thread.plans.delete(plan.id)) continue;
      thread.worker.postMessage({ t: 'forget', planId: plan.id } satisfies WorkerMessage);
    }
  }

  /** Runs one job; rejects with 'cancelled' if it has not begun when `signal` fires. */
  run(job: PixelJob, plan: SharedPlan | null = null, signal?: AbortSignal): Promise<PixelResult> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(new RevealError('cancelled', 'The engine is closing.'));
      this.queue.push({ job, plan, signal, resolve, reject });
      this.feed();
    });
  }

  /**
   * Runs jobs for rows [y0, y1) of a picture in bands of about `rows` rows, in parallel.
   * @param onRows called with the number of finished rows, and with the band that was finished
   */
  async bands(
    y0: number,
    y1: number,
    rows: number,
    make: (from: number, to: number) => PixelJob,
    options: {
      plan?: SharedPlan | null;
      signal?: AbortSignal;
      onRows?: (done: number, from: number, to: number) => void;
      /** Bands in work at once; as many as there are threads by default. */
      parallel?: number;
    } = {},
  ): Promise<PixelResult[]> {
    const count = Math.max(1, Math.ceil((y1 - y0) / Math.max(1, rows)));
    let done = 0;
    let next = 0;
    const results: PixelResult[] = [];
    const lane = async (): Promise<void> => {
      while (next < count) {
        const i = next++;
        const from = y0 + Math.floor(((y1 - y0) * i) / count);
        const to = y0 + Math.floor(((y1 - y0) * (i + 1)) / count);
        try {
          results[i] = await this.run(make(from, to), options.plan ?? null, options.signal);
        } catch (error) {
          next = count;
          throw error;
        }
        done += to - from;
        options.onRows?.(done, from, to);
      }
    };
    // Every band has ended (well or not) before the picture's memory is given up.
    const lanes = Array.from({ length: Math.min(count, options.parallel ?? count) }, lane);
    const failed = (await Promise.allSettled(lanes)).find((e) => e.status === 'rejected');
    if (failed) throw failed.reason;
    return results;
  }

  /** Starts the threads before there is work for them. */
  warm(): void {
    while (this.threads.length < this.size && !this.closed) this.start();
  }

  /** Reads a scan in a thread; samples on shared memory. */
  async decode(
    path: string,
    options: Omit<DecodeOptions, 'signal'>,
    signal?: AbortSignal,
  ): Promise<DecodedScan> {
    const { decoded } = await this.run({ kind: 'decode', path, options }, null, signal);
    const { picture } = decoded as DecodedScan;
    this.sinceCollection += picture.data.byteLength;
    if (this.sinceCollection > COLLECT_EVERY) setImmediate(() => this.collect());
    return decoded as DecodedScan;
  }

  /** SHA-256 of a file, computed in a thread. */
  async hash(path: string, signal?: AbortSignal): Promise<string> {
    return (await this.run({ kind: 'hash', path }, null, signal)).sha256 as string;
  }

  /**
   * Lets go of the memory of pictures that nobody uses any more, in all threads.
   * @param thorough gives the empty pages of their heaps back, too
   */
  collect(thorough = false): void {
    this.sinceCollection = 0;
    for (const { worker } of this.threads)
      worker.postMessage({ t: 'collect', thorough } satisfies WorkerMessage);
    collectGarbage(thorough);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const waiting of this.queue.splice(0))
      waiting.reject(new RevealError('cancelled', 'The engine is closing.'));
    await Promise.all(this.threads.splice(0).map((t) => t.worker.terminate()));
  }

  private start(): Thread {
    const worker = takeSpareThread() ?? new Worker(workerEntry());
    const thread: Thread = { worker, plans: new Set(), current: null };
    worker.on('message', (answer: WorkerAnswer) => {
      worker.unref();
      const done = thread.current;
      thread.current = null;
      if (answer.t === 'done') done?.resolve(answer.result);
      else done?.reject(new RevealError(answer.code, answer.message));
      this.feed();
    });
    const lost = (error: Error): void => {
      const at = this.threads.indexOf(thread);
      if (at >= 0) this.threads.splice(at, 1);
      const memory = /memory/i.test(error.message);
      thread.current?.reject(
        new RevealError('engine', memory ? say('memory-worker') : `A pixel worker died: ${error.message}`),
      );
      thread.current = null;
      if (!this.closed) this.feed();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => {
      if (this.threads.includes(thread)) lost(new Error(`exit status ${code}`));
    });
    // The process may end while threads wait for work.
    worker.unref();
    this.threads.push(thread);
    return thread;
  }

  private feed(): void {
    while (this.queue.length > 0 && !this.closed) {
      if (this.queue[0].signal?.aborted) {
        this.queue.shift()?.reject(new RevealError('cancelled', 'Cancelled.'));
        continue;
      }
      const thread =
        this.threads.find((t) => t.current === null) ??
        (this.threads.length < this.size ? this.start() : null);
      if (!thread) return;
      const next = this.queue.shift() as Queued;
      thread.current = next;
      void this.dispatch(thread, next);
    }
  }

  private async dispatch(thread: Thread, next: Queued): Promise<void> {
    // What waits for a network, which wants all cores, must not hold one.
    const giveBack = this.cores && next.job.kind !== 'colours' ? await this.cores.take(1) : null;
    if (giveBack) {
      const { resolve, reject } = next;
      next.resolve = (result) => {
        giveBack();
        resolve(result);
      };
      next.reject = (error) => {
        giveBack();
        reject(error);
      };
    }
    if (thread.current !== next) {
      // The thread died while this band waited for a core; its band has been rejected.
      giveBack?.();
      return;
    }
    thread.worker.ref();
    let plan: WorkerMessage & { t: 'run' };
    if (next.plan && !thread.plans.has(next.plan.id)) {
      thread.plans.add(next.plan.id);
      plan = { t: 'run', job: next.job, planId: next.plan.id, plan: next.plan.value };
    } else plan = { t: 'run', job: next.job, planId: next.plan?.id ?? null };
    thread.worker.postMessage(plan, next.job.kind === 'colours' && next.job.port ? [next.job.port] : []);
  }
}
