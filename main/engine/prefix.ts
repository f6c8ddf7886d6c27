/**
 * How much of a buffer is final, counted from its beginning, while bands of it are finished in any order. Whoever
 * writes the buffer to a file waits for the next piece instead of for the whole.
 */
export class Prefix {
  private readonly islands = new Map<number, number>();
  private waiting: { length: number; resolve(): void; reject(error: unknown): void }[] = [];
  private length = 0;
  private failure: { error: unknown } | null = null;

  /** `from`..`to` (half-open) is final. */
  done(from: number, to: number): void {
    this.islands.set(from, to);
    for (let end = this.islands.get(this.length); end !== undefined; end = this.islands.get(this.length)) {
      this.islands.delete(this.length);
      this.length = end;
    }
    const ready = this.waiting.filter((w) => w.length <= this.length);
    this.waiting = this.waiting.filter((w) => w.length > this.length);
    for (const { resolve } of ready) resolve();
  }

  /** There will be no more. */
  fail(error: unknown): void {
    this.failure = { error };
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }

  /** Resolves when the first `length` are final; rejects with the reason when they never will be. */
  until(length: number): Promise<void> {
    if (length <= this.length) return Promise.resolve();
    if (this.failure) return Promise.reject(this.failure.error as Error);
    return new Promise((resolve, reject) => this.waiting.push({ length, resolve, reject }));
  }
}
