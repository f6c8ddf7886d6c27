/**
 * An engine for tests of the library and the queue: it "develops" text files. What it finds is told by the
 * file's name (`blank`, `flat`, `print`, `bw`, `strip3`, `far`, `bad`) and content, so that tests can say exactly what
 * a folder holds. It counts its calls and can be told to die, to be slow, or to run out of disk.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import type { DevelopAnalysis, RollBaseline } from '../actions/develop/types.ts';
import type { Engine, EngineExit, EngineMethod, EngineMethods } from '../engine/protocol.ts';
import type { ScanInfo } from '../files/types.ts';

type Args<M extends EngineMethod> = EngineMethods[M][0];
type Answer<M extends EngineMethod> = EngineMethods[M][1];

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** A camera or scanner by the file's name: `nikon-…` is one, everything else another. */
function infoOf(file: string, bytes: number): ScanInfo {
  const name = path.basename(file);
  return {
    format: 'tiff',
    width: 600,
    height: 400,
    bits: 16,
    channels: 3,
    pages: 1,
    infrared: null,
    orientation: 1,
    dpi: 2400,
    iccName: null,
    make: name.startsWith('nikon') ? 'NIKON CORPORATION' : 'EPSON',
    model: name.startsWith('nikon') ? 'NIKON D850' : 'Perfection V700',
    software: null,
    dateTimeOriginal: null,
    dateTimeDigitized: '2024-05-06T10:00:00',
    cameraExposure: null,
    saysNegative: null,
    curveReason: 'test',
    bytes,
    modifiedMs: 0,
  };
}

function analysisOf(
  file: string,
  film: 'auto' | 'c41' | 'bw' | 'slide',
  baseFile: string | null,
): DevelopAnalysis {
  const name = path.basename(file);
  const found =
    film !== 'auto' ? film : name.includes('bw') ? 'bw' : name.includes('print') ? 'slide' : 'c41';
  const frames = Number(/strip(\d)/.exec(name)?.[1] ?? 1);
  const other = name.includes('ektar');
  return {
    version: 1,
    kind: name.includes('print')
      ? 'print'
      : found === 'c41'
        ? 'colour-negative'
        : found === 'bw'
          ? 'bw-negative'
          : 'slide',
    reasons: [say('kind-says-negative')],
    film: found,
    frames: Array.from({ length: frames }, (_, n) => ({
      rect: { x: (600 / frames) * n, y: 0, w: 600 / frames, h: 400 },
      angle: 0,
      format: '3:2',
      confidence: 1,
    })),
    base: {
      rgb: other ? [0.7, 0.2, 0.1] : [0.7, 0.35, 0.25],
      source: baseFile ? 'file' : 'rebate',
      confidence: 0.9,
    },
    densities: [[], [], []],
    balance: { slope: [1, 1, 1], offset: [0, 0, 0], confidence: 1 },
    exposure: name.includes('far') ? 2 : 0,
    cameraExposure: 1,
    ...(frames > 1
      ? {
          perFrame: Array.from({ length: frames }, (_, n) => ({
            densities: [[n], [n], [n]] as [number[], number[], number[]],
            balance: { slope: [1, 1, 1] as const, offset: [0, 0, 0] as const, confidence: 1 },
            exposure: n / 10,
          })),
        }
      : {}),
    role: name.includes('blank') ? 'blank' : name.includes('flat') ? 'flat' : 'picture',
    warnings: [],
  };
}

/** Signs of age by the file's name: `faded3-…` has lost 30 % of its cyan. */
function ageingOf(name: string): AgeingAnalysis {
  const lost = Number(/faded(\d)/.exec(name)?.[1] ?? 0) / 10;
  return {
    version: 1,
    kind: 'colour',
    toning: 'none',
    loss: [lost, 0, 0],
    stain: [0, 0, 0],
    hue: [1, 1, 1],
    white: 0.1,
    black: 2,
    confidence: 0.9,
    reasons: [],
  };
}

/** A baseline that tells what went into it: exposure = number of frames; frames named far are outliers. */
export function fakeBaseline(analyses: readonly DevelopAnalysis[], ids: readonly string[]): RollBaseline {
  return {
    version: 1,
    film: analyses[0].film,
    base: analyses[0].base.rgb,
    balance: { slope: [1, 1, 1], offset: [0, 0, 0] },
    exposure: analyses.length,
    baseSpread: [0, 0, 0],
    outliers: ids.filter((_, n) => analyses[n].exposure > 1),
  };
}

export class FakeEngine implements Engine {
  /** Every call in order, as `method file`. */
  readonly calls: string[] = [];
  /** How often the engine dies on this file before it works; by base name. */
  readonly deaths = new Map<string, number>();
  /** Called before each call; may wait or throw. */
  before: (method: EngineMethod, file: string, args: unknown) => Promise<void> | void = () => undefined;
  /** false = an engine that does not know `ingest` yet. */
  knowsIngest = true;
  readonly #listeners = new Set<(exit: EngineExit) => void>();

  count(method: EngineMethod): number {
    return this.calls.filter((c) => c.startsWith(`${method} `)).length;
  }

  async call<M extends EngineMethod>(
    method: M,
    args: Args<M>,
    options: Parameters<Engine['call']>[2] = {},
  ): Promise<Answer<M>> {
    const file = 'path' in args ? args.path : '';
    const name = path.basename(file);
    this.calls.push(`${method} ${name}`);
    if (options.signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const aborted = new Promise<never>((_, reject) =>
      options.signal?.addEventListener('abort', () => reject(new RevealError('cancelled', 'Cancelled.')), {
        once: true,
      }),
    );
    aborted.catch(() => undefined);
    await Promise.race([this.before(method, name, args), aborted]);
    const left = this.deaths.get(name) ?? 0;
    if (left > 0 && method !== 'hash') {
      this.deaths.set(name, left - 1);
      for (const listener of this.#listeners)
        listener({ reason: 'oom', detail: 'the engine ran out of memory' });
      throw new RevealError('engine', `The work stopped because the engine ran out of memory.`);
    }
    return (await this.#answer(method, args)) as Answer<M>;
  }

  async #answer(method: EngineMethod, raw: unknown): Promise<unknown> {
    const { path: file = '' } = raw as { path?: string };
    if (file && !existsSync(file)) throw new RevealError('not-found', `${file} is not there any more.`);
    const bytes = file ? await readFile(file) : new Uint8Array();
    if (path.basename(file).includes('bad') && method !== 'hash')
      throw new RevealError('bad-input', `${path.basename(file)}: not a picture.`);
    switch (method) {
      case 'probe':
        return infoOf(file, bytes.length);
      case 'hash':
        return { sha256: sha256(bytes) };
      case 'analyse': {
        const { film, baseFile } = raw as Args<'analyse'>;
        return analysisOf(file, film, baseFile);
      }
      case 'ingest': {
        if (!this.knowsIngest) throw new RevealError('unknown-call', 'The engine knows no "ingest".');
        const { film, baseFile, thumbnails } = raw as Args<'ingest'>;
        const analysis = analysisOf(file, film, baseFile);
        const made = await Promise.all(
          analysis.frames.map(async (_, n) => {
            const output = path.join(thumbnails.dir, `${thumbnails.prefix}-${n}.webp`);
            await writeFile(output, `thumb of ${sha256(bytes)} ${n}`);
            return { output, width: 512, height: 341 };
          }),
        );
        return { info: infoOf(file, bytes.length), sha256: sha256(bytes), analysis, thumbnails: made };
      }
      case 'thumbnail': {
        const { params, context, output } = raw as Args<'thumbnail'>;
        await writeFile(output, JSON.stringify({ params, context }));
        return { width: 512, height: 341 };
      }
      case 'reelPoster': {
        const { output } = raw as Args<'reelPoster'>;
        await writeFile(output, 'frame');
        return { width: 512, height: 384 };
      }
      case 'sampleBase':
        return { base: [0.6, 0.3, 0.2], warning: null };
      case 'readout':
        return { scan: [0.1, 0.1, 0.1], density: [1, 1, 1], output: [128, 128, 128] };
      case 'develop': {
        const task = raw as Args<'develop'>;
        if (existsSync(task.output) && !task.export.overwrite)
          throw new RevealError('bad-input', `${task.output} exists already.`);
        if (task.sourceHash && task.sourceHash !== sha256(bytes))
          throw new RevealError('bad-input', `${path.basename(file)}: its bytes have changed since.`);
        const content = `developed ${sha256(bytes)} ${JSON.stringify(task.params)} ${task.context.frame}`;
        await writeFile(task.output, content);
        return {
          output: task.output,
          width: 600,
          height: 400,
          bits: task.export.bits,
          seconds: 0.01,
          steps: [],
          analysis: analysisOf(file, 'auto', null),
          record: { input: path.basename(file) },
          sha256: sha256(content),
        };
      }
      case 'auto': {
        const { wish, context } = raw as Args<'auto'>;
        const needs = path.basename(file).includes('old');
        const steps = {
          ...(needs ? { repair: { on: true, sensitivity: 0.4 } } : {}),
          ...(wish.colorize ? { colour: { on: true } } : {}),
        };
        return {
          what: 'bw-print',
          damaged: needs,
          steps,
          order: Object.keys(steps),
          reasons: [needs ? say('auto-bw-print') : say('auto-nothing')],
          facts: { kind: context.analysis?.kind, reasons: [], ageing: null, damage: null, quality: null },
        };
      }
      case 'findPrints':
        return {
          prints: [
            { x: 0.05, y: 0.1, w: 0.4, h: 0.7, angle: 3, confidence: 0.9 },
            { x: 0.55, y: 0.1, w: 0.4, h: 0.7, angle: -2, confidence: 0.8 },
          ],
          frames: [],
        };
      case 'pairScore': {
        const { front, back } = raw as Args<'pairScore'>;
        const stem = (p: string): string => path.basename(p).split('-')[0];
        const fits = path.basename(back.path).includes('back') && stem(front.path) === stem(back.path);
        return { score: fits ? 0.8 : 0.1, reason: say('kind-by-hand'), reasons: [say('kind-by-hand')] };
      }
      case 'ageing':
        return ageingOf(path.basename(file));
      case 'rememberColours': {
        const { hints } = raw as Args<'rememberColours'>;
        return {
          memories: hints.map((h) => ({
            version: 1,
            network: 'net 1',
            features: [1, 0],
            lightness: 50,
            colour: h.colour,
          })),
        };
      }
      case 'proposeColours': {
        const { memory } = raw as Args<'proposeColours'>;
        return {
          hints: memory.map((m, n) => ({
            x: 0.2 + 0.2 * n,
            y: 0.5,
            colour: m.colour,
            alike: 0.95,
            memory: n,
          })),
        };
      }
      case 'contactSheet': {
        const { output, pictures } = raw as Args<'contactSheet'>;
        await writeFile(output, pictures.map((p) => `${p.show} ${p.caption}`).join('\n'));
        return { width: 100, height: 100, pictures: pictures.length };
      }
      case 'measureModel':
        return { width: 64, height: 64, milliseconds: 5, device: 'cpu' };
      case 'providers':
        return { providers: [{ name: 'cpu', ok: true, reason: '', ms: 1 }] };
      default:
        return { rss: 0, heap: 0 };
    }
  }

  socket(): Promise<string> {
    return Promise.resolve('/nowhere');
  }
  onExit(listener: (exit: EngineExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
