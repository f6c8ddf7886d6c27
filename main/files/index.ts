/**
 * The file layer: everything that reads scans or writes results goes through here. Originals are opened
 * read-only; outputs appear complete or not at all.
 */
import { endExiftool } from './exiftool.ts';
import { inspect } from './inspect.ts';
import { closeLevels } from './levels.ts';
import type { ScanInfo } from './types.ts';

export { show } from './bytes.ts';
export { writeJsonAtomic, writeAtomic } from './atomic.ts';
export { prepareMetadata } from './carry.ts';
export { dateParts } from './dates.ts';
export { decodeScan } from './decode.ts';
export { freeSpace, hashFile } from './disk.ts';
export { readableFormats } from './formats.ts';
export { decodeRgb, encodeJpeg, encodePng, resizeRgb, type DecodedRgb, type Rgb8 } from './rgb.ts';
export { openScanLevels, readRegion, type LevelOptions, type ScanLevels } from './levels.ts';
export { setLibvipsThreads } from './libvips.ts';
export { expandInputs, naturalOrder, outputName, scanIdentities, spareScans } from './names.ts';
export { writeFinished } from './write.ts';

/** Facts about a scan from its header and metadata; no pixels decoded. Throws RevealError naming file and reason. */
export async function probeScan(path: string): Promise<ScanInfo> {
  const scan = await inspect(path);
  await scan.close();
  return scan.info;
}

/** Ends helper processes and closes what is open; the layer can be used again afterwards. */
export async function closeFiles(): Promise<void> {
  await closeLevels();
  await endExiftool();
}
