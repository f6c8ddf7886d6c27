/** An evaluation thread: does jobs one after the other. */
import { parentPort } from 'node:worker_threads';
import { RevealError } from '../../../app/contract/messages.ts';
import { setLibvipsThreads } from '../../files/libvips.ts';
import { type EvalJob, runEvalJob } from './jobs.ts';

export type EvalAnswer =
  | { ok: true; id: number; value: Awaited<ReturnType<typeof runEvalJob>> }
  | { ok: false; id: number; code: RevealError['code']; message: string };

setLibvipsThreads(1);

async function run(id: number, job: EvalJob): Promise<EvalAnswer> {
  try {
    return { ok: true, id, value: await runEvalJob(job) };
  } catch (error) {
    const code = error instanceof RevealError ? error.code : 'internal';
    return { ok: false, id, code, message: error instanceof Error ? error.message : String(error) };
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: { id: number; job: EvalJob }) => {
  last = last.then(async () => parentPort?.postMessage(await run(message.id, message.job)));
});
