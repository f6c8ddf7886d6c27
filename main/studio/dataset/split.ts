/**
 * Which pictures are kept apart for testing. A source's own split wins; else the first 32 bits of a SHA-256
 * decide, so that the same picture is on the same side in every dataset, whatever its name and company.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileError } from '../../files/bytes.ts';
import type { Split } from './types.ts';

/** Share of pictures that are for testing. */
export const TEST_SHARE = 0.1;

/** The side of a picture whose SHA-256 (hex) this is. */
export function splitOf(sha256: string, testShare = TEST_SHARE): Split {
  return Number.parseInt(sha256.slice(0, 8), 16) < testShare * 2 ** 32 ? 'test' : 'train';
}

/** The name a source gives its side, or null for none that we know ("val" counts as test). */
export function namedSplit(word: string): Split | null {
  const w = word.trim().toLowerCase();
  if (w === 'train' || w === 'training') return 'train';
  return ['test', 'testing', 'val', 'valid', 'validation', 'eval'].includes(w) ? 'test' : null;
}

const EDGE = 1 << 16;

/**
 * A hash of what a file holds: its length, its first and its last 64 KiB. Large photographs need not be read
 * whole just to be put on a side. Hex. @throws RevealError
 */
export async function contentKey(file: string, offset = 0, length = -1): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const size = length < 0 ? (await handle.stat()).size : length;
      const hash = createHash('sha256').update(`${size}:`);
      const head = Buffer.alloc(Math.min(EDGE, size));
      await handle.read(head, 0, head.length, offset);
      hash.update(head);
      const tail = Buffer.alloc(Math.min(EDGE, Math.max(0, size - EDGE)));
      await handle.read(tail, 0, tail.length, offset + size - tail.length);
      return hash.update(tail).digest('hex');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(file, error, 'read');
  }
}

/** More than so many times the share asked for is too much for testing. */
const TOO_MUCH = 2.5;

/**
 * Few groups (the scenes of a film, which stay together) can put far too much on the side of testing by chance.
 * Then whole groups go to the side of learning, the highest keys first, until about the share is left.
 * `keys` are the hashes that decided; equal keys are one group.
 */
export function limitTest(items: { split: Split }[], keys: readonly string[], testShare = TEST_SHARE): void {
  const count = (): number => items.filter((item) => item.split === 'test').length;
  const share = testShare * items.length;
  if (items.length < 4 || count() <= Math.max(1, TOO_MUCH * share)) return;
  const groups = [...new Set(keys.filter((_, i) => items[i].split === 'test'))].sort().reverse();
  for (const group of groups) {
    const size = keys.filter((key, i) => key === group && items[i].split === 'test').length;
    if (count() - size < Math.min(1, share)) continue;
    items.forEach((item, i) => {
      if (keys[i] === group) item.split = 'train';
    });
    if (count() <= share) return;
  }
}

/**
 * Makes sure that neither side is empty where there are enough pictures to have two: the picture whose key
 * comes first (or last) changes sides. `keys` are the hashes that decided.
 */
export function balanceSplit(
  items: { split: Split }[],
  keys: readonly string[],
  testShare = TEST_SHARE,
): void {
  if (items.length < 2 || testShare <= 0) return;
  const order = items
    .map((_, i) => i)
    .sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b));
  if (!items.some((item) => item.split === 'test')) items[order[0]].split = 'test';
  if (!items.some((item) => item.split === 'train')) items[order[order.length - 1]].split = 'train';
}
