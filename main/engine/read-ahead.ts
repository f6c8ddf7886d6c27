/**
 * A scan that is analysed and then developed at once, as the command line does, is read from the disk a single
 * time: the whole picture comes into memory, all threads reduce it to the copy that analysis looks at, and the
 * develop takes over the samples. Its hash and the tables that every plan needs are computed while one thread
 * is busy with the analysis. Only for scans that lie in the file as they lie in memory, and not for huge ones.
 */
import type { Picture, Rect } from '../../app/picture.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { planDevelop, planSource } from '../actions/develop/index.ts';
import { decodeScan } from '../files/index.ts';
import { fit, REDUCED_CURVE } from '../files/reduce.ts';
import type { DecodedScan, ScanInfo } from '../files/types.ts';
import type { Buffers } from './buffers.ts';
import { sharedLike } from './pool.ts';
import type { PixelPool } from './pool.ts';
import { ANALYSIS_SIDE, fileKey } from './scans.ts';

/** Below, a second read costs nothing; above, two copies cost too much memory (pixels). */
const SMALLEST = 4e6;
const LARGEST = 60e6;
/** Scans in work at once (the command line has three). */
const KEPT = 3;

/** A scan on its way from analysis to develop. */
export interface Ahead {
  whole: Promise<DecodedScan>;
  sha256: Promise<string>;
}

/** Whether a scan is worth it. */
function suits(info: ScanInfo): boolean {
  const pixels = info.width * info.height;
  return info.format === 'tiff' && info.infrared === null && pixels >= SMALLEST && pixels <= LARGEST;
}

export class ReadAhead {
  private readonly pool: PixelPool;
  private readonly buffers: Buffers;
  private readonly kept = new Map<string, Ahead>();

  constructor(pool: PixelPool, buffers: Buffers) {
    this.pool = pool;
    this.buffers = buffers;
  }

  /** The copy for analysis of a scan that will be developed next; null where it is better read twice. */
  async small(file: string, info: ScanInfo, signal?: AbortSignal): Promise<DecodedScan | null> {
    if (!suits(info)) return null;
    this.pool.warm();
    const memory = (bytes: number): SharedArrayBuffer => this.buffers.take(bytes);
    const whole = decodeScan(file, { infrared: false, memory, ...(signal ? { signal } : {}) });
    const key = await fileKey(file);
    const { picture } = await whole;
    const { width, height } = fit(picture.width, picture.height, ANALYSIS_SIDE);
    const data = sharedLike(
      picture.data instanceof Float32Array ? new Float32Array(0) : new Uint16Array(0),
      width * height * picture.channels,
    );
    const reduced = this.pool.bands(
      0,
      height,
      Math.ceil(height / this.pool.size),
      (from, to) => ({ kind: 'reduce', picture, width, height, share: { from, to, into: data } }),
      signal ? { signal } : {},
    );
    const sha256 = reduced.then(() => this.pool.hash(file, signal));
    sha256.catch(() => undefined);
    await reduced;
    this.kept.set(key, { whole, sha256 });
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value as string);
    // In a later turn, when the analysis is on its way to a thread.
    setImmediate(() => void warmTables(picture));
    const curve = data instanceof Float32Array ? ({ kind: 'linear' } as const) : REDUCED_CURVE;
    return {
      info,
      picture: { width, height, channels: picture.channels, data, curve, orientation: picture.orientation },
      scale: Math.max(width, height) / Math.max(picture.width, picture.height),
    };
  }

  /** Hands over what was read, once; null when there is nothing. */
  async take(file: string): Promise<Ahead | null> {
    if (this.kept.size === 0) return null;
    const key = await fileKey(file);
    const ahead = this.kept.get(key) ?? null;
    this.kept.delete(key);
    return ahead;
  }
}

/** Makes the tables that depend on the samples' curve only (they are kept by the plan). */
function warmTables(picture: Picture): void {
  const context = { analysis: null, roll: null };
  planDevelop(defaultDevelopParams(), context, planSource(picture), {
    space: 'srgb',
    bits: 16,
    layout: 'rgb',
  });
}

/** A part of a picture, moved to the front of the same memory: the rest of the picture is lost. */
export function cutInPlace(picture: Picture, region: Rect): Picture {
  const { width, channels, data } = picture;
  if (region.w === width && region.h === picture.height) return picture;
  const row = region.w * channels;
  for (let y = 0; y < region.h; y++) {
    const from = ((region.y + y) * width + region.x) * channels;
    data.copyWithin(y * row, from, from + row);
  }
  return { ...picture, width: region.w, height: region.h, data: data.subarray(0, region.h * row) };
}
