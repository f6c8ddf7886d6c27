/** Settings and export presets, kept in the library file; what is stored is checked again when read, so that an old or odd value falls back to its default. */
import { defaultSettings, settingsSchema, type Settings } from '../../app/contract/host.ts';
import { exportRecipeSchema, type ExportRecipe } from '../../app/contract/jobs.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import type { Db } from './database.ts';

export function getSettings(db: Db): Settings {
  const result: Record<string, unknown> = { ...defaultSettings };
  const shape = settingsSchema.shape;
  for (const { key, value } of db.all<{ key: string; value: string }>('SELECT key, value FROM settings')) {
    if (!(key in shape)) continue;
    const checked = shape[key as keyof Settings].safeParse(JSON.parse(value));
    if (checked.success) result[key] = checked.data;
  }
  return settingsSchema.parse(result);
}

export function setSettings(db: Db, change: Partial<Settings>): Settings {
  db.transaction(() => {
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) continue;
      db.run(
        'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [key, JSON.stringify(value)],
      );
    }
  });
  return getSettings(db);
}

/** What ships: an archive master, a picture to print, one to send. */
export const builtInPresets: readonly ExportRecipe[] = [
  exportRecipeSchema.parse({ name: 'Master (16-bit TIFF)', format: 'tiff', bits: 16, icc: 'prophoto' }),
  exportRecipeSchema.parse({ name: 'Print (16-bit TIFF)', format: 'tiff', bits: 16, icc: 'adobe-rgb' }),
  exportRecipeSchema.parse({ name: 'Share (JPEG)', format: 'jpeg', bits: 8, icc: 'srgb', longSide: 2560 }),
];

/** Built-in presets (a saved one of the same name stands in its place), then the person's, by name. */
export function listPresets(db: Db): ExportRecipe[] {
  const saved = db
    .all<{ recipe: string }>('SELECT recipe FROM presets ORDER BY name COLLATE NOCASE')
    .flatMap((row) => {
      const checked = exportRecipeSchema.safeParse(JSON.parse(row.recipe));
      return checked.success ? [checked.data] : [];
    });
  const names = new Set(saved.map((p) => p.name));
  return [...builtInPresets.filter((p) => !names.has(p.name)), ...saved];
}

export function savePreset(db: Db, preset: ExportRecipe): void {
  const name = preset.name.trim();
  if (!name) throw new RevealError('bad-input', say('preset-name'));
  db.run(
    'INSERT INTO presets (name, recipe, at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET recipe = excluded.recipe, at = excluded.at',
    [name, JSON.stringify({ ...preset, name }), Date.now()],
  );
}
