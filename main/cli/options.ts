/**
 * The options of `develop`, read and checked before anything is opened: an unknown option, a value out of
 * range or a combination that makes no sense is a UsageError that says what would be right.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { devices } from '../../app/contract/host.ts';
import type { Settings } from '../../app/contract/host.ts';
import { formats } from '../../app/contract/jobs.ts';
import type { ExportRecipe } from '../../app/contract/jobs.ts';
import type { Rect } from '../../app/picture.ts';
import { allSteps, developParamsSchema, developRecipeSchema } from '../../app/recipe/develop.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { ParamSpec } from '../../app/recipe/spec.ts';
import { UsageError } from './usage.ts';

/** Output spaces a positive can be converted to. */
const SPACES = ['srgb', 'adobe-rgb', 'display-p3', 'prophoto'] as const;

/** What `develop` was asked to do. Paths are absolute. */
export interface DevelopCommand {
  inputs: string[];
  out: string;
  params: DevelopParams;
  roll: boolean;
  /** In pixels of each scan as stored. */
  base: Rect | null;
  baseFile: string | null;
  flatFile: string | null;
  export: Pick<ExportRecipe, 'format' | 'bits' | 'quality' | 'icc' | 'longSide' | 'overwrite'>;
  threads: number;
  device: Settings['device'];
  seed: number;
  json: boolean;
  help: boolean;
}

const OPTIONS = {
  out: { type: 'string' },
  film: { type: 'string' },
  stock: { type: 'string' },
  roll: { type: 'boolean' },
  base: { type: 'string' },
  'base-from': { type: 'string' },
  flat: { type: 'string' },
  exposure: { type: 'string' },
  grade: { type: 'string' },
  recipe: { type: 'string' },
  set: { type: 'string', multiple: true },
  format: { type: 'string' },
  bits: { type: 'string' },
  quality: { type: 'string' },
  icc: { type: 'string' },
  'long-side': { type: 'string' },
  overwrite: { type: 'boolean' },
  threads: { type: 'string' },
  device: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** One of a list, or a UsageError that names the list. */
export function oneOf<T extends string>(option: string, value: string, list: readonly T[]): T {
  const found = list.find((entry) => entry === value);
  if (found === undefined)
    throw new UsageError(`--${option} ${value}: it must be one of ${list.join(', ')}.`);
  return found;
}

/** A number in a range, or a UsageError that names the range. */
export function numberIn(option: string, value: string, min: number, max: number, whole: boolean): number {
  const n = Number(value);
  if (value.trim() === '' || !Number.isFinite(n) || n < min || n > max || (whole && !Number.isInteger(n)))
    throw new UsageError(
      `--${option} ${value}: it must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`,
    );
  return n;
}

function rectangle(value: string): Rect {
  const numbers = value.split(',').map((part) => Number(part.trim()));
  const [x, y, w, h] = numbers;
  if (numbers.length !== 4 || numbers.some((n) => !Number.isInteger(n) || n < 0) || w < 1 || h < 1)
    throw new UsageError(
      `--base ${value}: it must be X,Y,WIDTH,HEIGHT in pixels of the scan, e.g. 10,20,60,40.`,
    );
  return { x, y, w, h };
}

/** An existing file by its absolute path, or a UsageError that names the option. */
export function existingFile(option: string, value: string, cwd: string): string {
  const file = path.resolve(cwd, value);
  try {
    if (statSync(file).isFile()) return file;
  } catch {
    throw new UsageError(`--${option}: there is no file ${file}.`);
  }
  throw new UsageError(`--${option}: ${file} is not a file.`);
}

/** The parameters of a recipe file. @throws UsageError */
export function readRecipe(file: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--recipe: ${file} is not JSON (${(error as Error).message}).`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new UsageError(`--recipe: ${file} holds no recipe object.`);
  if (!('action' in json)) return json as Record<string, unknown>;
  const recipe = developRecipeSchema.safeParse(json);
  if (!recipe.success) throw new UsageError(`--recipe: ${file}: ${explain(recipe.error)}`);
  return recipe.data.params as unknown as Record<string, unknown>;
}

/** What zod says, with the parameter's name, in one line. */
export function explain(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

/** All parameters by their full name, e.g. "lights.exposure". */
function parameter(name: string): ParamSpec | 'on' {
  const [stepId, key, ...rest] = name.split('.');
  const step = allSteps.find((s) => s.id === stepId);
  if (!step || rest.length > 0 || !key)
    throw new UsageError(
      `--set ${name}: write step.key=value; steps are ${allSteps.map((s) => s.id).join(', ')}.`,
    );
  if (key === 'on') return 'on';
  const spec = (step.params as readonly ParamSpec[]).find((p) => p.key === key);
  if (!spec)
    throw new UsageError(`--set ${name}: ${stepId} has ${step.params.map((p) => p.key).join(', ')}, on.`);
  return spec;
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--set ${name}: it must be JSON (${(error as Error).message}).`);
  }
}

function parseValue(name: string, text: string): unknown {
  const spec = parameter(name);
  const bool = (): boolean => {
    if (['true', 'yes', 'on', '1'].includes(text)) return true;
    if (['false', 'no', 'off', '0'].includes(text)) return false;
    throw new UsageError(`--set ${name}=${text}: it must be on or off.`);
  };
  if (spec === 'on' || spec.type === 'switch') return bool();
  if (spec.type === 'number') {
    const n = Number(text);
    if (text.trim() === '' || !Number.isFinite(n))
      throw new UsageError(`--set ${name}=${text}: it must be a number.`);
    return n;
  }
  if (spec.type === 'choice' || spec.type === 'model') return text;
  if (spec.type === 'marks' || spec.type === 'hints' || spec.type === 'sources') return json(name, text);
  if (text === 'auto' || text === 'null') return null;
  const numbers = text.split(',').map(Number);
  if (spec.type === 'rgb') return numbers;
  const [x, y, w, h] = numbers;
  return { x, y, w, h };
}

/** Puts each `step.key=value` of --set. */
export function setAll(
  entries: readonly string[],
  put: (step: string, key: string, value: unknown) => void,
): void {
  for (const entry of entries) {
    const at = entry.indexOf('=');
    if (at < 0) throw new UsageError(`--set ${entry}: write step.key=value.`);
    const name = entry.slice(0, at);
    const value = parseValue(name, entry.slice(at + 1));
    const [step, key] = name.split('.');
    put(step, key, value);
  }
}

/** Format and bits, checked together. */
export function outputFormat(v: { format?: string; bits?: string }): {
  format: ExportRecipe['format'];
  bits: 8 | 16;
} {
  const format = oneOf('format', v.format ?? 'tiff', formats);
  const deep = format === 'tiff' || format === 'png';
  const bits = oneOf('bits', v.bits ?? (deep ? '16' : '8'), ['8', '16']) === '16' ? 16 : 8;
  if (bits === 16 && !deep) throw new UsageError(`--bits 16: ${format} holds 8 bits; use tiff or png.`);
  return { format, bits };
}

/** Reads the arguments after `develop`. @throws UsageError */
export function parseDevelop(argv: string[], cwd = process.cwd()): DevelopCommand {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  const { values: v, positionals } = parsed;
  const help = v.help === true;

  const raw = (
    v.recipe === undefined ? {} : structuredClone(readRecipe(existingFile('recipe', v.recipe, cwd)))
  ) as Record<string, Record<string, unknown>>;
  const put = (step: string, key: string, value: unknown): void => {
    raw[step] = { ...raw[step], [key]: value };
  };
  if (v.film !== undefined) put('film', 'film', oneOf('film', v.film, ['auto', 'c41', 'bw', 'slide']));
  if (v.stock !== undefined) {
    const spec = parameter('film.stock') as ParamSpec & { type: 'choice' };
    put('film', 'stock', oneOf('stock', v.stock, spec.options));
  }
  if (v.exposure !== undefined) put('lights', 'exposure', numberIn('exposure', v.exposure, -4, 4, false));
  if (v.grade !== undefined) put('print', 'grade', numberIn('grade', v.grade, 0, 5, false));
  setAll(v.set ?? [], put);
  const checked = developParamsSchema.safeParse(raw);
  if (!checked.success) throw new UsageError(`Parameter ${explain(checked.error)}`);

  const { format, bits } = outputFormat(v);
  if (v.icc === 'source')
    throw new UsageError(
      '--icc source: a negative has no colours to keep; the positive is converted to an output space. ' +
        `Use one of ${SPACES.join(', ')}.`,
    );

  if (!help) {
    if (positionals.length === 0) throw new UsageError('develop: name at least one scan or folder.');
    if (v.out === undefined) throw new UsageError('develop: say where the positives go, with --out DIR.');
  }
  return {
    inputs: positionals.map((file) => path.resolve(cwd, file)),
    out: path.resolve(cwd, v.out ?? '.'),
    params: checked.data,
    roll: v.roll === true,
    base: v.base === undefined ? null : rectangle(v.base),
    baseFile: v['base-from'] === undefined ? null : existingFile('base-from', v['base-from'], cwd),
    flatFile: v.flat === undefined ? null : existingFile('flat', v.flat, cwd),
    export: {
      format,
      bits,
      quality: v.quality === undefined ? 92 : numberIn('quality', v.quality, 1, 100, true),
      icc: oneOf('icc', v.icc ?? 'srgb', SPACES),
      longSide: v['long-side'] === undefined ? null : numberIn('long-side', v['long-side'], 16, 60000, true),
      overwrite: v.overwrite === true,
    },
    threads: v.threads === undefined ? 0 : numberIn('threads', v.threads, 1, 256, true),
    device: oneOf('device', v.device ?? 'auto', devices),
    seed: v.seed === undefined ? 0 : numberIn('seed', v.seed, 0, 2 ** 32 - 1, true),
    json: v.json === true,
    help,
  };
}
