/** The options of `film`, read and checked before anything is opened. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { devices } from '../../app/contract/host.ts';
import type { Settings } from '../../app/contract/host.ts';
import { DEFAULT_NEURRI, parseNeurri } from '../../app/melody/neurri.ts';
import {
  defaultFilmParams,
  FILM_VERSION,
  filmCodecs,
  filmParamsSchema,
  filmPresets,
  filmRecipeSchema,
  filmSteps,
  type FilmCodec,
  type FilmExport,
  type FilmPreset,
  type FilmRecipe,
  type FilmStepName,
} from '../../app/recipe/film.ts';
import { numberIn, oneOf } from './options.ts';
import { UsageError } from './usage.ts';

export const FILM_HELP = `Usage: revelado film FILES… --out DIR|FILE [options]

Films: steadied, cleaned, coloured, and written to the frame. FILES are films, folders of them, or folders of numbered
pictures (DPX, TIFF, PNG), which are one film each; they are only read.
With no step named every frame comes out as it was, in another codec. Frame count, time stamps and sound stay the
source's own. Beside each output: a change record (NAME.revelado.json). An export that was cut off, by a key or by a power
cut, goes on with --resume, and the film is the same as if nothing had happened.

Steps
  --restore                  torn frames, exposure, dirt, scratches, hairs in the gate
  --stabilize                the picture stands still in its gate
  --deflicker                exposure that pumps
  --colorize                 colour for black-and-white film
  --upscale 2|4              enlarged
  --steps a,b                exactly these: ${filmSteps.map((s) => s.id).join(', ')}
  --preset NAME              ${Object.keys(filmPresets).join(', ')}
  --set step.key=value       any parameter, e.g. --set dirt.strength=0.8 (may be repeated)
  --overrides FILE.json      what single shots do otherwise, key frames, cuts: {"overrides": […], "keyFrames": […], "cuts": […]}
  --fps N                    true tempo of a silent film: time stamps change, frames do not, its sound is left out
  --score [NEURRI]           a melody is composed for the film and becomes its sound (zortziko-txikia)
Output
  --out DIR|FILE             folder, or for one film a file that ends in .mp4, .mov or .mkv
  --codec h264|h265|prores|ffv1|av1   (h264)
          dpx|tiff|png       numbered pictures in a folder of the film's name, with times, sums, and the sound beside them
  --quality 0..51            for h264, h265 and av1: lower is better (16)
  --silent                   without the source's sound
  --overwrite                replace files that are there
  --resume                   go on with what an earlier run has finished
Machine
  --threads N                at most N cores for everything (all)
  --device auto|cpu|cuda|dml|coreml|webgpu   for steps that use a network
  --hardware                 the graphics card decodes, where ffmpeg can use one and the result is the same to the bit
  --seed N                   for steps that use chance, and for the melody (0)
  --json                     one JSON object per film on stdout

Exit status: 0 all done, 1 some inputs failed, 2 wrong usage, 130 cancelled.
`;

export interface FilmCommand {
  inputs: string[];
  /** Folder, or the very file. */
  out: string;
  outFile: boolean;
  recipe: FilmRecipe;
  export: Pick<FilmExport, 'codec' | 'quality' | 'sound' | 'overwrite'>;
  /** Numbered pictures in place of a film. */
  pictures: PictureCodec | null;
  hardware: boolean;
  resume: boolean;
  threads: number;
  device: Settings['device'];
  seed: number;
  json: boolean;
  help: boolean;
}

/** Kinds of pictures that a film may be written as. */
export const pictureCodecs = ['dpx', 'tiff', 'png'] as const;
export type PictureCodec = (typeof pictureCodecs)[number];

const RESTORE: readonly FilmStepName[] = ['frames', 'deflicker', 'dirt', 'lines', 'gate'];
const FILM_FILE = /\.(mp4|m4v|mov|mkv)$/i;

const OPTIONS = {
  out: { type: 'string' },
  restore: { type: 'boolean' },
  stabilize: { type: 'boolean' },
  deflicker: { type: 'boolean' },
  colorize: { type: 'boolean' },
  upscale: { type: 'string' },
  steps: { type: 'string' },
  preset: { type: 'string' },
  set: { type: 'string', multiple: true },
  overrides: { type: 'string' },
  fps: { type: 'string' },
  score: { type: 'string' },
  codec: { type: 'string' },
  quality: { type: 'string' },
  silent: { type: 'boolean' },
  overwrite: { type: 'boolean' },
  resume: { type: 'boolean' },
  threads: { type: 'string' },
  device: { type: 'string' },
  hardware: { type: 'boolean' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A metre, or a word that can only have been meant for one: no file is called so, and it has no ending. */
const meantAsNeurri = (word: string): boolean =>
  parseNeurri(word).ok || (!/[./\\*]/.test(word) && !existsSync(word));

/** `--score` may stand alone: what follows it belongs to it only where it is a metre. */
function withScore(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    if (word === '--score') {
      const next = argv[at + 1];
      return next !== undefined && !next.startsWith('-') && meantAsNeurri(next)
        ? []
        : [`--score=${DEFAULT_NEURRI.name}`];
    }
    return argv[at - 1] === '--score' && !word.startsWith('-') && meantAsNeurri(word)
      ? [`--score=${word}`]
      : [word];
  });
}

const overridesFile = z.object({
  overrides: filmRecipeSchema.shape.overrides,
  keyFrames: filmRecipeSchema.shape.keyFrames,
  cuts: filmRecipeSchema.shape.cuts,
});

function readOverrides(file: string): z.output<typeof overridesFile> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--overrides ${file}: ${(error as Error).message}`);
  }
  // A bare list is one of overrides.
  const parsed = overridesFile.safeParse(Array.isArray(json) ? { overrides: json } : json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`--overrides ${file}: ${issue.path.join('.')}: ${issue.message}`);
}

/** "dirt.strength=0.8" into the parameters. */
function setParam(params: Record<string, Record<string, unknown>>, text: string): void {
  const found = /^(\w+)\.(\w+)=(.*)$/.exec(text);
  const spec = filmSteps.find((s) => s.id === found?.[1]);
  const known = spec && (found?.[2] === 'on' || spec.params.some((p) => p.key === found?.[2]));
  if (!found || !known)
    throw new UsageError(`--set ${text}: it must be STEP.KEY=VALUE, e.g. dirt.strength=0.8.`);
  const [, step, key, value] = found;
  const param = spec.params.find((p) => p.key === key);
  const boolean = key === 'on' || param?.type === 'switch';
  params[step] = {
    ...params[step],
    on: true,
    [key]: boolean
      ? value === 'on' || value === 'true'
      : param?.type === 'number'
        ? numberIn(`set ${step}.${key}`, value, param.min, param.max, false)
        : value,
  };
}

/** Reads the arguments after `film`. @throws UsageError */
export function parseFilm(argv: string[], cwd = process.cwd()): FilmCommand {
  let parsed;
  try {
    parsed = parseArgs({ args: withScore(argv), options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  const { values: v, positionals } = parsed;
  const help = v.help === true;
  if (!help) {
    if (positionals.length === 0) throw new UsageError('film: name at least one film or folder.');
    if (v.out === undefined)
      throw new UsageError('film: say where the film goes, with --out DIR or --out FILE.');
  }
  const preset =
    v.preset === undefined
      ? null
      : filmPresets[oneOf('preset', v.preset, Object.keys(filmPresets) as FilmPreset[])];
  const params = defaultFilmParams() as unknown as Record<string, Record<string, unknown>>;
  const on = (...steps: readonly FilmStepName[]): void => {
    for (const step of steps) params[step] = { ...params[step], on: true };
  };
  on(...(preset?.steps ?? []));
  if (v.restore) on(...RESTORE);
  if (v.stabilize) on('stabilize');
  if (v.deflicker) on('deflicker');
  if (v.colorize) on('colour');
  if (v.upscale !== undefined) {
    params.enlarge = { ...params.enlarge, factor: oneOf('upscale', v.upscale, ['2', '4']) };
    on('enlarge');
  }
  if (v.steps !== undefined) {
    for (const { id } of filmSteps) params[id] = { ...params[id], on: false };
    const names = filmSteps.map((s) => s.id);
    on(
      ...v.steps
        .split(',')
        .filter(Boolean)
        .map((step) => oneOf('steps', step.trim(), names)),
    );
  }
  if (v.fps !== undefined) {
    // The tempo alone: fields stay as they are unless the step was asked for otherwise.
    const fields = params.cadence.on ? params.cadence.fields : 'keep';
    params.cadence = { ...params.cadence, on: true, fields, tempo: numberIn('fps', v.fps, 1, 120, false) };
  }
  for (const text of v.set ?? []) setParam(params, text);
  const checked = filmParamsSchema.safeParse(params);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new UsageError(`--set ${issue.path.join('.')}: ${issue.message}`);
  }
  const score = v.score === undefined ? null : parseNeurri(v.score);
  if (score && !score.ok)
    throw new UsageError(`--score ${v.score}: it must be one of ${score.known.join(', ')}.`);
  if (score && v.silent) throw new UsageError('film: --score and --silent exclude each other.');
  const seed = v.seed === undefined ? 0 : numberIn('seed', v.seed, 0, 2 ** 32 - 1, true);
  const out = path.resolve(cwd, v.out ?? '.');
  const special =
    v.overrides === undefined
      ? { overrides: [], keyFrames: [], cuts: null }
      : readOverrides(path.resolve(cwd, v.overrides));
  if (special.keyFrames.some((k) => k.referenceItem !== null))
    throw new UsageError(
      '--overrides: "referenceItem" is a picture of the library, which this command does not open.',
    );
  const named = oneOf('codec', v.codec ?? preset?.codec ?? 'h264', [...filmCodecs, ...pictureCodecs]);
  const pictures = pictureCodecs.find((kind) => kind === named) ?? null;
  // Pictures are made of pieces without loss.
  const codec: FilmCodec = pictures ? 'ffv1' : (named as FilmCodec);
  if (pictures && FILM_FILE.test(out))
    throw new UsageError(`--out ${v.out ?? ''}: pictures go to a folder, not to one file.`);
  return {
    inputs: positionals.map((file) => path.resolve(cwd, file)),
    out,
    outFile: FILM_FILE.test(out),
    recipe: filmRecipeSchema.parse({
      action: 'film',
      version: FILM_VERSION,
      params: checked.data,
      ...special,
      score: score?.ok ? { neurri: v.score, seed } : null,
    }),
    export: {
      codec,
      quality: v.quality === undefined ? 16 : numberIn('quality', v.quality, 0, 51, false),
      sound: score ? 'score' : v.silent ? 'none' : 'copy',
      overwrite: v.overwrite === true,
    },
    resume: v.resume === true,
    threads: v.threads === undefined ? 0 : numberIn('threads', v.threads, 1, 256, true),
    device: oneOf('device', v.device ?? 'auto', devices),
    pictures,
    hardware: v.hardware === true,
    seed,
    json: v.json === true,
    help,
  };
}
