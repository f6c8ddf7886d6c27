/** A dataset as the window sees it, from its folder and its job. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Job } from '../../../app/contract/jobs.ts';
import type { StudioDataset } from '../../../app/contract/studio.ts';
import { say } from '../../../app/words/sentences.ts';
import type { BuildReport } from '../dataset/build-report.ts';
import type { StudioFolders } from './folders.ts';

function reportOf(dir: string): BuildReport | null {
  try {
    return JSON.parse(readFileSync(path.join(dir, 'report.json'), 'utf8')) as BuildReport;
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
  const coloured = report
    ? report.hues.sectors.map((sector) => sector.pixels.reduce((a, b) => a + b, 0))
    : null;
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
    preset: facts.preset,
    createdAt: facts.createdAt,
    train: report?.train ?? 0,
    test: report?.test ?? 0,
    rejects: report
      ? Object.entries(report.counts).flatMap(([reason, count]) => (count > 0 ? [{ reason, count }] : []))
      : [],
    sources:
      report?.sources.map((s) => ({
        name: path.basename(s.path),
        pictures: s.kept,
        film: s.films > 0,
      })) ?? [],
    hues: coloured && coloured.length === 12 ? coloured.map((v) => (all > 0 ? v / all : 0)) : null,
    gaps: report?.hues.sectors.flatMap((sector, index) => (sector.gap ? [index] : [])) ?? [],
    advice: report?.warnings ?? [],
  };
}
