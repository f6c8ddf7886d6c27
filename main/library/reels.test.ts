/** Recipes of reels: kept, undone, redone, and never mixed up with what is the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FilmRecipe } from '../../app/recipe/film.ts';
import { openDatabase, type Db } from './database.ts';
import {
  defaultFilmRecipe,
  filmRecipe,
  redoReel,
  reelRecipe,
  reelRow,
  setReelRecipe,
  undoReel,
} from './reels.ts';
import { applySidecar, makeSidecar } from './sidecar.ts';

let dir: string;
let db: Db;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'revelado-reels-'));
  db = openDatabase(path.join(dir, 'library.db'));
  db.run("INSERT INTO scans (path, hash, size, mtime, info, added_at) VALUES ('/a.mp4', 'x', 1, 1, '{}', 1)");
  for (const [id, kind] of [
    [1, 'reel'],
    [2, 'print'],
  ] as const)
    db.run(
      `INSERT INTO items (id, scan_id, frame, hash, name, name_key, folder, kind, width, height, bits, added_at)
         VALUES (?, 1, ?, 'x', 'a.mp4', 'a', '/', ?, 4, 3, 8, 1)`,
      [id, id, kind],
    );
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true });
});

const withDirt = (strength: number): FilmRecipe => {
  const recipe = defaultFilmRecipe();
  recipe.params.dirt = { ...recipe.params.dirt, on: true, strength };
  return recipe;
};
const strength = (): number | null => {
  const { dirt } = filmRecipe(db, 1).params;
  return dirt.on ? dirt.strength : null;
};

it('begins with everything off, and walks back and forth', () => {
  expect(reelRecipe(db, 1)).toMatchObject({ untouched: true, canUndo: false, canRedo: false, history: [] });
  expect(setReelRecipe(db, 1, defaultFilmRecipe(), 'nothing')).toBe(false);
  expect(setReelRecipe(db, 1, withDirt(0.3), 'a')).toBe(true);
  expect(setReelRecipe(db, 1, withDirt(0.3), 'again')).toBe(false);
  expect(setReelRecipe(db, 1, withDirt(0.6), 'b')).toBe(true);
  expect(strength()).toBe(0.6);
  expect(undoReel(db, 1)).toBe(true);
  expect(strength()).toBe(0.3);
  expect(undoReel(db, 1)).toBe(true);
  expect(strength()).toBeNull();
  expect(undoReel(db, 1)).toBe(false);
  expect(reelRecipe(db, 1)).toMatchObject({ canUndo: false, canRedo: true, untouched: false });
  expect(redoReel(db, 1)).toBe(true);
  expect(strength()).toBe(0.3);
  // What is decided now takes the place of what was undone.
  setReelRecipe(db, 1, withDirt(0.9), 'c');
  expect(redoReel(db, 1)).toBe(false);
  expect(reelRecipe(db, 1).history.map((h) => h.label)).toEqual(['a', 'c']);
  undoReel(db, 1);
  undoReel(db, 1);
  setReelRecipe(db, 1, withDirt(0.1), 'd');
  expect(reelRecipe(db, 1).history.map((h) => h.label)).toEqual(['d']);
});

it('goes along in the sidecar, without the numbers of this library', () => {
  expect(makeSidecar(db, 1)?.items[0].film).toBeNull();
  const recipe = withDirt(0.7);
  recipe.keyFrames = [{ frame: 4, hints: [], referenceItem: 2 }];
  setReelRecipe(db, 1, recipe, 'a');
  const sidecar = makeSidecar(db, 1)!;
  expect(sidecar.items.map((i) => i.film?.keyFrames[0]?.referenceItem)).toEqual([null, undefined]);
  // Decided already: the sidecar does not stand over it.
  setReelRecipe(db, 1, withDirt(0.2), 'b');
  applySidecar(db, 1, sidecar);
  expect(strength()).toBe(0.2);
  db.run('DELETE FROM reel_recipes');
  db.run('DELETE FROM reel_history');
  applySidecar(db, 1, sidecar);
  expect(strength()).toBe(0.7);
});

it('is for reels alone', () => {
  expect(reelRow(db, 1).id).toBe(1);
  expect(() => reelRow(db, 2)).toThrow(/a\.mp4/);
  expect(() => reelRow(db, 3)).toThrow();
});
