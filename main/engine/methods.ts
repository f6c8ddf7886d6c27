/**
 * The method table of the engine: thin functions that put together what workshop, export, preview and the
 * file layer do.
 */
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { toLinear } from '../../app/color/curve.ts';
import { planDevelop, planSource, processBand } from '../actions/develop/index.ts';
import { sampleBase } from '../actions/develop/base.ts';
import { convertPlanes, readerOf, readPart, writeCodes } from '../actions/picture/as-is.ts';
import { takenAsIs } from '../actions/picture/print.ts';
import { suggestColours } from '../actions/colorize/index.ts';
import { closeFiles, decodeScan, setLibvipsThreads } from '../files/index.ts';
import { threadCount } from './core.ts';
import type { EngineCore, Methods } from './core.ts';
import { exportPicture } from './export.ts';
import { familyMethods } from './family-methods.ts';
import { Previews } from './preview.ts';
import { printMethods } from './print-methods.ts';
import { reelMethods } from './reel-methods.ts';
import { scoreMethods } from './score-methods.ts';
import { studioMethods } from './studio-methods.ts';
import type { EngineSettings } from './process.ts';
import { flatBand, planContext } from './render.ts';
import { pixelRect } from './scans.ts';
import { Thumbnails } from './thumbnails.ts';
import { untilAborted } from './until-aborted.ts';
import { fullGeometry } from './view.ts';
import { Workshop } from './workshop.ts';

/** Does a piece of work and lets go of what it leaves behind, in a later turn, when the work's own variables are gone. */
async function relieved<T>(shop: Workshop, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    setImmediate(() => shop.relief.look());
  }
}

/** Makes the engine's methods for one process. */
export function createEngineCore(settings: EngineSettings): EngineCore {
  const threads = threadCount(settings.threads);
  // One core's worth each: the core budget says how many run at once.
  setLibvipsThreads(1);
  const shop = new Workshop(threads, settings.cacheDir, settings);
  const previews = new Previews(shop);
  const thumbnails = new Thumbnails(shop);
  const reels = reelMethods(shop);

  const methods: Methods = {
    probe: ({ path: file }) => shop.scans.info(file),

    hash: async ({ path: file }, { signal }) => ({
      sha256: await shop.pool.hash(file, signal),
    }),

    analyse: (args, { signal }) => shop.analyse({ ...args, signal }),

    sampleBase: async ({ path: file, rect }, { signal }) => {
      const info = await shop.scans.info(file);
      const region = pixelRect(rect, info.width, info.height);
      const decoded = await shop.cores.with(1, signal, () =>
        decodeScan(file, { region, infrared: false, signal }),
      );
      const { rgb, warning } = sampleBase(decoded, { x: 0, y: 0, w: 1, h: 1 });
      return { base: rgb, warning };
    },

    ingest: (task, { signal }) => relieved(shop, () => thumbnails.ingest(task, signal)),

    thumbnail: (task, { signal }) => relieved(shop, () => thumbnails.make(task, signal)),

    readout: async ({ path: file, params, context, x, y }, { signal }) => {
      const info = await shop.scans.info(file);
      if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1))
        throw new RevealError('bad-request', `The point lies outside ${path.basename(file)}.`);
      const full = fullGeometry(params.frame, context, info);
      const px = Math.min(full.width - 1, Math.floor(x * full.width));
      const py = Math.min(full.height - 1, Math.floor(y * full.height));
      const [a, b, c, d, e, f] = full.map;
      const at = (v: number, top: number): number => Math.min(top - 1, Math.max(0, Math.round(v)));
      const sx = at(a * px + b * py + c, info.width);
      const sy = at(d * px + e * py + f, info.height);
      const region = { x: sx, y: sy, w: 1, h: 1 };
      const { picture } = await decodeScan(file, { region, infrared: false, signal });
      if (takenAsIs(params, context.analysis)) {
        const reader = readerOf(picture, info.own);
        const planes = readPart({ width: 1, height: 1, data: picture.data }, reader, {
          x: 0,
          y: 0,
          w: 1,
          h: 1,
        });
        convertPlanes(planes, reader.space, 'srgb');
        const output = new Uint8Array(3);
        writeCodes(planes, { data: output, width: 1, channels: 3 }, 0, 0);
        const top =
          picture.data instanceof Uint16Array ? 65535 : picture.data instanceof Uint8Array ? 255 : 1;
        const scan = [0, 1, 2].map((c) => {
          const channel = picture.channels === 3 ? c : 0;
          return toLinear(picture.curve, channel)(picture.data[channel] / top);
        });
        // Over paper that gives all light back.
        return { scan, density: scan.map((v) => -Math.log10(Math.max(v, 1e-6))), output: Array.from(output) };
      }
      const plan = planDevelop(params, planContext(context), planSource(picture), {
        space: 'srgb',
        bits: 8,
        layout: 'rgb',
      });
      const flat = await shop.flat(context.flatFile);
      const band = flat
        ? flatBand(flat, { region, scanWidth: info.width, scanHeight: info.height, picture })
        : null;
      const output = new Uint8Array(3);
      processBand(plan, picture.data, output, 0, 1, band);
      const top = picture.data instanceof Uint16Array ? 65535 : picture.data instanceof Uint8Array ? 255 : 1;
      const light = (channel: number): number => {
        const stored = picture.data[picture.channels === 3 ? channel : 0] / top;
        const linear = toLinear(picture.curve, picture.channels === 3 ? channel : 0)(stored);
        const unevenness = band ? 10 ** flatAt(band, channel) : 1;
        return linear / unevenness;
      };
      const scan = [light(0), light(1), light(2)];
      return {
        scan,
        density: scan.map((v, i) => Math.log10(plan.numbers.base[i] / Math.max(v, 1e-6))),
        output: Array.from(output),
      };
    },

    develop: (task, call) => relieved(shop, () => exportPicture(shop, task, call)),

    auto: async (task, { signal }) => (await import('./auto.ts')).autoPicture(shop, task, signal),

    foresee: async (task, { signal }) => {
      const context = { analysis: null, roll: null, baseFile: null, flatFile: null, frame: 0 };
      const renewal = await shop.renewals.of({ ...task, context, asPrint: true }, 'srgb', 'export', signal);
      await untilAborted(renewal.tinted(), signal);
      return null;
    },

    suggestColours: async ({ path: file, params, context, x, y }, { signal }) => {
      const renewal = await shop.renewals.of({ path: file, params, context }, 'srgb', 'shown', signal);
      return { colours: suggestColours(await untilAborted(renewal.colours(), signal), x, y) };
    },

    ...familyMethods(shop, previews),
    ...printMethods(shop),
    ...studioMethods(settings),
    ...scoreMethods(settings.dataDir),
    ...reels.methods,
    // It brings a library for graphs along.
    providers: async () => ({ providers: await (await import('./process-probe.ts')).probeProviders() }),

    memory: async () => {
      const { rss, heapUsed, external } = process.memoryUsage();
      return { rss, heap: heapUsed, external };
    },
  };

  return {
    methods,
    pixels: (task, signal) =>
      task.reel
        ? reels.pixels(task.reel, task.request, signal)
        : previews.answer(task, signal).finally(() => shop.relief.lookWhenIdle()),
    close: async () => {
      await reels.close();
      await shop.close();
      await closeFiles();
    },
  };
}

/** Log10 of the light source at the band's first pixel (nearest cell is enough for a read-out). */
function flatAt(
  band: { width: number; height: number; log: Float32Array; x0: number; y0: number },
  channel: number,
): number {
  const x = Math.min(band.width - 1, Math.max(0, Math.round(band.x0)));
  const y = Math.min(band.height - 1, Math.max(0, Math.round(band.y0)));
  return band.log[(y * band.width + x) * 3 + channel];
}
