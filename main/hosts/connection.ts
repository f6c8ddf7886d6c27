/**
 * One window's conversation with the host, whatever carries it: a WebSocket in the browser host, Electron's
 * ipc in the desktop app. Checks every envelope and every argument against the contract, runs the handler,
 * turns cancel into an AbortSignal, and keeps the subscriptions. A window that goes away cancels its calls.
 */
import {
  calls,
  topics,
  type CallName,
  type Handlers,
  type TopicEvent,
  type TopicName,
} from '../../app/contract/index.ts';
import { requestSchema } from '../../app/contract/envelope.ts';
import { RevealError, type Answer, type ErrorCode } from '../../app/contract/messages.ts';

type Listener = (value: unknown) => void;

/** Topics and who listens. One hub a host; every window's connection subscribes here. */
export class Hub {
  readonly #listeners = new Map<TopicName, Set<Listener>>();

  /** Sends `value` to everyone who subscribed to `topic`. A listener that throws does not stop the others. */
  publish<N extends TopicName>(topic: N, value: TopicEvent<N>): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) {
      try {
        listener(value);
      } catch (error) {
        console.error(`A listener of ${topic} failed:`, error);
      }
    }
  }

  /** Returns the function that ends the subscription. */
  subscribe(topic: TopicName, listener: Listener): () => void {
    let set = this.#listeners.get(topic);
    if (!set) this.#listeners.set(topic, (set = new Set()));
    set.add(listener);
    return () => set.delete(listener);
  }
}

/** More calls than this at once from one window is a runaway, not a person. */
const MAX_CALLS = 1000;
const MAX_SUBSCRIPTIONS = 100;

export interface Connection {
  /** One message as it came in; never throws, a malformed one is answered or dropped. */
  receive(raw: unknown): void;
  /** The window is gone: calls are aborted, subscriptions ended, nothing is sent any more. */
  close(): void;
}

export function createConnection(handlers: Handlers, hub: Hub, send: (answer: Answer) => void): Connection {
  const running = new Map<number, AbortController>();
  const subscriptions = new Map<number, () => void>();
  let open = true;

  const answer = (message: Answer): void => {
    if (open) send(message);
  };
  const fail = (id: number, code: ErrorCode, message: string): void =>
    answer({ t: 'error', id, code, message });

  async function call(id: number, name: string, args: unknown): Promise<void> {
    if (!Object.hasOwn(calls, name))
      return fail(id, 'unknown-call', `There is no call named ${JSON.stringify(name)}.`);
    if (running.has(id)) return fail(id, 'bad-request', `Call id ${id} is already in use.`);
    if (running.size >= MAX_CALLS) return fail(id, 'bad-request', 'Too many calls at once.');
    const known = name as CallName;
    const parsed = calls[known][0].safeParse(args ?? {});
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return fail(id, 'bad-request', `${name}: ${issue.path.join('.') || 'arguments'}: ${issue.message}`);
    }
    const controller = new AbortController();
    running.set(id, controller);
    try {
      // The schema has just been checked, so the handler's argument type holds.
      const handler = handlers[known] as (a: unknown, c: { signal: AbortSignal }) => unknown;
      const value = await handler(parsed.data, { signal: controller.signal });
      if (controller.signal.aborted) fail(id, 'cancelled', 'Cancelled.');
      else answer({ t: 'result', id, value });
    } catch (error) {
      if (controller.signal.aborted) fail(id, 'cancelled', 'Cancelled.');
      else if (error instanceof RevealError) fail(id, error.code, error.message);
      else {
        console.error(`Call ${name} failed:`, error);
        fail(
          id,
          'internal',
          `Something went wrong in ${name}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    } finally {
      running.delete(id);
    }
  }

  return {
    receive(raw) {
      if (!open) return;
      const request = requestSchema.safeParse(raw);
      if (!request.success) {
        const id =
          typeof raw === 'object' && raw !== null && 'id' in raw && Number.isInteger(raw.id)
            ? (raw.id as number)
            : 0;
        return fail(id, 'bad-request', 'The message is not one of call, cancel, subscribe, unsubscribe.');
      }
      const message = request.data;
      switch (message.t) {
        case 'call':
          void call(message.id, message.name, message.args);
          break;
        case 'cancel':
          running.get(message.id)?.abort();
          break;
        case 'subscribe': {
          if (!Object.hasOwn(topics, message.topic))
            return fail(
              message.id,
              'unknown-call',
              `There is no topic named ${JSON.stringify(message.topic)}.`,
            );
          if (subscriptions.has(message.id) || subscriptions.size >= MAX_SUBSCRIPTIONS)
            return fail(message.id, 'bad-request', 'The subscription id is in use, or there are too many.');
          const { id, topic } = message;
          subscriptions.set(
            id,
            hub.subscribe(topic as TopicName, (value) => answer({ t: 'event', id, topic, value })),
          );
          break;
        }
        case 'unsubscribe':
          subscriptions.get(message.id)?.();
          subscriptions.delete(message.id);
          break;
      }
    },
    close() {
      open = false;
      for (const controller of running.values()) controller.abort();
      for (const end of subscriptions.values()) end();
      subscriptions.clear();
    },
  };
}
