/** What a window may ask about pairs and the colour memory: the contract's `pairs.*` and `memory.*`. */
import type { Handlers } from '../../app/contract/index.ts';
import { developParamsSchema, type DevelopParams, type Recipe } from '../../app/recipe/develop.ts';
import type { Core } from './core.ts';
import {
  clearMemories,
  countMemories,
  dismiss,
  forgetGone,
  joinPair,
  keepMemories,
  memoriesFor,
  newHints,
  partPair,
  proposals,
} from './family.ts';
import { developContext } from './groups.ts';
import { scanById } from './items.ts';
import { itemParams } from './recipes.ts';
import { getSettings } from './settings.ts';

type FamilyCalls = Extract<keyof Handlers, `pairs.${string}` | `memory.${string}`>;

export function familyHandlers(core: Core): Pick<Handlers, FamilyCalls> {
  const { db, changes, engine, engineParams } = core.parts;
  const ok = { ok: true } as const;
  return {
    'pairs.join': ({ frontId, backId }) => {
      joinPair(db, core.item(frontId), core.item(backId));
      changes.add([frontId, backId], true);
      return ok;
    },
    'pairs.part': ({ itemId }) => {
      const pair = partPair(db, core.item(itemId));
      changes.add([pair.frontId, pair.backId], true);
      return pair;
    },

    'memory.proposals': async ({ itemId, recipe }, { signal }) => {
      const row = core.item(itemId);
      if (!getSettings(db).rememberColours) return { hints: [] };
      const stored = memoriesFor(db, row);
      if (stored.length === 0) return { hints: [] };
      const { hints } = await engine.call(
        'proposeColours',
        {
          path: scanById(db, row.scan_id)!.path,
          params: engineParams(recipe.params),
          context: developContext(db, row),
          memory: stored.map((s) => s.memory),
        },
        { signal },
      );
      return { hints: proposals(db, hints, stored, recipe) };
    },
    'memory.dismiss': ({ itemId, memoryIds }) => {
      core.item(itemId);
      dismiss(db, itemId, memoryIds, true);
      return ok;
    },
    'memory.recall': ({ itemId, memoryIds }) => {
      core.item(itemId);
      dismiss(db, itemId, memoryIds, false);
      return ok;
    },
    'memory.count': () => ({ count: countMemories(db) }),
    'memory.clear': () => ({ count: clearMemories(db) }),
  };
}

/**
 * After a recipe was stored: what a person has just said of colours is remembered, in the background; what they took away
 * is forgotten. @param before the parameters that the item had
 */
export function rememberHints(core: Core, itemId: number, before: DevelopParams, recipe: Recipe): void {
  const { db, engine, engineParams } = core.parts;
  const said = recipe.params.colour.hints;
  const fresh = newHints(before.colour.hints, said);
  if (said.length < before.colour.hints.length) forgetGone(db, itemId, said);
  if (fresh.length === 0 || !getSettings(db).rememberColours) return;
  core.inBackground(async () => {
    const row = core.item(itemId);
    const { memories } = await engine.call(
      'rememberColours',
      {
        path: scanById(db, row.scan_id)!.path,
        params: engineParams(developParamsSchema.parse(recipe.params)),
        context: developContext(db, row),
        hints: fresh,
      },
      { signal: core.signal },
    );
    const present = itemParams(db, itemId).colour.hints;
    // What was taken back meanwhile is not remembered.
    const kept = memories.map((memory, i) =>
      present.some((h) => h.x === fresh[i].x && h.y === fresh[i].y) ? memory : null,
    );
    keepMemories(db, row, fresh, kept, present);
  });
}
