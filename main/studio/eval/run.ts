/**
 * An evaluation: the same test pictures, degraded once for each group with seeds of their own, given to every
 * predictor and to the classical baselines that compete in the group, and judged alike. Threads read, degrade,
 * run baselines and judge; predictors run here, one picture after the other, since an engine has its own threads.
 */
import os from 'node:os';
import { baselinesFor } from '../../../app/baseline/index.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { GROUPS } from '../../../app/degrade/index.ts';
import { Accumulator, type Judgement } from '../../../app/metrics/index.ts';
import type { Planar } from '../../../app/planar.ts';
import { hash32 } from '../../../app/random.ts';
import { show } from '../../files/bytes.ts';
import { STANDARD_SIDE } from '../dataset/read.ts';
import type { Dataset, DatasetPicture, Problem } from '../dataset/types.ts';
import { agreementOf } from './agreement.ts';
import { type Answer, checkGroup, type EvalSample, LAPAZ, PAIR } from './jobs.ts';
import { type Plate, records } from './plates.ts';
import { EvalPool } from './pool.ts';
import type { Agreement, EvalReport, GroupReport, Predictor, RowReport } from './types.ts';

/** What is measured when nothing else is asked for: every group, and negatives that are noisy too. */
export const DEFAULT_GROUPS: readonly string[] = [
  ...GROUPS.slice(0, GROUPS.indexOf('bw-negative') + 1),
  'negative+noise',
  ...GROUPS.slice(GROUPS.indexOf('bw-negative') + 1),
  LAPAZ,
];

export interface EvalOptions {
  dataset: Dataset;
  predictors: readonly Predictor[];
  /** Names of groups; sums such as `negative+noise`, `lapaz` (the preset) and `pair` (registered pairs) too. */
  groups?: readonly string[];
  /** Side of the pictures in pixels (128). */
  size?: number;
  /** Pictures of each group (100); fewer when the test split has fewer. */
  count?: number;
  seed?: number;
  /** Threads for everything but the predictors; 0 does all in this one. Default: one for each core. */
  threads?: number;
  plates?: readonly Plate[];
  /** Pictures of each group that the contact sheet shows (3). */
  sheetRows?: number;
  /** Fractions of the whole, and what is in work. */
  onProgress?: (done: number, total: number, group: string) => void;
  signal?: AbortSignal;
}

/** Pictures of one line of the contact sheet, with their headings. */
export interface SheetLine {
  group: string;
  cells: { name: string; picture: Planar }[];
}

export interface Evaluation {
  report: EvalReport;
  sheet: SheetLine[];
}

/** The test pictures in the order in which an evaluation takes them: by a hash of seed and name. */
export function testPictures(dataset: Dataset, seed: number, pairs: boolean): DatasetPicture[] {
  return dataset.pictures
    .filter((picture) => picture.split === 'test' && (picture.pair !== null) === pairs)
    .map((picture) => ({ picture, key: hash32('eval', seed, picture.id) }))
    .sort((a, b) => a.key - b.key || (a.picture.id < b.picture.id ? -1 : 1))
    .map(({ picture }) => picture);
}

/** Whether the curve over saturation says something: where colour has to be invented. */
const wantsCurve = (group: string): boolean => /(^|\+)bw(-negative)?(\+|$)/.test(group);

/** Whether a predictor is made for every part of a group; `noise25` is noise, `plates-red` a plate. */
export function isFor({ groups }: Predictor, group: string): boolean {
  return (
    groups === null ||
    group
      .split('+')
      .every((part) => groups.includes(part.replace(/^plates-.*/, 'plates').replace(/\d+$/, '')))
  );
}

/** Rows of one group in the making. */
class Table {
  private readonly rows = new Map<string, { kind: RowReport['kind']; seconds: number; all: Accumulator }>();
  add(name: string, kind: RowReport['kind'], seconds: number, judgement: Judgement): void {
    let row = this.rows.get(name);
    if (!row) this.rows.set(name, (row = { kind, seconds: 0, all: new Accumulator() }));
    row.seconds += seconds;
    row.all.add(judgement);
  }
  report(group: string, pictures: number): GroupReport {
    const rows = [...this.rows].map(([name, { kind, seconds, all }]) => ({
      name,
      kind,
      secondsEach: Number((seconds / all.pictures).toFixed(4)),
      summary: all.summary(),
    }));
    return { group, pictures, rows };
  }
}

/** What one picture gave: judgements in the order of the table, and its line of the sheet. */
interface Outcome {
  judged: { name: string; kind: RowReport['kind']; seconds: number; judgement: Judgement }[];
  line: SheetLine | null;
  predictions: Map<string, Planar>;
}

class Run {
  private readonly options: EvalOptions;
  private readonly pool: EvalPool;
  private readonly problems = new Map<string, string>();
  private readonly sheet: SheetLine[] = [];
  private readonly size: number;
  private readonly count: number;
  private readonly seed: number;
  private readonly rows: number;
  /** Predictors take turns: one picture at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(options: EvalOptions) {
    this.options = options;
    this.pool = new EvalPool(options.threads ?? os.availableParallelism());
    this.size = options.size ?? 128;
    this.count = options.count ?? 100;
    this.seed = options.seed ?? 1;
    this.rows = options.sheetRows ?? 3;
  }

  async all(groups: readonly string[]): Promise<Evaluation> {
    const began = performance.now();
    const { dataset, predictors, plates } = this.options;
    const work = groups.map((group) => ({
      group,
      pictures: testPictures(dataset, this.seed, group === PAIR),
    }));
    for (const { group, pictures } of work)
      if (pictures.length === 0)
        throw new RevealError(
          'bad-input',
          group === PAIR
            ? `${show(dataset.dir)} has no registered pairs for testing.`
            : `${show(dataset.dir)} has no pictures for testing. It holds ${dataset.pictures.length} in all; at least two are needed to have both splits.`,
        );
    const total =
      work.reduce((sum, { pictures }) => sum + Math.min(this.count, pictures.length), 0) +
      (plates?.length ?? 0) * records.length;
    let done = 0;
    const step = (group: string) => (): void => this.options.onProgress?.(++done, total, group);
    const reports: GroupReport[] = [];
    try {
      for (const { group, pictures } of work) {
        const report = await this.group(group, pictures, step(group));
        // A figure of no pictures is none.
        if (report.pictures > 0) reports.push(report);
      }
      if (reports.length === 0 && work.length > 0) throw this.nothing();
      const coloured = plates && plates.length > 0 ? await this.plates(plates, step('plates')) : null;
      if (coloured) reports.push(...coloured.groups);
      return {
        sheet: this.sheet,
        report: {
          format: 1,
          dataset: dataset.name,
          split: 'test',
          size: this.size,
          count: this.count,
          seed: this.seed,
          models: predictors.map((p) => p.name),
          groups: reports,
          plates: coloured?.agreements ?? null,
          problems: [...this.problems].map(([id, reason]) => ({ id, reason })),
          seconds: Number(((performance.now() - began) / 1000).toFixed(1)),
        },
      };
    } finally {
      await this.pool.close();
    }
  }

  private nothing(): RevealError {
    const [first] = this.problems;
    return new RevealError(
      'bad-input',
      `None of the test pictures of ${show(this.options.dataset.dir)} can be used${first ? ` (${first[0]}: ${first[1]})` : ''}.`,
    );
  }

  private stopIfAsked(): void {
    if (this.options.signal?.aborted) throw new RevealError('cancelled', 'The evaluation was cancelled.');
  }

  /** One group. Pictures that cannot be used are named and replaced by the next ones, while there are any. */
  private async group(group: string, pictures: DatasetPicture[], step: () => void): Promise<GroupReport> {
    const outcomes: (Outcome | null)[] = [];
    const usable = pictures.filter((picture) => !this.problems.has(picture.id));
    const wanted = Math.min(this.count, usable.length);
    let next = 0;
    let good = 0;
    const lane = async (): Promise<void> => {
      while (next < usable.length && good < wanted) {
        this.stopIfAsked();
        const place = next++;
        good++;
        const outcome = await this.picture(group, usable[place], place < this.rows);
        if (outcome) step();
        else good--;
        outcomes[place] = outcome;
      }
    };
    // A few more pictures in work than threads, so that a predictor never waits for its next one.
    await Promise.all(Array.from({ length: Math.max(1, this.pool.size + 1) }, lane));
    const table = new Table();
    let count = 0;
    for (const outcome of outcomes) {
      if (!outcome) continue;
      count++;
      for (const { name, kind, seconds, judgement } of outcome.judged)
        table.add(name, kind, seconds, judgement);
      if (outcome.line) this.sheet.push(outcome.line);
    }
    return table.report(group, count);
  }

  private async picture(group: string, picture: DatasetPicture, keep: boolean): Promise<Outcome | null> {
    const { dataset } = this.options;
    const curve = wantsCurve(group);
    let made;
    try {
      made = await this.pool.run({
        t: 'make',
        picture,
        shortSide: Math.max(dataset.manifest.size ?? STANDARD_SIDE, this.size),
        size: this.size,
        group,
        seed: this.seed,
        baselines: baselinesFor(group),
        curve,
        keep,
      });
    } catch (error) {
      if (!(error instanceof RevealError) || error.code !== 'bad-input') throw error;
      this.problems.set(picture.id, error.message);
      return null;
    }
    return this.judged(group, made.sample, made.answers, curve, keep);
  }

  /** Adds the predictors' answers to those of the baselines. */
  private async judged(
    group: string,
    sample: EvalSample,
    answers: readonly Answer[],
    curve: boolean,
    keep: boolean,
  ): Promise<Outcome> {
    const outcome: Outcome = { judged: [], line: null, predictions: new Map() };
    const cells: SheetLine['cells'] = [{ name: 'input', picture: sample.input }];
    for (const { name, judgement, seconds, picture } of answers) {
      outcome.judged.push({ name, kind: 'baseline', seconds, judgement });
      if (picture && name !== 'input') cells.push({ name, picture });
    }
    for (const predictor of this.options.predictors) {
      if (!isFor(predictor, group)) continue;
      this.stopIfAsked();
      const { prediction, seconds } = await this.predict(predictor, sample, group);
      const judgement = await this.pool.run({ t: 'judge', sample, prediction, curve });
      outcome.judged.push({ name: predictor.name, kind: 'model', seconds, judgement });
      outcome.predictions.set(predictor.name, prediction);
      if (keep) cells.push({ name: predictor.name, picture: prediction });
    }
    if (keep) outcome.line = { group, cells: [...cells, { name: 'truth', picture: sample.target }] };
    return outcome;
  }

  private predict(
    predictor: Predictor,
    sample: EvalSample,
    group: string,
  ): Promise<{ prediction: Planar; seconds: number }> {
    const mine = this.turn.then(async () => {
      const began = performance.now();
      const prediction = await predictor.predict(sample.input, { mask: sample.mask, group });
      return { prediction, seconds: (performance.now() - began) / 1000 };
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** The three records of every plate, each a group of its own, and how alike they come out. */
  private async plates(
    plates: readonly Plate[],
    step: () => void,
  ): Promise<{ groups: GroupReport[]; agreements: Agreement[] }> {
    const groups: GroupReport[] = [];
    const made = new Map<string, { truth: Planar; predictions: Planar[] }[]>();
    for (const record of records) {
      const table = new Table();
      const group = `plates-${record}`;
      for (const [at, plate] of plates.entries()) {
        this.stopIfAsked();
        const sample: EvalSample = {
          input: plate.records[record],
          target: plate.truth,
          mask: null,
          colourOnly: true,
        };
        const keep = at < this.rows;
        const names = baselinesFor('plates').filter((name) => name !== 'input');
        const answers = await this.pool.run({ t: 'answer', sample, baselines: names, curve: true, keep });
        const outcome = await this.judged(group, sample, answers, true, keep);
        for (const { name, kind, seconds, judgement } of outcome.judged)
          table.add(name, kind, seconds, judgement);
        for (const [name, prediction] of outcome.predictions) {
          const list = made.get(name) ?? [];
          made.set(name, list);
          (list[at] ??= { truth: plate.truth, predictions: [] }).predictions.push(prediction);
        }
        if (outcome.line) this.sheet.push(outcome.line);
        step();
      }
      groups.push(table.report(group, plates.length));
    }
    return { groups, agreements: [...made].map(([name, list]) => agreementOf(name, list)) };
  }
}

/**
 * Evaluates predictors beside the baselines.
 * @throws RevealError 'bad-request' for an unknown group or an impossible size, 'bad-input' when no test picture
 *   can be used, 'cancelled' when `signal` fires
 */
export async function evaluate(options: EvalOptions): Promise<Evaluation> {
  const { size = 128, count = 100, predictors } = options;
  const groups = options.groups ?? DEFAULT_GROUPS;
  const bad = (message: string): never => {
    throw new RevealError('bad-request', message);
  };
  if (!Number.isInteger(size) || size < 32 || size > 2048)
    bad(`The size must be a whole number from 32 to 2048, not ${size}.`);
  if (!Number.isInteger(count) || count < 1) bad(`The count must be a whole number from 1, not ${count}.`);
  for (const group of groups)
    try {
      checkGroup(group);
    } catch (error) {
      bad(`${error instanceof Error ? error.message : String(error)}.`);
    }
  const names = predictors.map((p) => p.name);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double !== undefined) bad(`The model ${double} is named twice.`);
  return new Run(options).all(groups);
}

/** Problems in words, for a terminal. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ id, reason }) => `${show(id)} was left out: ${reason}`);
}
