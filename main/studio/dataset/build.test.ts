/** Building datasets: what is taken, left out and told; complete or absent; films; pairs; the command line. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDataset } from '../../cli/dataset.ts';
import { ffmpegTool } from '../../engine/ffmpeg-frames.ts';
import { encodeJpeg, type Rgb8 } from '../../files/rgb.ts';
import { buildDataset } from './build.ts';
import { scene, withFolder, writeTar } from './fixture.ts';
import { openDataset } from './open.ts';
import { limitTest } from './split.ts';
import { plainName } from './writer.ts';

const photo = (seed: number, grey = false): Promise<Uint8Array> => encodeJpeg(scene(seed, 96, 72, grey), 95);
const size = 64;

describe('dataset build', () => {
  it('takes good pictures once, leaves the others out with name and reason, and opens again', () =>
    withFolder(async (dir) => {
      const src = path.join(dir, 'photos');
      mkdirSync(path.join(src, 'sub'), { recursive: true });
      for (let i = 0; i < 12; i++)
        writeFileSync(path.join(src, i % 2 ? 'sub' : '', `Foto ñ ${i}.jpg`), await photo(i));
      writeFileSync(path.join(src, 'copy.jpg'), await encodeJpeg(scene(3, 96, 72), 60));
      writeFileSync(path.join(src, 'grey.jpg'), await photo(40, true));
      writeFileSync(path.join(src, 'small.jpg'), await encodeJpeg(scene(41, 40, 30), 90));
      writeFileSync(path.join(src, 'broken.jpg'), Buffer.from((await photo(42)).subarray(0, 300)));
      const out = path.join(dir, 'set');
      const report = await buildDataset({ sources: [src], out, preset: 'print', size });
      expect(report.pictures).toBe(12);
      expect(report.train + report.test).toBe(12);
      expect(report.test).toBeGreaterThan(0);
      expect(report.counts).toEqual({
        unreadable: 1,
        tiny: 1,
        'flat graphic': 0,
        'black and white': 1,
        blurred: 0,
        'near-duplicate': 1,
      });
      const duplicate = report.rejected.find((r) => r.reason === 'near-duplicate');
      expect([duplicate?.name, duplicate?.detail].join(' ')).toMatch(/copy|Foto ñ 3/);
      expect(report.warnings[0]).toContain('few');
      expect(readdirSync(out).sort()).toEqual([
        'contact-sheet.png',
        'dataset.json',
        'index.csv',
        'pictures-000.tar',
        'report.json',
      ]);
      expect(readdirSync(dir).sort()).toEqual(['photos', 'set']);
      const set = await openDataset(out);
      expect(set.manifest).toMatchObject({ kind: 'built', preset: 'print', size: 64 });
      expect(set.pictures).toHaveLength(12);
      const picture = await set.read(set.pictures[0].id);
      expect(Math.min(picture.width, picture.height)).toBe(64);
      // The same again is the same again.
      const again = await buildDataset({
        sources: [src],
        out: path.join(dir, 'set2'),
        preset: 'print',
        size,
      });
      expect(again.sheet).toEqual(report.sheet);
      expect(readFileSync(path.join(dir, 'set2', 'index.csv'))).toEqual(
        readFileSync(path.join(out, 'index.csv')),
      );
      expect(readFileSync(path.join(dir, 'set2', 'pictures-000.tar'))).toEqual(
        readFileSync(path.join(out, 'pictures-000.tar')),
      );
    }));

  it('keeps the split of a finished dataset, and takes ten pictures with a word of warning', () =>
    withFolder(async (dir) => {
      const src = path.join(dir, 'tars');
      mkdirSync(src);
      const files: Record<string, Uint8Array> = {};
      for (let i = 0; i < 10; i++) files[`p${i}.jpg`] = await photo(i);
      await writeTar(path.join(src, 'x.tar'), files);
      writeFileSync(
        path.join(src, 'index.csv'),
        `name,split\n${Object.keys(files)
          .map((n, i) => `${n},${i < 4 ? 'test' : 'train'}\n`)
          .join('')}`,
      );
      const report = await buildDataset({
        sources: [src],
        out: path.join(dir, 'set'),
        preset: 'lapaz',
        size,
      });
      expect([report.train, report.test]).toEqual([6, 4]);
      expect(report.warnings[0]).toContain('6 pictures to learn from are few');
    }));

  it('says what is wrong, and leaves nothing behind', () =>
    withFolder(async (dir) => {
      const build = (sources: string[], out = 'set'): Promise<unknown> =>
        buildDataset({
          sources: sources.map((s) => path.join(dir, s)),
          out: path.join(dir, out),
          preset: 'print',
          size,
        });
      mkdirSync(path.join(dir, 'empty'));
      await expect(build(['empty'])).rejects.toThrow(/no supported|holds no photographs|gives nothing/);
      await expect(build(['nowhere'])).rejects.toMatchObject({ code: 'not-found' });
      mkdirSync(path.join(dir, 'grey'));
      for (let i = 0; i < 3; i++) writeFileSync(path.join(dir, 'grey', `g${i}.jpg`), await photo(i, true));
      await expect(build(['grey'])).rejects.toThrow(
        /All 3 pictures are black and white \(g0\.jpg …\).*nothing was written/,
      );
      mkdirSync(path.join(dir, 'good'));
      writeFileSync(path.join(dir, 'good', 'a.jpg'), await photo(1));
      writeFileSync(path.join(dir, 'file'), 'x');
      await expect(build(['good'], 'file')).rejects.toThrow(/is a file, not a folder/);
      await expect(build(['good'], 'good')).rejects.toThrow(/holds other files.*nothing was changed/);
      await expect(build(['good'], 'file/below')).rejects.toMatchObject({ code: 'disk' });
      if (existsSync('/proc/self'))
        await expect(
          buildDataset({ sources: [path.join(dir, 'good')], out: '/proc/x/y', preset: 'print', size }),
        ).rejects.toMatchObject({ code: 'disk' });
      await build(['good']);
      await expect(build(['good'])).rejects.toThrow(/--overwrite/);
      expect(readdirSync(dir).sort()).toEqual(['empty', 'file', 'good', 'grey', 'set']);
    }));

  it('replaces a dataset when told to, and stops when cancelled', () =>
    withFolder(async (dir) => {
      const src = path.join(dir, 'good');
      mkdirSync(src);
      for (let i = 0; i < 3; i++) writeFileSync(path.join(src, `${i}.jpg`), await photo(i));
      const options = { sources: [src], out: path.join(dir, 'set'), preset: 'print' as const, size };
      await buildDataset(options);
      writeFileSync(path.join(src, '3.jpg'), await photo(3));
      expect((await buildDataset({ ...options, overwrite: true })).pictures).toBe(4);
      expect(readdirSync(dir).sort()).toEqual(['good', 'set']);
      // What a killed build left goes with the next one.
      mkdirSync(path.join(dir, '.other.building-999999999'));
      const stop = new AbortController();
      const cancelled = buildDataset({
        ...options,
        out: path.join(dir, 'other'),
        signal: stop.signal,
        onProgress: (done) => done === 2 && stop.abort(),
      });
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
      expect(readdirSync(dir).sort()).toEqual(['good', 'set']);
    }));

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'names a folder that it may not write to',
    () =>
      withFolder(async (dir) => {
        mkdirSync(path.join(dir, 'good'));
        writeFileSync(path.join(dir, 'good', 'a.jpg'), await photo(1));
        mkdirSync(path.join(dir, 'locked'));
        chmodSync(path.join(dir, 'locked'), 0o500);
        await expect(
          buildDataset({
            sources: [path.join(dir, 'good')],
            out: path.join(dir, 'locked', 'set'),
            preset: 'print',
            size,
          }),
        ).rejects.toMatchObject({ code: 'disk' });
      }),
  );

  it.skipIf(!existsSync('/dev/full'))('a full disk is an error of the disk, in words', async () => {
    const { TarWriter } = await import('./tar.ts');
    await withFolder(async (dir) => {
      const { open } = await import('node:fs/promises');
      const tar = await TarWriter.create(path.join(dir, 'y.tar'));
      await tar.abandon();
      const full = await open('/dev/full', 'w');
      Object.assign(tar, { handle: full });
      await expect(tar.add('a', new Uint8Array(100))).rejects.toThrow(/no space|full|room/i);
      await full.close();
    });
  });

  it('takes registered pairs, both halves, cut to what they share', () =>
    withFolder(async (dir) => {
      const src = path.join(dir, 'pairs');
      for (const sub of ['input', 'target']) mkdirSync(path.join(src, sub), { recursive: true });
      const big = scene(9, 240, 180);
      const part = (x0: number, y0: number): Rgb8 => {
        const data = new Uint8Array(220 * 160 * 3);
        for (let y = 0; y < 160; y++)
          data.set(big.data.subarray(((y + y0) * 240 + x0) * 3, ((y + y0) * 240 + x0 + 220) * 3), y * 660);
        return { width: 220, height: 160, data };
      };
      writeFileSync(path.join(src, 'input', 'a.jpg'), await encodeJpeg(part(8, 4), 95));
      writeFileSync(path.join(src, 'target', 'a.jpg'), await encodeJpeg(part(2, 10), 95));
      for (const sub of ['input', 'target'])
        writeFileSync(path.join(src, sub, 'b.jpg'), await encodeJpeg(scene(sub.length, 220, 160), 95));
      const report = await buildDataset({
        sources: [src],
        out: path.join(dir, 'set'),
        preset: 'print',
        size: 128,
      });
      expect([report.pictures, report.pairs]).toEqual([1, 1]);
      expect(report.rejected).toMatchObject([
        {
          name: 'b.jpg',
          reason: 'unreadable',
          detail: expect.stringContaining('could not be laid on each other'),
        },
      ]);
      const set = await openDataset(path.join(dir, 'set'));
      expect(set.pictures[0].pair?.registered).toBe(true);
      const row = readFileSync(path.join(dir, 'set', 'index.csv'), 'utf8')
        .split('\n')[1]
        .split(',');
      expect([row[0], row[6]]).toEqual(['a.jpg', 'a.input.jpg']);
    }));
});

const tool = await ffmpegTool().catch(() => null);
describe.skipIf(!tool)('films', () => {
  it('gives one frame a shot of a film with known cuts, without its black bars', () =>
    withFolder(async (dir) => {
      // Three scenes of 30, 24 and 36 frames, 4:3 between black bars.
      const frames: Buffer[] = [];
      for (const [shot, count] of [
        [1, 30],
        [2, 24],
        [3, 36],
      ]) {
        const still = scene(shot, 160, 100);
        const frame = Buffer.alloc(160 * 120 * 3);
        frame.set(still.data, 160 * 10 * 3);
        for (let k = 0; k < count; k++) frames.push(frame);
      }
      const file = path.join(dir, 'film.mkv');
      const made = spawnSync(
        tool?.path ?? '',
        [
          '-y',
          '-loglevel',
          'error',
          '-f',
          'rawvideo',
          '-pix_fmt',
          'rgb24',
          '-s',
          '160x120',
          '-r',
          '24',
          '-i',
          'pipe:0',
          '-c:v',
          'ffv1',
          file,
        ],
        { input: Buffer.concat(frames) },
      );
      expect(made.status).toBe(0);
      const report = await buildDataset({
        sources: [file],
        out: path.join(dir, 'set'),
        preset: 'film',
        size: 64,
      });
      expect(report.films).toMatchObject([
        { name: 'film.mkv', kept: 3, frames: 90, shots: 3, openings: { start: 1, cut: 2 } },
      ]);
      const set = await openDataset(path.join(dir, 'set'));
      expect(set.pictures).toHaveLength(3);
      for (const [k, picture] of set.pictures.entries()) {
        const index = Number(/-(\d+)\.jpg$/.exec(picture.id)?.[1]);
        const [from, to] = [
          [0, 30],
          [30, 54],
          [54, 90],
        ][k];
        expect(index).toBeGreaterThanOrEqual(from);
        expect(index).toBeLessThan(to);
        const { width, height, data } = await set.read(picture.id);
        // No black line is left above or below.
        for (const y of [0, height - 1])
          expect(Math.max(...data.subarray(y * width, (y + 1) * width))).toBeGreaterThan(0.1);
      }
    }));
});

describe('small matters', () => {
  it('names are plain', () => {
    expect(plainName('Sommer 1962/Bild (3) é.tif')).toBe('Sommer-1962-Bild-3-e-tif');
    expect(plainName('日本')).toBe('picture');
  });
  it('a scene that fills the test side by chance goes back to learning', () => {
    const items = Array.from({ length: 20 }, (_, i) => ({
      split: i < 12 ? ('test' as const) : ('train' as const),
    }));
    const keys = items.map((_, i) => (i < 10 ? 'b' : i < 12 ? 'a' : 'z'));
    limitTest(items, keys);
    expect(items.filter((i) => i.split === 'test')).toHaveLength(2);
    expect(items[10].split).toBe('test');
  });
  it('reads its options', () => {
    const c = parseDataset(
      ['build', 'a', 'b', '--out', 'o', '--preset', 'film', '--size', '128', '--json'],
      '/w',
    );
    expect(c).toMatchObject({
      sources: [path.resolve('/w/a'), path.resolve('/w/b')],
      preset: 'film',
      size: 128,
      json: true,
      testShare: 0.1,
    });
    expect(() => parseDataset(['make', 'a', '--out', 'o'])).toThrow(/dataset build/);
    expect(() => parseDataset(['build', '--out', 'o'])).toThrow(/at least one/);
    expect(() => parseDataset(['build', 'a'])).toThrow(/--out/);
    expect(() => parseDataset(['build', 'a', '--out', 'o', '--preset', 'x'])).toThrow(
      /lapaz, print, negative, film/,
    );
    expect(() => parseDataset(['build', 'a', '--out', 'o', '--size', '9'])).toThrow(/64 to 1024/);
  });
});
