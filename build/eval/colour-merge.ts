/**
 * How near the enlargement of chroma comes to the truth, whatever a network would answer: the true chroma of colour
 * pictures reduced to the network's cells, brought back guided by the full luminance, against bilinear enlargement.
 *
 *   node build/eval/colour-merge.ts [--cells 64] FILES…
 */
import { parseArgs } from 'node:util';
import { bilateralEnlarge, linearModels, reducePlane } from '../../app/color/guided.ts';
import { enlargePlane } from '../../app/color/merge.ts';
import { toLab, deltaEMap, meanOf, type LabPlanes } from '../../app/metrics/index.ts';
import { planarFromBytes } from '../../app/planar.ts';
import { decodeRgb } from '../../main/files/rgb.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cells: { type: 'string', default: '64' } },
});
const total: Record<string, number[]> = {};
for (const file of positionals) {
  const rgb = await decodeRgb(file, file);
  const lab = toLab(planarFromBytes(rgb.data, rgb.width, rgb.height));
  const size = { width: rgb.width, height: rgb.height };
  const k = Number(values.cells) / Math.max(rgb.width, rgb.height);
  const cells = { width: Math.round(rgb.width * k), height: Math.round(rgb.height * k) };
  const low = [reducePlane(lab.a, size, cells), reducePlane(lab.b, size, cells)];
  const lowL = reducePlane(lab.L, size, cells);
  const score = (name: string, a: Float32Array, b: Float32Array) => {
    const d = meanOf(deltaEMap(lab, { ...lab, a, b } as LabPlanes));
    (total[name] ??= []).push(d);
  };
  score('grey', new Float32Array(lab.a.length), new Float32Array(lab.a.length));
  const [a, b] = low.map((p) => enlargePlane(p, cells, size));
  score('bilinear', a, b);
  for (const r of [1, 2, 3])
    for (const eps of [1, 4, 16]) {
      const m = linearModels(lowL, low, cells, r, eps);
      const out = m.map(({ slope, offset }) => {
        const s = enlargePlane(slope, cells, size),
          o = enlargePlane(offset, cells, size);
        return s.map((v, i) => v * lab.L[i] + o[i]);
      });
      score(`guided r${r} e${eps}`, out[0], out[1]);
    }
  for (const reach of [1, 2])
    for (const space of [0.7, 1, 1.5])
      for (const range of [4, 8, 12]) {
        const [a, b] = bilateralEnlarge(low, lowL, cells, lab.L, size, { reach, space, range });
        score(`jbu ${reach} ${space} ${range}`, a, b);
      }
}
for (const [name, v] of Object.entries(total))
  console.log(
    name.padEnd(20),
    (v.reduce((s, x) => s + x, 0) / v.length).toFixed(3),
    v.map((x) => x.toFixed(2)).join(' '),
  );
