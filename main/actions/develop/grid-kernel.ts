/**
 * The box averages of the analysis grid in WebAssembly, for three 16-bit samples a pixel: what analyse-grid.ts
 * writes down in JavaScript, the same bit for bit, in a fraction of the time that a loop takes which runs once in
 * a process and is never compiled well.
 */
import { f64, i32, whileTrue, WasmFunction, type Code } from '../../../app/wasm-code.ts';

const TABLE = 65536 * 4;
const CELLS = 3 * TABLE;
/** A cell in memory: three floats, and whether it is clipped. */
const CELL = 16;
const PAGE = 65536;

type Run = (cell: number, end: number, input: number, bytes: number, area: number, clipAt: number) => void;

/** A thread's memory and its loop. */
export class GridKernel {
  private readonly memory = new WebAssembly.Memory({ initial: CELLS / PAGE });
  private readonly run: Run;

  /** @throws a RangeError or WebAssembly error where there is no memory for it */
  constructor() {
    const module = new WebAssembly.Module(gridModule());
    this.run = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports.run as Run;
  }

  /**
   * Makes the planes of light and the map of clipped cells. `data`: rows of `row` pixels; cells lie `factor` pixels
   * apart and are the mean of `xs` x `ys` of them; `clipAt`: the sample from which a cell counts as clipped.
   */
  planes(
    data: Uint16Array,
    row: number,
    tables: readonly Float32Array[],
    size: { width: number; height: number; xs: number; ys: number; factor: number },
    clipAt: number,
    planes: readonly Float32Array[],
    clipped: Uint8Array,
  ): void {
    const { width, height, xs, ys, factor } = size;
    const input = CELLS + width * CELL;
    const missing = Math.ceil((input + row * 6 - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    const { buffer } = this.memory;
    tables.forEach((table, c) => new Float32Array(buffer, c * TABLE, table.length).set(table));
    const samples = new Uint16Array(buffer, input, row * 3);
    const sums = new Float32Array(buffer, CELLS, width * 4);
    const flags = new Uint8Array(buffer, CELLS, width * CELL);
    for (let y = 0; y < height; y++) {
      flags.fill(0);
      for (let j = 0; j < ys; j++) {
        const from = (y * factor + j) * row * 3;
        samples.set(data.subarray(from, from + row * 3));
        this.run(CELLS, CELLS + width * CELL, input, xs * 6, 1 / (xs * ys), clipAt);
      }
      for (let x = 0, p = y * width; x < width; x++, p++) {
        planes[0][p] = sums[x * 4];
        planes[1][p] = sums[x * 4 + 1];
        planes[2][p] = sums[x * 4 + 2];
        clipped[p] = flags[x * CELL + 12];
      }
    }
  }
}

let kernel: GridKernel | null | undefined;

/** This thread's kernel; null where WebAssembly cannot be had (the loops in JavaScript do the same). */
export function gridKernel(): GridKernel | null {
  if (kernel === undefined) {
    try {
      kernel = new GridKernel();
    } catch {
      kernel = null;
    }
  }
  return kernel;
}

/** One row of pixels into one row of cells. */
function gridModule(): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const cell = f.param('i32');
  const end = f.param('i32');
  const at = f.param('i32');
  const bytes = f.param('i32');
  const area = f.param('f64');
  const clipAt = f.param('i32');
  const stop = f.local('i32');
  const clip = f.local('i32');
  const rgb = [f.local('f64'), f.local('f64'), f.local('f64')];
  const sample = (c: number): Code => i32.load16(at.get, c * 2);
  const light = (c: number): Code => f64.loadFloat(i32.shl(sample(c), i32.const(2)), c * TABLE);
  const full = (c: number): Code => i32.notLessUnsigned(sample(c), clipAt.get);
  return f.module(
    1,
    whileTrue(i32.lessUnsigned(cell.get, end.get), [
      ...rgb.map((sum) => sum.set(f64.const(0))),
      clip.set(i32.load32(cell.get, 12)),
      stop.set(i32.add(at.get, bytes.get)),
      whileTrue(i32.lessUnsigned(at.get, stop.get), [
        ...rgb.map((sum, c) => sum.set(f64.add(sum.get, light(c)))),
        clip.set(i32.or(i32.or(clip.get, full(0)), i32.or(full(1), full(2)))),
        at.set(i32.add(at.get, i32.const(6))),
      ]),
      ...rgb.map((sum, c) =>
        f64.storeFloat(cell.get, c * 4, f64.add(f64.loadFloat(cell.get, c * 4), f64.mul(sum.get, area.get))),
      ),
      i32.store8(cell.get, 12, clip.get),
      cell.set(i32.add(cell.get, i32.const(CELL))),
    ]),
  );
}
