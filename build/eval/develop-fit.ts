/**
 * Numbers for tuning from the simulated stocks and scanners that may be tuned on (none held out):
 *
 *   node build/eval/develop-fit.ts
 *
 * Prints for each stock and scanner the gradient of the grey row per channel (density over log10 exposure),
 * the density of an 18 % grey, and the best matrix of its own; then the one matrix that serves all of them
 * best when each is balanced on its greys, n_c = s_c D_c + o_c, log exposure = M n with rows of M summing to
 * 1, and how near the reference print each comes with it: the floor under any automatic develop that uses one
 * matrix and the reference's own curve. The matrix for cameras is fitted to a family of them (film/cameras.ts)
 * and the tuned one together, since no two cameras and lamps see dyes alike.
 */
import { cameraFamily } from './film/cameras.ts';
import { deltaE2000, type Lab, labFromLinear } from './film/colour.ts';
import { fitStock, minimise, patchDensities } from './film/fit.ts';
import { paper } from './film/print.ts';
import { chart, NEUTRAL_PATCHES } from './film/materials.ts';
import { referencePatches } from './film/render.ts';
import { type Scanner, scanners } from './film/scanner.ts';
import { illuminants, integrate, observer, type Triple } from './film/spectra.ts';
import { colourStocks, type Stock } from './film/stocks.ts';

const light = illuminants.D55;
const white = integrate(light, observer[1]);
const logGrey = chart.map((p) => Math.log10(integrate(light, p.reflectance, observer[1]) / white / 0.18));

/** Straight line through the grey row, black left out: density to log exposure. */
function greyLine(d: readonly Triple[], c: number): { slope: number; offset: number } {
  const rows = NEUTRAL_PATCHES.slice(0, 5);
  const mx = rows.reduce((s, i) => s + d[i][c], 0) / rows.length;
  const my = rows.reduce((s, i) => s + logGrey[i], 0) / rows.length;
  const xy = rows.reduce((s, i) => s + (d[i][c] - mx) * (logGrey[i] - my), 0);
  const xx = rows.reduce((s, i) => s + (d[i][c] - mx) ** 2, 0);
  const slope = xy / xx;
  return { slope, offset: my - slope * mx };
}

const want = referencePatches('D55');
function balanced(stock: Stock, scanner: Scanner) {
  const d = patchDensities(stock, scanner);
  const lines = [0, 1, 2].map((c) => greyLine(d, c));
  const n = d.map((v) => v.map((x, c) => lines[c].slope * x + lines[c].offset) as Triple);
  return { stock, scanner, lines, n, heldOut: stock.heldOut || scanner.heldOut };
}
const sets = colourStocks.flatMap((stock) => scanners.map((scanner) => balanced(stock, scanner)));

function print(p: readonly number[], n: Triple): Lab {
  const m = [
    [1 - p[0] - p[1], p[0], p[1]],
    [p[2], 1 - p[2] - p[3], p[3]],
    [p[4], p[5], 1 - p[4] - p[5]],
  ];
  return labFromLinear(m.map((r) => paper(0.18 * 10 ** (r[0] * n[0] + r[1] * n[1] + r[2] * n[2]))) as Triple);
}
const f = (v: number, digits = 2) => v.toFixed(digits).padStart(digits + 4);

console.log('stock / scanner                          gradient R G B        grey 18 % R G B      own matrix');
for (const s of sets) {
  if (s.heldOut) continue;
  const own = fitStock(s.stock, s.scanner);
  console.log(
    `${`${s.stock.name} / ${s.scanner.name}`.padEnd(38)} ${s.lines.map((l) => f(1 / l.slope)).join('')}   ${s.lines.map((l) => f(-l.offset / l.slope)).join('')}   ${own.matrix
      .flat()
      .map((v) => f(v))
      .join('')}`,
  );
}
const tuned = sets.filter((s) => !s.heldOut);
const mean = (g: (s: (typeof sets)[number]) => number) => tuned.reduce((t, s) => t + g(s), 0) / tuned.length;
console.log(
  `${'mean'.padEnd(38)} ${[0, 1, 2].map((c) => f(mean((s) => 1 / s.lines[c].slope))).join('')}   ${[0, 1, 2].map((c) => f(mean((s) => -s.lines[c].offset / s.lines[c].slope))).join('')}`,
);

function shared(title: string, group: typeof sets, judged: typeof sets): void {
  const cost = (p: number[]) =>
    group.reduce((t, s) => t + s.n.reduce((u, v, i) => u + deltaE2000(print(p, v), want[i]) ** 1.5, 0), 0) /
    group.length;
  const best = minimise(cost, [-0.1, 0, -0.05, -0.1, 0, -0.2], 0.2);
  console.log(`\n${title}: off-diagonals rg rb gr gb br bg = ${best.map((v) => v.toFixed(3)).join(' ')}`);
  for (const s of judged) {
    const e = s.n.map((v, i) => deltaE2000(print(best, v), want[i])).sort((a, b) => a - b);
    console.log(
      `${`${s.stock.name} / ${s.scanner.name}${s.heldOut ? ' *' : ''}`.padEnd(42)} dE50 ${f((e[11] + e[12]) / 2)}  dE95 ${f(e[22])}`,
    );
  }
}
shared('One matrix for all', tuned, sets);
const cameras = tuned.filter((s) => s.scanner.exposure === 'camera');
shared(
  'One matrix for film scanners',
  tuned.filter((s) => s.scanner.exposure === 'gate'),
  sets.filter((s) => s.scanner.exposure === 'gate'),
);
shared(
  'One matrix for the tuned camera alone',
  cameras,
  sets.filter((s) => s.scanner.exposure === 'camera'),
);
const stocks = colourStocks.filter((s) => !s.heldOut);
const family = cameraFamily(18, 7).flatMap((camera, i) =>
  stocks.filter((_, k) => (i + k) % 2 === 0).map((stock) => balanced(stock, camera)),
);
// The tuned camera counts as much as six of the family.
shared(
  'One matrix for cameras, a family of them and the tuned one',
  [...family, ...cameras, ...cameras, ...cameras],
  sets.filter((s) => s.scanner.exposure === 'camera'),
);
