/**
 * Scores infrared dust detection and repair on planted defects, and the guard on films whose image shows in the
 * infrared:
 *
 *   node build/eval/dust-score.ts [--json] [--large] [--pictures DIR]
 *
 * Prints recall by kind of defect, precision by marked place, falsely marked area, error in density at the
 * planted pixels before and after, and processor seconds. `--large` adds a 24-megapixel scan; `--pictures` writes clean,
 * dirty and mended crops as PPM files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DustCase, type DustScore, scoreDust } from './accuracy/dust.ts';

const args = process.argv.slice(2);
const plain = { slope: 0.042, noise: 0.003, shift: { x: 0.4, y: 5.4 }, blur: 1.3, share: 0.5 };
const counts = { speck: 60, hair: 12, scratch: 4 };
const base: Omit<DustCase, 'name' | 'infrared'> = {
  film: 'colour',
  width: 1508,
  height: 1008,
  counts,
  threshold: 6,
  seed: 3,
};
const cases: DustCase[] = [
  { ...base, name: 'colour, quiet scanner', infrared: plain },
  {
    ...base,
    name: 'colour, sharp infrared in step',
    infrared: { ...plain, shift: { x: 0, y: 0 }, blur: 0.6, share: 0.9 },
  },
  { ...base, name: 'colour, noisy scanner', infrared: { ...plain, noise: 0.045, share: 0.9, blur: 0.8 } },
  { ...base, name: 'colour, clean film', infrared: plain, counts: { speck: 0, hair: 0, scratch: 0 } },
  { ...base, name: 'colour, three specks only', infrared: plain, counts: { speck: 3, hair: 0, scratch: 0 } },
  { ...base, name: 'Kodachrome-like', infrared: { ...plain, slope: 0.35, share: 0.9 } },
  { ...base, name: 'silver', film: 'silver', infrared: { ...plain, slope: 0.95, share: 0.9 } },
];
if (args.includes('--large'))
  cases.push({
    ...base,
    name: 'colour, 24 megapixels',
    width: 6008,
    height: 4008,
    infrared: { ...plain, shift: { x: 1.3, y: 12.6 }, blur: 3 },
    counts: { speck: 150, hair: 12, scratch: 4 },
  });

const rows = cases.map((one) => ({ one, score: scoreDust(one) }));
const folder = args.includes('--pictures') ? args[args.indexOf('--pictures') + 1] : null;
if (folder) {
  mkdirSync(folder, { recursive: true });
  for (const [i, { score }] of rows.entries())
    for (const kind of ['clean', 'dirty', 'mended'] as const)
      writeFileSync(path.join(folder, `${i}-${kind}.ppm`), ppm(score, score[kind]));
}
const share = (a: number, b: number) => (b === 0 ? '   -' : `${((100 * a) / b).toFixed(0).padStart(3)}%`);
if (args.includes('--json'))
  console.log(
    JSON.stringify(
      rows.map(({ one, score: s }) => ({
        name: one.name,
        slope: s.analysis.slope,
        usable: s.analysis.usable,
        reduced: s.analysis.reduced,
        shift: s.analysis.shift,
        recall: s.recall,
        places: s.places,
        right: s.right,
        falseArea: s.falseArea,
        before: s.before,
        after: s.after,
        divided: s.report.divided,
        changedOutside: s.changedOutside,
        seconds: s.seconds,
      })),
      null,
      1,
    ),
  );
else {
  console.log(
    'scan                              slope verdict   shift x, y     found: specks hairs scratches | right places  false area | error D before after | analyse mask repair CPU s',
  );
  for (const { one, score: s } of rows) {
    const verdict = !s.analysis.usable ? 'off' : s.analysis.reduced ? 'reduced' : 'on';
    const { speck, hair, scratch } = s.recall;
    console.log(
      `${one.name.padEnd(32)} ${s.analysis.slope.toFixed(3).padStart(6)} ${verdict.padEnd(8)} ${s.analysis.shift.x.toFixed(2).padStart(6)}, ${s.analysis.shift.y.toFixed(2).padStart(5)}         ${share(speck.found, speck.planted)}   ${share(hair.found, hair.planted)}    ${share(scratch.found, scratch.planted)}   | ${share(s.right, s.places)} of ${String(s.places).padEnd(4)} ${(100 * s.falseArea).toFixed(4)}% |  ${s.before.toFixed(3)}  ${s.after.toFixed(3)}      | ${s.seconds.analyse.toFixed(2)} ${s.seconds.mask.toFixed(2)} ${s.seconds.repair.toFixed(2)}`,
    );
    if (s.changedOutside > 0) console.log(`  ${s.changedOutside} samples changed outside the mask`);
  }
}

function ppm(s: DustScore, data: Uint16Array): Buffer {
  const out = Buffer.alloc(s.width * s.height * 3);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(255, 255 * (data[i] / 40000) ** 0.45);
  return Buffer.concat([Buffer.from(`P6\n${s.width} ${s.height}\n255\n`), out]);
}
