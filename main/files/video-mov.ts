/**
 * The tables of a QuickTime or MP4 file with one coded picture track, read and written: where each coded frame lies,
 * which are key frames, in what order they are shown; and the same frames again as one fragmented stream with time
 * stamps of our own. So pieces that were encoded one by one, on clocks of their own, become one film on the reel's
 * exact clock, and no frame is coded twice. Format: ISO/IEC 14496-12.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Ratio } from '../../app/film/probe.ts';

/** A coded frame in the order of the file, which is the order of decoding. */
export interface CodedFrame {
  offset: number;
  size: number;
  key: boolean;
  /** Place within its file in the order of showing, from 0. */
  shown: number;
}

export interface CodedTrack {
  /** The whole sample description box ('stsd'): codec, its settings, colour, aspect. */
  description: Uint8Array;
  width: number;
  height: number;
  frames: CodedFrame[];
}

const name = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);

interface Box {
  type: string;
  /** Body without its head. */
  body: DataView;
  whole: Uint8Array;
}

const broken = (what: string): RangeError => new RangeError(`a piece of the film is damaged (${what})`);

/** The boxes inside `bytes`. */
function boxes(bytes: Uint8Array): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    }
    if (size < head || at + size > bytes.length) throw broken('box');
    found.push({
      type: name(bytes, at + 4),
      body: new DataView(bytes.buffer, bytes.byteOffset + at + head, size - head),
      whole: bytes.subarray(at, at + size),
    });
    at += size;
  }
  return found;
}

const bodyOf = (box: Box): Uint8Array =>
  new Uint8Array(box.body.buffer, box.body.byteOffset, box.body.byteLength);

function inside(list: Box[], ...way: string[]): Box {
  let at: Box | undefined;
  let level = list;
  for (const type of way) {
    at = level.find((box) => box.type === type);
    if (!at) throw broken(type);
    if (type !== way[way.length - 1]) level = boxes(bodyOf(at));
  }
  if (!at) throw broken('box');
  return at;
}

/** Finds the table of contents of a file. */
async function tableOf(file: FileHandle): Promise<Uint8Array> {
  const { size } = await file.stat();
  const head = Buffer.alloc(16);
  for (let at = 0; at + 8 <= size;) {
    await file.read(head, 0, 16, at);
    let length = head.readUInt32BE(0);
    if (length === 1) length = Number(head.readBigUInt64BE(8));
    else if (length === 0) length = size - at;
    if (length < 8 || at + length > size) throw broken('cut off');
    if (name(head, 4) === 'moov') {
      const moov = new Uint8Array(length - 8);
      await file.read(moov, 0, moov.length, at + 8);
      return moov;
    }
    at += length;
  }
  throw broken('no table');
}

/** Reads the picture track of a finished (not fragmented) file. @throws RangeError where it is not one */
export async function readTrack(file: FileHandle): Promise<CodedTrack> {
  const moov = boxes(await tableOf(file));
  const trak = moov
    .filter((box) => box.type === 'trak')
    .map((box) => boxes(bodyOf(box)))
    .find((list) => {
      const handler = bodyOf(inside(list, 'mdia', 'hdlr'));
      return name(handler, 8) === 'vide';
    });
  if (!trak) throw broken('no picture');
  const table = boxes(bodyOf(inside(trak, 'mdia', 'minf', 'stbl')));
  const stsz = inside(table, 'stsz').body;
  const fixed = stsz.getUint32(4);
  const count = stsz.getUint32(8);
  const sizes = Array.from({ length: count }, (_, k) => (fixed > 0 ? fixed : stsz.getUint32(12 + 4 * k)));
  const wide = table.find((box) => box.type === 'co64')?.body;
  const chunks = wide ?? inside(table, 'stco').body;
  const chunkCount = chunks.getUint32(4);
  const chunkAt = (k: number): number =>
    wide ? Number(wide.getBigUint64(8 + 8 * k)) : chunks.getUint32(8 + 4 * k);
  const stsc = inside(table, 'stsc').body;
  const runs = Array.from({ length: stsc.getUint32(4) }, (_, k) => ({
    chunk: stsc.getUint32(8 + 12 * k) - 1,
    samples: stsc.getUint32(12 + 12 * k),
  }));
  const offsets: number[] = [];
  for (let chunk = 0, run = 0; chunk < chunkCount; chunk++) {
    while (run + 1 < runs.length && runs[run + 1].chunk <= chunk) run++;
    let at = chunkAt(chunk);
    for (let k = 0; k < runs[run].samples && offsets.length < count; k++) {
      offsets.push(at);
      at += sizes[offsets.length - 1];
    }
  }
  if (offsets.length !== count) throw broken('places');
  const times = shownTimes(table, count);
  const order = times.map((_, k) => k).sort((a, b) => times[a] - times[b] || a - b);
  const shown: number[] = [];
  order.forEach((coded, place) => (shown[coded] = place));
  const stss = table.find((box) => box.type === 'stss')?.body;
  const keys = stss
    ? new Set(Array.from({ length: stss.getUint32(4) }, (_, k) => stss.getUint32(8 + 4 * k) - 1))
    : null;
  const header = bodyOf(inside(trak, 'tkhd'));
  const end = new DataView(header.buffer, header.byteOffset + header.byteLength - 8, 8);
  return {
    description: withoutRate(inside(table, 'stsd').whole),
    width: end.getUint16(0),
    height: end.getUint16(4),
    frames: offsets.map((offset, k) => ({
      offset,
      size: sizes[k],
      key: keys === null || keys.has(k),
      shown: shown[k],
    })),
  };
}

/** Bytes of a picture's sample entry before its own boxes (section 12.1.3). */
const ENTRY = 86;
/** Bytes of 'stsd' before its first entry. */
const STSD = 16;

/** A sample description without the bit rate, which differs from piece to piece and says nothing of the coding. */
function withoutRate(stsd: Uint8Array): Uint8Array {
  const view = new DataView(stsd.buffer, stsd.byteOffset, stsd.byteLength);
  if (view.getUint32(12) !== 1) throw broken('descriptions');
  const end = STSD + view.getUint32(STSD);
  const kept: Uint8Array[] = [];
  let at = STSD + ENTRY;
  while (at + 8 <= end) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) break;
    if (name(stsd, at + 4) !== 'btrt') kept.push(stsd.subarray(at, at + size));
    at += size;
  }
  const body = joined(stsd.subarray(STSD + 4, STSD + ENTRY), ...kept, stsd.subarray(at, end));
  return box('stsd', stsd.subarray(8, STSD), u32(body.length + 4), body);
}

/** Showing time of each coded frame in the track's own ticks. */
function shownTimes(table: Box[], count: number): number[] {
  const stts = inside(table, 'stts').body;
  const times: number[] = [];
  let at = 0;
  for (let k = 0; k < stts.getUint32(4); k++) {
    const delta = stts.getUint32(12 + 8 * k);
    for (let n = stts.getUint32(8 + 8 * k); n > 0 && times.length < count; n--) {
      times.push(at);
      at += delta;
    }
  }
  const ctts = table.find((box) => box.type === 'ctts')?.body;
  if (ctts) {
    let sample = 0;
    for (let k = 0; k < ctts.getUint32(4); k++) {
      const shift = ctts.getInt32(12 + 8 * k);
      for (let n = ctts.getUint32(8 + 8 * k); n > 0 && sample < count; n--) times[sample++] += shift;
    }
  }
  if (times.length !== count) throw broken('times');
  return times;
}

/* Writing. */

const u32 = (...values: number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, k) => view.setUint32(4 * k, value >>> 0));
  return bytes;
};
const u64 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const box = (type: string, ...parts: Uint8Array[]): Uint8Array => {
  const body = joined(...parts);
  return joined(u32(body.length + 8), text(type), body);
};

const FIXED = 0x10000;
/** Display matrices of a track that is shown turned clockwise, with its shift into the first quadrant. */
function matrix(rotation: number, width: number, height: number): Uint8Array {
  const w = width * FIXED;
  const h = height * FIXED;
  const unit = 0x40000000;
  if (rotation === 90) return u32(0, FIXED, 0, -FIXED, 0, 0, h, 0, unit);
  if (rotation === 180) return u32(-FIXED, 0, 0, 0, -FIXED, 0, w, h, unit);
  if (rotation === 270) return u32(0, -FIXED, 0, FIXED, 0, 0, 0, w, unit);
  return u32(FIXED, 0, 0, 0, FIXED, 0, 0, 0, unit);
}

export interface StreamHead {
  description: Uint8Array;
  width: number;
  height: number;
  rotation: 0 | 90 | 180 | 270;
  /** Ticks a second. */
  timescale: number;
  /** Ticks that the stream's clock runs ahead of the film's. */
  ahead: number;
}

/** The head of a fragmented stream with one picture track. */
export function streamHead(head: StreamHead): Uint8Array {
  const { description, width, height, rotation, timescale, ahead } = head;
  const tkhd = box(
    'tkhd',
    u32(3, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    matrix(rotation, width, height),
    u32(width * FIXED, height * FIXED),
  );
  const edts = box('edts', box('elst', u32(0, 1, 0, ahead, FIXED)));
  const mdhd = box('mdhd', u32(0, 0, 0, timescale, 0, 0x55c40000));
  const hdlr = box('hdlr', u32(0, 0), text('vide'), u32(0, 0, 0), new Uint8Array(1));
  const dinf = box('dinf', box('dref', u32(0, 1), box('url ', u32(1))));
  const stbl = box(
    'stbl',
    description,
    box('stts', u32(0, 0)),
    box('stsc', u32(0, 0)),
    box('stsz', u32(0, 0, 0)),
    box('stco', u32(0, 0)),
  );
  const minf = box('minf', box('vmhd', u32(1, 0, 0)), dinf, stbl);
  const trak = box('trak', tkhd, ...(ahead > 0 ? [edts] : []), box('mdia', mdhd, hdlr, minf));
  const mvhd = box(
    'mvhd',
    u32(0, 0, 0, timescale, 0, FIXED, 0x01000000, 0, 0),
    matrix(0, 0, 0),
    u32(0, 0, 0, 0, 0, 0, 2),
  );
  const mvex = box('mvex', box('trex', u32(0, 1, 1, 0, 0, 0)));
  return joined(box('ftyp', text('qt  '), u32(0x200), text('qt  ')), box('moov', mvhd, trak, mvex));
}

/** One frame of a fragment: when it is decoded, how long until the next is, how much later it is shown. */
export interface TimedFrame {
  size: number;
  key: boolean;
  duration: number;
  shift: number;
}

/** The head of one fragment; the frames' bytes follow it. `start`: decoding time of the first, in ticks. */
export function fragmentHead(sequence: number, start: number, frames: readonly TimedFrame[]): Uint8Array {
  const bytes = frames.reduce((sum, frame) => sum + frame.size, 0);
  const entries = frames.flatMap((frame) => [
    frame.duration,
    frame.size,
    frame.key ? 0x02000000 : 0x01010000,
    frame.shift,
  ]);
  const build = (offset: number): Uint8Array =>
    box(
      'moof',
      box('mfhd', u32(0, sequence)),
      box(
        'traf',
        box('tfhd', u32(0x020000, 1)),
        box('tfdt', u32(0x01000000), u64(start)),
        box('trun', u32(0x01000f01, frames.length, offset), u32(...entries)),
      ),
    );
  const length = build(0).length;
  const small = bytes + 8 < 0xffffffff;
  if (!small) throw new RangeError('a fragment is too large');
  return joined(build(length + 8), u32(bytes + 8), text('mdat'));
}

/**
 * Decoding times for frames that are shown at `times` and coded in the order that `shown` gives (showing place of each
 * coded frame): the showing times in order, as many frames earlier as frames are coded ahead of their turn. Strictly
 * ascending, and never later than the frame is shown. May begin before the first showing time.
 */
export function decodingTimes(times: readonly number[], shown: readonly number[]): number[] {
  let delay = 0;
  shown.forEach((place, k) => (delay = Math.max(delay, k - place)));
  const step =
    times.length > 1 ? Math.max(1, Math.round((times[times.length - 1] - times[0]) / (times.length - 1))) : 1;
  return shown.map((_, k) => (k < delay ? times[0] - (delay - k) * step : times[k - delay]));
}

/** Ticks a second in which times of this base are whole, and ticks a unit. */
export const ticksOf = (base: Ratio): { timescale: number; unit: number } => ({
  timescale: base.den,
  unit: base.num,
});
