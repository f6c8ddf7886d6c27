/**
 * A contact sheet: pictures in pairs (before, after) with their names beneath, on the grey of the darkroom. Pictures are
 * laid on it one by one, so that a sheet of a thousand holds one sheet and one picture in memory.
 */
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { DevelopContext } from '../engine/protocol.ts';
import { writeAtomic } from './atomic.ts';
import { CAPTION, GAP, HEAD, MOST_PAIRS, sheetLayout, type SheetLayout } from './contact-sheet-layout.ts';
import { libvips } from './libvips.ts';
import { resizeRgb, type Rgb8 } from './rgb.ts';

/** A sheet to be made: of each picture the scan as it was, with the recipe that shows it, and the finished file. */
export interface ContactSheetTask {
  output: string;
  title: string;
  pictures: {
    path: string;
    params: DevelopParams;
    context: DevelopContext;
    /** 'film': the bare scan is before; 'developed': `params` without what was done to the positive. */
    show: 'film' | 'developed';
    /** The finished file; null where there is none. */
    after: string | null;
    caption: string;
  }[];
}

const GROUND = 24;

const escaped = (text: string): string =>
  text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[^\P{C}]/gu, ' ');

/** Shortened in the middle: beginnings and numbers at the end tell files apart. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

export class ContactSheet {
  readonly layout: SheetLayout;
  private readonly title: string;
  private readonly data: Uint8Array;
  private readonly words: string[] = [];
  private readonly count: number;

  constructor(count: number, title: string) {
    this.count = Math.min(count, MOST_PAIRS);
    this.layout = sheetLayout(this.count);
    this.title = title;
    this.data = new Uint8Array(this.layout.width * this.layout.height * 3).fill(GROUND);
  }

  /** Lays a pair on its place. A picture that is null leaves its place empty. */
  async place(index: number, before: Rgb8 | null, after: Rgb8 | null, caption: string): Promise<void> {
    if (index >= this.count) return;
    const { tile, columns } = this.layout;
    const left = GAP + (index % columns) * (2 * tile + GAP / 2 + GAP);
    const top = HEAD + Math.floor(index / columns) * (tile + CAPTION + GAP);
    await this.paste(before, left, top);
    await this.paste(after, left + tile + GAP / 2, top);
    const text = escaped(shortened(caption, Math.floor((2 * tile) / 6.6)));
    this.words.push(`<text x="${left + tile}" y="${top + tile + 13}" text-anchor="middle">${text}</text>`);
  }

  private async paste(picture: Rgb8 | null, left: number, top: number): Promise<void> {
    if (!picture) return;
    const { tile, width } = this.layout;
    const k = Math.min(1, tile / Math.max(picture.width, picture.height));
    const w = Math.max(1, Math.round(picture.width * k));
    const h = Math.max(1, Math.round(picture.height * k));
    const small = k < 1 ? await resizeRgb(picture, w, h) : picture;
    const x = left + ((tile - w) >> 1);
    const y = top + ((tile - h) >> 1);
    for (let row = 0; row < h; row++)
      this.data.set(small.data.subarray(row * w * 3, (row + 1) * w * 3), ((y + row) * width + x) * 3);
  }

  /** Writes the sheet as a JPEG, complete or not at all. @throws RevealError 'disk' */
  async write(output: string): Promise<void> {
    const { width, height } = this.layout;
    const sharp = await libvips();
    const title = `<text x="${GAP}" y="28" style="font-size:17px;fill:#ececec">${escaped(shortened(this.title, Math.floor(width / 10)))}</text>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><style>text{font-family:Inter,'DejaVu Sans',sans-serif;font-size:11.5px;fill:#b8b8b8}</style>${title}${this.words.join('')}</svg>`;
    const bytes = await sharp(this.data, { raw: { width, height, channels: 3 } })
      .composite([{ input: Buffer.from(svg), top: 0, left: 0 }])
      .jpeg({ quality: 88 })
      .toBuffer();
    await writeAtomic(output, true, (sink) => sink.write(bytes));
  }
}
