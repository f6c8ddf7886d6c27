/**
 * Tries a foreign model in a process of its own: one that crashes, hangs or wants all memory takes nothing with it. The
 * memory limit is kept from within, by a thread that looks every few milliseconds and ends the process, because there
 * is no limit that all systems know.
 */
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Adapter } from '../models-store/adapter.ts';
import { tryModel, type Trial } from '../models-store/trial.ts';
import { engineEntry, forkNode, type EngineFork } from './process-fork.ts';
import { onnxBinding } from './session.ts';

/** Megabytes that a trial may take, beside what the file itself weighs three times over. */
export const TRIAL_MEMORY = 1500;
const TRIAL_TIMEOUT_MS = 120_000;

export interface TrialOrder {
  file: string;
  adapter: Adapter;
  limitMb: number;
}
export type TrialOutcome =
  { ok: true; trial: Trial } | { ok: false; why: 'memory' | 'time' | 'failed'; detail: string };

/** Watches the whole process's memory from a thread of its own: the main one may be in native code. */
const WATCH = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
setInterval(() => {
  if (process.memoryUsage.rss() <= workerData.limit) return;
  try { writeSync(2, workerData.words); } catch {}
  process.kill(process.pid, 'SIGKILL');
}, 10);
`;
/** What it says last, where a system does not tell how a process ended. */
const TOO_MUCH = 'too much memory';

/** Runs inside the throwaway process. */
export async function trialHere(text: string): Promise<Trial> {
  const { file, adapter, limitMb } = JSON.parse(text) as TrialOrder;
  const watch = new Worker(WATCH, { eval: true, workerData: { limit: limitMb * 1e6, words: TOO_MUCH } });
  try {
    return await tryModel(await readFile(file), adapter, onnxBinding());
  } finally {
    await watch.terminate();
  }
}

/** Tries a model file. Never rejects. */
export function trialOf(
  order: TrialOrder,
  fork: EngineFork = forkNode,
  timeoutMs = TRIAL_TIMEOUT_MS,
): Promise<TrialOutcome> {
  return new Promise((resolve) => {
    const channel = fork(engineEntry(), { REVELADO_TRIAL: JSON.stringify(order) });
    let settled = false;
    const settle = (outcome: TrialOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      channel.kill();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => settle({ ok: false, why: 'time', detail: String(timeoutMs / 1000) }),
      timeoutMs,
    );
    channel.onMessage((message) => {
      if (message.t === 'result') settle({ ok: true, trial: message.value as Trial });
      else if (message.t === 'error')
        settle({
          ok: false,
          why: /bad_alloc|failed to allocate|out of memory/i.test(message.message) ? 'memory' : 'failed',
          detail: message.message,
        });
    });
    channel.onExit((code, signal) => {
      // By its own watch, or by the system when that was too slow.
      settle({
        ok: false,
        why: signal === 'SIGKILL' || channel.stderr?.().includes(TOO_MUCH) ? 'memory' : 'failed',
        detail: signal ? `its process ended by ${signal}` : `its process ended with status ${code}`,
      });
    });
  });
}
