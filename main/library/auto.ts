/**
 * Auto over the library: what pictures need is found out by the engine and becomes a recipe; for one picture as a
 * proposal, for many as a job that writes each recipe as soon as it is known. A picture whose marks, hints or other steps a
 * person has set keeps them: Auto only switches steps on.
 */
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import {
  DEVELOP_VERSION,
  developParamsSchema,
  type DevelopParams,
  type Recipe,
} from '../../app/recipe/develop.ts';
import { say } from '../../app/words/sentences.ts';
import type { AutoDecision, AutoWish } from '../actions/auto/types.ts';
import type { Engine } from '../engine/protocol.ts';
import type { ItemOutcome, ItemWork, JobAction } from '../jobs/types.ts';
import type { Db } from './database.ts';
import { developContext } from './groups.ts';
import { itemRow, scanById } from './items.ts';
import { applySteps, itemParams } from './recipes.ts';

/** Asks the engine about one item. @throws RevealError 'not-found' when it is no longer in the library */
export async function autoOf(
  o: { db: Db; engine: Engine; signal?: AbortSignal; engineParams(params: DevelopParams): DevelopParams },
  itemId: number,
  wish: AutoWish,
): Promise<AutoDecision> {
  const row = itemRow(o.db, itemId);
  const scan = row && scanById(o.db, row.scan_id);
  if (!row || row.deleted_at !== null || !scan) throw new RevealError('not-found', say('item-gone'));
  const params = o.engineParams(itemParams(o.db, itemId));
  return o.engine.call(
    'auto',
    { path: scan.path, params, context: developContext(o.db, row), wish },
    { ...(o.signal ? { signal: o.signal } : {}) },
  );
}

/** An item's recipe with a decision's steps laid over it. */
export function recipeWith(db: Db, itemId: number, { steps }: AutoDecision): Recipe {
  const raw = { ...itemParams(db, itemId) } as unknown as Record<string, Record<string, unknown>>;
  for (const [step, values] of Object.entries(steps)) raw[step] = { ...raw[step], ...values };
  return { action: 'develop', version: DEVELOP_VERSION, params: developParamsSchema.parse(raw) };
}

const payload = z.object({
  wish: z.object({ colorize: z.boolean(), grain: z.boolean(), neutral: z.boolean() }),
  label: z.string(),
});
export type AutoPayload = z.infer<typeof payload>;

export interface AutoOptions {
  db: Db;
  engine: Engine;
  /** A recipe's parameters as the engine takes them. */
  engineParams(params: DevelopParams): DevelopParams;
  /** Told the items whose recipes are different now. */
  rewritten(ids: number[]): void;
}

export class AutoAction implements JobAction<AutoPayload> {
  readonly type = 'auto' as const;
  readonly lane = 'auto';
  readonly concurrency = 1;
  readonly parse = (stored: unknown): AutoPayload => payload.parse(stored);
  readonly #o: AutoOptions;

  constructor(options: AutoOptions) {
    this.#o = options;
  }

  async run({
    payload: { wish, label },
    itemId,
    input,
    signal,
  }: ItemWork<AutoPayload>): Promise<ItemOutcome> {
    const { db, engine, engineParams, rewritten } = this.#o;
    if (itemId === null) throw new RevealError('not-found', say('export-not-here', { file: input }));
    const { what, damaged, order, steps, reasons } = await autoOf(
      { db, engine, engineParams, signal },
      itemId,
      wish,
    );
    const changed = order.length > 0 ? applySteps(db, [itemId], steps, label) : [];
    rewritten(changed);
    return { record: { action: 'auto', what, damaged, order, steps, reasons } };
  }
}
