/** `revelado colorize`: colour for black-and-white pictures, with hints where somebody knows better. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { hintSchema, type Hint } from '../../app/recipe/marks.ts';
import type { CommandHost } from './commands.ts';
import { existingFile, explain, numberIn } from './options.ts';
import { parseRenew, renewCommand, type RawParams, type RenewCommand } from './renew-options.ts';
import { runRenew } from './renew.ts';
import { COLORIZE_HELP, UsageError } from './usage.ts';

const DEFAULTS: RawParams = { colour: { on: true } };

const HEX = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const colourSchema = z.union([
  hintSchema.shape.colour,
  z
    .string()
    .regex(HEX, 'write a colour as "#rrggbb", or as three numbers from 0 to 1')
    .transform((text) => (HEX.exec(text) as RegExpExecArray).slice(1).map((h) => parseInt(h, 16) / 255)),
]);
const pointSchema = z.object({ x: z.number(), y: z.number(), colour: colourSchema });
const fileSchema = z.union([
  z.array(pointSchema),
  z.object({
    /** With these, places are pixels of a picture of that size. */
    width: z.number().int().min(1).optional(),
    height: z.number().int().min(1).optional(),
    hints: z.array(pointSchema),
  }),
]);

/** Hints from a file, in fractions of the picture. @throws UsageError naming the file and the hint */
export function readHints(file: string): Hint[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--hints: ${file} is not JSON (${(error as Error).message}).`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success)
    throw new UsageError(
      `--hints: ${file} is no list of hints (${explain(parsed.error)}). Write [{"x": 0.4, "y": 0.7, "colour": "#7a1f2b"}, …].`,
    );
  const { width, height, hints } = Array.isArray(parsed.data)
    ? { width: undefined, height: undefined, hints: parsed.data }
    : parsed.data;
  if ((width === undefined) !== (height === undefined))
    throw new UsageError(`--hints: ${file} gives a width without a height, or the other way round.`);
  return hints.map((hint, i) => {
    const x = hint.x / (width ?? 1);
    const y = hint.y / (height ?? 1);
    const checked = hintSchema.safeParse({ x, y, colour: hint.colour });
    if (checked.success) return checked.data;
    const off = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
    throw new UsageError(
      off
        ? `--hints: hint ${i + 1} of ${file} lies off the picture (${hint.x}, ${hint.y}). Places are fractions from 0 to 1${width ? ` of ${width} × ${height} pixels` : ', or pixels with "width" and "height"'}.`
        : `--hints: hint ${i + 1} of ${file}: ${explain(checked.error)}.`,
    );
  });
}

/** A model's name as the engine takes it: a folder by its path, else one of the program's. */
export function modelName(name: string, cwd: string): string {
  const folder = path.resolve(cwd, name);
  const isFolder =
    existsSync(path.join(folder, 'card.json')) || existsSync(path.join(folder, 'model', 'card.json'));
  return isFolder ? folder : name;
}

/** Reads the arguments after `colorize`; null: help was asked for. @throws UsageError */
export function parseColorize(argv: string[], cwd = process.cwd()): RenewCommand | null {
  const { values: v, positionals } = parseRenew(argv, {
    hints: { type: 'string' },
    saturation: { type: 'string' },
    model: { type: 'string' },
  });
  if (v.help) return null;
  return renewCommand(
    'colorize',
    v,
    positionals,
    DEFAULTS,
    (put) => {
      if (v.saturation !== undefined)
        put('colour', 'saturation', numberIn('saturation', v.saturation, 0, 2, false));
      if (v.hints !== undefined) put('colour', 'hints', readHints(existingFile('hints', v.hints, cwd)));
      if (v.model !== undefined) put('colour', 'model', modelName(v.model, cwd));
      return {};
    },
    cwd,
  );
}

export async function colorizeCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  const command = parseColorize(argv);
  if (command) return runRenew(command, host);
  process.stdout.write(COLORIZE_HELP);
  return 0;
}
