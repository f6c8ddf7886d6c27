/**
 * Melodies to learn from: a file of records (`melodies.jsonl`), a folder that holds one, or a folder of MIDI, ABC and MusicXML
 * files. A tenth of what is for training is held out, chosen by name, and judges the run; the records' own test split is
 * not looked at. The loader gives the batches of the runner: the same step, the same numbers.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../../app/contract/messages.ts';
import { readRecord, type MelodyRecord } from '../../../../app/melody/record.ts';
import { hash32, seeded, type Random } from '../../../../app/random.ts';
import { say } from '../../../../app/words/sentences.ts';
import { fileError, show } from '../../../files/bytes.ts';
import { readMelodyFile } from '../../../files/melody-file.ts';
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

/** Fewer melodies than this teach nothing. */
const LEAST = 20;
const LEAST_NOTES = 16;
const RECORDS = 'melodies.jsonl';

const isHeld = (id: string): boolean => hash32('held out', id) % 10 === 0;

/** @throws RevealError 'not-found', or 'bad-input' when there are too few melodies */
export async function readMelodyData(source: string): Promise<MelodyData> {
  const found = await stat(source).catch((error: unknown) => {
    throw fileError(source, error, 'read');
  });
  const problems: MelodyData['problems'] = [];
  let records: MelodyRecord[];
  const listed = found.isDirectory() ? (await readdir(source, { recursive: true })).sort() : [];
  const file = found.isDirectory() ? path.join(source, RECORDS) : source;
  if (!found.isDirectory() || listed.includes(RECORDS)) {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    const read = lines.map(readRecord);
    records = read.filter((r): r is MelodyRecord => r !== null && r.melody.notes.length >= LEAST_NOTES);
    if (records.length < LEAST)
      throw new RevealError(
        'bad-input',
        say('score-data-lines', { file: show(file), count: `${records.length}`, all: `${lines.length}` }),
      );
  } else {
    records = [];
    for (const name of listed.filter((n) => /\.(midi?|abc|musicxml|xml|mxl|mei)$/i.test(n)))
      try {
        const melody = await readMelodyFile(path.join(source, name));
        if (melody.notes.length < LEAST_NOTES) continue;
        records.push({ id: name, split: 'train', kind: 'song', title: name, source: 'own', melody });
      } catch (error) {
        problems.push({ id: name, reason: (error as Error).message });
      }
    if (records.length < LEAST)
      throw new RevealError(
        'bad-input',
        say('score-data-few', { folder: show(source), count: `${records.length}`, least: `${LEAST}` }),
      );
  }
  const training = records.filter((r) => r.split === 'train');
  const words = records.map((r) => `${r.id} ${r.split} ${r.melody.notes.map((n) => n.pitch).join('.')}`);
  return {
    name: path.basename(source),
    dir: found.isDirectory() ? source : path.dirname(source),
    train: training.filter((r) => !isHeld(r.id)),
    held: training.filter((r) => isHeld(r.id)),
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
        tensors: make(records, seeded(seed, 'batch', step), held),
        ids: records.map((r) => r.id),
        groups: records.map((r) => r.kind),
      });
    },
    close: () => Promise.resolve(),
  };
}
