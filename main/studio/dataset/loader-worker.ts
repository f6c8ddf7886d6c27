/** A loader thread: is told once what the samples are, then makes batches one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { RevealError } from '../../../app/contract/messages.ts';
import { setLibvipsThreads } from '../../files/libvips.ts';
import type { Rgb8 } from '../../files/rgb.ts';
import { makeBatch, type BatchJob, type BatchSetup, type MadeBatch } from './batch.ts';
import { PictureReader, type Decoded } from './read.ts';

/** From the loader: a batch to make. `keep`: send decoded pictures back for the cache. */
export interface LoaderMessage extends BatchJob {
  keep: boolean;
}

export type LoaderAnswer =
  { ok: true; batch: MadeBatch } | { ok: false; step: number; code: RevealError['code']; message: string };

const setup = workerData as BatchSetup;
const reader = new PictureReader();
setLibvipsThreads(1);

/** The picture on memory that all threads can read. */
function shared(picture: Rgb8): Rgb8 {
  const data = new Uint8Array(new SharedArrayBuffer(picture.data.length));
  data.set(picture.data);
  return { width: picture.width, height: picture.height, data };
}

const sharedDecoded = ({ truth, input }: Decoded): Decoded => ({
  truth: shared(truth),
  input: input && shared(input),
});

async function run(message: LoaderMessage): Promise<void> {
  try {
    const batch = await makeBatch(setup, reader, message);
    batch.decoded = message.keep ? batch.decoded.map(([place, d]) => [place, sharedDecoded(d)]) : [];
    const answer: LoaderAnswer = { ok: true, batch };
    parentPort?.postMessage(
      answer,
      Object.values(batch.tensors).map((tensor) => tensor.data.buffer as ArrayBuffer),
    );
  } catch (error) {
    const answer: LoaderAnswer = {
      ok: false,
      step: message.step,
      code: error instanceof RevealError ? error.code : 'internal',
      message: error instanceof Error ? error.message : String(error),
    };
    parentPort?.postMessage(answer);
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: LoaderMessage) => {
  last = last.then(() => run(message));
});
