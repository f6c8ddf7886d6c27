/** What the handlers of the library share, and the few things that happen behind a person's back: batched news, re-analysis after a correction, coalesced imports. */
import path from 'node:path';
import type { TopicEvent } from '../../app/contract/index.ts';
import { RevealError } from '../../app/contract/messages.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { say } from '../../app/words/sentences.ts';
import type { Engine } from '../engine/protocol.ts';
import type { EmbeddedQueue } from '../jobs/queue.ts';
import type { Db } from './database.ts';
import { refreshRoll, type Baseline } from './groups.ts';
import type { ImportAction } from './importer.ts';
import { isInside } from './folders.ts';
import { itemRow, type ItemRow } from './items.ts';
import { analyseAgain } from './rolls.ts';
import type { Originals } from './originals.ts';
import type { SidecarWriter } from './sidecar.ts';
import type { Thumbnails } from './thumbnails.ts';

/** Collects changed items for a moment, so that an import of a thousand files is not a thousand events. */
export class ChangeBatch {
  readonly #publish: (event: TopicEvent<'library.changed'>) => void;
  readonly #delayMs: number;
  #ids = new Set<number>();
  #groups = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: (event: TopicEvent<'library.changed'>) => void, delayMs = 120) {
    this.#publish = publish;
    this.#delayMs = delayMs;
  }
  add(ids: readonly number[], groups = false): void {
    if (ids.length === 0 && !groups) return;
    for (const id of ids) this.#ids.add(id);
    this.#groups ||= groups;
    this.#timer ??= setTimeout(() => this.flush(), this.#delayMs);
  }
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#ids.size === 0 && !this.#groups) return;
    const event = { ids: [...this.#ids], groups: this.#groups };
    this.#ids = new Set();
    this.#groups = false;
    this.#publish(event);
  }
}

export interface CoreParts {
  db: Db;
  engine: Engine;
  queue: EmbeddedQueue;
  importer: ImportAction;
  thumbnails: Thumbnails;
  sidecars: SidecarWriter;
  originals: Originals;
  changes: ChangeBatch;
  baseline: Baseline;
  inbox: string;
  /** A recipe's parameters as the engine takes them: with the models that were chosen. */
  engineParams(params: DevelopParams): DevelopParams;
  notice(level: 'info' | 'warning' | 'error', text: string): void;
}

/** Single files that come one by one (a browser streams each dropped file) join the import begun so recently (ms). */
const JOIN_MS = 5000;

export class Core {
  readonly parts: CoreParts;
  readonly #background = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #open: { jobId: number; at: number; count: number; action: 'develop' | null } | null = null;

  constructor(parts: CoreParts) {
    this.parts = parts;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** An item that is in the library, or a 'not-found' for the person. */
  item(id: number): ItemRow {
    const row = itemRow(this.parts.db, id);
    if (!row || row.deleted_at !== null) throw new RevealError('not-found', say('item-gone'));
    return row;
  }

  /** Several items at once; each must be in the library. */
  items(ids: readonly number[]): Pick<ItemRow, 'id' | 'scan_id' | 'group_id' | 'kind'>[] {
    const rows = this.parts.db.all<Pick<ItemRow, 'id' | 'scan_id' | 'group_id' | 'kind'>>(
      `SELECT id, scan_id, group_id, kind FROM items
       WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`,
      [JSON.stringify(ids)],
    );
    if (rows.length !== new Set(ids).size) throw new RevealError('not-found', say('export-gone'));
    return rows;
  }

  /** Does something without the caller waiting; errors become a notice, and closing waits for it. */
  inBackground(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.parts.notice('error', error instanceof Error ? error.message : String(error));
      })
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  /** Looks whether the scan's file is there and is what it was. */
  checkOriginal(scanId: number): void {
    this.inBackground(() => this.parts.originals.check(scanId, this.#abort.signal));
  }

  /** Fresh pictures for these items. */
  redraw(ids: readonly number[]): void {
    if (ids.length > 0) this.inBackground(() => this.parts.thumbnails.refresh(ids));
  }

  /** After a correction of kind or film: analysis, roll and pictures again. */
  reanalyse(ids: readonly number[]): void {
    const { db, engine, changes, thumbnails } = this.parts;
    const scans = new Set(ids.map((id) => itemRow(db, id)?.scan_id).filter((id) => id !== undefined));
    this.inBackground(async () => {
      const touched = new Set<number>();
      for (const scanId of scans) {
        if (this.#abort.signal.aborted) return;
        try {
          for (const id of await analyseAgain({ db, engine, signal: this.#abort.signal }, scanId))
            touched.add(id);
        } catch (error) {
          if (this.#abort.signal.aborted) return;
          this.parts.notice('warning', error instanceof Error ? error.message : String(error));
        }
      }
      for (const id of this.rebalance([...touched])) touched.add(id);
      changes.add([...touched], true);
      await thumbnails.refresh([...touched]);
    });
  }

  /** Balances the rolls of these items anew; returns the items whose picture changes by it. */
  rebalance(ids: readonly number[], groups: readonly (number | null)[] = []): number[] {
    const rolls = new Set<number>();
    for (const id of ids) {
      const group = itemRow(this.parts.db, id)?.group_id;
      if (group != null) rolls.add(group);
    }
    for (const group of groups) if (group !== null) rolls.add(group);
    return [...rolls].flatMap((group) => refreshRoll(this.parts.db, group, this.parts.baseline));
  }

  /**
   * Starts an import; a file that follows another within seconds joins its job. Links are followed, with
   * `within` (real paths of folders) only as far as they stay inside of these. Returns the job.
   */
  async importPaths(
    paths: readonly string[],
    options: { action?: 'develop'; within?: readonly string[] } = {},
  ): Promise<number> {
    const { queue, importer } = this.parts;
    const action = options.action ?? null;
    if (paths.length === 0) throw new RevealError('bad-input', say('import-nothing'));
    const absolute = paths.map((p) => path.resolve(p));
    const now = Date.now();
    const open = this.#open;
    const within = options.within ? [...options.within] : null;
    const single = absolute.length === 1 && path.extname(absolute[0]) !== '' && within === null;
    if (single && open && open.action === action && now - open.at < JOIN_MS) {
      const items = await importer.list(absolute);
      open.count += items.length;
      if (queue.append(open.jobId, items, `Import ${open.count} files`)) {
        open.at = now;
        return open.jobId;
      }
    }
    const title = `Import ${path.basename(absolute[0])}${absolute.length > 1 ? ` + ${absolute.length - 1}` : ''}`;
    const jobId = queue.submit({
      type: 'import',
      title,
      payload: { paths: absolute, action, within },
      ...(single ? { items: await importer.list(absolute) } : {}),
      destination: isInside(this.parts.inbox, absolute[0]) ? null : path.dirname(absolute[0]),
    });
    this.#open = single ? { jobId, at: now, count: 1, action } : null;
    return jobId;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled([...this.#background]);
  }
}
