/** The threads of a reel: starting one, talking to it, and what it asks back (networks). */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { RevealError } from '../../app/contract/messages.ts';
import type { Segment } from '../../app/film/segments.ts';
import type { ReelShot } from '../../app/film/step.ts';
import type { ReelShots } from '../../app/shots/find.ts';
import type { LookFrame } from '../actions/film/analyse.ts';
import type { Networks, NetworkTask } from '../actions/picture/networks.ts';
import { factsOf, serveNetwork } from './network-port.ts';
import { unpacked } from './process-fork.ts';
import type { FrameSetup, SegmentResult, SegmentSetup, WorkedFrame } from './reel-segment.ts';
import type { LookSetup, ReelAnswer, ReelMessage } from './reel-worker.ts';

function entry(): string {
  const here = fileURLToPath(import.meta.url);
  const file = unpacked(
    path.join(path.dirname(here), here.endsWith('.ts') ? 'reel-worker.ts' : 'reel-worker.cjs'),
  );
  if (!existsSync(file))
    throw new RevealError('internal', `The reel worker's program file is missing: ${file}`);
  return file;
}

export type OnFrames = (news: Extract<ReelAnswer, { t: 'frames' }>) => void;

/** One thread. It does one thing at a time. */
export class ReelThread {
  private readonly worker: Worker;
  private readonly networks: Networks | null;
  private waiting: { resolve(answer: ReelAnswer): void; reject(error: Error): void } | null = null;
  private onFrames: OnFrames | null = null;
  private unseen = 0;
  private room: (() => void) | null = null;
  private gone: Error | null = null;

  constructor(networks: Networks | null) {
    this.networks = networks;
    this.worker = new Worker(entry());
    this.worker.on('message', (answer: ReelAnswer) => this.heard(answer));
    const over = (error: Error): void => {
      this.gone ??= error;
      this.waiting?.reject(error);
      this.waiting = null;
      this.room?.();
    };
    this.worker.on('error', (error) =>
      over(
        (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new RevealError('engine', `A thread ran out of memory: ${error.message}`)
          : error,
      ),
    );
    this.worker.on('exit', () => over(new RevealError('engine', 'A thread of the engine has ended.')));
  }

  look(setup: LookSetup): void {
    this.post({ t: 'look', setup });
  }

  /** Hands a frame over; waits while `most` are not seen yet. */
  async see(frame: LookFrame, most = 8): Promise<void> {
    while (this.unseen >= most && !this.gone) await new Promise<void>((resolve) => (this.room = resolve));
    if (this.gone) throw this.gone;
    this.unseen++;
    this.post({ t: 'see', frame });
  }

  async shots(): Promise<ReelShots | null> {
    const answer = await this.ask({ t: 'shots' });
    return answer.t === 'shots' ? answer.shots : null;
  }

  async measures(shots: readonly ReelShot[]): Promise<Record<string, unknown>> {
    const answer = await this.ask({ t: 'measures', shots });
    return answer.t === 'measures' ? answer.measures : {};
  }

  reel(setup: SegmentSetup): void {
    this.post({ t: 'reel', setup });
  }

  async frame(setup: FrameSetup, signal: AbortSignal): Promise<WorkedFrame> {
    const cancel = (): void => this.post({ t: 'abort' });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await this.ask({ t: 'frame', setup });
      if (answer.t !== 'frame') throw new RevealError('internal', `A thread answered "${answer.t}".`);
      return answer.worked;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async segment(
    segment: Segment,
    output: string,
    options: { signal?: AbortSignal; onFrames?: OnFrames } = {},
  ): Promise<SegmentResult> {
    const cancel = (): void => this.post({ t: 'abort' });
    options.signal?.addEventListener('abort', cancel, { once: true });
    this.onFrames = options.onFrames ?? null;
    try {
      const asking = this.ask({ t: 'segment', segment, output });
      if (options.signal?.aborted) cancel();
      const answer = await asking;
      if (answer.t !== 'done') throw new RevealError('internal', `A thread answered "${answer.t}".`);
      return answer.result;
    } finally {
      this.onFrames = null;
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private post(message: ReelMessage): void {
    this.worker.postMessage(message);
  }

  private ask(message: ReelMessage): Promise<ReelAnswer> {
    if (this.gone) return Promise.reject(this.gone);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.post(message);
    });
  }

  private heard(answer: ReelAnswer): void {
    if (answer.t === 'seen') {
      this.unseen--;
      this.room?.();
      this.room = null;
    } else if (answer.t === 'frames') this.onFrames?.(answer);
    else if (answer.t === 'open') void this.open(answer.id, answer.task as NetworkTask, answer.name);
    else if (answer.t === 'failed') {
      const error = Object.assign(
        new RevealError(answer.code, answer.message),
        answer.errno === undefined ? {} : { errno: answer.errno },
      );
      // A failed look has nobody waiting yet.
      if (this.waiting) this.waiting.reject(error);
      else this.gone = error;
      this.waiting = null;
      this.room?.();
    } else {
      this.waiting?.resolve(answer);
      this.waiting = null;
    }
  }

  private async open(id: number, task: NetworkTask, name: string): Promise<void> {
    try {
      const network = (await this.networks?.open(task, name)) ?? null;
      if (!network) return this.post({ t: 'network', id, facts: null });
      const { port1, port2 } = new MessageChannel();
      serveNetwork(port1, network);
      this.worker.postMessage(
        { t: 'network', id, facts: factsOf(network), port: port2 } satisfies ReelMessage,
        [port2],
      );
    } catch (error) {
      const code = error instanceof RevealError ? error.code : 'internal';
      this.post({
        t: 'no-network',
        id,
        code,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
