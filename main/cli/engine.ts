/**
 * The engine of a command. A single scan is developed in this very process: nothing else could be harmed by a
 * crash, and it saves the start of a second process. Several scans go through a forked engine, so that a scan
 * that crashes a library costs only itself: the next call starts the engine again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Settings } from '../../app/contract/host.ts';
import { defaultDataDir } from '../hosts/paths.ts';
import { localEngine } from '../engine/local.ts';
import { startEngine } from '../engine/process.ts';
import type { EngineFork } from '../engine/process.ts';
import type { Engine } from '../engine/protocol.ts';

/** Folder of the models that a person has imported, the same as the window's. */
export const modelsDir = (dataDir = defaultDataDir()): string => path.join(dataDir, 'models');

export async function commandEngine(options: {
  threads: number;
  device: Settings['device'];
  inputs: number;
  fork?: EngineFork;
}): Promise<Engine> {
  const cacheDir = await mkdtemp(path.join(os.tmpdir(), 'revelado-cli-'));
  const { threads, device } = options;
  const settings = { role: 'batch', threads, device, cacheDir, modelsDir: modelsDir() } as const;
  const { fork } = options;
  // A program that brings its own way of starting processes (Electron) is no place for native libraries.
  const engine =
    fork || options.inputs > 1
      ? startEngine({ ...settings, ...(fork ? { fork } : {}) })
      : localEngine(settings);
  return {
    ...engine,
    close: async () => {
      await engine.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}
