/** The engine's methods of the Studio: building a dataset, carrying a training run. Loaded when they are asked for. */
import { RevealError } from '../../app/contract/messages.ts';
import { isMelodyNetwork } from '../../app/contract/studio.ts';
import type { CallContext, Methods } from './core.ts';
import type { EngineSettings } from './process.ts';
import { APP_VERSION } from './version.ts';

export function studioMethods(
  settings: EngineSettings,
): Pick<Methods, 'buildDataset' | 'buildMelodies' | 'train'> {
  /** Runs at work, by folder; each promise ends with its run and never rejects. */
  const running = new Map<string, Promise<void>>();
  return {
    buildDataset: async ({ sources, out, preset, seed }, { signal, progress }) => {
      const { buildDataset } = await import('../studio/dataset/build.ts');
      return buildDataset({
        sources,
        out,
        preset,
        seed,
        // What lies there was left by a build that was interrupted.
        overwrite: true,
        version: APP_VERSION,
        ...(settings.threads > 0 ? { threads: settings.threads } : {}),
        signal,
        onProgress: (done, total, label) => progress(label, done, total),
      });
    },
    buildMelodies: async ({ sources, out }, { signal, progress }) => {
      const { buildMelodies } = await import('../studio/dataset/melodies.ts');
      return buildMelodies(sources, out, {
        signal,
        onProgress: (done, total, label) => progress(label, done, total),
      });
    },
    train: async (task, { signal, progress }) => {
      // A run that was just put down may still be opening, or writing its last checkpoint.
      while (running.has(task.dir)) await running.get(task.dir);
      if (signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
      let over = (): void => undefined;
      running.set(task.dir, new Promise((resolve) => (over = resolve)));
      try {
        return await carry(settings, task, signal, progress);
      } finally {
        running.delete(task.dir);
        over();
      }
    },
  };
}

/** One run, from its folder to its end. */
const carry = async (
  settings: EngineSettings,
  task: Parameters<Methods['train']>[0],
  signal: AbortSignal,
  progress: CallContext['progress'],
): ReturnType<Methods['train']> => {
  const { trainRun } = await import('../studio/run/runner.ts');
  const { RunControl } = await import('../studio/run/gate.ts');
  const { readRunFile } = await import('../studio/run/position.ts');
  const how = {
    totalSteps: null,
    resume: readRunFile(task.dir) !== null,
    threads: settings.threads,
  };
  const { network } = task.settings;
  const request = isMelodyNetwork(network)
    ? await (
        await import('../studio/run/objectives/melody-open.ts')
      ).openMelodyRun({ ...task, ...how, settings: { ...task.settings, network } })
    : await (
        await import('../studio/run/open.ts')
      ).openRun({ ...task, ...how, settings: task.settings, device: settings.device });
  if (signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
  const control = new RunControl();
  signal.addEventListener('abort', () => control.stop());
  return trainRun(request, control, {
    line: () => undefined,
    progress: (now) => {
      const total = now.seconds + (now.secondsLeft ?? 0);
      progress('train', now.seconds, total, { ...now, memoryBytes: process.memoryUsage().rss });
    },
  });
};
