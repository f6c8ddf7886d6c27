import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { figureNames, type Summary } from '../../app/metrics/index.ts';
import type { EvalReport, GroupReport, RowReport } from '../../main/studio/eval/index.ts';
import { partNames, withParts } from './markers.ts';
import { kept, type ReportKey } from './reports.ts';
import {
  coloristTable,
  fillerTable,
  type Material,
  oneTable,
  PARTS,
  restorerTable,
  sizesTable,
  specialistsTable,
} from './tables.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'models-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Means = Partial<Record<(typeof figureNames)[number], number>>;
function row(name: string, kind: RowReport['kind'], means: Means, more: Partial<Summary> = {}): RowReport {
  const figures = Object.fromEntries(
    Object.entries(means).map(([figure, v]) => [
      figure,
      { count: 2, mean: v, sd: 0.25, p5: v, median: v, p95: v, min: v, max: v },
    ]),
  );
  const loci = { sky: { pixels: 0 }, foliage: { pixels: 0 }, skin: { pixels: 0 }, neutral: { pixels: 0 } };
  const lean = { red: 0, blue: 0, redOfAll: 0, blueOfAll: 0 };
  const summary = { pictures: 2, figures, lean, highlights: null, loci, saturation: null, ...more };
  return { name, kind, secondsEach: 0, summary };
}
const group = (name: string, rows: RowReport[]): GroupReport => ({ group: name, pictures: 2, rows });
const colour = (best: number): Partial<Summary> => {
  const point = { factor: 0.5, distance: best, deltaE: 11, colourfulness: 0.5 };
  return { saturation: { curve: [point], best: point, at85: { ...point, distance: best + 0.1 } } };
};
function material(groups: Record<string, GroupReport>, colours?: EvalReport): Material {
  const sizes = [
    { name: 'one', width: 'small', version: '7', weights: 3e6, fileBytes: 6 * 2 ** 20 },
    { name: 'colorist', width: 'base', version: '3', weights: 2e6, fileBytes: 4 * 2 ** 20 },
    { name: 'restorer', width: 'base', version: '6', weights: 1e6, fileBytes: 2 * 2 ** 20 },
    { name: 'filler', width: 'small', version: '3', weights: 1e6, fileBytes: 2 * 2 ** 20 },
  ];
  return {
    sizes,
    colours,
    pictures: 2,
    side: 128,
    report: (network, name) => groups[`${network} ${name}`],
  };
}
const cells = (table: string, head: string): string[] =>
  table
    .split('\n')
    .find((line) => line.startsWith(`| ${head} |`))!
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('parts of a file', () => {
  const text =
    'before\n<!-- table: a -->\nold\n<!-- end of table: a -->\nbetween\n<!-- table: b -->\n<!-- end of table: b -->\n';
  it('are replaced, and nothing else is', () => {
    expect(partNames(text)).toEqual(['a', 'b']);
    const once = withParts(text, new Map([['a', 'new']]));
    expect(once).toBe(text.replace('\nold\n', '\n\nnew\n\n'));
    expect(withParts(once, new Map([['a', 'new']]))).toBe(once);
    expect(withParts(text, new Map([['b', '| x |']]))).toContain('old');
  });
  it('must be there once, the right way round', () => {
    expect(() => withParts(text, new Map([['c', 'new']]))).toThrow('no markers');
    expect(() => withParts(`${text}<!-- table: a -->`, new Map([['a', 'new']]))).toThrow('once each');
    const turned = '<!-- end of table: a --> <!-- table: a -->';
    expect(() => withParts(turned, new Map([['a', 'new']]))).toThrow('once each');
  });
});

it('one is bold where it is ahead of every classical method, figure by figure', () => {
  const bw = group('bw', [
    row('input', 'baseline', { psnr: 19.4, deltaE: 12 }),
    row('grey', 'baseline', { psnr: 19, deltaE: 12.5 }),
    row('one', 'model', { psnr: 20.123, deltaE: 12 }),
  ]);
  const clean = group('clean', [
    row('input', 'baseline', { psnr: 99, deltaE: 0 }),
    row('one', 'model', { psnr: 82, deltaE: 0.05 }),
  ]);
  const table = oneTable(material({ 'one bw': bw, 'one clean': clean }));
  expect(cells(table, '`bw`').slice(1)).toEqual([
    '19.40 (`input`)',
    '12.00 (`input`)',
    '**20.12** dB, dE 12.00',
  ]);
  expect(cells(table, '`clean`').slice(1)).toEqual(['–', '–', '82.00 dB, dE 0.05']);
  expect(cells(table, '`jpeg`').slice(1)).toEqual(['–', '–', '–']);
});

it('one beside the specialists: ratios, and what is not within a tenth', () => {
  const table = specialistsTable(
    material({
      'one bw': group('bw', [row('one', 'model', { psnr: 19, deltaE: 11 }, colour(0.9))]),
      'colorist bw': group('bw', [row('colorist', 'model', { psnr: 20, deltaE: 10 }, colour(0.8))]),
      'one noise': group('noise', [row('one', 'model', { psnr: 34, deltaE: 2.3 })]),
      'restorer noise': group('noise', [row('restorer', 'model', { psnr: 35, deltaE: 2 })]),
    }),
  );
  expect(cells(table, '`bw`').at(-1)).toBe('0.95, 1.10');
  expect(cells(table, '`bw`, distance of chroma at the best saturation').at(-1)).toBe('1.13 (no)');
  expect(cells(table, '`noise`').at(-1)).toBe('0.97, 1.15 (no)');
  expect(table).toContain(': 1 of 3 rows');
  expect(sizesTable(material({}))).toContain('`one` has 0.75 of the specialists');
});

it('the restorer beside nlm and FFDNet, with what falls short of the goals', () => {
  const table = restorerTable(
    material({
      'restorer noise15': group('noise15', [
        row('nlm', 'baseline', { psnr: 31 }),
        row('restorer', 'model', { psnr: 33, deltaE: 3 }),
      ]),
      'ffdnet noise15': group('noise15', [row('onnx:a/b', 'model', { psnr: 34, deltaE: 2 })]),
    }),
  );
  expect(cells(table, '`noise15`').slice(1)).toEqual([
    '33.00 dB, dE 3.00',
    '31.00 (`nlm`)',
    '31.00',
    '34.00 dB, dE 2.00',
    '2.00',
    '-1.00 (no)',
  ]);
});

it('the filler inside holes, beside the method that is best there', () => {
  const missing = group('missing', [
    row('input', 'baseline', { insidePsnr: 8, insideDeltaE: 38, insideSharpness: 0 }),
    row('harmonic', 'baseline', { insidePsnr: 21.3, insideDeltaE: 9, insideSharpness: 0.1 }),
    row('filler', 'model', { insidePsnr: 21.8, insideDeltaE: 9.2, insideSharpness: 0.3, outsideDeltaE: 0 }),
  ]);
  expect(cells(fillerTable(material({ 'filler missing': missing })), '`missing`').slice(1)).toEqual([
    '**21.80** dB',
    '21.30 (`harmonic`)',
    '9.20',
    '9.00 (`harmonic`)',
    '0.30',
    '0.10',
    '0.00',
  ]);
});

const report = (groups: GroupReport[]): EvalReport => ({
  format: 1,
  dataset: 'd',
  split: 'test',
  size: 128,
  count: 2,
  seed: 1,
  models: [],
  groups,
  plates: [
    { name: 'colorist', plates: 3, distance: 5, relative: 0.68, chroma: 8, truthChroma: 9 },
  ] as EvalReport['plates'],
  problems: [],
  seconds: 1,
});

it('colours with their spread, lean, curve and plates', () => {
  const grey = row('grey', 'baseline', { deltaE: 12.7, colourfulnessRatio: 0 });
  const mine = row(
    'colorist',
    'model',
    { deltaE: 12.5, colourfulnessRatio: 0.8 },
    { ...colour(0.86), lean: { red: -8.8, blue: -8.3, redOfAll: 0, blueOfAll: 0 } },
  );
  const table = coloristTable(material({}, report([group('bw', [grey, mine])])));
  expect(cells(table, 'colourfulness, mean ± spread')).toEqual([
    'colourfulness, mean ± spread',
    '0.00 ± 0.25',
    '0.80 ± 0.25',
    '0.8 to 1.2',
  ]);
  expect(cells(table, 'lean to red, to blue, points')[2]).toBe('-8.8, -8.3');
  expect(cells(table, 'distance of chroma over that of grey, best saturation').slice(1)).toEqual([
    '–',
    '0.860',
    '0.80',
  ]);
  expect(cells(table, 'the same at colourfulness 0.85')[2]).toBe('0.960');
  expect(table).toContain('| 0.68 |');
});

it('a report that stands in the folder is read, one of other weights is not', async () => {
  const key: ReportKey = {
    sha256: 'a',
    dataset: 'd',
    group: 'bw+noise',
    count: 2,
    size: 128,
    seed: 1,
    plates: null,
  };
  let made = 0;
  const make = (): Promise<EvalReport> => Promise.resolve({ ...report([]), seconds: ++made });
  expect(await kept(folder, 'one', key, null)).toBeUndefined();
  expect((await kept(folder, 'one', key, make))?.seconds).toBe(1);
  expect((await kept(folder, 'one', key, make))?.seconds).toBe(1);
  expect(await kept(folder, 'one', { ...key, sha256: 'b' }, null)).toBeUndefined();
  expect((await kept(folder, 'one', { ...key, sha256: 'b' }, make))?.seconds).toBe(2);
  expect(readdirSync(folder)).toEqual(['one-bw-noise-2x128.json']);
});

it('every part has its markers in models/README.md', () => {
  expect(partNames(readFileSync('models/README.md', 'utf8')).sort()).toEqual(Object.keys(PARTS).sort());
});
