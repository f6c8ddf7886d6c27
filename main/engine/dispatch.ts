/** Runs calls that arrive as messages: one AbortController a call, answers and progress as messages, progress at most every 50 ms. */
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Methods } from './core.ts';
import type { EngineAnswer, EngineRequest } from './protocol.ts';

const PROGRESS_MS = 50;

/** What a person is told about an error that nobody foresaw, without a stack. */
export function asRevealError(error: unknown, aborted: boolean): RevealError {
  if (error instanceof RevealError) return error;
  if (aborted) return new RevealError('cancelled', 'Cancelled.');
  const e = error as NodeJS.ErrnoException;
  if (e?.code === 'ENOSPC')
    return new RevealError('disk', e.path ? say('disk-full-at', { file: e.path }) : say('disk-full'));
  if (e?.code === 'ENOENT') return new RevealError('not-found', say('file-gone', { file: e.path ?? '?' }));
  if (e?.code === 'EACCES' || e?.code === 'EPERM' || e?.code === 'EROFS')
    return new RevealError('disk', say('file-may-not', { file: e.path ?? '?', detail: e.message }));
  return new RevealError('internal', e?.message || String(error));
}

/** @returns receive: handles 'call' and 'cancel'; cancelAll: aborts everything in flight. */
export function dispatch(
  methods: Methods,
  post: (message: EngineAnswer) => void,
): { receive(message: EngineRequest): void; cancelAll(): void } {
  const running = new Map<number, AbortController>();

  async function run(id: number, method: keyof Methods, args: unknown): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    let last = 0;
    let lastStage = '';
    const progress = (stage: string, done: number, total: number, detail?: unknown): void => {
      const now = performance.now();
      if (stage === lastStage && now - last < PROGRESS_MS && done < total) return;
      last = now;
      lastStage = stage;
      post({ t: 'progress', id, stage, done, total, detail });
    };
    try {
      const handler = methods[method] as
        | ((args: unknown, context: { signal: AbortSignal; progress: typeof progress }) => Promise<unknown>)
        | undefined;
      if (!handler) throw new RevealError('unknown-call', `The engine knows no "${String(method)}".`);
      const value = await handler(args, { signal: controller.signal, progress });
      post({ t: 'result', id, value });
    } catch (error) {
      const shown = asRevealError(error, controller.signal.aborted);
      post({ t: 'error', id, code: shown.code, message: shown.message });
    } finally {
      running.delete(id);
    }
  }

  return {
    receive: (message) => {
      if (message.t === 'call') void run(message.id, message.method, message.args);
      else if (message.t === 'cancel') running.get(message.id)?.abort();
    },
    cancelAll: () => {
      for (const controller of running.values()) controller.abort();
    },
  };
}
