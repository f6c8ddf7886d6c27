/**
 * The restore steps in an export: the chain at the size of the finished picture, read in strips of whole rows, written
 * as codes into the finished picture's memory, turned and cut like every other export. Held at a time: the positive at
 * its own depth, the finished codes, and a few rows of tiles of each step. Beside the pixels it gives what the change
 * record says of them, and what the repair has replaced, to be kept.
 */
import { restores, restoreSteps, type RestoreParams } from '../../app/recipe/restore.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { SpaceName } from '../../app/color/spaces.ts';
import type { Rect } from '../../app/picture.ts';
import type { Planar } from '../../app/planar.ts';
import { LABEL } from '../actions/picture/labels.ts';
import { convertPlanes, writeCodes } from '../actions/picture/as-is.ts';
import { StoredWriter } from '../actions/picture/stored.ts';
import type { Geometry } from '../actions/develop/index.ts';
import type { DamageMap, RepairReport } from '../actions/repair/index.ts';
import { sharedLike } from './pool.ts';
import { codesReader, sharedSource } from './positive.ts';
import { untilAborted } from './until-aborted.ts';
import { applyToAll, BAND_PIXELS } from './render.ts';
import type { Rendered } from './render.ts';
import type { Chain, Renewal, RestoreStep } from './renew.ts';
import { CACHE_TILE } from './tile-cache.ts';
import { isIdentity, planView, viewGeometry } from './view.ts';
import type { ViewPlan } from './view.ts';
import type { Workshop } from './workshop.ts';

const SOURCE = 'http://cv.iptc.org/newscodes/digitalsourcetype/';

/** What the change record says of the restore steps. Plain data. */
export interface RestoreRecord {
  /** In the order of the work. */
  steps: { step: RestoreStep; params: unknown; found: unknown }[];
  /** Networks that had a say, with the hash of their weights. */
  models: { step: string; name: string; sha256: string }[];
  /** Pixels of the repaired part by how they came about; null where nothing was repaired. */
  labels: { real: number; interpolated: number; invented: number; all: number } | null;
  /** Mask from a file. */
  mask: { name: string; sha256: string } | null;
  /** File beside the picture that holds labels and replaced pixels, by its ending, and its hash; set by the writer. */
  stored: { ending: string; sha256: string; pixels: number } | null;
  warnings: string[];
}

export interface RenewedPicture {
  rendered: Pick<Rendered, 'width' | 'height' | 'channels' | 'data' | 'plan'>;
  geometry: Geometry;
  full: Geometry;
  record: RestoreRecord;
  /** Bytes of the file of the repair; null where nothing was replaced. */
  stored: Uint8Array | null;
  /** IPTC digital source type. */
  sourceType: string;
  masks: { name: string; share: number; places?: number; how: string }[];
}

/** Pixels of a strip that a thread does: some tenths of a second. */
const PURE_PIXELS = 4e5;

/** The last step that is on and needs more than pixels; null: none is. */
function lastOf(params: RestoreParams): 'repair' | 'clean' | null {
  return params.clean.on ? 'clean' : params.repair.on ? 'repair' : null;
}

/** What is kept of a damage map in the record: no pixels, the kinds and how many. */
function summary(damage: DamageMap | null): unknown {
  if (!damage) return null;
  const kinds: Record<string, number> = {};
  for (const { kind } of damage.regions) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return { width: damage.width, height: damage.height, places: damage.regions.length, kinds };
}

/** What a step found and did, for the record. */
function found(id: RestoreStep, chain: Chain, report: RepairReport | null): unknown {
  if (id === 'ageing') return chain.ageing;
  if (id === 'repair')
    return {
      damage: summary(chain.damage),
      report,
      ...(chain.evidence.length > 0 ? { evidence: chain.evidence } : {}),
    };
  if (id === 'colour' && chain.colour) {
    const { grid, toning, network } = chain.colour;
    return { grid, toning, network };
  }
  return null;
}

/** By what a picture was changed, in the words of IPTC. */
function sourceType(renewal: Renewal, chain: Chain, labels: RestoreRecord['labels']): string {
  const { params } = renewal.input;
  const invented =
    (labels?.invented ?? 0) > 0 || (params.colour.on && chain.models.some((m) => m.step === 'colour'));
  if (invented) return `${SOURCE}compositeWithTrainedAlgorithmicMedia`;
  const byHand = restoreSteps.every(
    ({ id }) => !params[id].on || (id === 'repair' && params.repair.find === 'marks'),
  );
  return byHand ? `${SOURCE}humanEdits` : `${SOURCE}algorithmicallyEnhanced`;
}

export interface RenewExportOptions {
  space: SpaceName;
  bits: 8 | 16;
  /** Longest side of the finished picture; null: as large as the steps make it. */
  longSide: number | null;
  /** The finished geometry at a factor of the scan's size. */
  geometryAt(factor: number): Geometry;
  signal?: AbortSignal;
  onProgress?: (share: number) => void;
}

/**
 * Makes the finished codes. @throws RevealError 'cancelled' between strips
 */
export async function renderRenewed(
  shop: Workshop,
  renewal: Renewal,
  options: RenewExportOptions,
): Promise<RenewedPicture> {
  const { space, bits, signal, onProgress } = options;
  const { positive, params } = renewal.input;
  if (!restores(params)) throw new RevealError('internal', 'There is nothing to restore.');
  const { info } = positive;
  const whole = { x: 0, y: 0, w: 1, h: 1 };
  const planned = (full: Geometry): ViewPlan => {
    const limit = options.longSide ?? Math.max(full.width, full.height);
    return planView(full, whole, limit, limit);
  };
  const first = planned(options.geometryAt(1));
  const share = first.maxSide / Math.max(first.region.w, first.region.h);
  const side = share < 1 ? Math.max(1, Math.round(share * positive.side)) : null;
  // What threads can do follows on stored pixels; what needs a network or fills holes comes before.
  const heavy = params.enlarge.on || !params.colour.on ? null : lastOf(params);
  const before = await untilAborted(renewal.chain(side, heavy ?? 'enlarge'), signal);
  onProgress?.(0.1);
  let chain = before;
  const { source } = before;
  // Behind an enlargement the picture is larger than the scan, and its geometry with it.
  const factor = side === null ? source.width / info.width : 1;
  const full = factor === 1 ? first.full : options.geometryAt(factor);
  const view = side === null && factor !== 1 ? planView(full, whole, full.width, full.height) : first;
  const region = side === null ? view.region : within(view.region, source.width / info.width, source);

  const geometry = viewGeometry(view, region.w, region.h);
  const { repaired, unrepaired } = before;
  const channels = heavy ? 3 : source.channels;
  const size = unrepaired ?? source;
  const same = size.width === source.width && size.height === source.height;
  const part = same ? region : { x: 0, y: 0, w: size.width, h: size.height };
  const writer =
    repaired && unrepaired
      ? new StoredWriter({
          width: part.w,
          height: part.h,
          channels: unrepaired.channels,
          bits,
          space,
          map: same && geometry.exact && unrepaired.channels === channels ? [...geometry.map] : null,
        })
      : null;
  /** Labels and what was there before, of rows of the repaired part. */
  const keep = async (y: number, h: number): Promise<void> => {
    if (!writer || !repaired || !unrepaired) return;
    const rect = { x: part.x, y: part.y + y, w: part.w, h };
    const labels = await repaired.labels(rect, signal);
    if (!labels.some((l) => l !== LABEL.untouched)) {
      writer.add(y, labels, new Uint8Array(0));
      return;
    }
    const was = await unrepaired.read(rect, signal);
    convertPlanes(was, unrepaired.space, space);
    const codes =
      bits === 16 ? new Uint16Array(rect.w * h * was.channels) : new Uint8Array(rect.w * h * was.channels);
    writeCodes(was, { data: codes, width: rect.w, channels: unrepaired.channels }, 0, 0);
    writer.add(y, labels, codes);
  };
  const turn = isIdentity(geometry) ? 0 : 0.1;
  /** Reads rows of a part in strips that end where tiles end, so that each tile is computed once. */
  const strips = async (
    part: Rect,
    share: readonly [number, number],
    each: (planes: Planar, y: number, h: number) => Promise<void>,
  ): Promise<void> => {
    for (let y = 0; y < part.h;) {
      if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
      const h = Math.min(part.h - y, CACHE_TILE - ((part.y + y) % CACHE_TILE));
      await each(await source.read({ x: part.x, y: part.y + y, w: part.w, h }, signal), y, h);
      y += h;
      onProgress?.(share[0] + (share[1] - share[0]) * (y / part.h));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  if (heavy) {
    // All of it, whatever is cut out in the end: later steps look around.
    const whole = { x: 0, y: 0, w: source.width, h: source.height };
    const data = sharedLike(new Uint16Array(0), whole.w * whole.h * source.channels);
    await strips(whole, [0.1, 0.7], async (planes, y, h) => {
      writeCodes(planes, { data, width: whole.w, channels: source.channels }, 0, y);
      const top = Math.max(y, region.y);
      const low = Math.min(y + h, region.y + region.h);
      if (low > top) await keep(top - region.y, low - top);
    });
    const reader = codesReader(source.space, source.channels, 16);
    const stored = sharedSource({ width: whole.w, height: whole.h, data }, reader, source.scale);
    chain = await renewal.after(heavy, {
      ...before,
      source: stored.source,
      pure: { base: stored.shared, steps: [] },
    });
  }
  const data = sharedLike(
    bits === 16 ? new Uint16Array(0) : new Uint8Array(0),
    region.w * region.h * channels,
  );
  const output = { data, width: region.w, channels };
  if (chain.pure && chain.source.channels === channels) {
    const plan = shop.pool.share(chain.pure);
    const rows = Math.max(32, Math.ceil(PURE_PIXELS / region.w));
    try {
      await shop.pool.bands(
        region.y,
        region.y + region.h,
        rows,
        (from, to) => ({ kind: 'pure', x: region.x, w: region.w, from, to, space, output, shift: -region.y }),
        {
          plan,
          signal,
          onRows: (done) =>
            onProgress?.((heavy ? 0.7 : 0.1) + ((heavy ? 0.3 : 0.9) - turn) * (done / region.h)),
        },
      );
    } finally {
      shop.pool.release(plan);
    }
  } else
    await strips(region, [0.1, 1 - turn], async (planes, y, h) => {
      convertPlanes(planes, source.space, space);
      writeCodes(planes, output, 0, y);
      if (same) await keep(y, h);
    });
  if (!same) for (let y = 0; y < part.h; y += CACHE_TILE) await keep(y, Math.min(CACHE_TILE, part.h - y));
  const report = repaired ? await repaired.report(signal) : null;
  const turned = await applyToAll(
    shop.pool,
    geometry,
    { data, width: region.w, height: region.h },
    channels,
    BAND_PIXELS,
    { signal, onProgress: (s) => onProgress?.(1 - turn + s * turn) },
  );
  const labels = writer && {
    real: writer.counts[LABEL.real],
    interpolated: writer.counts[LABEL.interpolated],
    invented: writer.counts[LABEL.invented],
    all: part.w * part.h,
  };
  const { mask } = renewal.input;
  const record: RestoreRecord = {
    steps: restoreSteps.flatMap(({ id }) =>
      params[id].on ? [{ step: id, params: params[id], found: found(id, chain, report) }] : [],
    ),
    models: [...chain.models, ...(report?.models ?? []).map((m) => ({ step: 'repair', ...m }))],
    labels,
    mask: mask && { name: mask.name, sha256: mask.sha256 },
    stored: null,
    warnings: [...chain.warnings],
  };
  const { dust } = chain.positive;
  return {
    rendered: { ...turned, channels, plan: chain.positive.plan },
    geometry,
    full,
    record,
    stored: writer && writer.count > 0 ? writer.bytes() : null,
    sourceType: sourceType(renewal, chain, labels),
    masks: [
      ...(dust ? [dust.summary] : []),
      ...(report
        ? [
            {
              name: 'repair',
              share: report.share,
              places: report.holes,
              how: mask ? 'mask' : params.repair.find,
            },
          ]
        : []),
    ],
  };
}

/** A part of the full-size scan in pixels of a reduced one. */
function within(region: Rect, k: number, picture: { width: number; height: number }): Rect {
  const x = Math.min(picture.width - 1, Math.round(region.x * k));
  const y = Math.min(picture.height - 1, Math.round(region.y * k));
  return {
    x,
    y,
    w: Math.max(1, Math.min(picture.width - x, Math.round(region.w * k))),
    h: Math.max(1, Math.min(picture.height - y, Math.round(region.h * k))),
  };
}
