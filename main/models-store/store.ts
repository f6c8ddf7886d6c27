/**
 * The model store: `models/NAME/` in the program's data folder holds `model.onnx` as it came, `adapter.json` (how it is
 * fed and what its answer means) and `card.json` (what it is, its hash and shapes). A model is looked through
 * (onnx-file.ts) and tried in a process that may die (engine/process-model.ts) before its folder appears, all at once.
 */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { trialOf, TRIAL_MEMORY, type TrialOutcome } from '../engine/process-model.ts';
import { fileError, show } from '../files/bytes.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { shippedModel } from '../studio/shipped.ts';
import { adapterFor, adapterSchema, taskOf, type Adapter } from './adapter.ts';
import { inspectOnnx, MODEL_LIMIT, type OnnxFacts, type OnnxValue } from './onnx-file.ts';
import type { Trial } from './trial.ts';

const valueSchema = z.object({
  name: z.string(),
  type: z.string(),
  shape: z.array(z.union([z.number(), z.string(), z.null()])),
});
export const importedCardSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** The step that it serves. */
  task: z.enum(['restorer', 'colorist', 'filler', 'upscaler']),
  kind: z.string(),
  scale: z.number(),
  sha256: z.string(),
  bytes: z.number(),
  parameters: z.number(),
  inputs: z.array(valueSchema),
  outputs: z.array(valueSchema),
  license: z.string(),
  /** Name of the file that was imported, and when. */
  origin: z.string(),
  importedAt: z.string(),
  /** Milliseconds of the trial, on one core of this machine, and its size. */
  trial: z.object({ width: z.number(), height: z.number(), milliseconds: z.number() }),
});
export type ImportedCard = z.infer<typeof importedCardSchema>;
export interface ImportedModel {
  folder: string;
  card: ImportedCard;
  adapter: Adapter;
}

export interface ImportOptions {
  name?: string;
  /** A kind, or parts of an adapter. */
  adapter?: Partial<Adapter>;
  license?: string;
  /** How it is tried; tests put their own in place. */
  trial?: typeof trialOf;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const MODEL = 'model.onnx';
/** Beginning of the names of folders that were put aside. */
const REMOVED = '.removed-';

/** What a trial found out that the file does not say. */
function learned(adapter: Adapter, trial: Trial): Adapter {
  const picture = adapter.kind === 'lama' || adapter.kind === 'image' || adapter.kind === 'denoise';
  return {
    ...adapter,
    multiple: trial.multiple,
    scale: adapter.kind === 'image' ? trial.scale : adapter.scale,
    // Numbers far above 1 are levels of 255.
    ...(picture && adapter.outRange === 1 && trial.most > 16 ? { outRange: 255 } : {}),
  };
}

/** Holds what the file says of an output against what it gave. @throws RevealError 'bad-input' */
function honest(file: string, facts: OnnxFacts, adapter: Adapter, trial: Trial): void {
  const input = facts.inputs.find((v) => v.name === adapter.input) as OnnxValue;
  const output = facts.outputs.find((v) => v.name === adapter.output) as OnnxValue;
  const { width, height } = trial.size;
  const channels = adapter.kind === 'bins' ? 1 : adapter.kind === 'migan' ? 4 : 3;
  const dims = (c: number, w: number, h: number): number[] =>
    adapter.layout === 'nchw' ? [1, c, h, w] : [1, h, w, c];
  const fed = dims(channels, width, height);
  const gave = dims(trial.output.channels, trial.output.width, trial.output.height);
  const named = new Map<string, number>();
  input.shape.forEach((d, i) => {
    if (typeof d === 'string') named.set(d, fed[i]);
  });
  const lies = output.shape.some((d, i) => {
    const said = typeof d === 'string' ? named.get(d) : d;
    return typeof said === 'number' && said !== gave[i];
  });
  const wrongScale = adapter.kind === 'image' ? trial.scale < 1 : isPicture(adapter) && trial.scale !== 1;
  if (lies || output.shape.length !== 4 || wrongScale)
    throw new RevealError(
      'bad-input',
      say('model-lies', {
        file,
        input: `[${fed.join(', ')}]`,
        name: output.name,
        said: `[${output.shape.map((d) => d ?? '?').join(', ')}]`,
        there: `[${gave.join(', ')}]`,
      }),
    );
  if (!trial.finite) throw new RevealError('bad-input', say('model-not-numbers', { file }));
}

const isPicture = ({ kind }: Adapter): boolean => kind === 'denoise' || kind === 'lama' || kind === 'migan';

function refused(file: string, outcome: TrialOutcome & { ok: false }, limitMb: number): RevealError {
  const { why, detail } = outcome;
  if (why === 'memory')
    return new RevealError('bad-input', say('model-try-memory', { file, limit: limitMb.toFixed(0) }));
  if (why === 'time') return new RevealError('bad-input', say('model-try-time', { file, seconds: detail }));
  const line = detail.split('\n').find((l) => l.trim() !== '') ?? detail;
  return new RevealError('bad-input', say('model-try-failed', { file, detail: line.trim().slice(0, 300) }));
}

/** Looks a file through and tries it. @throws RevealError 'bad-input' in words */
async function examine(
  file: string,
  shown: string,
  given: Partial<Adapter>,
  trial: typeof trialOf,
): Promise<{ facts: OnnxFacts; adapter: Adapter; tried: Trial; sha256: string; size: number }> {
  const facts = await stat(file).catch((error: unknown) => {
    throw fileError(file, error, 'read');
  });
  if (facts.size > MODEL_LIMIT)
    throw new RevealError(
      'bad-input',
      say('model-too-large', {
        file: shown,
        size: (facts.size / 1e6).toFixed(0),
        limit: (MODEL_LIMIT / 1e6).toFixed(0),
      }),
    );
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(file, error, 'read');
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const found = inspectOnnx(bytes, shown);
  const adapter = adapterFor(found, shown, given);
  const limitMb = TRIAL_MEMORY + (3 * bytes.length) / 1e6;
  const outcome = await trial({ file, adapter, limitMb });
  if (!outcome.ok) throw refused(shown, outcome, limitMb);
  const learnt = learned(adapter, outcome.trial);
  honest(shown, found, learnt, outcome.trial);
  return { facts: found, adapter: learnt, tried: outcome.trial, sha256, size: bytes.length };
}

export class ModelStore {
  readonly dir: string;

  /** @param dir the folder of all imported models; made when it is needed */
  constructor(dir: string) {
    this.dir = dir;
  }

  /** Folder of a model of this name, there or not; null: it is no name. */
  folderOf(name: string): string | null {
    return NAME.test(name) ? path.join(this.dir, name) : null;
  }

  /** All models whose card can be read, by name. */
  async list(): Promise<ImportedModel[]> {
    const names = await readdir(this.dir).catch(() => []);
    const models = await Promise.all(
      names.filter((name) => NAME.test(name)).map((name) => this.get(name).catch(() => null)),
    );
    return models.filter((m) => m !== null).sort((a, b) => a.card.name.localeCompare(b.card.name));
  }

  /** @throws RevealError 'not-found' or 'bad-input' */
  async get(name: string): Promise<ImportedModel> {
    const folder = this.folderOf(name);
    const there = folder && (await stat(folder).catch(() => null));
    if (!folder || !there) throw new RevealError('not-found', say('model-gone', { name: show(name) }));
    try {
      const read = async (file: string): Promise<unknown> =>
        JSON.parse(await readFile(path.join(folder, file), 'utf8'));
      const card = importedCardSchema.parse(await read('card.json'));
      const adapter = adapterSchema.parse(await read('adapter.json'));
      return { folder, card, adapter };
    } catch (error) {
      const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new RevealError('bad-input', say('model-damaged', { name, detail }), { cause: error });
    }
  }

  /**
   * Takes a model file.
   * @throws RevealError 'bad-input' that says why it is refused, 'disk'
   */
  async import(file: string, options: ImportOptions = {}): Promise<ImportedModel> {
    const shown = show(path.basename(file));
    const name = options.name ?? defaultName(file);
    const folder = this.folderOf(name);
    if (!folder) throw new RevealError('bad-input', say('model-name', { name: show(name) }));
    // The program's own come first where a model is opened by its name.
    if (existsSync(shippedModel(name)) || (await stat(folder).catch(() => null)))
      throw new RevealError('bad-input', say('model-there', { name }));
    await mkdir(this.dir, { recursive: true });
    const building = await mkdtemp(path.join(this.dir, '.importing-'));
    try {
      // What is looked at is what is kept, whatever happens to the original meanwhile.
      const model = path.join(building, MODEL);
      await copyFile(file, model).catch((error: unknown) => {
        throw fileError(file, error, 'read');
      });
      const { facts, adapter, tried, sha256, size } = await examine(
        model,
        shown,
        options.adapter ?? {},
        options.trial ?? trialOf,
      );
      const card: ImportedCard = {
        name,
        version: '1',
        task: taskOf(adapter),
        kind: adapter.kind,
        scale: adapter.scale,
        sha256,
        bytes: size,
        parameters: facts.parameters,
        inputs: facts.inputs,
        outputs: facts.outputs,
        license: options.license ?? '',
        origin: shown,
        importedAt: new Date().toISOString(),
        trial: { ...tried.size, milliseconds: Math.round(tried.milliseconds) },
      };
      await writeJsonAtomic(path.join(building, 'adapter.json'), adapter);
      await writeJsonAtomic(path.join(building, 'card.json'), card);
      await rename(building, folder);
      return { folder, card, adapter };
    } catch (error) {
      await rm(building, { recursive: true, force: true });
      throw error;
    }
  }

  /** The bytes of a model, when they are still those that were imported. @throws RevealError */
  async bytes({ folder, card }: ImportedModel): Promise<Uint8Array> {
    const bytes = await readFile(path.join(folder, MODEL)).catch((error: unknown) => {
      throw new RevealError(
        'bad-input',
        say('model-damaged', { name: card.name, detail: error instanceof Error ? error.message : '?' }),
      );
    });
    if (createHash('sha256').update(bytes).digest('hex') !== card.sha256)
      throw new RevealError('bad-input', say('model-changed', { name: card.name }));
    return bytes;
  }

  /** Looks whether a model is what was imported, and tries it again. @throws RevealError in words */
  async verify(name: string, trial: typeof trialOf = trialOf): Promise<ImportedModel> {
    const model = await this.get(name);
    await this.bytes(model);
    await examine(path.join(model.folder, MODEL), name, model.adapter, trial);
    return model;
  }

  /** @throws RevealError 'not-found' */
  async remove(name: string): Promise<void> {
    // Out of sight at once; a folder in use may take its time.
    const token = await this.putAside(name);
    await rm(path.join(this.dir, REMOVED + token), { recursive: true, force: true });
  }

  /** Takes a model away so that it can come back. @returns the token for `bringBack` @throws RevealError 'not-found' */
  async putAside(name: string): Promise<string> {
    const folder = this.folderOf(name);
    if (!folder || !(await stat(folder).catch(() => null)))
      throw new RevealError('not-found', say('model-gone', { name: show(name) }));
    const token = randomUUID();
    await rename(folder, path.join(this.dir, REMOVED + token));
    return token;
  }

  /** Brings back what was put aside. @throws RevealError 'not-found', or 'bad-input' when its name was taken meanwhile */
  async bringBack(token: string): Promise<ImportedModel> {
    const away = path.join(this.dir, REMOVED + path.basename(token));
    const text = await readFile(path.join(away, 'card.json'), 'utf8').catch(() => null);
    if (text === null) throw new RevealError('not-found', say('removal-undone'));
    const { name } = importedCardSchema.parse(JSON.parse(text));
    const folder = this.folderOf(name);
    if (!folder || (await stat(folder).catch(() => null)))
      throw new RevealError('bad-input', say('model-there', { name }));
    await rename(away, folder);
    return this.get(name);
  }

  /** Deletes what was put aside in an earlier life, and what an interrupted import left. */
  async purge(): Promise<void> {
    for (const name of await readdir(this.dir).catch(() => []))
      if (name.startsWith(REMOVED) || name.startsWith('.importing-'))
        await rm(path.join(this.dir, name), { recursive: true, force: true });
  }
}

/** The file's name as a model's. */
export function defaultName(file: string): string {
  const stem = path.parse(file).name.replace(/[^A-Za-z0-9._-]+/g, '-');
  return stem.replace(/^[^A-Za-z0-9]+/, '').slice(0, 80) || 'model';
}
