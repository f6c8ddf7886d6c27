/**
 * Just enough of WebAssembly's binary format (core specification 2.0, chapter 5) to write a pixel loop down as
 * expressions: 32-bit integers for addresses, doubles and pairs of them or small integers side by side for the arithmetic, one memory, one
 * function a module. An expression is the bytes of its operands followed by its own instruction, as the stack machine has it.
 * Arithmetic on doubles is IEEE 754's, one rounding an operation, and so the same bit for bit as JavaScript's.
 */

/** Instructions as nested bytes. */
export type Code = readonly (number | Code)[];

/** Value types as the format numbers them. */
export const TYPE = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof TYPE;

/** Unsigned integer, seven bits a byte, lowest first. */
export function unsigned(n: number): number[] {
  const out: number[] = [];
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return [...out, n];
}
/** Signed 32-bit integer, likewise. */
export function signed(n: number): number[] {
  const out: number[] = [];
  for (let v = n | 0; ; v >>= 7) {
    const low = v & 127;
    if (v >> 6 === 0 || v >> 6 === -1) return [...out, low];
    out.push(low | 128);
  }
}
const double = (v: number): number[] => [...new Uint8Array(new Float64Array([v]).buffer)];

const simd = (op: number): number[] => [0xfd, ...unsigned(op)];
const unary =
  (op: readonly number[]) =>
  (a: Code): Code => [a, op];
const binary =
  (op: readonly number[]) =>
  (a: Code, b: Code): Code => [a, b, op];
/** Alignment is a hint only; 1 byte is always true. */
const at = (offset: number): number[] => [0, ...unsigned(offset)];

export const i32 = {
  const: (v: number): Code => [0x41, signed(v)],
  add: binary([0x6a]),
  sub: binary([0x6b]),
  mul: binary([0x6c]),
  or: binary([0x72]),
  shl: binary([0x74]),
  /** 1 or 0. */
  lessUnsigned: binary([0x49]),
  notLessUnsigned: binary([0x4f]),
  load32: (address: Code, offset: number): Code => [address, 0x28, at(offset)],
  store8: (address: Code, offset: number, value: Code): Code => [address, value, 0x3a, at(offset)],
  store32: (address: Code, offset: number, value: Code): Code => [address, value, 0x36, at(offset)],
  /** Stored samples of 8 and 16 bits. */
  load8: (address: Code, offset: number): Code => [address, 0x2d, at(offset)],
  load16: (address: Code, offset: number): Code => [address, 0x2f, at(offset)],
};

export const f64 = {
  const: (v: number): Code => [0x44, double(v)],
  add: binary([0xa0]),
  mul: binary([0xa2]),
  load: (address: Code, offset: number): Code => [address, 0x2b, at(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, 0x39, at(offset)],
  /** A float from the memory, and to it, rounded. */
  loadFloat: (address: Code, offset: number): Code => [address, 0x2a, at(offset), 0xbb],
  storeFloat: (address: Code, offset: number, value: Code): Code => [address, value, 0xb6, 0x38, at(offset)],
};

/** Two doubles side by side. */
export const f64x2 = {
  splat: unary(simd(0x14)),
  const: (v: number): Code => [simd(0x0c), double(v), double(v)],
  add: binary(simd(0xf0)),
  sub: binary(simd(0xf1)),
  mul: binary(simd(0xf2)),
  /** `b < a ? b : a` and `a < b ? b : a`, NaN as in JavaScript's comparison. */
  lesser: binary(simd(0xf6)),
  greater: binary(simd(0xf7)),
  /** The two lower of four floats. */
  fromFloats: unary(simd(0x5f)),
  /** Rounded to floats, in the two lower of four. */
  toFloats: unary(simd(0x5e)),
  /** The two lower of four signed integers. */
  fromIntegers: unary(simd(0xfe)),
  /** Towards zero, in the two lower of four; NaN becomes 0. */
  toIntegers: unary(simd(0xfc)),
};

/** Eight integers of 16 bits. */
export const i16x8 = {
  splat: unary(simd(0x10)),
  add: binary(simd(0x8e)),
  sub: binary(simd(0x91)),
  mul: binary(simd(0x95)),
  /** The lesser and the greater, signed. */
  least: binary(simd(0x96)),
  most: binary(simd(0x98)),
  shl: binary(simd(0x8b)),
  shiftRight: binary(simd(0x8d)),
  abs: unary(simd(0x80)),
  /** Eight bytes of the memory, unsigned. */
  load8: (address: Code, offset: number): Code => [address, simd(0x02), at(offset)],
  /** The four signed 32-bit lanes of `a`, then of `b`, kept within 16 bits. */
  narrow: binary(simd(0x85)),
  /** Lanes 0..7 of `a` and 8..15 of `b`. */
  pick: (a: Code, b: Code, lanes: readonly number[]): Code => [
    ...[a, b],
    simd(0x0d),
    lanes.flatMap((lane) => [lane * 2, lane * 2 + 1]),
  ],
};

/** Four integers of 32 bits. */
export const i32x4 = {
  splat: unary(simd(0x11)),
  add: binary(simd(0xae)),
  sub: binary(simd(0xb1)),
  mul: binary(simd(0xb5)),
  shiftRight: binary(simd(0xac)),
  /** Sums of products of pairs of the sixteen-bit lanes, signed. */
  dot: binary(simd(0xba)),
  /** Four unsigned words of 16 bits from the memory. */
  load16: (address: Code, offset: number): Code => [address, simd(0x04), at(offset)],
};

export const v128 = {
  load: (address: Code, offset: number): Code => [address, simd(0x00), at(offset)],
  store: (address: Code, offset: number, value: Code): Code => [address, value, simd(0x0b), at(offset)],
  /** One float or two beside each other into the low lanes, the others 0. */
  load32: (address: Code, offset: number): Code => [address, simd(0x5c), at(offset)],
  load64: (address: Code, offset: number): Code => [address, simd(0x5d), at(offset)],
  /** Replaces lane 0..3 of `value`. */
  loadLane32: (address: Code, offset: number, lane: number, value: Code): Code => [
    ...[address, value],
    ...[simd(0x56), at(offset), lane],
  ],
  storeLane8: (address: Code, offset: number, lane: number, value: Code): Code => [
    ...[address, value],
    ...[simd(0x58), at(offset), lane],
  ],
  storeLane16: (address: Code, offset: number, lane: number, value: Code): Code => [
    ...[address, value],
    ...[simd(0x59), at(offset), lane],
  ],
  storeLane32: (address: Code, offset: number, lane: number, value: Code): Code => [
    ...[address, value],
    ...[simd(0x5a), at(offset), lane],
  ],
  /** Signed integer in lane 0..3. */
  lane32: (value: Code, lane: number): Code => [value, simd(0x1b), lane],
  /** Four 32-bit lanes out of the eight of `a` and `b` (0..3 and 4..7). */
  pick: (a: Code, b: Code, lanes: readonly number[]): Code => [
    ...[a, b],
    simd(0x0d),
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
  ],
};

export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  /** Sets and is the value. */
  tee(value: Code): Code;
}

/** A function that returns nothing. Parameters come first, in the order they are asked for, then locals. */
export class WasmFunction {
  private readonly params: ValueType[] = [];
  private readonly locals: ValueType[] = [];

  param(type: ValueType): Local {
    if (this.locals.length > 0) throw new Error('parameters come before locals');
    this.params.push(type);
    return variable(this.params.length - 1);
  }
  local(type: ValueType): Local {
    this.locals.push(type);
    return variable(this.params.length + this.locals.length - 1);
  }

  /** A module that imports `env.memory` of at least so many pages and exports this function as `run`. */
  module(pages: number, body: Code): Uint8Array<ArrayBuffer> {
    const own = this.locals.flatMap((type) => [1, TYPE[type]]);
    const flat = [...unsigned(this.locals.length), ...own, ...flatten(body), 0x0b];
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [[0x60, ...list(this.params.map((type) => [TYPE[type]])), 0]]),
      ...section(2, [[...name('env'), ...name('memory'), 2, 0, ...unsigned(pages)]]),
      ...section(3, [[0]]),
      ...section(7, [[...name('run'), 0, 0]]),
      ...section(10, [[...unsigned(flat.length), ...flat]]),
    ]);
  }
}

/** Repeats `body` while `again` is not zero; `body` runs at least once. */
export function repeatWhile(body: Code, again: Code): Code {
  return [0x03, 0x40, body, again, 0x0d, 0, 0x0b];
}
/** Repeats `body` while `condition` is not zero. */
export function whileTrue(condition: Code, body: Code): Code {
  // A loop in a block: out of it when the condition fails, else once more.
  return [0x02, 0x40, 0x03, 0x40, condition, 0x45, 0x0d, 1, body, 0x0c, 0, 0x0b, 0x0b];
}

function variable(index: number): Local {
  const n = unsigned(index);
  return {
    get: [0x20, n],
    set: (value) => [value, 0x21, n],
    tee: (value) => [value, 0x22, n],
  };
}
const flatten = (code: Code): number[] => code.flatMap((c) => (typeof c === 'number' ? [c] : flatten(c)));
const list = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const name = (text: string): number[] => list([...text].map((c) => [c.charCodeAt(0)]));
function section(id: number, items: readonly (readonly number[])[]): number[] {
  const body = list(items);
  return [id, ...unsigned(body.length), ...body];
}
