/**
 * Deep zoom: any part of a scan at full size or at a power of two below, without decoding the whole again. The
 * levels of a large scan are built once and kept as a tiled TIFF in a cache folder that is bounded in bytes
 * (the longest unused goes first); a small scan is kept in memory. Full size is read from the scan itself
 * where its format allows parts to be read, else from the cache too.
 */
import { createHash } from 'node:crypto';
import { mkdir, stat, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Picture, Rect, Samples } from '../../app/picture.ts';
import { fileError } from './bytes.ts';
import { clip, decodeInspected } from './decode.ts';
import { explain, inspect, type Inspected } from './inspect.ts';
import { buildLevels, levelCount, levelSize } from './pyramid.ts';
import { fit, REDUCED_CURVE, Reducer } from './reduce.ts';
import { allocate } from './tiff-pixels.ts';
import type { DecodedScan, ScanInfo } from './types.ts';
import { buildCache, onDisk, TILE, trimCache } from './zoom-cache.ts';
import { assemble, crop, levelCurve, separate, shapeOf } from './zoom-parts.ts';

/** Scans below this many pixels are kept in memory. */
const SMALL = 12_000_000;
/** Bytes of small scans kept in memory, over all of them. */
const MEMORY = 320 << 20;
/** Pixels worth reading for a more exact part. */
const FINER_PIXELS = 16_000_000;
/** Default bound of the cache folder. */
const CACHE_BYTES = 8 * 2 ** 30;

export interface LevelOptions {
  /** Bound of the cache folder in bytes (default 8 GiB). */
  maxBytes?: number;
  /** Scans up to this many pixels are kept in memory (default 12 million). */
  memoryPixels?: number;
}

/** A scan opened for zooming. */
export interface ScanLevels {
  readonly info: ScanInfo;
  /** Number of levels; level n is 1/2ⁿ of the scan. */
  readonly levels: number;
  /** A part of a level, in pixels of that level. Level 0 has the scan's own samples and curve. */
  read(level: number, rect: Rect): Promise<Picture>;
  /** Bytes of memory this scan holds. */
  readonly memory: number;
  close(): Promise<void>;
}

const opening = new Map<string, Promise<ScanLevels>>();

/** Opens a scan for zooming; the same scan is opened once. Throws RevealError like `decodeScan`. */
export async function openScanLevels(
  scanPath: string,
  cacheDir: string,
  options: LevelOptions = {},
): Promise<ScanLevels> {
  let key: string;
  try {
    const s = await stat(scanPath);
    key = createHash('sha256')
      .update(`levels 2\0${path.resolve(scanPath)}\0${s.size}\0${s.mtimeMs}`)
      .digest('hex')
      .slice(0, 40);
  } catch (error) {
    throw fileError(scanPath, error, 'read');
  }
  let found = opening.get(key);
  if (found) {
    // Most recently used last.
    opening.delete(key);
    opening.set(key, found);
  } else {
    found = openNew(scanPath, cacheDir, key, options);
    opening.set(key, found);
    found.catch(() => opening.delete(key));
    await found;
    await trimMemory(key);
  }
  return found;
}

/** Closes what has not been used for longest, until memory and open files are within bounds. */
async function trimMemory(keep: string): Promise<void> {
  let memory = 0;
  let files = 0;
  for (const [key, promise] of [...opening].reverse()) {
    const levels = await promise.catch(() => null);
    memory += levels?.memory ?? 0;
    files++;
    if (key !== keep && (memory > MEMORY || files > 8)) {
      opening.delete(key);
      await levels?.close();
    }
  }
}

/** Closes every scan opened for zooming. */
export async function closeLevels(): Promise<void> {
  const all = [...opening.values()];
  opening.clear();
  await Promise.all(all.map((p) => p.then((l) => l.close()).catch(() => undefined)));
}

async function openNew(
  scanPath: string,
  cacheDir: string,
  key: string,
  options: LevelOptions,
): Promise<ScanLevels> {
  const scan = await inspect(scanPath);
  try {
    if (scan.info.width * scan.info.height <= (options.memoryPixels ?? SMALL) || scan.route.by === 'none') {
      const levels = await inMemory(scan);
      await scan.close();
      return levels;
    }
    const file = path.join(cacheDir, `${key}.levels.tif`);
    await mkdir(cacheDir, { recursive: true }).catch((error: unknown) => {
      throw fileError(cacheDir, error, 'write');
    });
    const ready = await stat(file).then(
      () => true,
      () => false,
    );
    if (!ready) await buildCache(scan, file);
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
    await trimCache(cacheDir, file, options.maxBytes ?? CACHE_BYTES);
    try {
      return await onDisk(scan, file);
    } catch {
      // A damaged cache file is no loss: it is built again, once.
      await unlink(file).catch(() => undefined);
      await buildCache(scan, file);
      return await onDisk(scan, file);
    }
  } catch (error) {
    await scan.close().catch(() => undefined);
    throw explain(scanPath, error);
  }
}

async function inMemory(scan: Inspected): Promise<ScanLevels> {
  const { info } = scan;
  const shape = shapeOf(scan);
  const { picture } = await decodeInspected(scan);
  const levels = levelCount(info.width, info.height, TILE);
  const stored: Samples[] = Array.from({ length: levels - 1 }, (_, i) => {
    const size = levelSize(info.width, info.height, i + 1);
    return allocate(shape.float ? 32 : 16, size.width * size.height * shape.planes);
  });
  const band = {
    y: 0,
    rows: info.height,
    data: picture.data,
    samples: picture.channels,
    infrared: -1,
    infraredRows: picture.infrared ?? null,
  };
  await buildLevels(
    {
      ...shape,
      width: info.width,
      height: info.height,
      bits: info.bits,
      curve: picture.curve,
      levels,
      stripRows: TILE,
    },
    (async function* () {
      yield band;
    })(),
    (level, y, _rows, data) => {
      const { width } = levelSize(info.width, info.height, level);
      stored[level - 1].set(data, y * width * shape.planes);
      return Promise.resolve();
    },
  );
  const memory =
    picture.data.byteLength +
    (picture.infrared?.byteLength ?? 0) +
    stored.reduce((n, s) => n + s.byteLength, 0);
  return {
    info,
    levels,
    memory,
    read(level, rect) {
      const size = levelSize(info.width, info.height, level);
      const area = clip(rect, size.width, size.height, scan.source.path);
      if (level === 0)
        return Promise.resolve(
          assemble(
            crop(picture.data, info.width, picture.channels, area),
            picture.infrared ? (crop(picture.infrared, info.width, 1, area) as Uint16Array) : null,
            area,
            shape,
            picture.curve,
            info,
          ),
        );
      const part = crop(stored[level - 1], size.width, shape.planes, area);
      return Promise.resolve(separate(part, area, shape, levelCurve(shape), info));
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A part of a scan at the size it will be seen: `region` in pixels of the full scan, reduced so that its longest
 * side is at most `maxSide`. Reads a level that is at least that large and averages the rest of the way in
 * linear light. `scale` of the answer is against the full scan.
 */
export async function readRegion(
  scanPath: string,
  cacheDir: string,
  region: Rect,
  maxSide: number,
  options: LevelOptions = {},
): Promise<DecodedScan> {
  const levels = await openScanLevels(scanPath, cacheDir, options);
  const { info } = levels;
  const area = clip(region, info.width, info.height, scanPath);
  const target = fit(area.w, area.h, Math.max(1, Math.floor(maxSide)));
  const factor = Math.max(area.w, area.h) / Math.max(target.width, target.height);
  const nearest = Math.max(0, Math.floor(Math.log2(factor) + 1e-9));
  // Averages of averages blur what lies across their borders. Where it costs little, one level finer is read,
  // which halves that difference from the exact reduction.
  const finer = Math.max(0, nearest - 1);
  const affordable = (area.w * area.h) / 4 ** finer <= FINER_PIXELS;
  const exact =
    [area.x, area.y, area.w, area.h].every((v) => v % 2 ** nearest === 0) && factor === 2 ** nearest;
  const level = Math.min(levels.levels - 1, affordable && !exact ? finer : nearest);
  const part = 2 ** level;
  const x = Math.floor(area.x / part);
  const y = Math.floor(area.y / part);
  const rect = {
    x,
    y,
    w: Math.ceil((area.x + area.w) / part) - x,
    h: Math.ceil((area.y + area.h) / part) - y,
  };
  const picture = await levels.read(level, rect);
  const scale = Math.max(target.width, target.height) / Math.max(area.w, area.h);
  const { width, height } = target;
  // Where the part lies between the level's pixels, the averaging takes its exact share of them.
  const window = { x: area.x / part - x, y: area.y / part - y, w: area.w / part, h: area.h / part };
  if (picture.width === width && picture.height === height && window.x === 0 && window.y === 0)
    return { info, picture, scale };
  const type = picture.data instanceof Uint8Array ? 8 : picture.data instanceof Uint16Array ? 16 : 32;
  const channels = picture.channels;
  const input = {
    width: picture.width,
    height: picture.height,
    samples: channels,
    channels,
    type,
    window,
  } as const;
  const colour = new Reducer({ ...input, infrared: -1, curve: picture.curve }, width, height);
  colour.push(picture.data, picture.height);
  const reduced: Picture = {
    ...picture,
    width,
    height,
    data: colour.data,
    curve: type === 32 ? { kind: 'linear' } : REDUCED_CURVE,
  };
  if (picture.infrared) {
    const plane = new Reducer(
      { ...input, samples: 1, channels: 1, type: 16, infrared: 0, least: true, curve: { kind: 'linear' } },
      width,
      height,
    );
    plane.push(picture.infrared, picture.height);
    if (plane.infrared) reduced.infrared = plane.infrared;
  }
  return { info, picture: reduced, scale };
}
