/** What a file is, told by its first bytes and never by its name: a PNG called .jpg opens, a text called .tif is refused. */

export type Sniffed =
  | 'tiff'
  | 'png'
  | 'jpeg'
  | 'webp'
  | 'heif'
  | 'avif'
  | 'gif'
  | 'raw'
  | 'video'
  | 'jp2'
  | 'jxl'
  | 'pdf'
  | 'psd'
  | 'text'
  | 'unknown';

const starts = (head: Uint8Array, bytes: readonly number[], at = 0): boolean =>
  bytes.every((b, i) => head[at + i] === b);
const ascii = (head: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...head.subarray(from, to));

const HEIF = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'];

/** Format by signature. `head`: at least the first 32 bytes where the file has them, better 512. */
export function sniff(head: Uint8Array): Sniffed {
  if (starts(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (starts(head, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (ascii(head, 0, 4) === 'RIFF') {
    if (ascii(head, 8, 12) === 'WEBP') return 'webp';
    if (ascii(head, 8, 12) === 'AVI ') return 'video';
  }
  if (ascii(head, 0, 4) === 'GIF8') return 'gif';
  if (starts(head, [0x49, 0x49, 42, 0]) && ascii(head, 8, 10) === 'CR') return 'raw'; // Canon CR2
  if (starts(head, [0x49, 0x49, 42, 0]) || starts(head, [0x4d, 0x4d, 0, 42])) return 'tiff';
  if (starts(head, [0x49, 0x49, 43, 0]) || starts(head, [0x4d, 0x4d, 0, 43])) return 'tiff';
  // Olympus, Panasonic: TIFF structure with a number of their own. Fuji, Sigma, Minolta: their own containers.
  if (starts(head, [0x49, 0x49, 0x52, 0x4f]) || starts(head, [0x49, 0x49, 0x52, 0x53])) return 'raw';
  if (starts(head, [0x4d, 0x4d, 0x4f, 0x52]) || starts(head, [0x49, 0x49, 0x55, 0])) return 'raw';
  if (ascii(head, 0, 8) === 'FUJIFILM' || ascii(head, 0, 4) === 'FOVb') return 'raw';
  if (starts(head, [0, 0x4d, 0x52, 0x4d]) || ascii(head, 6, 14) === 'HEAPCCDR') return 'raw';
  if (ascii(head, 4, 8) === 'ftyp') {
    const brand = ascii(head, 8, 12);
    if (brand === 'avif' || brand === 'avis') return 'avif';
    if (brand === 'crx ') return 'raw'; // Canon CR3
    if (HEIF.includes(brand)) return ascii(head, 16, 64).includes('avif') ? 'avif' : 'heif';
    return 'video';
  }
  if (['moov', 'mdat', 'wide', 'free'].includes(ascii(head, 4, 8))) return 'video';
  if (starts(head, [0x1a, 0x45, 0xdf, 0xa3])) return 'video'; // Matroska, WebM
  if (starts(head, [0, 0, 1, 0xba]) || starts(head, [0, 0, 1, 0xb3])) return 'video'; // MPEG
  if (starts(head, [0x30, 0x26, 0xb2, 0x75])) return 'video'; // ASF / WMV
  if (starts(head, [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20])) return 'jp2';
  if (starts(head, [0xff, 0x0a]) || starts(head, [0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20])) return 'jxl';
  if (ascii(head, 0, 5) === '%PDF-') return 'pdf';
  if (ascii(head, 0, 4) === '8BPS') return 'psd';
  if (head.length > 0 && head.every((b) => b === 9 || b === 10 || b === 13 || (b >= 32 && b !== 127)))
    return 'text';
  return 'unknown';
}

/** File name extensions that are worth opening when a folder is given (lower case, no dot). */
export const SCAN_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    'tif tiff dng png jpg jpeg jpe webp heic heif avif ' +
    'cr2 cr3 crw nef nrw arw srf sr2 raf orf rw2 pef ptx srw x3f mrw 3fr fff iiq mef mos erf kdc dcr rwl raw ' +
    'mp4 mov mkv avi m4v webm mpg mpeg mts m2ts wmv dpx'
  ).split(' '),
);
