import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSettingsSchema, type RunSettings } from '../../../app/contract/studio.ts';
import { initialWeights } from '../../../app/graph/scope.ts';
import { critic } from '../../../models/critic/network.ts';
import { networkParameters, networks } from '../../../models/index.ts';
import { openDataset } from '../dataset/open.ts';
import { shippedModel } from '../shipped.ts';
import { draw } from './drawn.ts';
import { RunControl } from './gate.ts';
import { readLog, type LogLine } from './log.ts';
import { checkWeights, readModel, runModel } from './model.ts';
import { objectives } from './objectives/index.ts';
import { openRun, type OpenOptions } from './open.ts';
import { trainRun } from './runner.ts';

let root: string;
let data: string;

const options = (
  dir: string,
  settings: Partial<RunSettings>,
  steps: number,
  resume = false,
): OpenOptions => ({
  dir: path.join(root, dir),
  dataDir: data,
  settings: runSettingsSchema.parse({ dataset: 'x', network: 'restorer', size: 32, ...settings }),
  startDir: null,
  criticDir: null,
  inUseDir: null,
  totalSteps: steps,
  resume,
  device: 'cpu',
  threads: 2,
});

/** @param stopAt the step at whose figures the run is put down */
async function train(open: OpenOptions, stopAt?: number) {
  const request = await openRun(open);
  const control = new RunControl();
  const lines: LogLine[] = [];
  const result = await trainRun(request, control, {
    line: (line) => {
      lines.push(line);
      if (line.type === 'figures' && line.step === stopAt) control.stop();
    },
    progress: () => undefined,
  });
  return { result, lines };
}
const losses = (dir: string) =>
  readLog(path.join(root, dir)).flatMap((l) =>
    l.type === 'figures' ? [[l.step, l.figures.lossContent]] : [],
  );
/** The model's only weights: those of earlier, worse models are gone. */
function weightsFile(dir: string): string {
  const folder = path.join(root, dir, 'model');
  const files = readdirSync(folder).filter((name) => name.endsWith('.rvw'));
  expect(files).toHaveLength(1);
  return path.join(folder, files[0]);
}
beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'revelado-run-'));
  data = path.join(root, 'pictures');
  await draw(data, 24);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a training run', () => {
  it('learns, leaves a model that can be read back, and goes on for longer on the same pictures', async () => {
    const whole = await train(options('whole', {}, 4));
    expect(whole.result).toMatchObject({ state: 'done', step: 4 });
    expect(losses('whole')).toHaveLength(5);
    expect(losses('whole').every(([, loss]) => Number.isFinite(loss))).toBe(true);
    const model = await readModel(path.join(root, 'whole', 'model'));
    checkWeights(objectives.restorer.network, 'small', model);
    expect(model.card.network).toBe('restorer');

    // The same pictures under another name are the same pictures.
    const moved = path.join(root, 'moved');
    cpSync(data, moved, { recursive: true });
    const more = await train({ ...options('whole', {}, 6, true), dataDir: moved, given: ['steps'] });
    expect(more.result).toMatchObject({ state: 'done', step: 6 });
    expect(losses('whole').map(([step]) => step)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(losses('whole')[6][1]).toBeLessThan(losses('whole')[0][1]);
    expect(weightsFile('whole')).toBeTruthy();

    // One more picture: others.
    await draw(moved, 25);
    const other = openRun({ ...options('whole', {}, 6, true), dataDir: moved });
    await expect(other).rejects.toThrow(/some were added, removed or changed/);
  }, 60_000);

  it('put down and taken up again gives the same numbers and the same weights, bit for bit', async () => {
    const straight = await train(options('straight', {}, 3));
    expect(straight.result).toMatchObject({ state: 'done', step: 3 });
    const first = await train(options('halves', {}, 3), 1);
    expect(first.result).toMatchObject({ state: 'stopped', step: 1 });
    const second = await train(options('halves', {}, 3, true));
    expect(second.result).toMatchObject({ state: 'done', step: 3 });
    expect(losses('halves')).toEqual(losses('straight'));
    expect(losses('halves')).toHaveLength(4);
    expect(readFileSync(weightsFile('halves')).equals(readFileSync(weightsFile('straight')))).toBe(true);
  }, 60_000);

  it('does not pass over settings that are other than the run’s, and names them', async () => {
    const given: OpenOptions = {
      ...options('whole', { width: 'base', seed: 7 }, 6, true),
      given: ['width', 'seed', 'size', 'start'],
      startDir: '/elsewhere',
    };
    await expect(openRun(given)).rejects.toThrow(
      /--width base \(the run has small\), --seed 7 \(the run has 1\), --start \/elsewhere \(the run has none\)\. Leave that out/,
    );
    const minutes: OpenOptions = { ...options('whole', { minutes: 5 }, 6, true), given: ['minutes'] };
    await expect(openRun(minutes)).rejects.toThrow(/is 6 steps: give it more by --steps/);
    await expect(
      openRun({ ...options('whole', {}, 6, true), given: ['size', 'steps'] }),
    ).resolves.toBeTruthy();
  });

  it('is compared with the shipped model when the one in use is broken, and says which file', async () => {
    const inUseDir = path.join(root, 'broken');
    cpSync(path.join(root, 'whole', 'model'), inUseDir, { recursive: true });
    const file = readdirSync(inUseDir).find((name) => name.endsWith('.rvw'))!;
    writeFileSync(path.join(inUseDir, file), 'no weights');
    const request = await openRun({ ...options('beside', {}, 1), inUseDir });
    expect(request.notices).toHaveLength(1);
    expect(request.notices[0]).toMatchObject({ kind: 'in-use', text: expect.stringContaining(file) });
    const shipped = await readModel(shippedModel('restorer')).catch(() => null);
    if (shipped?.card.width === 'small') {
      expect(request.notices[0].text).toContain('takes its place');
      expect([...request.inUse!.get('stem.weight')!.data]).toEqual([
        ...shipped.weights.get('stem.weight')!.data,
      ]);
    } else expect(request.inUse).toBeNull();
  });

  it('begins with a critic of its own network and width, or says what is wrong', async () => {
    const weights = initialWeights(networkParameters(critic, 'small'), 99);
    const dataset = await openDataset(data);
    const judge = path.join(root, 'judge');
    const { restorer } = networks;
    const none = { weights: new Map(), parent: null, provenance: [] };
    const model = runModel({ ...none, dir: judge, network: restorer, width: 'small', dataset });
    await model.saveCritic(weights, { step: 5, seconds: 60 });
    const gan = { ...options('against', { phase: 'gan', critic: 'given' }, 1), criticDir: judge };
    const request = await openRun(gan);
    for (const [name, { data: numbers }] of weights)
      expect(request.critic.get(name)?.data, name).toEqual(numbers);
    const refused = (patch: Partial<RunSettings>) =>
      openRun({ ...options('e', { phase: 'gan', critic: 'given', ...patch }, 1), criticDir: judge });
    await expect(refused({ network: 'filler' })).rejects.toThrow(/judge what restorer makes; filler/);
    await expect(refused({ width: 'base' })).rejects.toThrow(/does not fit critic \(base\)/);
    await expect(refused({ phase: 'generator' })).rejects.toThrow(/in which a critic learns/);
    await expect(openRun(options('e', { phase: 'gan', critic: 'gone' }, 1))).rejects.toThrow(
      /run gone has no/,
    );
    expect(existsSync(path.join(root, 'e'))).toBe(false);
  });

  it('refuses too few pictures, a folder in use, another architecture and a size that does not fit, in words', async () => {
    const few = path.join(root, 'few');
    await draw(few, 3);
    await expect(openRun({ ...options('a', {}, 1), dataDir: few })).rejects.toThrow(/3 pictures|at least 8/);
    await expect(openRun(options('whole', {}, 1))).rejects.toThrow(/not empty.*--resume/);
    await expect(openRun(options('never', {}, 1, true))).rejects.toThrow(/no training run/);
    await expect(openRun(options('b', { size: 50 }, 1))).rejects.toThrow(/multiple of 16/);
    await expect(
      openRun({ ...options('c', { network: 'filler' }, 1), startDir: path.join(root, 'whole', 'model') }),
    ).rejects.toThrow(/does not fit filler/);
    expect(existsSync(path.join(root, 'c'))).toBe(false);
    // The model it was to begin with is gone: it does not begin with nothing instead.
    await expect(openRun(options('d', { start: 'earlier' }, 1))).rejects.toThrow(/no model earlier/);
  });
});
