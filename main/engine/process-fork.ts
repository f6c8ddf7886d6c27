/**
 * Ways to start the engine's process: the small channel every way offers, where its program file lies, and the
 * forked Node process. Electron's way is in the hosts.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RevealError } from '../../app/contract/messages.ts';
import type { EngineAnswer, EngineRequest } from './protocol.ts';

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

/**
 * The place on the disk of a file of the packaged program. Inside Electron the program's files seem to lie in
 * `app.asar`; those that other processes and threads start from lie unpacked beside it (electron-builder.yml).
 */
export function unpacked(file: string): string {
  return file.replace(/([\\/])app\.asar(?=[\\/])/, '$1app.asar.unpacked');
}

/** The engine's entry: beside the bundle when we run bundled, the source file when we run from source. */
export function engineEntry(here = fileURLToPath(import.meta.url)): string {
  const name = here.endsWith('.ts') ? 'main.ts' : 'engine.cjs';
  const file = unpacked(path.join(path.dirname(here), name));
  if (!existsSync(file)) throw new RevealError('internal', `The engine's program file is missing: ${file}`);
  return file;
}

/**
 * What an engine's process is told about memory. The C library of Linux gives each thread a heap of its own, up to eight
 * for each core, and what a thread has freed stays in its heap for that thread: some hundred megabytes in an engine,
 * whose threads take turns in doing the same work. Two heaps serve them as quickly. Pieces from 4 MiB on go back to the
 * system when they are freed; left to itself the library keeps ever larger ones. Other systems do not read it.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '4194304' };

/** A forked Node process. Messages use structured clone, so typed arrays arrive as such. */
export const forkNode: EngineFork = (modulePath, env) => {
  const child = fork(modulePath, [], {
    serialization: 'advanced',
    env: { ...ALLOCATOR, ...process.env, ...env },
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
