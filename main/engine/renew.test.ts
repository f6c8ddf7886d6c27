/**
 * Restore steps through the engine, on small prints: outside the damage every bit stays, what was replaced comes back,
 * parts agree with the whole, the window gets what the file gets, and nothing that was stopped leaves anything behind.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile } from '../../app/color/icc.ts';
import { developRecordSchema } from '../../app/contract/record.ts';
import { seeded } from '../../app/random.ts';
import { defaultDevelopParams, type DevelopParams } from '../../app/recipe/develop.ts';
import type { Mark } from '../../app/recipe/marks.ts';
import { StoredRepair } from '../actions/picture/stored.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import { closeFiles, decodeScan, writeFinished } from '../files/index.ts';
import { createEngineCore } from './methods.ts';
import type { DevelopContext, ExportTask, PixelsTask } from './protocol.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-renew-test-'));
const file = (name: string): string => path.join(dir, name);
const core = createEngineCore({ role: 'batch', threads: 2, device: 'cpu', cacheDir: dir });
const call = { signal: new AbortController().signal, progress: () => undefined };
const WIDTH = 640;
const HEIGHT = 420;
let context: DevelopContext;

/** A photograph of sorts: soft shapes and grain. */
function scene(bits: 8 | 16, channels: 1 | 3): Uint8Array | Uint16Array {
  const random = seeded('scene', bits, channels);
  const top = 2 ** bits - 1;
  const data =
    bits === 16 ? new Uint16Array(WIDTH * HEIGHT * channels) : new Uint8Array(WIDTH * HEIGHT * channels);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < channels; c++) {
        const v = 0.5 + 0.3 * Math.sin(x / 53 + c) * Math.cos(y / 41) + 0.02 * random.normal();
        data[(y * WIDTH + x) * channels + c] = Math.round(top * Math.min(1, Math.max(0, v)));
      }
  return data;
}

const STROKE: Mark = {
  tool: 'line',
  points: [
    [0.2, 0.3],
    [0.7, 0.5],
  ],
  radius: 0.004,
  from: null,
};
const DAB: Mark = { tool: 'brush', points: [[0.8, 0.8]], radius: 0.02, from: null };

function params(change: (p: DevelopParams) => void = () => undefined): DevelopParams {
  const p = defaultDevelopParams();
  change(p);
  return p;
}
const marked = params((p) => {
  p.repair = { ...p.repair, on: true, find: 'marks', fill: 'plain', marks: [STROKE, DAB] };
});

async function exported(
  scan: string,
  p: DevelopParams,
  change: Partial<ExportTask['export']> = {},
  more: Partial<ExportTask> = {},
) {
  const format = change.format ?? 'tiff';
  const output = file(`out-${Math.random().toString(36).slice(2)}.${format === 'tiff' ? 'tif' : format}`);
  const result = await core.methods.develop(
    {
      path: scan,
      params: p,
      context,
      export: { format, bits: 16, quality: 90, icc: 'source', longSide: null, overwrite: false, ...change },
      output,
      captureDate: null,
      scanDate: null,
      ...more,
    },
    call,
  );
  const { picture, info } = await decodeScan(output, { infrared: false });
  return { result, picture, info, output };
}

async function view(scan: string, p: DevelopParams, request: Partial<PixelsTask['request']> = {}) {
  const asked: PixelsTask['request'] = {
    show: 'developed',
    geometry: true,
    view: { x: 0, y: 0, w: 1, h: 1 },
    maxWidth: 4000,
    maxHeight: 4000,
    space: 'srgb',
    params: p,
    ...request,
  };
  return core.pixels({ path: scan, request: asked, context }, call.signal);
}

beforeAll(async () => {
  await writeFinished(
    file('colour.tif'),
    { width: WIDTH, height: HEIGHT, channels: 3, data: scene(16, 3) },
    {
      format: 'tiff',
      quality: 90,
      icc: makeProfile('adobe-rgb'),
      metadataFrom: null,
      dpi: 600,
      overwrite: true,
    },
  );
  await writeFinished(
    file('grey.png'),
    { width: WIDTH, height: HEIGHT, channels: 1, data: scene(8, 1) },
    {
      format: 'png',
      quality: 90,
      icc: makeProfile('srgb', 1),
      metadataFrom: null,
      dpi: 300,
      overwrite: true,
    },
  );
  const analysis = await core.methods.analyse(
    { path: file('colour.tif'), film: 'slide', baseRect: null, baseFile: null, flatFile: null },
    call,
  );
  const print: DevelopAnalysis = { ...analysis, kind: 'print' };
  context = { analysis: print, roll: null, baseFile: null, flatFile: null, frame: 0 };
});
afterAll(async () => {
  await core.close();
  await closeFiles();
  rmSync(dir, { recursive: true, force: true });
});

describe('a print as it is', () => {
  it('comes out of an export as it went in, in its own space', async () => {
    const { picture, info, result } = await exported(file('colour.tif'), params());
    expect(picture.data).toEqual(scene(16, 3));
    expect(info.own?.space).toBe('adobe-rgb');
    expect(developRecordSchema.parse(result.record).plan).toBeNull();
    const eight = await exported(file('grey.png'), params(), { format: 'png', bits: 8 });
    expect(eight.picture.data).toEqual(scene(8, 1));
    expect(eight.info.channels).toBe(1);
  });
  it('is shown as it is, in the space of the window', async () => {
    const { rgba, header } = await view(file('grey.png'), params());
    const codes = scene(8, 1);
    expect([header.width, header.height]).toEqual([WIDTH, HEIGHT]);
    for (let i = 0; i < codes.length; i += 997)
      expect(Array.from(rgba.subarray(i * 4, i * 4 + 4))).toEqual([codes[i], codes[i], codes[i], 255]);
    const p3 = await view(file('colour.tif'), params(), { space: 'display-p3' });
    expect(p3.rgba.length).toBe(WIDTH * HEIGHT * 4);
  });
});

describe('a repaired print', () => {
  it.each([
    ['colour.tif', 16, 3, 'tiff'],
    ['grey.png', 8, 1, 'png'],
  ] as const)(
    '%s: every pixel outside the marks keeps its bits, and the others come back',
    async (name, bits, channels, format) => {
      const { result, picture, output } = await exported(file(name), marked, { format, bits });
      const before = scene(bits, channels);
      const stored = new StoredRepair(readFileSync(`${output}.revelado.repair`), 'repair');
      const labels = stored.labels();
      let repaired = 0;
      for (let i = 0; i < labels.length; i++) {
        if (labels[i]) repaired++;
        else
          for (let c = 0; c < channels; c++)
            if (picture.data[i * channels + c] !== before[i * channels + c])
              throw new Error(`pixel ${i} changed outside of the marks`);
      }
      // A dab of radius 0.02 of 640 px and a line of some 330 x 5 px.
      expect(repaired).toBeGreaterThan(500);
      expect(repaired).toBeLessThan(0.05 * labels.length);
      expect(picture.data).not.toEqual(before);
      stored.undo({ width: WIDTH, height: HEIGHT, channels, data: picture.data as Uint8Array | Uint16Array });
      expect(picture.data).toEqual(before);

      const record = developRecordSchema.parse(JSON.parse(readFileSync(`${output}.revelado.json`, 'utf8')));
      expect(record.restore?.labels).toMatchObject({
        invented: 0,
        interpolated: repaired,
        all: WIDTH * HEIGHT,
      });
      expect(record.restore?.stored?.sha256).toBe(
        createHash('sha256')
          .update(readFileSync(`${output}.revelado.repair`))
          .digest('hex'),
      );
      expect(record.restore?.steps.map((s) => s.step)).toEqual(['repair']);
      expect(result.warnings).toEqual([]);
      const { xmp } = await sharp(output).metadata();
      expect(xmp?.toString()).toContain('digitalsourcetype/humanEdits');
    },
  );

  it('undoes a repair in a turned and cropped picture', async () => {
    const turned = params((p) => {
      p.repair = marked.repair;
      p.frame = { ...p.frame, rotate: '90', crop: { x: 0.1, y: 0.1, w: 0.8, h: 0.85 } };
    });
    const plain = await exported(file('colour.tif'), { ...turned, repair: params().repair });
    const mended = await exported(file('colour.tif'), turned);
    const data = mended.picture.data as Uint16Array;
    expect(data).not.toEqual(plain.picture.data);
    new StoredRepair(readFileSync(`${mended.output}.revelado.repair`), 'r').undo({
      width: mended.picture.width,
      height: mended.picture.height,
      channels: 3,
      data,
    });
    expect(data).toEqual(plain.picture.data);
  });

  it('says what is wrong with a mask: another size, all of it, no picture', async () => {
    const mask = async (
      name: string,
      width: number,
      height: number,
      light: (x: number, y: number) => number,
    ) => {
      const data = new Uint8Array(width * height).map((_, i) => light(i % width, Math.floor(i / width)));
      await sharp(data, { raw: { width, height, channels: 1 } })
        .png()
        .toFile(file(name));
      return { maskFile: file(name) };
    };
    const on = params((p) => {
      p.repair = { ...p.repair, on: true, find: 'marks', fill: 'plain' };
    });
    await expect(
      exported(file('grey.png'), on, {}, await mask('small.png', 320, 210, () => 0)),
    ).rejects.toThrow(/320 × 210.*640 × 420/);
    await expect(
      exported(file('grey.png'), on, {}, await mask('all.png', WIDTH, HEIGHT, () => 255)),
    ).rejects.toThrow(/covers all of grey.png \(100 %\)/);
    await expect(
      exported(file('grey.png'), on, {}, { maskFile: path.resolve('package.json') }),
    ).rejects.toMatchObject({ code: 'bad-input' });
    const good = await mask('good.png', WIDTH, HEIGHT, (x, y) =>
      x > 100 && x < 130 && y > 200 && y < 208 ? 255 : 0,
    );
    const { picture, output } = await exported(file('grey.png'), on, { format: 'png', bits: 8 }, good);
    const labels = new StoredRepair(readFileSync(`${output}.revelado.repair`), 'r').labels();
    expect(labels.filter((l) => l > 0).length).toBeGreaterThanOrEqual(29 * 7);
    const before = scene(8, 1);
    labels.forEach((l, i) => {
      if (!l && picture.data[i] !== before[i]) throw new Error(`pixel ${i}`);
    });
  });

  it('gives the same file twice, whatever the threads, and nothing when it is stopped', async () => {
    const [a, b] = await Promise.all([
      exported(file('colour.tif'), marked),
      exported(file('colour.tif'), marked),
    ]);
    expect(a.result.sha256).toBe(b.result.sha256);
    const other = createEngineCore({ role: 'batch', threads: 1, device: 'cpu', cacheDir: file('other') });
    const output = file('again.tif');
    const task = (signal: AbortSignal) =>
      other.methods.develop(
        {
          path: file('colour.tif'),
          params: marked,
          context,
          export: { format: 'tiff', bits: 16, quality: 90, icc: 'source', longSide: null, overwrite: false },
          output,
          captureDate: null,
          scanDate: null,
        },
        { signal, progress: () => undefined },
      );
    const stop = new AbortController();
    const stopped = task(stop.signal);
    setTimeout(() => stop.abort(), 30);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    for (const ending of ['', '.revelado.json', '.revelado.repair'])
      expect(existsSync(output + ending)).toBe(false);
    expect((await task(call.signal)).sha256).toBe(a.result.sha256);
    await other.close();
  });
});

describe('the window', () => {
  it('shows what the file holds', async () => {
    const { rgba } = await view(file('grey.png'), marked);
    const { picture } = await exported(file('grey.png'), marked, { format: 'png', bits: 8 });
    for (let i = 0; i < picture.data.length; i++)
      if (rgba[i * 4] !== picture.data[i]) throw new Error(`pixel ${i}`);
  });
  it('agrees with the file where threads do the colours, after a repair and without one', async () => {
    for (const repair of [params().repair, marked.repair]) {
      const p = params((q) => {
        q.repair = repair;
        q.colour = { ...q.colour, on: true };
      });
      const { rgba } = await view(file('grey.png'), p);
      const { picture, result } = await exported(file('grey.png'), p, { format: 'png', bits: 8 });
      expect(picture.channels).toBe(3);
      expect(result.models?.map((m) => m.step)).toEqual(['colour']);
      let most = 0;
      let coloured = 0;
      for (let i = 0; i < WIDTH * HEIGHT; i++) {
        for (let c = 0; c < 3; c++)
          most = Math.max(most, Math.abs(rgba[i * 4 + c] - picture.data[i * 3 + c]));
        if (Math.abs(rgba[i * 4] - rgba[i * 4 + 2]) > 3) coloured++;
      }
      // A filled pixel is stored at 16 bits before it is coloured: one code at most.
      expect(most).toBeLessThanOrEqual(repair.on ? 1 : 0);
      expect(coloured).toBeGreaterThan(1000);
    }
  });
  it('marks damage, labels and changes, each where it is', async () => {
    const plain = await view(file('grey.png'), params());
    const at = (x: number, y: number): number => (Math.round(y * HEIGHT) * WIDTH + Math.round(x * WIDTH)) * 4;
    const pixel = (rgba: Uint8Array, i: number): number[] => Array.from(rgba.subarray(i, i + 3));
    const damage = await view(file('grey.png'), marked, { show: 'damage' });
    const [r, g] = pixel(damage.rgba, at(0.8, 0.8));
    expect(r - g).toBeGreaterThan(80);
    expect(pixel(damage.rgba, at(0.5, 0.1))).toEqual(pixel(plain.rgba, at(0.5, 0.1)));
    const labels = await view(file('grey.png'), marked, { show: 'labels' });
    const [lr, , lb] = pixel(labels.rgba, at(0.8, 0.8));
    expect(lb - lr).toBeGreaterThan(40);
    const changes = await view(file('grey.png'), marked, { show: 'changes' });
    expect(pixel(changes.rgba, at(0.5, 0.1))).toEqual([0, 0, 0]);
    let most = 0;
    for (let dx = -6; dx <= 6; dx++) most = Math.max(most, changes.rgba[at(0.8, 0.8) + dx * 4]);
    expect(most).toBeGreaterThan(0);
  });
  it('gives a first picture while the rest is at work, then all of it', async () => {
    const p = params((q) => {
      q.repair = { ...q.repair, on: true, sensitivity: 0.41 };
      q.colour = { ...q.colour, on: true };
    });
    const first = await view(file('grey.png'), p, { patience: 0, maxWidth: 300, maxHeight: 300 });
    expect(first.header.pending).toContain('repair');
    expect(first.rgba.length).toBe(first.header.width * first.header.height * 4);
    const then = await view(file('grey.png'), p, { maxWidth: 300, maxHeight: 300 });
    expect(then.header.pending).toBeUndefined();
    const chroma = then.rgba.some((v, i) => i % 4 === 0 && Math.abs(v - then.rgba[i + 2]) > 3);
    expect(chroma).toBe(true);
    const sure = await view(file('grey.png'), p, { show: 'confidence', maxWidth: 300, maxHeight: 300 });
    expect(sure.rgba).not.toEqual(then.rgba);
  });
  it('draws the thumbnail with the steps', async () => {
    const output = file('thumb.webp');
    const p = params((q) => {
      q.colour = { ...q.colour, on: true };
    });
    await core.methods.thumbnail({ path: file('grey.png'), params: p, context, output, maxSide: 200 }, call);
    const { info, data } = await sharp(output).raw().toBuffer({ resolveWithObject: true });
    expect(Math.max(info.width, info.height)).toBe(200);
    expect(data.some((v, i) => i % info.channels === 0 && Math.abs(v - data[i + 2]) > 6)).toBe(true);
  });
});
