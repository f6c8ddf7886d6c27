/** Tables and JSON of the accuracy script. A figure of a group is the median over its scans, or the worst where it says so. */
import { chart } from '../film/materials.ts';
import { ALL_STOPS, HELD_OUT_SCENE } from './cases.ts';
import { type Figures, type Measured, quantile } from './measure.ts';
import type { RollFigures } from './roll.ts';

export interface Row {
  name: string;
  scans: number;
  /** Median over scans of the scan's median over patches. */
  median: number;
  /** 95th percentile over all patches of all scans. */
  p95: number;
  /** Median and worst over scans of the worse skin patch. */
  skin: number;
  skinWorst: number;
  /** Median and worst over scans of the largest C* of the grey row. */
  neutral: number;
  neutralWorst: number;
  /** Median over scans of the patch median after one exposure correction, and the correction's range (EV). */
  exposedMedian: number;
  exposedP95: number;
  evLow: number;
  evHigh: number;
  plainMedian: number;
  plainP95: number;
  plainSkin: number;
  plainNeutral: number;
  /** Median and worst error of the film base, density. */
  base: number;
  baseWorst: number;
}

function rowOf(name: string, group: readonly Measured[]): Row {
  const over = (f: (m: Measured) => number, share = 0.5) => quantile(group.map(f), share);
  const patches = (f: (m: Measured) => Figures) =>
    quantile(
      group.flatMap((m) => f(m).deltaE),
      0.95,
    );
  return {
    name,
    scans: group.length,
    median: over((m) => m.asIs.median),
    p95: patches((m) => m.asIs),
    skin: over((m) => m.asIs.skin),
    skinWorst: over((m) => m.asIs.skin, 1),
    neutral: over((m) => m.asIs.neutral),
    neutralWorst: over((m) => m.asIs.neutral, 1),
    exposedMedian: over((m) => m.exposed.median),
    exposedP95: patches((m) => m.exposed),
    evLow: over((m) => m.exposureEv, 0),
    evHigh: over((m) => m.exposureEv, 1),
    plainMedian: over((m) => m.plain.median),
    plainP95: patches((m) => m.plain),
    plainSkin: over((m) => m.plain.skin),
    plainNeutral: over((m) => m.plain.neutral),
    base: over((m) => m.baseError),
    baseWorst: over((m) => m.baseError, 1),
  };
}

const named = (m: Measured) => `${m.case.stock.name} / ${m.case.scanner.name}`;

function rowsOf(all: readonly Measured[]): Row[] {
  const rows: Row[] = [];
  const add = (name: string, group: Measured[]) => {
    if (group.length > 0) rows.push(rowOf(name, group));
  };
  const usual = all.filter((m) => m.case.scene !== HELD_OUT_SCENE);
  add(
    'tuned stocks and scanners',
    usual.filter((m) => !m.case.heldOut),
  );
  add(
    'held-out stock or scanner *',
    usual.filter((m) => m.case.heldOut),
  );
  add(
    'held-out scene (high key), all films',
    all.filter((m) => m.case.scene === HELD_OUT_SCENE),
  );
  for (const s of ALL_STOPS)
    add(
      `${s > 0 ? '+' : ''}${s} stops`,
      usual.filter((m) => m.case.stops === s),
    );
  for (const name of new Set(usual.map((m) => m.case.scene)))
    add(
      `scene ${name}`,
      usual.filter((m) => m.case.scene === name),
    );
  for (const name of new Set(usual.map(named)))
    add(
      `${name}${usual.find((m) => named(m) === name)?.case.heldOut ? ' *' : ''}`,
      usual.filter((m) => named(m) === name),
    );
  return rows;
}

/** Everything as plain data. */
export function summary(all: readonly Measured[], roll: RollFigures | null, seconds: number): unknown {
  const bare = all.filter((m) => m.case.layout === 'bare');
  const rebate = all.filter((m) => m.case.layout !== 'bare');
  return {
    goals: { rebateMedian: 3, bareMedian: 6, p95: 8, skin: 4, neutral: 2, rollBase: 0.02 },
    rebate: rowsOf(rebate),
    bare: rowsOf(bare),
    roll,
    scans: all.map((m) => ({
      ...m.case,
      stock: m.case.stock.name,
      scanner: m.case.scanner.name,
      kind: m.kind,
      film: m.film,
      baseSource: m.baseSource,
      baseError: m.baseError,
      exposureEv: m.exposureEv,
      median: m.asIs.median,
      p95: m.asIs.p95,
      skin: m.asIs.skin,
      neutral: m.asIs.neutral,
      plainMedian: m.plain.median,
    })),
    seconds,
  };
}

function table(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`);
  console.log(
    `${''.padEnd(44)}    | as developed                     | exposure corrected        | plain inversion         | base`,
  );
  console.log(
    `${''.padEnd(42)}   n | dE50  dE95  skin/max   C*/max    | dE50  dE95  EV            | dE50  dE95  skin  C*    | D/max`,
  );
  for (const r of rows) {
    const f = (v: number, n = 5) => v.toFixed(1).padStart(n);
    console.log(
      `${r.name.padEnd(42)} ${String(r.scans).padStart(3)} |${f(r.median)} ${f(r.p95)} ${f(r.skin)}/${r.skinWorst.toFixed(1).padEnd(4)}${f(r.neutral)}/${r.neutralWorst.toFixed(1).padEnd(4)} |${f(r.exposedMedian)} ${f(r.exposedP95)}  ${r.evLow.toFixed(2).padStart(5)} .. ${r.evHigh.toFixed(2).padStart(5)}  |${f(r.plainMedian)} ${f(r.plainP95)} ${f(r.plainSkin)} ${f(r.plainNeutral)}  | ${r.base.toFixed(3)}/${r.baseWorst.toFixed(3)}`,
    );
  }
}

/** Prints the tables. */
export function printTables(all: readonly Measured[], roll: RollFigures | null): void {
  table(
    'Rebate in view (goals: dE50 <= 3, dE95 <= 8, skin <= 4, C* <= 2)',
    rowsOf(all.filter((m) => m.case.layout !== 'bare')),
  );
  table(
    'Picture only, no film base in view (goals: dE50 <= 6, dE95 <= 8)',
    rowsOf(all.filter((m) => m.case.layout === 'bare')),
  );
  console.log('\n* stock or scanner held out of all tuning');
  const wrong = all.filter((m) => m.film !== 'c41');
  if (wrong.length > 0) console.log(`${wrong.length} scans were not taken for colour negatives`);
  if (!roll) return;
  console.log('\nFilm base over a roll (goal: within 0.02 density)');
  for (const r of roll.rows)
    console.log(
      `${r.name.padEnd(42)} ${String(r.frames).padStart(3)} frames: largest distance from the roll ${r.spread.toFixed(4)} D, roll's base from the truth ${r.error.toFixed(4)} D, worst frame from the truth ${r.worst.toFixed(4)} D`,
    );
}

/** Mean CIEDE2000 and mean Lab error of each patch over all scans with a rebate. */
export function printPatches(all: readonly Measured[]): void {
  console.log('\nBy patch, mean over scans with rebate (dE as developed, after exposure)');
  const group = all.filter((m) => m.case.layout !== 'bare');
  chart.forEach((p, i) => {
    const mean = (f: (m: Measured) => number) => group.reduce((s, m) => s + f(m), 0) / group.length;
    const a = mean((m) => m.asIs.deltaE[i]).toFixed(1);
    const b = mean((m) => m.exposed.deltaE[i]).toFixed(1);
    const d = (['L', 'a', 'b'] as const)
      .map(
        (k) =>
          `${k} ${mean((m) => m.exposed.labs[i][k]).toFixed(1)} (${(mean((m) => m.exposed.labs[i][k]) - m0(group[0], i)[k]).toFixed(1)})`,
      )
      .join('  ');
    console.log(`${p.name.padEnd(14)} ${a.padStart(5)} ${b.padStart(5)}   ${d}`);
  });
}

function m0(m: Measured, i: number) {
  return m.want[i];
}
