/**
 * One conversation between this window and the host, whatever carries it: gives requests their ids, matches
 * answers to them, keeps subscriptions across reconnections, and rejects what was pending when the line
 * drops. It knows nothing of WebSockets or Electron; a transport gives it `post` and feeds it answers.
 */
import type { CallArgs, CallName, CallResult, TopicEvent, TopicName } from '../../app/contract/index.ts';
import { RevealError, type Answer, type Request } from '../../app/contract/messages.ts';

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  cleanUp: () => void;
}
interface Subscription {
  topic: TopicName;
  listener: (value: unknown) => void;
}

export class Link {
  private nextId = 1;
  private pending = new Map<number, Pending>();
  private subscriptions = new Map<number, Subscription>();
  private post: ((request: Request) => void) | null = null;
  /** Requests made while no line is open; sent when it opens, rejected when the transport gives up. */
  private waiting: Request[] = [];

  /** The line is open: subscriptions are renewed, waiting calls are sent. */
  open(post: (request: Request) => void): void {
    this.post = post;
    for (const [id, { topic }] of this.subscriptions) post({ t: 'subscribe', id, topic });
    const waiting = this.waiting;
    this.waiting = [];
    for (const request of waiting) post(request);
  }

  /** The line has dropped: every call in flight is rejected with `message`, which is shown to a person. */
  drop(message: string): void {
    this.post = null;
    this.waiting = [];
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const call of pending) {
      call.cleanUp();
      call.reject(new RevealError('internal', message));
    }
  }

  /** Takes one answer from the host; answers to calls that were given up are ignored. */
  receive(answer: Answer): void {
    if (answer.t === 'event') {
      this.subscriptions.get(answer.id)?.listener(answer.value);
      return;
    }
    const call = this.pending.get(answer.id);
    if (!call) return;
    this.pending.delete(answer.id);
    call.cleanUp();
    if (answer.t === 'result') call.resolve(answer.value);
    else call.reject(new RevealError(answer.code, answer.message));
  }

  /** Asks the host; aborting `signal` sends a cancel and rejects with code 'cancelled'. */
  call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    options: { signal?: AbortSignal } = {},
  ): Promise<CallResult<N>> {
    const { signal } = options;
    return new Promise<CallResult<N>>((resolve, reject) => {
      const cancelled = () => new RevealError('cancelled', 'Cancelled.');
      if (signal?.aborted) return reject(cancelled());
      const id = this.nextId++;
      const onAbort = () => {
        if (!this.pending.delete(id)) return;
        const unsent = this.waiting.findIndex((r) => r.id === id);
        if (unsent >= 0) this.waiting.splice(unsent, 1);
        else this.post?.({ t: 'cancel', id });
        reject(cancelled());
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        cleanUp: () => signal?.removeEventListener('abort', onAbort),
      });
      this.send({ t: 'call', id, name, args });
    });
  }

  /** Hears a topic until the returned function is called. */
  subscribe<N extends TopicName>(topic: N, listener: (event: TopicEvent<N>) => void): () => void {
    const id = this.nextId++;
    this.subscriptions.set(id, { topic, listener: listener as (value: unknown) => void });
    // Not queued: `open` subscribes whatever is registered by then.
    this.post?.({ t: 'subscribe', id, topic });
    return () => {
      if (this.subscriptions.delete(id)) this.post?.({ t: 'unsubscribe', id });
    };
  }

  private send(request: Request): void {
    if (this.post) this.post(request);
    else this.waiting.push(request);
  }
}
