/**
 * How fast the develop engine is on this machine. Each figure is the best of a few runs; ratios are taken in
 * the same run, so that they mean something on a busy machine.
 *
 *   node build/bench-develop.ts [--json]        (Node 24)
 */
import { applyGeometry, resolveGeometry } from '../main/actions/develop/geometry.ts';
import { balanceFromSamples } from '../main/actions/develop/balance.ts';
import { planDevelop, type PlanOptions } from '../main/actions/develop/plan.ts';
import { countHistogram, processBand } from '../main/actions/develop/process.ts';
import { defaultDevelopParams } from '../app/recipe/develop.ts';

const context = { analysis: null, roll: null };
const params = defaultDevelopParams();
params.film.base = [0.62, 0.31, 0.16];
const source = { bits: 16, channels: 3, curve: { kind: 'linear' } } as const;

/** A scan-like picture: smooth densities with grain. */
function scan(width: number, height: number): Uint16Array {
  const data = new Uint16Array(width * height * 3);
  let seed = 1;
  for (let i = 0; i < data.length; i += 3) {
    seed = (seed * 16807) % 2147483647;
    const d = 0.2 + ((i / 3) % width) / width + 0.1 * (seed / 2147483647);
    data[i] = 65535 * 0.62 * 10 ** (-0.9 * d);
    data[i + 1] = 65535 * 0.31 * 10 ** -d;
    data[i + 2] = 65535 * 0.16 * 10 ** (-1.1 * d);
  }
  return data;
}
function best(runs: number, work: () => void): number {
  let ms = Infinity;
  for (let i = 0; i < runs; i++) {
    const t = performance.now();
    work();
    ms = Math.min(ms, performance.now() - t);
  }
  return ms;
}

const figures: Record<string, number> = {};
const W = 6000;
const H = 4000;
const data = scan(W, H);
const out = new Uint16Array(data.length);
const sixteen: PlanOptions = { space: 'srgb', bits: 16, layout: 'rgb' };
const srgb = planDevelop(params, context, source, sixteen);
figures['24 MP, 16-bit sRGB, ms'] = best(3, () => processBand(srgb, data, out, 0, W * H));
const wide = planDevelop(params, context, source, { ...sixteen, space: 'adobe-rgb' });
figures['24 MP, 16-bit Adobe RGB, ms'] = best(2, () => processBand(wide, data, out, 0, W * H));
const vivid = structuredClone(params);
vivid.print.saturation = 1.3;
const saturated = planDevelop(vivid, context, source, sixteen);
figures['24 MP, saturation 1.3, ms'] = best(2, () => processBand(saturated, data, out, 0, W * H));
const copy = new Uint16Array(data.length);
figures['24 MP, plain copy, ms'] = best(3, () => {
  for (let i = 0; i < data.length; i++) copy[i] = data[i];
});

const frame = { ...params.frame, format: 'none' as const };
for (const [name, change] of [
  ['rotate 90', { rotate: '90' as const }],
  ['straighten 1°', { straighten: 1 }],
] as const) {
  const g = resolveGeometry({ ...frame, ...change }, { width: W, height: H, orientation: 1, frame: null });
  figures[`24 MP, ${name}, ms`] = best(1, () =>
    applyGeometry(g, { data: out, x: 0, y: 0, width: W, height: H }, 3, copy, 0, g.height),
  );
}

const pw = 1600;
const ph = 1067;
const preview = scan(pw, ph);
const rgba = new Uint8ClampedArray(pw * ph * 4);
const histogram = new Uint32Array(768);
let step = 0;
figures['1600x1067 preview (plan, RGBA, histogram), ms'] = best(8, () => {
  // A slider moves: the plan is made anew each time.
  params.lights.exposure = (step++ % 10) / 100;
  const plan = planDevelop(params, context, source, { space: 'srgb', bits: 8, layout: 'rgba' });
  processBand(plan, preview, rgba, 0, pw * ph);
  histogram.fill(0);
  countHistogram(rgba, histogram, 0, pw * ph);
});
figures['plan alone, ms'] = best(8, () => {
  params.lights.exposure = (step++ % 10) / 100;
  planDevelop(params, context, source, sixteen);
});
const n = 40000;
const samples = { r: new Float32Array(n), g: new Float32Array(n), b: new Float32Array(n) };
for (let i = 0; i < n; i++) {
  samples.g[i] = 0.2 + ((i * 7919) % n) / n;
  samples.r[i] = 0.9 * samples.g[i] + (i % 7) * 0.01;
  samples.b[i] = 1.1 * samples.g[i] - (i % 5) * 0.01;
}
figures['automatic balance of 40,000 samples, ms'] = best(3, () => balanceFromSamples(samples, 'c41', true));

const ratios = {
  'develop / plain copy': figures['24 MP, 16-bit sRGB, ms'] / figures['24 MP, plain copy, ms'],
  'Adobe RGB / sRGB': figures['24 MP, 16-bit Adobe RGB, ms'] / figures['24 MP, 16-bit sRGB, ms'],
  'goal 1600 ms / 24 MP sRGB': 1600 / figures['24 MP, 16-bit sRGB, ms'],
  'goal 40 ms / preview': 40 / figures['1600x1067 preview (plan, RGBA, histogram), ms'],
};
if (process.argv.includes('--json')) console.log(JSON.stringify({ figures, ratios }));
else {
  for (const [k, v] of Object.entries(figures)) console.log(k.padEnd(50), v.toFixed(1).padStart(9));
  for (const [k, v] of Object.entries(ratios)) console.log(k.padEnd(50), v.toFixed(2).padStart(9));
}
