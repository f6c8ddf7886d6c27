/**
 * Keeps a stream of requests from piling up: at most one is in flight, and of those that arrive meanwhile only
 * the newest of each slot waits (earlier slots of `order` go first). While a slider moves, every answer that
 * does arrive is newer than what is shown and is therefore delivered; after `reset` (another picture, another
 * tool) whatever is still under way is aborted and its answer dropped.
 */
export interface CoalescerOptions<Slot extends string, Request, Result> {
  order: readonly Slot[];
  fetch(request: Request, signal: AbortSignal): Promise<Result>;
  deliver(slot: Slot, request: Request, result: Result): void;
  /** Not called for what was dropped or aborted. */
  fail(slot: Slot, request: Request, error: unknown): void;
  /** Told whenever the coalescer becomes busy or idle. */
  busy?(busy: boolean): void;
}

export interface Coalescer<Slot extends string, Request> {
  submit(slot: Slot, request: Request): void;
  /** Forgets what waits in a slot (not what is in flight). */
  cancel(slot: Slot): void;
  /** Drops everything, waiting or in flight. */
  reset(): void;
  readonly idle: boolean;
}

/** Makes a coalescer; see the head of the file. */
export function makeCoalescer<Slot extends string, Request, Result>(
  options: CoalescerOptions<Slot, Request, Result>,
): Coalescer<Slot, Request> {
  const waiting = new Map<Slot, Request>();
  let flight: AbortController | null = null;
  let epoch = 0;

  const pump = (): void => {
    if (flight) return;
    const slot = options.order.find((s) => waiting.has(s));
    if (slot === undefined) {
      options.busy?.(false);
      return;
    }
    const request = waiting.get(slot) as Request;
    waiting.delete(slot);
    const controller = new AbortController();
    const mine = epoch;
    flight = controller;
    const finish = (report: () => void): void => {
      if (mine !== epoch) return;
      flight = null;
      report();
      pump();
    };
    options.fetch(request, controller.signal).then(
      (result) => finish(() => options.deliver(slot, request, result)),
      (error: unknown) => finish(() => options.fail(slot, request, error)),
    );
  };

  return {
    submit(slot, request) {
      waiting.set(slot, request);
      if (!flight) options.busy?.(true);
      pump();
    },
    cancel(slot) {
      waiting.delete(slot);
    },
    reset() {
      epoch++;
      waiting.clear();
      flight?.abort();
      flight = null;
      options.busy?.(false);
    },
    get idle() {
      return !flight && waiting.size === 0;
    },
  };
}
