/**
 * `revelado develop`: negatives to positives without a window, on the same engine methods. With --roll all
 * scans are analysed first and share their base, slopes and curve. A few inputs are in work at once and share
 * the engine's threads. One input that fails is named with its reason; the others go on.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import type { UnitRect } from '../../app/recipe/develop.ts';
import { rollBaseline } from '../actions/develop/roll.ts';
import type { DevelopAnalysis, RollBaseline } from '../actions/develop/types.ts';
import type { Engine, ExportResult } from '../engine/protocol.ts';
import { makeFolder } from '../files/folder.ts';
import { expandInputs, outputName, scanIdentities, show } from '../files/index.ts';
import type { CommandHost } from './commands.ts';
import { overInputs } from './over-inputs.ts';
import { parseDevelop } from './options.ts';
import type { DevelopCommand } from './options.ts';
import type { Progress } from './progress.ts';
import { DEVELOP_HELP, UsageError } from './usage.ts';

/** One line of `--json`. `output` is the first picture's file; `outputs` names all of a scan with several. */
export interface DevelopLine {
  input: string;
  output: string | null;
  action: 'develop';
  ok: boolean;
  error?: string;
  seconds: number;
  width: number;
  height: number;
  bits: number;
  steps: { name: string; seconds: number }[];
  outputs?: { output: string; width: number; height: number }[];
  analysis?: DevelopAnalysis;
  /** With --roll: far from its roll, look at it. */
  outlier?: boolean;
}

export const EXTENSION = { tiff: 'tif', png: 'png', jpeg: 'jpg', webp: 'webp' } as const;
/** Inputs in work at once: one is read and one is written while others are computed, on two cores and more. */
export const IN_FLIGHT = 3;

/** Runs `work` over items, at most `limit` at once, in order; stops taking new ones when cancelled. */
export async function inFlight<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const index = next++;
      await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}

/** Makes the folder for outputs. @throws UsageError when it cannot be one */
export async function outputFolder(dir: string): Promise<void> {
  const facts = await stat(dir).catch(() => null);
  if (facts && !facts.isDirectory()) throw new UsageError(`--out ${dir}: that is a file, not a folder.`);
  if (facts) return;
  try {
    await makeFolder(dir);
  } catch (error) {
    throw new UsageError(`--out ${dir}: the folder cannot be made (${(error as Error).message}).`);
  }
}

/** --base in fractions of this scan; RevealError 'bad-input' when it lies outside. */
async function baseOf(engine: Engine, command: DevelopCommand, file: string): Promise<UnitRect | null> {
  const { base } = command;
  if (!base) return null;
  const info = await engine.call('probe', { path: file });
  if (base.x + base.w > info.width || base.y + base.h > info.height)
    throw new RevealError(
      'bad-input',
      `--base ${base.x},${base.y},${base.w},${base.h} lies outside ${path.basename(file)} (${info.width} × ${info.height}).`,
    );
  return {
    x: base.x / info.width,
    y: base.y / info.height,
    w: base.w / info.width,
    h: base.h / info.height,
  };
}

/** Pictures of a scan to be developed: indices of its frames; a person's crop means the one picture. */
export function framesOf(analysis: DevelopAnalysis, command: Pick<DevelopCommand, 'params'>): number[] {
  const sure = analysis.frames.filter((frame) => frame.confidence >= 0.5).length;
  if (command.params.frame.crop || sure < 2) return [0];
  return analysis.frames.flatMap((frame, index) => (frame.confidence >= 0.5 ? [index] : []));
}

class DevelopRun {
  private readonly command: DevelopCommand;
  private readonly engine: Engine;
  private readonly signal: AbortSignal;
  private readonly progress: Progress;
  private readonly total: number;
  private readonly taken = new Set<string>();
  private readonly scans: ReadonlySet<string>;
  private readonly analyses = new Map<string, DevelopAnalysis>();
  private readonly broken = new Map<string, string>();
  private roll: RollBaseline | null = null;
  private count = 0;
  failed = 0;

  constructor(
    command: DevelopCommand,
    engine: Engine,
    signal: AbortSignal,
    progress: Progress,
    scans: readonly string[],
    total: number,
  ) {
    this.command = command;
    this.engine = engine;
    this.signal = signal;
    this.progress = progress;
    // None of them may be written over, whatever --overwrite allows.
    this.scans = scanIdentities([...scans, command.baseFile, command.flatFile]);
    this.total = total;
  }

  emit(line: DevelopLine): void {
    this.count++;
    if (!line.ok) this.failed++;
    // A name may hold anything, an escape sequence or a line of its own included.
    const named = (file: string): string => show(path.basename(file));
    const name = named(line.input);
    const result = line.ok
      ? `${name} → ${line.outputs?.map((o) => named(o.output)).join(', ') ?? named(line.output ?? '')}  ${line.seconds.toFixed(1)} s`
      : `${name} failed: ${line.error}`;
    this.progress.done(line.input, `[${this.count}/${this.total}] ${result}`);
    if (this.command.json) process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  fail(input: string, error: unknown, seconds: number): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.emit({
      input,
      output: null,
      action: 'develop',
      ok: false,
      error: reason,
      seconds,
      width: 0,
      height: 0,
      bits: 0,
      steps: [],
    });
  }

  private async analyse(file: string, developNext: boolean): Promise<DevelopAnalysis> {
    const known = this.analyses.get(file);
    if (known) return known;
    const { command, engine } = this;
    return engine.call(
      'analyse',
      {
        path: file,
        film: command.params.film.film,
        baseRect: (await baseOf(engine, command, file)) ?? command.params.film.baseRect,
        baseFile: command.baseFile,
        flatFile: command.flatFile,
        developNext,
      },
      { signal: this.signal },
    );
  }

  /** Reads all scans of the roll and finds what they share. A scan that cannot be read fails later, by name. */
  async analyseRoll(files: readonly string[]): Promise<void> {
    this.progress.stage(`Reading the roll: ${files.length} scans`);
    await inFlight(files, IN_FLIGHT, this.signal, async (file) => {
      try {
        this.analyses.set(file, await this.analyse(file, false));
      } catch (error) {
        if (!this.signal.aborted)
          this.broken.set(file, error instanceof Error ? error.message : String(error));
      }
    });
    const read = files.filter((file) => this.analyses.has(file));
    if (this.signal.aborted || read.length === 0) return;
    this.roll = rollBaseline(
      read.map((file) => this.analyses.get(file) as DevelopAnalysis),
      read,
    );
    const outliers = this.roll.outliers.map((file) => show(path.basename(file)));
    if (outliers.length > 0) this.progress.print(`Far from the roll, look at them: ${outliers.join(', ')}`);
  }

  /** Develops one input, all its pictures; never rejects except when cancelled. */
  async develop(file: string): Promise<void> {
    const start = performance.now();
    const seconds = (): number => Math.round((performance.now() - start) / 10) / 100;
    const broken = this.broken.get(file);
    if (broken !== undefined) return this.fail(file, broken, 0);
    try {
      this.progress.part(file, 0);
      const analysis = await this.analyse(file, true);
      const analysed = seconds();
      const frames = framesOf(analysis, this.command);
      const results: ExportResult[] = [];
      const names = this.names(file, frames.length);
      for (const [at, frame] of frames.entries()) {
        results.push(
          await this.engine.call(
            'develop',
            {
              path: file,
              params: this.command.params,
              context: {
                analysis,
                roll: this.roll,
                baseFile: this.command.baseFile,
                flatFile: this.command.flatFile,
                frame,
              },
              export: this.command.export,
              output: names[at],
              captureDate: null,
              scanDate: null,
            },
            {
              signal: this.signal,
              onProgress: ({ done, total }) =>
                this.progress.part(file, (at + (total > 0 ? done / total : 0)) / frames.length),
            },
          ),
        );
      }
      const [first] = results;
      this.emit({
        input: file,
        output: first.output,
        action: 'develop',
        ok: true,
        seconds: seconds(),
        width: first.width,
        height: first.height,
        bits: first.bits,
        steps: [{ name: 'analyse', seconds: analysed }, ...results.flatMap((r) => r.steps)],
        ...(results.length > 1
          ? { outputs: results.map(({ output, width, height }) => ({ output, width, height })) }
          : {}),
        analysis,
        ...(this.roll ? { outlier: this.roll.outliers.includes(file) } : {}),
      });
    } catch (error) {
      if (this.signal.aborted) return;
      this.fail(file, error, seconds());
    }
  }

  /** Output paths, chosen at once so that two inputs of one name never race for it. */
  private names(file: string, count: number): string[] {
    const { out } = this.command;
    const extension = EXTENSION[this.command.export.format];
    const { overwrite } = this.command.export;
    if (count === 1) return [outputName(out, file, extension, this.taken, overwrite, this.scans)];
    const stem = path.parse(file).name;
    return Array.from({ length: count }, (_, i) =>
      outputName(out, `${stem}-${i + 1}${path.extname(file)}`, extension, this.taken, overwrite, this.scans),
    );
  }
}

/** @returns exit status: 0 all done, 1 some inputs failed, 130 cancelled; UsageError for wrong usage */
export async function developCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  const command = parseDevelop(argv);
  if (command.help) {
    process.stdout.write(DEVELOP_HELP);
    return 0;
  }
  await outputFolder(command.out);
  const { files, problems } = await expandInputs(command.inputs);
  const total = files.length + problems.length;
  if (total === 0) throw new UsageError('develop: there are no scans in what you named.');

  return overInputs(
    { files, problems },
    { threads: command.threads, device: command.device, host },
    ({ engine, signal, progress }) => new DevelopRun(command, engine, signal, progress, files, total),
    async (run, signal) => {
      if (command.roll && files.length > 0) await run.analyseRoll(files);
      await inFlight(files, IN_FLIGHT, signal, (file) => run.develop(file));
    },
  );
}
