/**
 * What a repair has replaced, kept beside the finished picture: for every repaired pixel how it came about (labels.ts)
 * and the codes that were there before, so that a repair can be undone to the bit in thirty years, by the picture and
 * this file alone. Lossless and compressed, in blocks of rows, so that writing needs no more memory than a strip.
 *
 * Layout: `RVLSTORE`, little-endian 32-bit length of the header, header (JSON), then the blocks one after the other.
 * Labels: one byte a pixel of the block's rows, deflated. Codes: the samples of the labelled pixels in order, little
 * endian, deflated.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { RevealError } from '../../../app/contract/messages.ts';
import { say } from '../../../app/words/sentences.ts';

const MAGIC = 'RVLSTORE';

const blockSchema = z.object({
  y: z.number().int().min(0),
  rows: z.number().int().min(1),
  /** Pixels that are labelled. */
  count: z.number().int().min(1),
  labels: z.number().int().min(1),
  codes: z.number().int().min(1),
});
const headerSchema = z.object({
  version: z.literal(1),
  /** Size of the repaired part, before it was turned. */
  width: z.number().int().min(1).max(1_000_000),
  height: z.number().int().min(1).max(1_000_000),
  channels: z.union([z.literal(1), z.literal(3)]),
  bits: z.union([z.literal(8), z.literal(16)]),
  space: z.string(),
  /**
   * Pixel (x, y) of the part that lies at pixel (X, Y) of the finished picture: x = a·X + b·Y + c, y = d·X + e·Y + f.
   * Null where the finished picture is no plain turn of it (straightened, enlarged): the codes cannot be put back.
   */
  map: z.array(z.number()).length(6).nullable(),
  blocks: z.array(blockSchema),
});
export type StoredHeader = z.output<typeof headerSchema>;

interface Block {
  y: number;
  labels: Uint8Array;
  codes: Uint8Array;
  rows: number;
  count: number;
}

/** Collects what is replaced, strip by strip, from the top down. */
export class StoredWriter {
  private readonly head: Omit<StoredHeader, 'version' | 'blocks'>;
  private readonly blocks: Block[] = [];
  /** Labelled pixels by label. */
  readonly counts = [0, 0, 0, 0];

  constructor(head: Omit<StoredHeader, 'version' | 'blocks'>) {
    this.head = head;
  }

  /**
   * @param labels one byte a pixel of the strip
   * @param before samples of the strip before the repair, interleaved
   */
  add(y: number, labels: Uint8Array, before: Uint8Array | Uint16Array): void {
    const { width, channels } = this.head;
    let count = 0;
    for (const label of labels) {
      this.counts[label]++;
      if (label) count++;
    }
    if (count === 0) return;
    const Kind = before.constructor as new (n: number) => Uint8Array | Uint16Array;
    const kept = new Kind(count * channels);
    let k = 0;
    for (let i = 0; i < labels.length; i++)
      if (labels[i]) for (let c = 0; c < channels; c++) kept[k++] = before[i * channels + c];
    const bytes = new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength);
    this.blocks.push({
      y,
      rows: labels.length / width,
      count,
      labels: deflateRawSync(labels, { level: 6 }),
      codes: deflateRawSync(bytes, { level: 6 }),
    });
  }

  /** Pixels that were replaced. */
  get count(): number {
    return this.blocks.reduce((n, b) => n + b.count, 0);
  }

  bytes(): Uint8Array {
    const header: StoredHeader = {
      version: 1,
      ...this.head,
      blocks: this.blocks.map(({ y, rows, count, labels, codes }) => ({
        y,
        rows,
        count,
        labels: labels.length,
        codes: codes.length,
      })),
    };
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    return Buffer.concat([
      Buffer.from(MAGIC),
      length,
      json,
      ...this.blocks.flatMap(({ labels, codes }) => [labels, codes]),
    ]);
  }
}

const damaged = (name: string): RevealError =>
  new RevealError('bad-input', say('stored-damaged', { file: name }));

/** Reads the file of a repair. @throws RevealError 'bad-input' when it is none or damaged */
export class StoredRepair {
  readonly header: StoredHeader;
  private readonly name: string;
  private readonly bytes: Uint8Array;
  private readonly start: number;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      if (view.toString('latin1', 0, 8) !== MAGIC) throw damaged(name);
      const length = view.readUInt32LE(8);
      this.header = headerSchema.parse(JSON.parse(view.toString('utf8', 12, 12 + length)));
      this.start = 12 + length;
      const need = this.header.blocks.reduce((n, b) => n + b.labels + b.codes, this.start);
      if (need !== bytes.length) throw damaged(name);
    } catch (error) {
      throw error instanceof RevealError ? error : damaged(name);
    }
  }

  /** Each block: its rows, their labels, and the codes of the labelled pixels. */
  *blocks(): Generator<{ y: number; rows: number; labels: Uint8Array; codes: Uint8Array | Uint16Array }> {
    const { width, channels, bits, blocks } = this.header;
    let at = this.start;
    for (const { y, rows, count, labels, codes } of blocks) {
      let label: Uint8Array;
      let code: Buffer;
      try {
        const limit = (n: number) => ({ maxOutputLength: n });
        label = inflateRawSync(this.bytes.subarray(at, at + labels), limit(width * rows));
        code = inflateRawSync(
          this.bytes.subarray(at + labels, at + labels + codes),
          limit((count * channels * bits) / 8),
        );
      } catch {
        throw damaged(this.name);
      }
      at += labels + codes;
      if (
        label.length !== width * rows ||
        code.length !== (count * channels * bits) / 8 ||
        y + rows > this.header.height
      )
        throw damaged(this.name);
      const aligned = code.buffer.slice(code.byteOffset, code.byteOffset + code.byteLength);
      yield {
        y,
        rows,
        labels: label,
        codes: bits === 16 ? new Uint16Array(aligned) : new Uint8Array(aligned),
      };
    }
  }

  /** All labels, one byte a pixel of the part. */
  labels(): Uint8Array {
    const { width, height } = this.header;
    const out = new Uint8Array(width * height);
    for (const { y, labels } of this.blocks()) out.set(labels, y * width);
    return out;
  }

  /**
   * Puts back what the repair has replaced, in place.
   * @param picture the finished picture, interleaved, with the channels and bits that it was written with
   * @throws RevealError 'bad-input' when it is another picture, or no plain turn of the repaired part
   */
  undo(picture: { width: number; height: number; channels: number; data: Uint8Array | Uint16Array }): void {
    const { width, height, channels, bits, map } = this.header;
    if (!map) throw new RevealError('bad-input', say('stored-straightened', { file: this.name }));
    const [a, b, c, d, e, f] = map;
    const turned = a === 0;
    const fits =
      picture.channels === channels &&
      (picture.data instanceof Uint16Array ? 16 : 8) === bits &&
      picture.width === (turned ? height : width) &&
      picture.height === (turned ? width : height);
    if (!fits) throw new RevealError('bad-input', say('stored-other', { file: this.name }));
    for (const block of this.blocks()) {
      let k = 0;
      for (let i = 0; i < block.labels.length; i++) {
        if (!block.labels[i]) continue;
        const x = (i % width) - c;
        const y = block.y + Math.floor(i / width) - f;
        // The inverse of a turn is its transpose.
        const at = ((b * x + e * y) * picture.width + a * x + d * y) * channels;
        for (let s = 0; s < channels; s++) picture.data[at + s] = block.codes[k++];
      }
    }
  }
}
