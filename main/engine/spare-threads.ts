/**
 * Pixel threads started ahead of the program that will use them. The command line knows from its first words that
 * a scan will be developed; while it loads the rest of itself, the other cores can bring the threads up. A pool
 * takes them over (pool.ts). They are kept by the process, since who starts them and who takes them may be
 * bundled in different files.
 */
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WorkerMessage } from './pixel-jobs.ts';

const KEY = Symbol.for('revelado.spare-threads');
type Holder = typeof globalThis & { [KEY]?: Worker[] };

/** Starts as many threads of `program` as the machine has cores for; they do not keep the process alive. */
export function startSpareThreads(program: string): void {
  const spare: Worker[] = [];
  for (let i = 0; i < Math.max(1, os.availableParallelism()); i++) {
    const worker = new Worker(program);
    // One that cannot start is nobody's loss: the pool starts its own, and says what goes wrong there.
    const gone = (): void => {
      const at = spare.indexOf(worker);
      if (at >= 0) spare.splice(at, 1);
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    worker.unref();
    worker.postMessage({ t: 'warm' } satisfies WorkerMessage);
    spare.push(worker);
  }
  (globalThis as Holder)[KEY] = spare;
}

/** A thread that is up or coming up, once; null when there is none. */
export function takeSpareThread(): Worker | null {
  return (globalThis as Holder)[KEY]?.shift() ?? null;
}
