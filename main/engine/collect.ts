/**
 * Gives the memory of finished pictures back at once. Samples lie on SharedArrayBuffers, which cannot be
 * detached; they go when the garbage collectors of all threads that saw them have run, and those see only a
 * few bytes of handle and are in no hurry. After a large picture each thread is therefore told to collect: a
 * few milliseconds against hundreds of megabytes held for nothing.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/** Runs this thread's garbage collector. Does nothing where the engine's V8 does not offer it. */
export function collectGarbage(): void {
  if (!collect) {
    try {
      setFlagsFromString('--expose-gc');
      collect = runInNewContext('gc') as () => void;
    } catch {
      collect = () => undefined;
    }
  }
  collect();
}
