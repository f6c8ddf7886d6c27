/**
 * Writes a tiled, uncompressed, many-page TIFF row by row: the file behind deep zoom. All pages grow at the
 * same time; the directories come last and the header is patched to point to them.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Samples } from '../../app/picture.ts';
import { buildDirectories, longs, shorts, tiffHeader } from './exif-block.ts';
import { allocate } from './tiff-pixels.ts';
import { TAG, type TiffField } from './tiff-tags.ts';

interface Page {
  width: number;
  height: number;
  samples: number;
  bits: 8 | 16 | 32;
  float: boolean;
  offsets: number[];
}

export class TiledWriter {
  private readonly handle: FileHandle;
  private readonly tile: number;
  private readonly pages: Page[] = [];
  /** BigTIFF is not written: a cache file that would pass 4 GiB is refused by `append`. */
  private at = 16;

  constructor(handle: FileHandle, tile: number) {
    this.handle = handle;
    this.tile = tile;
  }

  /** Adds a page; pages are numbered from 0 in the order of these calls. */
  page(width: number, height: number, samples: number, bits: 8 | 16 | 32, float: boolean): void {
    this.pages.push({ width, height, samples, bits, float, offsets: [] });
  }

  /** One row of tiles of a page, from the top: `rows` rows (a tile's height, fewer at the bottom). */
  async tileRow(index: number, y: number, rows: number, data: Samples): Promise<void> {
    const p = this.pages[index];
    const { tile } = this;
    const across = Math.ceil(p.width / tile);
    if (y % tile !== 0 || p.offsets.length !== (y / tile) * across) throw new Error('tile rows out of order');
    const tileSamples = tile * tile * p.samples;
    const block = allocate(p.bits, tileSamples * across);
    for (let col = 0; col < across; col++) {
      const w = Math.min(tile, p.width - col * tile) * p.samples;
      for (let r = 0; r < rows; r++) {
        const from = r * p.width * p.samples + col * tile * p.samples;
        block.set(data.subarray(from, from + w), col * tileSamples + r * tile * p.samples);
      }
      p.offsets.push(this.at + col * tileSamples * (p.bits / 8));
    }
    await this.append(new Uint8Array(block.buffer, block.byteOffset, block.byteLength));
  }

  /** A function that takes rows of a page in any portions and writes them as rows of tiles. */
  rowsInto(index: number): (data: Samples, rows: number) => Promise<void> {
    const p = this.pages[index];
    const pitch = p.width * p.samples;
    const strip = allocate(p.bits, pitch * this.tile);
    let held = 0;
    let y = 0;
    return async (data, rows) => {
      for (let r = 0; r < rows;) {
        const take = Math.min(rows - r, this.tile - held);
        strip.set(data.subarray(r * pitch, (r + take) * pitch), held * pitch);
        held += take;
        r += take;
        if (held === this.tile || y + held === p.height) {
          await this.tileRow(index, y, held, strip.subarray(0, held * pitch));
          y += held;
          held = 0;
        }
      }
    };
  }

  private async append(bytes: Uint8Array): Promise<void> {
    if (this.at + bytes.length > 0xffffffff) throw new Error('more than 4 GiB of zoom levels');
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.at + done);
      done += bytesWritten;
    }
    this.at += bytes.length;
  }

  /** Writes directories and header. */
  async finish(): Promise<void> {
    const first = this.at;
    for (const [i, p] of this.pages.entries()) {
      const size = this.tile * this.tile * p.samples * (p.bits / 8);
      const each = Array.from({ length: p.samples }, () => p.bits);
      const main: TiffField[] = [
        longs(TAG.subfileType, [i === 0 ? 0 : 1]),
        longs(TAG.width, [p.width]),
        longs(TAG.height, [p.height]),
        shorts(TAG.bits, each),
        shorts(TAG.compression, [1]),
        shorts(TAG.photometric, [p.samples >= 3 ? 2 : 1]),
        shorts(TAG.samples, [p.samples]),
        shorts(TAG.planar, [1]),
        longs(TAG.tileWidth, [this.tile]),
        longs(TAG.tileHeight, [this.tile]),
        longs(TAG.tileOffsets, p.offsets),
        longs(
          TAG.tileBytes,
          p.offsets.map(() => size),
        ),
        shorts(
          TAG.sampleFormat,
          each.map(() => (p.float ? 3 : 1)),
        ),
      ];
      const directory = buildDirectories({ main, exif: [], gps: [], interop: [] }, this.at);
      // Each directory points to the one that follows it directly.
      const link = 2 + main.length * 12;
      const last = i === this.pages.length - 1;
      new DataView(directory.buffer, directory.byteOffset).setUint32(
        link,
        last ? 0 : this.at + directory.length,
        true,
      );
      await this.append(directory);
    }
    const head = new Uint8Array(16);
    head.set(tiffHeader(first));
    await this.handle.write(head, 0, head.length, 0);
  }
}
