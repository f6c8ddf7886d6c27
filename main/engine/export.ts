/**
 * Develops one picture of one scan into a finished file: decode (only the part that the picture needs),
 * dust, pixel loop, geometry, encode, change record. Memory is asked for before it is used, so that several
 * 100-megapixel scans queue up; cores likewise.
 */
import { createHash } from 'node:crypto';
import { rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { makeProfile } from '../../app/color/icc.ts';
import type { SpaceName } from '../../app/color/spaces.ts';
import type { Picture } from '../../app/picture.ts';
import type { Geometry } from '../actions/develop/geometry.ts';
import { developRecord } from '../actions/develop/record.ts';
import type { MaskSummary } from '../actions/develop/record.ts';
import {
  decodeScan,
  prepareMetadata,
  scanIdentities,
  show,
  spareScans,
  writeAtomic,
  writeFinished,
  writeJsonAtomic,
} from '../files/index.ts';
import type { CallContext } from './core.ts';
import type { Budget } from './budget.ts';
import { cutInPlace } from './read-ahead.ts';
import type { Ahead } from './read-ahead.ts';
import type { Workshop } from './workshop.ts';
import { repairPicture, wantsDust } from './dust-step.ts';
import type { ExportResult, ExportTask } from './protocol.ts';
import { restores } from '../../app/recipe/restore.ts';
import { takenAsIs } from '../actions/picture/print.ts';
import { enoughFor, longerOn } from './paper.ts';
import { resolutionFor, sideFor } from './print-size.ts';
import { renderRenewed } from './renew-export.ts';
import type { RenewedPicture, RestoreRecord } from './renew-export.ts';
import { exportLayout, render } from './render.ts';
import type { Rendered } from './render.ts';
import { renderStrips, suitsStrips } from './render-strips.ts';
import { fullGeometry, isIdentity, planView, viewGeometry } from './view.ts';
import type { ViewPlan } from './view.ts';
import { APP_VERSION } from './version.ts';

/** A photograph that was digitised from a negative on film (IPTC controlled vocabulary). */
const DIGITAL_SOURCE = 'http://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm';
const DIGITAL_SOURCE_PRINT = 'http://cv.iptc.org/newscodes/digitalsourcetype/print';
const DIGITAL_SOURCE_SLIDE = 'http://cv.iptc.org/newscodes/digitalsourcetype/positiveFilm';

/** Shares of the progress bar. */
const READ = 0.25;
const PRINT = 0.45;

/** Pixels of a band when an engine has died on this picture before; one band at a time then. */
export const SAFER_BAND = 1 << 16;

/** Pictures from this size on (bytes) are worth a collection when they are done. */
const COLLECT_FROM = 32e6;

/** What is written: finished pixels, or pixels that are being finished. */
type Finish = Pick<Rendered, 'width' | 'height' | 'channels' | 'data' | 'plan'> & {
  until?(samples: number): Promise<void>;
};

/** Ending of the file of a repair beside an output: labels and the pixels that were there before (stored.ts). */
const STORED_ENDING = '.revelado.repair';

/** Name of the file of a repair beside an output. */
export function storedPath(output: string): string {
  return `${output}${STORED_ENDING}`;
}

function storedOf({ stored, record }: RenewedPicture): RestoreRecord['stored'] {
  if (!stored || !record.labels) return null;
  const { real, interpolated, invented } = record.labels;
  return {
    ending: STORED_ENDING,
    sha256: createHash('sha256').update(stored).digest('hex'),
    pixels: real + interpolated + invented,
  };
}

/** How a picture to which nothing was done came into the computer. */
function digitalSource(plan: Rendered['plan']): string {
  if (!plan) return DIGITAL_SOURCE_PRINT;
  return plan.numbers.film === 'slide' ? DIGITAL_SOURCE_SLIDE : DIGITAL_SOURCE;
}

/** Name of the change record beside an output. */
export function recordPath(output: string): string {
  return `${output}.revelado.json`;
}

/** The recipe was made looking at other bytes: nothing is written before a person has seen these. */
function changedSince(file: string): RevealError {
  return new RevealError('bad-input', say('export-changed', { file: show(path.basename(file)) }));
}

/** Seconds by step, in order. */
class Clock {
  readonly steps: { name: string; seconds: number }[] = [];
  private readonly start = performance.now();
  private last = this.start;
  step(name: string): void {
    const now = performance.now();
    this.steps.push({ name, seconds: Math.round(now - this.last) / 1000 });
    this.last = now;
  }
  get seconds(): number {
    return Math.round(performance.now() - this.start) / 1000;
  }
}

/** @throws RevealError naming the scan and the reason; 'cancelled' leaves nothing behind */
export async function exportPicture(
  shop: Workshop,
  task: ExportTask,
  call: CallContext,
): Promise<ExportResult> {
  const { signal } = call;
  const clock = new Clock();
  const { baseFile, flatFile } = task.context;
  spareScans(task.output, scanIdentities([task.path, baseFile, flatFile]));
  const info = await shop.scans.info(task.path);
  // Its helper program needs a moment to start; the pixels are computed meanwhile.
  prepareMetadata(task.path, task);
  let settings = task.export;
  const bits = settings.format === 'tiff' || settings.format === 'png' ? settings.bits : 8;

  const { film } = task.params;
  const analysis =
    task.context.analysis ??
    (await shop.analyse({
      path: task.path,
      film: film.film,
      baseRect: film.baseRect,
      baseFile: task.context.baseFile,
      flatFile: task.context.flatFile,
      signal,
    }));
  const context = { ...task.context, analysis };
  const print = takenAsIs(task.params, analysis);
  if (settings.icc === 'source' && !print)
    throw new RevealError(
      'bad-request',
      say('export-scan-profile', { name: show(path.basename(task.path)) }),
    );
  // A print keeps its own space, or sRGB where its profile is none of ours.
  const space: SpaceName = settings.icc === 'source' ? (info.own?.space ?? 'srgb') : settings.icc;
  clock.step('prepare');

  const full = fullGeometry(task.params.frame, context, info);
  const longest = Math.max(full.width, full.height);
  if (settings.paper) {
    const printCm = longerOn(settings.paper, full);
    settings = { ...settings, printCm };
    task = { ...task, params: enoughFor(task.params, printCm, settings.dpi ?? null, longest) };
  }
  const longSide = sideFor(settings, longest, task.params.enlarge.on);
  const limit = longSide ?? longest;
  const view = planView(full, { x: 0, y: 0, w: 1, h: 1 }, limit, limit);
  const reduced = view.maxSide < Math.max(view.region.w, view.region.h);
  const scale = reduced ? view.maxSide / Math.max(view.region.w, view.region.h) : 1;
  const wantDust = info.infrared !== null && wantsDust(task.params, analysis);
  const count = view.region.w * view.region.h * scale * scale * (info.channels === 1 ? 1 : 3);
  const bytes = count * (info.bits / 8) + count * (bits / 8) * (full.exact ? 0.5 : 1) * 2;

  // Full-size samples; the next picture may have their memory.
  let samples: ArrayBufferLike | null = null;
  let inPlace = true;
  const work = async (): Promise<ExportResult> => {
    call.progress('read', 0, 100);
    const ahead = await shop.ahead.take(task.path);
    // Beside the pixel work; its own failure is reported where it is awaited.
    const hashing = ahead?.sha256 ?? shop.pool.hash(task.path, signal);
    hashing.catch(() => undefined);
    const common = {
      region: view.region,
      scanWidth: info.width,
      scanHeight: info.height,
      params: task.params,
      context,
      flat: await shop.flat(task.context.flatFile),
      space,
      bits,
      ...(info.own ? { own: info.own } : {}),
      layout: exportLayout(task.params, context, info.channels),
      ...(task.safer ? { bandPixels: SAFER_BAND, parallel: 1 } : {}),
    };
    const masks: MaskSummary[] = [];
    let geometry: Geometry;
    const finish = async (
      done: Finish,
      writer: Budget | null,
      renewed: RenewedPicture | null = null,
    ): Promise<ExportResult> => {
      const { width, height, plan, channels } = done;
      const source = {
        name: path.basename(task.path),
        sha256: await hashing,
        width: info.width,
        height: info.height,
      };
      if (task.sourceHash && task.sourceHash !== source.sha256) throw changedSince(task.path);
      const record = developRecord({
        appVersion: APP_VERSION,
        source,
        params: task.params,
        analysis,
        roll: task.context.roll,
        frame: task.context.frame,
        numbers: plan?.numbers ?? null,
        geometry: isIdentity(geometry) ? (renewed?.full ?? full) : geometry,
        output: { width, height, bits, space, format: settings.format },
        masks,
        ...(renewed ? { restore: { ...renewed.record, stored: storedOf(renewed) } } : {}),
      });
      const write = (): Promise<{ sha256: string }> =>
        writeFinished(
          task.output,
          { width, height, channels: channels === 1 ? 1 : 3, data: done.data, until: done.until },
          {
            format: settings.format,
            quality: settings.quality,
            // A grey picture under an RGB profile is not a valid PNG or TIFF: it gets the same tone curve as grey.
            icc: makeProfile(space, channels === 1 ? 1 : 3),
            metadataFrom: task.path,
            dpi: resolutionFor(settings, width, height, info.dpi),
            captureDate: task.captureDate,
            scanDate: task.scanDate,
            recordHash: record.sha256,
            digitalSourceType: renewed?.sourceType ?? digitalSource(plan),
            overwrite: settings.overwrite,
          },
        );
      const { sha256 } = writer ? await writer.with(1, signal, write) : await write();
      try {
        if (renewed?.stored) {
          const { stored } = renewed;
          await writeAtomic(storedPath(task.output), true, (sink) => sink.write(stored));
        } else await rm(storedPath(task.output), { force: true });
        await writeJsonAtomic(recordPath(task.output), record.record);
      } catch (error) {
        // A picture that names a record which is not there is no finished picture.
        await unlink(task.output).catch(() => undefined);
        if (renewed?.stored) await unlink(storedPath(task.output)).catch(() => undefined);
        throw error;
      }
      return {
        output: task.output,
        width,
        height,
        bits,
        seconds: 0,
        steps: [],
        analysis,
        record: record.record,
        ...(renewed ? { models: renewed.record.models, warnings: renewed.record.warnings } : {}),
        sha256,
      };
    };

    if (restores(task.params) || task.oneModel) {
      const { maskFile, seed } = task;
      const renewal = await shop.renewals.of(
        {
          path: task.path,
          params: task.params,
          context,
          maskFile: maskFile ?? null,
          seed: seed ?? 0,
          evidence: task.evidence ?? [],
          ageing: task.ageing ?? null,
        },
        space,
        'export',
        signal,
      );
      const make = task.oneModel ? (await import('./one-model.ts')).renderOne : renderRenewed;
      const renewed = await make(shop, renewal, {
        space,
        bits,
        longSide,
        geometryAt: (factor) => fullGeometry(task.params.frame, context, info, true, factor),
        signal,
        onProgress: (share) => call.progress('print', share * (READ + PRINT) * 100, 100),
      });
      clock.step('restore');
      geometry = renewed.geometry;
      masks.push(...renewed.masks);
      call.progress('write', (READ + PRINT) * 100, 100);
      const result = await finish(renewed.rendered, shop.cores, renewed);
      clock.step('write');
      call.progress('write', 100, 100);
      return { ...result, seconds: clock.seconds, steps: clock.steps };
    }
    let rendered: Rendered;
    let writing: Promise<ExportResult> | null = null;
    if (!print && suitsStrips(info, view.region, common, reduced, wantDust)) {
      geometry = viewGeometry(view, view.region.w, view.region.h);
      rendered = await renderStrips(
        shop.pool,
        { ...common, geometry, path: task.path, cores: shop.cores },
        signal,
        (share) => call.progress('print', share * (READ + PRINT) * 100, 100),
      );
    } else {
      const picture = await samplesFor(shop, task, view, reduced, wantDust, ahead, signal);
      samples = picture.data.buffer;
      clock.step('read');
      call.progress('read', READ * 100, 100);
      const dust = await repairPicture(shop.pool, picture, task.params, analysis, signal);
      if (dust) {
        clock.step('dust');
        masks.push(dust.summary);
      }
      geometry = viewGeometry(view, picture.width, picture.height);
      try {
        rendered = await render(
          shop.pool,
          {
            ...common,
            picture,
            geometry,
            consume: true,
            // With a single thread one thing is done after the other.
            ...(shop.threads > 1 && settings.format === 'tiff'
              ? {
                  onBegun: (begun) => {
                    writing = finish(begun, null);
                    writing.catch(() => undefined);
                  },
                }
              : {}),
          },
          signal,
          (share) => call.progress('print', (READ + share * PRINT) * 100, 100),
        );
      } catch (error) {
        // The half-written file is gone before anybody hears of the failure.
        await (writing as Promise<ExportResult> | null)?.catch(() => undefined);
        throw error;
      }
    }
    clock.step('print');
    inPlace = rendered.data.buffer === samples;
    if (signal.aborted && !writing) throw new RevealError('cancelled', 'Cancelled.');
    call.progress('write', (READ + PRINT) * 100, 100);
    const result = await (writing ?? finish(rendered, shop.cores));
    clock.step('write');
    call.progress('write', 100, 100);
    return { ...result, seconds: clock.seconds, steps: clock.steps };
  };
  // After a death of the engine it is tried once more with all the memory to itself, in small bands.
  return shop.memory.with(task.safer ? Infinity : bytes, signal, async () => {
    try {
      return await work();
    } finally {
      shop.ahead.done(task.path);
      const kept = samples !== null && !task.safer && shop.buffers.give(samples) && inPlace;
      // In a later turn: until then this function's own variables hold the samples.
      if (bytes > COLLECT_FROM && !kept) setImmediate(() => shop.pool.collect());
    }
  });
}

/** The samples that a picture is made of: those that the analysis has read, or from the file. */
async function samplesFor(
  shop: Workshop,
  task: ExportTask,
  view: ViewPlan,
  reduced: boolean,
  infrared: boolean,
  ahead: Ahead | null,
  signal: AbortSignal,
): Promise<Picture> {
  const { region, maxSide } = view;
  if (ahead && !reduced) return cutInPlace((await ahead.whole).picture, region);
  // Full-size samples are read as they are stored; a reduction is computed, so a thread does it.
  const { picture } = reduced
    ? await shop.pool.decode(task.path, { region, maxSide, infrared, leastInfrared: true }, signal)
    : await shop.cores.with(1, signal, () =>
        decodeScan(task.path, {
          region,
          infrared,
          signal,
          memory: (bytes) => shop.buffers.take(bytes),
        }),
      );
  return picture;
}
