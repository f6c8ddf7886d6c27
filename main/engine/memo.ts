/**
 * Answers that are kept for the next who asks: a limited number of them, and where they may be large, of limited bytes,
 * so that what is held does not depend on how large somebody's pictures are.
 */

/** How much answers take, and how much all of them may. */
export interface Weight<T> {
  bytesOf(value: T): number;
  most: number;
}

/** Bytes of plain data: its typed arrays, and something for everything else. */
export function plainBytes(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let sum = 32;
  for (const part of value instanceof Map ? value.values() : Object.values(value)) sum += plainBytes(part);
  return sum;
}

/**
 * Keeps the answers that were asked for last; one in flight is shared, a failed one forgotten. The newest is kept
 * whatever its size.
 */
export class Memo<T> {
  private readonly limit: number;
  private readonly weight: Weight<T> | null;
  /** Least recently asked for first. */
  private readonly map = new Map<string, { value: Promise<T>; bytes: number }>();
  private total = 0;

  constructor(limit: number, weight: Weight<T> | null = null) {
    this.limit = limit;
    this.weight = weight;
  }

  /** Bytes of the answers that are there; 0 without a weight. */
  get bytes(): number {
    return this.total;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.map.get(key);
    if (known) {
      this.map.delete(key);
      this.map.set(key, known);
      return known.value;
    }
    const entry = { value: make(), bytes: 0 };
    this.map.set(key, entry);
    entry.value.then(
      (value) => {
        if (!this.weight || this.map.get(key) !== entry) return;
        entry.bytes = this.weight.bytesOf(value);
        this.total += entry.bytes;
        this.trim();
      },
      () => this.forget(key, entry),
    );
    this.trim();
    return entry.value;
  }

  private forget(key: string, entry: { bytes: number }): void {
    if (this.map.get(key) !== entry) return;
    this.map.delete(key);
    this.total -= entry.bytes;
  }

  private trim(): void {
    for (const [key, entry] of this.map) {
      const heavy = this.weight !== null && this.total > this.weight.most;
      if (this.map.size <= 1 || (this.map.size <= this.limit && !heavy)) return;
      this.forget(key, entry);
    }
  }
}
