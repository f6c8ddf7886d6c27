/**
 * Searching the library. Rows are wide and indexes narrow, so a query reads ids first, each part (order, filters,
 * group, text) by an index made for it, intersects them here, and then reads only the rows of the page. 20,000 items answer in a few milliseconds, and paging through one result costs nothing.
 */
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

/** A statement that answers with ids. */
export interface IdStatement {
  sql: string;
  values: Value[];
}

/** The statements of a query: all ids in order, and one list of ids for each condition. Exported for the test of their plans. */
export function queryStatements(query: Query): { order: IdStatement; conditions: IdStatement[] } {
  const leading = LEADING[query.sort];
  const direction = query.descending ? ' DESC' : '';
  const by = leading ? `${leading}${direction}, name_key, frame, id` : `name_key${direction}, frame, id`;
  const order = { sql: `SELECT id FROM items WHERE deleted_at IS NULL ORDER BY ${by}`, values: [] };
  const conditions: IdStatement[] = [];

  const tests: string[] = [];
  const values: Value[] = [];
  const test = (sql: string, ...wanted: Value[]): void => {
    tests.push(sql);
    values.push(...wanted);
  };
  const oneOf = (column: string, wanted: readonly string[]): void => {
    if (wanted.length > 0) test(`${column} IN (${wanted.map(() => '?').join(', ')})`, ...wanted);
  };
  oneOf('kind', query.kinds);
  oneOf('shown_state', query.states);
  oneOf('flag', query.flags);
  if (query.minRating > 0) test('rating >= ?', query.minRating);
  if (query.camera !== null) test('camera = ?', query.camera);
  if (query.dateFrom) test('date_key >= ?', query.dateFrom);
  // "to 1962-07" takes all of that July in.
  if (query.dateTo) test("date_key <> '' AND date_key <= ?", `${query.dateTo}~`);
  if (tests.length > 0)
    conditions.push({
      sql: `SELECT id FROM items INDEXED BY items_filter WHERE deleted_at IS NULL AND ${tests.join(' AND ')}`,
      values,
    });

  if (query.groupId !== null)
    conditions.push({
      sql: 'SELECT id FROM items INDEXED BY items_group WHERE deleted_at IS NULL AND group_sort = ?',
      values: [query.groupId],
    });

  const words = fold(query.text).split(/\s+/).filter(Boolean);
  const long = words.filter((w) => [...w].length >= 3);
  if (long.length > 0)
    conditions.push({
      sql: 'SELECT rowid FROM items_text WHERE items_text MATCH ?',
      values: [long.map((w) => `"${w.replaceAll('"', '""')}"`).join(' AND ')],
    });
  for (const word of words) {
    // The text index is made of groups of three letters; shorter words are looked for in the narrow copy.
    if ([...word].length >= 3) continue;
    conditions.push({
      sql: 'SELECT id FROM items INDEXED BY items_search WHERE deleted_at IS NULL AND instr(search, ?) > 0',
      values: [word],
    });
  }
  return { order, conditions };
}

/** The last result, in order, for as long as nothing was written since. */
const lastResult = new WeakMap<Db, { key: string; ids: number[] }>();

function matching(db: Db, query: Query): number[] {
  const { order, conditions } = queryStatements(query);
  const writes = db.column<number>('SELECT total_changes()')[0];
  const key = JSON.stringify([order, conditions, query.backs, writes, db.dataVersion()]);
  const last = lastResult.get(db);
  if (last?.key === key) return last.ids;
  const sets = conditions.map((c) => db.column<number>(c.sql, c.values));
  let ids: number[];
  if (sets.some((set) => set.length === 0)) ids = [];
  else {
    ids = db.column<number>(order.sql, order.values);
    if (sets.length > 0) {
      const hits = new Uint8Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1);
      for (const set of sets) for (const id of set) if (id < hits.length) hits[id]++;
      ids = ids.filter((id) => hits[id] === sets.length);
    }
    if (!query.backs) {
      const behind = new Set(db.column<number>('SELECT id FROM items WHERE back_of IS NOT NULL'));
      if (behind.size > 0) ids = ids.filter((id) => !behind.has(id));
    }
  }
  lastResult.set(db, { key, ids });
  return ids;
}

/** The page asked for and how many items match in all. */
export function runQuery(db: Db, query: Query): { total: number; items: Item[] } {
  const ids = matching(db, query);
  const page = ids.slice(query.offset, query.offset + query.limit);
  if (page.length === 0) return { total: ids.length, items: [] };
  const rows = db.all<ItemRow>(
    `SELECT ${ITEM_COLUMNS} FROM json_each(?) p JOIN items i ON i.id = p.value ORDER BY p.key`,
    [JSON.stringify(page)],
  );
  return { total: ids.length, items: rows.map(toItem) };
}

/** What the filters can offer: cameras, tags, and how many items there are of each kind, state and flag (and 'all', 'outlier'). */
export function facets(db: Db): { cameras: string[]; tags: string[]; counts: Record<string, number> } {
  const column = (name: string): { value: string | null; n: number }[] =>
    db.all(
      `SELECT ${name} AS value, COUNT(*) AS n FROM items INDEXED BY items_filter WHERE deleted_at IS NULL GROUP BY ${name}`,
    );
  const counts: Record<string, number> = { all: 0 };
  for (const name of ['shown_state', 'flag'])
    for (const row of column(name)) if (row.value) counts[row.value] = row.n;
  for (const row of column('kind')) {
    counts[row.value!] = row.n;
    counts['all'] += row.n;
  }
  counts['outlier'] = db.column<number>(
    'SELECT COUNT(*) FROM items WHERE deleted_at IS NULL AND outlier = 1',
  )[0];
  const tags = db.column<string>(
    `SELECT DISTINCT t.value FROM items i, json_each(i.tags) t
     WHERE i.deleted_at IS NULL AND i.tags <> '[]' ORDER BY 1 COLLATE NOCASE`,
  );
  const cameras = column('camera').flatMap((r) => (r.value ? [r.value] : []));
  return { cameras: cameras.sort((a, b) => a.localeCompare(b)), tags, counts };
}
