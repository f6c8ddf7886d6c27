/** `revelado models`: networks of others, taken in after they were looked through and tried, listed, verified, removed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { show } from '../files/bytes.ts';
import { adapterKinds, adapterSchema, type Adapter } from '../models-store/adapter.ts';
import { ModelStore, type ImportedModel } from '../models-store/store.ts';
import { modelsDir } from './engine.ts';
import { existingFile, explain } from './options.ts';
import { MODELS_HELP, UsageError } from './usage.ts';

const ACTIONS = ['list', 'import', 'verify', 'remove'] as const;

export interface ModelsCommand {
  action: (typeof ACTIONS)[number];
  /** Files to import, or names. */
  what: string[];
  dir: string;
  name: string | undefined;
  adapter: Partial<Adapter>;
  license: string | undefined;
  json: boolean;
}

/** A kind by its name, or a description from a file. @throws UsageError */
function readAdapter(value: string, cwd: string): Partial<Adapter> {
  const kind = adapterKinds.find((k) => k === value);
  if (kind) return { kind };
  if (!value.endsWith('.json'))
    throw new UsageError(`--adapter ${value}: one of ${adapterKinds.join(', ')}, or a JSON file.`);
  const file = existingFile('adapter', value, cwd);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--adapter: ${file} is not JSON (${(error as Error).message}).`);
  }
  const parsed = adapterSchema.partial().safeParse(json);
  if (!parsed.success) throw new UsageError(`--adapter: ${file}: ${explain(parsed.error)}.`);
  // Only what the file names: the rest is read off the graph.
  const named = new Set(Object.keys(json as object));
  return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => named.has(key)));
}

/** Reads the arguments after `models`; null: help was asked for. @throws UsageError */
export function parseModels(argv: string[], cwd = process.cwd()): ModelsCommand | null {
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      options: {
        name: { type: 'string' },
        adapter: { type: 'string' },
        license: { type: 'string' },
        'data-dir': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  const { values: v, positionals } = parsed;
  if (v.help) return null;
  const [verb = 'list', ...what] = positionals;
  const action = ACTIONS.find((a) => a === verb);
  if (!action) throw new UsageError(`models ${verb}: say list, import, verify or remove.`);
  if (action === 'import' && what.length !== 1) throw new UsageError('models import: name one ONNX file.');
  if (action === 'remove' && what.length === 0) throw new UsageError('models remove: name the models.');
  if (action === 'list' && what.length > 0) throw new UsageError('models list takes no names.');
  if (action !== 'import' && (v.name ?? v.adapter ?? v.license) !== undefined)
    throw new UsageError('--name, --adapter and --license belong to models import.');
  return {
    action,
    what: action === 'import' ? [path.resolve(cwd, what[0])] : what,
    dir: modelsDir(v['data-dir'] === undefined ? undefined : path.resolve(cwd, v['data-dir'])),
    name: v.name,
    adapter: v.adapter === undefined ? {} : readAdapter(v.adapter, cwd),
    license: v.license,
    json: v.json === true,
  };
}

/** One line for a person. */
function line({ card, adapter }: ImportedModel): string {
  const size = adapter.size
    ? `${adapter.size.width} × ${adapter.size.height}`
    : `multiples of ${adapter.multiple}`;
  const scale = card.scale > 1 ? ` ×${card.scale}` : '';
  const megabytes = (card.bytes / 1e6).toFixed(1);
  return `${card.name}  ${card.task} (${card.kind}${scale}), ${size}, ${megabytes} MB, ${card.license === '' ? 'licence not stated' : show(card.license)}`;
}

/** @returns exit status: 0 all done, 1 some failed */
export async function modelsCommand(argv: string[]): Promise<number> {
  const command = parseModels(argv);
  if (!command) {
    process.stdout.write(MODELS_HELP);
    return 0;
  }
  const { action, what, json, name, adapter, license } = command;
  const store = new ModelStore(command.dir);
  let failed = 0;
  const out = (model: ImportedModel): void => {
    process.stdout.write(
      `${json ? JSON.stringify({ ...model.card, adapter: model.adapter }) : line(model)}\n`,
    );
  };
  const each = async (list: readonly string[], work: (one: string) => Promise<void>): Promise<void> => {
    for (const one of list)
      try {
        await work(one);
      } catch (error) {
        failed++;
        const message = error instanceof Error ? error.message : String(error);
        process.stderr.write(`revelado: ${message}\n`);
        if (json) process.stdout.write(`${JSON.stringify({ name: one, ok: false, error: message })}\n`);
      }
  };
  if (action === 'list') {
    const models = await store.list();
    models.forEach(out);
    if (models.length === 0) process.stderr.write('No models were imported.\n');
  } else if (action === 'import') {
    await each(what, async (file) => {
      const model = await store.import(file, {
        adapter,
        ...(name === undefined ? {} : { name }),
        ...(license === undefined ? {} : { license }),
      });
      out(model);
      if (!json) process.stderr.write('Taken for this kind; --adapter says otherwise.\n');
    });
  } else if (action === 'verify') {
    const names = what.length > 0 ? what : (await store.list()).map((m) => m.card.name);
    await each(names, async (one) => out(await store.verify(one)));
  } else
    await each(what, async (one) => {
      await store.remove(one);
      process.stderr.write(`${one} removed.\n`);
    });
  return failed > 0 ? 1 : 0;
}
