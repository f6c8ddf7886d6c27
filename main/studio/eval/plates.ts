/**
 * Three-colour plates as truth for colouring (Prokudin-Gorskii, about 1905 to 1915): one scene taken on B&W
 * plates through a blue, a green and a red filter. Each record alone is a real black-and-white photograph of a
 * known spectral sensitivity, the three together are the colour. A scan of a plate holds them one above the
 * other, blue on top; they are registered by phase correlation. A finished colour composite is taken apart into
 * its channels, which were the records.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { stretch } from '../../../app/baseline/index.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { bytesFromPlanar, type Planar, planar } from '../../../app/planar.ts';
import { phaseShift } from '../../../app/register/phase.ts';
import { fileError, show } from '../../files/bytes.ts';
import { naturalOrder } from '../../files/names.ts';
import { decodeRgb, type Rgb8 } from '../../files/rgb.ts';
import { centreCrop, takeCrop } from '../dataset/crop.ts';
import type { Problem } from '../dataset/types.ts';

export const records = ['blue', 'green', 'red'] as const;
export type RecordName = (typeof records)[number];
/** Which plane of a colour picture each record is. */
const PLANE: Record<RecordName, number> = { red: 0, green: 1, blue: 2 };

/** The scene in colour, and as each record saw it (three equal planes). */
export interface Plate {
  id: string;
  truth: Planar;
  records: Record<RecordName, Planar>;
}

/** Part of each side of a record that is frame, label and the rebate of the plate. */
const MARGIN = 0.07;
/** Under this the peak of the correlation may be chance. */
const SURE = 10;

const RECORD_FILE = /^pg_(plate|colour)_.*\.(jpe?g|png|tiff?)$/i;

/** One third of a plate, its margins off, moved by (dx, dy) with bilinear interpolation, 0..1. */
function third(scan: Rgb8, index: number, dx: number, dy: number): Planar {
  const tall = Math.floor(scan.height / 3);
  const mx = Math.round(scan.width * MARGIN);
  const my = Math.round(tall * MARGIN);
  const out = planar(scan.width - 2 * mx, tall - 2 * my, 1);
  const at = (x: number, y: number): number => {
    const u = Math.min(scan.width - 1, Math.max(0, x));
    const v = Math.min(scan.height - 1, Math.max(0, y + index * tall));
    return scan.data[(v * scan.width + u) * 3] / 255;
  };
  const ix = Math.floor(dx);
  const iy = Math.floor(dy);
  const fx = dx - ix;
  const fy = dy - iy;
  for (let y = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++) {
      const u = x + mx + ix;
      const v = y + my + iy;
      const top = at(u, v) * (1 - fx) + at(u + 1, v) * fx;
      const low = at(u, v + 1) * (1 - fx) + at(u + 1, v + 1) * fx;
      out.data[y * out.width + x] = top + fy * (low - top);
    }
  return out;
}

/**
 * The colour picture of a plate: blue and red laid on green, each record stretched between its percentiles,
 * since nobody knows the exposures.
 * @throws RevealError 'bad-input' when the records cannot be laid on each other
 */
export function composePlate(scan: Rgb8, id: string): Planar {
  const green = third(scan, 1, 0, 0);
  const laid = (index: number): Planar => {
    const record = third(scan, index, 0, 0);
    const { dx, dy, confidence } = phaseShift(green, record);
    if (confidence < SURE)
      throw new RevealError('bad-input', `${show(id)}: its three records could not be laid on each other.`);
    return third(scan, index, dx, dy);
  };
  const planes = [laid(2), green, laid(0)];
  const out = planar(green.width, green.height, 3);
  planes.forEach((p, c) => out.data.set(p.data, c * p.data.length));
  return stretch(out);
}

/** Truth and records of a colour picture, a square of `size` from its middle. */
export function takeApart(picture: Rgb8, id: string, size: number): Plate {
  const truth = takeCrop(picture, centreCrop(picture.width, picture.height, size, false), size);
  const n = size * size;
  const record = (name: RecordName): Planar => {
    const out = planar(size, size, 3);
    const plane = truth.data.subarray(PLANE[name] * n, (PLANE[name] + 1) * n);
    for (let c = 0; c < 3; c++) out.data.set(plane, c * n);
    return out;
  };
  return { id, truth, records: { blue: record('blue'), green: record('green'), red: record('red') } };
}

/**
 * The plates (`pg_plate_*`) and colour composites (`pg_colour_*`) of a folder.
 * @throws RevealError 'not-found' when the folder cannot be read
 */
export async function readPlates(
  dir: string,
  size: number,
): Promise<{ plates: Plate[]; problems: Problem[] }> {
  let names: string[];
  try {
    names = (await readdir(dir)).filter((name) => RECORD_FILE.test(name)).sort(naturalOrder);
  } catch (error) {
    throw fileError(dir, error, 'read');
  }
  const plates: Plate[] = [];
  const problems: Problem[] = [];
  for (const name of names)
    try {
      const isPlate = name.toLowerCase().startsWith('pg_plate_');
      const scan = await decodeRgb(
        path.join(dir, name),
        name,
        isPlate ? {} : { shortSide: Math.max(256, size) },
      );
      if (isPlate) {
        const colour = composePlate(scan, name);
        const bytes: Rgb8 = { width: colour.width, height: colour.height, data: bytesFromPlanar(colour) };
        plates.push(takeApart(bytes, name, size));
      } else plates.push(takeApart(scan, name, size));
    } catch (error) {
      if (!(error instanceof RevealError)) throw error;
      problems.push({ id: name, reason: error.message });
    }
  return { plates, problems };
}
