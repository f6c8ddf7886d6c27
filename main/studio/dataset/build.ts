/**
 * `dataset build`: photographs, films and registered pairs become a folder of standard-sized pictures to learn
 * from. Every picture is looked at (colour, sharpness, flatness, near-duplicates) and left out with its name and
 * the reason when it would teach the wrong thing. What is written is the truth alone; the preset's degradations
 * are drawn when a batch is made, so one dataset serves every epoch with new damage.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { say } from '../../../app/words/sentences.ts';
import { fileError, show } from '../../files/bytes.ts';
import { hashFile } from '../../files/disk.ts';
import { resizeRgb, type Rgb8 } from '../../files/rgb.ts';
import { warningsOf, type BuildReport, type Rejected, type SourceReport } from './build-report.ts';
import { keptFrames, surveyFilm, trim } from './film.ts';
import { HueCoverage } from './hues.ts';
import { HashIndex, pictureHash } from './looks.ts';
import { PictureReader } from './read.ts';
import { limits, rejectionOf, rejections, type Rejection } from './screen.ts';
import { contactSheet, type SheetEntry } from './sheet.ts';
import { gatherSources, type Item, type Source } from './sources.ts';
import { balanceSplit, limitTest, splitOf, TEST_SHARE } from './split.ts';
import type { Place, PresetName, Split } from './types.ts';
import { checkTarget, DatasetWriter, plainName } from './writer.ts';

export type { BuildReport, Rejected, SourceReport } from './build-report.ts';

export interface BuildOptions {
  sources: string[];
  out: string;
  preset: PresetName;
  /** Shorter side of the pictures in pixels. */
  size?: number;
  testShare?: number;
  seed?: number;
  threads?: number;
  overwrite?: boolean;
  /** The program's version, for dataset.json. */
  version?: string;
  signal?: AbortSignal;
  /** Items (photographs, films, pairs) that are done, and what is in work. */
  onProgress?: (done: number, total: number, label: string) => void;
}

/** Longer pictures are cut in the middle to this proportion, as film and wide prints are. */
const LONGEST = 1.6;
const SHEET = 24;

/** Cut and scaled to the standard size; null when the picture is too small for it. */
async function standard(picture: Rgb8, size: number): Promise<Rgb8 | null> {
  const short = Math.min(picture.width, picture.height);
  if (short < size * limits.tiny) return null;
  const longest = Math.floor(short * LONGEST);
  const cutX = Math.max(0, picture.width - longest);
  const cutY = Math.max(0, picture.height - longest);
  const part =
    cutX + cutY > 0 ? trim(picture, [cutX >> 1, cutY >> 1, cutX - (cutX >> 1), cutY - (cutY >> 1)]) : picture;
  if (short === size) return part;
  const scale = size / short;
  return resizeRgb(part, Math.round(part.width * scale), Math.round(part.height * scale));
}

/** A picture that was taken, before its side is decided. */
interface Taken {
  row: { split: Split; name: string };
  key: string;
  /** What its side was decided by: its own hash, or that of its scene. */
  splitKey: string;
  own: boolean;
}

class Build {
  private readonly options: Required<Omit<BuildOptions, 'signal' | 'onProgress'>> &
    Pick<BuildOptions, 'signal' | 'onProgress'>;
  private readonly writer: DatasetWriter;
  private readonly reader = new PictureReader();
  private readonly hashes = new HashIndex();
  private readonly coverage = new HueCoverage();
  private readonly rejected: Rejected[] = [];
  private readonly films: BuildReport['films'] = [];
  private readonly taken: Taken[] = [];
  private readonly sheet: { key: string; entry: SheetEntry }[] = [];
  private pairs = 0;
  private done = 0;
  private total = 0;

  constructor(options: Build['options'], writer: DatasetWriter) {
    this.options = options;
    this.writer = writer;
  }

  async run(sources: Source[]): Promise<BuildReport> {
    const { options, writer } = this;
    this.total = sources.reduce((sum, source) => sum + source.items.length, 0);
    const reports: SourceReport[] = [];
    try {
      for (const source of sources) reports.push(await this.source(source));
    } finally {
      await this.reader.close();
    }
    if (this.taken.length === 0) throw this.nothing();
    const undecided = this.taken.filter((one) => !one.own);
    const rows = undecided.map((one) => one.row);
    const keys = undecided.map((one) => one.splitKey);
    limitTest(rows, keys, options.testShare);
    if (undecided.length === this.taken.length) balanceSplit(rows, keys, options.testShare);
    this.progress('contact sheet');
    const chosen = this.sheet.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, SHEET);
    const sheet = await contactSheet(
      chosen.map((one) => one.entry),
      options.preset,
      options.seed,
    );
    const report: BuildReport = {
      out: options.out,
      pictures: this.taken.length,
      pairs: this.pairs,
      train: this.taken.filter((one) => one.row.split === 'train').length,
      test: this.taken.filter((one) => one.row.split === 'test').length,
      sources: reports,
      films: this.films,
      rejected: this.rejected,
      counts: this.counts(),
      hues: this.coverage.report(),
      sheet: sheet.pairs,
      warnings: [],
    };
    report.warnings = warningsOf(report);
    await writer.index();
    await writer.file('contact-sheet.png', sheet.png);
    await writer.file('report.json', `${JSON.stringify(report, null, 2)}\n`);
    await writer.file('dataset.json', `${JSON.stringify(this.manifest(report), null, 2)}\n`);
    this.stopIfCancelled();
    await writer.finish();
    return report;
  }

  private manifest(report: BuildReport): Record<string, unknown> {
    const { preset, seed, size, testShare, version } = this.options;
    const hash = createHash('sha256');
    for (const one of this.taken) hash.update(`${one.key}\n`);
    return {
      format: 1,
      version,
      preset,
      seed,
      size,
      testShare,
      pictures: report.pictures,
      pairs: report.pairs,
      train: report.train,
      test: report.test,
      rejected: report.counts,
      // Names only: where they lie on this machine is nobody's business who gets the dataset.
      sources: report.sources.map(({ path: where, seconds: _seconds, ...facts }) => ({
        name: path.basename(where),
        ...facts,
      })),
      // Over the hashes of all that was taken, in order: two datasets with the same one hold the same pictures.
      contentSha256: hash.digest('hex'),
    };
  }

  private counts(): Record<Rejection, number> {
    const counts = Object.fromEntries(rejections.map((reason) => [reason, 0])) as Record<Rejection, number>;
    for (const one of this.rejected) counts[one.reason]++;
    return counts;
  }

  private nothing(): RevealError {
    const counts = this.counts();
    const words = rejections
      .filter((reason) => counts[reason] > 0)
      .map((reason) => `${counts[reason]} ${reason}`);
    const grey = counts['black and white'] === this.rejected.length;
    const all = String(this.rejected.length);
    const { name: file, detail } = this.rejected[0];
    return new RevealError(
      'bad-input',
      !grey
        ? say('dataset-unusable', { count: all, reasons: words.join(', '), file: show(file), detail })
        : this.rejected.length === 1
          ? say('dataset-one-grey', { file })
          : say('dataset-all-grey', { count: all, file }),
    );
  }

  private stopIfCancelled(): void {
    if (this.options.signal?.aborted)
      throw new RevealError('cancelled', 'Building the dataset was cancelled.');
  }

  private progress(label: string): void {
    this.options.onProgress?.(this.done, this.total, label);
  }

  private reject(source: Source, name: string, reason: Rejection, detail: string): void {
    this.rejected.push({ source: source.path, name, reason, detail });
  }

  private async source(source: Source): Promise<SourceReport> {
    const began = performance.now();
    const before = { taken: this.taken.length, rejected: this.rejected.length };
    for (const problem of source.problems) this.reject(source, problem.id, 'unreadable', problem.reason);
    // The next picture is decoded while this one is looked at; films use all threads themselves.
    let ahead: Promise<unknown> = Promise.resolve();
    const decodes = source.items.map((item) => (item.kind === 'photo' ? this.lazy(item) : null));
    for (let i = 0; i < source.items.length; i++) {
      this.stopIfCancelled();
      const item = source.items[i];
      this.progress(item.name);
      ahead = decodes[i + 1]?.() ?? ahead;
      if (item.kind === 'photo')
        await this.photo(source, item, decodes[i] as () => Promise<Rgb8 | RevealError>);
      else if (item.kind === 'pair') await this.pair(source, item);
      else await this.film(source, item);
      decodes[i] = null;
      this.done++;
    }
    await ahead;
    const rejected: SourceReport['rejected'] = {};
    for (const one of this.rejected.slice(before.rejected))
      rejected[one.reason] = (rejected[one.reason] ?? 0) + 1;
    const count = (kind: Item['kind']): number => source.items.filter((item) => item.kind === kind).length;
    const hash = createHash('sha256');
    for (const one of this.taken.slice(before.taken)) hash.update(`${one.key}\n`);
    return {
      path: source.path,
      photographs: count('photo'),
      films: count('film'),
      pairs: count('pair'),
      kept: this.taken.length - before.taken,
      rejected,
      sha256: hash.digest('hex'),
      seconds: (performance.now() - began) / 1000,
    };
  }

  /** A decode that starts at its first call and never rejects. */
  private lazy(item: Extract<Item, { kind: 'photo' }>): () => Promise<Rgb8 | RevealError> {
    let running: Promise<Rgb8 | RevealError> | null = null;
    return () =>
      (running ??= this.reader
        .picture(item.place, item.name, this.options.size)
        .catch((error: unknown) => fileError(item.name, error, 'read')));
  }

  private async photo(
    source: Source,
    item: Extract<Item, { kind: 'photo' }>,
    decode: () => Promise<Rgb8 | RevealError>,
  ): Promise<void> {
    const decoded = await decode();
    if (decoded instanceof RevealError) return this.reject(source, item.name, 'unreadable', decoded.message);
    const picture = await standard(decoded, this.options.size);
    if (!picture) return this.reject(source, item.name, 'tiny', sizeOf(decoded));
    const key =
      item.place.length < 0
        ? await hashFile(item.place.file)
        : createHash('sha256')
            .update(await this.reader.bytes(item.place))
            .digest('hex');
    await this.consider(source, item.name, picture, key, item.split);
  }

  /** Takes a picture, or leaves it out with the reason. @returns whether it was taken */
  private async consider(
    source: Source,
    name: string,
    picture: Rgb8,
    key: string,
    own: Split | null,
    splitKey = key,
  ): Promise<boolean> {
    const rejection = rejectionOf(picture);
    if (rejection) {
      this.reject(source, name, rejection.reason, rejection.detail);
      return false;
    }
    const hash = pictureHash(picture);
    const like = this.hashes.near(hash, limits.near);
    if (like !== null) {
      this.reject(source, name, 'near-duplicate', `of ${like}`);
      return false;
    }
    this.hashes.add(hash, name);
    await this.take(source, name, picture, null, key, splitKey, own);
    return true;
  }

  private async take(
    source: Source,
    name: string,
    truth: Rgb8,
    input: Rgb8 | null,
    key: string,
    splitKey: string,
    own: Split | null,
  ): Promise<void> {
    const split = own ?? splitOf(splitKey, this.options.testShare);
    const id = this.writer.freeName(name.replace(/\.[^./]*$/, ''));
    const row = await this.writer.add(
      id,
      truth,
      { split, source: plainName(path.basename(source.path)) },
      input,
    );
    this.taken.push({ row, key, splitKey, own: own !== null });
    if (split === 'train') this.coverage.add(id, truth);
    this.sheet.push({ key, entry: { id, truth, input } });
    // Hashes are random: keeping the lowest is a fair choice among all, in little memory.
    if (this.sheet.length > 4 * SHEET) this.sheet.sort((a, b) => (a.key < b.key ? -1 : 1)).splice(SHEET);
  }

  private async pair(source: Source, item: Extract<Item, { kind: 'pair' }>): Promise<void> {
    const { size } = this.options;
    try {
      const laid = await this.reader.decode(
        {
          ...{ id: item.name, split: 'train', source: '', width: 0, height: 0 },
          place: whole(item.pair.target),
          pair: { place: whole(item.pair.input), registered: false },
        },
        size,
      );
      const short = Math.min(laid.truth.width, laid.truth.height);
      if (short < size * 0.6) return this.reject(source, item.name, 'tiny', sizeOf(laid.truth));
      const key = await hashFile(item.pair.target);
      await this.take(source, item.name, laid.truth, laid.input, key, key, null);
      this.pairs++;
    } catch (error) {
      if (!(error instanceof RevealError) || error.code === 'disk') throw error;
      this.reject(source, item.name, 'unreadable', error.message);
    }
  }

  private async film(source: Source, item: Extract<Item, { kind: 'film' }>): Promise<void> {
    const { size, threads, signal } = this.options;
    // A third larger than needed, so that black bars can be cut off.
    const film = { shortSide: Math.ceil(size * 1.35), threads, ...(signal ? { signal } : {}) };
    const before = this.taken.length;
    try {
      const { facts, kept } = await surveyFilm(item.file, {
        ...film,
        onFrame: (frames) => {
          if (frames % 250 === 0) this.progress(`${item.name}: ${frames} frames`);
        },
      });
      if (facts.problem) this.reject(source, item.name, 'unreadable', facts.problem);
      const sha = await hashFile(item.file);
      const stem = path.basename(item.name, path.extname(item.name));
      for await (const frame of keptFrames(item.file, kept, film)) {
        const name = `${stem}-${String(frame.index).padStart(6, '0')}`;
        const picture = await standard(frame.picture, size);
        if (!picture) {
          this.reject(source, name, 'tiny', sizeOf(frame.picture));
          continue;
        }
        const key = createHash('sha256').update(`${sha}:${frame.index}`).digest('hex');
        const splitKey = createHash('sha256').update(`${sha}:group ${frame.group}`).digest('hex');
        await this.consider(source, name, picture, key, null, splitKey);
      }
      this.films.push({ name: item.name, kept: this.taken.length - before, ...facts });
    } catch (error) {
      if (!(error instanceof RevealError) || error.code === 'disk' || error.code === 'cancelled') throw error;
      if (error.code === 'engine') throw error;
      this.reject(source, item.name, 'unreadable', error.message);
    }
  }
}

const whole = (file: string): Place => ({ file, offset: 0, length: -1 });
const sizeOf = (picture: Rgb8): string => `${picture.width} × ${picture.height} pixels`;

/**
 * Builds a dataset. Either the folder `out` stands complete afterwards, or nothing was written.
 * @throws RevealError 'not-found' and 'bad-input' for sources, 'disk' when it cannot be written, 'engine' when
 *   there is a film and no ffmpeg, 'cancelled'
 */
export async function buildDataset(options: BuildOptions): Promise<BuildReport> {
  const full = {
    ...{ size: 256, testShare: TEST_SHARE, seed: 0, threads: 2, overwrite: false, version: '' },
    ...options,
    out: path.resolve(options.out),
  };
  await checkTarget(full.out, full.overwrite);
  const sources = await gatherSources(full.sources);
  const writer = await DatasetWriter.create(full.out);
  try {
    return await new Build(full, writer).run(sources);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}
