/**
 * Pictures for the window. The part of the scan that a view shows is read once, reduced to the size of the
 * view, and kept (least recently used first out, bounded in bytes), so that moving a slider only runs the
 * pixel loop. A newer request for the same picture cancels the older one.
 */
import path from 'node:path';
import { toLinear } from '../../app/color/curve.ts';
import { spaces } from '../../app/color/spaces.ts';
import type { Picture } from '../../app/picture.ts';
import type { PixelsHeader } from '../../app/contract/pixels.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { restores } from '../../app/recipe/restore.ts';
import { countHistogram, type Geometry } from '../actions/develop/index.ts';
import { readRegion } from '../files/index.ts';
import type { DecodedScan } from '../files/types.ts';
import type { PixelsAnswer } from './core.ts';
import { repairPicture, wantsDust } from './dust-step.ts';
import type { DustOutcome } from './dust-step.ts';
import { sharedLike } from './pool.ts';
import type { DevelopContext, PixelsTask } from './protocol.ts';
import { countEnds } from './pixel-jobs.ts';
import { RenewedViews } from './preview-renew.ts';
import { render } from './render.ts';
import { fileKey } from './scans.ts';
import { untilAborted } from './until-aborted.ts';
import { fullGeometry, placeOf, planView, turnOf, viewGeometry } from './view.ts';
import type { ViewPlan } from './view.ts';
import type { Workshop } from './workshop.ts';

/** Reduced views kept, in bytes: some twenty views of 1600 pixels. */
const CACHE_BYTES = 256e6;

/** Views of less than this share of a scan are zoomed in: they are read from the scan's levels (files/levels.ts). */
const WHOLE = 0.3;

interface Cached {
  decoded: Promise<DecodedScan>;
  bytes: number;
}

/** A view whose dust has been repaired. */
interface Mended {
  picture: Picture;
  outcome: DustOutcome;
}

/** Decoded views by key, least recently used first. */
export class ViewCache {
  private readonly limit: number;
  private readonly map = new Map<string, Cached>();
  private held = 0;
  constructor(limit = CACHE_BYTES) {
    this.limit = limit;
  }

  get bytes(): number {
    return this.held;
  }

  get(key: string, make: () => Promise<DecodedScan>): Promise<DecodedScan> {
    const known = this.map.get(key);
    if (known) {
      this.map.delete(key);
      this.map.set(key, known);
      return known.decoded;
    }
    const entry: Cached = { decoded: make(), bytes: 0 };
    this.map.set(key, entry);
    entry.decoded.then(
      ({ picture }) => {
        if (this.map.get(key) !== entry) return;
        entry.bytes = picture.data.byteLength + (picture.infrared?.byteLength ?? 0);
        this.held += entry.bytes;
        for (const [oldest, old] of this.map) {
          if (this.held <= this.limit || old === entry) break;
          this.map.delete(oldest);
          this.held -= old.bytes;
        }
      },
      () => {
        if (this.map.get(key) === entry) this.map.delete(key);
      },
    );
    return entry.decoded;
  }
}

export class Previews {
  private readonly shop: Workshop;
  private readonly cache: ViewCache;
  private readonly restored: RenewedViews;
  private readonly current = new Map<string, AbortController>();
  /** Mended copies live as long as the view they belong to. */
  private readonly mended = new WeakMap<DecodedScan, { key: string; result: Promise<Mended | null> }>();

  constructor(shop: Workshop, cache = new ViewCache()) {
    this.shop = shop;
    this.cache = cache;
    this.restored = new RenewedViews(shop);
  }

  /** Answers one request; RevealError 'cancelled' when a newer one for the same picture has come. */
  async answer(task: PixelsTask, gone: AbortSignal): Promise<PixelsAnswer> {
    const { show, geometry } = task.request;
    const key = `${task.path}\0${task.context.frame}\0${show}\0${geometry}`;
    this.current.get(key)?.abort();
    const stop = new AbortController();
    this.current.set(key, stop);
    const signal = AbortSignal.any([gone, stop.signal]);
    try {
      return await this.make(task, signal);
    } finally {
      if (this.current.get(key) === stop) this.current.delete(key);
    }
  }

  /** The reduced samples of a view, dust repaired, from the cache or the file. */
  async view(
    task: Pick<PixelsTask, 'path' | 'context'>,
    plan: ViewPlan,
    signal: AbortSignal,
  ): Promise<DecodedScan> {
    const { region, maxSide } = plan;
    const reduced = maxSide < Math.max(region.w, region.h);
    const key = [await fileKey(task.path), region.x, region.y, region.w, region.h, maxSide].join('\0');
    // Not cancelled with the request: the next one for this view wants the same samples.
    const decoded = this.cache.get(key, async () => {
      const { width, height } = await this.shop.scans.info(task.path);
      if (region.w * region.h < WHOLE * width * height)
        return this.shop.cores.with(1, undefined, () =>
          readRegion(task.path, path.join(this.shop.cacheDir, 'zoom'), region, maxSide),
        );
      return this.shop.pool.decode(task.path, {
        region,
        ...(reduced ? { maxSide } : {}),
        infrared: true,
        leastInfrared: true,
      });
    });
    return untilAborted(decoded, signal);
  }

  private async make(task: PixelsTask, signal: AbortSignal): Promise<PixelsAnswer> {
    const start = performance.now();
    const { request, context } = task;
    const info = await this.shop.scans.info(task.path);
    const full = fullGeometry(request.params.frame, context, info, request.geometry);
    const plan = planView(full, request.view, request.maxWidth, request.maxHeight);
    if (request.show !== 'film' && request.show !== 'dust' && restores(request.params))
      return this.renewed(task, full, plan, start, signal);
    const decoded = await this.view(task, plan, signal);
    const dusted = await this.dusted(decoded, request.params, context, signal);
    const picture = dusted?.picture ?? decoded.picture;
    const geometry = viewGeometry(plan, picture.width, picture.height);
    const rendered = await render(
      this.shop.pool,
      {
        picture,
        region: plan.region,
        scanWidth: info.width,
        scanHeight: info.height,
        geometry,
        params: request.params,
        context,
        flat: await this.shop.flat(context.flatFile),
        ...(info.own ? { own: info.own } : {}),
        space: request.space,
        bits: 8,
        layout: 'rgba',
        consume: false,
        count: true,
        mark: request.show === 'clipping',
      },
      signal,
    );
    const shown = rendered.data as Uint8Array;
    const pixels = Math.max(1, rendered.width * rendered.height);
    let rgba = shown;
    if (request.show === 'film') rgba = await this.film(picture, plan, signal);
    else if (request.show === 'dust' && dusted)
      rgba = await this.overlay(shown, dusted.outcome.mask, picture, plan, signal);
    return {
      header: {
        width: rendered.width,
        height: rendered.height,
        histogram: Array.from(rendered.histogram ?? new Uint32Array(768)),
        clippedWhite: (rendered.ends?.white ?? 0) / pixels,
        clippedBlack: (rendered.ends?.black ?? 0) / pixels,
        ...this.outline(request.geometry, full, info, start),
      },
      rgba,
    };
  }

  /** What a header says of the whole picture. */
  private outline(
    geometry: boolean,
    full: Geometry,
    info: { width: number; height: number },
    start: number,
  ): Pick<PixelsHeader, 'fullWidth' | 'fullHeight' | 'turn' | 'place' | 'ms'> {
    return {
      fullWidth: full.width,
      fullHeight: full.height,
      ...(geometry ? {} : { turn: turnOf(full) }),
      place: { map: placeOf(full), width: info.width, height: info.height },
      ms: Math.round((performance.now() - start) * 10) / 10,
    };
  }

  /** A picture with restore steps. */
  private async renewed(
    task: PixelsTask,
    full: Geometry,
    plan: ViewPlan,
    start: number,
    signal: AbortSignal,
  ): Promise<PixelsAnswer> {
    const { show, geometry } = task.request;
    const slot = `${task.path}\0${task.context.frame}\0${show}\0${geometry}`;
    const view = await this.restored.view(slot, task, plan, signal);
    const info = await this.shop.scans.info(task.path);
    const turned = viewGeometry(plan, view.width, view.height);
    const { width, height } = turned;
    const rgba = await this.turned(view.rgba, view, plan, signal);
    const histogram = new Uint32Array(768);
    countHistogram(rgba, histogram, 0, width * height);
    const ends = countEnds(rgba, { white: 255, black: 0, mark: show === 'clipping' }, 0, width * height);
    return {
      header: {
        width,
        height,
        histogram: Array.from(histogram),
        clippedWhite: ends.white / (width * height),
        clippedBlack: ends.black / (width * height),
        ...(view.pending.length > 0 ? { pending: view.pending } : {}),
        ...(view.warnings.length > 0 ? { warnings: view.warnings } : {}),
        ...this.outline(geometry, full, info, start),
      },
      rgba,
    };
  }

  /** The view with its dust mended, on samples of its own; kept for the next slider move. Null: nothing to mend. */
  private async dusted(
    decoded: DecodedScan,
    params: DevelopParams,
    context: DevelopContext,
    signal: AbortSignal,
  ): Promise<Mended | null> {
    const { picture } = decoded;
    if (!picture.infrared || !wantsDust(params, context.analysis)) return null;
    const { mode, threshold, strength } = params.dust;
    const key = `${mode} ${threshold} ${strength} ${context.analysis?.infrared?.slope}`;
    const known = this.mended.get(decoded);
    if (known?.key === key) return untilAborted(known.result, signal);
    const result = (async () => {
      const copy: Picture = { ...picture, data: sharedLike(picture.data, picture.data.length) };
      copy.data.set(picture.data);
      const outcome = await repairPicture(this.shop.pool, copy, params, context.analysis);
      return outcome && { picture: copy, outcome };
    })();
    this.mended.set(decoded, { key, result });
    result.catch(() => this.mended.delete(decoded));
    return untilAborted(result, signal);
  }

  /** The scan as it is (the orange negative), through the same geometry. */
  private async film(picture: Picture, plan: ViewPlan, signal: AbortSignal): Promise<Uint8Array> {
    const pixels = picture.width * picture.height;
    const output = new Uint8Array(new SharedArrayBuffer(pixels * 4));
    await this.shop.pool.bands(
      0,
      pixels,
      1 << 19,
      (from, to) => ({
        kind: 'film',
        input: picture.data,
        channels: picture.channels,
        output,
        from,
        to,
        codes: filmCodes(picture),
      }),
      { signal },
    );
    return this.turned(output, picture, plan, signal);
  }

  /** Marks where dust was repaired in red over the developed picture. `mask` 0..255 a pixel of the decoded view. */
  private async overlay(
    developed: Uint8Array,
    mask: Uint8Array,
    picture: Picture,
    plan: ViewPlan,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const flat = new Uint8Array(new SharedArrayBuffer(mask.length * 4));
    for (let i = 0; i < mask.length; i++) flat[i * 4] = mask[i];
    const turned = await this.turned(flat, picture, plan, signal);
    for (let i = 0; i < turned.length; i += 4) {
      const a = turned[i] / 255;
      if (a === 0) continue;
      developed[i] += (235 - developed[i]) * a;
      developed[i + 1] += (40 - developed[i + 1]) * a;
      developed[i + 2] += (30 - developed[i + 2]) * a;
    }
    return developed;
  }

  private async turned(
    rgba: Uint8Array,
    picture: { width: number; height: number },
    plan: ViewPlan,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const geometry = viewGeometry(plan, picture.width, picture.height);
    const output = new Uint8Array(new SharedArrayBuffer(geometry.width * geometry.height * 4));
    const source = { data: rgba, x: 0, y: 0, width: picture.width, height: picture.height };
    await this.shop.pool.bands(
      0,
      geometry.height,
      256,
      (from, to) => ({ kind: 'geometry', geometry, source, channels: 4, output, from, to }),
      { signal },
    );
    return output;
  }
}

/** 8-bit display codes of stored samples: the scan's own curve undone, the sRGB curve applied. */
function filmCodes(picture: Picture): Uint8Array {
  if (picture.data instanceof Float32Array) return new Uint8Array(0);
  const size = picture.data instanceof Uint16Array ? 65536 : 256;
  const linear = toLinear(picture.curve, 0);
  const { encode } = spaces.srgb;
  return Uint8Array.from({ length: size }, (_, i) =>
    Math.round(255 * encode(Math.min(1, Math.max(0, linear(i / (size - 1)))))),
  );
}
