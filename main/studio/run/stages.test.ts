/** What the runner does between its stages: freezing and unfreezing, sessions let go of, devices that fail. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxBinding, SessionStore, type Binding, type ProviderName } from '../../engine/session.ts';
import type { Weights } from '../../../app/graph/scope.ts';
import { carry, tiny, tinyRequest } from './fixture.ts';
import { CRITIC_FOLDER, readCritic, readModel } from './model.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'revelado-stages-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const dir = (name: string): string => path.join(root, name);
const bytes = (weights: Weights, name: string): Buffer => {
  const { buffer, byteOffset, byteLength } = weights.get(name)!.data;
  return Buffer.from(buffer, byteOffset, byteLength);
};
const events = (lines: Awaited<ReturnType<typeof carry>>['lines']) =>
  lines.flatMap((l) => (l.type === 'event' ? [l] : []));

describe('a pre-trained encoder', () => {
  it('stays bit for bit as it is in the first part, learns in the second, and the diary says when', async () => {
    const request = await tinyRequest(dir('whole'), { unfreezeAfter: 50 }, 12);
    expect(request.run.stages.map((s) => [s.encoder, s.steps])).toEqual([
      ['frozen', 6],
      ['slow', 6],
    ]);
    const { lines, saved } = await carry(request);
    const at = (step: number) => saved.findLast((s) => s.step === step)!.learnt;
    // While it is frozen it is no part of what is learnt; when it is freed it is what it was.
    expect([...saved[0].learnt.keys()].sort()).toEqual(['head.bias', 'head.weight']);
    const freed = saved.find((s) => s.learnt.get('encoder.weight'))!;
    expect(freed.step).toBe(6);
    expect(bytes(freed.learnt, 'encoder.weight').equals(bytes(request.weights, 'encoder.weight'))).toBe(true);
    expect(bytes(freed.learnt, 'head.weight').equals(bytes(request.weights, 'head.weight'))).toBe(false);
    expect(bytes(at(12), 'encoder.weight').equals(bytes(request.weights, 'encoder.weight'))).toBe(false);
    // It moved, but less than the rest: a tenth of the rate.
    const moved = (name: string): number => {
      const [before, after] = [freed.learnt.get(name)!.data, at(12).get(name)!.data];
      return Math.sqrt(after.reduce((sum, v, i) => sum + (v - before[i]) ** 2, 0) / after.length);
    };
    expect(moved('encoder.weight') / moved('head.weight')).toBeLessThan(0.35);
    expect(
      events(lines)
        .filter((e) => /freeze/.test(e.kind))
        .map((e) => [e.kind, e.step]),
    ).toEqual([
      ['freeze', 0],
      ['unfreeze', 6],
    ]);
    // The model that is left holds both, whoever learnt.
    const { weights } = await readModel(path.join(dir('whole'), 'model'));
    expect([...weights.keys()].sort()).toEqual(['encoder.weight', 'head.bias', 'head.weight']);

    // It learns.
    const error = lines.flatMap((l) => (l.type === 'figures' ? [l.figures.lossContent] : []));
    expect(error.at(-1)).toBeLessThan(0.9 * error[0]);

    // The same numbers when the run is put down in either part.
    const figures = (all: typeof lines) =>
      all.flatMap((l) => (l.type === 'figures' ? [[l.step, l.figures.lossContent]] : []));
    const parts = [];
    for (const stop of [3, 9, null]) {
      const part = await carry(
        await tinyRequest(dir('parts'), { unfreezeAfter: 50 }, 12),
        (l) => l.type === 'figures' && l.step === stop,
      );
      expect(part.result.step).toBe(stop ?? 12);
      parts.push(part);
    }
    expect(figures(parts.flatMap((p) => p.lines))).toEqual(figures(lines));
    const last = parts[2].saved.at(-1)!.learnt;
    for (const name of ['encoder.weight', 'head.weight', 'head.bias'])
      expect(bytes(last, name).equals(bytes(at(12), name)), name).toBe(true);
  }, 30_000);
});

/** onnxruntime, counting sessions that live, with a device that dies at a run. */
function watched(dies: { provider: ProviderName; at: number } | null) {
  const real = onnxBinding();
  const count = { living: 0, most: 0, made: 0 };
  let runs = 0;
  const binding: Binding = {
    listed: () => ['webgpu', 'cpu'],
    async create(model, provider, threads, options) {
      const raw = await real.create(model, 'cpu', threads, options);
      count.made++;
      count.living++;
      count.most = Math.max(count.most, count.living);
      return {
        run: (feeds, into) => {
          if (dies && provider === dies.provider && ++runs > dies.at)
            return Promise.reject(new Error('the driver has gone away'));
          return raw.run(feeds, into);
        },
        release: () => {
          count.living--;
          return raw.release();
        },
      };
    },
  };
  return { binding, count };
}

describe('sessions', () => {
  it('of a stage are let go of before the next one opens its own', async () => {
    const { binding, count } = watched(null);
    const request = await tinyRequest(dir('three'), { size: null, minutes: 60 }, 4);
    expect(request.run.stages.map((s) => s.size)).toEqual([64, 96, 128]);
    await carry({ ...request, openStore: (known) => new SessionStore(() => binding, 1, [...known]) });
    expect(count).toEqual({ made: 6, most: 2, living: 0 });
  }, 30_000);
  it('that lose their device go on with the next one, and the diary says so', async () => {
    const { binding } = watched({ provider: 'webgpu', at: 5 });
    const request = await tinyRequest(dir('falls'), { freeze: true }, 6);
    const { lines, result } = await carry({
      ...request,
      order: ['webgpu', 'cpu'],
      openStore: (known) => new SessionStore(() => binding, 1, [...known]),
    });
    expect(result).toMatchObject({ state: 'done', step: 6 });
    const told = events(lines).filter((e) => e.kind === 'device');
    expect(told.map((e) => [e.level, e.text])).toEqual([
      ['warning', 'webgpu does not work: the driver has gone away. The run goes on with cpu.'],
    ]);
  }, 30_000);
});

describe('a critic', () => {
  it('that learnt alone is left in the run, and a run against it begins with its very weights', async () => {
    const alone = await tinyRequest(dir('judge'), { phase: 'critic' }, 3);
    const { lines } = await carry(alone);
    expect(lines.filter((l) => l.type === 'figures')).toEqual([]);
    const { weights, card } = await readCritic(dir('judge'), tiny, 'small');
    expect(card).toMatchObject({ network: 'critic', version: '3' });
    expect(bytes(weights, 'stem.weight').equals(bytes(alone.critic, 'stem.weight'))).toBe(false);

    const gan = await tinyRequest(dir('both'), { phase: 'gan' }, 2);
    // At a rate of nought nothing changes: what the run leaves is what it began with.
    gan.run.rate = 0;
    const both = await carry({ ...gan, critic: weights });
    const after = await readCritic(path.join(dir('both'), CRITIC_FOLDER), tiny, 'small');
    for (const name of weights.keys())
      expect(bytes(after.weights, name).equals(bytes(weights, name)), name).toBe(true);
    const points = both.lines.flatMap((l) => (l.type === 'point' ? [l] : []));
    expect(points.some((p) => 'accuracy' in p.losses)).toBe(true);
    await expect(readCritic(dir('both'), { ...tiny, name: 'other' }, 'small')).rejects.toThrow(
      /has learnt to judge what tiny makes; other needs another/,
    );
  }, 30_000);
});
