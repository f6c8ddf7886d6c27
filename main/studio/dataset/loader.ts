/**
 * The streaming loader: batches made ahead by threads, so that the training step does not wait. A thread makes
 * a whole batch and hands its memory over, nothing is copied. Decoded pictures stay in shared memory up to a
 * budget; once it is full nothing is thrown out, because in an epoch every picture is wanted once, and the ones
 * that were used longest ago are just as likely to come next (least-recently-used would nearly always miss).
 */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RevealError } from '../../../app/contract/messages.ts';
import { seeded } from '../../../app/random.ts';
import { unpacked } from '../../engine/process-fork.ts';
import { show } from '../../files/bytes.ts';
import { decodeSide, type BatchSetup } from './batch.ts';
import type { LoaderAnswer, LoaderMessage } from './loader-worker.ts';
import type { Decoded } from './read.ts';
import { emptyTensors } from './tensors.ts';
import type { Batch, Dataset, Loader, LoaderOptions, Problem } from './types.ts';

const CACHE_BYTES = 600e6;
const MOST_WORKERS = 8;

interface Wanted {
  promise: Promise<Batch>;
  resolve(batch: Batch): void;
  reject(error: Error): void;
  /** How often a thread has died over it. */
  deaths: number;
  settled: boolean;
}
interface Thread {
  worker: Worker;
  /** Steps it has been given and not answered. */
  steps: number[];
}

function workerEntry(): string {
  const here = fileURLToPath(import.meta.url);
  const name = here.endsWith('.ts') ? 'loader-worker.ts' : 'loader-worker.cjs';
  const file = unpacked(path.join(path.dirname(here), name));
  if (!existsSync(file)) throw new RevealError('internal', `The loader's program file is missing: ${file}`);
  return file;
}

/**
 * The order in which pictures are shown: sample n of the whole run is picture `n mod count` of a shuffle that
 * belongs to seed and epoch. In order, epoch after epoch, without `shuffle`.
 */
export function pictureOrder(count: number, seed: number, shuffle: boolean): (n: number) => number {
  const orders = new Map<number, number[]>();
  return (n) => {
    if (!shuffle) return n % count;
    const epoch = Math.floor(n / count);
    let order = orders.get(epoch);
    if (!order) {
      order = seeded(seed, 'epoch', epoch).shuffle(Array.from({ length: count }, (_, i) => i));
      // Batches made ahead reach into the next epoch; older ones are not asked for again.
      if (orders.size > 2) orders.delete(Math.min(...orders.keys()));
      orders.set(epoch, order);
    }
    return order[n % count];
  };
}

function checkOptions(options: LoaderOptions): void {
  const whole = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RevealError(
        'bad-request',
        `${name} must be a whole number from ${least} to ${most}, not ${value}.`,
      );
  };
  whole('The batch', options.batch, 1, 4096);
  whole('The size of samples', options.size, 16, 2048);
  try {
    emptyTensors(options.task, 0, options.size);
  } catch (error) {
    throw new RevealError('bad-request', error instanceof Error ? error.message : String(error));
  }
}

class ThreadedLoader implements Loader {
  readonly count: number;
  readonly stepsPerEpoch: number;
  waitSeconds = 0;
  readonly problems: Problem[] = [];
  private readonly options: LoaderOptions;
  private readonly setup: BatchSetup;
  private readonly order: (n: number) => number;
  private readonly threads: Thread[] = [];
  private readonly workers: number;
  private readonly prefetch: number;
  private readonly wanted = new Map<number, Wanted>();
  private readonly cache = new Map<number, Decoded>();
  private room: number;
  private readonly bad = new Set<number>();
  private closed = false;

  constructor(dataset: Dataset, options: LoaderOptions) {
    checkOptions(options);
    const pictures = dataset.pictures.filter((picture) => picture.split === options.split);
    if (pictures.length === 0)
      throw new RevealError(
        'bad-input',
        `${show(dataset.dir)} has no pictures for ${options.split === 'test' ? 'testing' : 'training'}. ` +
          `It holds ${dataset.pictures.length} in all; at least two are needed to have both.`,
      );
    const augment = options.augment ?? options.split === 'train';
    this.options = options;
    this.setup = {
      pictures,
      task: options.task,
      size: options.size,
      seed: options.seed,
      presets: typeof options.preset === 'string' ? [options.preset] : options.preset,
      augment,
      shortSide: decodeSide(options.size, dataset.manifest.size),
    };
    this.count = pictures.length;
    this.stepsPerEpoch = Math.ceil(this.count / options.batch);
    this.order = pictureOrder(this.count, options.seed, augment);
    this.workers = Math.max(1, Math.min(MOST_WORKERS, options.workers ?? os.availableParallelism() - 1));
    this.prefetch = Math.max(0, options.prefetch ?? this.workers + 1);
    this.room = options.cacheBytes ?? CACHE_BYTES;
  }

  async next(step: number): Promise<Batch> {
    if (this.closed) throw new RevealError('cancelled', 'The loader is closed.');
    if (!Number.isInteger(step) || step < 0)
      throw new RevealError('bad-request', `A step is a whole number from 0, not ${step}.`);
    // Steps that were made ahead for another place of the run are let go of.
    for (const [at, waiting] of this.wanted)
      if ((at < step || at > step + this.prefetch) && waiting.settled) this.wanted.delete(at);
    for (let at = step; at <= step + this.prefetch; at++) if (!this.wanted.has(at)) this.want(at);
    const began = performance.now();
    try {
      return await (this.wanted.get(step) as Wanted).promise;
    } finally {
      this.wanted.delete(step);
      this.waitSeconds += (performance.now() - began) / 1000;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const waiting of this.wanted.values())
      waiting.reject(new RevealError('cancelled', 'The loader was closed.'));
    this.wanted.clear();
    this.cache.clear();
    await Promise.all(
      this.threads.splice(0).map((thread) => {
        // An idle thread does not keep the process alive, so neither would waiting for its end.
        thread.worker.ref();
        return thread.worker.terminate();
      }),
    );
  }

  private want(step: number): void {
    let resolve: Wanted['resolve'] = () => undefined;
    let reject: Wanted['reject'] = () => undefined;
    const promise = new Promise<Batch>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const waiting: Wanted = {
      promise,
      resolve: (batch) => {
        waiting.settled = true;
        resolve(batch);
      },
      reject: (error) => {
        waiting.settled = true;
        reject(error);
      },
      deaths: 0,
      settled: false,
    };
    // One made ahead may fail before anybody waits for it.
    promise.catch(() => undefined);
    this.wanted.set(step, waiting);
    this.give(step);
  }

  private give(step: number): void {
    const thread =
      this.threads.length < this.workers && this.threads.every((one) => one.steps.length > 0)
        ? this.start()
        : this.threads.reduce((a, b) => (b.steps.length < a.steps.length ? b : a));
    const first = step * this.options.batch;
    const pictures = Array.from({ length: this.options.batch }, (_, k) => this.order(first + k));
    const cached: LoaderMessage['cached'] = [];
    for (const place of new Set(pictures)) {
      const known = this.cache.get(place);
      if (known) cached.push([place, known]);
    }
    const message: LoaderMessage = { step, pictures, cached, bad: [...this.bad], keep: this.room > 0 };
    if (thread.steps.length === 0) thread.worker.ref();
    thread.steps.push(step);
    thread.worker.postMessage(message);
  }

  private start(): Thread {
    const worker = new Worker(workerEntry(), { workerData: this.setup });
    const thread: Thread = { worker, steps: [] };
    worker.on('message', (answer: LoaderAnswer) => {
      const step = answer.ok ? answer.batch.step : answer.step;
      thread.steps.splice(thread.steps.indexOf(step), 1);
      // While it is closed its end is waited for: an answer that comes now must not let the process go before.
      if (thread.steps.length === 0 && !this.closed) worker.unref();
      if (answer.ok) this.take(answer.batch);
      else this.wanted.get(step)?.reject(new RevealError(answer.code, answer.message));
    });
    const lost = (error: Error): void => {
      const at = this.threads.indexOf(thread);
      if (at < 0) return;
      this.threads.splice(at, 1);
      if (this.closed) return;
      for (const step of thread.steps) {
        const waiting = this.wanted.get(step);
        if (!waiting) continue;
        // Once more in a fresh thread: another batch may have been what killed it.
        if (++waiting.deaths < 2) this.give(step);
        else
          waiting.reject(
            new RevealError(
              'engine',
              `A loader thread died over step ${step} (${error.message}). Close other programs, or choose a smaller batch.`,
            ),
          );
      }
    };
    worker.on('error', lost);
    worker.on('exit', (code) => lost(new Error(`exit status ${code}`)));
    worker.unref();
    this.threads.push(thread);
    return thread;
  }

  private take(batch: Extract<LoaderAnswer, { ok: true }>['batch']): void {
    for (const { picture, reason } of batch.bad) {
      if (this.bad.has(picture)) continue;
      this.bad.add(picture);
      const problem = { id: this.setup.pictures[picture].id, reason };
      this.problems.push(problem);
      this.options.onProblem?.(problem);
    }
    for (const [place, decoded] of batch.decoded) {
      if (this.cache.has(place) || this.room <= 0) continue;
      this.room -= decoded.truth.data.length + (decoded.input?.data.length ?? 0);
      this.cache.set(place, decoded);
    }
    const { step, tensors, ids, groups } = batch;
    this.wanted.get(step)?.resolve({ step, tensors, ids, groups });
  }
}

/**
 * Starts a loader over one split of a dataset. Threads start with the first `next`.
 * @throws RevealError 'bad-input' when the split is empty, 'bad-request' for options out of range
 */
export function createLoader(dataset: Dataset, options: LoaderOptions): Loader {
  return new ThreadedLoader(dataset, options);
}
