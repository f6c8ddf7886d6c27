/**
 * What belongs to a family's pictures beyond one recipe: the back of a print behind its front, and the colours that a
 * person has said once, remembered with what their place looks like to the network.
 */
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import type { ProposedColour } from '../../app/contract/family.ts';
import type { Recipe } from '../../app/recipe/develop.ts';
import type { Hint } from '../../app/recipe/marks.ts';
import { say } from '../../app/words/sentences.ts';
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import type { ProposedHint, RememberedColour } from '../actions/colorize/memory.ts';
import type { Db } from './database.ts';
import type { ItemRow } from './items.ts';

/** Remembered colours kept of one group; the oldest go first. */
const MOST_MEMORIES = 400;
/** A proposal this near to a hint that stands already is none (fractions of the picture). */
const NEAR = 0.06;

const backOf = (db: Db, id: number): number | null =>
  db.get<{ id: number }>('SELECT id FROM items WHERE back_of = ? AND deleted_at IS NULL', [id])?.id ?? null;

/**
 * Puts `back` behind `front`.
 * @throws RevealError 'bad-input' for a picture with itself, of film, or that is part of another pair
 */
export function joinPair(
  db: Db,
  front: Pick<ItemRow, 'id' | 'kind' | 'name' | 'back_of'>,
  back: Pick<ItemRow, 'id' | 'kind' | 'name' | 'back_of'>,
): void {
  if (front.id === back.id) throw new RevealError('bad-input', say('pair-itself'));
  for (const one of [front, back]) {
    if (one.kind !== 'print' && one.kind !== 'bw-print')
      throw new RevealError('bad-input', say('pair-no-print', { name: one.name }));
    if (one.back_of !== null || backOf(db, one.id) !== null)
      throw new RevealError('bad-input', say('pair-taken', { name: one.name }));
  }
  db.transaction(() => {
    // A back that is no longer in the library gives its place up.
    db.run('UPDATE items SET back_of = NULL WHERE back_of = ?', [front.id]);
    db.run('UPDATE items SET back_of = ? WHERE id = ?', [front.id, back.id]);
  });
}

/** Takes a pair apart, named by either side. @throws RevealError 'not-found' when the picture is part of none */
export function partPair(
  db: Db,
  item: Pick<ItemRow, 'id' | 'back_of' | 'name'>,
): { frontId: number; backId: number } {
  const backId = item.back_of === null ? backOf(db, item.id) : item.id;
  const frontId = item.back_of ?? item.id;
  if (backId === null) throw new RevealError('not-found', say('pair-none', { name: item.name }));
  db.run('UPDATE items SET back_of = NULL WHERE id = ?', [backId]);
  return { frontId, backId };
}

/** Those of the items that are backs, with the backs of those that are fronts. */
export function withBacks(db: Db, ids: readonly number[]): number[] {
  const behind = db.column<number>(
    'SELECT id FROM items WHERE back_of IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL',
    [JSON.stringify(ids)],
  );
  return [...new Set([...ids, ...behind])];
}

/** Which of these are backs: writing on them is not to be taken for damage by what is done to many at once. */
export function backsAmong(db: Db, ids: readonly number[]): Set<number> {
  return new Set(
    db.column<number>(
      'SELECT id FROM items WHERE back_of IS NOT NULL AND id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(ids)],
    ),
  );
}

/** Hints of `now` that `before` did not have: what a person has just said. */
export function newHints(before: readonly Hint[], now: readonly Hint[]): Hint[] {
  const known = new Set(before.map((h) => JSON.stringify([h.x, h.y, h.colour])));
  return now.filter((h) => !known.has(JSON.stringify([h.x, h.y, h.colour])));
}

const memorySchema = z.object({
  version: z.literal(1),
  network: z.string(),
  features: z.array(z.number()),
  lightness: z.number(),
  colour: z.tuple([z.number(), z.number(), z.number()]),
});

/**
 * Remembers hints of a picture. A place that was said before (a hint that was moved by less than a hair, or given another
 * colour) replaces what was said of it; what the picture's recipe no longer holds is forgotten.
 */
export function keepMemories(
  db: Db,
  item: Pick<ItemRow, 'id' | 'group_id'>,
  hints: readonly Hint[],
  memories: readonly (RememberedColour | null)[],
  present: readonly Hint[],
): void {
  db.transaction(() => {
    forgetGone(db, item.id, present);
    hints.forEach((hint, i) => {
      const memory = memories[i];
      if (!memory) return;
      db.run('DELETE FROM colour_memory WHERE item_id = ? AND ABS(x - ?) < 1e-4 AND ABS(y - ?) < 1e-4', [
        item.id,
        hint.x,
        hint.y,
      ]);
      const features = memory.features.map((v) => Math.round(v * 1e5) / 1e5);
      db.run(
        'INSERT INTO colour_memory (item_id, group_id, network, x, y, memory, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [
          item.id,
          item.group_id,
          memory.network,
          hint.x,
          hint.y,
          JSON.stringify({ ...memory, features }),
          Date.now(),
        ],
      );
    });
    db.run(
      `DELETE FROM colour_memory WHERE group_id IS ? AND id NOT IN
         (SELECT id FROM colour_memory WHERE group_id IS ? ORDER BY at DESC, id DESC LIMIT ?)`,
      [item.group_id, item.group_id, MOST_MEMORIES],
    );
  });
}

/** Forgets what was said of places where the picture has no hint any more. */
export function forgetGone(db: Db, itemId: number, present: readonly Hint[]): void {
  for (const row of db.all<{ id: number; x: number; y: number }>(
    'SELECT id, x, y FROM colour_memory WHERE item_id = ?',
    [itemId],
  ))
    if (!present.some((h) => Math.abs(h.x - row.x) < 1e-4 && Math.abs(h.y - row.y) < 1e-4))
      db.run('DELETE FROM colour_memory WHERE id = ?', [row.id]);
}

export interface StoredMemory {
  id: number;
  itemId: number;
  memory: RememberedColour;
}

/** What was said on other pictures of the same album, roll or reel, and was not turned down here. */
export function memoriesFor(db: Db, item: Pick<ItemRow, 'id' | 'group_id'>): StoredMemory[] {
  return db
    .all<{ id: number; item_id: number; memory: string }>(
      `SELECT id, item_id, memory FROM colour_memory m
       WHERE group_id IS ? AND item_id <> ? AND NOT EXISTS
         (SELECT 1 FROM colour_dismissed d WHERE d.item_id = ? AND d.memory_id = m.id)
       ORDER BY at DESC LIMIT ?`,
      [item.group_id, item.id, item.id, MOST_MEMORIES],
    )
    .flatMap((row) => {
      const read = memorySchema.safeParse(JSON.parse(row.memory));
      return read.success ? [{ id: row.id, itemId: row.item_id, memory: read.data }] : [];
    });
}

/** Proposals for the window: with where they come from, and without those that stand on a hint already. */
export function proposals(
  db: Db,
  found: readonly ProposedHint[],
  stored: readonly StoredMemory[],
  recipe: Recipe,
): ProposedColour[] {
  const { hints } = recipe.params.colour;
  return found
    .filter((p) => !hints.some((h) => Math.hypot(h.x - p.x, h.y - p.y) < NEAR))
    .map(({ x, y, colour, alike, memory }) => {
      const { id, itemId } = stored[memory];
      const from = db.get<{ name: string; deleted_at: number | null }>(
        'SELECT name, deleted_at FROM items WHERE id = ?',
        [itemId],
      );
      const here = from !== undefined && from.deleted_at === null;
      return { memoryId: id, x, y, colour, alike, fromId: here ? itemId : null, fromName: from?.name ?? '' };
    });
}

/** Marks proposals as turned down on a picture, or takes that back. */
export function dismiss(db: Db, itemId: number, memoryIds: readonly number[], on: boolean): void {
  db.transaction(() => {
    for (const memoryId of memoryIds)
      db.run(
        on
          ? 'INSERT OR IGNORE INTO colour_dismissed (item_id, memory_id) VALUES (?, ?)'
          : 'DELETE FROM colour_dismissed WHERE item_id = ? AND memory_id = ?',
        [itemId, memoryId],
      );
  });
}

export const countMemories = (db: Db): number => db.column<number>('SELECT COUNT(*) FROM colour_memory')[0];

export function clearMemories(db: Db): number {
  const count = countMemories(db);
  db.transaction(() => {
    db.run('DELETE FROM colour_memory', []);
    db.run('DELETE FROM colour_dismissed', []);
  });
  return count;
}

/** Gives items one ageing setting in common; null: each its own again. */
export function shareAgeing(db: Db, ids: readonly number[], analysis: AgeingAnalysis | null): void {
  db.run('UPDATE items SET ageing = ? WHERE id IN (SELECT value FROM json_each(?))', [
    analysis === null ? null : JSON.stringify(analysis),
    JSON.stringify(ids),
  ]);
}
