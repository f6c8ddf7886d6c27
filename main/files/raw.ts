/**
 * Camera raw and DNG through libraw (WebAssembly), in a worker thread of its own: demosaicing takes seconds
 * and must not hold up the engine, and its memory is given back whole when the thread ends. What comes out is
 * the sensor's own linear light: 16 bits, no white balance (all multipliers 1), no automatic brightness, no
 * colour matrix, no rotation. A camera's white balance would only move the orange mask about, and the
 * developer measures the mask itself.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { FileSource, show } from './bytes.ts';
import { clip } from './decode.ts';
import { cameraExposure, noFacts, type Facts } from './facts.ts';
import type { Inspected } from './inspect.ts';
import { fit, REDUCED_CURVE, Reducer } from './reduce.ts';
import type { DecodedScan, DecodeOptions } from './types.ts';

/** The settings, in libraw's names. `gamm` needs all six values: with two it is silently ignored. */
const SETTINGS = {
  outputBps: 16,
  outputColor: 0,
  gamm: [1, 1, 0, 0, 0, 0],
  userMul: [1, 1, 1, 1],
  useCameraWb: false,
  useAutoWb: false,
  useCameraMatrix: 0,
  noAutoBright: true,
  adjustMaximumThr: 0,
  highlight: 1,
  userFlip: 0,
  /** AHD: no zipper on fine grain, and still reasonably fast. */
  userQual: 3,
};

interface RawAnswer {
  meta: {
    iwidth: number;
    iheight: number;
    flip: number;
    camera_make: string;
    camera_model: string;
    iso_speed: number;
    shutter: number;
    aperture: number;
    timestamp: number;
  };
  image: { width: number; height: number; colors: number; data: Uint16Array } | null;
}

/** Runs in the thread. Plain text, so that no bundler has to know of a further entry. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
(async () => {
  const { default: create } = await import(workerData.module);
  const libraw = await create({ wasmBinary: workerData.wasm, print() {}, printErr() {} });
  const raw = new libraw.LibRaw();
  raw.open(new Uint8Array(workerData.bytes), workerData.settings);
  const meta = JSON.parse(JSON.stringify(raw.metadata(true)));
  let image = null;
  if (workerData.pixels) {
    const i = raw.imageData();
    const shared = new Uint16Array(new SharedArrayBuffer(i.data.length * 2));
    shared.set(i.data);
    image = { width: i.width, height: i.height, colors: i.colors, data: shared };
  }
  parentPort.postMessage({ ok: true, meta, image });
})().catch((error) => parentPort.postMessage({ ok: false, message: String(error && error.message || '') }));
`;

let wasm: Uint8Array | null = null;

/** Files above this are no single raw frame; libraw's memory ends at 2 GiB. */
const MAX_RAW_BYTES = 600 << 20;

async function callLibraw(source: FileSource, pixels: boolean, halfSize: boolean): Promise<RawAnswer> {
  if (source.size > MAX_RAW_BYTES)
    throw new RevealError('bad-input', say('file-raw-large', { file: show(source.path) }));
  const require = createRequire(import.meta.url);
  const module = require.resolve('libraw-wasm/dist/libraw.js');
  wasm ??= new Uint8Array(readFileSync(require.resolve('libraw-wasm/dist/libraw.wasm')));
  const bytes = new Uint8Array(new SharedArrayBuffer(source.size));
  await source.readInto(bytes, 0);
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: {
      module: pathToFileURL(module).href,
      wasm,
      bytes,
      pixels,
      settings: { ...SETTINGS, halfSize },
    },
  });
  try {
    return await new Promise<RawAnswer>((resolve, reject) => {
      const fail = (): void =>
        reject(new RevealError('bad-input', say('file-raw-unknown', { file: show(source.path) })));
      worker.once('message', (answer: { ok: boolean } & RawAnswer) => (answer.ok ? resolve(answer) : fail()));
      worker.once('error', fail);
      worker.once('exit', fail);
    });
  } finally {
    void worker.terminate();
  }
}

/** EXIF orientation for libraw's flip code. */
const FLIP: Record<number, number> = { 0: 1, 3: 3, 5: 8, 6: 6 };

/** Header facts of a raw file as libraw sees it. `pixels` false reads no sensor data. */
export async function openRaw(
  source: FileSource,
  pixels: boolean,
): Promise<{ facts: Facts; width: number; height: number }> {
  const { meta } = await callLibraw(source, pixels, false);
  return {
    width: meta.iwidth,
    height: meta.iheight,
    facts: {
      ...noFacts,
      make: meta.camera_make || null,
      model: meta.camera_model || null,
      orientation: FLIP[meta.flip] ?? 1,
      cameraExposure: cameraExposure(meta.shutter, meta.iso_speed, meta.aperture),
      dateTimeOriginal: meta.timestamp ? new Date(meta.timestamp * 1000).toISOString().slice(0, 19) : null,
    },
  };
}

/** Pixels of a raw file. For previews at half size or less the mosaic is binned instead of interpolated: exact and quick. */
export async function decodeRaw(scan: Inspected, options: DecodeOptions): Promise<DecodedScan> {
  const { info, source } = scan;
  const wanted = options.maxSide ?? Infinity;
  const half = !options.region && wanted * 2 <= Math.max(info.width, info.height);
  const { image } = await callLibraw(source, true, half);
  if (options.signal?.aborted)
    throw new RevealError('cancelled', `Reading ${show(source.path)} was cancelled.`);
  if (!image || (image.colors !== 1 && image.colors !== 3))
    throw new RevealError('bad-input', `${show(source.path)} has ${image?.colors ?? 0} colours, not 1 or 3.`);
  const channels = image.colors;
  const area = clip(options.region, image.width, image.height, source.path);
  let data = image.data;
  if (area.w !== image.width || area.h !== image.height) {
    data = new Uint16Array(new SharedArrayBuffer(area.w * area.h * channels * 2));
    for (let y = 0; y < area.h; y++) {
      const from = ((area.y + y) * image.width + area.x) * channels;
      data.set(image.data.subarray(from, from + area.w * channels), y * area.w * channels);
    }
  }
  const target = fit(area.w, area.h, wanted);
  let curve = scan.curve;
  if (target.width !== area.w || target.height !== area.h) {
    const input = {
      width: area.w,
      height: area.h,
      samples: channels,
      channels,
      infrared: -1,
      type: 16,
      curve,
    } as const;
    const reducer = new Reducer(input, target.width, target.height);
    reducer.push(data, area.h);
    data = reducer.data as Uint16Array<SharedArrayBuffer>;
    curve = REDUCED_CURVE;
  }
  const full = options.region ? Math.max(area.w, area.h) : Math.max(info.width, info.height);
  return {
    info,
    picture: {
      width: target.width,
      height: target.height,
      channels,
      data,
      curve,
      orientation: info.orientation,
    },
    scale: Math.max(target.width, target.height) / full,
  };
}
