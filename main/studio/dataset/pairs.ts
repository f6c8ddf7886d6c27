/**
 * Registered real pairs: a negative and its print, a damaged and a repaired copy. Scans of the two never lie on
 * each other exactly; the shift is estimated by phase correlation of their edges (which agree even where one is
 * the negative of the other) and both are cut to what they share. Also finds the pairs of a folder.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../app/contract/messages.ts';
import { phaseShift, type Grey } from '../../../app/register/phase.ts';
import { fileError, show } from '../../files/bytes.ts';
import { naturalOrder } from '../../files/names.ts';
import type { Rgb8 } from '../../files/rgb.ts';
import { csvObjects } from './csv.ts';
import type { Problem } from './types.ts';

/** Files of a pair, absolute. */
export interface PairFiles {
  id: string;
  input: string;
  target: string;
}

/** Luma of interleaved RGB, 0..255. */
export function greyOf(picture: Rgb8): Grey {
  const { width, height, data } = picture;
  const grey = new Float32Array(width * height);
  for (let i = 0, j = 0; i < grey.length; i++, j += 3)
    grey[i] = 0.299 * data[j] + 0.587 * data[j + 1] + 0.114 * data[j + 2];
  return { width, height, data: grey };
}

function cut(picture: Rgb8, x0: number, y0: number, width: number, height: number): Rgb8 {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y + y0) * picture.width + x0) * 3;
    data.set(picture.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** The picture moved by a part of a pixel, bilinear: out(x, y) = in(x + fx, y + fy). Borders repeat. */
function nudge(picture: Rgb8, fx: number, fy: number): Rgb8 {
  if (Math.abs(fx) < 0.05 && Math.abs(fy) < 0.05) return picture;
  const { width, height, data } = picture;
  const out = new Uint8Array(data.length);
  const clampX = (x: number): number => Math.max(0, Math.min(width - 1, x));
  const clampY = (y: number): number => Math.max(0, Math.min(height - 1, y));
  const ix = Math.floor(fx);
  const iy = Math.floor(fy);
  const ax = fx - ix;
  const ay = fy - iy;
  for (let y = 0; y < height; y++) {
    const top = clampY(y + iy) * width;
    const bottom = clampY(y + iy + 1) * width;
    for (let x = 0; x < width; x++) {
      const left = clampX(x + ix);
      const right = clampX(x + ix + 1);
      for (let c = 0; c < 3; c++) {
        const a = data[(top + left) * 3 + c] * (1 - ax) + data[(top + right) * 3 + c] * ax;
        const b = data[(bottom + left) * 3 + c] * (1 - ax) + data[(bottom + right) * 3 + c] * ax;
        out[(y * width + x) * 3 + c] = Math.round(a * (1 - ay) + b * ay);
      }
    }
  }
  return { width, height, data: out };
}

/** Unrelated photographs have peaks of up to 12 standard deviations, shifted ones of the same scene over 100. */
const SURE = 18;

/**
 * Lays `input` on `truth` (equal sizes) and cuts both to what they share.
 * @throws RevealError 'bad-input' when the two do not look like the same picture, or overlap too little
 */
export function register(input: Rgb8, truth: Rgb8, id: string): { input: Rgb8; truth: Rgb8 } {
  const shift = phaseShift(greyOf(truth), greyOf(input));
  if (shift.confidence < SURE)
    throw new RevealError(
      'bad-input',
      `${id}: input and target could not be laid on each other; they do not seem to show the same picture.`,
    );
  const dx = Math.round(shift.dx);
  const dy = Math.round(shift.dy);
  const width = truth.width - Math.abs(dx);
  const height = truth.height - Math.abs(dy);
  if (width < truth.width * 0.6 || height < truth.height * 0.6)
    throw new RevealError(
      'bad-input',
      `${id}: input and target share less than 60 % of their height or width.`,
    );
  // What lies at x in the truth lies at x + d in the input.
  const moved = nudge(input, shift.dx - dx, shift.dy - dy);
  return {
    input: cut(moved, Math.max(0, dx), Math.max(0, dy), width, height),
    truth: cut(truth, Math.max(0, -dx), Math.max(0, -dy), width, height),
  };
}

/** Whether this folder says that it holds pairs: a pairs.csv, or the folders input and target. */
export function holdsPairs(dir: string): boolean {
  return (
    existsSync(path.join(dir, 'pairs.csv')) ||
    (existsSync(path.join(dir, 'input')) && existsSync(path.join(dir, 'target')))
  );
}

/** A path of a list, kept inside the folder of the list. */
export function inside(dir: string, name: string): string | null {
  const full = path.resolve(dir, name);
  const way = path.relative(dir, full);
  return way === '' || way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way) ? null : full;
}

async function fromList(dir: string): Promise<{ pairs: PairFiles[]; problems: Problem[] }> {
  const list = path.join(dir, 'pairs.csv');
  const rows = csvObjects(await readFile(list, 'utf8'));
  if (rows.length > 0 && !('input' in rows[0] && 'target' in rows[0]))
    throw new RevealError(
      'bad-input',
      `${show(list)} needs a header line with the columns input and target.`,
    );
  const pairs: PairFiles[] = [];
  const problems: Problem[] = [];
  for (const row of rows) {
    const input = inside(dir, row.input);
    const target = inside(dir, row.target);
    const missing = [input ?? '', target ?? ''].findIndex((file) => file === '' || !existsSync(file));
    if (missing < 0 && input && target) pairs.push({ id: row.target, input, target });
    else
      problems.push({
        id: row.target || row.input,
        reason: `pairs.csv names ${show(missing === 0 ? row.input : row.target)}, which is not in the folder`,
      });
  }
  return { pairs, problems };
}

const stem = (name: string): string => path.basename(name, path.extname(name)).toLowerCase();

async function fromFolders(dir: string): Promise<{ pairs: PairFiles[]; problems: Problem[] }> {
  const names = async (sub: string): Promise<string[]> =>
    (await readdir(path.join(dir, sub))).filter((name) => !name.startsWith('.')).sort(naturalOrder);
  const inputs = new Map((await names('input')).map((name) => [stem(name), name]));
  const pairs: PairFiles[] = [];
  const problems: Problem[] = [];
  for (const target of await names('target')) {
    const input = inputs.get(stem(target));
    inputs.delete(stem(target));
    if (input)
      pairs.push({
        id: target,
        input: path.join(dir, 'input', input),
        target: path.join(dir, 'target', target),
      });
    else problems.push({ id: target, reason: 'there is no picture of this name in input/' });
  }
  for (const input of inputs.values())
    problems.push({ id: input, reason: 'there is no picture of this name in target/' });
  return { pairs, problems };
}

/** The pairs of a folder. @throws RevealError */
export async function findPairs(dir: string): Promise<{ pairs: PairFiles[]; problems: Problem[] }> {
  try {
    return await (existsSync(path.join(dir, 'pairs.csv')) ? fromList(dir) : fromFolders(dir));
  } catch (error) {
    throw fileError(dir, error, 'read');
  }
}
