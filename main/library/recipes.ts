/** Recipes and their history: what a picture is developed with now, every step that led there, and the versions a person named. */
import {
  allSteps,
  defaultDevelopParams,
  developParamsSchema,
  DEVELOP_VERSION,
  recipeSchema,
} from '../../app/recipe/develop.ts';
import type { DevelopParams, Recipe } from '../../app/recipe/develop.ts';
import type { HistoryEntry } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { unknownNames, type StepChanges } from '../../app/recipe/wanted.ts';
import type { Db } from './database.ts';

/** Unnamed entries kept for one item; the oldest go first, named versions stay for good. */
const HISTORY_LENGTH = 500;

/** The stored recipe, or null when nothing was decided yet. A stored recipe is checked again when read. */
export function getRecipe(db: Db, itemId: number): Recipe | null {
  const row = db.get<{ recipe: string }>('SELECT recipe FROM recipes WHERE item_id = ?', [itemId]);
  return row ? recipeSchema.parse(JSON.parse(row.recipe)) : null;
}

/** What an item is developed with: its recipe's parameters, else the defaults. */
export function itemParams(db: Db, itemId: number): DevelopParams {
  return getRecipe(db, itemId)?.params ?? defaultDevelopParams();
}

export function getHistory(db: Db, itemId: number): HistoryEntry[] {
  return db
    .all<{ id: number; at: number; label: string; version: string | null; recipe: string }>(
      'SELECT id, at, label, version, recipe FROM history WHERE item_id = ? ORDER BY id',
      [itemId],
    )
    .map((row) => ({ ...row, recipe: recipeSchema.parse(JSON.parse(row.recipe)) }));
}

/**
 * Makes `recipe` the present one and adds a history entry. The same recipe again changes nothing; returns
 * whether anything changed.
 */
export function setRecipe(db: Db, itemId: number, recipe: Recipe, label: string): boolean {
  const text = JSON.stringify(recipeSchema.parse(recipe));
  return db.transaction(() => {
    const now = Date.now();
    const present = db.get<{ recipe: string }>('SELECT recipe FROM recipes WHERE item_id = ?', [itemId]);
    if (present?.recipe === text) return false;
    db.run(
      `INSERT INTO recipes (item_id, recipe, changed_at) VALUES (?, ?, ?)
       ON CONFLICT (item_id) DO UPDATE SET recipe = excluded.recipe, changed_at = excluded.changed_at`,
      [itemId, text, now],
    );
    db.run('INSERT INTO history (item_id, at, label, recipe) VALUES (?, ?, ?, ?)', [
      itemId,
      now,
      label,
      text,
    ]);
    db.run(
      `DELETE FROM history WHERE item_id = ? AND version IS NULL AND id <=
         (SELECT id FROM history WHERE item_id = ? AND version IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      [itemId, itemId, HISTORY_LENGTH],
    );
    db.run("UPDATE items SET state = 'edited' WHERE id = ? AND state <> 'edited'", [itemId]);
    return true;
  });
}

/** Names a history entry as a version to keep; null takes the name away. */
export function nameVersion(db: Db, itemId: number, historyId: number, name: string | null): void {
  const wanted = name?.trim() || null;
  const done = db.run('UPDATE history SET version = ? WHERE id = ? AND item_id = ?', [
    wanted,
    historyId,
    itemId,
  ]);
  if (done.changes === 0) throw new RevealError('not-found', say('history-gone'));
}

/**
 * Copies named parameters: "lights.exposure" one parameter, "print" a whole step.
 * @throws RevealError 'bad-input' for a name that no step has.
 */
export function copyParams(from: DevelopParams, to: DevelopParams, keys: readonly string[]): DevelopParams {
  const source = from as unknown as Record<string, Record<string, unknown>>;
  const result = structuredClone(to) as unknown as Record<string, Record<string, unknown>>;
  for (const key of keys) {
    const [stepId, param, ...rest] = key.split('.');
    const step = allSteps.find((s) => s.id === stepId);
    const known = step !== undefined && rest.length === 0;
    if (known && param === undefined) result[stepId] = structuredClone(source[stepId]);
    else if (known && (param === 'on' || step.params.some((p) => p.key === param)))
      result[stepId][param] = structuredClone(source[stepId][param]);
    else throw new RevealError('bad-input', `There is no parameter called "${key}".`);
  }
  return result as unknown as DevelopParams;
}

/** Copies parameters from one item to others, one history entry each; returns the items that changed. */
export function syncRecipes(
  db: Db,
  fromId: number,
  toIds: readonly number[],
  keys: readonly string[],
): number[] {
  const from = itemParams(db, fromId);
  const label = `Sync: ${keys.join(', ')}`.slice(0, 120);
  return db.transaction(() =>
    [...new Set(toIds)].filter((id) => {
      if (id === fromId) return false;
      const before = itemParams(db, id);
      const params = copyParams(from, before, keys);
      if (JSON.stringify(params) === JSON.stringify(before)) return false;
      return setRecipe(db, id, { action: 'develop', version: DEVELOP_VERSION, params }, label);
    }),
  );
}

/**
 * Changes the named parameters of many items' recipes, one history entry each; returns the items that changed.
 * @throws RevealError 'bad-input' for a name that no step has, or a value out of range.
 */
export function applySteps(db: Db, ids: readonly number[], changes: StepChanges, label: string): number[] {
  const unknown = unknownNames(changes);
  if (unknown.length > 0) throw new RevealError('bad-input', `There is no parameter called "${unknown[0]}".`);
  return db.transaction(() =>
    [...new Set(ids)].filter((id) => {
      const before = itemParams(db, id);
      const merged: Record<string, unknown> = { ...before };
      for (const [step, values] of Object.entries(changes))
        merged[step] = { ...before[step as keyof DevelopParams], ...values };
      const checked = developParamsSchema.safeParse(merged);
      if (!checked.success) {
        const [issue] = checked.error.issues;
        throw new RevealError('bad-input', `${issue.path.join('.')}: ${issue.message}`);
      }
      if (JSON.stringify(checked.data) === JSON.stringify(before)) return false;
      return setRecipe(db, id, { action: 'develop', version: DEVELOP_VERSION, params: checked.data }, label);
    }),
  );
}

/**
 * Takes the newest entry of these items' histories back where it bears `label`: the entry before becomes the recipe
 * again (none before: nothing is decided again), as a new entry. Returns the items that changed.
 */
export function takeBack(db: Db, ids: readonly number[], label: string): number[] {
  return db.transaction(() =>
    [...new Set(ids)].filter((id) => {
      const [newest, before] = db.all<{ label: string; recipe: string }>(
        'SELECT label, recipe FROM history WHERE item_id = ? ORDER BY id DESC LIMIT 2',
        [id],
      );
      if (newest?.label !== label) return false;
      const recipe: Recipe = before
        ? recipeSchema.parse(JSON.parse(before.recipe))
        : { action: 'develop', version: DEVELOP_VERSION, params: defaultDevelopParams() };
      return setRecipe(db, id, recipe, 'undo');
    }),
  );
}
