/**
 * The heart of the pixel loop in WebAssembly: stored samples through their tables, the crosstalk matrix and the
 * print curve, two pixels at a time. It computes what process.ts writes down in JavaScript, operation by
 * operation, and its results are the same bit for bit; it takes half the time, and no thread has to warm up for
 * it. Each thread has one memory with the tables of the plan it works on and room for one chunk of pixels.
 */
import { PAPER_MAX, PAPER_MIN, PAPER_SIZE } from './paper.ts';
import type { DevelopPlan } from './plan.ts';
import {
  f64x2,
  i32,
  repeatWhile,
  v128,
  WasmFunction,
  type Code,
  type Local,
} from '../../../app/wasm-code.ts';

/** Pixels a call may take. */
export const CHUNK = 2048;

/** Samples of the scan, or balanced log exposures as floats. */
export type KernelSource = 'rgb16' | 'rgb8' | 'grey16' | 'grey8' | 'float';
/** Output codes, or print values (codes before rounding, or light) as floats. */
export type KernelTarget = 'rgb16' | 'grey16' | 'float';

/** Where things lie in the memory, in bytes. */
const TABLE = 65536 * 4;
const PRINT = 3 * TABLE;
const INPUT = PRINT + (PAPER_SIZE + 2) * 4 + 56;
const OUTPUT = INPUT + CHUNK * 12;
const PAGES = Math.ceil((OUTPUT + CHUNK * 12) / 65536);

const PER_UNIT = PAPER_SIZE / (PAPER_MAX - PAPER_MIN);

type Run = (pixels: number, ...matrix: number[]) => void;

/** A thread's memory and its loops. */
export class PrintKernel {
  /** One chunk of pixels in and out, seen as the samples they are. */
  readonly input: { u8: Uint8Array; u16: Uint16Array; float: Float32Array };
  readonly output: { u16: Uint16Array; float: Float32Array };
  private readonly memory: WebAssembly.Memory;
  private readonly runs = new Map<string, Run>();
  private loaded: readonly Float32Array[] = [];

  /** @throws RangeError or a WebAssembly error where there is no memory for it */
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    const { buffer } = this.memory;
    this.input = {
      u8: new Uint8Array(buffer, INPUT, CHUNK * 3),
      u16: new Uint16Array(buffer, INPUT, CHUNK * 3),
      float: new Float32Array(buffer, INPUT, CHUNK * 3),
    };
    this.output = {
      u16: new Uint16Array(buffer, OUTPUT, CHUNK * 3),
      float: new Float32Array(buffer, OUTPUT, CHUNK * 3),
    };
  }

  /** Brings a plan's tables into the memory, where they are not there yet. Empty ones (float samples) are left out. */
  load(plan: Pick<DevelopPlan, 'print'>, tables: DevelopPlan['input']): void {
    const wanted = [...tables, plan.print];
    wanted.forEach((table, i) => {
      if (table !== this.loaded[i]) new Float32Array(this.memory.buffer, i * TABLE, table.length).set(table);
    });
    this.loaded = wanted;
  }

  /** Turns the first `pixels` of `input` (at most CHUNK) into those of `output`, with the tables loaded. */
  run(source: KernelSource, target: KernelTarget, matrix: DevelopPlan['matrix'], pixels: number): void {
    const key = `${source} ${target}`;
    let run = this.runs.get(key);
    if (!run) {
      const module = new WebAssembly.Module(printModule(source, target));
      const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory } });
      run = exports.run as Run;
      this.runs.set(key, run);
    }
    // Two pixels at a time; an odd last one takes a left-over neighbour along, which nobody looks at.
    run((pixels + 1) & ~1, ...matrix);
  }
}

const SAMPLE_BYTES = { rgb16: 2, rgb8: 1, grey16: 2, grey8: 1, float: 4 } as const;

/** The module of one kind of input and output. */
function printModule(source: KernelSource, target: KernelTarget): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const pixels = f.param('i32');
  const doubles = Array.from({ length: 9 }, () => f.param('f64'));
  const from = f.local('i32');
  const to = f.local('i32');
  const left = f.local('i32');
  const m = doubles.map(() => f.local('v128'));
  const rgb = [f.local('v128'), f.local('v128'), f.local('v128')];
  const print = printer(f);

  const grey = source === 'grey16' || source === 'grey8';
  const inBytes = SAMPLE_BYTES[source];
  const inPixel = grey ? inBytes : 3 * inBytes;
  const outBytes = target === 'float' ? 4 : 2;
  const outPixel = target === 'grey16' ? outBytes : 3 * outBytes;

  /** Sample `c` of both pixels, looked up, as a pair of doubles. */
  const read = (c: number): Code => {
    const place = INPUT + (grey ? 0 : c * inBytes);
    if (source === 'float')
      return f64x2.fromFloats(v128.loadLane32(from.get, place + inPixel, 1, v128.load32(from.get, place)));
    const load = inBytes === 2 ? i32.load16 : i32.load8;
    const entry = (pixel: number): Code => i32.shl(load(from.get, place + pixel * inPixel), i32.const(2));
    return f64x2.fromFloats(v128.loadLane32(entry(1), c * TABLE, 1, v128.load32(entry(0), c * TABLE)));
  };
  /** Row `c` of the matrix, from left to right as JavaScript adds. */
  const row = (c: number): Code => {
    const [a, b, d] = [0, 1, 2].map((k) => f64x2.mul(m[c * 3 + k].get, rgb[k].get));
    return f64x2.add(f64x2.add(a, b), d);
  };
  const write = (c: number): Code => {
    const value = print(row(c));
    const place = OUTPUT + (target === 'grey16' ? 0 : c * outBytes);
    const both = f.local('v128');
    const code =
      target === 'float' ? value : f64x2.toIntegers(f64x2.add(f64x2.fromFloats(value), f64x2.const(0.5)));
    // Two integers lie in lanes 0 and 1 of four; of 16-bit lanes those are 0 and 2.
    const store =
      target === 'float'
        ? (pixel: number) => v128.storeLane32(to.get, place + pixel * outPixel, pixel, both.get)
        : (pixel: number) => v128.storeLane16(to.get, place + pixel * outPixel, pixel * 2, both.get);
    return [both.set(code), store(0), store(1)];
  };
  // One grey sample is the green one: a black-and-white matrix has equal rows.
  const channels = target === 'grey16' ? [1] : [0, 1, 2];
  const step = (local: Local, bytes: number): Code => local.set(i32.add(local.get, i32.const(2 * bytes)));
  const loop = repeatWhile(
    [
      ...rgb.map((local, c) => local.set(read(c))),
      ...channels.map(write),
      step(from, inPixel),
      step(to, outPixel),
    ],
    i32.lessUnsigned(left.tee(i32.add(left.get, i32.const(2))), pixels.get),
  );
  return f.module(PAGES, [...m.map((local, i) => local.set(f64x2.splat(doubles[i].get))), loop]);
}

/** The print curve on a pair of log exposures, rounded to floats (two lower lanes). */
function printer(f: WasmFunction): (logExposure: Code) => Code {
  const place = f.local('v128');
  const index = f.local('v128');
  const ends = f.local('v128');
  const low = f.local('v128');
  const entry = (pixel: number): Code =>
    v128.load64(i32.shl(v128.lane32(index.get, pixel), i32.const(2)), PRINT);
  return (logExposure) => {
    const steps = f64x2.mul(f64x2.sub(logExposure, f64x2.const(PAPER_MIN)), f64x2.const(PER_UNIT));
    const inside = f64x2.lesser(f64x2.greater(steps, f64x2.const(0)), f64x2.const(PAPER_SIZE));
    const high = f64x2.fromFloats(v128.pick(ends.get, ends.get, [2, 3, 2, 3]));
    const part = f64x2.sub(place.get, f64x2.fromIntegers(index.get));
    return [
      place.set(inside),
      index.set(f64x2.toIntegers(place.get)),
      // Entries i and i + 1 of both pixels, then both lower ends beside each other, then both upper ends.
      ends.set(v128.pick(entry(0), entry(1), [0, 4, 1, 5])),
      low.set(f64x2.fromFloats(ends.get)),
      f64x2.toFloats(f64x2.add(low.get, f64x2.mul(f64x2.sub(high, low.get), part))),
    ];
  };
}

let kernel: PrintKernel | null | undefined;

/** This thread's kernel; null where WebAssembly cannot be had (the JavaScript loop does the same). */
export function printKernel(): PrintKernel | null {
  if (kernel === undefined) {
    try {
      kernel = new PrintKernel();
    } catch {
      kernel = null;
    }
  }
  return kernel;
}
