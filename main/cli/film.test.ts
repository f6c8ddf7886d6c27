/** The command `film`: what its options mean, and one run through to the JSON line. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ffmpegTool } from '../engine/ffmpeg-frames.ts';
import { reelsAmong } from './film-inputs.ts';
import type { FilmLine } from './film.ts';
import { parseFilm } from './film-options.ts';

const tool = await ffmpegTool().catch(() => null);
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-film-cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const parse = (...words: string[]) => parseFilm(['a.mp4', '--out', 'o', ...words], dir);
const on = (...words: string[]): string[] =>
  Object.entries(parse(...words).recipe.params).flatMap(([step, p]) =>
    (p as { on: boolean }).on ? [step] : [],
  );

describe('options of film', () => {
  it('nothing is on until it is asked for', () => {
    expect(on()).toEqual([]);
    expect(parse()).toMatchObject({
      inputs: [path.join(dir, 'a.mp4')],
      outFile: false,
      export: { codec: 'h264', quality: 16, sound: 'copy', overwrite: false },
      resume: false,
    });
    expect(parseFilm(['a.mp4', '--out', 'b.mov'], dir)).toMatchObject({ outFile: true });
  });

  it('words, presets and lists switch steps on', () => {
    expect(on('--restore', '--stabilize')).toEqual([
      'frames',
      'stabilize',
      'deflicker',
      'dirt',
      'lines',
      'gate',
    ]);
    expect(on('--colorize', '--upscale', '2')).toEqual(['colour', 'enlarge']);
    expect(on('--preset', 'family-8mm')).toContain('dyes');
    expect(parse('--preset', 'newsreel-16mm').export.codec).toBe('prores');
    expect(parse('--preset', 'newsreel-16mm', '--codec', 'ffv1').export.codec).toBe('ffv1');
    expect(on('--restore', '--steps', 'dirt,grain')).toEqual(['dirt', 'grain']);
    expect(parse('--set', 'dirt.strength=0.9').recipe.params.dirt).toMatchObject({ on: true, strength: 0.9 });
    expect(parse('--set', 'deflicker.local=off').recipe.params.deflicker.local).toBe(false);
    expect(parse('--fps', '18').recipe.params.cadence).toMatchObject({ on: true, tempo: 18, fields: 'keep' });
  });

  it('a score may be named or not, and is not taken for a film', () => {
    expect(parse('--score').recipe.score).toMatchObject({ neurri: 'zortziko-txikia' });
    expect(parse('--score').export.sound).toBe('score');
    const named = parseFilm(['--score', 'zortziko-handia', 'a.mp4', '--out', 'o', '--seed', '5'], dir);
    expect(named.recipe.score).toMatchObject({ neurri: 'zortziko-handia', seed: 5 });
    expect(named.inputs).toEqual([path.join(dir, 'a.mp4')]);
    expect(parseFilm(['--score', 'a.mp4', '--out', 'o'], dir).inputs).toEqual([path.join(dir, 'a.mp4')]);
    // A metre misspelt is no film.
    expect(() => parseFilm(['--score', 'zortzikote', 'a.mp4', '--out', 'o'], dir)).toThrow(/must be one of/);
  });

  it('single shots, key frames and cuts come from a file', () => {
    const file = path.join(dir, 'shots.json');
    writeFileSync(file, JSON.stringify([{ first: 10, params: { dirt: { on: true } } }]));
    expect(parse('--overrides', file).recipe.overrides).toEqual([
      { first: 10, params: { dirt: { on: true } } },
    ]);
    writeFileSync(file, JSON.stringify({ cuts: [24, 48], keyFrames: [{ frame: 3, hints: [] }] }));
    expect(parse('--overrides', file).recipe).toMatchObject({ cuts: [24, 48], keyFrames: [{ frame: 3 }] });
    writeFileSync(file, '{"cuts": ["x"]}');
    expect(() => parse('--overrides', file)).toThrow(/cuts/);
  });

  it('pictures are a codec of their own, made without loss', () => {
    expect(parse('--codec', 'dpx')).toMatchObject({ pictures: 'dpx', export: { codec: 'ffv1' } });
    expect(parse('--hardware')).toMatchObject({ pictures: null, hardware: true });
  });

  it('says what is wrong', () => {
    for (const [words, reason] of [
      [['a.mp4'], /--out/],
      [['--out', 'o'], /name at least one film/],
      [['a', '--out', 'o', '--codec', 'vp9'], /h264, h265, prores, ffv1, av1, dpx, tiff, png/],
      [['a', '--out', 'o.mkv', '--codec', 'png'], /folder/],
      [['a', '--out', 'o', '--upscale', '3'], /2, 4/],
      [['a', '--out', 'o', '--steps', 'dirt,sand'], /cadence, frames, stabilize/],
      [['a', '--out', 'o', '--set', 'dirt.sand=1'], /STEP\.KEY=VALUE/],
      [['a', '--out', 'o', '--set', 'dirt.strength=2'], /from 0 to 1/],
      [['a', '--out', 'o', '--fps', '0'], /from 1 to 120/],
      [['a', '--out', 'o', '--score', '--silent'], /exclude each other/],
    ] as const)
      expect(() => parseFilm([...words], dir)).toThrow(reason);
  });
});

describe('which reels are meant', () => {
  it('a folder of numbered pictures is one, a lone picture none, films by their names', async () => {
    const at = (...names: string[]): string => path.join(dir, 'reels', ...names);
    for (const file of ['a/f_001.dpx', 'a/f_002.dpx', 'b/x1.png', 'b/x2.png', 'b/y1.png', 'b/y2.png']) {
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), '');
    }
    for (const file of ['film.mov', 'notes.txt', 'cover.png', '.hidden.mp4']) writeFileSync(at(file), '');
    const { files, problems } = await reelsAmong([at(), at('a/f_002.dpx'), at('gone.mp4')]);
    expect(files).toEqual([at('film.mov'), at('a'), at('b/x1.png'), at('b/y1.png')]);
    expect(problems).toHaveLength(1);
    mkdirSync(at('empty'));
    expect((await reelsAmong([at('empty')])).problems[0].reason).toContain('empty');
  });
});

describe.skipIf(!tool)('film', () => {
  it('writes a film, says so in one line, and names what is none', () => {
    const at = (name: string): string => path.join(dir, name);
    const made = spawnSync(tool!.path, [
      ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc=s=63x47:r=30000/1001:d=0.5'],
      ...['-c:v', 'ffv1', at('odd.mkv')],
    ]);
    expect(made.status).toBe(0);
    writeFileSync(at('none.mp4'), 'nothing');
    const run = spawnSync(
      process.execPath,
      ['main/cli.ts', 'film', at('odd.mkv'), at('none.mp4'), '--out', at('out'), '--codec', 'ffv1', '--json'],
      { encoding: 'utf8' },
    );
    expect(run.status).toBe(1);
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as FilmLine);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      ok: true,
      action: 'film',
      output: at('out/odd.mkv'),
      width: 63,
      height: 47,
    });
    expect(lines[0].analysis).toMatchObject({ frames: 15, shots: 1 });
    expect(lines[1]).toMatchObject({ ok: false, output: null });
    expect(lines[1].error).toContain('none.mp4');
    expect(readdirSync(at('out')).sort()).toEqual([
      'odd.mkv',
      'odd.mkv.framemd5',
      'odd.mkv.revelado.json',
      'odd.mkv.sha256',
    ]);
    const frames = (file: string): string =>
      spawnSync(tool!.path, ['-v', 'error', '-copyts', '-i', file, '-vsync', '0', '-f', 'framemd5', '-'])
        .stdout.toString()
        .split('\n')
        .filter((l) => !l.startsWith('#'))
        .join('\n');
    expect(frames(at('out/odd.mkv'))).toBe(frames(at('odd.mkv')));
    expect(readFileSync(at('out/odd.mkv')).length).toBeGreaterThan(100);
  });

  it('writes numbered pictures, each with its time and its sum, and replaces no other folder', () => {
    const at = (name: string): string => path.join(dir, name);
    const made = spawnSync(tool!.path, [
      ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc=s=63x47:r=30000/1001:d=0.5'],
      ...['-c:v', 'ffv1', at('odd.mkv')],
    ]);
    expect(made.status).toBe(0);
    const film = (...words: string[]) =>
      spawnSync(process.execPath, ['main/cli.ts', 'film', ...words, '--json'], { encoding: 'utf8' });
    const first = film(at('odd.mkv'), '--out', at('pictures'), '--codec', 'tiff');
    const line = JSON.parse(first.stdout) as FilmLine;
    expect(line).toMatchObject({ ok: true, output: at('pictures/odd') });
    const names = readdirSync(at('pictures/odd'));
    expect(names.filter((name) => /^odd_\d{5}\.tif$/.test(name))).toHaveLength(15);
    expect(names).toEqual(expect.arrayContaining(['odd.sha256', 'odd.times.txt']));
    const times = readFileSync(at('pictures/odd/odd.times.txt'), 'utf8').trim().split('\n').slice(1);
    expect(times.slice(0, 3).map((t) => Math.round(Number(t)))).toEqual([0, 33, 67]);
    expect(readdirSync(at('pictures')).filter((name) => name.startsWith('.'))).toEqual([]);
    // Asked for again it is there; a folder that holds something else is not replaced.
    expect(film(at('odd.mkv'), '--out', at('pictures'), '--codec', 'tiff', '--resume').status).toBe(0);
    writeFileSync(at('pictures/odd/mine.txt'), 'mine');
    const again = film(at('odd.mkv'), '--out', at('pictures'), '--codec', 'tiff', '--overwrite');
    expect(again.status).toBe(1);
    expect(readFileSync(at('pictures/odd/mine.txt'), 'utf8')).toBe('mine');
  });
});
