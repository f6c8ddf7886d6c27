/** What a window may ask about items, groups, recipes and rolls: the contract's `library.*`, `recipe.*`, `develop.*`, `roll.*`, `frames.*`. */
import { randomUUID } from 'node:crypto';
import type { Handlers } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { defaultDevelopParams, DEVELOP_VERSION, type Recipe } from '../../app/recipe/develop.ts';
import { say } from '../../app/words/sentences.ts';
import type { DevelopAnalysis, FoundFrame } from '../actions/develop/types.ts';
import type { ScanInfo } from '../files/types.ts';
import { autoOf, recipeWith } from './auto.ts';
import type { Core } from './core.ts';
import {
  baselineOf,
  createGroup,
  developContext,
  getGroup,
  groupRow,
  listGroups,
  moveItems,
  setReference,
  updateGroup,
} from './groups.ts';
import { rememberHints } from './family-handlers.ts';
import { backsAmong, withBacks } from './family.ts';
import { storeFrames } from './scan-items.ts';
import {
  markMissing,
  patchItem,
  removeItems,
  restoreItems,
  scanAnalysis,
  scanById,
  toItem,
} from './items.ts';
import { facets, runQuery } from './query.ts';
import {
  applySteps,
  getHistory,
  getRecipe,
  itemParams,
  nameVersion,
  setRecipe,
  syncRecipes,
  takeBack,
} from './recipes.ts';
import { analyseAgain } from './rolls.ts';

type LibraryCalls = Extract<
  keyof Handlers,
  | `library.${string}`
  | `recipe.${string}`
  | `colour.${string}`
  | `develop.${string}`
  | `picture.${string}`
  | `roll.${string}`
  | `frames.${string}`
>;

/** All but `library.pick`, which needs the host. */
export function libraryHandlers(core: Core): Pick<Handlers, Exclude<LibraryCalls, 'library.pick'>> {
  const { db, changes, sidecars, engine, queue, engineParams } = core.parts;
  const ok = { ok: true } as const;

  /** A path that is really there; else the item is marked missing and the person told. */
  const pathOf = (scanId: number): string => scanById(db, scanId)!.path;
  const asking = async <T>(scanId: number, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof RevealError && error.code === 'not-found')
        changes.add(markMissing(db, scanId, true));
      throw error;
    }
  };

  const analysisOf = async (itemId: number, signal: AbortSignal): Promise<DevelopAnalysis> => {
    const row = core.item(itemId);
    const known = scanAnalysis(scanById(db, row.scan_id)!);
    if (known) return known;
    if (row.kind === 'reel') throw new RevealError('bad-input', say('reel-no-develop', { name: row.name }));
    await asking(row.scan_id, analyseAgain({ db, engine, signal }, row.scan_id));
    changes.add([itemId]);
    return scanAnalysis(scanById(db, row.scan_id)!)!;
  };

  /** After recipes were written: news, sidecars, and pictures anew; `film`: with their analysis. */
  const rewritten = (ids: readonly number[], film: boolean): void => {
    changes.add(ids);
    sidecars.touch(ids);
    if (film) core.reanalyse(ids);
    else core.redraw(ids);
  };

  return {
    'library.query': (query) => runQuery(db, query),
    'library.item': ({ id }) => toItem(core.item(id)),
    'library.groups': () => ({ groups: listGroups(db) }),
    'library.facets': () => facets(db),

    'library.update': ({ ids, patch }) => {
      const rows = core.items(ids);
      const target = patch.groupId ?? null;
      if (patch.groupId != null && !groupRow(db, patch.groupId))
        throw new RevealError('not-found', say('group-gone'));
      db.transaction(() => {
        for (const row of rows) patchItem(db, row.id, patch);
      });
      changes.add(ids, patch.groupId !== undefined);
      sidecars.touch(ids);
      if (patch.groupId !== undefined) {
        const moved = rows.filter((row) => row.group_id !== target);
        const stale = core.rebalance([], [target, ...moved.map((row) => row.group_id)]);
        core.redraw([...new Set([...stale, ...moved.map((row) => row.id)])]);
      }
      if (patch.kind !== undefined)
        core.reanalyse(rows.filter((row) => row.kind !== patch.kind).map((row) => row.id));
      return ok;
    },

    'library.remove': ({ ids }) => {
      const undoToken = randomUUID();
      // A back goes where its front goes.
      const all = withBacks(db, ids);
      removeItems(db, all, undoToken);
      changes.add(all, true);
      return { undoToken };
    },
    'library.restore': ({ undoToken }) => {
      const ids = restoreItems(db, undoToken);
      if (!ids) throw new RevealError('not-found', say('removal-undone'));
      changes.add(ids, true);
      core.redraw(ids);
      return ok;
    },

    'library.createGroup': ({ kind, name, ids }) => {
      const before = ids.map((id) => core.item(id).group_id);
      const film =
        kind === 'roll'
          ? majorityFilm(ids.map((id) => scanAnalysis(scanById(db, core.item(id).scan_id)!)))
          : null;
      const id = db.transaction(() => {
        const made = createGroup(db, { kind, name: name.trim() || name, film, automatic: false });
        moveItems(db, ids, made);
        return made;
      });
      const stale = core.rebalance([], [id, ...before]);
      changes.add(ids, true);
      core.redraw([...new Set([...ids, ...stale])]);
      return getGroup(db, id)!;
    },
    'library.updateGroup': ({ id, name, captureDate }) => {
      if (!groupRow(db, id)) throw new RevealError('not-found', say('group-gone'));
      const ids = updateGroup(db, id, { name, captureDate });
      changes.add(captureDate === undefined ? [] : ids, true);
      if (captureDate !== undefined) sidecars.touch(ids);
      return ok;
    },

    'library.takeOriginal': async ({ itemId }) => {
      const row = core.item(itemId);
      const jobId = await core.importPaths([pathOf(row.scan_id)]);
      return { jobId };
    },

    'recipe.get': ({ itemId }) => {
      core.item(itemId);
      return { recipe: getRecipe(db, itemId), history: getHistory(db, itemId) };
    },
    'recipe.set': ({ itemId, recipe, label }) => {
      core.item(itemId);
      const before = itemParams(db, itemId);
      if (!setRecipe(db, itemId, recipe, label)) return ok;
      rememberHints(core, itemId, before, recipe);
      changes.add([itemId]);
      sidecars.touch([itemId]);
      const { film, baseRect } = recipe.params.film;
      const otherBase = JSON.stringify(before.film.baseRect) !== JSON.stringify(baseRect);
      if (before.film.film !== film || otherBase) core.reanalyse([itemId]);
      else core.redraw([itemId]);
      return ok;
    },
    'recipe.nameVersion': ({ itemId, historyId, name }) => {
      core.item(itemId);
      nameVersion(db, itemId, historyId, name);
      sidecars.touch([itemId]);
      return ok;
    },
    'recipe.sync': ({ fromId, toIds, keys }) => {
      core.item(fromId);
      for (const id of toIds) core.item(id);
      const changed = syncRecipes(db, fromId, toIds, keys);
      rewritten(
        changed,
        keys.some((key) => ['film', 'film.film', 'film.baseRect'].includes(key)),
      );
      return { changed: changed.length };
    },
    'recipe.apply': ({ ids, steps, label }) => {
      core.items(ids);
      const behind = ids.length > 1 ? backsAmong(db, ids) : new Set<number>();
      const changed = applySteps(
        db,
        ids.filter((id) => !behind.has(id)),
        steps,
        label,
      );
      rewritten(changed, 'film' in steps);
      return { changed };
    },
    'recipe.takeBack': ({ ids, label }) => {
      core.items(ids);
      const changed = takeBack(db, ids, label);
      rewritten(changed, false);
      return { changed };
    },

    'develop.auto': async ({ itemId }, { signal }) => {
      // Asked for whenever a picture is opened: a good moment to notice that its file is another.
      core.checkOriginal(core.item(itemId).scan_id);
      const analysis = await analysisOf(itemId, signal);
      const row = core.item(itemId);
      const scan = scanById(db, row.scan_id)!;
      const info = JSON.parse(scan.info) as ScanInfo;
      const present = itemParams(db, itemId);
      const params = defaultDevelopParams();
      // Which way up a picture goes is the one thing that analysis does not know.
      params.frame = { ...params.frame, rotate: present.frame.rotate, mirror: present.frame.mirror };
      const recipe: Recipe = { action: 'develop', version: DEVELOP_VERSION, params };
      const group = row.group_id === null ? undefined : groupRow(db, row.group_id);
      const roll = group?.kind === 'roll' ? baselineOf(group) : null;
      const base = roll ? roll.base : analysis.base.rgb;
      const reasons = [...analysis.reasons];
      if (roll) reasons.push(say('roll-shared', { roll: group!.name }));
      if (row.outlier) reasons.push(say('roll-outlier'));
      return {
        recipe,
        reasons,
        base: [base[0], base[1], base[2]],
        baseSource: roll ? 'roll' : analysis.base.source,
        film: analysis.film,
        frames: analysis.frames.map((f) => toFractions(f, info)),
        framesByPerson: scan.frames !== null,
        infrared: analysis.infrared
          ? { usable: analysis.infrared.usable, reason: analysis.infrared.reason }
          : null,
        warnings: analysis.warnings,
      };
    },
    'picture.auto': async ({ itemId, ...wish }, { signal }) => {
      const row = core.item(itemId);
      const decision = await asking(row.scan_id, autoOf({ db, engine, engineParams, signal }, itemId, wish));
      const { what, damaged, order, reasons } = decision;
      return { recipe: recipeWith(db, itemId, decision), what, damaged, order, reasons };
    },
    'picture.autoAll': ({ ids, label, ...wish }) => {
      core.items(ids);
      const behind = ids.length > 1 ? backsAmong(db, ids) : new Set<number>();
      const items = [...new Set(ids)].flatMap((id) => {
        const row = core.item(id);
        // What is written on a back is no damage.
        if (behind.has(id)) return [];
        return [{ input: pathOf(row.scan_id), itemId: id }];
      });
      const title = items.length === 1 ? `Auto ${core.item(ids[0]).name}` : `Auto ${items.length} pictures`;
      return { jobId: queue.submit({ type: 'auto', title, payload: { wish, label }, items }) };
    },
    'colour.suggest': async ({ itemId, recipe, x, y }, { signal }) => {
      const row = core.item(itemId);
      const { colours } = await asking(
        row.scan_id,
        engine.call(
          'suggestColours',
          {
            path: pathOf(row.scan_id),
            params: engineParams(recipe.params),
            context: developContext(db, row),
            x,
            y,
          },
          { signal },
        ),
      );
      return { colours: colours.map((c) => ({ ...c, from: 'network' as const })) };
    },
    'develop.pickBase': async ({ itemId, rect }, { signal }) => {
      const row = core.item(itemId);
      const found = await asking(
        row.scan_id,
        engine.call('sampleBase', { path: pathOf(row.scan_id), rect }, { signal }),
      );
      return { base: [found.base[0], found.base[1], found.base[2]], warning: found.warning };
    },
    'develop.readout': async ({ itemId, recipe, x, y }, { signal }) => {
      const row = core.item(itemId);
      return asking(
        row.scan_id,
        engine.call(
          'readout',
          {
            path: pathOf(row.scan_id),
            params: engineParams(recipe.params),
            context: developContext(db, row),
            x,
            y,
          },
          { signal },
        ),
      );
    },

    'roll.setReference': ({ groupId, itemId, as }) => {
      const group = groupRow(db, groupId);
      if (!group || group.kind !== 'roll') throw new RevealError('not-found', say('roll-gone'));
      const row = core.item(itemId);
      if (row.group_id !== groupId) {
        moveItems(db, [itemId], groupId);
      }
      setReference(db, groupId, itemId, as);
      changes.add([itemId], true);
      queue.submit({ type: 'analyse-roll', title: `Analyse ${group.name}`, payload: { groupId } });
      return ok;
    },
    'roll.analyse': ({ groupId }) => {
      const group = groupRow(db, groupId);
      if (!group || group.kind !== 'roll') throw new RevealError('not-found', say('roll-gone'));
      return {
        jobId: queue.submit({ type: 'analyse-roll', title: `Analyse ${group.name}`, payload: { groupId } }),
      };
    },

    'frames.set': async ({ itemId, frames }, { signal }) => {
      await analysisOf(itemId, signal);
      const row = core.item(itemId);
      const scan = scanById(db, row.scan_id)!;
      const info = JSON.parse(scan.info) as ScanInfo;
      const drawn = frames && JSON.stringify(frames.map((f) => fromFractions(f, info)));
      const { ids, before } = db.transaction(() => {
        const known = db
          .all<{ id: number }>('SELECT id FROM items WHERE scan_id = ?', [scan.id])
          .map((r) => r.id);
        db.run('UPDATE scans SET frames = ? WHERE id = ?', [drawn, scan.id]);
        const changed = scanById(db, scan.id)!;
        const made = storeFrames(db, changed, info, scanAnalysis(changed));
        moveItems(
          db,
          made.filter((id) => !known.includes(id)),
          row.group_id,
        );
        return { ids: made, before: known };
      });
      changes.add([...new Set([...ids, ...before])], true);
      sidecars.touch(ids);
      core.redraw([...new Set([...ids, ...core.rebalance(ids)])]);
      return ok;
    },
  };
}

function majorityFilm(analyses: (DevelopAnalysis | null)[]): string | null {
  const votes = new Map<string, number>();
  for (const a of analyses) if (a) votes.set(a.film, (votes.get(a.film) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

interface FrameFractions {
  x: number;
  y: number;
  w: number;
  h: number;
  angle: number;
}

function toFractions(frame: FoundFrame, info: ScanInfo): FrameFractions {
  const { rect, angle } = frame;
  return {
    x: rect.x / info.width,
    y: rect.y / info.height,
    w: rect.w / info.width,
    h: rect.h / info.height,
    angle,
  };
}

/** @throws RevealError 'bad-input' for an area that is empty or lies outside of the scan. */
function fromFractions(f: FrameFractions, info: ScanInfo): FoundFrame {
  const x = Math.max(0, Math.round(f.x * info.width));
  const y = Math.max(0, Math.round(f.y * info.height));
  const w = Math.min(info.width, Math.round((f.x + f.w) * info.width)) - x;
  const h = Math.min(info.height, Math.round((f.y + f.h) * info.height)) - y;
  if (!(w >= 1 && h >= 1)) throw new RevealError('bad-input', say('frame-empty'));
  // The person drew it: nothing is surer.
  return { rect: { x, y, w, h }, angle: f.angle, format: 'none', confidence: 1 };
}
