/**
 * The one way from decoded samples to finished pixels, used by export, preview, thumbnail and read-out: plan,
 * pixel loop in bands over the worker threads, geometry in bands. Which scan pixels are decoded at which size
 * is decided before (view.ts); everything after that is the same for a 300-pixel thumbnail and a 100-megapixel
 * export.
 */
import { spaces } from '../../app/color/spaces.ts';
import type { SpaceName } from '../../app/color/spaces.ts';
import type { Picture, Rect } from '../../app/picture.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { Geometry } from '../actions/develop/geometry.ts';
import { analysisOfFrame } from '../actions/develop/analyse.ts';
import { filmOf, planDevelop, planSource } from '../actions/develop/index.ts';
import type { DevelopPlan, FlatBand, PlanContext } from '../actions/develop/index.ts';
import type { FlatField } from '../actions/develop/reference.ts';
import { outputChannels } from '../actions/develop/process.ts';
import type { OwnSpace } from '../../app/color/own-space.ts';
import { readerOf } from '../actions/picture/as-is.ts';
import { takenAsIs } from '../actions/picture/print.ts';
import { countEnds } from './pixel-jobs.ts';
import type { Ends, PixelJob, PixelResult } from './pixel-jobs.ts';
import { onSharedMemory, sharedLike } from './pool.ts';
import type { PixelPool } from './pool.ts';
import type { DevelopContext } from './protocol.ts';
import { Prefix } from './prefix.ts';
import { isIdentity } from './view.ts';

/** Pixels of a band: a few milliseconds of work, so that progress and cancel come often. */
export const BAND_PIXELS = 1 << 19;

export interface RenderInput {
  picture: Picture;
  /** Part of the scan that `picture` shows, and the scan's size, all in scan pixels. */
  region: Rect;
  scanWidth: number;
  scanHeight: number;
  geometry: Geometry;
  params: DevelopParams;
  context: DevelopContext;
  flat: FlatField | null;
  /** Space of a print's own samples (`ScanInfo.own`). */
  own?: OwnSpace;
  space: SpaceName;
  bits: 8 | 16;
  layout: 'rgb' | 'rgba' | 'grey';
  /** The samples may be overwritten (nobody else needs them): saves a second buffer of that size. */
  consume: boolean;
  /** Pixels of a band; a few milliseconds of work by default. */
  bandPixels?: number;
  /** Bands in work at once; all threads by default. */
  parallel?: number;
  /** Told when the finished picture's memory is there, before its pixels are: they can be written as they come. */
  onBegun?(begun: Omit<Rendered, 'histogram' | 'ends'> & { until(samples: number): Promise<void> }): void;
  /** Count the finished pixels (rgba only). */
  count?: boolean;
  /** With `count`: paint the pixels at the paper's ends. */
  mark?: boolean;
}
export interface Rendered {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  data: Uint8Array | Uint16Array;
  /** Null for a print, which is taken as it is. */
  plan: DevelopPlan | null;
  /** 3 x 256 counts when asked for. */
  histogram: Uint32Array | null;
  /** Pixels with a channel at paper white / black, when asked for. */
  ends: { white: number; black: number } | null;
}

/** What the pixels of one frame depend on: on a strip of several pictures each has its own exposure. */
export function planContext(context: DevelopContext): PlanContext {
  const { analysis, roll, frame } = context;
  return { analysis: analysis && analysisOfFrame(analysis, frame), roll };
}

/** Layout of an export: black and white is written with one sample a pixel, a print with as many as it has. */
export function exportLayout(
  params: DevelopParams,
  context: DevelopContext,
  channels: number,
): 'rgb' | 'grey' {
  if (takenAsIs(params, context.analysis)) return channels === 1 ? 'grey' : 'rgb';
  return filmOf(params, context) === 'bw' ? 'grey' : 'rgb';
}

/** Where the coarse flat field lies under the decoded region. */
export function flatBand(
  flat: FlatField,
  input: Pick<RenderInput, 'region' | 'scanWidth' | 'scanHeight'> & { picture: { width: number } },
): FlatBand {
  const { region, scanWidth, scanHeight } = input;
  const perPixel = region.w / input.picture.width;
  const across = flat.width / scanWidth;
  const down = flat.height / scanHeight;
  return {
    width: flat.width,
    height: flat.height,
    log: flat.log,
    row: input.picture.width,
    x0: (region.x + 0.5 * perPixel) * across - 0.5,
    y0: (region.y + 0.5 * perPixel) * down - 0.5,
    step: across * perPixel,
    stepY: down * perPixel,
  };
}

/** A typed array constructor over shared memory. */
interface SharedKind {
  new (buffer: SharedArrayBuffer): Uint8Array | Uint16Array;
  readonly BYTES_PER_ELEMENT: number;
}

/** Within one code of the print curve's ends nothing can be told apart any more; a print's own ends are the codes'. */
function endsOf(plan: DevelopPlan | null, mark: boolean): Ends {
  if (!plan) return { white: 255, black: 0, mark };
  const { print, colour } = plan;
  const { encode } = spaces.srgb;
  const code = (v: number): number =>
    Math.round(colour.identity ? v : 255 * encode(Math.min(1, Math.max(0, v))));
  return { white: code(print[print.length - 1]) - 1, black: code(print[0]) + 1, mark };
}

function sumHistograms(results: readonly PixelResult[]): Uint32Array {
  const total = new Uint32Array(768);
  for (const { histogram } of results) histogram?.forEach((n, i) => (total[i] += n));
  return total;
}

function sumEnds(results: readonly PixelResult[]): { white: number; black: number } {
  return results.reduce(
    (sum, { ends }) => ({ white: sum.white + (ends?.white ?? 0), black: sum.black + (ends?.black ?? 0) }),
    { white: 0, black: 0 },
  );
}

/**
 * Develops decoded samples. Throws RevealError 'cancelled' when the signal fires between bands.
 * @param onProgress share of the work, 0..1
 */
export async function render(
  pool: PixelPool,
  input: RenderInput,
  signal?: AbortSignal,
  onProgress?: (share: number) => void,
): Promise<Rendered> {
  const { picture, geometry, bits, layout, bandPixels = BAND_PIXELS } = input;
  // A print is a positive already: nothing but its space and depth may change.
  const reader = takenAsIs(input.params, input.context.analysis) ? readerOf(picture, input.own) : null;
  const plan = reader
    ? null
    : planDevelop(input.params, planContext(input.context), planSource(picture), {
        space: input.space,
        bits,
        layout,
      });
  const channels = outputChannels({ layout });
  const source = onSharedMemory(picture.data);
  const pixels = picture.width * picture.height;
  const Kind: SharedKind = bits === 16 ? Uint16Array : Uint8Array;
  // The loop reads a chunk before it writes it, so equal layouts may share one buffer.
  const inPlace =
    !reader &&
    channels === picture.channels &&
    source instanceof Kind &&
    (input.consume || source !== picture.data);
  const developed = inPlace
    ? (source as Uint8Array | Uint16Array)
    : new Kind(new SharedArrayBuffer(pixels * channels * Kind.BYTES_PER_ELEMENT));
  const turn = isIdentity(geometry) ? 0 : 0.2;
  const shared = pool.share(reader ?? plan);
  const flat = input.flat ? flatBand(input.flat, input) : null;
  const wanted = input.count === true ? endsOf(plan, input.mark === true) : null;
  const counting = geometry.exact ? wanted : null;
  // Bands of a print are rows, those of a develop pixels.
  const unit = reader ? picture.width : 1;
  const begin = (data: Uint8Array | Uint16Array, width: number, height: number): Prefix => {
    const prefix = new Prefix();
    input.onBegun?.({ width, height, channels, data, plan, until: (samples) => prefix.until(samples) });
    return prefix;
  };
  let prefix: Prefix | null = null;
  try {
    if (isIdentity(geometry)) prefix = begin(developed, picture.width, picture.height);
    const results = await pool.bands(
      0,
      pixels / unit,
      Math.max(1, Math.floor(bandPixels / unit)),
      // Turning pixels changes no count; straightening makes new ones.
      (from, to): PixelJob =>
        reader
          ? {
              kind: 'print',
              samples: { width: picture.width, height: picture.height, data: source },
              output: { data: developed, width: picture.width, channels },
              space: input.space,
              from,
              to,
              count: counting,
            }
          : { kind: 'develop', input: source, output: developed, from, to, flat, count: counting },
      {
        plan: shared,
        signal,
        parallel: input.parallel,
        onRows: (done, from, to) => {
          prefix?.done(from * unit * channels, to * unit * channels);
          onProgress?.(((done * unit) / pixels) * (1 - turn));
        },
      },
    );
    let histogram = wanted ? sumHistograms(results) : null;
    let ends = wanted && sumEnds(results);
    const { width, height, data } = await applyToAll(
      pool,
      geometry,
      { data: developed, width: picture.width, height: picture.height },
      channels,
      bandPixels,
      {
        signal,
        parallel: input.parallel,
        onProgress: (share) => onProgress?.(1 - turn + share * turn),
        onTarget: (target) => (prefix = begin(target, geometry.width, geometry.height)),
        onRows: (from, to) => prefix?.done(from * geometry.width * channels, to * geometry.width * channels),
      },
    );
    if (wanted && !geometry.exact) {
      histogram = countRgba(data);
      if (data instanceof Uint8Array) ends = countEnds(data, wanted, 0, width * height);
    }
    return { width, height, channels, data, plan, histogram, ends };
  } catch (error) {
    prefix?.fail(error);
    throw error;
  } finally {
    pool.release(shared);
  }
}

/** Runs a geometry over developed pixels in bands of rows; they come back as they are when there is nothing to do. */
export async function applyToAll(
  pool: PixelPool,
  geometry: Geometry,
  developed: { data: Uint8Array | Uint16Array; width: number; height: number },
  channels: 1 | 3 | 4,
  bandPixels: number,
  options: {
    signal?: AbortSignal;
    parallel?: number;
    onProgress?: (share: number) => void;
    /** The memory that the rows will be in. */
    onTarget?: (data: Uint8Array | Uint16Array) => void;
    onRows?: (from: number, to: number) => void;
  } = {},
): Promise<{ width: number; height: number; data: Uint8Array | Uint16Array }> {
  if (isIdentity(geometry)) return developed;
  const { signal, parallel } = options;
  const { width, height } = geometry;
  const data = sharedLike(developed.data, width * height * channels);
  options.onTarget?.(data);
  const source = { ...developed, x: 0, y: 0 };
  await pool.bands(
    0,
    height,
    Math.max(1, Math.floor(bandPixels / width)),
    (from, to) => ({ kind: 'geometry', geometry, source, channels, output: data, from, to }),
    {
      signal,
      parallel,
      onRows: (done, from, to) => {
        options.onRows?.(from, to);
        options.onProgress?.(done / height);
      },
    },
  );
  return { width, height, data };
}

function countRgba(rgba: Uint8Array | Uint16Array): Uint32Array {
  const histogram = new Uint32Array(768);
  for (let o = 0; o < rgba.length; o += 4) {
    histogram[rgba[o]]++;
    histogram[256 + rgba[o + 1]]++;
    histogram[512 + rgba[o + 2]]++;
  }
  return histogram;
}
