/**
 * What an engine does, without saying in which process: the method table over the file layer and the develop
 * action, and the pixel requests. `main.ts` puts a process channel and a socket around it, `local.ts` calls
 * it in the same process (command line, tests).
 */
import os from 'node:os';
import type { PixelsHeader } from '../../app/contract/pixels.ts';
import type { EngineMethod, EngineMethods, PixelsTask } from './protocol.ts';
import type { EngineSettings } from './process.ts';

/** What a method gets beside its arguments. */
export interface CallContext {
  signal: AbortSignal;
  progress(stage: string, done: number, total: number, detail?: unknown): void;
}
export type Methods = {
  [M in EngineMethod]: (args: EngineMethods[M][0], context: CallContext) => Promise<EngineMethods[M][1]>;
};

/** An answered pixel request: header, then width*height*4 bytes of RGBA. */
export interface PixelsAnswer {
  header: PixelsHeader;
  rgba: Uint8Array;
}

export interface EngineCore {
  methods: Methods;
  pixels(task: PixelsTask, signal: AbortSignal): Promise<PixelsAnswer>;
  close(): Promise<void>;
}

/** Threads meant by a setting: 0 = as many as the machine offers us. */
export function threadCount(setting: number): number {
  return setting > 0 ? Math.floor(setting) : Math.max(1, os.availableParallelism());
}

/** Settings as found in the environment of an engine process. */
export function settingsFromEnv(text: string | undefined): EngineSettings {
  const fallback: EngineSettings = {
    role: 'interactive',
    threads: 0,
    device: 'auto',
    cacheDir: os.tmpdir(),
  };
  if (!text) return fallback;
  return { ...fallback, ...(JSON.parse(text) as Partial<EngineSettings>) };
}
