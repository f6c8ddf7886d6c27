/**
 * A dataset of melodies: what is found in a person's folders (MIDI, ABC, MusicXML, MEI, or files of records such as
 * `melodies.jsonl`) as one file of records, so that a run does not change with the folders it came from. A tenth of the
 * melodies is held out, by name, and judges the runs; what cannot be learnt from is left out and counted by its reason.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline';
import { RevealError } from '../../../app/contract/messages.ts';
import { readRecord, recordLine, type MelodyRecord } from '../../../app/melody/record.ts';
import { hash32 } from '../../../app/random.ts';
import { say } from '../../../app/words/sentences.ts';
import { makeFolder } from '../../files/folder.ts';
import { writeAtomic, writeJsonAtomic } from '../../files/atomic.ts';
import { fileError, show } from '../../files/bytes.ts';
import { readMelodyFile } from '../../files/melody-file.ts';

export const RECORDS = 'melodies.jsonl';
/** Fewer melodies than this teach nothing. */
export const LEAST_MELODIES = 20;
/** Shorter ones are no melodies. */
export const LEAST_NOTES = 16;
/** Fewer are learnt by heart. */
const FEW = 200;
/** Files whose fault is told. */
const TOLD = 3;

export const melodyRejections = ['unreadable', 'short', 'double'] as const;
export type MelodyRejection = (typeof melodyRejections)[number];

export interface FoundMelodies {
  records: MelodyRecord[];
  problems: { id: string; reason: string }[];
  counts: Record<MelodyRejection, number>;
  /** Files or lines that were looked at. */
  looked: number;
}

/** What a built dataset of melodies says of itself (report.json). */
export interface MelodyReport {
  kind: 'melodies';
  train: number;
  test: number;
  sources: { name: string; melodies: number }[];
  counts: Record<MelodyRejection, number>;
  warnings: string[];
}

/** Whether a melody of the training split judges runs instead of being learnt from. */
const isHeld = (id: string): boolean => hash32('held out', id) % 10 === 0;

/**
 * What is learnt from and what judges. Of few melodies chance may have held out none: then the first two by their hash are.
 * @param training records of the training split
 */
export function heldOut(training: readonly MelodyRecord[]): { train: MelodyRecord[]; held: MelodyRecord[] } {
  let held = training.filter((r) => isHeld(r.id));
  if (held.length === 0)
    held = [...training].sort((a, b) => hash32('held out', a.id) - hash32('held out', b.id)).slice(0, 2);
  const judges = new Set(held);
  return { train: training.filter((r) => !judges.has(r)), held };
}

export interface LookOptions {
  signal?: AbortSignal;
  /** @param label of the file that is being read */
  onProgress?: (done: number, total: number, label: string) => void;
}

const isMelodyName = (name: string): boolean => /\.(midi?|abc|musicxml|xml|mxl|mei)$/i.test(name);

/**
 * The melodies in a folder, with all folders in it, or in a file. A folder that holds `melodies.jsonl` is that file.
 * @throws RevealError 'not-found' when there is nothing of that name
 */
export async function findMelodies(source: string, options: LookOptions = {}): Promise<FoundMelodies> {
  const found = await stat(source).catch((error: unknown) => {
    throw fileError(source, error, 'read');
  });
  const result: FoundMelodies = {
    records: [],
    problems: [],
    counts: { unreadable: 0, short: 0, double: 0 },
    looked: 0,
  };
  const listed = found.isDirectory() ? (await readdir(source, { recursive: true })).sort() : [];
  if (found.isDirectory() && listed.includes(RECORDS))
    await fromRecords(path.join(source, RECORDS), result, options);
  else if (found.isDirectory())
    await fromFiles(
      source,
      listed.filter((name) => isMelodyName(name)),
      result,
      options,
    );
  else if (isMelodyName(source))
    await fromFiles(path.dirname(source), [path.basename(source)], result, options);
  else await fromRecords(source, result, options);
  return result;
}

function take(record: MelodyRecord, result: FoundMelodies): void {
  if (record.melody.notes.length < LEAST_NOTES) result.counts.short++;
  else result.records.push(record);
}

async function fromRecords(file: string, result: FoundMelodies, { signal }: LookOptions): Promise<void> {
  for await (const line of readline.createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    signal?.throwIfAborted();
    if (line.trim() === '') continue;
    result.looked++;
    const record = readRecord(line);
    if (record) take(record, result);
    else result.counts.unreadable++;
  }
}

async function fromFiles(
  dir: string,
  names: readonly string[],
  result: FoundMelodies,
  { signal, onProgress }: LookOptions,
): Promise<void> {
  for (const [i, name] of names.entries()) {
    signal?.throwIfAborted();
    onProgress?.(i, names.length, name);
    result.looked++;
    try {
      const melody = await readMelodyFile(path.join(dir, name), name);
      take({ id: name, split: 'train', kind: 'song', title: name, source: 'own', melody }, result);
    } catch (error) {
      if (!(error instanceof RevealError)) throw error;
      result.counts.unreadable++;
      result.problems.push({ id: name, reason: error.message });
    }
  }
}

/** What a melody is, wherever it begins and whatever it is called: the same tune in two folders is learnt from once. */
const essence = ({ melody: { notes } }: MelodyRecord): string =>
  notes
    .map((n, i) => `${n.pitch - notes[0].pitch},${n.duration},${i > 0 ? n.onset - notes[0].onset : 0}`)
    .join(' ');

/**
 * Builds a dataset of melodies.
 * @param sources folders and files
 * @param out folder of `melodies.jsonl` and `report.json`; what lies there is replaced
 * @throws RevealError 'bad-input' when fewer than `LEAST_MELODIES` can be learnt from
 */
export async function buildMelodies(
  sources: readonly string[],
  out: string,
  options: LookOptions = {},
): Promise<MelodyReport> {
  const all = new Map<string, MelodyRecord>();
  const counts: MelodyReport['counts'] = { unreadable: 0, short: 0, double: 0 };
  const problems: FoundMelodies['problems'] = [];
  const told: MelodyReport['sources'] = [];
  for (const source of sources) {
    const found = await findMelodies(source, options);
    let kept = 0;
    for (const record of found.records) {
      const key = essence(record);
      if (all.has(key)) counts.double++;
      else {
        // Those that a file keeps apart for its own tests are not learnt from here either.
        if (record.split === 'train') kept++;
        // Files of the same name in two folders are two melodies.
        const id = sources.length > 1 ? `${path.basename(source)}/${record.id}` : record.id;
        all.set(key, { ...record, id });
      }
    }
    counts.unreadable += found.counts.unreadable;
    counts.short += found.counts.short;
    problems.push(...found.problems);
    told.push({ name: path.basename(source), melodies: kept });
  }
  const records = [...all.values()];
  const training = records.filter((r) => r.split === 'train');
  if (training.length < LEAST_MELODIES)
    throw new RevealError(
      'bad-input',
      [
        say('score-data-few', {
          folder: sources.map(show).join(', '),
          count: `${training.length}`,
          least: `${LEAST_MELODIES}`,
        }),
        ...problems.slice(0, 1).map((p) => p.reason),
      ].join(' '),
    );
  const { train, held } = heldOut(training);
  const report: MelodyReport = {
    kind: 'melodies',
    train: train.length,
    test: held.length,
    sources: told,
    counts,
    warnings: [
      ...(training.length < FEW ? [say('score-data-by-heart', { count: `${training.length}` })] : []),
      ...problems.slice(0, TOLD).map((p) => p.reason),
    ],
  };
  await makeFolder(out);
  await writeAtomic(path.join(out, RECORDS), true, (sink) =>
    sink.write(Buffer.from(records.map((r) => `${recordLine(r)}\n`).join(''))),
  );
  await writeJsonAtomic(path.join(out, 'report.json'), report);
  return report;
}
