/** Diaries that grow while they are read, and which figures stand for a run. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSettingsSchema } from '../../../app/contract/studio.ts';
import { LOG_NAME, type LogLine } from '../run/log.ts';
import { StudioFolders } from './folders.ts';
import { Diaries, MOST_EVENTS, MOST_POINTS, thinned } from './diaries.ts';
import { describeRun } from './runs.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-studio-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const point = (step: number, total = 1): Extract<LogLine, { type: 'point' }> => ({
  ...{ type: 'point', step, seconds: step, phase: 'generator', size: 64, lr: 1e-3 },
  losses: { total },
  wait: 0,
});
const figures = (step: number, of: 'run' | 'in-use', psnr: number): LogLine => ({
  ...{ type: 'figures', of, step, seconds: step },
  figures: { psnr },
});
const text = (...lines: LogLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('a diary', () => {
  it('is read on from where it was, and a line that is being written waits', () => {
    const diaries = new Diaries();
    const file = path.join(dir, LOG_NAME);
    expect(diaries.of(dir)).toEqual([]);
    writeFileSync(file, text(point(1)));
    expect(diaries.of(dir).map((l) => l.step)).toEqual([1]);
    const next = text(point(2));
    appendFileSync(file, next.slice(0, 20));
    expect(diaries.of(dir).map((l) => l.step)).toEqual([1]);
    appendFileSync(file, next.slice(20) + text(point(3)));
    expect(diaries.of(dir).map((l) => l.step)).toEqual([1, 2, 3]);
  });

  it('of a month takes no more memory than one of an hour, and keeps its course, its end and what happened', () => {
    const diaries = new Diaries();
    const lines: LogLine[] = [];
    const count = 10 * MOST_POINTS + 7;
    const event = (step: number, kind: string): LogLine => ({
      ...{ type: 'event', step, at: 0, level: 'info' },
      ...{ kind, text: kind },
    });
    for (let k = 1; k <= count; k++) {
      lines.push(point(k, k));
      if (k % 5 === 0) lines.push(event(k, 'switch'));
    }
    lines.push(figures(count, 'run', 20), event(count, 'alarm'));
    writeFileSync(path.join(dir, LOG_NAME), text(event(0, 'size'), ...lines));
    const kept = diaries.of(dir);
    const points = kept.flatMap((l) => (l.type === 'point' ? [l] : []));
    expect(points.length).toBeLessThanOrEqual(1.5 * MOST_POINTS);
    expect(points.at(-1)!.step).toBe(count);
    // The loss of the test is its step: a mean of neighbours stays close to it, all over the run.
    const worst = Math.max(...points.map((p) => Math.abs(p.losses.total - p.step)));
    expect(worst).toBeLessThan(32);
    expect(thinned(points, 10).map((p) => Math.round(p.step / count / 0.1))).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ]);
    const events = kept.flatMap((l) => (l.type === 'event' ? [l] : []));
    expect(events.length).toBeLessThanOrEqual(1.25 * MOST_EVENTS + 1);
    expect([events[0].kind, events.at(-1)!.kind]).toEqual(['size', 'alarm']);
    expect(kept.filter((l) => l.type === 'figures')).toHaveLength(1);
    expect(kept.map((l) => l.step)).toEqual(kept.map((l) => l.step).sort((a, b) => a - b));
  });

  it('that was written anew by a run that goes on is read anew', () => {
    const diaries = new Diaries();
    const file = path.join(dir, LOG_NAME);
    writeFileSync(file, text(point(1), point(2), point(3)));
    expect(diaries.of(dir)).toHaveLength(3);
    writeFileSync(`${file}.part`, text(point(1), point(2, 0.5)));
    renameSync(`${file}.part`, file);
    expect(diaries.of(dir).map((l) => (l.type === 'point' ? l.losses.total : null))).toEqual([1, 0.5]);
  });
});

describe('a run', () => {
  it('is judged by the figures of its model, not by its newest', async () => {
    const folders = new StudioFolders(dir);
    const run = folders.dir('runs', 'r');
    mkdirSync(path.join(run, 'model'), { recursive: true });
    await folders.setFacts('runs', 'r', { jobId: null });
    const settings = runSettingsSchema.parse({ dataset: 'd', network: 'one' });
    const stage = { phase: 'generator', size: 64, batch: 16, share: 1, rate: 1, steps: 30 };
    const file = { version: 1, settings, totalSteps: null, stages: [stage], rate: 1e-3, createdAt: 5 };
    writeFileSync(path.join(run, 'run.json'), JSON.stringify(file));
    writeFileSync(
      path.join(run, LOG_NAME),
      text(figures(0, 'in-use', 22), figures(0, 'run', 10), figures(10, 'run', 24), figures(20, 'run', 23)),
    );
    const sources = { folders, diaries: new Diaries(), job: () => null, live: new Map() };
    // Before the first model its newest figures are all there is.
    expect(describeRun('r', sources)).toMatchObject({
      model: null,
      state: 'cancelled',
      figures: { step: 20, figures: { psnr: 23 } },
    });
    writeFileSync(path.join(run, 'model', 'card.json'), JSON.stringify({ version: '10' }));
    expect(describeRun('r', sources)).toMatchObject({
      model: 'r',
      state: 'done',
      figures: { step: 10, figures: { psnr: 24 } },
      figuresInUse: { figures: { psnr: 22 } },
    });
  });
});

it('a thinned curve keeps means and its end', () => {
  const points = Array.from({ length: 10 }, (_, k) => point(k + 1, k));
  expect(thinned(points, 5).map((p) => [p.step, p.losses.total])).toEqual([
    [2, 0.5],
    [4, 2.5],
    [6, 4.5],
    [8, 6.5],
    [10, 8.5],
  ]);
  expect(thinned(points, 20)).toHaveLength(10);
});

it('what was used before is remembered over a restart, and putting the same to work again forgets nothing', async () => {
  const folders = new StudioFolders(dir);
  expect(await folders.setInUse('one', 'first')).toBeNull();
  expect(await folders.setInUse('one', 'second')).toBe('first');
  expect(await folders.setInUse('one', 'second')).toBe('second');
  const later = new StudioFolders(dir);
  expect(later.inUse()).toEqual({ one: 'second' });
  expect(later.usedBefore()).toEqual({ one: 'first' });
  await later.setInUse('one', null);
  expect(later.usedBefore()).toEqual({ one: 'second' });
  await later.setInUse('one', 'first');
  expect(later.usedBefore()).toEqual({});
});
