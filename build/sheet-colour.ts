/**
 * A sheet of pictures with what the colour step makes of them, to be looked at.
 *
 *   node build/sheet-colour.ts --out SHEET.png [--variants] [--side 420] [--model models/colorist] FILES…
 *
 * Each row: the picture as it is, its grey, the colouring (with --variants all four), and how sure the network was.
 * Files named pg_plate_* hold three records; the green one is coloured.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { planar, planarFromBytes, type Planar } from '../app/planar.ts';
import { luma } from '../app/metrics/index.ts';
import { colouredSource, gridConfidence, prepareColour } from '../main/actions/colorize/index.ts';
import { cut, sourceOf } from '../main/actions/picture/source.ts';
import { decodeRgb } from '../main/files/rgb.ts';
import { openColorist } from './eval/colour/network.ts';
import { writeRows } from './eval/colour/sheet.ts';
import { plainColour } from './eval/colour/params.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    variants: { type: 'boolean', default: false },
    side: { type: 'string', default: '420' },
    model: { type: 'string', default: 'models/colorist' },
    own: { type: 'string', default: 'auto' },
    grey: { type: 'boolean', default: false },
  },
});
if (!values.out) throw new Error('--out SHEET.png is missing');
const network = openColorist(values.model);
const rows: { label: string; pictures: Planar[] }[] = [];
for (const file of positionals) {
  const name = path.basename(file);
  const rgb = await decodeRgb(file, name);
  let picture = planarFromBytes(rgb.data, rgb.width, rgb.height);
  const shown = picture;
  if (name.startsWith('pg_plate')) {
    const tall = Math.floor(rgb.height / 3);
    picture = luma(cut(picture, { x: 0, y: tall, w: rgb.width, h: tall }));
  } else if (values.grey || name.startsWith('pg_colour') || name.startsWith('autochrome'))
    picture = luma(picture);
  const own = values.own as 'auto' | 'keep' | 'replace';
  const started = performance.now();
  const plan = await prepareColour(picture, [], network, { own });
  const planned = performance.now();
  const results: Planar[] = [];
  for (const variant of values.variants ? (['1', '2', '3', '4'] as const) : (['1'] as const)) {
    const source = colouredSource(sourceOf(picture), plan, { ...plainColour, own, variant });
    results.push(await source.read({ x: 0, y: 0, w: picture.width, h: picture.height }));
  }
  const done = performance.now();
  const sure = { ...planar(plan.grid.width, plan.grid.height, 1), data: gridConfidence(plan) };
  rows.push({
    label: `${name} ${plan.toning.kind} ${plan.toning.share.toFixed(2)} C${plan.toning.chroma.toFixed(0)} own ${plan.own ? plan.own.faded.toFixed(2) : '-'}  plan ${Math.round(planned - started)} ms, ${results.length} x ${Math.round((done - planned) / results.length)} ms`,
    pictures: [shown, ...(shown === picture ? [] : [picture]), ...results, sure],
  });
  console.log(rows.at(-1)?.label);
}
await writeRows(values.out, rows, Number(values.side));
