/**
 * The inner loops of the reduction in WebAssembly, for the usual scan: three 16-bit samples a pixel. A row of the
 * scan becomes a row of light summed over the width of each output pixel, and rows are summed with their weights;
 * operation by operation what reduce.ts writes down in JavaScript, and the same bit for bit. A thread has one
 * memory; the reducer that uses it owns it until another one comes along.
 */
import {
  f64,
  i32,
  v128,
  whileTrue,
  WasmFunction,
  f64x2,
  type Code,
  type Local,
} from '../../app/wasm-code.ts';

/** Spans of input pixels below the output pixels of a row (reduce.ts). */
export interface Spans {
  first: Int32Array;
  last: Int32Array;
  firstWeight: Float64Array;
  lastWeight: Float64Array;
}

/** What a reducer keeps in the kernel's memory while it owns it. */
export interface Owner {
  across: Spans;
  tables: readonly Float32Array[];
  /** Sums of the output row in work, three a pixel: here while somebody else owns the kernel. */
  sum: Float64Array;
}

const TABLE = 65536 * 4;
const SPANS = 3 * TABLE;
/** Bytes of a span in memory: first and last pixel, both weights. */
const SPAN = 24;
const PAGE = 65536;

type RowRun = (spans: number, end: number, row: number, input: number) => void;
type AddRun = (row: number, end: number, sum: number, weight: number) => void;

export class ReduceKernel {
  private readonly memory = new WebAssembly.Memory({ initial: SPANS / PAGE });
  private readonly rowRun: RowRun;
  private readonly addRun: AddRun;
  private owner: Owner | null = null;
  /** Addresses of row, sum and input. */
  private row = 0;
  private at = 0;
  private input = 0;

  /** @throws a RangeError or WebAssembly error where there is no memory for it */
  constructor() {
    const imports = { env: { memory: this.memory } };
    const run = (bytes: Uint8Array<ArrayBuffer>): unknown =>
      new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports.run;
    this.rowRun = run(rowModule()) as RowRun;
    this.addRun = run(addModule()) as AddRun;
  }

  /** Makes the memory `owner`'s, for rows of `pitch` samples; what another one had in it is handed back. */
  adopt(owner: Owner, pitch: number): void {
    if (this.owner === owner) return;
    if (this.owner) this.handBack(this.owner);
    const { first, last, firstWeight, lastWeight } = owner.across;
    const width = first.length;
    this.row = SPANS + width * SPAN;
    this.at = this.row + width * 24;
    this.input = this.at + width * 24;
    const missing = Math.ceil((this.input + pitch * 2 - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    const { buffer } = this.memory;
    owner.tables.forEach((table, c) => new Float32Array(buffer, c * TABLE, table.length).set(table));
    const spans = new DataView(buffer, SPANS);
    for (let o = 0; o < width; o++) {
      // As addresses of samples within a row.
      spans.setInt32(o * SPAN, first[o] * 6, true);
      spans.setInt32(o * SPAN + 4, last[o] * 6, true);
      spans.setFloat64(o * SPAN + 8, firstWeight[o], true);
      spans.setFloat64(o * SPAN + 16, lastWeight[o], true);
    }
    this.sums(width).set(owner.sum);
    this.owner = owner;
  }

  /** The owner's sums in the memory; not to be kept. */
  sums(width: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.at, width * 3);
  }

  /** Sums a row of samples over the spans. */
  reduceRow(samples: Uint16Array, width: number): void {
    new Uint16Array(this.memory.buffer, this.input, samples.length).set(samples);
    this.rowRun(SPANS, SPANS + width * SPAN, this.row, this.input);
  }

  /** Adds the row that was reduced last to the sums. */
  addRow(weight: number, width: number): void {
    this.addRun(this.row, this.row + width * 24, this.at, weight);
  }

  /** Gives an owner its sums back, if it is one; nobody owns the memory then. */
  handBack(owner: Owner): void {
    if (this.owner !== owner) return;
    owner.sum.set(this.sums(owner.across.first.length));
    this.owner = null;
  }
}

/** For each span: the light of its samples by their tables, the first and the last one weighted. */
function rowModule(): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const span = f.param('i32');
  const end = f.param('i32');
  const row = f.param('i32');
  const input = f.param('i32');
  const at = f.local('i32');
  const last = f.local('i32');
  const weight = f.local('f64');
  const rgb = [f.local('f64'), f.local('f64'), f.local('f64')];
  const light = (address: Code, c: number): Code =>
    f64.loadFloat(i32.shl(i32.load16(address, c * 2), i32.const(2)), c * TABLE);
  const add = (local: Local, value: Code): Code => local.set(f64.add(local.get, value));
  return f.module(
    1,
    whileTrue(i32.lessUnsigned(span.get, end.get), [
      at.set(i32.add(input.get, i32.load32(span.get, 0))),
      last.set(i32.add(input.get, i32.load32(span.get, 4))),
      weight.set(f64.load(span.get, 8)),
      ...rgb.map((sum, c) => sum.set(f64.mul(light(at.get, c), weight.get))),
      at.set(i32.add(at.get, i32.const(6))),
      whileTrue(i32.lessUnsigned(at.get, last.get), [
        ...rgb.map((sum, c) => add(sum, light(at.get, c))),
        at.set(i32.add(at.get, i32.const(6))),
      ]),
      // A weight of 0 adds nothing: a span of one pixel has no last one.
      weight.set(f64.load(span.get, 16)),
      ...rgb.map((sum, c) => add(sum, f64.mul(light(last.get, c), weight.get))),
      ...rgb.map((sum, c) => f64.store(row.get, c * 8, sum.get)),
      span.set(i32.add(span.get, i32.const(SPAN))),
      row.set(i32.add(row.get, i32.const(24))),
    ]),
  );
}

/** sum += row · weight, two numbers at a time (three a pixel, so one may be left). */
function addModule(): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const row = f.param('i32');
  const end = f.param('i32');
  const sum = f.param('i32');
  const weight = f.param('f64');
  const both = f.local('v128');
  const next = (bytes: number): Code => [
    row.set(i32.add(row.get, i32.const(bytes))),
    sum.set(i32.add(sum.get, i32.const(bytes))),
  ];
  return f.module(1, [
    both.set(f64x2.splat(weight.get)),
    whileTrue(i32.lessUnsigned(i32.add(row.get, i32.const(8)), end.get), [
      v128.store(sum.get, 0, f64x2.add(v128.load(sum.get, 0), f64x2.mul(v128.load(row.get, 0), both.get))),
      next(16),
    ]),
    whileTrue(i32.lessUnsigned(row.get, end.get), [
      f64.store(sum.get, 0, f64.add(f64.load(sum.get, 0), f64.mul(f64.load(row.get, 0), weight.get))),
      next(8),
    ]),
  ]);
}

let kernel: ReduceKernel | null | undefined;

/** This thread's kernel; null where WebAssembly cannot be had. */
export function reduceKernel(): ReduceKernel | null {
  if (kernel === undefined) {
    try {
      kernel = new ReduceKernel();
    } catch {
      kernel = null;
    }
  }
  return kernel;
}
