/**
 * The same develop for scans too large to be held twice: strips of whole rows are read from the file, developed
 * straight into the finished picture and forgotten (tiles.ts). Only for files of which rows can be read without
 * decoding the rest, and only where no step looks beyond its own pixel. The pixels are those of `render`.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { planDevelop, planSource } from '../actions/develop/index.ts';
import { outputChannels } from '../actions/develop/process.ts';
import { decodeScan } from '../files/index.ts';
import type { ScanInfo } from '../files/types.ts';
import type { Budget } from './budget.ts';
import { sharedLike } from './pool.ts';
import type { PixelPool } from './pool.ts';
import { applyToAll, BAND_PIXELS, flatBand, planContext } from './render.ts';
import type { Rendered, RenderInput } from './render.ts';
import { runTiles } from './tiles.ts';
import type { Tile } from './tiles.ts';

/** Pixels of a strip: some 50 MB of 16-bit colour. */
export const STRIP_PIXELS = 8e6;
/** From this size on (pixels) a scan whose samples change their size is read in strips, so that it is not held twice. */
const LARGE = 60e6;
/** From this size on every scan is; below, samples of equal size are developed in place, which is quicker. */
const HUGE = 250e6;
/** Strips after which their memory is given back. */
const COLLECT_AFTER = 5;

/** Whether a scan is developed in strips: a large TIFF at full size, nothing to repair. */
export function suitsStrips(
  info: ScanInfo,
  region: { w: number; h: number },
  output: { bits: 8 | 16; layout: 'rgb' | 'grey' },
  reduced: boolean,
  dust: boolean,
): boolean {
  if (info.format !== 'tiff' || reduced || dust) return false;
  const inPlace = info.bits === output.bits && (info.channels === 1) === (output.layout === 'grey');
  return region.w * region.h >= (inPlace ? HUGE : LARGE);
}

export type StripInput = Omit<RenderInput, 'picture' | 'consume' | 'count' | 'mark' | 'onBegun'> & {
  path: string;
  cores: Budget;
  /** Rows of a strip; from STRIP_PIXELS by default. */
  stripRows?: number;
};

/** Develops `input.region` of the file. Throws RevealError 'cancelled' when the signal fires between strips. */
export async function renderStrips(
  pool: PixelPool,
  input: StripInput,
  signal?: AbortSignal,
  onProgress?: (share: number) => void,
): Promise<Rendered> {
  const { path, region, bits, layout, bandPixels = BAND_PIXELS } = input;
  const read = (y0: number, y1: number) =>
    input.cores.with(1, signal, () =>
      decodeScan(path, {
        region: { x: region.x, y: region.y + y0, w: region.w, h: y1 - y0 },
        infrared: false,
        ...(signal ? { signal } : {}),
      }),
    );
  const first = (await read(0, 1)).picture;
  const plan = planDevelop(input.params, planContext(input.context), planSource(first), {
    space: input.space,
    bits,
    layout,
  });
  const channels = outputChannels(plan);
  if (channels === 4) throw new RevealError('internal', 'Strips are for files, not for windows.');
  const length = region.w * region.h * channels;
  const developed = sharedLike(bits === 16 ? new Uint16Array(0) : new Uint8Array(0), length);
  const shared = pool.share(plan);
  const rows = input.stripRows ?? Math.max(1, Math.floor(STRIP_PIXELS / region.w));
  const turn = input.geometry.exact ? 0.1 : 0.3;

  let strips = 0;
  /** Develops a strip into its place in the finished picture. */
  const strip = async (tile: Tile): Promise<Uint8Array | Uint16Array> => {
    const at = tile.y * region.w * channels;
    const output = developed.subarray(at, at + tile.height * region.w * channels);
    const part = { x: region.x, y: region.y + tile.y, w: region.w, h: tile.height };
    const flat = input.flat
      ? flatBand(input.flat, { ...input, region: part, picture: { width: region.w } })
      : null;
    await pool.bands(
      0,
      tile.width * tile.height,
      bandPixels,
      (from, to) => ({ kind: 'develop', input: tile.data, output, from, to, flat, count: null }),
      { plan: shared, signal, parallel: input.parallel },
    );
    if (++strips % COLLECT_AFTER === 0) pool.collect();
    return output;
  };
  try {
    await runTiles(
      {
        width: region.w,
        height: region.h,
        channels: first.channels,
        read: async (y0, y1) => (await read(y0, y1)).picture.data,
      },
      // The strips are where they belong already.
      { channels, write: async () => undefined },
      strip,
      {
        maxTile: rows,
        minTile: Math.min(rows, 16),
        fullWidth: true,
        signal,
        onProgress: (done, total) => onProgress?.((done / total) * (1 - turn)),
      },
    );
    const result = await applyToAll(
      pool,
      input.geometry,
      { data: developed, width: region.w, height: region.h },
      channels,
      bandPixels,
      { signal, parallel: input.parallel, onProgress: (share) => onProgress?.(1 - turn + share * turn) },
    );
    return { ...result, channels, plan, histogram: null, ends: null };
  } finally {
    pool.release(shared);
  }
}
