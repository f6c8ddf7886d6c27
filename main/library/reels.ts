/**
 * Recipes of reels: the present one, and a history that is walked back and forth. Their own tables: a picture's recipe and
 * a film's have nothing in common but their name.
 */
import type { ReelRecipeState } from '../../app/contract/film.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { defaultFilmParams, filmRecipeSchema, FILM_VERSION, type FilmRecipe } from '../../app/recipe/film.ts';
import { say } from '../../app/words/sentences.ts';
import type { Db } from './database.ts';
import { itemRow, type ItemRow } from './items.ts';

/** `at` is the history entry that holds; null: undone to the very beginning. */
export const reelTables = `
CREATE TABLE reel_history (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES items(id),
  at REAL NOT NULL,
  label TEXT NOT NULL,
  recipe TEXT NOT NULL
);
CREATE INDEX reel_history_item ON reel_history(item_id, id);
CREATE TABLE reel_recipes (
  item_id INTEGER PRIMARY KEY REFERENCES items(id),
  entry INTEGER REFERENCES reel_history(id)
);
`;

/** Entries kept for one reel; the oldest go first. */
const HISTORY_LENGTH = 300;

export const defaultFilmRecipe = (): FilmRecipe => ({
  action: 'film',
  version: FILM_VERSION,
  params: defaultFilmParams(),
  overrides: [],
  keyFrames: [],
  cuts: null,
  score: null,
});

interface Entry {
  id: number;
  at: number;
  label: string;
  recipe: string;
}

const present = (db: Db, itemId: number): number | null =>
  db.get<{ entry: number | null }>('SELECT entry FROM reel_recipes WHERE item_id = ?', [itemId])?.entry ??
  null;

/** What a reel is made with: what was decided last, else everything off. */
export function filmRecipe(db: Db, itemId: number): FilmRecipe {
  const row = db.get<{ recipe: string }>(
    'SELECT h.recipe FROM reel_recipes r JOIN reel_history h ON h.id = r.entry WHERE r.item_id = ?',
    [itemId],
  );
  return row ? filmRecipeSchema.parse(JSON.parse(row.recipe)) : defaultFilmRecipe();
}

export function reelRecipe(db: Db, itemId: number): ReelRecipeState {
  const entries = db.all<Entry>(
    'SELECT id, at, label, recipe FROM reel_history WHERE item_id = ? ORDER BY id',
    [itemId],
  );
  const now = present(db, itemId);
  return {
    recipe: filmRecipe(db, itemId),
    untouched: entries.length === 0,
    canUndo: now !== null,
    canRedo: entries.some(({ id }) => id > (now ?? -Infinity)),
    history: entries.map(({ recipe, ...entry }) => ({
      ...entry,
      recipe: filmRecipeSchema.parse(JSON.parse(recipe)),
    })),
  };
}

/** Makes `recipe` the present one; what was undone before is forgotten. The same again changes nothing. */
export function setReelRecipe(db: Db, itemId: number, recipe: FilmRecipe, label: string): boolean {
  const text = JSON.stringify(filmRecipeSchema.parse(recipe));
  return db.transaction(() => {
    const now = present(db, itemId);
    const before =
      now === null
        ? null
        : db.get<{ recipe: string }>('SELECT recipe FROM reel_history WHERE id = ?', [now])!.recipe;
    if (before === text || (before === null && text === JSON.stringify(defaultFilmRecipe()))) return false;
    // The row that points at an entry must not hold it while it goes.
    point(db, itemId, null);
    db.run('DELETE FROM reel_history WHERE item_id = ? AND id > ?', [itemId, now ?? -1]);
    const { id } = db.run('INSERT INTO reel_history (item_id, at, label, recipe) VALUES (?, ?, ?, ?)', [
      itemId,
      Date.now(),
      label,
      text,
    ]);
    point(db, itemId, id);
    db.run(
      `DELETE FROM reel_history WHERE item_id = ? AND id <=
         (SELECT id FROM reel_history WHERE item_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      [itemId, itemId, HISTORY_LENGTH],
    );
    db.run("UPDATE items SET state = 'edited' WHERE id = ? AND state <> 'edited'", [itemId]);
    return true;
  });
}

function point(db: Db, itemId: number, entry: number | null): void {
  db.run(
    'INSERT INTO reel_recipes (item_id, entry) VALUES (?, ?) ON CONFLICT (item_id) DO UPDATE SET entry = excluded.entry',
    [itemId, entry],
  );
}

/** One step back in the history; false at its beginning. */
export function undoReel(db: Db, itemId: number): boolean {
  return db.transaction(() => {
    const now = present(db, itemId);
    if (now === null) return false;
    const before = db.get<{ id: number }>(
      'SELECT id FROM reel_history WHERE item_id = ? AND id < ? ORDER BY id DESC LIMIT 1',
      [itemId, now],
    );
    point(db, itemId, before?.id ?? null);
    return true;
  });
}

/** One step forward; false at the end. */
export function redoReel(db: Db, itemId: number): boolean {
  return db.transaction(() => {
    const next = db.get<{ id: number }>(
      'SELECT id FROM reel_history WHERE item_id = ? AND id > ? ORDER BY id LIMIT 1',
      [itemId, present(db, itemId) ?? -1],
    );
    if (!next) return false;
    point(db, itemId, next.id);
    return true;
  });
}

/** @throws RevealError 'not-found', or 'bad-input' when the item is no reel */
export function reelRow(db: Db, itemId: number): ItemRow {
  const row = itemRow(db, itemId);
  if (!row || row.deleted_at !== null) throw new RevealError('not-found', say('export-gone'));
  if (row.kind !== 'reel') throw new RevealError('bad-input', say('film-not-a-reel', { name: row.name }));
  return row;
}
