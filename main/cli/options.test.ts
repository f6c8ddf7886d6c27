import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDevelop } from './options.ts';
import { bar, duration, Eta } from './progress.ts';
import { UsageError } from './usage.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-options-'));
afterAll(() => rmSync(dir, { recursive: true }));
const parse = (...argv: string[]) => parseDevelop(argv, dir);

describe('develop options', () => {
  it('has the defaults of the contract', () => {
    const c = parse('a.tif', '--out', 'o');
    expect(c.inputs).toEqual([path.join(dir, 'a.tif')]);
    expect(c.export).toEqual({
      format: 'tiff',
      bits: 16,
      quality: 92,
      icc: 'srgb',
      longSide: null,
      overwrite: false,
    });
    expect(c).toMatchObject({ roll: false, json: false, threads: 0, device: 'auto', base: null });
    expect(parse('a', '--out', 'o', '--format', 'jpeg').export.bits).toBe(8);
  });
  it('puts recipe, named options and --set over each other in that order', () => {
    writeFileSync(
      path.join(dir, 'r.json'),
      JSON.stringify({ lights: { exposure: 1, red: 7 }, print: { grade: 1 } }),
    );
    const { params } = parse(
      'a',
      '--out',
      'o',
      '--recipe',
      'r.json',
      '--exposure',
      '2',
      '--set',
      'lights.exposure=3',
      '--set',
      'dust.on=off',
      '--set',
      'frame.crop=0.1,0.2,0.5,0.5',
      '--stock',
      'portra',
      '--film',
      'c41',
    );
    expect(params.lights).toMatchObject({ exposure: 3, red: 7, green: 0 });
    expect(params.print.grade).toBe(1);
    expect(params.dust.on).toBe(false);
    expect(params.frame.crop).toEqual({ x: 0.1, y: 0.2, w: 0.5, h: 0.5 });
    expect(params.film).toMatchObject({ stock: 'portra', film: 'c41' });
  });
  it('takes a whole recipe as the library stores it', () => {
    writeFileSync(
      path.join(dir, 'full.json'),
      JSON.stringify({ action: 'develop', version: 1, params: { lights: { exposure: -1 } } }),
    );
    expect(parse('a', '--out', 'o', '--recipe', 'full.json').params.lights.exposure).toBe(-1);
  });
  it('reads --base as pixels', () => {
    expect(parse('a', '--out', 'o', '--base', '10,20,30,40').base).toEqual({ x: 10, y: 20, w: 30, h: 40 });
  });
  it.each([
    [['a'], /--out/],
    [['--out', 'o'], /at least one/],
    [['a', '--out', 'o', '--nonsense'], /nonsense/],
    [['a', '--out', 'o', '--film', 'kodak'], /auto, c41, bw, slide/],
    [['a', '--out', 'o', '--icc', 'source'], /negative/],
    [['a', '--out', 'o', '--icc', 'cmyk'], /adobe-rgb/],
    [['a', '--out', 'o', '--bits', '12'], /8, 16/],
    [['a', '--out', 'o', '--bits', '16', '--format', 'jpeg'], /8 bits/],
    [['a', '--out', 'o', '--quality', '0'], /1 to 100/],
    [['a', '--out', 'o', '--exposure', '9'], /-4 to 4/],
    [['a', '--out', 'o', '--threads', '1.5'], /whole/],
    [['a', '--out', 'o', '--base', '1,2,3'], /X,Y/],
    [['a', '--out', 'o', '--base', '1,2,0,4'], /X,Y/],
    [['a', '--out', 'o', '--flat', 'none.jpg'], /there is no file/],
    [['a', '--out', 'o', '--recipe', 'none.json'], /there is no file/],
    [['a', '--out', 'o', '--set', 'lights.exposure=9'], /lights\.exposure/],
    [['a', '--out', 'o', '--set', 'lights.shine=1'], /lights has/],
    [['a', '--out', 'o', '--set', 'oven.heat=1'], /steps are/],
    [['a', '--out', 'o', '--set', 'film.film=x'], /film\.film/],
    [['a', '--out', 'o', '--device', 'abacus'], /cuda/],
  ])('refuses %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(UsageError);
    expect(() => parse(...argv)).toThrow(message);
  });
});

describe('progress', () => {
  it('estimates from the recent rate', () => {
    const eta = new Eta(0);
    expect(eta.update(0, 100, 100)).toBeNull();
    for (let i = 1; i <= 20; i++) eta.update(i, 100, i * 1000);
    expect(eta.update(20, 100, 20_000)).toBeCloseTo(80, 0);
    // Twice as fast from here on: the estimate follows within some ten seconds.
    let left: number | null = null;
    for (let i = 1; i <= 30; i++) left = eta.update(20 + 2 * i, 100, 20_000 + i * 1000);
    expect(left).toBeGreaterThan(9);
    expect(left).toBeLessThan(12);
  });
  it('fits its terminal', () => {
    expect(bar(1, 4, 30, 'scan.tif', 200)).toMatch(/^\[█{6}░{18}\] 1\/4, 30 s left {2}scan\.tif$/);
    expect(bar(1, 4, 30, 'a very long name indeed.tif', 40).length).toBeLessThanOrEqual(39);
    expect(duration(3700)).toBe('62 min');
    expect(duration(7300)).toBe('2 h 2 min');
  });
});
