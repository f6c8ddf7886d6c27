/** A dataset as the window sees it, from its folder and its job. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Job } from '../../../app/contract/jobs.ts';
import type { StudioDataset } from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';
import type { BuildReport } from '../dataset/build-report.ts';
import type { MelodyReport } from '../dataset/melodies.ts';
import type { StudioFolders } from './folders.ts';

/** The palette and the sources of pictures, or the melodies. */
type Report = ({ kind?: undefined } & BuildReport) | MelodyReport;

function reportOf(dir: string): Report | null {
  try {
    return JSON.parse(readFileSync(path.join(dir, 'report.json'), 'utf8')) as Report;
  } catch {
    return null;
  }
}

/** null: the folder holds nothing that can be shown. */
export function describeDataset(
  id: string,
  folders: StudioFolders,
  job: (id: number) => Job | null,
): StudioDataset | null {
  const facts = folders.datasetFacts(id);
  if (!facts) return null;
  const carried = facts.jobId === null ? null : job(facts.jobId);
  const report = reportOf(folders.dataOf(id));
  const state = report
    ? 'ready'
    : carried && ['queued', 'running', 'paused'].includes(carried.state)
      ? 'building'
      : 'failed';
  const hues = report && report.kind !== 'melodies' ? report.hues : null;
  const coloured = hues?.sectors.map((sector) => sector.pixels.reduce((a, b) => a + b, 0)) ?? null;
  const all = coloured?.reduce((a, b) => a + b, 0) ?? 0;
  return {
    id,
    name: facts.name,
    state,
    error:
      state === 'failed'
        ? ((carried?.state === 'cancelled' ? null : carried?.error) ?? say('studio-dataset-unfinished'))
        : null,
    jobId: carried ? facts.jobId : null,
    kind: facts.kind,
    preset: facts.preset,
    createdAt: facts.createdAt,
    train: report?.train ?? 0,
    test: report?.test ?? 0,
    rejects: report
      ? Object.entries(report.counts).flatMap(([reason, count]) => (count > 0 ? [{ reason, count }] : []))
      : [],
    sources:
      report === null
        ? []
        : report.kind === 'melodies'
          ? report.sources.map((s) => ({ name: s.name, pictures: s.melodies, film: false }))
          : report.sources.map((s) => ({
              name: path.basename(s.path),
              pictures: s.kept,
              film: s.films > 0,
            })),
    hues: coloured && coloured.length === 12 ? coloured.map((v) => (all > 0 ? v / all : 0)) : null,
    gaps: hues?.sectors.flatMap((sector, index) => (sector.gap ? [index] : [])) ?? [],
    advice: report?.warnings ?? [],
  };
}
