/** Scans and items in the database: rows in, `Item`s out, and the small changes a person or the analysis makes to them. */
import path from 'node:path';
import type { Item, ItemPatch, ScanKind } from '../../app/contract/library.ts';
import type { Rect } from '../../app/picture.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import type { DevelopAnalysis, FoundFrame } from '../actions/develop/types.ts';
import type { ScanInfo } from '../files/types.ts';
import type { Db, Value } from './database.ts';
import { dateKey, naturalKey, searchText } from './text.ts';

export interface ScanRow {
  id: number;
  path: string;
  hash: string;
  size: number;
  mtime: number;
  info: string;
  analysis: string | null;
  /** Picture areas as a person set them; null = those of the analysis. */
  frames: string | null;
  missing: number;
  /** The file at `path` holds other bytes by now than those of `hash`. */
  changed: number;
  added_at: number;
}

export interface ItemRow {
  id: number;
  scan_id: number;
  frame: number;
  hash: string;
  name: string;
  folder: string;
  kind: ScanKind;
  kind_by_person: number;
  reasons: string;
  group_id: number | null;
  width: number;
  height: number;
  bits: number;
  shown_state: Item['state'];
  state: Item['state'];
  error: string | null;
  rating: number;
  flag: Item['flag'];
  tags: string;
  camera: string | null;
  scan_date: string | null;
  capture_own: string | null;
  capture_date: string | null;
  infrared: number;
  outlier: number;
  changed: number;
  thumb_version: number;
  thumb_file: string | null;
  aspect: number;
  /** Restore steps that are on, separated by blanks (kept by triggers). */
  steps: string;
  deleted_at: number | null;
  /** The front of which this is the back. */
  back_of: number | null;
  back_id?: number | null;
  /** The ageing analysis that it shares with other prints, JSON. */
  ageing?: string | null;
  duplicate_of?: number | null;
}

/** Columns of an item as a window sees it. The oldest item of the same bytes and frame is what others duplicate. */
export const ITEM_COLUMNS = `i.id, i.scan_id, i.frame, i.hash, i.name, i.folder, i.kind, i.kind_by_person,
  i.reasons, i.group_id, i.width, i.height, i.bits, i.shown_state, i.state, i.error, i.rating, i.flag, i.tags,
  i.camera, i.scan_date, i.capture_own, i.capture_date, i.infrared, i.outlier, i.changed, i.thumb_version, i.thumb_file,
  i.aspect, i.steps, i.deleted_at, i.back_of, i.ageing,
  (SELECT b.id FROM items b WHERE b.back_of = i.id AND b.deleted_at IS NULL) AS back_id,
  (SELECT MIN(d.id) FROM items d WHERE d.hash = i.hash AND d.frame = i.frame AND d.deleted_at IS NULL
     AND d.id < i.id) AS duplicate_of`;

export function toItem(row: ItemRow): Item {
  return {
    id: row.id,
    name: row.name,
    folder: row.folder,
    kind: row.kind,
    kindReasons: JSON.parse(row.reasons) as string[],
    groupId: row.group_id,
    frame: row.frame,
    width: row.width,
    height: row.height,
    bits: row.bits,
    state: row.shown_state,
    error: row.error,
    rating: row.rating,
    flag: row.flag,
    tags: JSON.parse(row.tags) as string[],
    camera: row.camera,
    scanDate: row.scan_date,
    captureDate: row.capture_date,
    hasInfrared: row.infrared === 1,
    outlier: row.outlier === 1,
    originalChanged: row.changed === 1,
    duplicateOf: row.duplicate_of ?? null,
    backOf: row.back_of,
    backId: row.back_id ?? null,
    sharedAgeing: row.ageing != null,
    steps: row.steps.split(' ').filter((s) => s !== '') as Item['steps'],
    thumbVersion: row.thumb_version,
    aspect: row.aspect,
  };
}

export const itemRow = (db: Db, id: number): ItemRow | undefined =>
  db.get<ItemRow>(`SELECT ${ITEM_COLUMNS} FROM items i WHERE i.id = ?`, [id]);
export const scanById = (db: Db, id: number): ScanRow | undefined =>
  db.get<ScanRow>('SELECT * FROM scans WHERE id = ?', [id]);
export const scanByPath = (db: Db, file: string): ScanRow | undefined =>
  db.get<ScanRow>('SELECT * FROM scans WHERE path = ?', [file]);
export const scansByHash = (db: Db, hash: string): ScanRow[] =>
  db.all<ScanRow>('SELECT * FROM scans WHERE hash = ? ORDER BY id', [hash]);
export const sizeKnown = (db: Db, size: number): boolean =>
  db.get('SELECT 1 FROM scans WHERE size = ? LIMIT 1', [size]) !== undefined;
export const itemsOfScan = (db: Db, scanId: number): ItemRow[] =>
  db.all<ItemRow>(`SELECT ${ITEM_COLUMNS} FROM items i WHERE i.scan_id = ? ORDER BY i.frame`, [scanId]);

/** The analysis of a scan with the frames a person set in place of the found ones; null before the first. */
export function scanAnalysis(scan: Pick<ScanRow, 'analysis' | 'frames'>): DevelopAnalysis | null {
  if (!scan.analysis) return null;
  const analysis = JSON.parse(scan.analysis) as DevelopAnalysis;
  if (!scan.frames) return analysis;
  const frames = JSON.parse(scan.frames) as FoundFrame[];
  const { densities, balance, exposure } = analysis;
  // A frame keeps what was measured where most of it lies; one drawn elsewhere has the scan's own figures.
  if (analysis.perFrame) {
    const measured = analysis.perFrame;
    analysis.perFrame = frames.map((frame) => {
      const shared = analysis.frames.map((found) => overlap(found.rect, frame.rect));
      const most = Math.max(...shared);
      return most > 0 ? measured[shared.indexOf(most)] : { densities, balance, exposure };
    });
  }
  return { ...analysis, frames };
}

/** Area two rectangles share, in square pixels. */
function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return Math.max(0, w) * Math.max(0, h);
}

export interface NewScan {
  path: string;
  hash: string;
  size: number;
  mtime: number;
  info: ScanInfo;
  analysis: DevelopAnalysis | null;
}

/** Stores a scan, or brings the one at this path up to date (the file was scanned anew). Returns its id. */
export function storeScan(db: Db, scan: NewScan): number {
  const analysis = scan.analysis ? JSON.stringify(scan.analysis) : null;
  return db.get<{ id: number }>(
    `INSERT INTO scans (path, hash, size, mtime, info, analysis, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, size = excluded.size, mtime = excluded.mtime,
       info = excluded.info, analysis = excluded.analysis, missing = 0, changed = 0,
       frames = CASE WHEN scans.hash = excluded.hash THEN scans.frames ELSE NULL END
     RETURNING id`,
    [scan.path, scan.hash, scan.size, scan.mtime, JSON.stringify(scan.info), analysis, Date.now()],
  )!.id;
}

export interface NewItem {
  scanId: number;
  frame: number;
  hash: string;
  path: string;
  kind: ScanKind;
  reasons: Sentence[];
  width: number;
  height: number;
  bits: number;
  state: Item['state'];
  camera: string | null;
  scanDate: string | null;
  captureDate: string | null;
  infrared: boolean;
  aspect: number;
}

/** Stores an item, or refreshes what the analysis says about it; what the person gave it stays. Returns its id. */
export function storeItem(db: Db, item: NewItem): number {
  const name = path.basename(item.path);
  const folder = path.dirname(item.path);
  const id = db.get<{ id: number }>(
    `INSERT INTO items (scan_id, frame, hash, name, name_key, folder, kind, reasons, width, height, bits, state,
       camera, scan_date, capture_own, capture_date, scan_key, capture_key, infrared, aspect, added_at)
     VALUES ($scan, $frame, $hash, $name, $key, $folder, $kind, $reasons, $width, $height, $bits, $state,
       $camera, $scanDate, $capture, $capture, $scanKey, $captureKey, $infrared, $aspect, $now)
     ON CONFLICT (scan_id, frame) DO UPDATE SET hash = excluded.hash, name = excluded.name,
       name_key = excluded.name_key, folder = excluded.folder,
       kind = CASE WHEN kind_by_person THEN kind ELSE excluded.kind END,
       reasons = CASE WHEN kind_by_person THEN reasons ELSE excluded.reasons END,
       width = excluded.width, height = excluded.height, bits = excluded.bits, camera = excluded.camera,
       state = CASE WHEN state IN ('new', 'failed') THEN excluded.state ELSE state END,
       infrared = excluded.infrared, missing = 0, changed = 0, error = NULL, deleted_at = NULL, thumb_stale = 1
     RETURNING id`,
    {
      scan: item.scanId,
      frame: item.frame,
      hash: item.hash,
      name,
      key: naturalKey(name),
      folder,
      kind: item.kind,
      reasons: JSON.stringify(item.reasons),
      width: item.width,
      height: item.height,
      bits: item.bits,
      state: item.state,
      camera: item.camera,
      scanDate: item.scanDate,
      capture: item.captureDate,
      scanKey: dateKey(item.scanDate),
      captureKey: dateKey(item.captureDate),
      infrared: item.infrared ? 1 : 0,
      aspect: item.aspect,
      now: Date.now(),
    },
  )!.id;
  refreshItem(db, id);
  return id;
}

/** Recomputes what follows from an item and its group: shown capture date, date keys, search text. */
export function refreshItem(db: Db, id: number): void {
  const row = db.get<ItemRow & { group_name: string | null; group_date: string | null }>(
    `SELECT i.*, g.name AS group_name, g.capture_date AS group_date FROM items i
     LEFT JOIN groups g ON g.id = i.group_id WHERE i.id = ?`,
    [id],
  );
  if (!row) return;
  const captureDate = row.capture_own ?? row.group_date;
  const search = searchText({
    name: row.name,
    folder: row.folder,
    tags: JSON.parse(row.tags) as string[],
    camera: row.camera,
    captureDate,
    scanDate: row.scan_date,
    group: row.group_name,
  });
  db.run('UPDATE items SET capture_date = ?, capture_key = ?, scan_key = ?, search = ? WHERE id = ?', [
    captureDate,
    dateKey(captureDate),
    dateKey(row.scan_date),
    search,
    id,
  ]);
}

/** Applies what a person changed. Group and kind have consequences beyond the row; the caller sees to them. */
export function patchItem(db: Db, id: number, patch: ItemPatch): void {
  const set: string[] = [];
  const values: Value[] = [];
  const put = (column: string, value: Value): void => {
    set.push(`${column} = ?`);
    values.push(value);
  };
  if (patch.rating !== undefined) put('rating', patch.rating);
  if (patch.flag !== undefined) put('flag', patch.flag);
  if (patch.kind !== undefined) {
    put('kind', patch.kind);
    put('kind_by_person', 1);
    put('reasons', JSON.stringify([say('kind-by-hand')]));
  }
  if (patch.tags !== undefined)
    put('tags', JSON.stringify([...new Set(patch.tags.map((t) => t.trim()))].filter(Boolean)));
  if (patch.captureDate !== undefined) put('capture_own', patch.captureDate || null);
  if (patch.scanDate !== undefined) put('scan_date', patch.scanDate || null);
  if (patch.groupId !== undefined) put('group_id', patch.groupId);
  if (set.length === 0) return;
  db.run(`UPDATE items SET ${set.join(', ')} WHERE id = ?`, [...values, id]);
  const found = ['tags', 'captureDate', 'scanDate', 'groupId'] as const;
  if (found.some((key) => patch[key] !== undefined)) refreshItem(db, id);
}

/** Where a scan lies now; its items take the new name and folder along. */
export function relinkScan(db: Db, scanId: number, file: string, size: number, mtime: number): number[] {
  const name = path.basename(file);
  db.run('UPDATE scans SET path = ?, size = ?, mtime = ?, missing = 0, changed = 0 WHERE id = ?', [
    file,
    size,
    mtime,
    scanId,
  ]);
  db.run(
    'UPDATE items SET name = ?, name_key = ?, folder = ?, missing = 0, changed = 0, deleted_at = NULL WHERE scan_id = ?',
    [name, naturalKey(name), path.dirname(file), scanId],
  );
  const ids = db.all<{ id: number }>('SELECT id FROM items WHERE scan_id = ?', [scanId]).map((r) => r.id);
  for (const id of ids) refreshItem(db, id);
  return ids;
}

/** Marks a scan as gone or as there again; returns the items whose state that changed. */
export const markMissing = (db: Db, scanId: number, missing: boolean): number[] =>
  mark(db, 'missing', scanId, missing);

/** Marks that a scan's file holds other bytes, or its own again; returns the items of which that is news. */
export const markChanged = (db: Db, scanId: number, changed: boolean): number[] =>
  mark(db, 'changed', scanId, changed);

function mark(db: Db, column: 'missing' | 'changed', scanId: number, on: boolean): number[] {
  const flag = on ? 1 : 0;
  const scans = `UPDATE scans SET ${column} = ? WHERE id = ? AND ${column} <> ?`;
  if (db.run(scans, [flag, scanId, flag]).changes === 0) return [];
  db.run(`UPDATE items SET ${column} = ? WHERE scan_id = ?`, [flag, scanId]);
  return db
    .all<{ id: number }>('SELECT id FROM items WHERE scan_id = ? AND deleted_at IS NULL', [scanId])
    .map((r) => r.id);
}

/** Soft delete. The token brings exactly these back. */
export function removeItems(db: Db, ids: readonly number[], token: string): void {
  db.transaction(() => {
    const now = Date.now();
    const gone = ids.filter(
      (id) =>
        db.run('UPDATE items SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL', [now, id]).changes ===
        1,
    );
    db.run('INSERT INTO removals (token, ids, at) VALUES (?, ?, ?)', [token, JSON.stringify(gone), now]);
  });
}

/** Undoes a removal; null when the token is unknown (or was used). */
export function restoreItems(db: Db, token: string): number[] | null {
  return db.transaction(() => {
    const row = db.get<{ ids: string }>('DELETE FROM removals WHERE token = ? RETURNING ids', [token]);
    if (!row) return null;
    const ids = JSON.parse(row.ids) as number[];
    for (const id of ids) db.run('UPDATE items SET deleted_at = NULL WHERE id = ?', [id]);
    return ids;
  });
}

/** Paths of the scans behind items and groups to learn from, each once; left out are items that are not there, and negatives. */
export function itemPaths(db: Db, itemIds: readonly number[], groupIds: readonly number[]): string[] {
  const found = new Set<string>();
  const take = (rows: { path: string }[]): void => rows.forEach((row) => found.add(row.path));
  const join =
    "SELECT s.path AS path FROM items i JOIN scans s ON s.id = i.scan_id WHERE i.deleted_at IS NULL AND i.kind NOT IN ('colour-negative', 'bw-negative')";
  for (const id of itemIds) take(db.all<{ path: string }>(`${join} AND i.id = ?`, [id]));
  for (const id of groupIds)
    take(db.all<{ path: string }>(`${join} AND i.group_sort = ? ORDER BY i.id`, [id]));
  return [...found];
}

/** Items whose recipe has a restore step switched on. */
export const itemsWithStep = (db: Db, step: string): number[] =>
  db.column<number>("SELECT id FROM items WHERE deleted_at IS NULL AND ' ' || steps LIKE ?", [`% ${step} %`]);
