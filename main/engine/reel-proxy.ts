/**
 * Small films for playing in the window. Of a reel as it is: reduced and coded quickly, with its sound. Of a shot as the
 * recipe makes it: the very frames of the export, through the same steps, without sound.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { frameCount } from '../../app/film/probe.ts';
import type { Segment } from '../../app/film/segments.ts';
import { say } from '../../app/words/sentences.ts';
import { planReel } from '../actions/film/plan.ts';
import { reelSteps } from '../actions/film/steps.ts';
import { outputBase } from '../actions/film/times.ts';
import { joinReel } from './ffmpeg-mux.ts';
import { ffmpegProgram, FfmpegRun, filmInput, quiet, unreadable } from './ffmpeg-run.ts';
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

export async function proxyOfReel(
  desk: ReelDesk,
  task: Task,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Answer> {
  await mkdir(path.dirname(task.output), { recursive: true });
  return task.show === 'before' && task.shot === null
    ? asItIs(desk, task, signal, onProgress)
    : worked(desk, task, signal, onProgress);
}

async function asItIs(
  desk: ReelDesk,
  task: Task,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Answer> {
  const { facts } = await desk.facts(task, signal);
  const temp = `${task.output}.part`;
  const run = new FfmpegRun({
    tool: await ffmpegProgram('ffmpeg'),
    args: [
      ...quiet(),
      ...['-y', '-progress', 'pipe:1', '-threads', String(desk.shop.threads)],
      ...filmInput(path.resolve(task.path)),
      ...[
        '-map',
        `0:${facts.stream}`,
        ...(facts.audio.length > 0 ? ['-map', `0:${facts.audio[0].stream}`] : []),
      ],
      // Square pixels, even sides: what every browser plays.
      ...[
        '-vf',
        `scale='trunc(iw*if(gt(sar,0),sar,1)/2)*2':'trunc(ih/2)*2',setsar=1,scale=-2:'min(${LINES},ih)'`,
      ],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '24', '-pix_fmt', 'yuv420p', '-g', '24'],
      ...['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-movflags', '+faststart', '-f', 'mp4', `file:${temp}`],
    ],
    name: facts.name,
    signal,
  });
  run.child.stdin.end();
  const total = frameCount(facts);
  try {
    for await (const piece of run.child.stdout as AsyncIterable<Buffer>) {
      run.alive();
      const frame = /frame=\s*(\d+)/.exec(piece.toString('latin1'));
      if (frame) onProgress(Number(frame[1]), total);
    }
    await run.finish(unreadable(facts.name));
    await rename(temp, task.output);
  } finally {
    await run.end();
    await rm(temp, { force: true });
  }
  return { frames: total, fps: facts.averageRate.num / facts.averageRate.den, first: 0 };
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
