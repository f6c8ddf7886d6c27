import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RevealError } from '../../../app/contract/messages.ts';
import { emit } from '../../../app/graph/emit.ts';
import { Graph } from '../../../app/graph/graph.ts';
import { add } from '../../../app/graph/ops/arithmetic.ts';
import { toLab } from '../../../app/metrics/index.ts';
import { type Planar, planar } from '../../../app/planar.ts';
import { networks, startWeights } from '../../../models/index.ts';
import { encodePng, type Rgb8 } from '../../files/rgb.ts';
import { openDataset, type Dataset } from '../dataset/index.ts';
import { runModel } from '../run/model.ts';
import { agreementOf } from './agreement.ts';
import { onlyColour } from './colour-only.ts';
import { checkGroup } from './jobs.ts';
import { modelEngine, openPredictor } from './model.ts';
import { composePlate, readPlates, takeApart } from './plates.ts';
import { DEFAULT_GROUPS, evaluate, isFor, testPictures } from './run.ts';
import { contactSheet } from './sheet.ts';
import { groupTable, reportTable, verdicts } from './table.ts';
import type { Predictor } from './types.ts';

let dir = '';
let dataset: Dataset;

/** A colourful scene with structure at several scales; `turn` makes another one. */
function scene(width: number, height: number, turn: number): Rgb8 {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const wave = Math.sin((x * (1 + (c + turn) / 3)) / 9 + turn) + Math.cos(y / (7 + turn) + c);
        const block = (Math.floor(x / 23) * 5 + Math.floor(y / 17) * 3 + turn) % 7 > 3 ? 40 : -25;
        data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, 120 + 45 * wave + block));
      }
  return { width, height, data };
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-eval-test-'));
  const rows = ['name,split'];
  for (let i = 0; i < 6; i++) {
    await writeFile(path.join(dir, `p${i}.png`), await encodePng(scene(80 + i, 70, i)));
    rows.push(`p${i}.png,${i < 2 ? 'train' : 'test'}`);
  }
  await writeFile(path.join(dir, 'index.csv'), rows.join('\n'));
  dataset = await openDataset(dir);
});
const engine = await modelEngine('cpu', 1);
afterAll(() => engine.store.close());
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A predictor that gives its input back. */
const lazy: Predictor = { name: 'lazy', groups: null, predict: (input) => Promise.resolve(input) };

describe('an evaluation', () => {
  it('measures models beside the baselines of each group, in order', async () => {
    const { report, sheet } = await evaluate({
      dataset,
      predictors: [lazy, await openPredictor('baseline:grey', engine)],
      groups: ['clean', 'bw', 'noise25', 'missing'],
      size: 32,
      count: 3,
      threads: 0,
      sheetRows: 1,
    });
    expect(report.groups.map((g) => [g.group, g.pictures])).toEqual([
      ['clean', 3],
      ['bw', 3],
      ['noise25', 3],
      ['missing', 3],
    ]);
    const row = (group: number, name: string) => report.groups[group].rows.find((r) => r.name === name);
    const [clean, bw, noise, missing] = report.groups;
    expect(clean.rows.map((r) => [r.name, r.kind])).toEqual([
      ['input', 'baseline'],
      ['lazy', 'model'],
      ['baseline:grey', 'model'],
    ]);
    expect(row(0, 'lazy')?.summary.figures.psnr?.mean).toBe(99);
    expect(row(0, 'baseline:grey')?.summary.figures.colourfulnessRatio?.max).toBe(0);
    // The same answer gets the same figures, whoever gave it.
    expect(row(1, 'baseline:grey')?.summary).toEqual(row(1, 'grey')?.summary);
    expect(row(1, 'grey')?.summary.saturation?.best?.distance).toBeCloseTo(1, 3);
    expect(row(2, 'lazy')?.summary.figures.psnr?.mean).toBeCloseTo(20.6, 0);
    expect(row(2, 'lazy')?.summary.saturation).toBeNull();
    const filled = row(3, 'harmonic')?.summary.figures;
    expect(filled?.insidePsnr?.mean).toBeGreaterThan(row(3, 'lazy')?.summary.figures.insidePsnr?.mean ?? 0);
    expect(filled?.outsideMax?.max).toBe(0);
    expect(missing.rows.map((r) => r.name)).toEqual([
      'input',
      'harmonic',
      'biharmonic',
      'telea',
      'lazy',
      'baseline:grey',
    ]);
    expect(verdicts(noise)).toEqual([
      { name: 'lazy', psnr: false, deltaE: false },
      { name: 'baseline:grey', psnr: false, deltaE: false },
    ]);
    expect(verdicts(clean)).toEqual([]);
    const better = structuredClone(noise);
    for (const row of better.rows)
      for (const figure of [row.summary.figures.psnr, row.summary.figures.deltaE])
        if (figure && row.name === 'lazy') figure.mean = figure === row.summary.figures.psnr ? 60 : 0.1;
    expect(verdicts(better)[0]).toEqual({ name: 'lazy', psnr: true, deltaE: true });
    expect(sheet.map((line) => line.group)).toEqual(['clean', 'bw', 'noise25', 'missing']);
    expect(sheet[1].cells.map((cell) => cell.name)).toEqual([
      'input',
      'grey',
      'lazy',
      'baseline:grey',
      'truth',
    ]);
    expect(groupTable(bw)).toMatch(/\| \*\*lazy\*\* \|/);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('gives the same figures with threads as without', async () => {
    const figures = async (threads: number) => {
      const { report } = await evaluate({
        dataset,
        predictors: [lazy],
        groups: ['mixed'],
        size: 32,
        count: 4,
        threads,
      });
      return report.groups[0].rows.map((r) => [r.name, r.summary]);
    };
    expect(await figures(2)).toEqual(await figures(0));
  });

  it('takes the same pictures whatever the count, others with another seed', () => {
    const names = (seed: number) => testPictures(dataset, seed, false).map((p) => p.id);
    expect(names(1)).toHaveLength(4);
    expect(names(1)).not.toContain('p0.png');
    expect(names(1)).toEqual(names(1));
    expect([1, 2, 3, 4, 5].some((seed) => names(seed).join() !== names(1).join())).toBe(true);
  });

  it('names pictures that cannot be read and goes on with others', async () => {
    const spoilt = await mkdtemp(path.join(os.tmpdir(), 'revelado-eval-bad-'));
    try {
      for (let i = 0; i < 3; i++)
        await writeFile(path.join(spoilt, `p${i}.png`), await encodePng(scene(64, 64, i)));
      await writeFile(path.join(spoilt, 'bad.png'), 'no picture');
      await writeFile(
        path.join(spoilt, 'index.csv'),
        'name,split\np0.png,train\np1.png,test\np2.png,test\nbad.png,test\n',
      );
      const { report } = await evaluate({
        dataset: await openDataset(spoilt),
        predictors: [],
        groups: ['clean', 'noise'],
        size: 32,
        threads: 0,
      });
      expect(report.groups.map((g) => g.pictures)).toEqual([2, 2]);
      expect(report.problems).toHaveLength(1);
      expect(report.problems[0].id).toBe('bad.png');
      await writeFile(path.join(spoilt, 'index.csv'), 'name,split\np0.png,train\nbad.png,test\n');
      await expect(
        evaluate({ dataset: await openDataset(spoilt), predictors: [], groups: ['bw'], threads: 0 }),
      ).rejects.toThrow(/None of the test pictures/);
    } finally {
      await rm(spoilt, { recursive: true, force: true });
    }
  });

  it('refuses what it does not know, and stops when told', async () => {
    const run = (groups: string[], more: object = {}) =>
      evaluate({ dataset, predictors: [], groups, size: 32, threads: 0, ...more });
    await expect(run(['rust'])).rejects.toThrow(/no group "rust"/);
    await expect(run(['clean'], { size: 16 })).rejects.toThrow(/from 32/);
    await expect(run(['clean'], { count: 0 })).rejects.toThrow(RevealError);
    await expect(run(['clean'], { predictors: [lazy, lazy] })).rejects.toThrow(/named twice/);
    await expect(run(['pair'])).rejects.toThrow(/no registered pairs/);
    await expect(openPredictor('baseline:magic', engine)).rejects.toThrow(/no baseline magic/);
    const stop = new AbortController();
    stop.abort();
    await expect(run(['clean'], { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    DEFAULT_GROUPS.forEach(checkGroup);
    expect(() => checkGroup('bw+rust')).toThrow(RangeError);
  });
});

describe('networks as predictors', () => {
  /** The folder of a run whose network has learnt nothing yet. */
  async function untrained(name: 'one' | 'filler' | 'colorist'): Promise<string> {
    const folder = path.join(dir, `run-${name}`);
    const weights = startWeights(networks[name], 'small', 1);
    await runModel({
      dir: folder,
      network: networks[name],
      width: 'small',
      dataset,
      weights,
      parent: null,
      provenance: [],
    }).save(weights, { step: 0, seconds: 0, size: 64, figures: {} });
    return folder;
  }
  it('run from the folder of a run: a fresh `one` leaves pictures alone', async () => {
    const folder = await untrained('one');
    const one = await openPredictor(folder, engine);
    const { report } = await evaluate({
      dataset,
      predictors: [one],
      groups: ['noise25'],
      size: 32,
      count: 2,
      threads: 0,
    });
    const [input] = report.groups[0].rows;
    const row = report.groups[0].rows.find((r) => r.kind === 'model');
    expect(row?.name).toBe(folder);
    // Its other ways have a share of 2e-4 together at the start: two decimals stay.
    expect(row?.summary.figures.psnr?.mean).toBeCloseTo(input.summary.figures.psnr?.mean ?? NaN, 2);
    await expect(one.predict(planar(40, 40, 3), { mask: null, group: 'bw' })).rejects.toThrow(
      /multiples of 32/,
    );
  });
  it('a filler is given the holes and changes nothing else', async () => {
    const filler = await openPredictor(await untrained('filler'), engine);
    const input = planar(32, 32, 3);
    input.data.fill(0.8);
    const mask = planar(32, 32, 1);
    mask.data.fill(0.5, 0, 32 * 8);
    // What lies in the hole must not be seen: a fresh filler continues what lies around it.
    input.data.fill(0.1, 0, 32 * 8);
    const out = await filler.predict(input, { mask, group: 'missing' });
    expect(out.data[32 * 8]).toBe(input.data[32 * 8]);
    expect(out.data[5]).toBeCloseTo(0.8, 2);
    expect(isFor(filler, 'missing')).toBe(true);
    expect(isFor(filler, 'bw')).toBe(false);
    expect(isFor(filler, 'missing+bw')).toBe(false);
  });
  it('a colorist keeps the luminance and gives a picture of three planes', async () => {
    const colorist = await openPredictor(await untrained('colorist'), engine);
    const input = planar(64, 64, 3);
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 64 * 64; i++) input.data[c * 4096 + i] = 0.2 + (0.6 * (i % 64)) / 64;
    const out = await colorist.predict(input, { mask: null, group: 'bw' });
    expect([out.width, out.height, out.channels]).toEqual([64, 64, 3]);
    const [before, after] = [toLab(input), toLab(out)];
    before.L.forEach((v, i) => expect(after.L[i]).toBeCloseTo(v, 1));
    expect(isFor(colorist, 'plates-red')).toBe(true);
    expect(isFor(colorist, 'noise25')).toBe(false);
  });
  it('of others are told the noise when they want to know it', async () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 3, 32, 32]);
    const file = path.join(dir, 'denoiser.onnx');
    await writeFile(file, emit({ y: add(x, graph.input('sigma', [1, 1, 1, 1])) }).bytes);
    const foreign = await openPredictor(`onnx:${file}`, engine);
    const out = await foreign.predict(planar(32, 32, 3), { mask: null, group: 'noise51' });
    expect(out.data[7]).toBeCloseTo(0.2, 5);
    expect((await foreign.predict(planar(32, 32, 3), { mask: null, group: 'noise' })).data[7]).toBe(0);
    expect(isFor(foreign, 'noise25')).toBe(true);
    expect(isFor(foreign, 'bw')).toBe(false);
    await writeFile(file, emit({ y: add(x, graph.input('mask', [1, 1, 32, 32])) }).bytes);
    await expect(openPredictor(`onnx:${file}`, engine)).rejects.toThrow(/takes x, mask/);
    await writeFile(file, 'no model');
    await expect(openPredictor(`onnx:${file}`, engine)).rejects.toThrow(RevealError);
  });
  it('that are not there, or damaged, are refused with words', async () => {
    await expect(openPredictor('no-such-model', engine)).rejects.toThrow(/no model no-such-model/);
    const folder = await untrained('one');
    const file = (await readdir(path.join(folder, 'model'))).find((name) => name.endsWith('.rvw'))!;
    await writeFile(path.join(folder, 'model', file), 'spoilt');
    await expect(openPredictor(folder, engine)).rejects.toThrow(/hash differs/);
  });
});

describe('plates', () => {
  /** A plate scan: blue, green, red records one above the other, two of them shifted. */
  function scan(colour: Rgb8, shifts: readonly [number, number][]): Rgb8 {
    const { width, height } = colour;
    const out: Rgb8 = { width, height: height * 3, data: new Uint8Array(width * height * 9) };
    shifts.forEach(([dx, dy], k) => {
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const u = Math.min(width - 1, Math.max(0, x - dx));
          const v = Math.min(height - 1, Math.max(0, y - dy));
          const value = colour.data[(v * width + u) * 3 + (2 - k)];
          out.data.fill(value, ((k * height + y) * width + x) * 3, ((k * height + y) * width + x) * 3 + 3);
        }
    });
    return out;
  }
  it('lays shifted records on each other', () => {
    // A scene whose records look alike, as records of one scene do.
    const base = scene(200, 160, 3);
    for (let i = 0; i < base.data.length; i += 3) {
      base.data[i + 1] = base.data[i] * 0.8 + 20;
      base.data[i + 2] = 255 - (255 - base.data[i]) * 0.9;
    }
    const still = composePlate(
      scan(base, [
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
      'still',
    );
    const moved = composePlate(
      scan(base, [
        [4, -3],
        [0, 0],
        [-5, 2],
      ]),
      'moved',
    );
    expect([still.width, still.height]).toEqual([moved.width, moved.height]);
    let off = 0;
    for (let c = 0; c < 3; c++)
      for (let y = 10; y < still.height - 10; y++)
        for (let x = 10; x < still.width - 10; x++) {
          const i = (c * still.height + y) * still.width + x;
          off = Math.max(off, Math.abs(still.data[i] - moved.data[i]));
        }
    expect(off).toBeLessThan(0.1);
  });
  it('takes a colour picture apart into its records', () => {
    const plate = takeApart(scene(60, 40, 1), 'x', 32);
    const n = 32 * 32;
    expect([...plate.records.blue.data.subarray(0, 9)]).toEqual([
      ...plate.truth.data.subarray(2 * n, 2 * n + 9),
    ]);
    expect([...plate.records.red.data.subarray(n, n + 9)]).toEqual([...plate.truth.data.subarray(0, 9)]);
    expect([...plate.records.green.data.subarray(2 * n, 2 * n + 9)]).toEqual([
      ...plate.truth.data.subarray(n, n + 9),
    ]);
  });
  it('judges colour at the truth’s lightness', () => {
    const flat = (r: number, g: number, b: number): Planar => ({
      ...planar(1, 1, 3),
      data: Float32Array.from([r, g, b]),
    });
    const out = toLab(onlyColour(flat(0.5, 0.45, 0.4), flat(0.2, 0.25, 0.3)));
    expect(out.L[0]).toBeCloseTo(toLab(flat(0.5, 0.45, 0.4)).L[0], 2);
    expect(out.b[0]).toBeCloseTo(toLab(flat(0.2, 0.25, 0.3)).b[0], 2);
  });
  it('measures how alike the answers to three records are', () => {
    const flat = (r: number, g: number, b: number): Planar => ({
      ...planar(1, 1, 3),
      data: Float32Array.from([r, g, b]),
    });
    const truth = flat(0.6, 0.5, 0.4);
    const same = agreementOf('same', [{ truth, predictions: [truth, truth, truth] }]);
    expect(same).toMatchObject({ plates: 1, distance: 0, relative: 0 });
    expect(same.chroma).toBeCloseTo(same.truthChroma, 9);
    const other = agreementOf('other', [{ truth, predictions: [truth, truth, flat(0.4, 0.5, 0.6)] }]);
    expect(other.relative).toBeGreaterThan(0.5);
  });
  it('is run as three groups', async () => {
    const plate = takeApart(scene(60, 40, 1), 'x', 32);
    const { report, sheet } = await evaluate({
      dataset,
      predictors: [lazy],
      groups: [],
      plates: [plate],
      size: 32,
      threads: 0,
    });
    expect(report.groups.map((g) => g.group)).toEqual(['plates-blue', 'plates-green', 'plates-red']);
    expect(report.groups[0].rows.map((r) => r.name)).toEqual(['grey', 'lazy']);
    // Grey answers at the truth's lightness are the truth without colour, for every record.
    for (const { rows } of report.groups)
      expect(rows[1].summary.figures.abDistance?.mean).toBeCloseTo(
        report.groups[0].rows[0].summary.figures.abDistance?.mean ?? 0,
        4,
      );
    expect(report.plates?.[0]).toMatchObject({ name: 'lazy', plates: 1 });
    expect(report.plates?.[0].distance).toBeLessThan(1e-3);
    expect(reportTable(report)).toContain('three records');
    const picture = contactSheet(sheet, 32);
    expect(picture && picture.data.some((v) => v === 235)).toBe(true);
  });
  const samples = path.resolve('../shared/samples/bw');
  it.skipIf(!existsSync(samples))(
    'reads the real plates (skipped where the samples are not there)',
    async () => {
      const { plates, problems } = await readPlates(samples, 64);
      expect(problems).toEqual([]);
      expect(plates.length).toBeGreaterThan(10);
    },
  );
});

describe('the contact sheet', () => {
  it('puts pictures where they belong, whole, and reduces large ones', () => {
    const white = planar(200, 200, 3);
    white.data.fill(1);
    const sheet = contactSheet([{ group: 'a', cells: [{ name: 'input', picture: white }] }], 100);
    expect(sheet && [sheet.width, sheet.height]).toEqual([108, 4 + 22 + 4 + 104]);
    const at = (x: number, y: number): number => sheet?.data[(y * 108 + x) * 3] ?? -1;
    expect(at(4, 30)).toBe(255);
    expect(at(103, 129)).toBe(255);
    expect(at(104, 129)).toBe(32);
    expect(at(4, 130)).toBe(32);
    expect(contactSheet([])).toBeNull();
  });
});
