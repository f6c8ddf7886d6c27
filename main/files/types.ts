/** What the file layer promises: facts about a scan before decoding, decoding, and complete-or-absent writing. */
import type { OwnSpace } from '../../app/color/own-space.ts';
import type { Picture, Rect } from '../../app/picture.ts';

/** Facts read from the header and metadata; no pixels decoded. */
export interface ScanInfo {
  /** 'tiff' | 'png' | 'jpeg' | 'webp' | 'heif' | 'raw' | 'video' */
  format: string;
  /** Upright pixel size as stored (before EXIF orientation). */
  width: number;
  height: number;
  /** 8, 16 or 32 (float) bits a sample. */
  bits: 8 | 16 | 32;
  channels: number;
  pages: number;
  /** Infrared: page index, or 'alpha' for a fourth sample, or null. */
  infrared: number | 'alpha' | null;
  /** EXIF orientation 1..8. */
  orientation: number;
  /** Dots per inch, null when not said. */
  dpi: number | null;
  iccName: string | null;
  make: string | null;
  model: string | null;
  software: string | null;
  /** ISO 8601 without zone when the file gives none. */
  dateTimeOriginal: string | null;
  dateTimeDigitized: string | null;
  /** Relative camera exposure t·ISO/(100·N²), null when not known (scanners, missing aperture). */
  cameraExposure: number | null;
  /** What the scanner software says: true when it calls the film a negative, null when it is silent. */
  saysNegative: boolean | null;
  /** Why the tone curve was chosen: 'embedded profile', 'SilverFast XMP Gamma=1', 'assumed sRGB' … */
  curveReason: string;
  /** RGB space of the samples as stored, for pictures that are taken as they are; absent: not looked at (RAW, film). */
  own?: OwnSpace;
  /** The file has an alpha channel: the picture is laid over white by it. */
  alpha?: boolean;
  bytes: number;
  modifiedMs: number;
}

export interface DecodeOptions {
  /** Longest side wanted; the reader may return more (shrink-on-load), never less unless the scan is smaller. */
  maxSide?: number;
  /** Only this part, in pixels of the full scan. */
  region?: Rect;
  infrared?: boolean;
  /** The infrared of a reduced copy is the least that falls on each pixel, not the mean: what dust is judged by. */
  leastInfrared?: boolean;
  /** Where the samples of a full-size TIFF go: shared memory of at least so many bytes. New memory by default. */
  memory?: (bytes: number) => SharedArrayBuffer;
  /** Which libvips threads budget; default the engine's. */
  signal?: AbortSignal;
}

export interface DecodedScan {
  info: ScanInfo;
  picture: Picture;
  /** Scale of `picture` against the full scan (1 = full size). */
  scale: number;
  /** It was not opaque everywhere, and laid over white. */
  transparent?: boolean;
}

/** Finished pixels on their way to a file: already in the output colour space, 8 or 16 bits. */
export interface Finished {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array | Uint16Array;
  /** Resolves when the first so many samples are final; without it all are. */
  until?(samples: number): Promise<void>;
}

export interface WriteOptions {
  format: 'tiff' | 'png' | 'jpeg' | 'webp';
  quality: number;
  /** ICC profile bytes to attach (the pixels are already in it). */
  icc: Uint8Array;
  /** Scan whose EXIF, GPS, IPTC and XMP are carried over. Orientation becomes 1, dpi is kept. */
  metadataFrom: string | null;
  dpi: number | null;
  captureDate?: string | null;
  scanDate?: string | null;
  /** SHA-256 of the change record, and IPTC DigitalSourceType URI. */
  recordHash?: string;
  digitalSourceType?: string;
  overwrite: boolean;
}
