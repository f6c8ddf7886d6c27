/**
 * From a scan to pixels: the whole picture, a part at full resolution, or a reduced copy, always with the tone
 * curve that makes the samples linear. Full-size samples are the file's own; reduced ones are averaged in
 * linear light (`reduce.ts`).
 */
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Picture, Rect, Samples, ToneCurve } from '../../app/picture.ts';
import { show } from './bytes.ts';
import { explain, inspect, type Inspected } from './inspect.ts';
import { MAX_PIXELS, release, tooLarge, vipsPixels } from './libvips.ts';
import { decodeRaw } from './raw.ts';
import { fit, REDUCED_CURVE, Reducer, type ReduceInput } from './reduce.ts';
import { withPlainPath } from './safe-path.ts';
import { allocate, sampleType, TiffRows, type TiffLayout } from './tiff-pixels.ts';
import type { DecodedScan, DecodeOptions } from './types.ts';

/**
 * Decodes a scan. With `maxSide` the longest side of what comes back is exactly that, or the scan's own when
 * it is smaller; with `region` only that part, in pixels of the scan as stored. Throws RevealError naming the
 * file; 'cancelled' when the signal fires between bands.
 */
export async function decodeScan(path: string, options: DecodeOptions = {}): Promise<DecodedScan> {
  const scan = await inspect(path);
  try {
    return await decodeInspected(scan, options);
  } catch (error) {
    throw explain(path, error);
  } finally {
    await scan.close();
  }
}

/** The same for a scan that is already open (it stays open). */
export async function decodeInspected(scan: Inspected, options: DecodeOptions = {}): Promise<DecodedScan> {
  const { info } = scan;
  stopIfCancelled(options.signal, scan.source.path);
  if (scan.route.by === 'none')
    throw new RevealError('bad-input', say('file-film', { file: show(scan.source.path) }));
  if (scan.route.by === 'raw') return decodeRaw(scan, options);
  const area = clip(options.region, info.width, info.height, scan.source.path);
  const target = options.maxSide
    ? fit(area.w, area.h, Math.max(1, Math.floor(options.maxSide)))
    : { width: area.w, height: area.h };
  const reduced = target.width !== area.w || target.height !== area.h;
  const { data, infrared, curve, transparent } =
    scan.route.by === 'tiff'
      ? await fromTiff(scan, scan.route.layout, scan.route.infrared, area, reduced ? target : null, options)
      : await fromVips(scan, scan.route, area, reduced ? target : null, options);
  const picture: Picture = {
    width: target.width,
    height: target.height,
    channels: info.channels === 1 ? 1 : 3,
    data,
    curve,
    orientation: info.orientation,
  };
  if (infrared) picture.infrared = infrared;
  const scale = Math.max(target.width, target.height) / Math.max(area.w, area.h);
  return { info, picture, scale, ...(transparent ? { transparent } : {}) };
}

interface Decoded {
  /** Something was laid over white. */
  transparent?: boolean;
  data: Samples;
  infrared: Uint16Array | null;
  curve: ToneCurve;
}
type Size = { width: number; height: number } | null;

/** Cuts a wanted part to the picture; throws when nothing is left. */
export function clip(region: Rect | undefined, width: number, height: number, file: string): Rect {
  if (!region) return { x: 0, y: 0, w: width, h: height };
  const x = Math.min(Math.max(0, Math.floor(region.x)), width);
  const y = Math.min(Math.max(0, Math.floor(region.y)), height);
  const w = Math.min(width, Math.ceil(region.x + region.w)) - x;
  const h = Math.min(height, Math.ceil(region.y + region.h)) - y;
  if (!(w > 0 && h > 0))
    throw new RevealError(
      'bad-request',
      `The part asked for lies outside ${show(file)} (${width} × ${height}).`,
    );
  return { x, y, w, h };
}

function stopIfCancelled(signal: AbortSignal | undefined, file: string): void {
  if (signal?.aborted) throw new RevealError('cancelled', `Reading ${show(file)} was cancelled.`);
}

/** Gives the system a turn, so that a cancel can arrive while pixels are crunched. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function fromTiff(
  scan: Inspected,
  layout: TiffLayout,
  irPage: TiffLayout | null,
  area: Rect,
  target: Size,
  options: DecodeOptions,
): Promise<Decoded> {
  const file = scan.source.path;
  const type = sampleType(layout);
  const channels = scan.info.channels === 1 ? 1 : 3;
  const wantInfrared = options.infrared !== false && scan.info.infrared !== null;
  const fourth = wantInfrared && scan.info.infrared === 'alpha' ? channels : -1;
  const rows = new TiffRows(scan.source, layout);
  const outPixels = target ? target.width * target.height : area.w * area.h;
  if (outPixels > MAX_PIXELS) throw tooLarge(file, area.w, area.h);
  let result: Decoded;
  let transparent = false;
  if (!target && layout.samples === channels) {
    const data = allocate(type, area.w * area.h * channels, options.memory);
    const step = rows.bandHeight(area.w) * 4;
    const pitch = area.w * channels;
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < area.h) {
        stopIfCancelled(options.signal, file);
        const y = next;
        const h = Math.min(step, area.h - y);
        next += h;
        await rows.read(
          { x: area.x, y: area.y + y, w: area.w, h },
          data.subarray(y * pitch, (y + h) * pitch),
        );
      }
    };
    // New memory is cleaned while it is first filled, which costs more than reading: two parts go on at a time.
    // What is unpacked remembers the strips of the part before and goes on in order.
    const lanes = await Promise.allSettled(Array.from({ length: rows.plain ? 2 : 1 }, lane));
    // Nobody writes into the samples any more when the failure is told.
    const failed = lanes.find((l) => l.status === 'rejected');
    if (failed) throw failed.reason;
    result = { data, infrared: null, curve: scan.curve };
  } else {
    const sink = target
      ? reducing(
          {
            type,
            channels,
            samples: layout.samples,
            infrared: fourth,
            least: options.leastInfrared,
            curve: scan.curve,
          },
          area,
          target,
        )
      : splitting(type, channels, layout.samples, fourth, area, scan.curve);
    const step = Math.min(area.h, rows.bandHeight(area.w));
    const band = allocate(type, step * area.w * layout.samples);
    for (let y = 0; y < area.h; y += step) {
      stopIfCancelled(options.signal, file);
      const h = Math.min(step, area.h - y);
      const part = band.subarray(0, h * area.w * layout.samples);
      await rows.read({ x: area.x, y: area.y + y, w: area.w, h }, part);
      const premultiplied = layout.extraSamples.includes(1);
      if (scan.info.alpha && layOverWhite(part, layout.samples, channels, premultiplied)) transparent = true;
      sink.push(part, h);
    }
    result = sink.end();
  }
  if (transparent) result.transparent = true;
  if (wantInfrared && irPage) result.infrared = await infraredPage(scan, irPage, area, target, options);
  return result;
}

/** The infrared page, full size or reduced with the picture. Always linear. */
async function infraredPage(
  scan: Inspected,
  layout: TiffLayout,
  area: Rect,
  target: Size,
  options: DecodeOptions,
): Promise<Uint16Array> {
  const rows = new TiffRows(scan.source, layout);
  if (!target) {
    const plane = new Uint16Array(new SharedArrayBuffer(area.w * area.h * 2));
    await rows.read(area, plane);
    return plane;
  }
  // As an extra sample of a one-sample picture it takes the linear path of the reducer.
  const reducer = new Reducer(
    {
      width: area.w,
      height: area.h,
      samples: 1,
      channels: 1,
      infrared: 0,
      least: options.leastInfrared,
      type: 16,
      curve: { kind: 'linear' },
    },
    target.width,
    target.height,
  );
  const step = Math.min(area.h, rows.bandHeight(area.w));
  const band = new Uint16Array(step * area.w);
  for (let y = 0; y < area.h; y += step) {
    stopIfCancelled(options.signal, scan.source.path);
    const h = Math.min(step, area.h - y);
    const part = band.subarray(0, h * area.w);
    await rows.read({ x: area.x, y: area.y + y, w: area.w, h }, part);
    reducer.push(part, h);
  }
  return reducer.infrared ?? new Uint16Array(0);
}

/**
 * Lays pixels over white by the alpha that follows their colours, in place; what is opaque keeps its bits. In the
 * samples' own encoding, as programs do that flatten a picture. @returns whether anything was not opaque
 */
export function layOverWhite(
  band: Samples,
  samples: number,
  channels: 1 | 3,
  premultiplied: boolean,
): boolean {
  if (samples <= channels) return false;
  let transparent = false;
  const top = band instanceof Uint8Array ? 255 : band instanceof Uint16Array ? 65535 : 1;
  for (let i = 0; i < band.length; i += samples) {
    const alpha = band[i + channels] / top;
    if (alpha >= 1) continue;
    transparent = true;
    for (let c = 0; c < channels; c++) {
      const v = band[i + c] * (premultiplied ? 1 : alpha) + top * (1 - alpha);
      band[i + c] = top === 1 ? v : Math.min(top, Math.round(v));
    }
  }
  return transparent;
}

interface Sink {
  push(band: Samples, rows: number): void;
  end(): Decoded;
}

function reducing(
  input: Omit<ReduceInput, 'width' | 'height'>,
  area: Rect,
  target: { width: number; height: number },
): Sink {
  const reducer = new Reducer({ ...input, width: area.w, height: area.h }, target.width, target.height);
  return {
    push: (band, rows) => reducer.push(band, rows),
    end: () => ({
      data: reducer.data,
      infrared: reducer.infrared,
      curve: input.type === 32 ? { kind: 'linear' } : REDUCED_CURVE,
    }),
  };
}

/** Full size where the file has more samples than the picture: alpha has done its work, infrared becomes a plane. */
function splitting(
  type: 8 | 16 | 32,
  channels: 1 | 3,
  samples: number,
  infrared: number,
  area: Rect,
  curve: ToneCurve,
): Sink {
  const data = allocate(type, area.w * area.h * channels);
  const plane = infrared >= 0 ? new Uint16Array(new SharedArrayBuffer(area.w * area.h * 2)) : null;
  let at = 0;
  return {
    push(band, rows) {
      const n = rows * area.w;
      if (channels === 3)
        for (let i = 0, s = 0, t = at * 3; i < n; i++, s += samples, t += 3) {
          data[t] = band[s];
          data[t + 1] = band[s + 1];
          data[t + 2] = band[s + 2];
        }
      else for (let i = 0, s = 0; i < n; i++, s += samples) data[at + i] = band[s];
      if (plane) for (let i = 0, s = infrared; i < n; i++, s += samples) plane[at + i] = band[s];
      at += n;
    },
    end: () => ({ data, infrared: plane, curve }),
  };
}

/** Rows pushed to a sink between two looks at the cancel signal. */
const PUSH_ROWS = 256;

async function fromVips(
  scan: Inspected,
  route: { wide: boolean; grey: boolean; infrared: TiffLayout | null },
  area: Rect,
  target: Size,
  options: DecodeOptions,
): Promise<Decoded> {
  const file = scan.source.path;
  const { info } = scan;
  const whole = area.w === info.width && area.h === info.height;
  const pixels = await withPlainPath(file, (plain) =>
    vipsPixels(plain, file, { wide: route.wide, grey: route.grey, region: whole ? null : area }),
  );
  stopIfCancelled(options.signal, file);
  if (pixels.width !== area.w || pixels.height !== area.h)
    throw new RevealError('bad-input', say('file-size-lies', { file: show(file) }));
  const channels = info.channels === 1 ? 1 : 3;
  const type = route.wide ? 16 : 8;
  const input = { type, channels, samples: pixels.samples, infrared: -1, curve: scan.curve } as const;
  let result: Decoded;
  let transparent = false;
  if (!target && pixels.samples === channels) {
    const data = allocate(type, pixels.data.length);
    data.set(pixels.data);
    result = { data, infrared: null, curve: scan.curve };
  } else {
    const sink = target
      ? reducing(input, area, target)
      : splitting(type, channels, pixels.samples, -1, area, scan.curve);
    const pitch = area.w * pixels.samples;
    for (let y = 0; y < area.h; y += PUSH_ROWS) {
      const h = Math.min(PUSH_ROWS, area.h - y);
      const part = pixels.data.subarray(y * pitch, (y + h) * pitch);
      if (info.alpha && layOverWhite(part, pixels.samples, channels, false)) transparent = true;
      sink.push(part, h);
      if (options.signal) {
        await breathe();
        stopIfCancelled(options.signal, file);
      }
    }
    result = sink.end();
  }
  release(pixels.data);
  if (transparent) result.transparent = true;
  if (options.infrared !== false && route.infrared)
    result.infrared = await infraredPage(scan, route.infrared, area, target, options);
  return result;
}
