/** The engine's methods for reels. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { frameCount } from '../../app/film/probe.ts';
import { frameToRgba, maskToRgba, shownSize } from '../../app/film/show.ts';
import { say } from '../../app/words/sentences.ts';
import type { Methods, PixelsAnswer } from './core.ts';
import { planReel } from '../actions/film/plan.ts';
import { reelSteps } from '../actions/film/steps.ts';
import { filmTime } from './reel-score.ts';
import { APP_VERSION } from './version.ts';
import { ReelDesk, shownFacts } from './reel-desk.ts';
import { filmExtension } from './reel-encode.ts';
import { estimateReel } from './reel-estimate.ts';
import { picturesAreWhole } from './reel-pictures.ts';
import { exportReel, writePicture } from './reel-export.ts';
import { storedShots } from './reel-look.ts';
import { proxyOfReel } from './reel-proxy.ts';
import type { ReelMethods, ReelPixelsTask, ReelPlace } from './reel-protocol.ts';
import { waveOf } from './reel-wave.ts';
import type { Workshop } from './workshop.ts';

/** One frame for the window, as `show` asks. */
async function pixels(
  desk: ReelDesk,
  task: ReelPixelsTask,
  size: { maxWidth: number; maxHeight: number; view: { x: number; y: number; w: number; h: number } },
  signal: AbortSignal,
): Promise<PixelsAnswer> {
  const started = performance.now();
  const { frame: index, show, step } = task.request;
  const place = { path: task.path, dir: task.dir };
  if (show === 'diagnostic' && step === null)
    throw new RevealError('bad-request', 'A diagnostic needs the name of a step.');
  const worked =
    show === 'before'
      ? await desk.frame(place, index, signal).then(({ frame, facts }) => ({
          ...{ frame, facts, format: facts.format },
          diagnostic: null,
        }))
      : await desk.worked(place, task.recipe, index, {
          references: task.references,
          diagnose: show === 'diagnostic' ? step : null,
          signal,
        });
  const { facts, format, frame, diagnostic } = worked;
  const full = shownSize(format, facts.sampleAspect, facts.rotation);
  const { view } = size;
  const scale = Math.min(
    1,
    size.maxWidth / Math.max(1, full.width * view.w),
    size.maxHeight / Math.max(1, full.height * view.h),
  );
  const shown = {
    width: Math.max(1, Math.round(full.width * view.w * scale)),
    height: Math.max(1, Math.round(full.height * view.h * scale)),
    rotation: facts.rotation,
    view,
  };
  // A step that changes nothing here has nothing to show: black.
  const rgba =
    show === 'diagnostic'
      ? maskToRgba(
          diagnostic ?? new Uint8Array(facts.format.width * facts.format.height),
          facts.format,
          shown,
        )
      : frameToRgba(frame, format, shown);
  const histogram = Array.from({ length: 768 }, () => 0);
  let [white, black] = [0, 0];
  for (let i = 0; i < rgba.length; i += 4) {
    histogram[rgba[i]]++;
    histogram[256 + rgba[i + 1]]++;
    histogram[512 + rgba[i + 2]]++;
    if (rgba[i] === 255 && rgba[i + 1] === 255 && rgba[i + 2] === 255) white++;
    if (rgba[i] === 0 && rgba[i + 1] === 0 && rgba[i + 2] === 0) black++;
  }
  const count = shown.width * shown.height;
  return {
    header: {
      ...{ width: shown.width, height: shown.height, fullWidth: full.width, fullHeight: full.height },
      ...{ histogram, clippedWhite: white / count, clippedBlack: black / count },
      ms: Math.round(performance.now() - started),
    },
    rgba,
  };
}

/** One frame as a JPEG file, at most `height` pixels high. */
async function picture(
  desk: ReelDesk,
  place: ReelPlace,
  index: number,
  height: number,
  output: string,
  signal: AbortSignal,
): Promise<{ width: number; height: number }> {
  const { frame, facts } = await desk.frame(place, index, signal);
  const full = shownSize(facts.format, facts.sampleAspect, facts.rotation);
  const scale = Math.min(1, height / full.height);
  const size = {
    width: Math.max(1, Math.round(full.width * scale)),
    height: Math.max(1, Math.round(full.height * scale)),
  };
  const rgba = frameToRgba(frame, facts.format, { ...size, rotation: facts.rotation });
  await mkdir(path.dirname(output), { recursive: true });
  await writePicture(output, { rgba, ...size });
  return size;
}

export interface ReelCore {
  methods: Pick<Methods, keyof ReelMethods>;
  pixels: (
    task: ReelPixelsTask,
    size: Parameters<typeof pixels>[2],
    signal: AbortSignal,
  ) => Promise<PixelsAnswer>;
  close(): Promise<void>;
}

export function reelMethods(shop: Workshop): ReelCore {
  const desk = new ReelDesk(shop);
  return {
    pixels: (task, size, signal) => pixels(desk, task, size, signal),
    close: () => desk.close(),
    methods: {
      reelOpen: async (place, { signal }) => {
        const { facts, identity } = await desk.facts(place, signal);
        const stored = await storedShots(place.dir, identity);
        return {
          facts: shownFacts(facts),
          found: stored?.shots ?? null,
          flashes: stored?.flashes ?? [],
          broken: stored?.broken ?? null,
        };
      },
      reelAnalyse: async ({ recipe, ...place }, { signal, progress }) => {
        const { analysis } = await desk.look(place, recipe, {
          signal,
          onProgress: (done, total) => progress('analyse', done, total),
        });
        return { frames: analysis.frames, shots: analysis.shots.length };
      },
      reelTime: async ({ recipe, ...place }, { signal }) => {
        const { facts, identity } = await desk.facts(place, signal);
        const { analysis } = await desk.look(place, recipe, { signal });
        const plan = planReel({
          ...{ facts, analysis, recipe, table: reelSteps(), source: identity, seed: 0 },
          ...{ codec: 'h264', quality: 16, threads: 1, models: [] },
          tools: { revelado: APP_VERSION, ffmpeg: '' },
        });
        return filmTime(plan, facts, analysis);
      },
      reelWave: async ({ columns, ...place }, { signal }) => {
        const { facts } = await desk.facts(place, signal);
        return waveOf(place.path, facts, columns, signal);
      },
      reelFrame: async ({ frame, height, output, ...place }, { signal }) => {
        const { facts } = await desk.facts(place, signal);
        // The header may promise more frames than there are.
        return picture(desk, place, Math.min(frame, frameCount(facts) - 1), height, output, signal);
      },
      reelPoster: async ({ height, output, ...place }, { signal }) => {
        const { facts } = await desk.facts(place, signal);
        // Past leader and titles; a key frame, which costs one frame.
        const wanted = Math.floor(frameCount(facts) / 5);
        const keys = facts.keyFrames === 'all' ? [wanted] : facts.keyFrames.filter((k) => k <= wanted);
        return picture(desk, place, keys[keys.length - 1] ?? 0, height, output, signal);
      },
      reelProxy: (task, { signal, progress }) =>
        proxyOfReel(desk, task, signal, (done, total) => progress('proxy', done, total)),
      reelEstimate: (task, { signal }) => estimateReel(desk, task, signal),
      reelExtension: async ({ codec, sound, ...place }, { signal }) => ({
        extension: filmExtension({ codec, sound }, (await desk.facts(place, signal)).facts),
      }),
      reelWhole: async ({ path: folder, sha256 }) => ({ whole: await picturesAreWhole(folder, sha256) }),
      reelExport: async (task, call) => {
        if (!path.isAbsolute(task.output))
          throw new RevealError('bad-request', say('film-extension', { file: task.output }));
        return exportReel(desk, task, call);
      },
    },
  };
}
