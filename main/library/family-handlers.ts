/** What a window may ask about prints: several on a scan, front and back, one age; and about the colour memory. The contract's `prints.*`, `pairs.*`, `album.*`, `memory.*`. */
import type { PairProposal } from '../../app/contract/family.ts';
import type { Handlers } from '../../app/contract/index.ts';
import { developParamsSchema, type DevelopParams, type Recipe } from '../../app/recipe/develop.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { poolAgeing, type AgeingAnalysis } from '../actions/ageing/index.ts';
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
  shareAgeing,
} from './family.ts';
import { developContext } from './groups.ts';
import { scanById } from './items.ts';
import { itemParams } from './recipes.ts';
import { getSettings } from './settings.ts';
import { naturalKey } from './text.ts';

type FamilyCalls = Extract<
  keyof Handlers,
  `pairs.${string}` | `memory.${string}` | `prints.${string}` | `album.${string}`
>;

/** Pictures among which pairs are looked for, and from which score a pair is proposed. */
const MOST_COMPARED = 200;
const LIKELY = 0.5;

export function familyHandlers(core: Core): Pick<Handlers, FamilyCalls> {
  const { db, changes, engine, engineParams } = core.parts;
  const ok = { ok: true } as const;
  const pathOf = (itemId: number): string => scanById(db, core.item(itemId).scan_id)!.path;
  return {
    'prints.find': async ({ itemId }, { signal }) => {
      const row = core.item(itemId);
      if (!isPrint(row.kind)) return { frames: [] };
      const { prints } = await engine.call('findPrints', { path: pathOf(itemId) }, { signal });
      return {
        frames: prints.map(({ x, y, w, h, angle, confidence }) => ({ x, y, w, h, angle, confidence })),
      };
    },

    'pairs.propose': async ({ ids }, { signal }) => {
      const rows = [...new Set(ids)]
        .map((id) => core.item(id))
        .filter((row) => isPrint(row.kind) && row.back_of === null && (row.back_id ?? null) === null)
        // In the order of scanning, which is the order of names within a folder.
        .sort((a, b) =>
          `${a.folder}/${naturalKey(a.name)}`.localeCompare(`${b.folder}/${naturalKey(b.name)}`),
        )
        .slice(0, MOST_COMPARED);
      const found: PairProposal[] = [];
      for (let i = 0; i + 1 < rows.length; i++) {
        const [a, b] = [rows[i], rows[i + 1]];
        if (a.folder !== b.folder || a.scan_id === b.scan_id) continue;
        for (const [front, back, orders] of [
          [a, b, [i, i + 1]],
          [b, a, [i + 1, i]],
        ] as const) {
          const { score, reasons } = await engine.call(
            'pairScore',
            {
              front: { path: pathOf(front.id), order: orders[0] },
              back: { path: pathOf(back.id), order: orders[1] },
            },
            { signal },
          );
          if (score >= LIKELY) found.push({ frontId: front.id, backId: back.id, score, reasons });
        }
      }
      return { pairs: eachOnce(found) };
    },

    'album.ageing': async ({ ids }, { signal }) => {
      const rows = [...new Set(ids)].map((id) => core.item(id)).filter((row) => isPrint(row.kind));
      const analyses: AgeingAnalysis[] = [];
      for (const row of rows)
        analyses.push(
          await engine.call(
            'ageing',
            {
              path: pathOf(row.id),
              params: engineParams(itemParams(db, row.id)),
              context: developContext(db, row),
            },
            { signal },
          ),
        );
      if (analyses.length === 0) return { changed: [] };
      const changed = rows.map((row) => row.id);
      shareAgeing(db, changed, poolAgeing(analyses));
      changes.add(changed);
      core.redraw(changed);
      return { changed };
    },
    'album.part': ({ ids }) => {
      const changed = core.items(ids).map((row) => row.id);
      shareAgeing(db, changed, null);
      changes.add(changed);
      core.redraw(changed);
      return { changed };
    },

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

/** The likeliest pairs, each picture in one at most. */
export function eachOnce(found: readonly PairProposal[]): PairProposal[] {
  const taken = new Set<number>();
  return [...found]
    .sort((p, q) => q.score - p.score || p.frontId - q.frontId)
    .filter(({ frontId, backId }) => {
      if (taken.has(frontId) || taken.has(backId)) return false;
      taken.add(frontId).add(backId);
      return true;
    })
    .sort((p, q) => p.frontId - q.frontId);
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
