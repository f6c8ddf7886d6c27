/**
 * Starts and keeps an engine process. The host sees an `Engine`: calls that can be cancelled, progress, the
 * address of the pixel socket, and typed reasons when the process is gone. A dead engine is started again
 * by the next call, with a growing pause while it keeps dying. How a process is forked is injected through
 * the small `EngineChannel`, so that Electron's utilityProcess and a forked Node look the same here.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { ErrorCode } from '../../app/contract/messages.ts';
import { classifyExit, EngineGoneError, systemOomKillCount } from './exit.ts';
import { engineEntry, forkNode } from './process-fork.ts';
import type { EngineChannel, EngineFork } from './process-fork.ts';
import type { Engine, EngineExit, EngineProgress, EngineMethod, EngineMethods } from './protocol.ts';

export { EngineGoneError } from './exit.ts';
export { engineEntry, forkNode } from './process-fork.ts';
export type { EngineChannel, EngineFork } from './process-fork.ts';

/** Plain settings handed to the engine process in the variable REVELADO_ENGINE. */
export interface EngineSettings {
  role: 'interactive' | 'batch' | 'training';
  /** Threads for everything together (pixel workers, libvips, onnxruntime); 0 = as many as the machine has. */
  threads: number;
  device: 'auto' | 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';
  /** Folder for deep-zoom pyramids and what was found in pictures. */
  cacheDir: string;
  /** The library's folder, where the Studio keeps the models in use; none: those that come with the program. */
  dataDir?: string;
  /** Folder of the models that were imported; by default that of the library. */
  modelsDir?: string;
}
export interface EngineOptions extends EngineSettings {
  /** What the person has chosen meanwhile; asked at each start of the process, over `threads` and `device`. */
  chosen?: () => Partial<Pick<EngineSettings, 'threads' | 'device'>>;
  fork?: EngineFork;
  /** Lines the engine writes to stderr. */
  log?: (line: string) => void;
  /** First pause before a restart after a death, ms; doubles up to 30 s while the engine keeps dying. */
  backoffMs?: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress?: (p: EngineProgress) => void;
  cleanup(): void;
}

/** How long a cancelled call may take to tidy up before the caller is let go anyway. */
const CANCEL_GRACE_MS = 5000;
const MAX_BACKOFF_MS = 30_000;

/** How long a process that was asked to end may take. */
const END_GRACE_MS = 3000;

/** An engine whose process can be exchanged for one with other settings. */
export interface RestartableEngine extends Engine {
  /**
   * The next call starts a process with the settings of that moment; the running one answers what it was asked
   * and ends. No call is lost. Does nothing while no process runs.
   */
  restartWhenIdle(): void;
}

/** One life of the process. */
interface Life {
  channel: EngineChannel;
  ready: Promise<string>;
  pending: Map<number, Pending>;
  asked: boolean;
  /** To be ended when its last call is answered. */
  stale: boolean;
  /** Resolves when the process is gone. */
  ended: Promise<void>;
  gone: boolean;
  oomKillsBefore: number;
}

/**
 * Makes an engine; the process itself starts with the first call. Calls in flight when it dies are rejected
 * with `EngineGoneError` (code 'engine').
 */
export function startEngine(options: EngineOptions): RestartableEngine {
  const forkEngine = options.fork ?? forkNode;
  const listeners = new Set<(exit: EngineExit) => void>();
  const settings: EngineSettings = {
    role: options.role,
    threads: options.threads,
    device: options.device,
    cacheDir: options.cacheDir,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(options.modelsDir === undefined ? {} : { modelsDir: options.modelsDir }),
  };
  let life: Life | null = null;
  let starting: Promise<Life> | null = null;
  let nextId = 1;
  let deaths = 0;
  let closed = false;
  const lives = new Set<Life>();

  function spawn(): Life {
    const channel = forkEngine(engineEntry(), {
      REVELADO_ENGINE: JSON.stringify({ ...settings, ...options.chosen?.() }),
    });
    const pending = new Map<number, Pending>();
    let readyResolve: (socket: string) => void = () => undefined;
    let readyReject: (error: Error) => void = () => undefined;
    const ready = new Promise<string>((resolve, reject) => {
      readyResolve = resolve;
      readyReject = reject;
    });
    ready.catch(() => undefined);
    let hasEnded: () => void = () => undefined;
    const mine: Life = {
      channel,
      ready,
      pending,
      asked: false,
      stale: false,
      ended: new Promise((resolve) => (hasEnded = resolve)),
      gone: false,
      oomKillsBefore: systemOomKillCount(),
    };
    lives.add(mine);
    channel.onMessage((message) => {
      if (message.t === 'ready') return readyResolve(message.socket);
      const call = pending.get(message.id);
      if (!call) return;
      if (message.t === 'progress') {
        const { stage, done, total, detail } = message;
        call.onProgress?.({ stage, done, total, detail });
        return;
      }
      pending.delete(message.id);
      call.cleanup();
      deaths = 0;
      if (message.t === 'result') call.resolve(message.value);
      else call.reject(new RevealError(message.code as ErrorCode, message.message));
      retire(mine);
    });
    channel.onExit((code, signal) => {
      const kills = systemOomKillCount() - mine.oomKillsBefore;
      const exit = classifyExit(code, signal, channel.stderr?.() ?? '', mine.asked, kills);
      if (life === mine) life = null;
      lives.delete(mine);
      mine.gone = true;
      hasEnded();
      if (exit.reason !== 'closed') {
        deaths += 1;
        options.log?.(exit.detail);
      }
      const error = new EngineGoneError(exit);
      readyReject(error);
      for (const call of pending.values()) {
        call.cleanup();
        call.reject(error);
      }
      pending.clear();
      for (const listener of [...listeners]) listener(exit);
    });
    return mine;
  }

  /** Lets a stale process go once nothing waits for it. */
  function retire(mine: Life): void {
    if (mine.stale && mine.pending.size === 0) void end(mine);
  }

  /** Asks a process to end, and ends it if it does not. */
  async function end(mine: Life): Promise<void> {
    if (mine.asked) return mine.ended;
    mine.asked = true;
    const timer = setTimeout(() => mine.channel.kill(), END_GRACE_MS);
    mine.channel.postMessage({ t: 'shutdown' });
    await mine.ended;
    clearTimeout(timer);
  }

  async function alive(): Promise<Life> {
    if (closed) throw new EngineGoneError({ reason: 'closed' });
    if (life) return life;
    starting ??= (async () => {
      if (deaths > 0) {
        const pause = Math.min(MAX_BACKOFF_MS, (options.backoffMs ?? 250) * 2 ** (deaths - 1));
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      if (closed) throw new EngineGoneError({ reason: 'closed' });
      life = spawn();
      return life;
    })().finally(() => {
      starting = null;
    });
    return starting;
  }

  async function call<M extends EngineMethod>(
    method: M,
    args: EngineMethods[M][0],
    callOptions: Parameters<Engine['call']>[2] = {},
  ): Promise<EngineMethods[M][1]> {
    const { signal, onProgress } = callOptions;
    if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    if (method === 'providers') {
      // In processes of their own, started the way this engine is: a bad driver must not take the engine along.
      // It brings a library for graphs along.
      const { probeProviders } = await import('./process-probe.ts');
      const providers = await probeProviders(forkEngine);
      return { providers } as EngineMethods[M][1];
    }
    const mine = await alive();
    // Exchanged in this very moment: the next one answers.
    if (mine.asked && !closed) return call(method, args, callOptions);
    if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const id = nextId++;
    return new Promise<EngineMethods[M][1]>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined;
      const onAbort = () => {
        mine.channel.postMessage({ t: 'cancel', id });
        grace = setTimeout(() => {
          if (!mine.pending.delete(id)) return;
          retire(mine);
          signal?.removeEventListener('abort', onAbort);
          reject(new RevealError('cancelled', 'Cancelled.'));
        }, CANCEL_GRACE_MS);
        grace.unref();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      mine.pending.set(id, {
        resolve: (value) => resolve(value as EngineMethods[M][1]),
        reject,
        onProgress,
        cleanup: () => {
          clearTimeout(grace);
          signal?.removeEventListener('abort', onAbort);
        },
      });
      if (mine.gone) {
        // It ended between `alive()` and here; its exit handler has already run.
        mine.pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
        reject(
          new EngineGoneError({ reason: 'crash', detail: 'the engine ended', signal: null, code: null }),
        );
        return;
      }
      mine.channel.postMessage({ t: 'call', id, method, args });
    });
  }

  return {
    call,
    socket: async () => (await alive()).ready,
    onExit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    restartWhenIdle: () => {
      const mine = life;
      if (!mine) return;
      life = null;
      mine.stale = true;
      retire(mine);
    },
    close: async () => {
      closed = true;
      await Promise.all([...lives].map(end));
    },
  };
}
