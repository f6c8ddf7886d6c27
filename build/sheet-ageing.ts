/**
 * A sheet of prints before and after the ageing step, to be looked at: as it is, corrected (toning kept), neutral.
 *
 *   node build/sheet-ageing.ts --out SHEET.png [--side 420] FILES…
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { planarFromBytes, type Planar } from '../app/planar.ts';
import { agedSource, analyseAgeing } from '../main/actions/ageing/index.ts';
import { onGrid } from '../main/actions/colorize/plan.ts';
import { sourceOf } from '../main/actions/picture/source.ts';
import { decodeRgb } from '../main/files/rgb.ts';
import { writeRows } from './eval/colour/sheet.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, side: { type: 'string', default: '420' } },
});
if (!values.out) throw new Error('--out SHEET.png is missing');
const rows: { label: string; pictures: Planar[] }[] = [];
for (const file of positionals) {
  const name = path.basename(file);
  const rgb = await decodeRgb(file, name);
  const picture = onGrid(planarFromBytes(rgb.data, rgb.width, rgb.height));
  const analysis = analyseAgeing(picture);
  const made: Planar[] = [];
  for (const toning of ['keep', 'neutral'] as const) {
    const source = agedSource(sourceOf(picture), analysis, { strength: 1, contrast: 0.5, toning });
    made.push(await source.read({ x: 0, y: 0, w: picture.width, h: picture.height }));
  }
  const numbers = (v: readonly number[]): string => v.map((x) => x.toFixed(2)).join(' ');
  rows.push({
    label: `${name} ${analysis.kind} ${analysis.toning}: loss ${numbers(analysis.loss)}, stain ${numbers(analysis.stain)}, hue ${numbers(analysis.hue)}, ${numbers([analysis.white, analysis.black])}, sure ${analysis.confidence.toFixed(2)}`,
    pictures: [picture, ...made],
  });
  console.log(rows.at(-1)?.label);
}
await writeRows(values.out, rows, Number(values.side));
