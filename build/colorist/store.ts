/**
 * What the colorist's decoder learns from, computed once and kept in files: features of grey renderings by the frozen
 * encoder, the rendering itself, and the true chroma, in half precision. A file is a row of records of equal length; next to it
 * stands the list of the pictures in the same order.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { halfToFloat } from '../../app/graph/half.ts';
import { size } from '../../app/graph/graph.ts';
import { coloristFeatureShapes } from '../../models/colorist/network.ts';

/** Side of the pictures. */
export const SIDE = 128;
/** Tensors of one record in order, with their shapes for a batch of one. */
export const TENSORS: readonly { name: string; shape: readonly number[] }[] = [
  ...coloristFeatureShapes({ batch: 1, height: SIDE, width: SIDE }).map((shape, i) => ({
    name: `feature${i}`,
    shape,
  })),
  { name: 'l', shape: [1, 1, SIDE, SIDE] },
  { name: 'ab', shape: [1, 2, SIDE / 4, SIDE / 4] },
];
export const RECORD = TENSORS.reduce((sum, { shape }) => sum + size(shape), 0);

const FLOATS = Float32Array.from({ length: 65536 }, (_, i) => halfToFloat(i));

/** A file of records that may still grow. */
export class Records {
  readonly ids: readonly string[];
  private readonly file: string;
  private readonly handle: number;
  private readonly bytes = new Uint16Array(RECORD);

  constructor(file: string) {
    this.file = file;
    this.ids = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as string[];
    this.handle = openSync(file, 'r');
  }
  /** Records that are there by now. */
  get count(): number {
    return Math.min(this.ids.length, Math.floor(statSync(this.file).size / (2 * RECORD)));
  }
  /** Record n into place `at` of a batch's tensors. */
  read(n: number, into: Readonly<Record<string, { data: Float32Array }>>, at: number): void {
    readSync(this.handle, new Uint8Array(this.bytes.buffer), 0, 2 * RECORD, n * 2 * RECORD);
    let from = 0;
    for (const { name, shape } of TENSORS) {
      const length = size(shape);
      const to = into[name].data;
      for (let i = 0, o = at * length; i < length; i++) to[o++] = FLOATS[this.bytes[from++]];
    }
  }
  close(): void {
    closeSync(this.handle);
  }
}

/** The files of a folder that exist, by their numbers. */
export const recordFiles = (folder: string, numbers: readonly string[]): Records[] =>
  numbers
    .map((n) => `${folder}/${n}.f16`)
    .filter((file) => existsSync(file))
    .map((file) => new Records(file));
