import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSettingsSchema, type RunSettings } from '../../../app/contract/studio.ts';
import { seeded } from '../../../app/random.ts';
import { encodePng } from '../../files/rgb.ts';
import { RunControl } from './gate.ts';
import { readLog, type LogLine } from './log.ts';
import { checkWeights, readModel } from './model.ts';
import { objectives } from './objectives/index.ts';
import { openRun, type OpenOptions } from './open.ts';
import { trainRun } from './runner.ts';

let root: string;
let data: string;

/** Photographs of nothing: soft gradients with discs, in colour. */
async function draw(dir: string, count: number): Promise<void> {
  mkdirSync(dir, { recursive: true });
  for (let k = 0; k < count; k++) {
    const random = seeded('run test', k);
    const side = 64;
    const rgb = new Uint8Array(side * side * 3);
    const ends = Array.from({ length: 6 }, () => random.int(256));
    const discs = Array.from({ length: 5 }, () => ({
      x: random.int(side),
      y: random.int(side),
      r: 4 + random.int(14),
      rgb: [random.int(256), random.int(256), random.int(256)],
    }));
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const disc = discs.findLast((d) => (d.x - x) ** 2 + (d.y - y) ** 2 < d.r ** 2);
        for (let c = 0; c < 3; c++)
          rgb[(y * side + x) * 3 + c] = disc ? disc.rgb[c] : (ends[c] * (side - x) + ends[3 + c] * x) / side;
      }
    writeFileSync(path.join(dir, `${k}.png`), await encodePng({ width: side, height: side, data: rgb }));
  }
}

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
const modelHash = (dir: string) =>
  createHash('sha256')
    .update(readFileSync(weightsFile(dir)))
    .digest('hex');

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'revelado-run-'));
  data = path.join(root, 'pictures');
  await draw(data, 24);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a training run', () => {
  it('learns, leaves a model that can be read back, and goes on after a stop with the same numbers', async () => {
    const whole = await train(options('whole', {}, 20));
    expect(whole.result).toMatchObject({ state: 'done', step: 20 });
    const first = losses('whole')[0][1];
    const last = losses('whole').at(-1)![1];
    expect(last).toBeLessThan(first);
    const model = await readModel(path.join(root, 'whole', 'model'));
    checkWeights(objectives.restorer.network, 'small', model);
    expect(model.card.network).toBe('restorer');

    const one = await train(options('halves', {}, 20), 3);
    expect(one.result).toMatchObject({ state: 'stopped', step: 3 });
    const two = await train(options('halves', {}, 20, true));
    expect(two.result).toMatchObject({ state: 'done', step: 20 });
    expect(losses('halves')).toEqual(losses('whole'));
    expect(modelHash('halves')).toBe(modelHash('whole'));
  }, 60_000);

  it('takes turns between critic and generator, and says so', async () => {
    const { lines, result } = await train(options('gan', { phase: 'gan' }, 6));
    expect(result.step).toBe(6);
    const points = lines.flatMap((l) => (l.type === 'point' ? [l] : []));
    expect(points.every((p) => Object.values(p.losses).every(Number.isFinite))).toBe(true);
    expect(points.some((p) => 'accuracy' in p.losses)).toBe(true);
  }, 60_000);

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
