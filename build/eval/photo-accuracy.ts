/**
 * How near the automatic develop comes to the right print of ordinary photographs, taken on simulated film.
 *
 *   node build/eval/photo-accuracy.ts [--set train|test] [--count N] [--from N] [--photos DIR] [--sheet FILE.png] [--list]
 *
 * Run it with Node 24. Photographs come from tar files of JPEGs (train-0*.tar to tune by, test-00.tar for the
 * figures that are reported); stock, scanner, exposure, layout and storage of the scan turn with the photograph.
 * Held-out stock and scanner are used in the test set only. Prints median and 90th percentile by group: cast of
 * what is neutral (C* of the mean error; all, shadows, middle, highlights), shift of the whole picture, error of
 * exposure (mean L*), CIEDE2000 as developed and after the one exposure correction that suits best, turn of blue
 * hues in degrees (signed median, then 90th percentile of size), and the same for a plain stretch per channel.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from './accuracy/measure.ts';
import { scanners } from './film/scanner.ts';
import { colourStocks } from './film/stocks.ts';
import { measurePhoto, type PhotoResult, type Score, type Storage } from './photo/measure.ts';
import { photographs } from './photo/photographs.ts';
import { writeSheet } from './photo/sheet.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'test' },
    count: { type: 'string', default: '120' },
    from: { type: 'string', default: '0' },
    photos: { type: 'string', default: '../shared/data/photos' },
    sheet: { type: 'string' },
    list: { type: 'boolean' },
  },
});
const test = values.set === 'test';
const file = path.resolve(values.photos, test ? 'test-00.tar' : 'train-00.tar');
if (!existsSync(file)) {
  console.log(`No photographs at ${file}; nothing to do.`);
  process.exit(0);
}
const count = Number(values.count);
const stocks = colourStocks.filter((s) => test || !s.heldOut);
const devices = scanners.filter((s) => test || !s.heldOut);
const STOPS = [0, 1, -1, 0.5, 2, 0, -0.5];
const LAYOUTS = ['rebate', 'bare', 'strip', 'bare'] as const;
const STORAGE: Storage[] = ['linear', 'linear', 'curved', 'linear', 'camera', 'curved', 'camera'];

const results: PhotoResult[] = [];
const started = performance.now();
const step = Math.max(1, Math.floor(980 / (count + Number(values.from))));
for (const [i, photo] of photographs(file, Number(values.from), step, count).entries()) {
  const storage = STORAGE[(i * 3 + Math.floor(i / 28)) % STORAGE.length];
  const able = storage === 'camera' ? devices.filter((d) => d.exposure === 'camera') : devices;
  results.push(
    await measurePhoto({
      photo,
      stock: stocks[i % stocks.length],
      scanner: able[Math.floor(i / 2) % able.length],
      stops: STOPS[Math.floor(i / 3) % STOPS.length],
      layout: LAYOUTS[i % LAYOUTS.length],
      storage,
      seed: 100 + i,
    }),
  );
  if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} / ${count}`);
}
if (process.stderr.isTTY) process.stderr.write('\r');

const pair = (v: readonly (number | null | undefined)[], digits = 1): string => {
  const known = v.filter((x) => x !== null && x !== undefined);
  if (known.length === 0) return '    -    ';
  return `${quantile(known, 0.5).toFixed(digits).padStart(4)}/${quantile(known, 0.9).toFixed(digits).padEnd(4)}`;
};
const signed = (v: readonly (number | null | undefined)[]): string => {
  const known = v.filter((x) => x !== null && x !== undefined);
  return known.length === 0 ? '  -  ' : quantile(known, 0.5).toFixed(1).padStart(5);
};

function row(title: string, group: PhotoResult[]): void {
  if (group.length === 0) return;
  const of = (f: (r: PhotoResult) => Score) => {
    const s = group.map(f);
    return (
      [0, 1, 2, 3].map((k) => pair(s.map((x) => x.cast[k]?.c))).join(' ') +
      ` ${signed(s.map((x) => x.cast[0]?.a))} ${signed(s.map((x) => x.cast[0]?.b))} | ` +
      `${pair(s.map((x) => x.shift.c))} | ${signed(s.map((x) => x.light))} ${pair(s.map((x) => Math.abs(x.light)))}`
    );
  };
  const blue = group.map((r) => r.ours.blue);
  console.log(
    `${title.padEnd(30)} ${String(group.length).padStart(3)} | ${of((r) => r.ours)} | ` +
      `${pair(group.map((r) => r.ours.deltaE))} ${pair(group.map((r) => r.exposed))} | ` +
      `${signed(blue)} ${pair(blue.map((b) => (b === null ? null : Math.abs(b))))} |`,
  );
}
function plainRow(group: PhotoResult[]): void {
  const s = group.map((r) => r.plain);
  console.log(
    `${'plain stretch, all'.padEnd(30)} ${String(group.length).padStart(3)} | ` +
      [0, 1, 2, 3].map((k) => pair(s.map((x) => x.cast[k]?.c))).join(' ') +
      ` ${signed(s.map((x) => x.cast[0]?.a))} ${signed(s.map((x) => x.cast[0]?.b))} | ` +
      `${pair(s.map((x) => x.shift.c))} | ${signed(s.map((x) => x.light))} ${pair(s.map((x) => Math.abs(x.light)))} | ` +
      `${pair(s.map((x) => x.deltaE))}           | ${signed(s.map((x) => x.blue))} ${pair(s.map((x) => (x.blue === null ? null : Math.abs(x.blue))))} |`,
  );
}

console.log(
  `${''.padEnd(34)} | cast of neutrals C* (median/p90): all, shadows, middle, highlights; a*, b* | shift     | L* error        | dE50: as is, exposed  | blue hue`,
);
for (const storage of ['linear', 'curved', 'camera'] as const)
  for (const base of [true, false]) {
    const title = `${storage}, ${base ? 'true base' : 'no base in view'}`;
    row(
      title,
      results.filter((r) => r.one.storage === storage && r.trueBase === base && !heldOut(r)),
    );
  }
row('held-out stock or scanner *', results.filter(heldOut));
row('all', results);
plainRow(results);
const wrong = results.filter((r) => r.film !== 'c41');
console.log(`\nTaken for something other than a colour negative: ${wrong.length} of ${results.length}.`);
console.log(
  `${results.length} photographs (${values.set}) in ${((performance.now() - started) / 1000).toFixed(0)} s.`,
);

function heldOut(r: PhotoResult): boolean {
  return r.one.stock.heldOut || r.one.scanner.heldOut;
}

const worst = [...results].sort((a, b) => b.exposed - a.exposed);
if (values.list)
  for (const r of worst)
    console.log(
      `${r.exposed.toFixed(1)} dE ${r.ours.deltaE.toFixed(1)} ev ${r.ev.toFixed(1)} cast ${r.ours.cast.map((c) => (c ? `${c.a.toFixed(0)},${c.b.toFixed(0)}` : '-')).join(' ')}  ` +
        `${r.one.photo.name} ${r.one.stock.name} ${r.one.scanner.name} ${r.one.stops} ${r.one.layout} ${r.one.storage} ${r.film} ${r.trueBase ? 'base' : 'guess'}`,
    );
if (values.sheet) await writeSheet(values.sheet, worst.slice(0, 12));
