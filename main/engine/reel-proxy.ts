/**
 * Small films for playing in the window. Of a reel as it is: reduced and coded quickly, with its sound. Of a shot as the
 * recipe makes it: the very frames of the export, through the same steps, without sound. One that was made is kept as long
 * as nothing that decides about it is another, and as long as there is room for it among the newest.
 */
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import { frameCount } from '../../app/film/probe.ts';
import type { Segment } from '../../app/film/segments.ts';
import { say } from '../../app/words/sentences.ts';
import { planReel, sha256 } from '../actions/film/plan.ts';
import { reelSteps } from '../actions/film/steps.ts';
import { outputBase } from '../actions/film/times.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { joinReel } from './ffmpeg-mux.ts';
import { makeProxy } from './ffmpeg-proxy.ts';
import { ffmpegProgram } from './ffmpeg-run.ts';
import type { ReelDesk } from './reel-desk.ts';
import { exportTool } from './reel-encode.ts';
import type { ReelMethods } from './reel-protocol.ts';
import { ReelThread } from './reel-threads.ts';
import { APP_VERSION } from './version.ts';

type Task = ReelMethods['reelProxy'][0];
type Answer = ReelMethods['reelProxy'][1];

/** Lines of a proxy of the reel as it is. */
const LINES = 480;
/** Longest shot that is made for playing, in frames: longer ones are an export's work. */
const LONGEST = 3000;

/** Bytes of all proxies that are kept; the ones that were not wanted for longest go first. */
const KEPT_BYTES = 2 * 1024 ** 3;

const keptSchema = z.object({
  made: z.string(),
  bytes: z.number(),
  answer: z.object({ frames: z.number(), fps: z.number(), first: z.number() }),
});
const aboutOf = (output: string): string => `${output}.json`;

/** What was made before under this name, with this program and these networks; null: nothing. */
async function keptProxy(output: string, made: string): Promise<Answer | null> {
  const text = await readFile(aboutOf(output), 'utf8').catch(() => null);
  const info = await stat(output).catch(() => null);
  if (text === null || !info) return null;
  try {
    const kept = keptSchema.parse(JSON.parse(text));
    if (kept.made !== made || kept.bytes !== info.size) return null;
    await utimes(output, new Date(), new Date());
    return kept.answer;
  } catch {
    return null;
  }
}

/** Takes away the proxies that were not wanted for longest, but for this one. */
async function makeRoom(output: string): Promise<void> {
  const dir = path.dirname(output);
  const files: { file: string; bytes: number; at: number }[] = [];
  for (const name of await readdir(dir).catch((): string[] => [])) {
    const file = path.join(dir, name);
    const info = name.endsWith('.mp4') && file !== output ? await stat(file).catch(() => null) : null;
    if (info) files.push({ file, bytes: info.size, at: info.mtimeMs });
  }
  let room = KEPT_BYTES - ((await stat(output).catch(() => null))?.size ?? 0);
  for (const { file, bytes } of files.sort((a, b) => b.at - a.at)) {
    room -= bytes;
    if (room >= 0) continue;
    await rm(file, { force: true });
    await rm(aboutOf(file), { force: true });
  }
}

/** Makes a small film at `task.output`, or finds it there: its name stands for the reel and all settings. */
export async function proxyOfReel(
  desk: ReelDesk,
  task: Task,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Answer> {
  await mkdir(path.dirname(task.output), { recursive: true });
  const before = task.show === 'before';
  const models = before ? [] : await desk.models(task.recipe);
  const { identity } = await desk.facts(task, signal);
  const { version } = await ffmpegProgram('ffmpeg');
  // A picture whose colours a key frame takes may be another one under the same name.
  const pictures = await Promise.all(
    Object.values(before ? {} : (task.references ?? {})).map((file) => stat(file).then((i) => i.mtimeMs)),
  );
  const made = sha256(JSON.stringify([APP_VERSION, version, models, identity, pictures]));
  const kept = await keptProxy(task.output, made);
  if (kept) return kept;
  const answer =
    before && task.shot === null
      ? await asItIs(desk, task, signal, onProgress)
      : await worked(desk, task, signal, onProgress);
  const { size: bytes } = await stat(task.output);
  await writeJsonAtomic(aboutOf(task.output), { made, bytes, answer });
  await makeRoom(task.output);
  return answer;
}

async function asItIs(
  desk: ReelDesk,
  task: Task,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Answer> {
  const { facts } = await desk.facts(task, signal);
  const frames = frameCount(facts);
  await makeProxy(task.path, facts, {
    ...{ height: LINES, out: task.output, threads: desk.shop.threads, signal },
    onFrames: (done) => onProgress(done, frames),
  });
  return { frames, fps: facts.averageRate.num / facts.averageRate.den, first: 0 };
}

async function worked(
  desk: ReelDesk,
  task: Task,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Answer> {
  const { analysis, facts, identity } = await desk.quickLook(task, task.recipe);
  const shot = task.shot === null ? null : analysis.shots[task.shot];
  if (shot === undefined) throw new RevealError('not-found', say('film-not-analysed', { name: facts.name }));
  const first = shot?.first ?? 0;
  const last = shot?.last ?? analysis.frames - 1;
  if (last + 1 - first > LONGEST)
    throw new RevealError('bad-input', say('film-proxy-long', { frames: String(last + 1 - first) }));
  const off = { ...task.recipe, params: { ...task.recipe.params }, overrides: [], keyFrames: [] };
  if (task.show === 'before')
    for (const step of Object.keys(off.params) as (keyof typeof off.params)[])
      Object.assign(off.params, { [step]: { ...off.params[step], on: false } });
  const recipe = task.show === 'before' ? off : task.recipe;
  const tool = await exportTool();
  const plan = planReel({
    ...{ facts, analysis, recipe, table: reelSteps(), source: identity, seed: 0 },
    ...{ codec: 'h264', quality: 22, threads: desk.shop.threads, models: [] },
    tools: { revelado: APP_VERSION, ffmpeg: tool.version },
  });
  const inside = analysis.shots.filter((s) => s.first >= first && s.last <= last);
  const segment: Segment = {
    index: 0,
    first,
    last,
    parts: inside.map((s) => ({
      ...{ shot: s.index, first: s.first, last: s.last, from: s.first, to: s.last },
    })),
  };
  const piece = `${task.output}.piece`;
  const thread = new ReelThread(desk.networks);
  try {
    thread.reel({
      ...{ file: task.path, facts, analysis, plan, tool, latestHeight: 0 },
      keyFrames: await desk.keyFrames(recipe, task.references),
    });
    const { pts } = await thread.segment(segment, piece, {
      signal,
      onFrames: ({ done }) => onProgress(done, last + 1 - first),
    });
    const start = pts[0];
    const base = outputBase(plan, facts);
    const step =
      pts.length > 1 ? (pts[pts.length - 1] - start) / (pts.length - 1) : facts.lastDuration * plan.ticks;
    await joinReel({
      pieces: [piece],
      ...{ facts: { ...facts, subtitles: [], chapters: [], timecode: null }, source: task.path },
      ...{ codec: 'h264', container: 'mp4', timeBase: base, pts: pts.map((at) => at - start) },
      end: pts[pts.length - 1] - start + Math.round(step),
      ...{ sound: { kind: 'none' }, out: task.output, overwrite: true, signal },
    });
    return { frames: pts.length, fps: base.den / (base.num * step), first };
  } finally {
    await thread.close();
    await rm(piece, { force: true });
  }
}
