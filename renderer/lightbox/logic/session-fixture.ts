/** A host in memory for tests of the lightbox's session. */
import type { HistoryEntry } from '../../../app/contract/index.ts';
import type { Item } from '../../../app/contract/library.ts';
import { defaultDevelopParams, type DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { LightboxClient } from '../ports.ts';

export const blank: DevelopRecipe = { action: 'develop', version: 1, params: defaultDevelopParams() };
export const item = (id: number): Item => ({
  id,
  name: `frame-${id}.tif`,
  folder: 'roll',
  kind: 'colour-negative',
  kindReasons: [],
  groupId: 7,
  frame: 0,
  width: 6000,
  height: 4000,
  bits: 16,
  state: 'new',
  error: null,
  rating: 0,
  flag: 'none',
  tags: [],
  camera: null,
  scanDate: null,
  captureDate: null,
  hasInfrared: false,
  outlier: false,
  originalChanged: false,
  steps: [],
  duplicateOf: null,
  backOf: null,
  backId: null,
  thumbVersion: 1,
  aspect: 1.5,
});

/** A host in memory: recipes with history, one roll of three. */
export function host() {
  const heard: { name: string; args: Record<string, unknown> }[] = [];
  const recipes = new Map<number, DevelopRecipe>();
  const histories = new Map<number, HistoryEntry[]>();
  let nextId = 1;
  const slow = new Set<string>();
  const broken = new Set<string>();
  const whole = [{ x: 0, y: 0, w: 1, h: 1, angle: 0 }];
  const found = { film: 'c41', frames: whole, byPerson: false };
  const answers: Record<string, (args: never) => unknown> = {
    'library.item': ({ id }: { id: number }) => item(id),
    'library.groups': () => ({
      groups: [{ id: 7, kind: 'roll', name: 'Getaria', film: null, captureDate: null, count: 3, base: null }],
    }),
    'library.query': ({ offset = 0, limit = 200 }: { offset?: number; limit?: number }) => ({
      total: 3,
      items: [1, 2, 3].slice(offset, offset + Math.min(limit, 2)).map(item),
    }),
    'library.update': () => ({ ok: true }),
    'recipe.get': ({ itemId }: { itemId: number }) => ({
      recipe: recipes.get(itemId) ?? null,
      history: histories.get(itemId) ?? [],
    }),
    'recipe.set': ({ itemId, recipe, label }: { itemId: number; recipe: DevelopRecipe; label: string }) => {
      recipes.set(itemId, recipe);
      const entry = { id: nextId++, at: nextId, label, version: null, recipe };
      histories.set(itemId, [...(histories.get(itemId) ?? []), entry]);
      return { ok: true };
    },
    'recipe.sync': ({ toIds }: { toIds: number[] }) => ({ changed: toIds.length }),
    'frames.set': ({ frames }: { frames: typeof whole | null }) => {
      found.frames = frames ?? whole;
      found.byPerson = frames !== null;
      return { ok: true };
    },
    'develop.auto': () => ({
      recipe: blank,
      reasons: ['orange mask'],
      base: [0.5, 0.3, 0.2],
      baseSource: 'rebate',
      film: found.film,
      frames: found.frames,
      framesByPerson: found.byPerson,
      infrared: null,
      warnings: [],
    }),
  };
  const client = {
    call: async (name: string, args: Record<string, unknown>) => {
      heard.push({ name, args });
      await new Promise((r) => setTimeout(r, slow.has(name) ? 15 : 0));
      if (broken.has(name)) throw new Error(`${name} failed: disk is full`);
      return answers[name](args as never);
    },
    pixels: () => Promise.reject(new Error('no pixels here')),
    subscribe: () => () => undefined,
    thumbs: { acquire: () => Promise.resolve(''), release: () => undefined, peek: () => null },
  } as unknown as LightboxClient;
  return { client, heard, recipes, histories, slow, broken, found, answers };
}
