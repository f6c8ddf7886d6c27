/**
 * The run of `restore`, `colorize` and `auto`: each input is analysed (is it a print, which is taken as it is, or film, which
 * is developed first?), goes through the steps of the recipe and is written. A few inputs are in work at once; one
 * that fails is named with its reason, and the others go on.
 */
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { developParamsSchema, type DevelopParams } from '../../app/recipe/develop.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { takenAsIs } from '../actions/picture/print.ts';
import { poolAgeing, type AgeingAnalysis } from '../actions/ageing/index.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import type { Engine, EngineMethods, ExportResult, ExportTask } from '../engine/protocol.ts';
import { expandInputs, outputName, scanIdentities, show } from '../files/index.ts';
import type { CommandHost } from './commands.ts';
import { EXTENSION, framesOf, IN_FLIGHT, inFlight, outputFolder } from './develop.ts';
import { overInputs } from './over-inputs.ts';
import type { Progress } from './progress.ts';
import type { RenewCommand } from './renew-options.ts';
import { UsageError } from './usage.ts';

/** One line of `--json`. */
export interface RenewLine {
  input: string;
  output: string | null;
  action: RenewCommand['action'];
  ok: boolean;
  error?: string;
  seconds: number;
  width: number;
  height: number;
  bits: number;
  steps: { name: string; seconds: number }[];
  outputs?: { output: string; width: number; height: number }[];
  /** The network that decided most: the colorist, or the one that filled or cleaned. */
  model?: { name: string; sha256: string };
  models?: { step: string; name: string; sha256: string }[];
  warnings?: string[];
  analysis?: DevelopAnalysis;
  /** Auto: what the pictures are, which steps were done for it, and why. */
  auto?: AutoLine[];
}
/** What Auto decided for one picture of an input. */
export interface AutoLine {
  what: AutoAnswer['what'];
  damaged: boolean;
  order: AutoAnswer['order'];
  steps: AutoAnswer['steps'];
  reasons: string[];
  facts: Pick<AutoAnswer['facts'], 'damage' | 'quality'>;
}
type AutoAnswer = EngineMethods['auto'][1];

class RenewRun {
  private readonly command: RenewCommand;
  private readonly engine: Engine;
  private readonly signal: AbortSignal;
  private readonly progress: Progress;
  private readonly total: number;
  private readonly taken = new Set<string>();
  private readonly scans: ReadonlySet<string>;
  private count = 0;
  private readonly analyses = new Map<string, DevelopAnalysis>();
  /** One setting for all inputs of an album. */
  private pooled: AgeingAnalysis | null = null;
  failed = 0;

  constructor(
    command: RenewCommand,
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
    this.scans = scanIdentities([...scans, command.maskFile, ...command.evidence]);
    this.total = total;
  }

  private emit(line: RenewLine): void {
    this.count++;
    if (!line.ok) this.failed++;
    const named = (file: string): string => show(path.basename(file));
    const name = named(line.input);
    const result = line.ok
      ? `${name} → ${line.outputs?.map((o) => named(o.output)).join(', ') ?? named(line.output ?? '')}  ${line.seconds.toFixed(1)} s`
      : `${name} failed: ${line.error}`;
    this.progress.done(line.input, `[${this.count}/${this.total}] ${result}`);
    for (const { reasons } of line.auto ?? [])
      for (const reason of reasons) this.progress.print(`  ${name}: ${reason}`);
    for (const warning of line.warnings ?? []) this.progress.print(`  ${name}: ${warning}`);
    if (this.command.json) process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  fail(input: string, error: unknown, seconds: number): void {
    this.emit({
      input,
      output: null,
      action: this.command.action,
      ok: false,
      error: error instanceof Error ? error.message : String(error),
      seconds,
      width: 0,
      height: 0,
      bits: 0,
      steps: [],
    });
  }

  /** What age did to each input, as one setting: before anything is made. Inputs that cannot be read have no say. */
  async pool(files: readonly string[]): Promise<void> {
    const found: AgeingAnalysis[] = [];
    await inFlight(files, IN_FLIGHT, this.signal, async (file) => {
      try {
        const analysis = await this.analyse(file);
        this.analyses.set(file, analysis);
        const context = { analysis, roll: null, baseFile: null, flatFile: null, frame: 0 };
        const { params } = this.command;
        found.push(
          await this.engine.call('ageing', { path: file, params, context }, { signal: this.signal }),
        );
      } catch {
        // Named with its reason when its turn comes.
      }
    });
    if (found.length === 0) return;
    this.pooled = poolAgeing(found);
    for (const reason of this.pooled.reasons) this.progress.print(reason);
  }

  private async analyse(file: string): Promise<DevelopAnalysis> {
    const known = this.analyses.get(file);
    if (known) return known;
    const { film } = this.command;
    const analysing = this.engine.call(
      'analyse',
      {
        path: file,
        film: film === 'none' ? 'slide' : film,
        baseRect: null,
        baseFile: null,
        flatFile: null,
        restoreNext: !this.command.album,
      },
      { signal: this.signal },
    );
    // Beside the analysis, which has one thread busy: nearly everything that is restored is a print. The look at the
    // colours takes longest, and comes first.
    const colours = this.foresee(file);
    const beside = colours ? null : this.prints(file);
    const analysis = await analysing;
    const prints = beside ?? this.prints(file);
    // The single network takes everything as it was scanned.
    if (this.command.auto?.oneModel) return { ...analysis, kind: 'print' };
    // A grey picture that shows nothing of film, no rebate and no holder, is more often a print than a negative
    // that was cropped to the frame; here, where prints are the rule, only a person's word makes it one.
    const print = film === 'auto' && analysis.kind === 'bw-negative' && analysis.base.source === 'estimate';
    if (film !== 'none' && !print) return isPrint(analysis.kind) ? this.split(analysis, prints) : analysis;
    const grey = analysis.kind === 'bw-negative' || analysis.kind === 'bw-print';
    return this.split({ ...analysis, kind: grey ? 'bw-print' : 'print' }, prints);
  }

  /** The prints on a scan as frames, where it may be cut; null: it is not. */
  private prints(file: string): Promise<DevelopAnalysis['frames']> | null {
    const { film, maskFile, params, auto } = this.command;
    if (params.frame.crop || params.frame.format === 'none' || maskFile || auto?.oneModel) return null;
    if (film === 'c41' || film === 'bw') return null;
    const found = this.engine
      .call('findPrints', { path: file }, { signal: this.signal })
      .then(({ frames }) => frames.filter(({ confidence }) => confidence >= 0.5));
    // Told where it is waited for; what is no print does not ask.
    found.catch(() => undefined);
    return found;
  }

  /** Several prints on one scan become its frames; a scan of one print is not cut. */
  private async split(
    analysis: DevelopAnalysis,
    prints: ReturnType<RenewRun['prints']>,
  ): Promise<DevelopAnalysis> {
    const sure = prints ? await prints : [];
    return sure.length > 1 ? { ...analysis, frames: sure } : analysis;
  }

  /** Has the look at the colours begun, which depends neither on the analysis of a print nor on where prints lie. */
  private foresee(file: string): boolean {
    const { params, film, maskFile, evidence, auto, album, seed } = this.command;
    // A repair comes before the colours, and its search wants the memory for itself.
    const wanted =
      params.colour.on &&
      !params.repair.on &&
      params.film.film === 'auto' &&
      (film === 'auto' || film === 'none');
    if (!wanted || maskFile || evidence.length > 0 || auto || album) return false;
    // What goes wrong there goes wrong again where it is told.
    this.engine.call('foresee', { path: file, params, seed }, { signal: this.signal }).catch(() => undefined);
    return true;
  }

  /** Does one input, all its pictures; never rejects except when cancelled. */
  async renew(file: string): Promise<void> {
    const start = performance.now();
    const seconds = (): number => Math.round((performance.now() - start) / 10) / 100;
    const { command } = this;
    try {
      this.progress.part(file, 0);
      const analysis = await this.analyse(file);
      const analysed = seconds();
      const frames = framesOf(analysis, command);
      if (command.maskFile && frames.length > 1)
        throw new RevealError(
          'bad-input',
          `${show(path.basename(file))} holds ${frames.length} pictures: a mask belongs to one. Crop it with --set frame.crop=X,Y,W,H.`,
        );
      const icc = command.export.icc ?? (takenAsIs(command.params, analysis) ? 'source' : 'srgb');
      const results: ExportResult[] = [];
      const names = this.names(file, frames.length);
      const decided: AutoLine[] = [];
      for (const [at, frame] of frames.entries()) {
        const context = { analysis, roll: null, baseFile: null, flatFile: null, frame };
        const params = await this.decided(file, context, decided);
        results.push(
          await this.engine.call(
            'develop',
            {
              path: file,
              params,
              context,
              export: { ...command.export, icc, paper: command.print },
              output: names[at],
              captureDate: null,
              scanDate: null,
              maskFile: command.maskFile,
              evidence: command.evidence,
              ageing: this.pooled,
              seed: command.seed,
              ...(command.auto?.oneModel ? { oneModel: true } : {}),
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
      const models = results.flatMap((r) => r.models ?? []);
      const model = models.at(-1);
      const warnings = [...new Set(results.flatMap((r) => r.warnings ?? []))];
      this.emit({
        input: file,
        output: first.output,
        action: command.action,
        ok: true,
        seconds: seconds(),
        width: first.width,
        height: first.height,
        bits: first.bits,
        steps: [{ name: 'analyse', seconds: analysed }, ...results.flatMap((r) => r.steps)],
        ...(results.length > 1
          ? { outputs: results.map(({ output, width, height }) => ({ output, width, height })) }
          : {}),
        ...(model ? { model: { name: model.name, sha256: model.sha256 }, models } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
        analysis,
        ...(decided.length > 0 ? { auto: decided } : {}),
      });
    } catch (error) {
      if (this.signal.aborted) return;
      this.fail(file, error, seconds());
    }
  }

  /** The parameters for one picture: those of the command, and what Auto finds that it needs. */
  private async decided(
    file: string,
    context: ExportTask['context'],
    lines: AutoLine[],
  ): Promise<DevelopParams> {
    const { params, auto, fixed } = this.command;
    if (!auto || auto.oneModel) return params;
    const { what, damaged, order, steps, reasons, facts } = await this.engine.call(
      'auto',
      { path: file, params, context, wish: auto.wish },
      { signal: this.signal },
    );
    const { damage, quality } = facts;
    lines.push({ what, damaged, order, steps, reasons, facts: { damage, quality } });
    const raw = { ...params } as unknown as Record<string, Record<string, unknown>>;
    for (const changes of [steps, fixed])
      for (const [step, values] of Object.entries(changes)) raw[step] = { ...raw[step], ...values };
    return developParamsSchema.parse(raw);
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
export async function runRenew(command: RenewCommand, host: CommandHost): Promise<number> {
  await outputFolder(command.out);
  const { files, problems } = await expandInputs(command.inputs);
  const total = files.length + problems.length;
  if (total === 0) throw new UsageError(`${command.action}: there are no pictures in what you named.`);
  if (command.maskFile && files.length !== 1)
    throw new UsageError(`--mask: a mask belongs to one picture, and you named ${files.length}.`);
  if (command.evidence.length > 0 && files.length !== 1)
    throw new UsageError(`--evidence: it shows the same as one picture, and you named ${files.length}.`);

  return overInputs(
    { files, problems },
    { threads: command.threads, device: command.device, host },
    ({ engine, signal, progress }) => new RenewRun(command, engine, signal, progress, files, total),
    async (run, signal) => {
      if (command.album) await run.pool(files);
      await inFlight(files, IN_FLIGHT, signal, (file) => run.renew(file));
    },
  );
}
