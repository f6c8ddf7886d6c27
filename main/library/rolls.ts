/** Roll mode: every frame of a roll is analysed with the roll's references, then what they share is computed and the pictures follow. As a job of its own, and as the last part of an import. */
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import type { ScanKind } from '../../app/contract/library.ts';
import { say } from '../../app/words/sentences.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import type { Engine } from '../engine/protocol.ts';
import type { FinishWork, ItemOutcome, ItemSpec, ItemWork, JobAction } from '../jobs/types.ts';
import type { Db } from './database.ts';
import { groupRow, referenceFiles, refreshRoll, type Baseline } from './groups.ts';
import { itemsOfScan, scanById } from './items.ts';
import { itemParams } from './recipes.ts';
import type { Thumbnails } from './thumbnails.ts';

/** The film a person's choice of kind stands for; 'auto' when the scan itself decides. */
export function filmOf(kind: ScanKind, byPerson: boolean): 'auto' | 'c41' | 'bw' | 'slide' {
  if (!byPerson) return 'auto';
  if (kind === 'colour-negative') return 'c41';
  if (kind === 'bw-negative') return 'bw';
  return 'slide';
}

/**
 * Analyses a scan again with what is known by now: the person's kind, the recipe's film and base rectangle,
 * the roll's references. Stores the result; returns the scan's items.
 */
export async function analyseAgain(
  o: { db: Db; engine: Engine; signal?: AbortSignal },
  scanId: number,
): Promise<number[]> {
  const { db } = o;
  const scan = scanById(db, scanId);
  const items = itemsOfScan(db, scanId);
  const first = items.find((row) => row.deleted_at === null);
  if (!scan || !first) return [];
  const params = itemParams(db, first.id);
  const film =
    params.film.film !== 'auto' ? params.film.film : filmOf(first.kind, first.kind_by_person === 1);
  const analysis: DevelopAnalysis = await o.engine.call(
    'analyse',
    {
      path: scan.path,
      film,
      baseRect: params.film.baseRect,
      ...referenceFiles(db, first.group_id, scan.path),
    },
    { signal: o.signal },
  );
  if (first.kind_by_person === 1) {
    analysis.kind = first.kind;
    analysis.reasons = [say('kind-by-hand')];
  }
  db.transaction(() => {
    db.run('UPDATE scans SET analysis = ? WHERE id = ?', [JSON.stringify(analysis), scanId]);
    db.run(
      `UPDATE items SET kind = ?, reasons = ?, state = CASE WHEN state IN ('new', 'failed') THEN 'analysed' ELSE state END,
         error = NULL WHERE scan_id = ? AND kind_by_person = 0`,
      [analysis.kind, JSON.stringify(analysis.reasons), scanId],
    );
  });
  return items.map((row) => row.id);
}

/** Scans of a roll that can be analysed, in order. */
function scansOf(db: Db, groupId: number): { scan_id: number; item_id: number; path: string }[] {
  return db.all(
    `SELECT i.scan_id, MIN(i.id) AS item_id, s.path FROM items i JOIN scans s ON s.id = i.scan_id
     WHERE i.group_sort = ? AND i.deleted_at IS NULL AND i.kind <> 'reel' AND s.missing = 0
     GROUP BY i.scan_id ORDER BY i.name_key`,
    [groupId],
  );
}

/** The frames of a roll again, one after another, as part of another job. A frame that fails keeps what it had. */
export async function analyseRoll(o: {
  db: Db;
  engine: Engine;
  groupId: number;
  signal: AbortSignal;
}): Promise<void> {
  for (const { scan_id } of scansOf(o.db, o.groupId)) {
    if (o.signal.aborted) return;
    try {
      await analyseAgain(o, scan_id);
    } catch (error) {
      if (error instanceof RevealError && (error.code === 'cancelled' || error.code === 'engine'))
        throw error;
    }
  }
}

const payload = z.object({ groupId: z.number().int() });

export interface RollOptions {
  db: Db;
  engine: Engine;
  thumbnails: Thumbnails;
  baseline: Baseline;
  changed(ids: number[], groups?: boolean): void;
}

export class AnalyseRollAction implements JobAction<{ groupId: number }> {
  readonly type = 'analyse-roll' as const;
  readonly lane = 'import';
  readonly concurrency = 2;
  readonly parse = (stored: unknown): { groupId: number } => payload.parse(stored);
  readonly #o: RollOptions;
  constructor(options: RollOptions) {
    this.#o = options;
  }

  async prepare({ groupId }: { groupId: number }): Promise<ItemSpec[]> {
    if (!groupRow(this.#o.db, groupId)) throw new RevealError('not-found', say('roll-gone'));
    return scansOf(this.#o.db, groupId).map((row) => ({ input: row.path, itemId: row.item_id }));
  }

  async run(work: ItemWork<{ groupId: number }>): Promise<ItemOutcome> {
    const item = this.#o.db.get<{ scan_id: number }>('SELECT scan_id FROM items WHERE id = ?', [work.itemId]);
    if (!item) throw new RevealError('not-found', say('export-not-here', { file: work.input }));
    const ids = await analyseAgain({ ...this.#o, signal: work.signal }, item.scan_id);
    this.#o.changed(ids);
    return {};
  }

  async finish(job: FinishWork<{ groupId: number }>): Promise<void> {
    const { db, thumbnails, baseline } = this.#o;
    const { groupId } = job.payload;
    refreshRoll(db, groupId, baseline);
    this.#o.changed([], true);
    job.stage(groupRow(db, groupId)?.name ?? '');
    const ids = db
      .all<{ id: number }>(
        'SELECT id FROM items WHERE group_sort = ? AND deleted_at IS NULL ORDER BY name_key',
        [groupId],
      )
      .map((row) => row.id);
    await thumbnails.refresh(ids, job.signal);
  }
}
