/**
 * Figures of the melody generators, on the terms of the melodies' README: 100 generated melodies of each kind against the
 * held-out test split, and the same rows for real melodies, Markov chains, shuffled and random notes, and for real
 * melodies in the older system's representation. Prints a table; with --json also the numbers.
 *
 *   node build/run.mjs tool-script build/eval/melody.ts --data FILE [--models bertso,milia] [--count 100] [--json FILE]
 *
 * A model is the name of a shipped one or the folder of a run. Plans (metre, length, lines) are drawn from the training
 * melodies that the model carries; nothing of `test` is seen. With --validate the figures are against melodies held out
 * of train instead, for choosing between settings. With --kind vocal or tune one kind alone; with --only the models alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  copiedShare,
  emptyBars,
  melodyFeatures,
  pitchEntropy,
  repeatedRuns,
  runSet,
  scaleConsistency,
} from '../../app/melody/measures.ts';
import { overlapOfSets } from '../../app/melody/overlap.ts';
import { kindOf, readRecord, type MelodyRecord } from '../../app/melody/record.ts';
import { melodyKinds, type Melody, type MelodyKind } from '../../app/melody/types.ts';
import { hash32, seeded } from '../../app/random.ts';
import { made, type Made } from './melody-made.ts';
import { inOldForm, markov, shuffled, uniform } from './melody-chance.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: 'bertso,milia' },
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    temperature: { type: 'string', default: '1' },
    json: { type: 'string' },
    validate: { type: 'boolean', default: false },
    only: { type: 'boolean', default: false },
    kind: { type: 'string' },
  },
});
if (values.data === undefined) throw new Error('--data FILE: the file of melodies.');
const records = readFileSync(path.resolve(values.data), 'utf8')
  .split('\n')
  .flatMap((line) => readRecord(line) ?? []);
const isHeld = (r: MelodyRecord): boolean => hash32('held out', r.id) % 10 === 0;
const training = records.filter((r) => r.split === 'train');
const real = values.validate ? training.filter(isHeld) : records.filter((r) => r.split === 'test');
const known = values.validate ? training.filter((r) => !isHeld(r)) : training;
const count = Number(values.count);
const seed = Number(values.seed);

const mean = (list: readonly number[]): number => list.reduce((s, v) => s + v, 0) / list.length;
const melodies = (list: readonly MelodyRecord[], kind: MelodyKind): Melody[] =>
  list.filter((r) => kindOf(r.kind) === kind).map((r) => r.melody);
const sample = (list: readonly Melody[], ...keys: (string | number)[]): Melody[] =>
  seeded(...keys)
    .shuffle([...list])
    .slice(0, count);

const copies = { vocal: runSet(melodies(known, 'vocal')), tune: runSet(melodies(known, 'tune')) };
const anywhere = runSet(known.map((r) => r.melody));
const table: Record<string, Record<string, number>> = {};

function row(
  name: string,
  kind: MelodyKind,
  truth: readonly Melody[],
  { melodies: list, asked, met }: Made,
): void {
  const silent = list.filter((m) => m.notes.length < 2).length;
  const sounding = list.filter((m) => m.notes.length >= 2);
  const { features, mean: area } = overlapOfSets(truth, sounding);
  const own = sounding.map(melodyFeatures);
  const figures: Record<string, number> = {
    overlap: area,
    ...Object.fromEntries(Object.entries(features).map(([f, { area: a }]) => [f, a])),
    divergence: mean(Object.values(features).map((f) => f.divergence)),
    repeated: mean(list.map(repeatedRuns)),
    scale: mean(sounding.map(scaleConsistency)),
    empty: mean(list.map(emptyBars)),
    silent: silent / list.length,
    copied: copiedShare(list, anywhere),
    copiedKind: copiedShare(list, copies[kind]),
    entropy: mean(sounding.map(pitchEntropy)),
    grooveMean: mean(own.map((f) => f.groove)),
    notes: mean(list.map((m) => m.notes.length)),
    // 1 where nothing was asked, too.
    syllables: asked === 0 ? 1 : met / asked,
  };
  table[`${name}, ${kind}`] = figures;
  const two = (v: number): string => v.toFixed(2).replace(/^0/, '');
  process.stdout.write(
    `| ${name}, ${kind} | ${area.toFixed(3)} | ${(['PCH', 'PCTM', 'NLH', 'NLTM', 'PR', 'PS', 'IOI'] as const).map((f) => two(features[f].area)).join(' | ')} | ${two(features.rep4.area)} | ${two(features.groove.area)} | ${figures.repeated.toFixed(3)} | ${figures.scale.toFixed(3)} | ${figures.empty.toFixed(4)} | ${silent} | ${(100 * figures.copied).toFixed(2)} % | ${asked === 0 ? '' : `${met} of ${asked}`} |\n`,
  );
}

process.stdout.write(
  `${real.length} real melodies against ${count} of each kind\n\n| set | overlap | PCH | PCTM | NLH | NLTM | PR | PS | IOI | rep4 | groove | repeated | scale | empty bars | silent | copied | lines met |\n| --- |${' ---: |'.repeat(16)}\n`,
);
const plain = (list: Melody[]): Made => ({ melodies: list, asked: 0, met: 0 });
for (const kind of melodyKinds.filter((k) => values.kind === undefined || k === values.kind)) {
  const truth = melodies(real, kind);
  const learnt = melodies(known, kind);
  for (const model of values.models.split(',').filter((m) => m !== ''))
    row(
      path.basename(model),
      kind,
      truth,
      await made(model, kind, { count, seed, temperature: Number(values.temperature) }),
    );
  if (values.only) continue;
  row('real, of train', kind, truth, plain(sample(learnt, 'real', seed)));
  row('Markov order 2', kind, truth, plain(markov(learnt, 2, count, seed)));
  row('Markov order 1', kind, truth, plain(markov(learnt, 1, count, seed)));
  row('real, notes shuffled', kind, truth, plain(sample(learnt, 'shuffle', seed).map(shuffled)));
  row('uniform random notes', kind, truth, plain(uniform(learnt, count, seed)));
  row('older representation', kind, truth, plain(sample(learnt, 'old', seed).map(inOldForm)));
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(table, null, 2)}\n`);
process.exit(0);
