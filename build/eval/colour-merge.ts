/**
 * How near the enlargement of chroma comes to the truth, whatever a network would answer: the true chroma of colour
 * pictures reduced to a network's cells, brought back to full size by the colour step guided by the full luminance,
 * against bilinear enlargement. Mean CIEDE2000 over the picture, and over the tenth of it with the strongest edges of
 * chroma.
 *
 *   node build/eval/colour-merge.ts [--cells 64] FILES…
 *
 * Run it with Node 24.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { reducePlane } from '../../app/color/guided.ts';
import { enlargePlane } from '../../app/color/merge.ts';
import { deltaEMap, fromLab, meanOf, toLab, type LabPlanes } from '../../app/metrics/index.ts';
import { planarFromBytes } from '../../app/planar.ts';
import { colouredSource, prepareColour } from '../../main/actions/colorize/index.ts';
import { sourceOf } from '../../main/actions/picture/source.ts';
import { decodeRgb } from '../../main/files/rgb.ts';
import { plainColour } from './colour/params.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cells: { type: 'string', default: '64' } },
});
const totals: Record<string, number[]> = {};
console.log('mean CIEDE2000 (at edges)          grey        bilinear   colour step');
for (const file of positionals) {
  const rgb = await decodeRgb(file, file);
  const lab = toLab(planarFromBytes(rgb.data, rgb.width, rgb.height));
  const size = { width: rgb.width, height: rgb.height };
  const n = lab.a.length;
  const zeros = new Float32Array(n);
  const grey = fromLab({ ...lab, a: zeros, b: zeros });
  const one = { ...grey, channels: 1, data: grey.data.slice(0, n) };
  const k = Number(values.cells) / Math.max(size.width, size.height);
  const cells = { width: Math.round(size.width * k), height: Math.round(size.height * k) };
  const low = { a: reducePlane(lab.a, size, cells), b: reducePlane(lab.b, size, cells) };
  const sure = new Float32Array(cells.width * cells.height).fill(1);
  const plan = {
    ...(await prepareColour(one, [], null, { own: 'replace' })),
    cells,
    base: low,
    confidence: sure,
  };
  const step = await colouredSource(sourceOf(one), plan, plainColour).read({
    x: 0,
    y: 0,
    w: size.width,
    h: size.height,
  });
  const edges = new Float32Array(n);
  for (let i = 0; i < n - size.width - 1; i++)
    edges[i] =
      Math.hypot(lab.a[i + 1] - lab.a[i], lab.b[i + 1] - lab.b[i]) +
      Math.hypot(lab.a[i + size.width] - lab.a[i], lab.b[i + size.width] - lab.b[i]);
  const limit = edges.slice().sort()[Math.floor(0.9 * n)];
  const score = (name: string, made: LabPlanes): string => {
    const map = deltaEMap(lab, made);
    const all = meanOf(map);
    const at = meanOf(map, (i) => edges[i] > limit);
    (totals[name] ??= []).push(all);
    (totals[`${name} edges`] ??= []).push(at);
    return `${all.toFixed(2).padStart(7)} (${at.toFixed(2)})`;
  };
  const [a, b] = [low.a, low.b].map((plane) => enlargePlane(plane, cells, size));
  console.log(
    path.basename(file).padEnd(34),
    score('grey', { ...lab, a: zeros, b: zeros }),
    score('bilinear', { ...lab, a, b }),
    score('step', toLab(step)),
  );
}
const mean = (name: string): string => {
  const of = (v: number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
  return `${of(totals[name]).toFixed(2).padStart(7)} (${of(totals[`${name} edges`]).toFixed(2)})`;
};
if (positionals.length > 0) console.log('mean'.padEnd(34), mean('grey'), mean('bilinear'), mean('step'));
