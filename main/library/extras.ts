/** What the engine is given of a picture beside its recipe and its roll: files of other pictures of the same, and the ageing setting of its album. */
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { AgeingAnalysis } from '../actions/ageing/index.ts';
import type { Db } from './database.ts';
import type { ItemRow } from './items.ts';

export interface Extras {
  evidence?: string[];
  ageing?: AgeingAnalysis;
}

/** Left out is what the recipe has switched off, so that a picture without it is the same picture. */
export function extrasOf(db: Db, row: Pick<ItemRow, 'id' | 'ageing'>, params: DevelopParams): Extras {
  const { repair, ageing } = params;
  const evidence =
    repair.on && repair.sources.length > 0
      ? repair.sources.flatMap(
          (id) =>
            db.get<{ path: string }>(
              `SELECT s.path AS path FROM items i JOIN scans s ON s.id = i.scan_id
               WHERE i.id = ? AND i.id <> ? AND i.deleted_at IS NULL AND i.missing = 0`,
              [id, row.id],
            )?.path ?? [],
        )
      : [];
  return {
    ...(evidence.length > 0 ? { evidence } : {}),
    ...(ageing.on && row.ageing ? { ageing: JSON.parse(row.ageing) as AgeingAnalysis } : {}),
  };
}
