/**
 * A thread that works on a reel: it measures frames in pass one, and makes segments in pass two, one at a time, from
 * ffmpeg's decoder to ffmpeg's encoder. Networks stay in the engine's main thread and are reached through ports.
 */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { RevealError, type ErrorCode } from '../../app/contract/messages.ts';
import type { FrameFormat } from '../../app/film/frame.ts';
import type { Segment } from '../../app/film/segments.ts';
import type { ReelShot, StepNetwork, StepNetworks } from '../../app/film/step.ts';
import { ReelLook, type LookFrame } from '../actions/film/analyse.ts';
import { reelSteps } from '../actions/film/steps.ts';
import type { ReelShots } from '../../app/shots/find.ts';
import { networkAt, type NetworkFacts } from './network-port.ts';
import { runTiled } from './model-tiles.ts';
import { ReelSource } from './reel-frames.ts';
import {
  makeFrame,
  makeSegment,
  type FrameSetup,
  type SegmentResult,
  type SegmentSetup,
  type WorkedFrame,
} from './reel-segment.ts';

export interface LookSetup {
  format: FrameFormat;
  shots: boolean;
  observers: { step: string; params: unknown }[];
}

export type ReelMessage =
  | { t: 'look'; setup: LookSetup }
  | { t: 'see'; frame: LookFrame }
  | { t: 'shots' }
  | { t: 'measures'; shots: readonly ReelShot[] }
  | { t: 'reel'; setup: SegmentSetup }
  | { t: 'segment'; segment: Segment; output: string }
  | { t: 'frame'; setup: FrameSetup }
  | { t: 'abort' }
  | { t: 'network'; id: number; facts: NetworkFacts | null; port?: MessagePort }
  | { t: 'no-network'; id: number; code: ErrorCode; message: string };

export type ReelAnswer =
  | { t: 'seen' }
  | { t: 'shots'; shots: ReelShots | null }
  | { t: 'measures'; measures: Record<string, unknown> }
  | { t: 'done'; result: SegmentResult }
  | { t: 'frame'; worked: WorkedFrame }
  | { t: 'failed'; code: ErrorCode; message: string; errno?: string }
  | {
      t: 'frames';
      done: number;
      shot: number;
      latest: { frame: number; rgba: Uint8Array; width: number; height: number } | null;
    }
  | { t: 'open'; id: number; task: string; name: string };

const post = (answer: ReelAnswer, transfer: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(answer, transfer);

let look: ReelLook | null = null;
let setup: SegmentSetup | null = null;
let source: ReelSource | null = null;
let abort = new AbortController();

/** Most frames that a segment and the one after it both want to see. */
const sharedFrames = (segments: readonly Segment[]): number =>
  segments.reduce((most, { parts }, k) => {
    const after = segments[k + 1]?.parts[0].from;
    return after === undefined ? most : Math.max(most, parts[parts.length - 1].to + 1 - after);
  }, 0);

/** Largest side of a tile: as in the main thread (networks.ts). */
const TILE = 768;
const asked = new Map<number, { resolve(n: StepNetwork | null): void; reject(e: Error): void }>();
const opened = new Map<string, Promise<StepNetwork | null>>();
let next = 1;

/** The engine's networks from in here; what is larger than a tile is cut on this side of the port. */
const networks: StepNetworks = {
  open: (task, name = '') => {
    const key = `${task} ${name}`;
    const known = opened.get(key);
    if (known) return known;
    const opening = new Promise<StepNetwork | null>((resolve, reject) => {
      asked.set(next, { resolve, reject });
      post({ t: 'open', id: next++, task, name });
    });
    opened.set(key, opening);
    opening.catch(() => opened.delete(key));
    return opening;
  },
};

function tiled(port: MessagePort, facts: NetworkFacts): StepNetwork {
  const whole = networkAt(port, facts);
  let most = Math.max(TILE, 3 * (facts.reach ?? 0));
  return {
    ...facts,
    run: (inputs, signal) => whole.run(inputs, signal),
    apply: (planes, options = {}) =>
      runTiled(
        planes,
        async (part) => {
          const tensors = Object.fromEntries(
            Object.entries(part).map(([key, p]) => [
              key,
              { dims: [1, p.channels, p.height, p.width], data: p.data },
            ]),
          );
          const answer = await whole.run(tensors);
          return Object.fromEntries(
            Object.entries(answer).map(([key, { dims, data }]) => [
              key,
              { channels: dims[1], height: dims[2], width: dims[3], data },
            ]),
          );
        },
        {
          ...options,
          multiple: facts.multiple,
          reach: facts.reach,
          most,
          onSmaller: (side) => (most = side),
        },
      ),
  };
}

async function run(message: ReelMessage): Promise<void> {
  switch (message.t) {
    case 'look': {
      const { format, shots, observers } = message.setup;
      const table = reelSteps();
      look = new ReelLook({
        format,
        shots,
        observers: observers.map(({ step, params }) => ({
          step: table[step as keyof typeof table]!,
          params,
        })),
      });
      break;
    }
    case 'see':
      look?.see(message.frame);
      post({ t: 'seen' });
      break;
    case 'shots':
      post({ t: 'shots', shots: look?.shots() ?? null });
      break;
    case 'measures':
      post({ t: 'measures', measures: look?.measures(message.shots) ?? {} });
      look = null;
      break;
    case 'reel':
      setup = message.setup;
      source = new ReelSource(setup.file, setup.facts, sharedFrames(setup.plan.segments), setup.tool, {
        strict: setup.strict === true,
        hardware: setup.hardware === true,
      });
      break;
    case 'segment': {
      if (!setup || !source) throw new RevealError('internal', 'A segment came before its reel.');
      abort = new AbortController();
      const result = await makeSegment(setup, message.segment, message.output, {
        table: reelSteps(),
        source,
        networks,
        signal: abort.signal,
        onFrames: (done, shot, latest) =>
          post({ t: 'frames', done, shot, latest }, latest ? [latest.rgba.buffer as ArrayBuffer] : []),
      });
      post({ t: 'done', result });
      break;
    }
    case 'frame':
      abort = new AbortController();
      post({
        t: 'frame',
        worked: await makeFrame(message.setup, { table: reelSteps(), networks, signal: abort.signal }),
      });
      break;
    case 'abort':
      abort.abort();
      break;
    case 'network':
      asked
        .get(message.id)
        ?.resolve(message.port && message.facts ? tiled(message.port, message.facts) : null);
      asked.delete(message.id);
      break;
    case 'no-network':
      asked.get(message.id)?.reject(new RevealError(message.code, message.message));
      asked.delete(message.id);
      break;
  }
}

parentPort?.on('message', (message: ReelMessage) => {
  run(message).catch((error: unknown) => {
    const code = error instanceof RevealError ? error.code : 'internal';
    const errno = (error as NodeJS.ErrnoException).code;
    post({
      t: 'failed',
      code: abort.signal.aborted ? 'cancelled' : code,
      message: error instanceof Error ? error.message : String(error),
      ...(typeof errno === 'string' && code === 'internal' ? { errno } : {}),
    });
  });
});
