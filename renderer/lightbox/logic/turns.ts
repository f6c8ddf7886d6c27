/** Works that must not overlap take turns: each waits for the one before it, whether that one failed or not. */
export interface Turns {
  /** Something is being done, or waits. */
  busy(): boolean;
  /** Does this after all that was asked before; gives its answer or its error. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** When all that was asked so far is done. */
  done(): Promise<void>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    busy: () => waiting > 0,
    take(work) {
      waiting++;
      const mine = last.then(work).finally(() => waiting--);
      last = mine.catch(() => undefined);
      return mine;
    },
    done: async () => {
      await last;
    },
  };
}
