/**
 * Camera raw and DNG: telling them from ordinary TIFF, and their facts. Makers keep the TIFF structure for
 * their raw files; what gives them away is a DNG version, or a directory with a colour filter array.
 */
import { FileSource } from './bytes.ts';
import { noFacts, tiffFacts, type Facts } from './facts.ts';
import { openRaw } from './raw.ts';
import type { TiffLayout } from './tiff-pixels.ts';
import {
  number,
  numbers,
  readDirectory,
  readTiff,
  TAG,
  type TiffDirectory,
  type TiffFile,
} from './tiff-tags.ts';

/** The directory that holds sensor data, or null for a TIFF that is a plain picture. */
export async function rawDirectory(source: FileSource, file: TiffFile): Promise<TiffDirectory | null> {
  const main = file.pages[0];
  const dng = main.fields.has(TAG.dngVersion);
  const directories = [...file.pages];
  for (const page of file.pages)
    for (const offset of numbers(file, page.fields.get(TAG.subIfds)))
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

/** Facts and decoded size of a raw file; libraw says the size, so that it is the one the pixels will have. */
export async function rawFacts(
  source: FileSource,
  file?: TiffFile,
): Promise<{ facts: Facts; width: number; height: number; layout: TiffLayout | null }> {
  let facts = noFacts;
  try {
    const tiff = file ?? (await readTiff(source));
    facts = await tiffFacts(source, tiff, tiff.pages[0]);
  } catch {
    facts = noFacts; // Fuji, Sigma and Canon CR3 have containers of their own: libraw's facts stand alone.
  }
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
  };
}
