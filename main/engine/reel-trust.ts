/**
 * A film that is only passed through needs no pass one: nothing asks for its shots, and the table of its packets says how
 * many frames there are and when. So it is decoded once. The table is not believed for it: every frame must bear the time
 * that it says, and the decoder must not complain; where either fails the film is looked at after all, and that this
 * was so is kept, so that an export that is taken up again does the same.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { frameCount } from '../../app/film/probe.ts';
import { recognise } from '../../app/words/sentences.ts';
import type { FilmRecipe } from '../../app/recipe/film.ts';
import { LOOK_VERSION } from '../actions/film/analyse.ts';
import { leavesAll } from '../actions/film/index.ts';
import { makeFolder } from '../files/folder.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { lookFolder, storedShots, type Looked } from './reel-look.ts';
import type { KnownReel } from './reel-desk.ts';

const marker = (dir: string, { identity }: KnownReel): string =>
  path.join(lookFolder(dir, identity), 'not-as-listed.json');

/** Notes of a probe that speak against the table. */
const DOUBTS = new Set(['film-breaks-off', 'film-corrupt-packets']);

/**
 * What pass one would have found, as far as passing through needs it: one stretch of all frames.
 * @returns null where the reel must be looked at: a step or a score is wished for, or the table cannot be right
 */
export async function unlooked(
  dir: string,
  known: KnownReel,
  recipe: Pick<FilmRecipe, 'params' | 'overrides' | 'score'>,
): Promise<Looked | null> {
  const { facts, identity } = known;
  const frames = frameCount(facts);
  if (!leavesAll(recipe) || recipe.score !== null || frames === 0) return null;
  if (facts.damage.length > 0 || facts.notes.some((note) => DOUBTS.has(recognise(note)?.id ?? '')))
    return null;
  if (await stat(marker(dir, known)).catch(() => null)) return null;
  const stored = await storedShots(dir, identity);
  if (stored?.broken) return null;
  const shots = [{ index: 0, first: 0, last: frames - 1, opening: 'start' as const }];
  return {
    analysis: { version: LOOK_VERSION, frames, shots, flashes: [], measures: {} },
    facts: { ...facts, counted: true },
    // Where somebody looked before, progress is told by the shots that were found.
    found: stored?.shots ?? shots,
    broken: null,
  };
}

/** Keeps that this film is not what its table says. */
export async function distrust(dir: string, known: KnownReel, reason: string): Promise<void> {
  await makeFolder(lookFolder(dir, known.identity));
  await writeJsonAtomic(marker(dir, known), { reason });
}
