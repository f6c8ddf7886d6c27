/**
 * What `restore` and `colorize` share of their options: the common ones of every command, and how they become a
 * recipe. Everything is checked before anything is opened.
 */
import path from 'node:path';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { devices } from '../../app/contract/host.ts';
import type { Settings } from '../../app/contract/host.ts';
import { iccNames, type ExportRecipe } from '../../app/contract/jobs.ts';
import type { AutoWish } from '../actions/auto/types.ts';
import { developParamsSchema, type DevelopParams } from '../../app/recipe/develop.ts';
import { existingFile, explain, numberIn, oneOf, outputFormat, readRecipe, setAll } from './options.ts';
import { UsageError } from './usage.ts';

/** A recipe on its way: parameters by step and key, not checked yet. */
export type RawParams = Record<string, Record<string, unknown>>;

export interface RenewCommand {
  action: 'restore' | 'colorize' | 'auto';
  inputs: string[];
  out: string;
  params: DevelopParams;
  /** Parameters that --set names: they stand above what Auto finds. */
  fixed: RawParams;
  /** Auto: what was asked for beside repair; null for the other commands. */
  auto: { wish: AutoWish; oneModel: boolean } | null;
  /** 'none': positives, whatever they look like. */
  film: 'auto' | 'none' | 'c41' | 'bw' | 'slide';
  maskFile: string | null;
  /** Other pictures of the same, to fill damage from. */
  evidence: string[];
  /** All inputs are of one age: they get one setting of `ageing`. */
  album: boolean;
  /** Without `icc`: the file's own space for prints, sRGB for what is developed. */
  export: Omit<
    Pick<ExportRecipe, 'format' | 'bits' | 'quality' | 'icc' | 'longSide' | 'overwrite'>,
    'icc'
  > & {
    icc: ExportRecipe['icc'] | null;
    dpi: ExportRecipe['dpi'];
  };
  /** Centimetres of paper that the picture is to fit, the longer side first; null: as many pixels as there are. */
  print: [number, number] | null;
  threads: number;
  device: Settings['device'];
  seed: number;
  json: boolean;
}

export const COMMON = {
  out: { type: 'string' },
  film: { type: 'string' },
  recipe: { type: 'string' },
  set: { type: 'string', multiple: true },
  format: { type: 'string' },
  bits: { type: 'string' },
  quality: { type: 'string' },
  icc: { type: 'string' },
  'long-side': { type: 'string' },
  print: { type: 'string' },
  dpi: { type: 'string' },
  overwrite: { type: 'boolean' },
  threads: { type: 'string' },
  device: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type ExtraValues<T extends ParseArgsOptionsConfig> = {
  [K in keyof T]?: T[K] extends { multiple: true }
    ? string[]
    : T[K]['type'] extends 'boolean'
      ? boolean
      : string;
};
type Values = ExtraValues<typeof COMMON>;

/** What a command's own options say beside parameters. */
export interface OwnOptions {
  maskFile?: string | null;
  evidence?: string[];
  album?: boolean;
}

const PAPER = /^(\d+(?:\.\d+)?)\s*[x×]\s*(\d+(?:\.\d+)?)\s*(?:cm)?$/i;

/** `13x18cm` as centimetres, the longer side first. @throws UsageError */
export function paperSize(value: string): [number, number] {
  const match = PAPER.exec(value.trim());
  const sides = match ? [Number(match[1]), Number(match[2])] : [];
  if (sides.length !== 2 || sides.some((side) => side < 1 || side > 500))
    throw new UsageError(
      `--print ${value}: write width and height of the paper in centimetres, e.g. 13x18cm.`,
    );
  return [Math.max(...sides), Math.min(...sides)];
}

/** Reads the arguments of a command: the common options and its own. @throws UsageError */
export function parseRenew<T extends ParseArgsOptionsConfig>(
  argv: string[],
  extra: T,
): { values: Values & ExtraValues<T>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { ...COMMON, ...extra },
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Values & ExtraValues<T>, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
}

/**
 * The command that these values mean.
 * @param defaults parameters of the command itself, under the recipe's
 * @param own what the command's own options change, over the recipe's and under --set
 */
export function renewCommand(
  action: RenewCommand['action'],
  v: Values,
  positionals: readonly string[],
  defaults: RawParams,
  own: (put: (step: string, key: string, value: unknown) => void) => OwnOptions,
  cwd: string,
): RenewCommand {
  const given =
    v.recipe === undefined
      ? {}
      : (structuredClone(readRecipe(existingFile('recipe', v.recipe, cwd))) as RawParams);
  const raw: RawParams = {};
  for (const step of new Set([...Object.keys(defaults), ...Object.keys(given)]))
    raw[step] = { ...defaults[step], ...given[step] };
  const put = (step: string, key: string, value: unknown): void => {
    raw[step] = { ...raw[step], [key]: value };
  };
  const { maskFile = null, evidence = [], album = false } = own(put);
  const film = oneOf('film', v.film ?? 'auto', ['auto', 'none', 'c41', 'bw', 'slide']);
  if (film !== 'none') put('film', 'film', film);
  const fixed: RawParams = {};
  setAll(v.set ?? [], (step, key, value) => {
    put(step, key, value);
    fixed[step] = { ...fixed[step], [key]: value };
  });
  const checked = developParamsSchema.safeParse(raw);
  if (!checked.success) throw new UsageError(`Parameter ${explain(checked.error)}`);
  if (positionals.length === 0) throw new UsageError(`${action}: name at least one picture or folder.`);
  if (v.out === undefined) throw new UsageError(`${action}: say where the pictures go, with --out DIR.`);
  const { format, bits } = outputFormat(v);
  if (v.print !== undefined && v['long-side'] !== undefined)
    throw new UsageError(
      '--print says how large the picture is on paper, --long-side in pixels: give one of them.',
    );
  const print = v.print === undefined ? null : paperSize(v.print);
  return {
    action,
    inputs: positionals.map((file) => path.resolve(cwd, file)),
    out: path.resolve(cwd, v.out),
    params: checked.data,
    fixed,
    auto: null,
    film,
    maskFile,
    evidence,
    album,
    print,
    export: {
      format,
      bits,
      quality: v.quality === undefined ? 92 : numberIn('quality', v.quality, 1, 100, true),
      icc: v.icc === undefined ? null : oneOf('icc', v.icc, iccNames),
      longSide: v['long-side'] === undefined ? null : numberIn('long-side', v['long-side'], 16, 60000, true),
      dpi: v.dpi === undefined ? null : numberIn('dpi', v.dpi, 30, 2400, true),
      overwrite: v.overwrite === true,
    },
    threads: v.threads === undefined ? 0 : numberIn('threads', v.threads, 1, 256, true),
    device: oneOf('device', v.device ?? 'auto', devices),
    seed: v.seed === undefined ? 0 : numberIn('seed', v.seed, 0, 2 ** 32 - 1, true),
    json: v.json === true,
  };
}
