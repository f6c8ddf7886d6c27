/**
 * Camera raw and DNG: telling them from ordinary TIFF, and their facts. Makers keep the TIFF structure for
 * their raw files; what gives them away is a DNG version, or a directory with a colour filter array.
 */
import type { ToneCurve } from '../../app/picture.ts';
import { FileSource } from './bytes.ts';
import { noFacts, tiffFacts, type Facts } from './facts.ts';
import { openRaw } from './raw.ts';
import { sampleType, tiffLayout, type TiffLayout } from './tiff-pixels.ts';
import {
  number,
  numbers,
  readDirectory,
  readTiff,
  TAG,
  type TiffDirectory,
  type TiffFile,
} from './tiff-tags.ts';

/** Directories below one page: previews and the sensor; cameras write up to four. */
const MAX_SUB = 16;

/** The directory that holds sensor data, or null for a TIFF that is a plain picture. */
export async function rawDirectory(source: FileSource, file: TiffFile): Promise<TiffDirectory | null> {
  const main = file.pages[0];
  const dng = main.fields.has(TAG.dngVersion);
  const directories = [...file.pages];
  for (const page of file.pages)
    for (const offset of numbers(file, page.fields.get(TAG.subIfds)).slice(0, MAX_SUB))
      try {
        directories.push((await readDirectory(source, file, offset)).directory);
      } catch {
        continue;
      }
  const sensor = directories.find((d) => {
    const photometric = number(file, d.fields.get(TAG.photometric));
    return photometric === 32803 || photometric === 34892;
  });
  if (sensor) return sensor;
  return dng ? main : null;
}

/** How a raw file will be read: linear DNG by our own reader, everything else by libraw. */
export interface RawFound {
  facts: Facts;
  width: number;
  height: number;
  layout: TiffLayout | null;
  /** Black and white level undone, for our own reader; linear light. */
  curve: ToneCurve;
}

/** Facts and decoded size of a raw file. Where libraw decodes, libraw says the size. */
export async function rawFacts(
  source: FileSource,
  tiff: { file: TiffFile; sensor: TiffDirectory } | null,
): Promise<RawFound> {
  let facts = noFacts;
  try {
    const file = tiff?.file ?? (await readTiff(source));
    facts = await tiffFacts(source, file, file.pages[0]);
  } catch {
    facts = noFacts; // Fuji, Sigma and Canon CR3 have containers of their own: libraw's facts stand alone.
  }
  const linear = tiff ? linearDng(tiff.file, tiff.sensor) : null;
  if (linear) return { facts, width: linear.layout.width, height: linear.layout.height, ...linear };
  const raw = await openRaw(source, false);
  return {
    facts: {
      ...facts,
      make: facts.make ?? raw.facts.make,
      model: facts.model ?? raw.facts.model,
      orientation: facts === noFacts ? raw.facts.orientation : facts.orientation,
      cameraExposure: facts.cameraExposure ?? raw.facts.cameraExposure,
      dateTimeOriginal: facts.dateTimeOriginal ?? raw.facts.dateTimeOriginal,
    },
    width: raw.width,
    height: raw.height,
    layout: null,
    curve: { kind: 'linear' },
  };
}

/**
 * A demosaiced DNG (PhotometricInterpretation LinearRaw, as VueScan and DNG converters write) in a compression
 * we know. Linear light is (sample - black) / (white - black), DNG 1.6 chapter 5; null where more is needed.
 */
function linearDng(file: TiffFile, sensor: TiffDirectory): { layout: TiffLayout; curve: ToneCurve } | null {
  if (number(file, sensor.fields.get(TAG.photometric)) !== 34892) return null;
  if (sensor.fields.has(TAG.linearization)) return null;
  const layout = tiffLayout(file, sensor);
  if (!layout) return null;
  const type = sampleType(layout);
  if (type === 32) return layout.float ? { layout, curve: { kind: 'linear' } } : null;
  const top = type === 8 ? 255 : 65535;
  const black = numbers(file, sensor.fields.get(TAG.blackLevel));
  const white = numbers(file, sensor.fields.get(TAG.whiteLevel));
  // Black levels that repeat over a pattern of pixels, not only over samples, are left to libraw.
  if (black.length > layout.samples) return null;
  const at = (levels: number[], c: number, otherwise: number): number => levels[c] ?? levels[0] ?? otherwise;
  const plain = Array.from(
    { length: layout.samples },
    (_, c) => at(black, c, 0) === 0 && at(white, c, top) === top,
  );
  if (plain.every(Boolean)) return { layout, curve: { kind: 'linear' } };
  const tables = Array.from({ length: Math.min(3, layout.samples) }, (_, c) => {
    const from = at(black, c, 0);
    const range = at(white, c, top) - from;
    return Float32Array.from({ length: top + 1 }, (_v, i) => Math.min(1, Math.max(0, (i - from) / range)));
  });
  return { layout, curve: { kind: 'table', tables } };
}
