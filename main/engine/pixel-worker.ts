/** A pixel worker thread: takes jobs from its pool one at a time and keeps the plans it was told. */
import { parentPort } from 'node:worker_threads';
import { runPixelJob } from './pixel-jobs.ts';
import type { WorkerAnswer, WorkerMessage } from './pixel-jobs.ts';

const plans = new Map<number, unknown>();

parentPort?.on('message', (message: WorkerMessage) => {
  if (message.t === 'forget') {
    plans.delete(message.planId);
    return;
  }
  let answer: WorkerAnswer;
  try {
    if (message.planId !== null && 'plan' in message) plans.set(message.planId, message.plan);
    const plan = message.planId === null ? null : plans.get(message.planId);
    answer = { t: 'done', result: runPixelJob(message.job, plan) };
  } catch (error) {
    answer = { t: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
