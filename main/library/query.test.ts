/** Queries: what they find, in which order, and that a large library answers them from indexes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { querySchema, type Query } from '../../app/contract/library.ts';
import { openDatabase, type Db } from './database.ts';
import { patchItem, refreshItem, removeItems } from './items.ts';
import { facets, queryStatements, runQuery } from './query.ts';
import { fillLibrary } from './sample.ts';
import { cameraName, dateKey, fold, naturalKey } from './text.ts';

const query = (q: Partial<Query>) => querySchema.parse({ limit: 1000, ...q });

describe('a small library', () => {
  let db: Db;
  const names = (q: Partial<Query>) => runQuery(db, query(q)).items.map((i) => i.name);
  beforeAll(() => {
    db = openDatabase(':memory:');
    const group = (name: string) =>
      db.run("INSERT INTO groups (kind, name, created_at, touched_at) VALUES ('roll', ?, 0, 0)", [name]).id;
    const first = group('Beach');
    const second = group('Ezkontza');
    const add = (name: string, groupId: number | null, more: Record<string, string | number> = {}) => {
      const scan = db.run(
        "INSERT INTO scans (path, hash, size, mtime, info, added_at) VALUES (?, ?, 1, 1, '{}', 0)",
        [`/scans/${name}`, `hash of ${name}`],
      ).id;
      const id = db.run(
        `INSERT INTO items (scan_id, hash, name, name_key, folder, kind, width, height, bits, group_id, added_at)
         VALUES (?, ?, ?, ?, '/scans', 'slide', 1, 1, 8, ?, ?)`,
        [scan, `hash of ${name}`, name, naturalKey(name), groupId, scan],
      ).id;
      for (const [column, value] of Object.entries(more))
        db.run(`UPDATE items SET ${column} = ? WHERE id = ?`, [value, id]);
      refreshItem(db, id);
      return id;
    };
    add('img 10.tif', first, { rating: 5, camera: 'NIKON D850', capture_own: '1962-07-14' });
    add('img 9.tif', first, { kind: 'bw-negative', flag: 'keep', capture_own: 'circa 1962' });
    add('Oñati_3.TIF', second, { missing: 1, scan_date: '2024-05-06T10:00:00' });
    add('100%_done.tif', null, { tags: '["aita","Amona"]', rating: 3 });
    removeItems(db, [add('gone.tif', first)], 'token');
  });

  it('sorts by group with ungrouped last, names by their numbers', () => {
    expect(names({})).toEqual(['img 9.tif', 'img 10.tif', 'Oñati_3.TIF', '100%_done.tif']);
    expect(names({ descending: true })).toEqual(['100%_done.tif', 'Oñati_3.TIF', 'img 9.tif', 'img 10.tif']);
    expect(names({ sort: 'name' })).toEqual(['100%_done.tif', 'img 9.tif', 'img 10.tif', 'Oñati_3.TIF']);
    expect(names({ sort: 'rating', descending: true }).slice(0, 2)).toEqual(['img 10.tif', '100%_done.tif']);
    expect(names({ sort: 'added', descending: true })[0]).toBe('100%_done.tif');
    // Without a capture date the scan date stands in; without any, first.
    expect(names({ sort: 'captureDate' })).toEqual([
      '100%_done.tif',
      'img 9.tif',
      'img 10.tif',
      'Oñati_3.TIF',
    ]);
  });

  it('finds words anywhere, without case and accents, all of them', () => {
    expect(names({ text: 'onati' })).toEqual(['Oñati_3.TIF']);
    expect(names({ text: 'OÑAT' })).toEqual(['Oñati_3.TIF']);
    expect(names({ text: 'ezkontza' })).toEqual(['Oñati_3.TIF']);
    expect(names({ text: 'amona' })).toEqual(['100%_done.tif']);
    expect(names({ text: 'img nikon' })).toEqual(['img 10.tif']);
    expect(names({ text: 'img zzz' })).toEqual([]);
    expect(names({ text: '9' })).toContain('img 9.tif');
    expect(names({ text: '0%' })).toEqual(['100%_done.tif']);
    // What looks like query syntax is plain text.
    for (const text of ['"', "'; DROP TABLE items", 'AND', 'a*b', '(((', '_', '%%%', 'search:'])
      expect(() => names({ text })).not.toThrow();
    expect(names({ text: '%%%' })).toEqual([]);
  });

  it('filters by kind, state, flag, rating, camera, group and dates together', () => {
    expect(names({ kinds: ['bw-negative'] })).toEqual(['img 9.tif']);
    expect(names({ states: ['missing'] })).toEqual(['Oñati_3.TIF']);
    expect(names({ flags: ['keep', 'reject'] })).toEqual(['img 9.tif']);
    expect(names({ minRating: 3 })).toEqual(['img 10.tif', '100%_done.tif']);
    expect(names({ camera: 'NIKON D850' })).toEqual(['img 10.tif']);
    expect(names({ groupId: 1 })).toEqual(['img 9.tif', 'img 10.tif']);
    expect(names({ dateFrom: '1962', dateTo: '1962-07' })).toEqual(['img 9.tif', 'img 10.tif']);
    expect(names({ dateFrom: '1963' })).toEqual(['Oñati_3.TIF']);
    expect(names({ groupId: 1, minRating: 4, text: 'img' })).toEqual(['img 10.tif']);
    expect(names({ groupId: 1, kinds: ['slide'], flags: ['keep'] })).toEqual([]);
  });

  it('pages, and sees what was written in between', () => {
    const page = (offset: number) => runQuery(db, query({ offset, limit: 3, text: 'tif' }));
    expect(page(0)).toMatchObject({ total: 4, items: [{}, {}, {}] });
    expect(page(3).items.map((i) => i.name)).toEqual(['100%_done.tif']);
    expect(page(4)).toEqual({ total: 4, items: [] });
    patchItem(db, 1, { tags: ['sardines'] });
    expect(names({ text: 'sardin' })).toEqual(['img 10.tif']);
    patchItem(db, 1, { tags: [] });
    expect(names({ text: 'sardin' })).toEqual([]);
  });

  it('counts what the filters can offer', () => {
    expect(facets(db)).toEqual({
      cameras: ['NIKON D850'],
      tags: ['aita', 'Amona'],
      counts: { all: 4, slide: 3, 'bw-negative': 1, new: 3, missing: 1, none: 3, keep: 1, outlier: 0 },
    });
  });
});

describe('20,000 items', () => {
  let db: Db;
  beforeAll(() => {
    db = openDatabase(':memory:');
    fillLibrary(db, 20_000);
  });

  it('every sort order comes out of an index, without sorting, and every condition has one of its own', () => {
    const plan = (s: { sql: string; values: unknown[] }) =>
      db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${s.sql}`, s.values as string[]).map((r) => r.detail);
    for (const sort of querySchema.shape.sort.unwrap().options)
      for (const descending of [false, true]) {
        const { order } = queryStatements(query({ sort, descending }));
        const [step, ...more] = plan(order);
        expect(step, `${sort} ${descending}`).toMatch(/SCAN items USING (COVERING )?INDEX items_/);
        expect(more).toEqual([]);
      }
    const { conditions } = queryStatements(
      query({
        text: 'wedding go',
        kinds: ['slide', 'print'],
        states: ['edited'],
        flags: ['keep'],
        minRating: 2,
        camera: 'NIKON D850',
        groupId: 3,
        dateFrom: '1960',
        dateTo: '1970',
      }),
    );
    expect(conditions.map((c) => plan(c)[0])).toEqual([
      expect.stringMatching(/USING (COVERING )?INDEX items_filter/),
      expect.stringMatching(/SEARCH items USING (COVERING )?INDEX items_group \(group_sort=\?\)/),
      expect.stringMatching(/VIRTUAL TABLE INDEX/),
      expect.stringMatching(/USING (COVERING )?INDEX items_search/),
    ]);
  });

  it('gives the same answers as looking at every row', () => {
    const q = query({
      text: 'scan',
      kinds: ['slide'],
      minRating: 3,
      dateFrom: '1960',
      dateTo: '1970',
      sort: 'rating',
      descending: true,
    });
    const slow = db.column<number>(
      `SELECT id FROM items NOT INDEXED WHERE search LIKE '%scan%' AND kind = 'slide' AND rating >= 3
         AND date_key >= '1960' AND date_key <= '1970~' ORDER BY rating DESC, name_key, frame, id`,
    );
    const { total, items } = runQuery(db, q);
    expect(slow.length).toBeGreaterThan(100);
    expect(total).toBe(slow.length);
    expect(items.map((i) => i.id)).toEqual(slow.slice(0, 1000));
  });
});

describe('text helpers', () => {
  it('order numbers by value', () => {
    const sorted = ['a10', 'a9', 'a09b', 'A1', 'a1000000'].sort((x, y) =>
      naturalKey(x) < naturalKey(y) ? -1 : 1,
    );
    expect(sorted).toEqual(['A1', 'a9', 'a09b', 'a10', 'a1000000']);
  });
  it('find the sortable part of a date', () => {
    expect(dateKey('circa 1962')).toBe('1962');
    expect(dateKey('1962-07')).toBe('1962-07');
    expect(dateKey('2024:05:06 10:11:12')).toBe('2024-05-06T10:11:12');
    expect(dateKey('summer')).toBe('');
    expect(dateKey(null)).toBe('');
  });
  it('fold accents and say a maker once', () => {
    expect(fold('OÑATI Éibar')).toBe('onati eibar');
    expect(cameraName('NIKON CORPORATION', 'NIKON D850')).toBe('NIKON D850');
    expect(cameraName('EPSON', 'Perfection V700')).toBe('EPSON Perfection V700');
    expect(cameraName('EPSON', null)).toBe('EPSON');
    expect(cameraName(null, null)).toBeNull();
  });
});
