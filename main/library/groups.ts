/**
 * Rolls, albums and reels. A roll is made by itself from negatives of one folder that share camera and film
 * base; its blank, leader and flat-field frames become references; what the frames share (`RollBaseline`) is
 * stored with it and given to every develop of its frames.
 */
import path from 'node:path';
import type { Group, ScanKind } from '../../app/contract/library.ts';
import type { Rgb } from '../../app/picture.ts';
import { analysisOfFrame } from '../actions/develop/analyse.ts';
import type { DevelopAnalysis, RollBaseline } from '../actions/develop/types.ts';
import type { DevelopContext } from '../engine/protocol.ts';
import type { Db } from './database.ts';
import { refreshItem, scanAnalysis, type ItemRow, type ScanRow } from './items.ts';

export interface GroupRow {
  id: number;
  kind: Group['kind'];
  name: string;
  film: string | null;
  capture_date: string | null;
  folder: string | null;
  camera: string | null;
  automatic: number;
  baseline: string | null;
  base_item: number | null;
  flat_item: number | null;
  created_at: number;
  touched_at: number;
}

export const groupRow = (db: Db, id: number): GroupRow | undefined =>
  db.get<GroupRow>('SELECT * FROM groups WHERE id = ?', [id]);

export const baselineOf = (row: Pick<GroupRow, 'baseline'>): RollBaseline | null =>
  row.baseline ? (JSON.parse(row.baseline) as RollBaseline) : null;

function toGroup(row: GroupRow & { count: number }): Group {
  const baseline = baselineOf(row);
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    film: row.film,
    captureDate: row.capture_date,
    count: row.count,
    base: baseline ? ([...baseline.base] as [number, number, number]) : null,
    baseItemId: row.base_item,
    flatItemId: row.flat_item,
  };
}

const COUNT =
  '(SELECT COUNT(*) FROM items i WHERE i.group_sort = g.id AND i.deleted_at IS NULL AND i.back_of IS NULL) AS count';

/** All groups; those made by themselves are left out while they are empty. */
export function listGroups(db: Db): Group[] {
  return db
    .all<GroupRow & { count: number }>(`SELECT g.*, ${COUNT} FROM groups g ORDER BY g.id`)
    .filter((row) => row.count > 0 || row.automatic === 0)
    .map(toGroup);
}

export function getGroup(db: Db, id: number): Group | null {
  const row = db.get<GroupRow & { count: number }>(`SELECT g.*, ${COUNT} FROM groups g WHERE g.id = ?`, [id]);
  return row ? toGroup(row) : null;
}

export interface NewGroup {
  kind: Group['kind'];
  name: string;
  film?: string | null;
  folder?: string | null;
  camera?: string | null;
  automatic: boolean;
}

export function createGroup(db: Db, group: NewGroup): number {
  const now = Date.now();
  return db.run(
    `INSERT INTO groups (kind, name, film, folder, camera, automatic, created_at, touched_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      group.kind,
      group.name,
      group.film ?? null,
      group.folder ?? null,
      group.camera ?? null,
      group.automatic ? 1 : 0,
      now,
      now,
    ],
  ).id;
}

export function moveItems(db: Db, ids: readonly number[], groupId: number | null): void {
  db.transaction(() => {
    for (const id of ids) {
      db.run('UPDATE items SET group_id = ? WHERE id = ?', [groupId, id]);
      refreshItem(db, id);
    }
    if (groupId !== null) db.run('UPDATE groups SET touched_at = ? WHERE id = ?', [Date.now(), groupId]);
  });
}

/** Name and capture date as the person gave them; the date shows on every frame that has none of its own. */
export function updateGroup(
  db: Db,
  id: number,
  change: { name?: string; captureDate?: string | null },
): number[] {
  return db.transaction(() => {
    if (change.name !== undefined) db.run('UPDATE groups SET name = ? WHERE id = ?', [change.name, id]);
    if (change.captureDate !== undefined)
      db.run('UPDATE groups SET capture_date = ? WHERE id = ?', [change.captureDate || null, id]);
    const ids = db.all<{ id: number }>('SELECT id FROM items WHERE group_id = ?', [id]).map((r) => r.id);
    for (const item of ids) refreshItem(db, item);
    return ids;
  });
}

/** Which sort of group a scan of this kind belongs in. */
export function groupKindOf(kind: ScanKind): Group['kind'] {
  if (kind === 'print' || kind === 'bw-print') return 'album';
  return kind === 'reel' ? 'reel' : 'roll';
}

/** Bases of one emulsion and development differ by less than this in density; those of two films by more. */
const SAME_BASE_DENSITY = 0.15;
/** The same for bases measured on clearly seen film, and what counts as that. */
const CLEAR_BASE_DENSITY = 0.05;
const CLEAR_BASE = 0.95;
/** An estimated base (no rebate in view) says too little to part two frames. */
const SURE_BASE = 0.5;

/** Colour of a film base: density of red and blue against green; what automatic exposure cannot shift. */
const baseColour = (rgb: Rgb): [number, number] =>
  ([0, 2] as const).map((c) => Math.log10(Math.max(rgb[c], 1e-6) / Math.max(rgb[1], 1e-6))) as [
    number,
    number,
  ];

/** How far two film bases are apart in colour, in density (the larger of red and blue against green). */
export function baseDistance(a: Rgb, b: Rgb): number {
  const [x, y] = [baseColour(a), baseColour(b)];
  return Math.max(Math.abs(x[0] - y[0]), Math.abs(x[1] - y[1]));
}

/**
 * Whether two film bases can be the same film. Compared by colour, because a camera or scanner in automatic
 * exposure shifts all three channels alike.
 */
export function sameBase(a: DevelopAnalysis['base'], b: DevelopAnalysis['base']): boolean {
  if (a.confidence < SURE_BASE || b.confidence < SURE_BASE) return true;
  // Two rebates that were seen clearly agree within a hundredth or two on one roll; different films do not.
  const clear = [a, b].every((base) => base.source !== 'estimate' && base.confidence >= CLEAR_BASE);
  return baseDistance(a.rgb, b.rgb) <= (clear ? CLEAR_BASE_DENSITY : SAME_BASE_DENSITY);
}

/** Folder inboxes gather drops of different days; a drop joins a roll there only while it is this fresh (ms). */
const INBOX_MS = 120_000;

export interface Arrival {
  itemIds: number[];
  kind: ScanKind;
  folder: string;
  /** Files here have no folder of their own: grouped by time instead. */
  inbox: boolean;
  groupName: string;
  camera: string | null;
  analysis: DevelopAnalysis | null;
}

/**
 * Finds the group a newly arrived scan belongs in, or makes it. Frames that are not pictures (blank, leader,
 * flat field) are left for `adoptReferences`. Returns the group, or null.
 */
export function assignGroup(db: Db, arrival: Arrival): number | null {
  if (arrival.analysis && arrival.analysis.role !== 'picture') return null;
  const kind = groupKindOf(arrival.kind);
  const film = kind === 'roll' ? (arrival.analysis?.film ?? null) : null;
  const { folder } = arrival;
  return db.transaction(() => {
    const candidates = db.all<GroupRow>(
      `SELECT * FROM groups WHERE automatic = 1 AND folder = ? AND kind = ? AND film IS ?
         AND (kind <> 'roll' OR camera IS ?) AND touched_at >= ? ORDER BY id`,
      [folder, kind, film, arrival.camera, arrival.inbox ? Date.now() - INBOX_MS : 0],
    );
    let id = candidates.find((row) => kind !== 'roll' || fits(db, row.id, arrival.analysis))?.id;
    if (id === undefined) {
      const same = db.all<{ name: string }>(
        'SELECT name FROM groups WHERE automatic = 1 AND folder = ? AND kind = ?',
        [folder, kind],
      );
      const taken = new Set(same.map((r) => r.name));
      let name = arrival.groupName;
      for (let n = 2; taken.has(name); n++) name = `${arrival.groupName} (${n})`;
      id = createGroup(db, {
        kind,
        name,
        film,
        folder,
        camera: kind === 'roll' ? arrival.camera : null,
        automatic: true,
      });
    }
    moveItems(db, arrival.itemIds, id);
    return id;
  });
}

function fits(db: Db, groupId: number, analysis: DevelopAnalysis | null): boolean {
  const surest = analysis ? surestBase(db, groupId) : null;
  return !analysis || surest === null || sameBase(surest, analysis.base);
}

/** The base of the roll's surest frame: comparing with the latest would let a roll drift from film to film. */
function surestBase(db: Db, groupId: number): DevelopAnalysis['base'] | null {
  const rows = db.all<{ analysis: string }>(
    `SELECT DISTINCT s.analysis FROM items i JOIN scans s ON s.id = i.scan_id
     WHERE i.group_id = ? AND i.deleted_at IS NULL AND s.analysis IS NOT NULL LIMIT 12`,
    [groupId],
  );
  return rows
    .map((r) => JSON.parse(r.analysis) as DevelopAnalysis)
    .filter((a) => a.role === 'picture')
    .reduce<DevelopAnalysis['base'] | null>(
      (s, a) => (s && s.confidence >= a.base.confidence ? s : a.base),
      null,
    );
}

/**
 * Gives the blank, leader and flat-field frames among `itemIds` to the roll of their folder and camera, as its
 * references where it has none. Returns the rolls whose references changed (their frames want a new analysis).
 */
export function adoptReferences(db: Db, itemIds: readonly number[]): number[] {
  const changed = new Set<number>();
  for (const itemId of itemIds) {
    const row = db.get<ItemRow & Pick<ScanRow, 'analysis' | 'frames'>>(
      'SELECT i.*, s.analysis, s.frames FROM items i JOIN scans s ON s.id = i.scan_id WHERE i.id = ?',
      [itemId],
    );
    const analysis = row ? scanAnalysis(row) : null;
    if (!row || !analysis || analysis.role === 'picture' || row.group_id !== null) continue;
    // A frame without metadata (a leader taken with other software) may belong to any camera's roll.
    const rolls = db.all<GroupRow>(
      `SELECT g.* FROM groups g WHERE g.automatic = 1 AND g.kind = 'roll' AND g.film IN ('c41', 'bw', 'slide')
         AND (g.camera IS $camera OR g.camera IS NULL OR $camera IS NULL) AND EXISTS
         (SELECT 1 FROM items i WHERE i.group_id = g.id AND i.folder = $folder AND i.deleted_at IS NULL)
       ORDER BY g.camera IS NOT $camera, g.id`,
      { camera: row.camera, folder: row.folder },
    );
    const roll =
      analysis.role === 'flat'
        ? rolls.find((g) => g.camera === row.camera)
        : nearestRoll(db, rolls, analysis);
    // Nobody to refer to: the import shows it as an ordinary frame.
    if (!roll) continue;
    moveItems(db, [itemId], roll.id);
    const column = analysis.role === 'flat' ? 'flat_item' : 'base_item';
    if (
      db.run(`UPDATE groups SET ${column} = ? WHERE id = ? AND ${column} IS NULL`, [itemId, roll.id])
        .changes > 0
    )
      changed.add(roll.id);
  }
  return [...changed];
}

/** The roll whose film base looks most like that of a blank or leader frame, if it can be the same film. */
function nearestRoll(db: Db, rolls: readonly GroupRow[], analysis: DevelopAnalysis): GroupRow | undefined {
  let nearest: GroupRow | undefined;
  let least = SAME_BASE_DENSITY;
  for (const roll of rolls) {
    const base = surestBase(db, roll.id);
    const distance = base === null ? Infinity : baseDistance(base.rgb, analysis.base.rgb);
    if (distance > least) continue;
    least = distance;
    nearest = roll;
  }
  return nearest;
}

/** Makes an item its roll's blank/leader or flat-field frame; 'none' takes both roles from it. */
export function setReference(db: Db, groupId: number, itemId: number, as: 'base' | 'flat' | 'none'): void {
  db.transaction(() => {
    db.run('UPDATE groups SET base_item = NULL WHERE id = ? AND base_item = ?', [groupId, itemId]);
    db.run('UPDATE groups SET flat_item = NULL WHERE id = ? AND flat_item = ?', [groupId, itemId]);
    if (as === 'base') db.run('UPDATE groups SET base_item = ? WHERE id = ?', [itemId, groupId]);
    if (as === 'flat') db.run('UPDATE groups SET flat_item = ? WHERE id = ?', [itemId, groupId]);
  });
}

const pathOf = (db: Db, itemId: number | null): string | null =>
  itemId === null
    ? null
    : (db.get<{ path: string }>(
        `SELECT s.path FROM items i JOIN scans s ON s.id = i.scan_id
         WHERE i.id = ? AND i.deleted_at IS NULL AND s.missing = 0`,
        [itemId],
      )?.path ?? null);

/** Files a roll refers to, for one of its scans (a reference does not refer to itself). */
export function referenceFiles(
  db: Db,
  groupId: number | null,
  self: string,
): { baseFile: string | null; flatFile: string | null } {
  const group = groupId === null ? undefined : groupRow(db, groupId);
  const file = (id: number | null): string | null => {
    const found = pathOf(db, id);
    return found === self ? null : found;
  };
  return { baseFile: file(group?.base_item ?? null), flatFile: file(group?.flat_item ?? null) };
}

/** What a develop of this item needs beyond its scan. */
export function developContext(
  db: Db,
  item: Pick<ItemRow, 'scan_id' | 'group_id' | 'frame'>,
): DevelopContext {
  const scan = db.get<ScanRow>('SELECT * FROM scans WHERE id = ?', [item.scan_id])!;
  const group = item.group_id === null ? undefined : groupRow(db, item.group_id);
  return {
    analysis: scanAnalysis(scan),
    roll: group?.kind === 'roll' ? baselineOf(group) : null,
    ...referenceFiles(db, item.group_id, scan.path),
    frame: item.frame,
  };
}

/** What `rollBaseline` of the develop action does: analyses of a roll and the ids by which outliers are named. */
export type Baseline = (analyses: DevelopAnalysis[], ids: string[]) => RollBaseline;

/**
 * Computes anew what the frames of a roll share, stores it and flags the outliers. Returns the items whose
 * picture changes by it (all of them when the baseline moved, none when it did not).
 */
export function refreshRoll(db: Db, groupId: number, baseline: Baseline): number[] {
  return db.transaction(() => {
    const group = groupRow(db, groupId);
    if (!group || group.kind !== 'roll') return [];
    const rows = db.all<{ id: number; frame: number } & Pick<ScanRow, 'analysis' | 'frames'>>(
      `SELECT i.id, i.frame, s.analysis, s.frames FROM items i JOIN scans s ON s.id = i.scan_id
       WHERE i.group_sort = ? AND i.deleted_at IS NULL ORDER BY i.id`,
      [groupId],
    );
    // One voice a frame. References speak through the frames that were analysed with them.
    const used = rows.flatMap((row) => {
      const analysis = scanAnalysis(row);
      return analysis?.role === 'picture'
        ? [{ id: row.id, analysis: analysisOfFrame(analysis, row.frame) }]
        : [];
    });
    const found = used.length > 0 ? balanced(used, baseline) : null;
    const text = found ? JSON.stringify(found) : null;
    const outliers = new Set(found?.outliers.map(Number) ?? []);
    for (const row of rows)
      db.run('UPDATE items SET outlier = ? WHERE id = ?', [outliers.has(row.id) ? 1 : 0, row.id]);
    if (text === group.baseline) return [];
    db.run('UPDATE groups SET baseline = ?, film = COALESCE(?, film) WHERE id = ?', [
      text,
      found?.film ?? null,
      groupId,
    ]);
    return rows.map((r) => r.id);
  });
}

/**
 * The baseline of these frames. Where only some of them know the exposure of the camera that scanned them
 * (1 = unknown), none is compared by it: a known one beside an unknown one says nothing.
 */
function balanced(
  frames: readonly { id: number; analysis: DevelopAnalysis }[],
  baseline: Baseline,
): RollBaseline {
  const ids = frames.map((f) => String(f.id));
  const unknown = frames.filter((f) => f.analysis.cameraExposure === 1).length;
  if (unknown === 0 || unknown === frames.length)
    return baseline(
      frames.map((f) => f.analysis),
      ids,
    );
  const found = baseline(
    frames.map((f) => ({ ...f.analysis, cameraExposure: 1 })),
    ids,
  );
  delete found.cameraExposure;
  return found;
}

/** The name a roll gets from where its scans lie. */
export function folderName(file: string): string {
  return path.basename(path.dirname(file)) || path.dirname(file);
}
