/** Pairs, proposals and the colour memory of the make-believe window. */
import type { CallArgs, CallName, CallResult } from '../../app/contract/index.ts';
import { recipeSchema } from '../../app/recipe/develop.ts';
import type { Item } from '../../app/contract/library.ts';

type Calls = { [N in CallName]?: (args: CallArgs<N>) => CallResult<N> };

export function mockFamily(library: { items: Item[] }, changed: (ids: number[]) => void): Calls {
  const ok = { ok: true } as const;
  const item = (id: number) => library.items.find((i) => i.id === id);
  const dismissed = new Set<string>();
  return {
    'prints.find': ({ itemId }) => ({
      frames: item(itemId)?.kind.endsWith('print')
        ? [
            { x: 0.06, y: 0.12, w: 0.38, h: 0.7, angle: 3, confidence: 0.9 },
            { x: 0.54, y: 0.16, w: 0.38, h: 0.66, angle: -2, confidence: 0.8 },
          ]
        : [],
    }),
    'pairs.propose': ({ ids }) => ({
      pairs:
        ids.length > 1 ? [{ frontId: ids[0], backId: ids[1], score: 0.82, reasons: ['Set by hand.'] }] : [],
    }),
    'album.ageing': ({ ids }) => {
      for (const id of ids) Object.assign(item(id) ?? {}, { sharedAgeing: true });
      changed(ids);
      return { changed: ids };
    },
    'album.part': ({ ids }) => {
      for (const id of ids) Object.assign(item(id) ?? {}, { sharedAgeing: false });
      changed(ids);
      return { changed: ids };
    },
    'pairs.join': ({ frontId, backId }) => {
      Object.assign(item(frontId) ?? {}, { backId });
      Object.assign(item(backId) ?? {}, { backOf: frontId });
      changed([frontId, backId]);
      return ok;
    },
    'pairs.part': ({ itemId }) => {
      const one = item(itemId);
      const frontId = one?.backOf ?? itemId;
      const backId = one?.backOf ? itemId : (one?.backId ?? itemId);
      Object.assign(item(frontId) ?? {}, { backId: null });
      Object.assign(item(backId) ?? {}, { backOf: null });
      changed([frontId, backId]);
      return { frontId, backId };
    },
    'memory.proposals': ({ itemId, recipe }) => ({
      hints: [
        { memoryId: 1, x: 0.3, y: 0.35, colour: [0.42, 0.47, 0.36] as [number, number, number], alike: 0.97 },
        { memoryId: 2, x: 0.66, y: 0.6, colour: [0.63, 0.36, 0.3] as [number, number, number], alike: 0.94 },
      ]
        .filter((h) => !dismissed.has(`${itemId} ${h.memoryId}`))
        .filter(
          (h) =>
            !recipeSchema
              .parse(recipe)
              .params.colour.hints.some((p) => Math.hypot(p.x - h.x, p.y - h.y) < 0.06),
        )
        .map((h) => ({ ...h, fromId: 1, fromName: 'wedding-03.tif' })),
    }),
    'memory.dismiss': ({ itemId, memoryIds }) => {
      for (const id of memoryIds) dismissed.add(`${itemId} ${id}`);
      return ok;
    },
    'memory.recall': ({ itemId, memoryIds }) => {
      for (const id of memoryIds) dismissed.delete(`${itemId} ${id}`);
      return ok;
    },
    'memory.count': () => ({ count: 2 }),
    'memory.clear': () => ({ count: 2 }),
  };
}
