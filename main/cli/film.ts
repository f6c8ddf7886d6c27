/**
 * `revelado film`: one film after the other, each as fast as the machine goes. One that cannot be read is named with its
 * reason, and the others go on; one that is cut off goes on from its last finished segment with `--resume`.
 */
import path from 'node:path';
import type { Engine } from '../engine/protocol.ts';
import { isSequencePicture } from '../../app/film/sequence.ts';
import { workFolder } from '../engine/reel-folder.ts';
import type { ReelExportResult } from '../engine/reel-protocol.ts';
import { makeFolder } from '../files/folder.ts';
import { outputName, scanIdentities, show, spareScans } from '../files/index.ts';
import type { CommandHost } from './commands.ts';
import { outputFolder } from './develop.ts';
import { overInputs } from './over-inputs.ts';
import { reelsAmong } from './film-inputs.ts';
import { FILM_HELP, parseFilm, type FilmCommand } from './film-options.ts';
import type { Progress } from './progress.ts';
import { UsageError } from './usage.ts';

/** One line of `--json`. */
export interface FilmLine {
  input: string;
  output: string | null;
  action: 'film';
  ok: boolean;
  error?: string;
  seconds: number;
  width: number;
  height: number;
  bits: number;
  steps: { name: string; seconds: number }[];
  model?: { name: string; sha256: string };
  models?: { step: string; name: string; sha256: string }[];
  warnings?: string[];
  analysis?: { frames: number; shots: number; sha256: string; bytes: number; resumed: number };
}

class FilmRun {
  private readonly command: FilmCommand;
  private readonly engine: Engine;
  private readonly signal: AbortSignal;
  private readonly progress: Progress;
  private readonly taken = new Set<string>();
  private readonly scans: ReadonlySet<string>;
  private readonly total: number;
  private count = 0;
  failed = 0;

  constructor(
    command: FilmCommand,
    engine: Engine,
    signal: AbortSignal,
    progress: Progress,
    files: readonly string[],
    total: number,
  ) {
    this.command = command;
    this.engine = engine;
    this.signal = signal;
    this.progress = progress;
    this.scans = scanIdentities([...files]);
    this.total = total;
  }

  private emit(line: FilmLine): void {
    this.count++;
    if (!line.ok) this.failed++;
    const name = show(path.basename(line.input));
    const said = line.ok
      ? `${name} → ${show(path.basename(line.output ?? ''))}  ${line.analysis?.frames ?? 0} frames in ${line.seconds.toFixed(1)} s`
      : `${name} failed: ${line.error}`;
    this.progress.done(line.input, `[${this.count}/${this.total}] ${said}`);
    for (const warning of line.warnings ?? []) this.progress.print(`  ${name}: ${warning}`);
    if (this.command.json) process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  fail(input: string, error: unknown, seconds: number): void {
    this.emit({
      ...{ input, output: null, action: 'film', ok: false },
      error: error instanceof Error ? error.message : String(error),
      ...{ seconds, width: 0, height: 0, bits: 0, steps: [] },
    });
  }

  private async nameFor(file: string): Promise<string> {
    const { command } = this;
    const { overwrite } = command.export;
    if (command.outFile) {
      spareScans(command.out, this.scans);
      await makeFolder(path.dirname(command.out));
      return command.out;
    }
    const { codec, sound } = command.export;
    if (command.pictures) return this.folderFor(file);
    const look = { path: file, dir: path.join(command.out, '.revelado-film'), codec, sound };
    const { extension } = await this.engine.call('reelExtension', look, { signal: this.signal });
    // What an earlier run has finished is there already, under this name.
    return outputName(command.out, file, extension, this.taken, overwrite || command.resume, this.scans);
  }

  /** The folder that a film's pictures go to. */
  private folderFor(file: string): string {
    const { name, base } = path.parse(file);
    const stem = isSequencePicture(file) || !/\.\w{1,5}$/.test(base) ? base.replace(/\.\w+$/, '') : name;
    for (let n = 1; ; n++) {
      const folder = path.join(this.command.out, n === 1 ? stem : `${stem}-${n}`);
      const key = folder.normalize('NFC').toLowerCase();
      if (this.taken.has(key) || folder === file) continue;
      this.taken.add(key);
      return folder;
    }
  }

  /** Does one film; never rejects except when cancelled or when nothing more can be written. */
  async film(file: string): Promise<void> {
    const start = performance.now();
    const seconds = (): number => Math.round((performance.now() - start) / 10) / 100;
    const { command } = this;
    try {
      this.progress.part(file, 0);
      const output = await this.nameFor(file);
      const result: ReelExportResult = await this.engine.call(
        'reelExport',
        {
          ...{ path: file, dir: path.join(workFolder(output), 'look'), output },
          ...{ recipe: command.recipe, export: command.export, seed: command.seed, resume: command.resume },
          ...(command.threads > 0 ? { threads: command.threads } : {}),
          ...(command.pictures ? { pictures: command.pictures } : {}),
          ...(command.hardware ? { hardware: true } : {}),
        },
        {
          signal: this.signal,
          onProgress: ({ done, total }) => this.progress.part(file, total > 0 ? done / total : 0),
        },
      );
      const model = result.models.at(-1);
      const { width, height, bits, steps, models, warnings } = result;
      this.emit({
        ...{ input: file, output: result.output, action: 'film', ok: result.partial === null },
        ...(result.partial === null ? {} : { error: result.partial }),
        ...{ seconds: seconds(), width, height, bits, steps },
        ...(model ? { model: { name: model.name, sha256: model.sha256 }, models } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
        analysis: {
          ...{ frames: result.frames, shots: result.shots },
          ...{ sha256: result.sha256, bytes: result.bytes, resumed: result.reused },
        },
      });
    } catch (error) {
      if (this.signal.aborted) return;
      this.fail(file, error, seconds());
    }
  }
}

/** @returns exit status: 0 all done, 1 some inputs failed, 130 cancelled; UsageError for wrong usage */
export async function filmCommand(argv: string[], host: CommandHost): Promise<number> {
  const command = parseFilm(argv);
  if (command.help) {
    process.stdout.write(FILM_HELP);
    return 0;
  }
  if (!command.outFile) await outputFolder(command.out);
  const { files, problems } = await reelsAmong(command.inputs);
  const total = files.length + problems.length;
  if (total === 0) throw new UsageError('film: there are no films in what you named.');
  if (command.outFile && total !== 1)
    throw new UsageError(`--out ${command.out}: a file takes one film, and you named ${total}.`);

  return overInputs(
    { files, problems },
    {
      threads: command.threads,
      device: command.device,
      host,
      cancelled: 'Cancelled. What is finished is kept: go on with --resume.',
    },
    ({ engine, signal, progress }) => new FilmRun(command, engine, signal, progress, files, total),
    async (run, signal) => {
      for (const file of files) {
        if (signal.aborted) break;
        await run.film(file);
      }
    },
  );
}
