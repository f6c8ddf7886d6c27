/** A run as the window sees it, from its folder and its job. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Job } from '../../../app/contract/jobs.ts';
import {
  isMelodyNetwork,
  type RunFigures,
  type RunPoint,
  type StudioRun,
} from '../../../app/contract/studio.ts';
import type { LogLine } from '../run/log.ts';
import type { Diaries } from './diaries.ts';
import { SAMPLE_NAMES } from '../run/objectives/melody-samples.ts';
import { CRITIC_FOLDER } from '../run/model.ts';
import { readRunFile } from '../run/position.ts';
import type { StudioFolders } from './folders.ts';

/** What the engine last said of a run at work. */
export const liveSchema = z.object({
  step: z.number(),
  seconds: z.number(),
  secondsLeft: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  device: z.string().nullable(),
  memoryBytes: z.number().nullable(),
});
export type Live = z.infer<typeof liveSchema>;

const lastOf = <T extends LogLine['type']>(
  lines: readonly LogLine[],
  type: T,
  which: (line: Extract<LogLine, { type: T }>) => boolean = () => true,
): Extract<LogLine, { type: T }> | null =>
  (lines.findLast((l) => l.type === type && which(l as Extract<LogLine, { type: T }>)) as
    Extract<LogLine, { type: T }> | undefined) ?? null;

export interface RunSources {
  folders: StudioFolders;
  diaries: Diaries;
  /** The job of a run, while the queue knows it. */
  job(id: number): Job | null;
  live: ReadonlyMap<string, Live>;
}

/** The step that the run's model is of; null while there is no model. */
function modelStep(dir: string): number | null {
  try {
    const card = JSON.parse(readFileSync(path.join(dir, 'model', 'card.json'), 'utf8')) as {
      version: string;
    };
    return Number(card.version);
  } catch {
    return null;
  }
}

/** null: the folder holds no run that can be shown. */
export function describeRun(id: string, { folders, diaries, job, live }: RunSources): StudioRun | null {
  const dir = folders.dir('runs', id);
  const facts = folders.runFacts(id);
  if (!facts) return null;
  let run;
  try {
    run = readRunFile(dir);
  } catch {
    return null;
  }
  if (!run) return null;
  const { settings } = run;
  const carried = facts.jobId === null ? null : job(facts.jobId);
  const lines = diaries.of(dir);
  const last = lastOf(lines, 'point');
  const inUse = lastOf(lines, 'figures', (l) => l.of === 'in-use');
  const best = modelStep(dir);
  const hasModel = best !== null;
  const hasCritic = existsSync(path.join(dir, CRITIC_FOLDER, 'card.json'));
  // A model's figures are those of its own step: what the run measured later was no better.
  const figures =
    lastOf(lines, 'figures', (l) => l.of === 'run' && l.step === best) ??
    lastOf(lines, 'figures', (l) => l.of === 'run');
  const now = live.get(id) ?? null;
  const plain = <T extends { type: string }>(line: T | null): Omit<T, 'type'> | null => {
    if (!line) return null;
    const rest: Omit<T, 'type'> & { type?: string } = { ...line };
    delete rest.type;
    return rest;
  };
  return {
    id,
    settings,
    // A job that was cleared from the queue had come to its end.
    state: carried?.state ?? (hasModel || hasCritic ? 'done' : 'cancelled'),
    jobId: carried ? facts.jobId : null,
    error: carried?.error ?? null,
    createdAt: run.createdAt,
    step: now?.step ?? last?.step ?? 0,
    secondsDone: now?.seconds ?? last?.seconds ?? 0,
    secondsLeft: carried?.state === 'running' ? (now?.secondsLeft ?? null) : null,
    device: now?.device ?? null,
    memoryBytes: now?.memoryBytes ?? null,
    imagesPerSecond: now?.imagesPerSecond ?? null,
    last: plain(last) as RunPoint | null,
    figures: plain(figures) as RunFigures | null,
    figuresInUse: plain(inUse) as RunFigures | null,
    samples: lines.flatMap((l) =>
      l.type === 'figures' && l.of === 'run' && existsSync(path.join(dir, 'samples', `${l.step}.png`))
        ? [l.step]
        : [],
    ),
    melodies: isMelodyNetwork(settings.network) ? SAMPLE_NAMES : [],
    model: hasModel ? id : null,
    critic: hasCritic,
    inUse: folders.inUse()[settings.network] === id,
  };
}
