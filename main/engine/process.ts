/**
 * Starts and keeps an engine process. The host sees an `Engine`: calls that can be cancelled, progress, the
 * address of the pixel socket, and typed reasons when the process is gone. A dead engine is started again
 * by the next call, with a growing pause while it keeps dying. How a process is forked is injected through
 * the small `EngineChannel`, so that Electron's utilityProcess and a forked Node look the same here.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RevealError } from '../../app/contract/messages.ts';
import type { ErrorCode } from '../../app/contract/messages.ts';
import { classifyExit, EngineGoneError, systemOomKillCount } from './exit.ts';
import type {
  Engine,
  EngineAnswer,
  EngineExit,
  EngineMethod,
  EngineMethods,
  EngineRequest,
} from './protocol.ts';

export { EngineGoneError } from './exit.ts';

/** What every way of forking offers. `stderr` gives the last lines written, for naming the reason of a death. */
export interface EngineChannel {
  postMessage(message: EngineRequest): void;
  onMessage(listener: (message: EngineAnswer) => void): void;
  onExit(listener: (code: number | null, signal: string | null) => void): void;
  kill(): void;
  stderr?(): string;
}

/** Starts `modulePath` with `env` added to the environment. */
export type EngineFork = (modulePath: string, env: Record<string, string>) => EngineChannel;

/** Plain settings handed to the engine process in the variable REVELADO_ENGINE. */
export interface EngineSettings {
  role: 'interactive' | 'batch';
  /** Threads for everything together (pixel workers, libvips, onnxruntime); 0 = as many as the machine has. */
  threads: number;
  device: 'auto' | 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';
  /** Folder for provider probes and deep-zoom pyramids. */
  cacheDir: string;
}
export interface EngineOptions extends EngineSettings {
  fork?: EngineFork;
  /** Lines the engine writes to stderr. */
  log?: (line: string) => void;
  /** First pause before a restart after a death, ms; doubles up to 30 s while the engine keeps dying. */
  backoffMs?: number;
}

/** The engine's entry: beside the bundle when we run bundled, the source file when we run from source. */
export function engineEntry(): string {
  const here = fileURLToPath(import.meta.url);
  const name = here.endsWith('.ts') ? 'main.ts' : 'engine.cjs';
  const file = path.join(path.dirname(here), name);
  if (!existsSync(file)) throw new RevealError('internal', `The engine's program file is missing: ${file}`);
  return file;
}

/** A forked Node process. Messages use structured clone, so typed arrays arrive as such. */
export const forkNode: EngineFork = (modulePath, env) => {
  const child = fork(modulePath, [], {
    serialization: 'advanced',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Inspector flags of the host would make the child fight for the same port.
    execArgv: [],
  });
  let tail = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => {
    tail = (tail + text).slice(-8000);
  });
  let ended = false;
  return {
    postMessage: (message) => {
      // A send to a process that has just died is reported by its exit, not here.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', (message) => listener(message as EngineAnswer));
    },
    onExit: (listener) => {
      const once = (code: number | null, signal: string | null) => {
        if (ended) return;
        ended = true;
        listener(code, signal);
      };
      // 'close' comes after the pipes are read to their end, so that the tail of stderr is complete.
      child.on('close', once);
      child.on('error', (error) => {
        tail += `\n${error.message}`;
        if (child.pid === undefined) once(null, null);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
    },
    stderr: () => tail,
  };
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress?: (p: { stage: string; done: number; total: number }) => void;
  cleanup(): void;
}

/** How long a cancelled call may take to tidy up before the caller is let go anyway. */
const CANCEL_GRACE_MS = 5000;
const MAX_BACKOFF_MS = 30_000;

/** One life of the process. */
interface Life {
  channel: EngineChannel;
  ready: Promise<string>;
  pending: Map<number, Pending>;
  asked: boolean;
  oomKillsBefore: number;
}

/**
 * Makes an engine; the process itself starts with the first call. Calls in flight when it dies are rejected
 * with `EngineGoneError` (code 'engine').
 */
export function startEngine(options: EngineOptions): Engine {
  const forkEngine = options.fork ?? forkNode;
  const listeners = new Set<(exit: EngineExit) => void>();
  const settings: EngineSettings = {
    role: options.role,
    threads: options.threads,
    device: options.device,
    cacheDir: options.cacheDir,
  };
  let life: Life | null = null;
  let starting: Promise<Life> | null = null;
  let nextId = 1;
  let deaths = 0;
  let closed = false;

  function spawn(): Life {
    const channel = forkEngine(engineEntry(), { REVELADO_ENGINE: JSON.stringify(settings) });
    const pending = new Map<number, Pending>();
    let readyResolve: (socket: string) => void = () => undefined;
    let readyReject: (error: Error) => void = () => undefined;
    const ready = new Promise<string>((resolve, reject) => {
      readyResolve = resolve;
      readyReject = reject;
    });
    ready.catch(() => undefined);
    const mine: Life = { channel, ready, pending, asked: false, oomKillsBefore: systemOomKillCount() };
    channel.onMessage((message) => {
      if (message.t === 'ready') return readyResolve(message.socket);
      const call = pending.get(message.id);
      if (!call) return;
      if (message.t === 'progress') {
        call.onProgress?.({ stage: message.stage, done: message.done, total: message.total });
        return;
      }
      pending.delete(message.id);
      call.cleanup();
      deaths = 0;
      if (message.t === 'result') call.resolve(message.value);
      else call.reject(new RevealError(message.code as ErrorCode, message.message));
    });
    channel.onExit((code, signal) => {
      const kills = systemOomKillCount() - mine.oomKillsBefore;
      const exit = classifyExit(code, signal, channel.stderr?.() ?? '', mine.asked, kills);
      if (life === mine) life = null;
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
    const mine = await alive();
    if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const id = nextId++;
    return new Promise<EngineMethods[M][1]>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined;
      const onAbort = () => {
        mine.channel.postMessage({ t: 'cancel', id });
        grace = setTimeout(() => {
          if (!mine.pending.delete(id)) return;
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
      if (life !== mine) {
        // It died between `alive()` and here; its exit handler has already run.
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
    close: async () => {
      closed = true;
      const mine = life;
      if (!mine) return;
      mine.asked = true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => mine.channel.kill(), 3000);
        listeners.add(() => {
          clearTimeout(timer);
          resolve();
        });
        mine.channel.postMessage({ t: 'shutdown' });
      });
    },
  };
}
