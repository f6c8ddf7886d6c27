/**
 * Reads the NUT container as ffmpeg writes it to a pipe: frames of one stream with exact time stamps and sizes, which
 * a pipe of raw samples could not tell. Only what ffmpeg's writer uses is read. Format: the NUT specification
 * (ffmpeg.org/~michael/nut.txt), version 3 and 4.
 */
import type { Ratio } from '../../app/film/probe.ts';

export interface NutFrame {
  /** In units of `timeBase`. */
  pts: number;
  data: Uint8Array<ArrayBuffer>;
}

interface FrameCode {
  flags: number;
  stream: number;
  mul: number;
  lsb: number;
  delta: number;
  reserved: number;
  header: number;
}

const FLAG = {
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIdx: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;
const FILE_ID = 'nut/multimedia container\0';
const START = { main: 0x4e4d7a56, stream: 0x4e531140, sync: 0x4e4be4ad, index: 0x4e58dd67, info: 0x4e49ab68 };
/** Headers are read from one buffer; a frame's own header is never longer. */
const HEAD = 256;

const broken = (what: string): RangeError => new RangeError(`ffmpeg's frames cannot be read (${what})`);

/** Reads numbers of NUT from a buffer; `at` moves. Throws `Short` when the buffer ends. */
class Short extends Error {}
class Cursor {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  u8(): number {
    if (this.at >= this.bytes.length) throw new Short();
    return this.bytes[this.at++];
  }
  u32(): number {
    return ((this.u8() << 24) | (this.u8() << 16) | (this.u8() << 8) | this.u8()) >>> 0;
  }
  /** Unsigned number of 7 bits a byte. */
  v(): number {
    let value = 0;
    for (let k = 0; k < 10; k++) {
      const byte = this.u8();
      value = value * 128 + (byte & 127);
      if (!(byte & 128)) return value;
    }
    throw broken('number');
  }
  /** Signed number: 0, 1, -1, 2, … */
  s(): number {
    const value = this.v() + 1;
    return value % 2 === 1 ? -((value - 1) / 2) : value / 2;
  }
  skip(length: number): void {
    if (this.at + length > this.bytes.length) throw new Short();
    this.at += length;
  }
}

/** Takes a byte stream in any pieces; hands out frames when they are whole. */
export class NutReader {
  timeBase: Ratio | null = null;
  private bases: Ratio[] = [];
  private codes: FrameCode[] = [];
  private elision: number[] = [0];
  private msbShift = 0;
  private version = 3;
  private lastPts = 0;
  private started = false;
  /** What has come and is not yet read; never holds more than headers and one piece of the pipe. */
  private rest: Uint8Array = new Uint8Array(0);
  private open: { pts: number; data: Uint8Array<ArrayBuffer>; filled: number } | null = null;
  private readonly most: number;

  /** @param most bytes a frame may have: a larger one is no frame of this film */
  constructor(most: number) {
    this.most = most;
  }

  /** @returns the frames that are whole now. Each has an ArrayBuffer of its own. */
  push(piece: Uint8Array): NutFrame[] {
    const frames: NutFrame[] = [];
    let bytes = piece;
    if (this.rest.length > 0) {
      bytes = new Uint8Array(this.rest.length + piece.length);
      bytes.set(this.rest);
      bytes.set(piece, this.rest.length);
      this.rest = new Uint8Array(0);
    }
    let at = 0;
    while (at < bytes.length) {
      if (this.open) {
        const take = Math.min(bytes.length - at, this.open.data.length - this.open.filled);
        this.open.data.set(bytes.subarray(at, at + take), this.open.filled);
        this.open.filled += take;
        at += take;
        if (this.open.filled === this.open.data.length) {
          frames.push({ pts: this.open.pts, data: this.open.data });
          this.open = null;
        }
        continue;
      }
      const used = this.header(bytes.subarray(at));
      if (used === 0) {
        this.rest = bytes.slice(at);
        if (this.rest.length > 1 << 20) throw broken('header');
        return frames;
      }
      at += used;
    }
    return frames;
  }

  /** Reads one packet header or frame header; @returns its bytes, 0 when it is not whole yet. */
  private header(bytes: Uint8Array): number {
    const from = new Cursor(bytes);
    try {
      if (!this.started) {
        for (const letter of FILE_ID) if (from.u8() !== letter.charCodeAt(0)) throw broken('file id');
        this.started = true;
        return from.at;
      }
      if (bytes[0] === 0x4e) {
        if (bytes.length < 8) return 0;
        return this.packet(from);
      }
      this.frame(from);
      return from.at;
    } catch (error) {
      if (error instanceof Short) {
        if (bytes.length >= HEAD && bytes[0] !== 0x4e) throw broken('frame header');
        return 0;
      }
      throw error;
    }
  }

  private packet(from: Cursor): number {
    const code = from.u32();
    from.u32();
    const length = from.v();
    if (length > 4096) from.u32();
    const start = from.at;
    from.skip(length);
    const end = from.at;
    from.at = start;
    if (code === START.main) this.main(from);
    else if (code === START.stream) this.stream(from);
    else if (code === START.sync) this.sync(from);
    return end;
  }

  private main(from: Cursor): void {
    this.version = from.v();
    if (this.version > 3) from.v();
    if (from.v() !== 1) throw broken('more than one stream');
    from.v();
    this.bases = Array.from({ length: from.v() }, () => ({ num: from.v(), den: from.v() }));
    this.codes = [];
    let [pts, mul, stream, header] = [0, 1, 0, 0];
    while (this.codes.length < 256) {
      const flags = from.v();
      const fields = from.v();
      if (fields > 0) pts = from.s();
      if (fields > 1) mul = from.v();
      if (fields > 2) stream = from.v();
      const size = fields > 3 ? from.v() : 0;
      const reserved = fields > 4 ? from.v() : 0;
      const count = fields > 5 ? from.v() : mul - size;
      if (fields > 6) from.s();
      if (fields > 7) header = from.v();
      for (let k = 8; k < fields; k++) from.v();
      if (count <= 0) throw broken('frame codes');
      for (let k = 0; k < count && this.codes.length < 256; k++) {
        const code = { flags, stream, mul, lsb: size + k, delta: pts, reserved, header };
        if (this.codes.length === 0x4e) {
          this.codes.push({ ...code, flags: FLAG.invalid });
          k--;
        } else this.codes.push(code);
      }
    }
    this.elision = [0];
    for (let k = from.v(); k > 0; k--) {
      const length = from.v();
      from.skip(length);
      this.elision.push(length);
    }
  }

  private stream(from: Cursor): void {
    from.v();
    from.v();
    from.skip(from.v());
    const base = this.bases[from.v()] as Ratio | undefined;
    if (!base) throw broken('time base');
    this.timeBase = base;
    this.msbShift = from.v();
  }

  private sync(from: Cursor): void {
    const coded = from.v();
    const base = this.bases[coded % this.bases.length];
    const value = Math.floor(coded / this.bases.length);
    const own = this.timeBase;
    if (!own) throw broken('time base');
    this.lastPts = Math.floor((value * base.num * own.den) / (base.den * own.num));
  }

  private frame(from: Cursor): void {
    const code = this.codes[from.u8()] as FrameCode | undefined;
    if (!code) throw broken('frame before the header');
    let flags = code.flags;
    if (flags & FLAG.invalid) throw broken('frame code');
    if (flags & FLAG.coded) flags ^= from.v();
    if (flags & FLAG.streamId) from.v();
    let pts = this.lastPts + code.delta;
    if (flags & FLAG.codedPts) {
      const coded = from.v();
      const full = 2 ** this.msbShift;
      if (coded >= full) pts = coded - full;
      else {
        // The low bits: the nearest time around the last one that has them.
        const least = this.lastPts - full / 2;
        pts = ((((coded - least) % full) + full) % full) + least;
      }
    }
    let size = code.lsb;
    if (flags & FLAG.sizeMsb) size += code.mul * from.v();
    if (flags & FLAG.matchTime) from.s();
    let header = code.header;
    if (flags & FLAG.headerIdx) header = from.v();
    let reserved = code.reserved;
    if (flags & FLAG.reserved) reserved = from.v();
    for (; reserved > 0; reserved--) from.v();
    if (flags & FLAG.checksum) from.u32();
    if (size > 4096) header = 0;
    if (this.elision[header] > 0) throw broken('elided header');
    if (flags & FLAG.sideData) throw broken('side data');
    if (size <= 0 || size > this.most) throw broken(`a frame of ${size} bytes`);
    this.lastPts = pts;
    this.open = { pts, data: Buffer.allocUnsafeSlow(size), filled: 0 };
  }
}
