/**
 * Two budgets every heavy step draws from. Cores: as many permits as the engine may use threads; a decode, an
 * encode and each band of a pixel worker takes one, so that "threads = 1" is one core's worth whatever runs.
 * Bytes: how much decoded picture may be alive at once, so that several 100-megapixel scans queue up instead
 * of filling the memory. First come, first served; one request larger than everything runs alone.
 */
import { RevealError } from '../../app/contract/messages.ts';

interface Waiter {
  amount: number;
  start(): void;
}

/** A counted budget. `take` waits its turn and answers the function that gives the amount back (idempotent). */
export class Budget {
  readonly total: number;
  private free: number;
  private readonly queue: Waiter[] = [];
  constructor(total: number) {
    this.total = total;
    this.free = total;
  }

  take(amount: number, signal?: AbortSignal): Promise<() => void> {
    const share = Math.min(amount, this.total);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new RevealError('cancelled', 'Cancelled.'));
      const onAbort = (): void => {
        const at = this.queue.indexOf(waiter);
        if (at < 0) return;
        this.queue.splice(at, 1);
        reject(new RevealError('cancelled', 'Cancelled.'));
        this.next();
      };
      const waiter: Waiter = {
        amount: share,
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          this.free -= share;
          let back = false;
          resolve(() => {
            if (back) return;
            back = true;
            this.free += share;
            this.next();
          });
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(waiter);
      this.next();
    });
  }

  /** Runs `work` while holding `amount`. */
  async with<T>(amount: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const giveBack = await this.take(amount, signal);
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  private next(): void {
    while (this.queue.length > 0 && this.queue[0].amount <= this.free) {
      const waiter = this.queue.shift();
      waiter?.start();
    }
  }
}
