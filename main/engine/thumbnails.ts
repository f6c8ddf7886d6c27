/**
 * Thumbnails, and the import of a scan with a single decode: facts, hash, analysis and developed thumbnails of
 * all its frames from one reduced copy. The copies are kept for a while (bounded in bytes), because the roll
 * is known only after its scans have been read, and every thumbnail is then made once more.
 */
import path from 'node:path';
import { makeProfile } from '../../app/color/icc.ts';
import type { Picture, Rect } from '../../app/picture.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { writeFinished } from '../files/index.ts';
import { Reducer, REDUCED_CURVE } from '../files/reduce.ts';
import type { DecodedScan, ScanInfo } from '../files/types.ts';
import { ViewCache } from './preview.ts';
import type { DevelopContext, IngestResult, IngestTask, ThumbnailTask } from './protocol.ts';
import { SAFER_BAND } from './export.ts';
import { render } from './render.ts';
import type { Rendered } from './render.ts';
import { restores } from '../../app/recipe/restore.ts';
import { renderRenewed } from './renew-export.ts';
import { LOOK_SIDE } from './renew.ts';
import { ANALYSIS_SIDE, fileKey } from './scans.ts';
import { fullGeometry, planView, viewGeometry } from './view.ts';
import type { ViewPlan } from './view.ts';
import type { Workshop } from './workshop.ts';

/** Reduced copies kept: about forty colour scans. */
const KEPT_BYTES = 360e6;
/** A copy with fewer pixels than this share of what a thumbnail wants would look soft. */
const ENOUGH = 0.9;

/**
 * Cuts a region out of a reduced copy of a whole scan and reduces it further, as reading it from the file
 * would. Returns the region that was really cut (copy pixels are coarser), in scan pixels; null when the copy
 * is too coarse for `maxSide`.
 */
export function cutFromCopy(
  copy: Picture,
  scan: { width: number; height: number },
  region: Rect,
  maxSide: number,
): { picture: Picture; region: Rect } | null {
  const sx = copy.width / scan.width;
  const sy = copy.height / scan.height;
  const x = Math.min(copy.width - 1, Math.round(region.x * sx));
  const y = Math.min(copy.height - 1, Math.round(region.y * sy));
  const w = Math.max(1, Math.min(copy.width - x, Math.round(region.w * sx)));
  const h = Math.max(1, Math.min(copy.height - y, Math.round(region.h * sy)));
  const whole = sx === 1 && sy === 1;
  if (!whole && Math.max(w, h) < maxSide * ENOUGH) return null;
  const { channels, data } = copy;
  const scale = Math.min(1, maxSide / Math.max(w, h));
  const width = Math.max(1, Math.round(w * scale));
  const height = Math.max(1, Math.round(h * scale));
  const type = data instanceof Float32Array ? 32 : data instanceof Uint16Array ? 16 : 8;
  const reducer = new Reducer(
    { width: w, height: h, samples: channels, channels, infrared: -1, type, curve: copy.curve },
    width,
    height,
  );
  for (let row = 0; row < h; row++) {
    const at = ((y + row) * copy.width + x) * channels;
    reducer.push(data.subarray(at, at + w * channels), 1);
  }
  return {
    picture: {
      width,
      height,
      channels,
      data: reducer.data,
      curve: type === 32 ? { kind: 'linear' } : REDUCED_CURVE,
      orientation: copy.orientation,
    },
    region: { x: x / sx, y: y / sy, w: w / sx, h: h / sy },
  };
}

export class Thumbnails {
  private readonly shop: Workshop;
  private readonly copies = new ViewCache(KEPT_BYTES);
  constructor(shop: Workshop) {
    this.shop = shop;
  }

  /** The reduced copy of a whole scan with its infrared, from the cache or the file. */
  private async copy(file: string): Promise<DecodedScan> {
    return this.copies.get(await fileKey(file), () =>
      this.shop.pool.decode(file, { maxSide: ANALYSIS_SIDE, infrared: true }),
    );
  }

  /** All an import needs from one scan; with `safer` it has the memory to itself and one thread works at a time. */
  ingest(task: IngestTask, signal: AbortSignal): Promise<IngestResult> {
    return this.alone(task, signal, () => this.take(task, signal));
  }

  private alone<T>(task: { safer?: boolean }, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return task.safer ? this.shop.memory.with(Infinity, signal, work) : work();
  }

  private async take(task: IngestTask, signal: AbortSignal): Promise<IngestResult> {
    const hash = (): Promise<string> => this.shop.pool.hash(task.path, signal);
    // One thing after the other where an engine has died before.
    const early = task.safer ? null : hash();
    early?.catch(() => undefined);
    const decoded = await this.copy(task.path);
    const { info } = decoded;
    const analysis = await this.shop.analyseDecoded(decoded, { ...task, baseRect: null, signal });
    const thumbnails: IngestResult['thumbnails'] = [];
    for (let frame = 0; frame < Math.max(1, analysis.frames.length); frame++) {
      const output = path.join(task.thumbnails.dir, `${task.thumbnails.prefix}-${frame}.webp`);
      const context: DevelopContext = {
        analysis,
        roll: null,
        baseFile: task.baseFile,
        flatFile: task.flatFile,
        frame,
      };
      try {
        const { path: file, params, safer } = task;
        const { maxSide } = task.thumbnails;
        const size = await this.draw(
          { path: file, params, context, output, maxSide, ...(safer ? { safer } : {}) },
          signal,
        );
        thumbnails.push({ output, ...size });
      } catch (error) {
        if (signal.aborted) throw error;
        thumbnails.push(null);
      }
    }
    return { info, sha256: await (early ?? hash()), analysis, thumbnails };
  }

  /** Writes a WebP whose longest side is at most `maxSide`. */
  make(task: ThumbnailTask, signal: AbortSignal): Promise<{ width: number; height: number }> {
    return this.alone(task, signal, () => this.draw(task, signal));
  }

  private async draw(task: ThumbnailTask, signal: AbortSignal): Promise<{ width: number; height: number }> {
    const { shop } = this;
    const info = await shop.scans.info(task.path);
    const full = fullGeometry(task.params.frame, task.context, info);
    const plan = planView(full, { x: 0, y: 0, w: 1, h: 1 }, task.maxSide, task.maxSide);
    if (restores(task.params)) return this.drawRestored(task, info, signal);
    const { picture, region } = await this.samples(task.path, info, plan, signal);
    const rendered = await render(
      shop.pool,
      {
        picture,
        region,
        scanWidth: info.width,
        scanHeight: info.height,
        geometry: viewGeometry({ ...plan, region }, picture.width, picture.height),
        params: withoutDust(task.params),
        context: task.context,
        flat: await shop.flat(task.context.flatFile),
        ...(info.own ? { own: info.own } : {}),
        space: 'srgb',
        bits: 8,
        layout: 'rgb',
        consume: true,
        ...(task.safer ? { bandPixels: SAFER_BAND, parallel: 1 } : {}),
      },
      signal,
    );
    await this.write(task, rendered);
    return { width: rendered.width, height: rendered.height };
  }

  private async write(
    task: ThumbnailTask,
    { width, height, channels, data }: Pick<Rendered, 'width' | 'height' | 'channels' | 'data'>,
  ): Promise<void> {
    await this.shop.cores.with(1, undefined, () =>
      writeFinished(
        task.output,
        { width, height, channels: channels === 1 ? 1 : 3, data },
        {
          format: 'webp',
          quality: 82,
          icc: makeProfile('srgb', channels === 1 ? 1 : 3),
          metadataFrom: null,
          dpi: null,
          overwrite: true,
        },
      ),
    );
  }

  /** With the restore steps, at the thumbnail's size; damage is looked for on a small copy. */
  private async drawRestored(
    task: ThumbnailTask,
    info: ScanInfo,
    signal: AbortSignal,
  ): Promise<{ width: number; height: number }> {
    const { path: file, context } = task;
    const params = withoutDust(task.params);
    // An enlargement does not show in a thumbnail.
    const shown = { ...params, enlarge: { ...params.enlarge, on: false } };
    const renewal = await this.shop.renewals.of(
      {
        path: file,
        params: shown,
        context,
        damageSide: LOOK_SIDE,
        evidence: task.evidence ?? [],
        ageing: task.ageing ?? null,
      },
      'srgb',
      'export',
      signal,
    );
    const { rendered } = await renderRenewed(this.shop, renewal, {
      space: 'srgb',
      bits: 8,
      longSide: task.maxSide,
      geometryAt: (factor) => fullGeometry(params.frame, context, info, true, factor),
      signal,
    });
    await this.write(task, rendered);
    return { width: rendered.width, height: rendered.height };
  }

  private async samples(
    file: string,
    info: ScanInfo,
    plan: ViewPlan,
    signal: AbortSignal,
  ): Promise<{ picture: Picture; region: Rect }> {
    const { region, maxSide } = plan;
    const copy = await this.copy(file);
    const cut = cutFromCopy(copy.picture, info, region, maxSide);
    if (cut) return cut;
    const reduced = maxSide < Math.max(region.w, region.h);
    const { picture } = await this.shop.pool.decode(
      file,
      { region, ...(reduced ? { maxSide } : {}), infrared: false },
      signal,
    );
    return { picture, region };
  }
}

/** At thumbnail size a speck of dust is below a pixel. */
function withoutDust(params: DevelopParams): DevelopParams {
  return { ...params, dust: { ...params.dust, on: false } };
}
