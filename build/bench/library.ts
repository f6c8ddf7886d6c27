/**
 * How fast a large library answers: makes 20,000 items in a throw-away database and prints the median and the
 * slowest of repeated `library.query` calls of several kinds (20 ms is the limit for each), and of the facets.
 *
 *   node build/run.mjs tool-script build/bench/library.ts [items] [repeats]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { querySchema, type Query } from '../../app/contract/library.ts';
import { openDatabase } from '../../main/library/database.ts';
import { facets, runQuery } from '../../main/library/query.ts';
import { fillLibrary } from '../../main/library/sample.ts';

const LIMIT_MS = 20;
const count = Number(process.argv[2] ?? 20_000);
const repeats = Number(process.argv[3] ?? 25);
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-bench-'));
const db = openDatabase(path.join(dir, 'library.db'));

try {
  const made = performance.now();
  fillLibrary(db, count);
  console.log(`${count} items made in ${((performance.now() - made) / 1000).toFixed(1)} s`);

  const roll = db.get<{ id: number }>('SELECT group_id AS id FROM items WHERE id = ?', [
    Math.floor(count / 2),
  ])!.id;
  const queries: [string, Partial<Query>][] = [
    ['first page, by group', {}],
    ['first page, newest roll first', { descending: true }],
    ['middle page of 200', { offset: Math.floor(count / 2) }],
    ['last page of 200', { offset: count - 200 }],
    ['1000 items a page', { limit: 1000 }],
    ['by name', { sort: 'name' }],
    ['by name, last page', { sort: 'name', offset: count - 200 }],
    ['by scan date, newest first', { sort: 'scanDate', descending: true }],
    ['by capture date', { sort: 'captureDate' }],
    ['by rating, best first', { sort: 'rating', descending: true }],
    ['by date added', { sort: 'added', descending: true }],
    ['one roll', { groupId: roll }],
    ['kind: B&W negatives', { kinds: ['bw-negative'] }],
    ['two kinds, by rating', { kinds: ['bw-negative', 'slide'], sort: 'rating', descending: true }],
    ['state: edited', { states: ['edited'], sort: 'name' }],
    ['kept, four stars and more', { flags: ['keep'], minRating: 4 }],
    ['camera', { camera: 'NIKON D850', sort: 'captureDate' }],
    ['dates 1962 to 1964', { dateFrom: '1962', dateTo: '1964', sort: 'captureDate' }],
    ['text: a word in one roll of 500', { text: 'wedding' }],
    ['text: a word in every item', { text: 'scan' }],
    ['text: two words', { text: 'donostia beach' }],
    ['text: two letters', { text: 'go' }],
    ['text: one exact frame', { text: 'scan_012345' }],
    ['text: nothing found', { text: 'zzzzzz' }],
    [
      'text, kind, rating and dates',
      {
        text: 'scan',
        kinds: ['colour-negative'],
        minRating: 2,
        dateFrom: '1960',
        dateTo: '1975',
        sort: 'rating',
        descending: true,
      },
    ],
  ];
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];
  const measure = (name: string, work: () => string): number => {
    work();
    const times: number[] = [];
    let found = '';
    for (let i = 0; i < repeats; i++) {
      // Something is written between any two: no answer comes from memory.
      db.run('UPDATE groups SET touched_at = touched_at + 1 WHERE id = 1');
      const start = performance.now();
      found = work();
      times.push(performance.now() - start);
    }
    const mid = median(times);
    console.log(
      `${name.padEnd(36)} ${mid.toFixed(2).padStart(7)} ms  (slowest ${times.at(-1)!.toFixed(2)})  ${found}`,
    );
    return mid;
  };
  let worst = 0;
  for (const [name, query] of queries) {
    const parsed = querySchema.parse(query);
    worst = Math.max(
      worst,
      measure(name, () => {
        const { total, items } = runQuery(db, parsed);
        return `${items.length} of ${total}`;
      }),
    );
  }
  measure('facets', () => `${facets(db).tags.length} tags`);
  console.log(`Worst median of a query: ${worst.toFixed(2)} ms (limit ${LIMIT_MS} ms)`);
  process.exitCode = worst <= LIMIT_MS ? 0 : 1;
} finally {
  db.close();
  rmSync(dir, { recursive: true, force: true });
}
