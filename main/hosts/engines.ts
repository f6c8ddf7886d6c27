/**
 * The engines of a host, one for what a person waits for, one for jobs and one for the Studio, with the threads and the device
 * of the settings: a change takes hold at once for new work, while work in flight is finished as it was begun.
 */
import type { Settings } from '../../app/contract/host.ts';
import { startEngine, type EngineFork } from '../engine/process.ts';

export interface HostEngines {
  interactive: ReturnType<typeof startEngine>;
  batch: ReturnType<typeof startEngine>;
  /** For the Studio: its process begins with the first run and can be lost without harm to anything else. */
  training: ReturnType<typeof startEngine>;
  /** Takes over what the settings say; engines are exchanged only when it differs from what they run with. */
  apply(settings: Pick<Settings, 'threads' | 'device'>): void;
  close(): Promise<void>;
}

/** @param options.threads named at the host's start: outranks the settings */
export function hostEngines(options: {
  cacheDir: string;
  dataDir: string;
  threads?: number;
  fork?: EngineFork;
}): HostEngines {
  const { cacheDir, dataDir, fork } = options;
  let chosen: Pick<Settings, 'threads' | 'device'> = { threads: options.threads ?? 0, device: 'auto' };
  const start = (role: 'interactive' | 'batch' | 'training'): ReturnType<typeof startEngine> =>
    startEngine({ role, ...chosen, chosen: () => chosen, cacheDir, dataDir, ...(fork ? { fork } : {}) });
  const engines = { interactive: start('interactive'), batch: start('batch'), training: start('training') };
  return {
    ...engines,
    apply: ({ threads, device }) => {
      const next = { threads: options.threads ?? threads, device };
      if (next.threads === chosen.threads && next.device === chosen.device) return;
      chosen = next;
      engines.interactive.restartWhenIdle();
      engines.batch.restartWhenIdle();
      engines.training.restartWhenIdle();
    },
    close: async () => {
      await Promise.all(Object.values(engines).map((engine) => engine.close()));
    },
  };
}
