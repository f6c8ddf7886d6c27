/**
 * Melodies to learn from: a file of records (`melodies.jsonl`), a folder that holds one, or a folder of MIDI, ABC and MusicXML
 * files. A tenth of what is for training is held out, chosen by name, and judges the run; the records' own test split is
 * not looked at. The loader gives the batches of the runner: the same step, the same numbers.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../../app/contract/messages.ts';
import type { MelodyRecord } from '../../../../app/melody/record.ts';
import { hash32, seeded, type Random } from '../../../../app/random.ts';
import { say } from '../../../../app/words/sentences.ts';
import { show } from '../../../files/bytes.ts';
import { findMelodies, heldOut, LEAST_MELODIES } from '../../dataset/melodies.ts';
import type { Batch, BatchTensor, Loader, LoaderOptions } from '../../dataset/types.ts';

export interface MelodyData {
  /** Of the file or folder. */
  name: string;
  dir: string;
  train: MelodyRecord[];
  held: MelodyRecord[];
  /** Of everything that was read, so that a run goes on with the same melodies only. */
  fingerprint: string;
  problems: { id: string; reason: string }[];
}

/** @throws RevealError 'not-found', or 'bad-input' when there are too few melodies */
export async function readMelodyData(source: string): Promise<MelodyData> {
  const { records, problems, looked } = await findMelodies(source);
  const isFolder = (await stat(source)).isDirectory();
  if (records.length < LEAST_MELODIES)
    throw new RevealError(
      'bad-input',
      problems.length === 0 && looked > 0
        ? say('score-data-lines', { file: show(source), count: `${records.length}`, all: `${looked}` })
        : say('score-data-few', {
            folder: show(source),
            count: `${records.length}`,
            least: `${LEAST_MELODIES}`,
          }),
    );
  const training = records.filter((r) => r.split === 'train');
  const words = records.map((r) => `${r.id} ${r.split} ${r.melody.notes.map((n) => n.pitch).join('.')}`);
  return {
    name: path.basename(source),
    dir: isFolder ? source : path.dirname(source),
    ...heldOut(training),
    fingerprint: `melodies ${records.length} ${hash32(...words).toString(16)}`,
    problems,
  };
}

/** How often a melody is shown: sung ones are few, and weigh as much as the dances together. */
const SUNG = 3;

/** Makes the tensors of a batch. @param held: of melodies that judge; nothing about them is drawn by chance then */
export type MakeTensors = (
  records: readonly MelodyRecord[],
  random: Random,
  held: boolean,
  step: number,
) => Record<string, BatchTensor>;

/** The loader of a run, for `RunRequest.makeLoader`. */
export function melodyLoader(data: MelodyData, make: MakeTensors, options: LoaderOptions): Loader {
  const { batch, seed, split } = options;
  const held = split === 'test';
  const sung = data.held.filter((r) => r.kind !== 'tune');
  const played = data.held.filter((r) => r.kind === 'tune');
  // Both kinds in turn, so that both have their say.
  const judges = Array.from({ length: Math.max(sung.length, played.length) }, (_, i) =>
    [sung[i], played[i]].filter((r) => r !== undefined),
  ).flat();
  const pool = held ? judges : data.train.flatMap((r) => (r.kind === 'tune' ? [r] : new Array(SUNG).fill(r)));
  const orders = new Map<number, number[]>();
  const at = (place: number): MelodyRecord => {
    const turn = Math.floor(place / pool.length);
    let order = orders.get(turn);
    if (!order) {
      order = pool.map((_, i) => i);
      if (!held) seeded(seed, 'order', turn).shuffle(order);
      orders.clear();
      orders.set(turn, order);
    }
    return pool[order[place % pool.length]];
  };
  return {
    count: pool.length,
    stepsPerEpoch: Math.max(1, Math.floor(pool.length / batch)),
    waitSeconds: 0,
    problems: [],
    next(step): Promise<Batch> {
      const records = Array.from({ length: batch }, (_, i) => at(step * batch + i));
      return Promise.resolve({
        step,
        tensors: make(records, seeded(seed, 'batch', step), held, step),
        ids: records.map((r) => r.id),
        groups: records.map((r) => r.kind),
      });
    },
    close: () => Promise.resolve(),
  };
}
