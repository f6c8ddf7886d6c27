/**
 * What an export will take: time and room, tried on a stretch in the middle of the reel with the very steps and encoder
 * of the export. Where the shots are not known yet, and steps want to know them, only the room is told.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { ReelEstimate } from '../../app/contract/film.ts';
import { frameCount } from '../../app/film/probe.ts';
import type { Segment } from '../../app/film/segments.ts';
import type { ReelAnalysis } from '../../app/film/step.ts';
import { leavesAll, shotParams, usesOf } from '../actions/film/index.ts';
import { formatAfter, reachOf } from '../actions/film/chain.ts';
import { planReel } from '../actions/film/plan.ts';
import { reelSteps } from '../actions/film/steps.ts';
import { freeSpace } from '../files/disk.ts';
import { sequenceBytes } from './ffmpeg-sequence.ts';
import type { ReelDesk } from './reel-desk.ts';
import { exportTool } from './reel-encode.ts';
import { roughBytes, stepWarnings } from './reel-export.ts';
import { lanesFor } from './reel-lanes.ts';
import { storedShots } from './reel-look.ts';
import type { ReelMethods } from './reel-protocol.ts';
import { ReelThread } from './reel-threads.ts';
import { APP_VERSION } from './version.ts';

type Task = ReelMethods['reelEstimate'][0];

/** Frames that are tried. */
const TRIED = 24;
/** Sound, index and headers beside the picture. */
const BESIDE = 1.02;

export async function estimateReel(desk: ReelDesk, task: Task, signal: AbortSignal): Promise<ReelEstimate> {
  const { facts, identity } = await desk.facts(task, signal);
  const { recipe } = task;
  const { pictures, quality } = task.export;
  // Pictures are made of pieces without loss, which stay until the folder is complete.
  const codec = pictures ? 'ffv1' : task.export.codec;
  const stored = await storedShots(task.dir, identity);
  const idle = leavesAll(recipe);
  const whole: ReelAnalysis = {
    version: 0,
    frames: frameCount(facts),
    shots: [{ index: 0, first: 0, last: frameCount(facts) - 1, opening: 'start' }],
    flashes: [],
    measures: {},
  };
  const free = await freeSpace(task.folder);
  const answer = (found: Partial<ReelEstimate>): ReelEstimate => ({
    ...{ seconds: null, bytes: 0, needed: 0, free, frames: frameCount(facts), warnings: facts.notes },
    ...{ width: facts.format.width, height: facts.format.height, refused: null },
    ...found,
  });
  try {
    const look = stored && !idle ? await desk.quickLook(task, recipe) : null;
    const analysis = look?.analysis ?? whole;
    const { lanes, encoder } = lanesFor(desk.shop.threads);
    if (!idle && !look) {
      const uses = usesOf(reelSteps(), recipe.params);
      const to = formatAfter(uses, facts.format);
      const bytes = roughBytes({ to, codec, quality, ticks: 1 }, whole.frames) * BESIDE;
      const written = pictures ? sequenceBytes(to, pictures, whole.frames) : 0;
      return answer({
        ...{ bytes: written || bytes, needed: bytes + written, width: to.width, height: to.height },
      });
    }
    const tool = await exportTool();
    const plan = planReel({
      ...{ facts, analysis, recipe, table: reelSteps(), source: identity, seed: 0 },
      ...{ codec, quality, threads: encoder, models: [] },
      tools: { revelado: APP_VERSION, ffmpeg: tool.version },
    });
    const tried = await tryFrames(desk, task, { facts, analysis, plan, tool }, signal);
    const bytes = tried.bytesPerFrame * plan.frames * BESIDE;
    const written = pictures ? sequenceBytes(plan.to, pictures, plan.frames) : 0;
    const largest = Math.max(...plan.segments.map((s) => s.last + 1 - s.first));
    return answer({
      seconds: (tried.secondsPerFrame * plan.frames) / Math.min(lanes, plan.segments.length),
      bytes: written || bytes,
      needed: bytes + (written || tried.bytesPerFrame * largest * lanes),
      frames: plan.frames,
      width: plan.to.width,
      height: plan.to.height,
      warnings: [...facts.notes, ...stepWarnings({ facts, analysis, recipe })],
    });
  } catch (error) {
    if (signal.aborted || !(error instanceof RevealError) || error.code === 'engine') throw error;
    return answer({ refused: error.message });
  }
}

/** Makes a stretch in the middle of the longest shot and throws it away. */
async function tryFrames(
  desk: ReelDesk,
  task: Task,
  reel: Pick<Parameters<ReelThread['reel']>[0], 'facts' | 'analysis' | 'plan' | 'tool'>,
  signal: AbortSignal,
): Promise<{ secondsPerFrame: number; bytesPerFrame: number }> {
  const { analysis, plan } = reel;
  const shot = analysis.shots.reduce((a, b) => (b.last - b.first > a.last - a.first ? b : a));
  const reach = reachOf(usesOf(reelSteps(), shotParams(plan.recipe, shot)));
  const length = Math.min(TRIED, shot.last + 1 - shot.first);
  const first = Math.max(shot.first, Math.floor((shot.first + shot.last + 1 - length) / 2));
  const last = first + length - 1;
  const segment: Segment = {
    ...{ index: 0, first, last },
    parts: [
      {
        ...{ shot: shot.index, first, last },
        from: Math.max(shot.first, first - reach.before),
        to: Math.min(shot.last, last + reach.after),
      },
    ],
  };
  const dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-estimate-'));
  const thread = new ReelThread(desk.networks);
  try {
    thread.reel({
      ...{ file: task.path, ...reel, latestHeight: 0 },
      keyFrames: await desk.keyFrames(task.recipe, task.references),
    });
    const file = path.join(dir, 'tried.piece');
    // What is loaded and compiled the first time is not counted for thousands of frames.
    await thread.segment({ ...segment, parts: [{ ...segment.parts[0], last: first }] }, file, { signal });
    const started = performance.now();
    await thread.segment(segment, file, { signal });
    const { from, to } = segment.parts[0];
    return {
      secondsPerFrame: (performance.now() - started) / 1000 / (to + 1 - from),
      bytesPerFrame: (await stat(file)).size / length,
    };
  } finally {
    await thread.close();
    await rm(dir, { recursive: true, force: true });
  }
}
