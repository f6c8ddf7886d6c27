import { describe, expect, it } from 'vitest';
import type { TFunction } from 'i18next';
import type { Job } from '../../app/contract/jobs.ts';
import { actionsFor } from './actions.ts';
import { fileName, jobTitle } from './titles.ts';

const job = (patch: Partial<Job>): Job => ({
  id: 1,
  type: 'export',
  title: 'Roll',
  state: 'running',
  stage: '',
  done: 3,
  failed: 0,
  total: 8,
  eta: null,
  error: null,
  createdAt: 0,
  finishedAt: null,
  ...patch,
});

describe('actionsFor', () => {
  it('offers what the state allows and nothing else', () => {
    expect(actionsFor(job({ state: 'running' }))).toEqual(['pause', 'cancel', 'openFolder']);
    expect(actionsFor(job({ state: 'paused', done: 0 }))).toEqual(['resume', 'cancel']);
    expect(actionsFor(job({ state: 'queued', done: 0 }))).toEqual(['cancel']);
    expect(actionsFor(job({ state: 'done' }))).toEqual(['openFolder']);
    expect(actionsFor(job({ state: 'done', failed: 2 }))).toEqual(['retry', 'openFolder']);
    expect(actionsFor(job({ state: 'failed', done: 0, failed: 8 }))).toEqual(['retry']);
    expect(actionsFor(job({ state: 'done', type: 'import' }))).toEqual([]);
  });
});

describe('jobTitle', () => {
  const t = ((key: string, options?: { count?: number }) =>
    options?.count ? `${options.count} things` : key) as unknown as TFunction;
  it('says the host’s English titles in the reader’s words', () => {
    expect(jobTitle(job({ title: 'Export 9 pictures', total: 9 }), t)).toBe('jobs.type.export: 9 things');
    expect(jobTitle(job({ type: 'analyse-roll', title: 'Analyse 24 mm lens' }), t)).toBe(
      'jobs.type.analyse-roll: 24 mm lens',
    );
  });
  it('shortens paths of every system', () => {
    expect(['/a/b c.tif', 'C:\\\\scans\\\\d.tif', 'e.tif'].map(fileName)).toEqual([
      'b c.tif',
      'd.tif',
      'e.tif',
    ]);
  });
});
