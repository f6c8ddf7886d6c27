/**
 * Pass two: the segments of a reel, several in work at once. A lane is a thread with the decoder and the encoder of the
 * segment it has in hand; two of them keep two cores busy whatever the steps cost, because pixels never leave their thread.
 * Lanes take their share of the engine's cores for a segment at a time; where networks are used they take none: a network
 * wants all cores for a moment and waits for nobody then.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Segment } from '../../app/film/segments.ts';
import type { ReelShot } from '../../app/film/step.ts';
import type { Networks } from '../actions/picture/networks.ts';
import type { Budget } from './budget.ts';
import type { ReelFolder, SegmentManifest } from './reel-folder.ts';
import type { SegmentSetup } from './reel-segment.ts';
import { ReelThread } from './reel-threads.ts';

/** More lanes than this do not pay: decoders, encoders and steps all want memory bandwidth. */
const MOST_LANES = 4;

/** Segments in work at once, and threads for the encoder of each. The threads decide about bytes, the lanes do not. */
export function lanesFor(threads: number): { lanes: number; encoder: number } {
  const lanes = Math.max(1, Math.min(MOST_LANES, threads));
  return { lanes, encoder: Math.max(1, Math.floor(threads / lanes)) };
}

export interface LaneNews {
  /** Frames of the reel that are finished or through their steps. */
  done: number;
  total: number;
  shot: number;
  /** Share of each shot that is done, 0..1. */
  shots: number[];
  latest: { frame: number; rgba: Uint8Array; width: number; height: number } | null;
}

export interface LanesTask {
  setup: SegmentSetup;
  folder: ReelFolder;
  /** Segments that are not there yet, in order. */
  missing: readonly Segment[];
  lanes: number;
  cores: Budget;
  /** Shots whose progress is told; left out: those of the analysis. */
  shots?: readonly Pick<ReelShot, 'first' | 'last'>[];
  /** null: no step asks for a network. */
  networks: Networks | null;
  signal?: AbortSignal;
  /** Asked before each segment; throws when it must not begin (a full disk). */
  room(segment: Segment): Promise<void>;
  onNews?: (news: LaneNews) => void;
  onSegment?: (manifest: SegmentManifest) => void;
}

/** Makes the missing segments. The first error stops all lanes and is thrown. */
export async function makeSegments(task: LanesTask): Promise<void> {
  const { setup, folder, missing, cores } = task;
  const { plan, analysis } = setup;
  const stop = new AbortController();
  const signal = task.signal ? AbortSignal.any([task.signal, stop.signal]) : stop.signal;
  const absent = new Set(missing.map((s) => s.index));
  const inWork = new Map<number, number>();
  const shown = task.shots ?? analysis.shots;
  /** Frames done of each shot by finished segments. */
  const ofShot = shown.map(() => 0);
  const count = (frames: { first: number; last: number }, into: number[]): void =>
    shown.forEach(({ first, last }, k) => {
      into[k] += Math.max(0, Math.min(last, frames.last) + 1 - Math.max(first, frames.first));
    });
  for (const segment of plan.segments) if (!absent.has(segment.index)) count(segment, ofShot);
  let finished = plan.segments
    .filter((s) => !absent.has(s.index))
    .reduce((sum, s) => sum + s.last + 1 - s.first, 0);
  let newest = 0;

  /** @param at frame that is in work */
  const news = (at: number, latest: LaneNews['latest']): void => {
    const done = [...ofShot];
    let running = 0;
    for (const [index, frames] of inWork) {
      running += frames;
      const { first } = plan.segments[index];
      count({ first, last: first + frames - 1 }, done);
    }
    // Several lanes send pictures; only the one that is furthest is shown.
    const picture = latest && latest.frame >= newest ? latest : null;
    if (picture) newest = picture.frame;
    task.onNews?.({
      done: Math.min(plan.frames, finished + running),
      total: plan.frames,
      shot: Math.max(
        0,
        shown.findIndex(({ first, last }) => at >= first && at <= last),
      ),
      shots: shown.map(({ first, last }, k) => Math.min(1, done[k] / (last + 1 - first))),
      latest: picture,
    });
  };

  const queue = [...missing];
  const lane = async (): Promise<void> => {
    const thread = new ReelThread(task.networks);
    try {
      thread.reel(setup);
      for (;;) {
        const segment = queue.shift();
        if (!segment || signal.aborted) return;
        await task.room(segment);
        const share = task.networks ? 0 : Math.max(1, Math.floor(cores.total / task.lanes));
        const giveBack = share > 0 ? await cores.take(share, signal) : () => undefined;
        try {
          const started = performance.now();
          const { pts, report } = await thread.segment(segment, folder.segment(segment.index), {
            signal,
            onFrames: ({ done, latest }) => {
              inWork.set(segment.index, done);
              news(segment.first + Math.max(0, done - 1), latest);
            },
          });
          const manifest = await folder.finish({
            index: segment.index,
            first: segment.first,
            last: segment.last,
            pts,
            seconds: (performance.now() - started) / 1000,
            report,
          });
          inWork.delete(segment.index);
          finished += segment.last + 1 - segment.first;
          count(segment, ofShot);
          task.onSegment?.(manifest);
          news(segment.last, null);
        } finally {
          giveBack();
        }
      }
    } finally {
      await thread.close();
    }
  };
  const errors: unknown[] = [];
  await Promise.all(
    Array.from({ length: Math.min(task.lanes, missing.length) }, () =>
      lane().catch((error: unknown) => {
        errors.push(error);
        stop.abort();
      }),
    ),
  );
  // What a lane says that was stopped because of another is not the reason.
  if (errors.length > 0)
    throw errors.find((e) => !(e instanceof RevealError && e.code === 'cancelled')) ?? errors[0];
  if (task.signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
}
