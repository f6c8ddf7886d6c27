/**
 * Work that a process does a single time. V8's optimising compiler takes as much of the other cores for code that
 * is at its end before the result is there; the quick compiler's code is nearly as fast. So the first analysis of
 * a scan that is developed at once runs without the optimiser; whatever runs longer gets it again.
 */
import { setFlagsFromString } from 'node:v8';

let first = true;

/** Runs `work`, without the optimising compiler when it is the first to ask. */
export async function runOnce<T>(work: () => Promise<T>): Promise<T> {
  if (!first) return work();
  first = false;
  setFlagsFromString('--no-opt');
  try {
    return await work();
  } finally {
    setFlagsFromString('--opt');
  }
}
