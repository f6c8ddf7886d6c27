/**
 * What the engine knows about scans for a while: facts, reduced copies for analysis, flat fields and bases of
 * a roll's reference files. Everything is keyed by path, size and modification time, so that a changed file
 * is read again; a reference asked for by 36 frames at once is read once.
 */
import { stat } from 'node:fs/promises';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Rect } from '../../app/picture.ts';
import type { UnitRect } from '../../app/recipe/develop.ts';
import { probeScan } from '../files/index.ts';
import type { ScanInfo } from '../files/types.ts';
import { Memo } from './memo.ts';

export { Memo } from './memo.ts';

/** Longest side of the copy that analysis looks at. */
export const ANALYSIS_SIDE = 1500;

/** Identity of a file's present contents; throws RevealError 'not-found'. */
export async function fileKey(file: string): Promise<string> {
  try {
    const facts = await stat(file);
    return `${file}\0${facts.size}\0${facts.mtimeMs}`;
  } catch {
    throw new RevealError('not-found', say('file-gone', { file }));
  }
}

/** A rectangle in fractions of the scan as whole pixels, at least one, inside the scan. */
export function pixelRect(rect: UnitRect, width: number, height: number): Rect {
  const x = Math.min(width - 1, Math.max(0, Math.round(rect.x * width)));
  const y = Math.min(height - 1, Math.max(0, Math.round(rect.y * height)));
  return {
    x,
    y,
    w: Math.max(1, Math.min(width - x, Math.round(rect.w * width))),
    h: Math.max(1, Math.min(height - y, Math.round(rect.h * height))),
  };
}

export class Scans {
  private readonly infos = new Memo<ScanInfo>(512);

  async info(file: string): Promise<ScanInfo> {
    return this.infos.get(await fileKey(file), () => probeScan(file));
  }
}
