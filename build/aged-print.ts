/**
 * Makes an old family print of an ordinary photograph, for the README's pictures, which have to come from photographs
 * of a free licence: its dyes fade and its paper yellows (app/degrade/print.ts), then damage is planted that no network
 * was trained with (build/eval/damage/plant.ts).
 *   build/aged-print.ts PHOTO OUT.png [--width N] [--grey] [--seed N] [--damage dust,scratch,…]
 */
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { fadeDyes } from '../app/degrade/print.ts';
import { bytesFromPlanar, planarFromBytes } from '../app/planar.ts';
import { plant, PLANTED, type PlantedKind } from './eval/damage/plant.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1100' },
    grey: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    damage: { type: 'string', default: 'dust,scratch' },
  },
});
const [photo, out] = positionals;
const damage = values.damage
  .split(',')
  .filter((kind): kind is PlantedKind => PLANTED.some((k) => k === kind));
if (!photo || !out || damage.length === 0) {
  console.error('Name a photograph and an output, and damages of: ' + PLANTED.join(', '));
  process.exit(2);
}
const { data, info } = await sharp(photo)
  .rotate()
  .resize({ width: Number(values.width) })
  .removeAlpha()
  .modulate({ saturation: values.grey ? 0 : 1 })
  .toColourspace('srgb')
  .raw()
  .toBuffer({ resolveWithObject: true });
let picture = planarFromBytes(data, info.width, info.height);
// A print of about 1975, kept in the light: cyan went first, and yellow stain lies on all of it.
picture = values.grey
  ? fadeDyes(picture, [0.22, 0.22, 0.22], [0.03, 0.08, 0.19])
  : fadeDyes(picture, [0.42, 0.12, 0.2], [0.01, 0.05, 0.12]);
for (const kind of damage) picture = plant(picture, kind, values.seed).picture;
await sharp(bytesFromPlanar(picture), { raw: { width: info.width, height: info.height, channels: 3 } })
  .png()
  .toFile(out);
