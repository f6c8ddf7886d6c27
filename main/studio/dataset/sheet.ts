/**
 * The contact sheet of a dataset: pairs of what a network is shown (left) and what it should make of it (right),
 * with the degradations of the preset, so that a person sees at a glance what will be learnt.
 */
import { degrade, type Preset } from '../../../app/degrade/index.ts';
import { bytesFromPlanar, type Planar } from '../../../app/planar.ts';
import { encodePng, type Rgb8 } from '../../files/rgb.ts';
import { centreCrop, takeCrop } from './crop.ts';

export interface SheetEntry {
  id: string;
  truth: Rgb8;
  /** Of a real pair; null: degraded by the preset. */
  input: Rgb8 | null;
}

const TILE = 160;
const GAP = 4;
const MARGIN = 12;
const COLUMNS = 4;

/** @returns bytes of a PNG, and what each pair is, row by row */
export async function contactSheet(
  entries: readonly SheetEntry[],
  preset: Preset,
  seed: number,
): Promise<{ png: Uint8Array; pairs: { id: string; group: string; applied: string[] }[] }> {
  const rows = Math.ceil(entries.length / COLUMNS);
  const cell = 2 * TILE + GAP + MARGIN;
  const width = COLUMNS * cell + MARGIN;
  const height = rows * (TILE + MARGIN) + MARGIN;
  const data = new Uint8Array(width * height * 3).fill(32);
  const place = (picture: Planar, x0: number, y0: number): void => {
    const bytes = bytesFromPlanar(picture);
    for (let y = 0; y < TILE; y++)
      data.set(bytes.subarray(y * TILE * 3, (y + 1) * TILE * 3), ((y0 + y) * width + x0) * 3);
  };
  const pairs = entries.map(({ id, truth, input }, k) => {
    const crop = centreCrop(truth.width, truth.height, TILE, false);
    const picture = takeCrop(truth, crop, TILE);
    const x = MARGIN + (k % COLUMNS) * cell;
    const y = MARGIN + Math.floor(k / COLUMNS) * (TILE + MARGIN);
    if (input) {
      place(takeCrop(input, crop, TILE), x, y);
      place(picture, x + TILE + GAP, y);
      return { id, group: 'pair', applied: [] };
    }
    const degraded = degrade(picture, preset, [seed, 'sheet', id]);
    place(degraded.input, x, y);
    place(degraded.target, x + TILE + GAP, y);
    return { id, group: degraded.group, applied: degraded.applied.map((one) => one.name) };
  });
  return { png: await encodePng({ width, height, data }), pairs };
}
