/** The engine's methods on small real files: preview, thumbnail, read-out and export must tell the same story. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile } from '../../app/color/icc.ts';
import type { PixelsHeader } from '../../app/contract/pixels.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { writeFinished } from '../files/index.ts';
import { localEngine } from './local.ts';
import type { DevelopContext, ExportTask, PixelsTask } from './protocol.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-engine-test-'));
const scan = path.join(dir, 'scan.tif');
const engine = localEngine({ role: 'interactive', threads: 2, device: 'cpu', cacheDir: dir });
const WIDTH = 600;
const HEIGHT = 402;
let context: DevelopContext;

/** A colour negative (film base in view on all sides), 16 bits in the sRGB curve. */
function negative(): Uint16Array {
  const data = new Uint16Array(WIDTH * HEIGHT * 3);
  const base = [0.62, 0.33, 0.2];
  let seed = 1;
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const inside = x >= 40 && y >= 30 && x < WIDTH - 40 && y < HEIGHT - 30;
      const scene = 0.5 + 0.25 * Math.sin(x / 41) + 0.2 * Math.cos(y / 37);
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      const density = inside ? 0.15 + 1.1 * scene + ((seed >> 16) % 100) / 4000 : 0;
      for (let c = 0; c < 3; c++) {
        const light = base[c] * 10 ** (-density * [0.92, 1, 1.08][c]);
        const coded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
        data[(y * WIDTH + x) * 3 + c] = Math.round(65535 * coded);
      }
    }
  return data;
}
function params(change: (p: DevelopParams) => void = () => undefined): DevelopParams {
  const p = defaultDevelopParams();
  change(p);
  return p;
}
type Pixels = { header: PixelsHeader; rgba: Buffer };
async function pixels(
  p: DevelopParams,
  request: Partial<PixelsTask['request']> = {},
  signal?: AbortSignal,
): Promise<Pixels & { status: number }> {
  const task: PixelsTask = {
    path: scan,
    request: {
      show: 'developed',
      geometry: true,
      view: { x: 0, y: 0, w: 1, h: 1 },
      maxWidth: 8000,
      maxHeight: 8000,
      space: 'srgb',
      params: p,
      ...request,
    },
    context,
  };
  const socketPath = await engine.socket();
  return new Promise((resolve, reject) => {
    const sent = http.request({ socketPath, path: '/pixels', method: 'POST', signal }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(parts);
        const status = response.statusCode ?? 0;
        if (status !== 200)
          return resolve({ status, header: JSON.parse(body.toString()) as PixelsHeader, rgba: body });
        const length = body.readUInt32LE(0);
        expect(length % 4).toBe(0);
        const header = JSON.parse(body.subarray(4, 4 + length).toString()) as PixelsHeader;
        const rgba = body.subarray(4 + length);
        expect(rgba.length).toBe(header.width * header.height * 4);
        resolve({ status, header, rgba });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(task));
  });
}
let counter = 0;
async function exported(p: DevelopParams, change: Partial<ExportTask['export']> = {}) {
  const output = path.join(dir, `out-${counter++}.png`);
  const result = await engine.call('develop', {
    path: scan,
    params: p,
    context,
    export: { format: 'png', bits: 8, quality: 90, icc: 'srgb', longSide: null, overwrite: false, ...change },
    output,
    captureDate: null,
    scanDate: null,
  });
  const { data, info } = await sharp(output).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { result, data, width: info.width, height: info.height, channels: info.channels };
}
/** Largest and mean difference of an RGBA preview and an RGB export. */
function difference(a: Pixels, b: { data: Buffer; width: number; height: number }) {
  expect([a.header.width, a.header.height]).toEqual([b.width, b.height]);
  let most = 0;
  let sum = 0;
  for (let i = 0, n = b.width * b.height; i < n; i++)
    for (let c = 0; c < 3; c++) {
      const d = Math.abs(a.rgba[i * 4 + c] - b.data[i * 3 + c]);
      most = Math.max(most, d);
      sum += d;
    }
  return { most, mean: sum / (b.width * b.height * 3) };
}

beforeAll(async () => {
  await writeFinished(
    scan,
    { width: WIDTH, height: HEIGHT, channels: 3, data: negative() },
    { format: 'tiff', quality: 0, icc: makeProfile('srgb'), metadataFrom: null, dpi: 2400, overwrite: true },
  );
  const analysis = await engine.call('analyse', {
    path: scan,
    film: 'c41',
    baseRect: { x: 0.005, y: 0.1, w: 0.04, h: 0.8 },
    baseFile: null,
    flatFile: null,
  });
  context = { analysis, roll: null, baseFile: null, flatFile: null, frame: 0 };
});
afterAll(async () => {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('preview equals export', () => {
  it.each<[string, (p: DevelopParams) => void]>([
    ['as found', () => undefined],
    ['exposed and graded', (p) => Object.assign(p.lights, { exposure: 0.7, red: 10 })],
    [
      'cropped and turned',
      (p) =>
        Object.assign(p.frame, { crop: { x: 0.2, y: 0.25, w: 0.5, h: 0.4 }, rotate: '90', mirror: true }),
    ],
    ['straightened', (p) => Object.assign(p.frame, { straighten: 2.5 })],
    ['saturated (colour path)', (p) => Object.assign(p.print, { saturation: 1.4 })],
  ])('at full size, %s: bit for bit', async (_name, change) => {
    const p = params(change);
    const preview = await pixels(p);
    const file = await exported(p);
    expect(difference(preview, file).most).toBe(0);
    expect(preview.header.fullWidth).toBe(file.width);
  });

  it('reduced: the same as an export of that size', async () => {
    for (const change of [
      () => undefined,
      (p: DevelopParams) => Object.assign(p.frame, { straighten: -3 }),
    ]) {
      const p = params(change);
      const file = await exported(p, { longSide: 200 });
      expect(Math.max(file.width, file.height)).toBe(200);
      const preview = await pixels(p, { maxWidth: 200, maxHeight: 200 });
      expect(difference(preview, file).most).toBe(0);
    }
  });

  it('reduced: near the full-size export averaged afterwards', async () => {
    const p = params();
    const { data, width, height } = await exported(p);
    const small = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(130, null, { kernel: 'cubic' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const preview = await pixels(p, { maxWidth: small.info.width, maxHeight: small.info.height });
    expect(
      difference(preview, { data: small.data, width: small.info.width, height: small.info.height }).mean,
    ).toBeLessThan(1.5);
  });

  it('a zoomed view is that part of the whole', async () => {
    const p = params((q) => Object.assign(q.frame, { rotate: '180' }));
    const whole = await pixels(p);
    const view = { x: 0.25, y: 0.5, w: 0.25, h: 0.25 };
    const part = await pixels(p, { view });
    const x0 = Math.floor(view.x * whole.header.width);
    const y0 = Math.floor(view.y * whole.header.height);
    expect(part.header.width).toBeGreaterThan(100);
    let most = 0;
    for (let y = 0; y < part.header.height; y++)
      for (let x = 0; x < part.header.width; x++)
        for (let c = 0; c < 4; c++) {
          const a = part.rgba[(y * part.header.width + x) * 4 + c];
          const b = whole.rgba[((y + y0) * whole.header.width + x + x0) * 4 + c];
          most = Math.max(most, Math.abs(a - b));
        }
    expect(most).toBe(0);
  });

  it('in Display P3 has other numbers than in sRGB', async () => {
    const p = params((q) => Object.assign(q.print, { saturation: 1.5 }));
    const srgb = await pixels(p);
    const p3 = await pixels(p, { space: 'display-p3' });
    expect(srgb.rgba.equals(p3.rgba)).toBe(false);
    const file = await exported(p, { icc: 'display-p3' });
    expect(difference(p3, file).most).toBe(0);
  });
});

describe('what a window asks for', () => {
  it('counts every shown pixel in the histogram', async () => {
    const { header } = await pixels(params(), { maxWidth: 300, maxHeight: 300 });
    expect(header.histogram).toHaveLength(768);
    for (let c = 0; c < 3; c++)
      expect(header.histogram.slice(c * 256, c * 256 + 256).reduce((a, b) => a + b, 0)).toBe(
        header.width * header.height,
      );
  });
  it('reports and marks clipping when the print burns out', async () => {
    const calm = await pixels(params());
    const burnt = params((p) => Object.assign(p.lights, { exposure: 4 }));
    const hot = await pixels(burnt, { show: 'clipping' });
    expect(hot.header.clippedWhite).toBeGreaterThan(calm.header.clippedWhite + 0.2);
    let red = 0;
    for (let i = 0; i < hot.rgba.length; i += 4)
      if (hot.rgba[i] === 255 && hot.rgba[i + 1] === 0 && hot.rgba[i + 2] === 0) red++;
    expect(red / (hot.rgba.length / 4)).toBeCloseTo(hot.header.clippedWhite, 2);
  });
  it('shows the film as it is, without geometry when asked', async () => {
    const film = await pixels(params(), { show: 'film', geometry: false });
    expect([film.header.width, film.header.height]).toEqual([WIDTH, HEIGHT]);
    // Clear film at the corner: orange.
    const code = (v: number) => Math.round(255 * (1.055 * v ** (1 / 2.4) - 0.055));
    [0.62, 0.33, 0.2].forEach((v, c) => expect(Math.abs(film.rgba[c] - code(v))).toBeLessThanOrEqual(1));
  });
  it('shows the whole scan upright to the tools, and says how it is turned', async () => {
    const p = params((q) => {
      q.frame.rotate = '90';
      q.frame.crop = { x: 0.2, y: 0.2, w: 0.5, h: 0.5 };
      q.frame.straighten = 3;
    });
    const { header, rgba } = await pixels(p, { show: 'film', geometry: false });
    expect([header.width, header.height]).toEqual([HEIGHT, WIDTH]);
    expect(header.turn).toEqual([0, -1, 1, 0]);
    const flat = await pixels(params(), { show: 'film', geometry: false });
    expect(flat.header.turn).toEqual([1, 0, 0, 1]);
    // The top right pixel of the turned scan is the top left one of the stored scan.
    for (const [x, y] of [
      [0, 0],
      [300, 17],
    ]) {
      const turned = (x * HEIGHT + (HEIGHT - 1 - y)) * 4;
      const stored = (y * WIDTH + x) * 4;
      expect([...rgba.subarray(turned, turned + 3)]).toEqual([...flat.rgba.subarray(stored, stored + 3)]);
    }
    expect((await pixels(p)).header.turn).toBeUndefined();
  });
  it('cancels an older request for the same picture', async () => {
    const answers = await Promise.all(
      [-1, 0, 1].map((exposure) =>
        pixels(
          params((p) => Object.assign(p.lights, { exposure })),
          { maxWidth: 580, maxHeight: 580 },
        ),
      ),
    );
    expect(answers[2].status).toBe(200);
    for (const old of answers.slice(0, 2)) expect([200, 409]).toContain(old.status);
    expect(answers.some((a) => a.status === 409)).toBe(true);
  });
  it('answers a scan that is gone with words, not with a crash', async () => {
    const socketPath = await engine.socket();
    const body = JSON.stringify({
      path: path.join(dir, 'gone.tif'),
      request: {
        params: params(),
        view: { x: 0, y: 0, w: 1, h: 1 },
        maxWidth: 10,
        maxHeight: 10,
        show: 'developed',
        geometry: true,
        space: 'srgb',
      },
      context,
    });
    const status = await new Promise<number>((resolve, reject) => {
      http
        .request({ socketPath, path: '/pixels', method: 'POST' }, (r) => {
          r.resume();
          resolve(r.statusCode ?? 0);
        })
        .on('error', reject)
        .end(body);
    });
    expect(status).toBe(404);
  });
  it('reads a point: scan, density over the base, and the colour that the export has there', async () => {
    const p = params();
    const file = await exported(p);
    const at = { x: 0.31, y: 0.62 };
    const read = await engine.call('readout', { path: scan, params: p, context, ...at });
    const i = (Math.floor(at.y * file.height) * file.width + Math.floor(at.x * file.width)) * 3;
    expect(read.output).toEqual([...file.data.subarray(i, i + 3)]);
    const base = context.analysis?.base.rgb ?? [0, 0, 0];
    read.scan.forEach((v, c) => expect(read.density[c]).toBeCloseTo(Math.log10(base[c] / v), 6));
    expect(read.density[1]).toBeGreaterThan(0.1);
  });
  it('samples the film base before inversion', async () => {
    const { base, warning } = await engine.call('sampleBase', {
      path: scan,
      rect: { x: 0.005, y: 0.1, w: 0.04, h: 0.8 },
    });
    [0.62, 0.33, 0.2].forEach((v, c) => expect(base[c]).toBeCloseTo(v, 2));
    expect(warning).toBeNull();
  });
});

describe('library work', () => {
  it('imports with one decode what the single methods give', async () => {
    const got = await engine.call('ingest', {
      path: scan,
      film: 'c41',
      baseFile: null,
      flatFile: null,
      params: params(),
      thumbnails: { dir, prefix: 'thumb', maxSide: 256 },
    });
    expect(got.sha256).toBe((await engine.call('hash', { path: scan })).sha256);
    expect(got.info).toEqual(await engine.call('probe', { path: scan }));
    expect(got.analysis).toEqual(
      await engine.call('analyse', {
        path: scan,
        film: 'c41',
        baseRect: null,
        baseFile: null,
        flatFile: null,
      }),
    );
    const [thumb] = got.thumbnails;
    expect(thumb?.output).toBe(path.join(dir, 'thumb-0.webp'));
    const written = await sharp(thumb?.output).metadata();
    expect(written.format).toBe('webp');
    expect(Math.max(written.width, written.height)).toBe(256);
    expect([written.width, written.height]).toEqual([thumb?.width, thumb?.height]);
    // A thumbnail looks like the preview of its size.
    const { data } = await sharp(thumb?.output).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const before = context;
    context = { ...context, analysis: got.analysis };
    const preview = await pixels(params(), { maxWidth: 256, maxHeight: 256 });
    context = before;
    expect(difference(preview, { data, width: written.width, height: written.height }).mean).toBeLessThan(4);
  });
});

describe('export', () => {
  it('keeps 16 bits and refuses to write over a file', async () => {
    const output = path.join(dir, 'sixteen.tif');
    const task: ExportTask = {
      path: scan,
      params: params(),
      context,
      export: { format: 'tiff', bits: 16, quality: 90, icc: 'adobe-rgb', longSide: null, overwrite: false },
      output,
      captureDate: null,
      scanDate: null,
    };
    const stages: string[] = [];
    const result = await engine.call('develop', task, { onProgress: (p) => stages.push(p.stage) });
    expect(new Set(stages)).toEqual(new Set(['read', 'print', 'write']));
    const values = new Set<number>();
    const { data } = await sharp(output)
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const wide = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    for (const v of wide) values.add(v & 255);
    expect(values.size).toBe(256);
    const record = readFileSync(`${output}.revelado.json`);
    expect(JSON.parse(record.toString())).toEqual(result.record);
    await expect(engine.call('develop', task)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('sixteen.tif'),
    });
  });
  it('writes neither over the scan nor from other bytes than the recipe was made for, nor without its record', async () => {
    const folder = path.join(dir, 'no-record');
    mkdirSync(folder);
    const output = path.join(folder, 'a.tif');
    const task: ExportTask = {
      path: scan,
      params: params(),
      context,
      export: { format: 'tiff', bits: 16, quality: 90, icc: 'srgb', longSide: 40, overwrite: true },
      output,
      captureDate: null,
      scanDate: null,
    };
    const before = readFileSync(scan);
    await expect(engine.call('develop', { ...task, output: scan })).rejects.toThrow(/scan itself/);
    const link = path.join(folder, 'link.tif');
    symlinkSync(scan, link);
    await expect(engine.call('develop', { ...task, output: link })).rejects.toThrow(/scan itself/);
    expect(readFileSync(scan).equals(before)).toBe(true);
    await expect(engine.call('develop', { ...task, sourceHash: '0'.repeat(64) })).rejects.toThrow(
      /bytes have changed since.*take the new file/,
    );
    expect(readdirSync(folder)).toEqual(['link.tif']);
    mkdirSync(`${output}.revelado.json`);
    await expect(engine.call('develop', task)).rejects.toThrow(/a\.tif\.revelado\.json is a folder/);
    expect(readdirSync(folder)).toEqual(['a.tif.revelado.json', 'link.tif']);
    const { sha256 } = await engine.call('hash', { path: scan });
    await engine.call('develop', { ...task, output: path.join(folder, 'b.tif'), sourceHash: sha256 });
  });
  it('leaves nothing behind when cancelled', async () => {
    const stop = new AbortController();
    const output = path.join(dir, 'never.tif');
    const call = engine.call(
      'develop',
      {
        path: scan,
        params: params(),
        context,
        export: { format: 'tiff', bits: 16, quality: 90, icc: 'srgb', longSide: null, overwrite: false },
        output,
        captureDate: null,
        scanDate: null,
      },
      { signal: stop.signal, onProgress: (p) => p.stage === 'print' && stop.abort() },
    );
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(dir).filter((name) => name.startsWith('never') || name.endsWith('.tmp'))).toEqual([]);
  });
});
