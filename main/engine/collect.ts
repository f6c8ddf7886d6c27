/**
 * Gives the memory of finished pictures back at once. Samples lie on SharedArrayBuffers, which cannot be
 * detached; they go when the garbage collectors of all threads that saw them have run, and those see only a
 * few bytes of handle and are in no hurry. After a large picture each thread is therefore told to collect: a
 * few milliseconds against hundreds of megabytes held for nothing.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { type: 'major'; flavor: 'last-resort' }) => void;
let collect: Collect | null = null;

/**
 * Runs this thread's garbage collector. Does nothing where the engine's V8 does not offer it.
 * @param thorough also gives empty pages of the heap back to the system, which a plain collection keeps
 */
export function collectGarbage(thorough = false): void {
  if (!collect) {
    try {
      setFlagsFromString('--expose-gc');
      collect = runInNewContext('gc') as Collect;
    } catch {
      collect = () => undefined;
    }
  }
  if (thorough) collect({ type: 'major', flavor: 'last-resort' });
  else collect();
}
