/**
 * How much memory a run of a graph takes: the numbers that are alive at the same time when its nodes are computed one
 * after the other in the order in which they were written down. A runtime that joins nodes or works in place needs
 * less, one that rounds its pieces up more; it is what caches of sessions reckon with.
 */
import { reachable, size, type DType, type Tensor } from './graph.ts';

/** Bytes of one number. */
const BYTES: Readonly<Record<DType, number>> = { float32: 4, int64: 8, bool: 1 };

const bytesOf = (t: Tensor): number => size(t.shape) * BYTES[t.dtype];

/** The most bytes that results of nodes take at one time; what is fed in and weights are not counted. */
export function workingBytes(outputs: readonly Tensor[]): number {
  const all = reachable(outputs);
  const kept = new Set(outputs);
  const lastUse = new Map<Tensor, number>();
  for (const t of all)
    if (t.origin.kind === 'node') for (const i of t.origin.node.inputs) lastUse.set(i, t.id);
  let live = 0;
  let most = 0;
  for (const t of all) {
    if (t.origin.kind !== 'node') continue;
    live += bytesOf(t);
    most = Math.max(most, live);
    for (const i of new Set(t.origin.node.inputs))
      if (i.origin.kind === 'node' && !kept.has(i) && lastUse.get(i) === t.id) live -= bytesOf(i);
  }
  return most;
}

/** Bytes of the weights that outputs depend on. */
export function constantBytes(outputs: readonly Tensor[]): number {
  return reachable(outputs).reduce((sum, t) => (t.origin.kind === 'constant' ? sum + bytesOf(t) : sum), 0);
}
