/**
 * A whole export of a reel: look, plan, segments, film. Whatever process dies at whatever moment, the next call with the
 * same task goes on from the finished segments, and the film is the same, byte for byte. The film appears under its name
 * only when it is complete and was checked; a source that breaks off gives a film that says so in its name.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { ReelFacts } from '../../app/film/probe.ts';
import type { Segment } from '../../app/film/segments.ts';
import { say } from '../../app/words/sentences.ts';
import { shotParams, usesOf } from '../actions/film/index.ts';
import { planReel, type ReelPlan } from '../actions/film/plan.ts';
import { filmRecord, sumSteps } from '../actions/film/record.ts';
import { bitsPerPixel } from '../actions/film/size.ts';
import { reelSteps } from '../actions/film/steps.ts';
import { makeFolder } from '../files/folder.ts';
import { encodeJpeg } from '../files/index.ts';
import { freeSpace } from '../files/disk.ts';
import { writeAtomic, writeJsonAtomic } from '../files/atomic.ts';
import type { CallContext } from './core.ts';
import { encodingFor } from './ffmpeg-encoders.ts';
import { exportTool, joinFilm, SEGMENT_EXTENSION } from './reel-encode.ts';
import type { ReelDesk } from './reel-desk.ts';
import { composeScore } from './reel-score.ts';
import { finishedBefore } from './reel-finished.ts';
import { refuseFolder } from './reel-pictures.ts';
import { ReelFolder, workFolder, type SegmentManifest } from './reel-folder.ts';
import { lanesFor, makeSegments, type LaneNews } from './reel-lanes.ts';
import type { ReelExportResult, ReelExportTask, ReelNews } from './reel-protocol.ts';
import { melodyModels } from './score-models.ts';
import { distrust, unlooked } from './reel-trust.ts';
import { APP_VERSION } from './version.ts';

/** What stays free on a disk whatever happens. */
const RESERVE = 64 << 20;
const MB = 1 << 20;
/** Share of the work by stage, for the bar. */
const SHARE = { analyse: 0.1, frames: 0.85, join: 0.05 };
const LATEST_HEIGHT = 360;

/** Bytes that the film will have, about, by its size and codec. */
export function roughBytes(
  plan: Pick<ReelPlan, 'to' | 'codec' | 'quality' | 'ticks'>,
  frames: number,
): number {
  const pixels = plan.to.width * plan.to.height;
  return (frames * plan.ticks * pixels * bitsPerPixel(plan)) / 8;
}

/** Warnings of the steps that are used, each once. */
export function stepWarnings(task: {
  facts: ReelFacts;
  analysis: Parameters<typeof planReel>[0]['analysis'];
  recipe: ReelExportTask['recipe'];
}): string[] {
  const table = reelSteps();
  const all = task.analysis.shots.flatMap((shot) =>
    usesOf(table, shotParams(task.recipe, shot)).flatMap(
      ({ step, params }) => step.warns?.(task.analysis, params) ?? [],
    ),
  );
  const { cadence } = task.recipe.params;
  if (cadence.on && cadence.tempo > 0 && task.facts.audio.length > 0)
    all.push(say('film-tempo-sound', { fps: String(cadence.tempo) }));
  return [...new Set(all)];
}

/** Where the film of a source goes that breaks off. */
export const partialName = (output: string): string => {
  const { dir, name, ext } = path.parse(output);
  return path.join(dir, `${name} (partial)${ext}`);
};

/** A film that was passed through without a look is not what its table says. */
class NotAsListed extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Exports a reel. @throws RevealError; what is finished by then stays in the work folder for the next call */
export async function exportReel(
  desk: ReelDesk,
  task: ReelExportTask,
  call: Pick<CallContext, 'signal' | 'progress'>,
): Promise<ReelExportResult> {
  try {
    return await exportWhole(desk, task, call);
  } catch (error) {
    if (error instanceof NotAsListed && !call.signal.aborted) {
      await distrust(task.dir, await desk.facts(task), error.reason);
      return exportReel(desk, { ...task, resume: true }, call);
    }
    // A folder with nothing to go on from is no use to anybody.
    const dir = workFolder(task.output);
    const names = await readdir(dir).catch((): string[] => []);
    if (!call.signal.aborted && !names.some((name) => name.startsWith('segment-')))
      await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function exportWhole(
  desk: ReelDesk,
  task: ReelExportTask,
  call: Pick<CallContext, 'signal' | 'progress'>,
): Promise<ReelExportResult> {
  const started = performance.now();
  const { signal } = call;
  const { recipe } = task;
  const dir = workFolder(task.output);
  const ours = task.resume === true && (await readFile(joining(dir), 'utf8').catch(() => '')) !== '';
  const before = task.resume && !ours ? await finishedBefore(task) : null;
  if (before) return before;
  await refuseTaken(task, ours);
  if (!task.resume) await rm(dir, { recursive: true, force: true });
  await makeFolder(dir);
  const place = { path: task.path, dir: task.dir };
  const tell = (share: number, news: ReelNews): void =>
    call.progress(news.stage, Math.round(share * 10_000), 10_000, news);
  const stage = (name: ReelNews['stage'], done: number, total: number): ReelNews => ({
    ...{ stage: name, done, total, shot: 0, shots: [], latest: null },
  });

  const known = await desk.facts(place, signal);
  const { identity } = known;
  tell(0, stage('analyse', 0, 1));
  const trusted = await unlooked(task.dir, known, recipe);
  const looked =
    trusted ??
    (await desk.look(place, recipe, {
      signal,
      onProgress: (done, total) => tell((SHARE.analyse * done) / total, stage('analyse', done, total)),
    }));
  const { analysis, facts, broken } = looked;
  const lookSeconds = (performance.now() - started) / 1000;
  const threads = task.threads && task.threads > 0 ? task.threads : desk.shop.threads;
  const { lanes, encoder } = lanesFor(threads);
  const models = await desk.models(recipe);
  const tool = await exportTool();
  const plan = planReel({
    ...{ facts, analysis, recipe, table: reelSteps(), source: identity, seed: task.seed ?? 0 },
    ...{ codec: task.export.codec, quality: task.export.quality, threads: encoder, models },
    tools: { revelado: APP_VERSION, ffmpeg: tool.version },
  });
  // What the codec cannot hold is said before any work.
  const encoding = await encodingFor(plan.codec, plan.to, tool);
  const stored = [...(task.pictures ? [] : encoding.notes), ...fieldNotes(task, plan, facts)];
  const folder = await ReelFolder.open(dir, plan, SEGMENT_EXTENSION);
  const done = new Map<number, SegmentManifest>();
  for (const { index } of plan.segments) {
    const found = await folder.finished(index);
    if (found) done.set(index, found);
    if (signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
  }
  const reused = done.size;
  const missing = plan.segments.filter(({ index }) => !done.has(index));
  const room = roomFor({ task, plan, done });
  if (missing.length > 0) await room(missing);

  let version = 0;
  let writing: Promise<void> = Promise.resolve();
  let latest: ReelNews['latest'] = null;
  const onNews = ({ latest: picture, ...news }: LaneNews): void => {
    const share = SHARE.analyse + SHARE.frames * (news.total > 0 ? news.done / news.total : 1);
    tell(share, { ...news, stage: 'frames', latest });
    if (!picture || task.latestFile === undefined) return;
    const file = task.latestFile;
    writing = writing
      .then(() => writePicture(file, picture))
      .then(() => {
        latest = { frame: picture.frame, version: ++version };
      })
      .catch(() => undefined);
  };
  const setup = {
    ...{ file: task.path, facts, analysis, plan, tool, strict: trusted !== null },
    ...(task.hardware ? { hardware: true } : {}),
    keyFrames: await desk.keyFrames(recipe, task.references),
    latestHeight: task.latestFile === undefined ? 0 : LATEST_HEIGHT,
  };
  await makeSegments({
    setup,
    folder,
    missing,
    ...(trusted ? { shots: trusted.found } : {}),
    lanes: task.safer || !entersAnywhere(facts) ? 1 : lanes,
    cores: desk.shop.cores,
    networks: models.length > 0 ? desk.networks : null,
    signal,
    room: (segment) => room([segment]),
    onNews,
    onSegment: (manifest) => done.set(manifest.index, manifest),
  }).catch((error: unknown) => {
    if (trusted && error instanceof RevealError && error.code === 'bad-input')
      throw new NotAsListed(error.message);
    throw error;
  });
  await writing;

  const output = broken ? partialName(task.output) : task.output;
  await writeAtomic(joining(dir), true, (sink) => sink.write(Buffer.from(output)));
  const manifests = plan.segments.map(({ index }) => done.get(index)!);
  const score = await composeScore({
    ...{ task, plan, facts, analysis, signal, dir },
    models: melodyModels(desk.shop.dataDir),
  });
  const { notes, ...joined } = await joinFilm({
    ...{ task, plan, facts, manifests, folder, output, signal, score: score?.file ?? null },
    overwrite: task.export.overwrite || ours,
    tool,
    onProgress: (share) => tell(SHARE.analyse + SHARE.frames + SHARE.join * share, stage('join', share, 1)),
  });
  const steps = [{ name: 'analyse', seconds: lookSeconds }, ...sumSteps(manifests)];
  const warnings = [
    ...new Set([
      ...facts.notes,
      ...stepWarnings({ facts, analysis, recipe }),
      ...[...stored, ...notes, ...(score?.notes ?? [])],
    ]),
  ];
  const record = filmRecord({
    ...{ task, plan, facts, analysis, manifests, warnings, broken, output },
    ...joined,
    composed: score?.record ?? null,
  });
  await writeJsonAtomic(`${output}.revelado.json`, record);
  await folder.remove();
  return {
    output,
    partial: broken
      ? say('film-broken-off', {
          ...{ file: facts.name, frames: String(plan.frames), detail: broken },
          output: path.basename(output),
        })
      : null,
    ...joined,
    shots: analysis.shots.length,
    width: plan.to.width,
    height: plan.to.height,
    bits: plan.to.bits,
    seconds: (performance.now() - started) / 1000,
    steps,
    models,
    warnings,
    reused,
    record,
  };
}

/** A film that must be decoded from its start is worked on by one lane, whose decoder goes on. */
const entersAnywhere = (facts: ReelFacts): boolean =>
  facts.damage.length === 0 && (facts.keyFrames === 'all' || facts.keyFrames.length > 1);

/** H.265 and AV1 code fields that are kept as whole frames: what plays them must be told which field comes first. */
function fieldNotes(task: ReelExportTask, plan: ReelPlan, facts: ReelFacts): string[] {
  const { cadence } = plan.recipe.params;
  const kept = !cadence.on || cadence.fields === 'keep';
  const fields = facts.fields === 'top-first' || facts.fields === 'bottom-first';
  const coded = task.pictures === undefined && (plan.codec === 'h264' || plan.codec === 'prores');
  return kept && fields && !coded && plan.codec !== 'ffv1' ? [say('film-fields-whole')] : [];
}

/** Stands in the work folder from the moment when the film may appear under its name: it is ours then. */
const joining = (dir: string): string => path.join(dir, 'joining');

/** @param ours what lies there was put there by this very export before it was cut off */
async function refuseTaken(task: ReelExportTask, ours: boolean): Promise<void> {
  if (task.pictures) return refuseFolder(task.output, task.export.overwrite || ours);
  const there = await stat(task.output).catch(() => null);
  if (!there) return;
  const source = await stat(task.path).catch(() => null);
  if (source && source.ino === there.ino && source.dev === there.dev)
    throw new RevealError('bad-input', say('export-is-scan', { file: task.output }));
  if (there.isDirectory()) throw new RevealError('bad-input', say('output-is-folder', { file: task.output }));
  if (!task.export.overwrite && !ours)
    throw new RevealError('bad-input', say('output-exists', { file: task.output }));
}

/** Asks for room: for these segments, by what the finished ones took, else by what such films take. */
function roomFor(options: {
  task: ReelExportTask;
  plan: ReelPlan;
  done: ReadonlyMap<number, SegmentManifest>;
}): (segments: readonly Segment[]) => Promise<void> {
  const { task, plan, done } = options;
  const folder = path.dirname(task.output);
  return async (segments) => {
    let [bytes, frames] = [0, 0];
    for (const manifest of done.values()) {
      bytes += manifest.bytes;
      frames += manifest.last + 1 - manifest.first;
    }
    const wanted = segments.reduce((sum, s) => sum + s.last + 1 - s.first, 0);
    const needed = frames > 0 ? (bytes / frames) * wanted : roughBytes(plan, wanted);
    const free = await freeSpace(folder);
    if (free >= needed + RESERVE) return;
    throw new RevealError(
      'disk',
      say('film-disk', {
        ...{ folder, name: path.basename(task.output) },
        needed: String(Math.ceil(needed / MB)),
        free: String(Math.floor(free / MB)),
      }),
    );
  };
}

/** RGBA as a JPEG file, complete or absent. */
export async function writePicture(
  file: string,
  picture: { rgba: Uint8Array; width: number; height: number },
): Promise<void> {
  const { rgba, width, height } = picture;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    data[o++] = rgba[i];
    data[o++] = rgba[i + 1];
    data[o++] = rgba[i + 2];
  }
  const bytes = await encodeJpeg({ width, height, data }, 82);
  await writeAtomic(file, true, (sink) => sink.write(bytes));
}
