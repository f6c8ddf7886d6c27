/** The engine in the caller's own process: the same methods behind the same interface, for single jobs and tests. */
import { RevealError } from '../../app/contract/messages.ts';
import { asRevealError } from './dispatch.ts';
import { createEngineCore } from './methods.ts';
import type { EngineSettings } from './process.ts';
import type { Engine, EngineMethods } from './protocol.ts';
import type { servePixels } from './socket.ts';

/** Its threads start with the first call. Nothing ends it but `close`. */
export function localEngine(settings: EngineSettings): Engine {
  const core = createEngineCore(settings);
  let server: ReturnType<typeof servePixels> | null = null;
  let closed = false;
  return {
    call: async (method, args, options = {}) => {
      if (closed) throw new RevealError('engine', 'The engine was closed.');
      const signal = options.signal ?? new AbortController().signal;
      if (signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
      const handler = core.methods[method] as (
        a: typeof args,
        context: {
          signal: AbortSignal;
          progress(stage: string, done: number, total: number, detail?: unknown): void;
        },
      ) => Promise<EngineMethods[typeof method][1]>;
      try {
        return await handler(args, {
          signal,
          progress: (stage, done, total, detail) => options.onProgress?.({ stage, done, total, detail }),
        });
      } catch (error) {
        throw asRevealError(error, signal.aborted);
      }
    },
    // A web server, which few callers need.
    socket: async () =>
      (await (server ??= import('./socket.ts').then((socket) => socket.servePixels(core)))).address,
    onExit: () => () => undefined,
    close: async () => {
      if (closed) return;
      closed = true;
      if (server) await (await server).close();
      await core.close();
    },
  };
}
