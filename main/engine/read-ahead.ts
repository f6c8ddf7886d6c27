/**
 * A scan that is analysed, looked at and then made at once, as the command line does, is read from the disk a single
 * time. Restored prints: whoever wants the whole or a reduced copy of what is shared gets it from memory. Developed scans: the whole picture comes into memory, all threads reduce it to the copy that analysis looks at, and the
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
/** Bytes of the scans that are shared at a time. */
const SHARED_BYTES = 256e6;

/** A scan on its way from analysis to develop. */
export interface Ahead {
  whole: Promise<DecodedScan>;
  sha256: Promise<string>;
}

/** Whether a scan is worth it. */
function suits(info: ScanInfo, formats: readonly string[]): boolean {
  const pixels = info.width * info.height;
  return formats.includes(info.format) && info.infrared === null && pixels >= SMALLEST && pixels <= LARGEST;
}

/** A scan that is read for several. */
interface Shared {
  key: Promise<string>;
  /** null: it is better read by each. */
  whole: Promise<DecodedScan | null>;
  bytes: number;
}

export class ReadAhead {
  private readonly pool: PixelPool;
  private readonly buffers: Buffers;
  private readonly kept = new Map<string, Ahead>();
  private readonly shared = new Map<string, Shared>();

  constructor(pool: PixelPool, buffers: Buffers) {
    this.pool = pool;
    this.buffers = buffers;
  }

  /**
   * Reads a scan once for all who will ask from now on, until `done`. Small ones and huge ones are not worth it, nor
   * more than some at a time.
   */
  share(file: string, info: Promise<ScanInfo>, signal?: AbortSignal): void {
    if (this.shared.has(file)) return;
    const entry: Shared = { key: fileKey(file), whole: Promise.resolve(null), bytes: 0 };
    this.shared.set(file, entry);
    const read = async (): Promise<DecodedScan | null> => {
      const facts = await info;
      const bytes = (facts.width * facts.height * facts.channels * facts.bits) / 8;
      if (!suits(facts, ['tiff', 'jpeg']) || this.sharedBytes + bytes > SHARED_BYTES) {
        this.done(file);
        return null;
      }
      entry.bytes = bytes;
      return decodeScan(file, { infrared: false, ...(signal ? { signal } : {}) });
    };
    entry.whole = read();
    for (const one of [entry.whole, entry.key]) one.catch(() => this.giveUp(file, entry));
  }

  /** Bytes of the scans that are shared now. */
  get sharedBytes(): number {
    let sum = 0;
    for (const { bytes } of this.shared.values()) sum += bytes;
    return sum;
  }

  /** Gives a shared scan up. */
  done(file: string): void {
    this.shared.delete(file);
  }

  /** A shared scan at its full size, not to be changed; null: nobody shares it, or the file is another since. */
  async whole(file: string): Promise<DecodedScan | null> {
    const entry = this.shared.get(file);
    if (!entry) return null;
    try {
      return (await fileKey(file)) === (await entry.key) ? await entry.whole : null;
    } catch {
      // Whoever reads it is told what is wrong.
      this.giveUp(file, entry);
      return null;
    }
  }

  /** Forgets a scan that could not be read, unless it was shared anew meanwhile. */
  private giveUp(file: string, entry: Shared): void {
    if (this.shared.get(file) === entry) this.done(file);
  }

  /** A shared scan reduced until its longer side has `side` pixels, as it would be read; null as above. */
  async reduced(file: string, side: number, signal?: AbortSignal): Promise<DecodedScan | null> {
    const whole = await this.whole(file);
    if (!whole) return null;
    const { picture, info, transparent } = whole;
    if (side >= Math.max(picture.width, picture.height)) return whole;
    const made = await this.reduce(picture, side, signal);
    const scale = Math.max(made.width, made.height) / Math.max(picture.width, picture.height);
    return { info, picture: made, scale, ...(transparent ? { transparent } : {}) };
  }

  /** A reduced copy, by all threads. */
  private async reduce(picture: Picture, side: number, signal?: AbortSignal): Promise<Picture> {
    const { width, height } = fit(picture.width, picture.height, side);
    const data = sharedLike(
      picture.data instanceof Float32Array ? new Float32Array(0) : new Uint16Array(0),
      width * height * picture.channels,
    );
    await this.pool.bands(
      0,
      height,
      Math.ceil(height / this.pool.size),
      (from, to) => ({ kind: 'reduce', picture, width, height, share: { from, to, into: data } }),
      signal ? { signal } : {},
    );
    const curve = data instanceof Float32Array ? ({ kind: 'linear' } as const) : REDUCED_CURVE;
    return { width, height, channels: picture.channels, data, curve, orientation: picture.orientation };
  }

  /** The copy for analysis of a scan that will be developed next; null where it is better read twice. */
  async small(file: string, info: ScanInfo, signal?: AbortSignal): Promise<DecodedScan | null> {
    if (!suits(info, ['tiff'])) return null;
    this.pool.warm();
    const memory = (bytes: number): SharedArrayBuffer => this.buffers.take(bytes);
    const whole = decodeScan(file, { infrared: false, memory, ...(signal ? { signal } : {}) });
    const key = await fileKey(file);
    const { picture } = await whole;
    const reducing = this.reduce(picture, ANALYSIS_SIDE, signal);
    const sha256 = reducing.then(() => this.pool.hash(file, signal));
    sha256.catch(() => undefined);
    const reduced = await reducing;
    this.kept.set(key, { whole, sha256 });
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value as string);
    // In a later turn, when the analysis is on its way to a thread.
    setImmediate(() => void warmTables(picture));
    const scale = Math.max(reduced.width, reduced.height) / Math.max(picture.width, picture.height);
    return { info, picture: reduced, scale };
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
