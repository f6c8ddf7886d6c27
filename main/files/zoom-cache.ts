/**
 * Zoom levels of large scans in a cache folder: one tiled TIFF a scan, built in one pass. Level 0 is in it only
 * where the scan's own format cannot be read in parts.
 */
import { open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Samples } from '../../app/picture.ts';
import { bandsOf } from './bands.ts';
import { FileSource, fileError } from './bytes.ts';
import { COMPRESSION } from './codecs.ts';
import { clip, decodeInspected } from './decode.ts';
import { explain, type Inspected } from './inspect.ts';
import type { ScanLevels } from './levels.ts';
import { buildLevels, levelCount, levelSize } from './pyramid.ts';
import { allocate, sampleType, tiffLayout, TiffRows, type TiffLayout } from './tiff-pixels.ts';
import { readTiff } from './tiff-tags.ts';
import { TiledWriter } from './tiled-writer.ts';
import { levelCurve, separate, shapeOf, type Shape } from './zoom-parts.ts';

/** Side of a tile in pixels; also the size at which levels end. */
export const TILE = 256;

/** True when parts of the scan can be read from the scan itself at little more than their own cost. */
function readsParts(scan: Inspected): boolean {
  return scan.route.by === 'tiff' && scan.route.layout.compression === COMPRESSION.none;
}

/** Builds the cache file of a scan: under a temporary name, renamed when complete. */
export async function buildCache(scan: Inspected, file: string): Promise<void> {
  const { info } = scan;
  const shape = shapeOf(scan);
  const levels = levelCount(info.width, info.height, TILE);
  const temp = `${file}.${process.pid}-${Date.now()}.tmp`;
  let handle: FileHandle;
  try {
    handle = await open(temp, 'wx');
  } catch (error) {
    throw fileError(file, error, 'write');
  }
  try {
    const writer = new TiledWriter(handle, TILE);
    const withFull = !readsParts(scan);
    const bits = shape.float ? 32 : 16;
    if (withFull) writer.page(info.width, info.height, shape.planes, info.bits, shape.float);
    for (let n = 1; n < levels; n++) {
      const size = levelSize(info.width, info.height, n);
      writer.page(size.width, size.height, shape.planes, bits, shape.float);
    }
    const offset = withFull ? 0 : 1;
    const full = withFull ? writer.rowsInto(0) : null;
    await buildLevels(
      {
        ...shape,
        width: info.width,
        height: info.height,
        bits: info.bits,
        curve: scan.curve,
        levels,
        stripRows: TILE,
      },
      bandsOf(scan),
      (level, y, rows, data) => writer.tileRow(level - offset, y, rows, data),
      full ? (band) => full(joinInfrared(band, info.width, shape), band.rows) : undefined,
    );
    await writer.finish();
    await handle.close();
    await rename(temp, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(temp).catch(() => undefined);
    throw explain(scan.source.path, fileErrorIfSystem(file, error));
  }
}

function fileErrorIfSystem(file: string, error: unknown): unknown {
  const system = error instanceof Error && 'syscall' in error;
  return system ? fileError(file, error, 'write') : error;
}

/** Picture samples, and infrared where there is any, side by side; alpha falls away. */
function joinInfrared(
  band: { data: Samples; samples: number; infrared: number; infraredRows: Uint16Array | null; rows: number },
  width: number,
  shape: Shape,
): Samples {
  if (band.samples === shape.planes && !band.infraredRows) return band.data;
  const n = band.rows * width;
  const type = band.data instanceof Uint8Array ? 8 : band.data instanceof Uint16Array ? 16 : 32;
  const out = allocate(type, n * shape.planes);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < shape.channels; c++) out[i * shape.planes + c] = band.data[i * band.samples + c];
    if (shape.infrared)
      out[i * shape.planes + shape.channels] = band.infraredRows
        ? band.infraredRows[i]
        : band.data[i * band.samples + band.infrared];
  }
  return out;
}

/** Levels read from a cache file (and the scan itself). Throws when the file is damaged. */
export async function onDisk(scan: Inspected, file: string): Promise<ScanLevels> {
  const { info } = scan;
  const shape = shapeOf(scan);
  const levels = levelCount(info.width, info.height, TILE);
  const source = await FileSource.open(file);
  try {
    const tiff = await readTiff(source);
    const layouts: TiffLayout[] = [];
    for (const page of tiff.pages) {
      const layout = tiffLayout(tiff, page);
      if (layout) layouts.push(layout);
    }
    const offset = readsParts(scan) ? 1 : 0;
    if (layouts.length !== levels - offset) throw new Error('unexpected number of levels');
    return {
      info,
      levels,
      memory: 0,
      async read(level, rect) {
        const size = levelSize(info.width, info.height, level);
        const area = clip(rect, size.width, size.height, scan.source.path);
        if (level < offset) return (await decodeInspected(scan, { region: area })).picture;
        const layout = layouts[level - offset];
        const data = allocate(sampleType(layout), area.w * area.h * layout.samples);
        await new TiffRows(source, layout).read(area, data);
        return separate(data, area, shape, level === 0 ? scan.curve : levelCurve(shape), info);
      },
      async close() {
        await source.close();
        await scan.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Deletes the longest unused pyramids until the folder is within its bound; `keep` stays. */
export async function trimCache(cacheDir: string, keep: string, maxBytes: number): Promise<void> {
  const files: { file: string; size: number; used: number }[] = [];
  for (const name of await readdir(cacheDir)) {
    if (!name.includes('.levels.tif')) continue;
    const file = path.join(cacheDir, name);
    const s = await stat(file).catch(() => null);
    if (s) files.push({ file, size: s.size, used: s.mtimeMs });
  }
  // The one in use counts first, then the most recently used.
  files.sort((a, b) => Number(b.file === keep) - Number(a.file === keep) || b.used - a.used);
  let total = 0;
  for (const f of files) {
    total += f.size;
    const leftover = f.file.endsWith('.tmp') && Date.now() - f.used > 3_600_000;
    if (f.file !== keep && !f.file.endsWith('.tmp') ? total > maxBytes : leftover)
      await unlink(f.file).catch(() => undefined);
  }
}
