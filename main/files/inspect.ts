/**
 * Opens a scan and finds out what it is without decoding pixels: format by content, size, bits, infrared,
 * dates, tone curve. `probeScan` answers from it and `decodeScan` goes on from it, so both always agree.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { ownSpace } from '../../app/color/own-space.ts';
import type { ToneCurve } from '../../app/picture.ts';
import { say } from '../../app/words/sentences.ts';
import { FileSource, ShortRead, show } from './bytes.ts';
import { chooseCurve, type CurveEvidence } from './choose-curve.ts';
import { exifFacts, noFacts, tiffFacts, withXmp, type Facts } from './facts.ts';
import { MAX_PIXELS, tooLarge, vipsMetadata } from './libvips.ts';
import { pngFacts } from './png-chunks.ts';
import { withPlainPath } from './safe-path.ts';
import { sniff } from './sniff.ts';
import { canHold, COMPRESSION } from './codecs.ts';
import { number, numbers, readTiff, TAG, TiffError, type TiffDirectory, type TiffFile } from './tiff-tags.ts';
import { sampleType, tiffLayout, type TiffLayout } from './tiff-pixels.ts';
import { rawDirectory, rawFacts } from './raw-facts.ts';
import { videoFacts } from './video-facts.ts';
import type { ScanInfo } from './types.ts';

/** How the pixels will be fetched. */
export type Route =
  | { by: 'tiff'; layout: TiffLayout; infrared: TiffLayout | null }
  | { by: 'vips'; wide: boolean; grey: boolean; infrared: TiffLayout | null }
  | { by: 'raw' }
  | { by: 'none' };

/** A scan that has been looked at; `source` stays open until `close`. */
export interface Inspected {
  info: ScanInfo;
  curve: ToneCurve;
  route: Route;
  source: FileSource;
  close(): Promise<void>;
}

/** Opens and describes a scan. Throws RevealError naming the file and the reason; never leaves it open then. */
export async function inspect(path: string): Promise<Inspected> {
  const source = await FileSource.open(path);
  try {
    const head = await source.read(0, Math.min(512, source.size));
    const format = sniff(head);
    const close = (): Promise<void> => source.close();
    switch (format) {
      case 'tiff': {
        const found = await inspectTiff(source);
        return { ...found, source, close };
      }
      case 'png':
      case 'jpeg':
      case 'webp':
      case 'avif':
      case 'heif':
        return { ...(await inspectVips(source, format)), source, close };
      case 'raw':
        return { ...(await inspectRaw(source)), source, close };
      case 'video':
        return { ...(await videoFacts(source)), source, close };
      default:
        throw new RevealError('bad-input', refusal(source.path, format));
    }
  } catch (error) {
    await source.close();
    throw explain(path, error);
  }
}

function refusal(path: string, format: string): string {
  const file = show(path);
  switch (format) {
    case 'gif':
      return say('file-gif', { file });
    case 'jp2':
      return say('file-jp2', { file });
    case 'jxl':
      return say('file-jxl', { file });
    case 'pdf':
      return say('file-pdf', { file });
    case 'psd':
      return say('file-psd', { file });
    case 'text':
      return say('file-text', { file });
    default:
      return say('file-unknown', { file });
  }
}

/** Turns what parsers throw into a message for a person. */
export function explain(path: string, error: unknown): unknown {
  if (error instanceof RevealError) return error;
  const name = show(path);
  if (error instanceof ShortRead)
    return new RevealError('bad-input', say('file-cut', { file: name }), { cause: error });
  if (error instanceof TiffError)
    return new RevealError('bad-input', say('file-damaged', { file: name, detail: error.message }), {
      cause: error,
    });
  if (error instanceof Error && 'code' in error && /^(Z_|ERR_BUFFER|ERR_OUT)/.test(String(error.code)))
    return new RevealError('bad-input', say('file-damaged', { file: name, detail: say('file-unpack') }), {
      cause: error,
    });
  return new RevealError(
    'bad-input',
    say('file-cannot-read', { file: name, detail: error instanceof Error ? error.message : String(error) }),
    { cause: error },
  );
}

function cmyk(file: string): RevealError {
  return new RevealError('bad-input', say('file-cmyk', { file: show(file) }));
}

type Found = Pick<Inspected, 'info' | 'curve' | 'route'>;

async function inspectTiff(source: FileSource): Promise<Found> {
  const file = await readTiff(source);
  const sensor = await rawDirectory(source, file);
  if (sensor) return inspectRaw(source, { file, sensor });
  const page = file.pages[0];
  const one = (tag: number): number | null => number(file, page.fields.get(tag));
  const width = one(TAG.width) ?? 0;
  const height = one(TAG.height) ?? 0;
  if (width < 1 || height < 1)
    throw new RevealError(
      'bad-input',
      say('file-no-size', { file: show(source.path), width: String(width), height: String(height) }),
    );
  if (one(TAG.photometric) === 5) throw cmyk(source.path);
  const layout = tiffLayout(file, page);
  const xmp = page.fields.get(TAG.xmp)?.bytes ?? null;
  const facts = withXmp(await tiffFacts(source, file, page), xmp);
  const samples = one(TAG.samples) ?? 1;
  const infraredPage = findInfraredPage(file, width, height);
  const fourth = layout !== null && isFourthInfrared(layout, facts);
  const infrared = infraredPage ? file.pages.indexOf(infraredPage) : fourth ? 'alpha' : null;
  const storedBits = numbers(file, page.fields.get(TAG.bits))[0] ?? 1;
  if (!layout && width * height > MAX_PIXELS) throw tooLarge(source.path, width, height);
  if (layout) checkLength(layout, source);
  const photometric = one(TAG.photometric);
  const grey = samples < 3 && photometric !== 3;
  const bits = layout ? sampleType(layout) : storedBits > 8 ? 16 : 8;
  const evidence: CurveEvidence = {
    format: 'tiff',
    bits,
    float: layout !== null && layout.float,
    icc: page.fields.get(TAG.icc)?.bytes ?? null,
    facts,
    infrared: infrared !== null,
    pngGamma: null,
    pngSrgb: false,
  };
  const { curve, reason, iccName } = chooseCurve(evidence);
  const channels = layout ? (layout.samples >= 3 ? 3 : 1) : grey ? 1 : 3;
  const alpha = !fourth && layout !== null && layout.extraSamples.some((e) => e === 1 || e === 2);
  const irLayout = infraredPage ? tiffLayout(file, infraredPage) : null;
  const route: Route = layout
    ? { by: 'tiff', layout, infrared: irLayout }
    : { by: 'vips', wide: bits === 16, grey, infrared: irLayout };
  return {
    curve,
    route,
    info: {
      ...describe(source, facts),
      format: 'tiff',
      width,
      height,
      bits,
      channels,
      pages: file.pages.length,
      infrared,
      iccName,
      curveReason: reason,
      own: ownSpace(evidence.icc, curve, channels),
      ...(alpha ? { alpha } : {}),
    },
  };
}

/** The last strip must lie inside the file: an uncompressed file that lies about its size is refused at once. */
function checkLength(layout: TiffLayout, source: FileSource): void {
  const down = Math.ceil(layout.height / layout.segmentHeight);
  const across = Math.ceil(layout.width / layout.segmentWidth);
  const rowBytes = (layout.segmentWidth * (layout.planar ? 1 : layout.samples) * layout.bits) / 8;
  // Bytes that strip or tile `i` must unpack to; the last strip may be short, tiles are whole.
  const segment = (i: number): number => {
    const row = Math.floor((i % (across * down)) / across);
    const rows = layout.tiled
      ? layout.segmentHeight
      : Math.min(layout.segmentHeight, layout.height - row * layout.segmentHeight);
    return rows * rowBytes;
  };
  for (let i = 0; i < layout.offsets.length; i++) {
    const stored = Number.isFinite(layout.bytes[i]) ? layout.bytes[i] : 0;
    if (layout.offsets[i] + stored > source.size) throw new ShortRead();
    if (layout.compression !== COMPRESSION.none && !canHold(layout.compression, stored, segment(i)))
      throw new ShortRead();
  }
  if (layout.compression === COMPRESSION.none && !layout.tiled) {
    const need = (layout.width * layout.height * layout.samples * layout.bits) / 8;
    const have = layout.bytes.reduce((sum, b) => sum + (Number.isFinite(b) ? b : 0), 0);
    if (Number.isFinite(layout.bytes[0]) && have < need) throw new ShortRead();
  }
}

/** SilverFast HDRi and its like: a later 16-bit grey page of the same size, marked as a mask (NewSubfileType 4). */
function findInfraredPage(file: TiffFile, width: number, height: number): TiffDirectory | null {
  for (const page of file.pages.slice(1)) {
    const one = (tag: number): number | null => number(file, page.fields.get(tag));
    const same = one(TAG.width) === width && one(TAG.height) === height;
    const grey16 = (one(TAG.samples) ?? 1) === 1 && one(TAG.bits) === 16;
    if (same && grey16 && ((one(TAG.subfileType) ?? 0) & 4) !== 0) return page;
  }
  return null;
}

/** VueScan RGBI: a further 16-bit sample that is not declared as alpha, or whatever VueScan calls it. */
function isFourthInfrared(layout: TiffLayout, facts: Facts): boolean {
  const extra = layout.samples - (layout.samples >= 3 ? 3 : 1);
  if (extra !== 1 || layout.bits !== 16 || layout.float) return false;
  const declaredAlpha = layout.extraSamples.some((e) => e === 1 || e === 2);
  return !declaredAlpha || /vuescan/i.test(facts.software ?? '');
}

/** The parts of ScanInfo that come from the file itself and its facts. */
export function describe(
  source: FileSource,
  facts: Facts,
): Omit<
  ScanInfo,
  'format' | 'width' | 'height' | 'bits' | 'channels' | 'pages' | 'infrared' | 'iccName' | 'curveReason'
> {
  return {
    orientation: facts.orientation,
    dpi: facts.dpi,
    make: facts.make,
    model: facts.model,
    software: facts.software,
    dateTimeOriginal: facts.dateTimeOriginal,
    dateTimeDigitized: facts.dateTimeDigitized,
    cameraExposure: facts.cameraExposure,
    saysNegative: facts.saysNegative,
    bytes: source.size,
    modifiedMs: source.modifiedMs,
  };
}

async function inspectVips(
  source: FileSource,
  format: 'png' | 'jpeg' | 'webp' | 'avif' | 'heif',
): Promise<Found> {
  const file = source.path;
  if (format === 'heif') throw new RevealError('bad-input', say('file-heic', { file: show(file) }));
  const meta = await withPlainPath(file, (plain) => vipsMetadata(plain, file));
  const { width, height } = meta;
  if (meta.space === 'cmyk') throw cmyk(file);
  const png = format === 'png' ? await pngFacts(source) : null;
  if ((meta.pages ?? 1) > 1 || png?.animated)
    throw new RevealError(
      'bad-input',
      meta.pages
        ? say('file-animation', { file: show(file), pages: String(meta.pages) })
        : say('file-animated', { file: show(file) }),
    );
  if (width * height > MAX_PIXELS) throw tooLarge(file, width, height);
  const fromExif = meta.exif ? await exifFacts(meta.exif) : noFacts;
  const facts = withXmp(
    {
      ...fromExif,
      orientation: meta.orientation ?? fromExif.orientation,
      dpi: meta.density && meta.density !== 72 ? meta.density : fromExif.dpi,
    },
    meta.xmp ?? null,
  );
  const wide = meta.depth !== 'uchar';
  const grey = meta.space === 'b-w' || meta.space === 'grey16';
  const kind = format === 'avif' ? 'heif' : format;
  const { curve, reason, iccName } = chooseCurve({
    format: kind,
    bits: wide ? 16 : 8,
    float: false,
    icc: meta.icc ?? null,
    facts,
    infrared: false,
    pngGamma: png?.gamma ?? null,
    pngSrgb: png?.srgb ?? false,
  });
  return {
    curve,
    route: { by: 'vips', wide, grey, infrared: null },
    info: {
      ...describe(source, facts),
      format: kind,
      width,
      height,
      bits: wide ? 16 : 8,
      channels: grey ? 1 : 3,
      pages: 1,
      infrared: null,
      iccName,
      curveReason: reason,
      own: ownSpace(meta.icc ?? null, curve, grey ? 1 : 3),
      ...(meta.hasAlpha ? { alpha: true } : {}),
    },
  };
}

async function inspectRaw(
  source: FileSource,
  tiff: { file: TiffFile; sensor: TiffDirectory } | null = null,
): Promise<Found> {
  const { facts, width, height, layout, curve } = await rawFacts(source, tiff);
  if (layout) checkLength(layout, source);
  return {
    curve,
    route: layout ? { by: 'tiff', layout, infrared: null } : { by: 'raw' },
    info: {
      ...describe(source, facts),
      format: 'raw',
      width,
      height,
      bits: layout ? sampleType(layout) : 16,
      channels: layout && layout.samples < 3 ? 1 : 3,
      pages: 1,
      infrared: layout && isFourthInfrared(layout, facts) ? 'alpha' : null,
      iccName: null,
      curveReason: 'raw sensor data, linear',
    },
  };
}
