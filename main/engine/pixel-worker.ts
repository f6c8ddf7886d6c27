/** A pixel worker thread: takes jobs from its pool one at a time and keeps the plans it was told. */
import { parentPort } from 'node:worker_threads';
import { RevealError } from '../../app/contract/messages.ts';
import { collectGarbage } from './collect.ts';
import { runPixelJob } from './pixel-jobs.ts';
import type { WorkerAnswer, WorkerMessage } from './pixel-jobs.ts';

const plans = new Map<number, unknown>();

async function run(message: WorkerMessage & { t: 'run' }): Promise<WorkerAnswer> {
  try {
    if (message.planId !== null && 'plan' in message) plans.set(message.planId, message.plan);
    const plan = message.planId === null ? null : plans.get(message.planId);
    return { t: 'done', result: await runPixelJob(message.job, plan) };
  } catch (error) {
    const code = error instanceof RevealError ? error.code : 'internal';
    return { t: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (message: WorkerMessage) => {
  if (message.t === 'forget') plans.delete(message.planId);
  else if (message.t === 'collect') collectGarbage(message.thorough);
  else if (message.t === 'warm') void import('./scan-jobs.ts');
  else void run(message).then((answer) => parentPort?.postMessage(answer));
});
