/**
 * A few threads for evaluation jobs. Each has at most one job; one that dies fails its job and is replaced. With
 * no threads jobs run where they are asked for, which tests and single pictures want.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RevealError } from '../../../app/contract/messages.ts';
import type { Judgement } from '../../../app/metrics/index.ts';
import { unpacked } from '../../engine/process-fork.ts';
import type { EvalAnswer } from './eval-worker.ts';
import {
  type Answer,
  type AnswerJob,
  type EvalJob,
  type JudgeJob,
  type MakeJob,
  type MakeResult,
  runEvalJob,
} from './jobs.ts';

type Value = MakeResult | Answer[] | Judgement;
interface Waiting {
  id: number;
  job: EvalJob;
  resolve(value: Value): void;
  reject(error: Error): void;
}
interface Thread {
  worker: Worker;
  current: Waiting | null;
}

function workerEntry(): string {
  const here = fileURLToPath(import.meta.url);
  const name = here.endsWith('.ts') ? 'eval-worker.ts' : 'eval-worker.cjs';
  const file = unpacked(path.join(path.dirname(here), name));
  if (!existsSync(file))
    throw new RevealError('internal', `The evaluation's program file is missing: ${file}`);
  return file;
}

export class EvalPool {
  readonly size: number;
  private readonly threads: Thread[] = [];
  private readonly queue: Waiting[] = [];
  private nextId = 1;
  private closed = false;

  /** @param size threads; they start with the first job */
  constructor(size: number) {
    this.size = Math.max(0, size);
  }

  run(job: MakeJob): Promise<MakeResult>;
  run(job: AnswerJob): Promise<Answer[]>;
  run(job: JudgeJob): Promise<Judgement>;
  run(job: EvalJob): Promise<Value> {
    if (this.size === 0) return runEvalJob(job);
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(new RevealError('cancelled', 'The evaluation is closed.'));
      this.queue.push({ id: this.nextId++, job, resolve, reject });
      this.feed();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const cancelled = new RevealError('cancelled', 'The evaluation was closed.');
    for (const waiting of this.queue.splice(0)) waiting.reject(cancelled);
    const threads = this.threads.splice(0);
    for (const thread of threads) thread.current?.reject(cancelled);
    await Promise.all(threads.map((thread) => thread.worker.terminate()));
  }

  private feed(): void {
    while (this.queue.length > 0) {
      const idle =
        this.threads.find((thread) => thread.current === null) ??
        (this.threads.length < this.size ? this.start() : null);
      if (!idle) return;
      const next = this.queue.shift() as Waiting;
      idle.current = next;
      idle.worker.postMessage({ id: next.id, job: next.job });
    }
  }

  private start(): Thread {
    const worker = new Worker(workerEntry());
    const thread: Thread = { worker, current: null };
    worker.on('message', (answer: EvalAnswer) => {
      const waiting = thread.current;
      thread.current = null;
      if (waiting && waiting.id === answer.id) {
        if (answer.ok) waiting.resolve(answer.value);
        else waiting.reject(new RevealError(answer.code, answer.message));
      }
      this.feed();
    });
    const lost = (reason: string): void => {
      const at = this.threads.indexOf(thread);
      if (at < 0) return;
      this.threads.splice(at, 1);
      thread.current?.reject(
        new RevealError(
          'engine',
          `An evaluation thread died (${reason}). Close other programs and try again.`,
        ),
      );
      this.feed();
    };
    worker.on('error', (error: Error) => lost(error.message));
    worker.on('exit', (code) => lost(`exit status ${code}`));
    this.threads.push(thread);
    return thread;
  }
}
