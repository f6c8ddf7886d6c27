/**
 * The items of one running job: taken one after another, run, marked done, failed or to be tried again. What a job is to
 * the queue (lease, heartbeat, pause) is queue.ts's.
 */
import type { RateEstimator } from './progress.ts';
import { isDiskFull, isEngineGone, words } from './reasons.ts';
import type { JobItemRow, JobStore } from './store.ts';
import type { JobAction } from './types.ts';

/** Why a running job is to stop. */
export type Stop = 'pause' | 'cancel' | 'close' | 'lost' | { full: string };

export interface Running {
  id: number;
  lane: string;
  pausesWithin: boolean;
  abort: AbortController;
  stop: Stop | null;
  stage: string;
  /** Item index -> fraction done. */
  inWork: Map<number, number>;
  rate: RateEstimator;
  eta: number | null;
  over: Promise<void>;
}

/** Looks after what was done before a job was taken up again; what is not there any more is done again. */
export async function verifyDone(
  store: JobStore,
  running: Running,
  action: JobAction<unknown>,
): Promise<void> {
  for (const item of store.doneItems(running.id)) {
    if (running.stop !== null) return;
    running.stage = item.output;
    if (!(await action.verify!(item, running.abort.signal))) store.redo(running.id, item.index);
  }
}

/**
 * One worker: takes items until none waits or the job is to stop. While another worker is still busy an idle
 * one stays: items may be added, or come back for a second try.
 */
export async function workThrough(
  store: JobStore,
  running: Running,
  action: JobAction<unknown>,
  payload: unknown,
  ask: (stop: Stop) => void,
): Promise<void> {
  while (running.stop === null) {
    const item = store.claim(running.id);
    if (item) await runItem(store, running, action, payload, item, ask);
    else if (running.inWork.size === 0) return;
    else await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function runItem(
  store: JobStore,
  running: Running,
  action: JobAction<unknown>,
  payload: unknown,
  item: JobItemRow,
  ask: (stop: Stop) => void,
): Promise<void> {
  const { id, abort } = running;
  running.stage = item.input;
  running.inWork.set(item.idx, 0);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    const outcome = await action.run({
      jobId: id,
      payload,
      index: item.idx,
      input: item.input,
      itemId: item.item_id,
      output: item.output,
      data: item.data === null ? null : (JSON.parse(item.data) as unknown),
      resumed: item.begun > 0,
      safer: item.safer === 1,
      signal: abort.signal,
      progress: (fraction) => running.inWork.set(item.idx, Math.min(1, Math.max(0, fraction))),
      setOutput: (output) => store.setOutput(id, item.idx, output),
    });
    if (running.stop !== 'lost') store.done(id, item.idx, { ...outcome, seconds: seconds() });
  } catch (error) {
    if (running.stop === 'lost') return;
    if (abort.signal.aborted) {
      // `cancelItems` marks it; at close it simply waits for the next start.
      store.release(id, item.idx);
    } else if (isDiskFull(error)) {
      store.release(id, item.idx);
      ask({ full: words(error) });
    } else if (isEngineGone(error) && item.safer === 0) {
      store.release(id, item.idx, true);
    } else {
      const again = isEngineGone(error) ? ' It was tried twice, the second time on safer settings.' : '';
      store.fail(id, item.idx, words(error) + again, seconds());
    }
  } finally {
    running.inWork.delete(item.idx);
  }
}
