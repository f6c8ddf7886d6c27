/** Searching the library: one statement over one table, an index for every order, trigram text search. 20,000 items answer in milliseconds. */
import type { Item, Query } from '../../app/contract/library.ts';
import type { Db, Value } from './database.ts';
import { ITEM_COLUMNS, toItem, type ItemRow } from './items.ts';
import { fold } from './text.ts';

/** Sort word -> leading column. Ties are always broken by natural name, frame and id, ascending. */
const LEADING: Record<Query['sort'], string | null> = {
  group: 'group_sort',
  name: null,
  scanDate: 'scan_key',
  captureDate: 'date_key',
  rating: 'rating',
  added: 'added_at',
};

/** The SQL of a query: conditions with their values, and the order. Exported for the test of its plan. */
export function querySql(query: Query): { where: string; order: string; values: Value[] } {
  const conditions = ['i.deleted_at IS NULL'];
  const values: Value[] = [];
  const oneOf = (column: string, wanted: readonly string[]): void => {
    if (wanted.length === 0) return;
    conditions.push(`${column} IN (${wanted.map(() => '?').join(', ')})`);
    values.push(...wanted);
  };
  const words = fold(query.text).split(/\s+/).filter(Boolean);
  const long = words.filter((w) => [...w].length >= 3);
  if (long.length > 0) {
    conditions.push('i.id IN (SELECT rowid FROM items_text WHERE items_text MATCH ?)');
    values.push(long.map((w) => `"${w.replaceAll('"', '""')}"`).join(' AND '));
  }
  for (const word of words) {
    // A trigram index cannot help with one or two letters.
    if ([...word].length >= 3) continue;
    conditions.push("i.search LIKE ? ESCAPE '\\'");
    values.push(`%${word.replace(/[\\%_]/g, (c) => `\\${c}`)}%`);
  }
  oneOf('i.kind', query.kinds);
  oneOf('i.shown_state', query.states);
  oneOf('i.flag', query.flags);
  if (query.minRating > 0) {
    conditions.push('i.rating >= ?');
    values.push(query.minRating);
  }
  if (query.camera !== null) {
    conditions.push('i.camera = ?');
    values.push(query.camera);
  }
  if (query.groupId !== null) {
    conditions.push('i.group_sort = ?');
    values.push(query.groupId);
  }
  if (query.dateFrom) {
    conditions.push('i.date_key >= ?');
    values.push(query.dateFrom);
  }
  if (query.dateTo) {
    // "to 1962-07" takes all of that July in.
    conditions.push("i.date_key <> '' AND i.date_key <= ?");
    values.push(`${query.dateTo}~`);
  }
  const leading = LEADING[query.sort];
  const direction = query.descending ? ' DESC' : '';
  const order = leading
    ? `i.${leading}${direction}, i.name_key, i.frame, i.id`
    : `i.name_key${direction}, i.frame, i.id`;
  return { where: conditions.join(' AND '), order, values };
}

/** The page asked for and how many items match in all. */
export function runQuery(db: Db, query: Query): { total: number; items: Item[] } {
  const { where, order, values } = querySql(query);
  const total = db.get<{ n: number }>(`SELECT COUNT(*) AS n FROM items i WHERE ${where}`, values)!.n;
  if (total <= query.offset) return { total, items: [] };
  const rows = db.all<ItemRow>(
    `SELECT ${ITEM_COLUMNS} FROM items i WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`,
    [...values, query.limit, query.offset],
  );
  return { total, items: rows.map(toItem) };
}

/** What the filters can offer: cameras, tags, and how many items there are of each kind, state and flag (and 'all'). */
export function facets(db: Db): { cameras: string[]; tags: string[]; counts: Record<string, number> } {
  const column = (name: string): { value: string | null; n: number }[] =>
    db.all(`SELECT ${name} AS value, COUNT(*) AS n FROM items WHERE deleted_at IS NULL GROUP BY ${name}`);
  const counts: Record<string, number> = {
    all: db.get<{ n: number }>('SELECT COUNT(*) AS n FROM items WHERE deleted_at IS NULL')!.n,
    outlier: db.get<{ n: number }>(
      'SELECT COUNT(*) AS n FROM items WHERE deleted_at IS NULL AND outlier = 1',
    )!.n,
  };
  for (const name of ['kind', 'shown_state', 'flag'])
    for (const row of column(name)) if (row.value) counts[row.value] = row.n;
  const tags = db
    .all<{ tag: string }>(
      `SELECT DISTINCT t.value AS tag FROM items i, json_each(i.tags) t
       WHERE i.deleted_at IS NULL AND i.tags <> '[]' ORDER BY 1 COLLATE NOCASE`,
    )
    .map((r) => r.tag);
  const cameras = column('camera').flatMap((r) => (r.value ? [r.value] : []));
  return { cameras: cameras.sort((a, b) => a.localeCompare(b)), tags, counts };
}
