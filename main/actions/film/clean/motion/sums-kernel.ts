/**
 * The sums of match.ts in WebAssembly, a row of eight pixels at a time: integers all of them, so the same whoever adds them
 * up. Both levels are copied into the kernel's memory; gradients are made there.
 */
import {
  i16x8,
  i32,
  i32x4,
  v128,
  whileTrue,
  WasmFunction,
  type Code,
  type Local,
} from '../../../../../app/wasm-code.ts';
import { CLIP, emptyTexture, keep, PART, rowStart, type Sums } from './sums.ts';
import { PATCH, STEP, type Level, type Texture } from './pyramid.ts';

type Run = (...args: number[]) => void;

const PAGE = 65536;
/** The sums lie at the beginning of the memory. */
const FIRST = 64;
/** Bytes of a patch's sums. */
const PATCH_SUMS = 20;

/** The loops in WebAssembly; both levels are copied into its memory. */
export class WasmSums implements Sums {
  private readonly memory = new WebAssembly.Memory({ initial: 16 });
  private readonly costRun: Run;
  private readonly measureRun: Run;
  private readonly gradientRun: Run;
  private readonly textureRun: Run;
  private a: Level | null = null;
  private stride = 0;
  private toB = 0;
  private toX = 0;
  private toY = 0;
  out: Int32Array = new Int32Array(this.memory.buffer, 0, 4);

  /** @throws a WebAssembly error where it cannot be had */
  constructor() {
    const run = (bytes: Uint8Array<ArrayBuffer>): Run =>
      new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: this.memory } }).exports
        .run as Run;
    this.costRun = run(sumsModule(false));
    this.measureRun = run(sumsModule(true));
    this.gradientRun = run(gradientModule());
    this.textureRun = run(textureModule());
  }

  load(a: Level, b: Level): Texture {
    const n = a.data.length;
    // Gradients are words: their places are even.
    this.toB = FIRST + n;
    this.toX = (this.toB + n + 15) & ~15;
    this.toY = this.toX + 2 * n + 16;
    const rows = this.toY + 2 * n + 16;
    const missing = Math.ceil((rows + a.columns * PATCH_SUMS + 16 - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      this.memory.grow(missing);
      this.out = new Int32Array(this.memory.buffer, 0, 4);
    }
    const bytes = new Uint8Array(this.memory.buffer);
    bytes.set(b.data, this.toB);
    this.stride = a.stride;
    if (this.a !== a) {
      this.a = a;
      bytes.set(a.data, FIRST);
      this.gradientRun(FIRST + a.stride, FIRST + n - a.stride, this.toX, this.toY, a.stride);
    }
    return (a.texture ??= this.texture(a, rows));
  }

  private texture(a: Level, at: number): Texture {
    const t = emptyTexture(a.columns * a.rows);
    const sums = new Int32Array(this.memory.buffer, at, a.columns * 5);
    for (let r = 0, k = 0; r < a.rows; r++) {
      const i = 2 * rowStart(a, r);
      this.textureRun(this.toX + i, this.toY + i, at, at + a.columns * PATCH_SUMS, 2 * a.stride);
      for (let c = 0; c < a.columns; c++, k++) keep(t, k, sums, 5 * c);
    }
    return t;
  }

  cost(i: number, k: number, fx: number, fy: number): void {
    this.costRun(FIRST + i, this.toB + k, fx, fy, 0, 0, this.stride);
  }

  measure(i: number, k: number, fx: number, fy: number): void {
    const { toB, toX, toY, stride } = this;
    this.measureRun(FIRST + i, toB + k, fx, fy, toX + 2 * i, toY + 2 * i, stride);
  }
}

/** The four lanes added. */
const total = (v: Local): Code =>
  [1, 2, 3].reduce<Code>((s, lane) => i32.add(s, v128.lane32(v.get, lane)), v128.lane32(v.get, 0));

/** The sums of one patch, row after row, stored at 0, 4, 8 and 12. */
function sumsModule(gradients: boolean): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const [a, b, fx, fy, gx, gy, stride] = Array.from({ length: 7 }, () => f.param('i32'));
  const [right, left, down] = Array.from({ length: 3 }, () => f.local('v128'));
  const [above, below, d, sum, squares, tx, ty] = Array.from({ length: 7 }, () => f.local('v128'));
  /** Eight places of a row of b, between their pixels across. */
  const across = (): Code =>
    i16x8.add(i16x8.mul(i16x8.load8(b.get, 0), left.get), i16x8.mul(i16x8.load8(b.get, 1), right.get));
  const between = (lanes: readonly number[]): Code =>
    i32x4.shiftRight(i32x4.dot(i16x8.pick(above.get, below.get, lanes), down.get), i32.const(8));
  const on = (by: Local, step: Code): Code => by.set(i32.add(by.get, step));
  const rows: Code[] = Array.from({ length: PATCH }, () => [
    on(b, stride.get),
    below.set(across()),
    d.set(
      i16x8.sub(
        i16x8.narrow(between([0, 8, 1, 9, 2, 10, 3, 11]), between([4, 12, 5, 13, 6, 14, 7, 15])),
        i16x8.shl(i16x8.load8(a.get, 0), i32.const(4)),
      ),
    ),
    d.set(i16x8.most(i16x8.least(d.get, i16x8.splat(i32.const(CLIP))), i16x8.splat(i32.const(-CLIP)))),
    sum.set(i16x8.add(sum.get, d.get)),
    squares.set(i32x4.add(squares.get, i32x4.dot(d.get, d.get))),
    ...(gradients
      ? [
          tx.set(i32x4.add(tx.get, i32x4.dot(d.get, v128.load(gx.get, 0)))),
          ty.set(i32x4.add(ty.get, i32x4.dot(d.get, v128.load(gy.get, 0)))),
          on(gx, i32.shl(stride.get, i32.const(1))),
          on(gy, i32.shl(stride.get, i32.const(1))),
        ]
      : []),
    on(a, stride.get),
    above.set(below.get),
  ]);
  const stored = [sum, squares, ...(gradients ? [tx, ty] : [])];
  return f.module(1, [
    right.set(i16x8.splat(fx.get)),
    left.set(i16x8.splat(i32.sub(i32.const(PART), fx.get))),
    // Pairs of weights: of the row above in the lower word, of the one below in the upper.
    down.set(i32x4.splat(i32.or(i32.shl(fy.get, i32.const(16)), i32.sub(i32.const(PART), fy.get)))),
    above.set(across()),
    ...rows,
    sum.set(i32x4.dot(sum.get, i16x8.splat(i32.const(1)))),
    ...stored.map((v, k) => i32.store32(i32.const(0), 4 * k, total(v))),
  ]);
}

/** Central differences of the samples from `at` to `end`, to words from the same place of two planes on. */
function gradientModule(): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const [at, end, gx, gy, stride] = Array.from({ length: 5 }, () => f.param('i32'));
  const word = f.local('i32');
  return f.module(1, [
    word.set(i32.shl(stride.get, i32.const(1))),
    gx.set(i32.add(gx.get, word.get)),
    gy.set(i32.add(gy.get, word.get)),
    whileTrue(i32.lessUnsigned(at.get, end.get), [
      v128.store(gx.get, 0, i16x8.sub(i16x8.load8(at.get, 1), i16x8.load8(i32.sub(at.get, i32.const(1)), 0))),
      v128.store(
        gy.get,
        0,
        i16x8.sub(i16x8.load8(i32.add(at.get, stride.get), 0), i16x8.load8(i32.sub(at.get, stride.get), 0)),
      ),
      at.set(i32.add(at.get, i32.const(8))),
      gx.set(i32.add(gx.get, i32.const(16))),
      gy.set(i32.add(gy.get, i32.const(16))),
    ]),
  ]);
}

/** Five sums for each patch of a row of patches. */
function textureModule(): Uint8Array<ArrayBuffer> {
  const f = new WasmFunction();
  const [gx, gy, out, end, pitch] = Array.from({ length: 5 }, () => f.param('i32'));
  const [px, py] = [f.local('i32'), f.local('i32')];
  const [x, y] = [f.local('v128'), f.local('v128')];
  const sums = Array.from({ length: 5 }, () => f.local('v128'));
  const ones = i16x8.splat(i32.const(1));
  const nothing = i32x4.splat(i32.const(0));
  const add = (k: number, v: Code): Code => sums[k].set(i32x4.add(sums[k].get, v));
  return f.module(
    1,
    whileTrue(i32.lessUnsigned(out.get, end.get), [
      px.set(gx.get),
      py.set(gy.get),
      ...sums.map((s) => s.set(nothing)),
      ...Array.from({ length: PATCH }, () => [
        x.set(v128.load(px.get, 0)),
        y.set(v128.load(py.get, 0)),
        add(0, i32x4.dot(x.get, ones)),
        add(1, i32x4.dot(y.get, ones)),
        add(2, i32x4.dot(x.get, x.get)),
        add(3, i32x4.dot(x.get, y.get)),
        add(4, i32x4.dot(y.get, y.get)),
        px.set(i32.add(px.get, pitch.get)),
        py.set(i32.add(py.get, pitch.get)),
      ]),
      ...sums.map((s, k) => i32.store32(out.get, 4 * k, total(s))),
      out.set(i32.add(out.get, i32.const(PATCH_SUMS))),
      gx.set(i32.add(gx.get, i32.const(2 * STEP))),
      gy.set(i32.add(gy.get, i32.const(2 * STEP))),
    ]),
  );
}
