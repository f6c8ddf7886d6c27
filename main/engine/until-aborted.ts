/** Waiting that can be given up while the work goes on for others. */
import { RevealError } from '../../app/contract/messages.ts';

/** Lets a caller go when it is no longer interested; the work itself goes on. @throws RevealError 'cancelled' */
export function untilAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const cancelled = (): void => reject(new RevealError('cancelled', 'Cancelled.'));
    if (signal.aborted) return cancelled();
    signal.addEventListener('abort', cancelled, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancelled));
  });
}
