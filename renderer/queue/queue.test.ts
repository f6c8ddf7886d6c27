import { describe, expect, it } from 'vitest';
import type { Job } from '../../app/contract/jobs.ts';
import { actionsFor } from './actions.ts';
import { outline } from './RecordDialog.tsx';

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

describe('outline', () => {
  it('flattens a change record in its own order, with short lists on one line', () => {
    expect(
      outline({
        film: 'c41',
        base: [0.5612345678, 0.26],
        dust: { repaired: 214 },
        steps: [{ name: 'decode' }],
      }),
    ).toEqual([
      { depth: 0, key: 'film', value: 'c41' },
      { depth: 0, key: 'base', value: '0.561235, 0.26' },
      { depth: 0, key: 'dust', value: null },
      { depth: 1, key: 'repaired', value: '214' },
      { depth: 0, key: 'steps', value: null },
      { depth: 1, key: '1', value: null },
      { depth: 2, key: 'name', value: 'decode' },
    ]);
  });
});
