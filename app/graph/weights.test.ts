import { describe, expect, it } from 'vitest';
import { floatToHalf, halfToFloat } from './half.ts';
import { decodeWeights, encodeWeights, pickWeights } from './weights.ts';

describe('half precision', () => {
  it('gives back every one of the 65,536 halves', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToFloat(bits);
      if (Number.isNaN(value)) expect(floatToHalf(value) & 0x7fff).toBe(0x7e00);
      else if (floatToHalf(value) !== bits) expect([bits, floatToHalf(value)]).toEqual([bits, bits]);
    }
  });
  it('knows the landmarks of the format', () => {
    const landmarks: [number, number][] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [1023 * 2 ** -24, 0x03ff],
      [Infinity, 0x7c00],
      [-Infinity, 0xfc00],
      [0, 0],
      [-0, 0x8000],
    ];
    for (const [value, bits] of landmarks) {
      expect(floatToHalf(value)).toBe(bits);
      expect(halfToFloat(bits)).toBe(value);
    }
    expect(halfToFloat(0x7e01)).toBeNaN();
  });
  it('rounds to nearest, and a tie to the even neighbour', () => {
    expect(floatToHalf(1 + 2 ** -11)).toBe(0x3c00); // half way to 1 + 2^-10: the even one is 1
    expect(floatToHalf(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(floatToHalf(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(floatToHalf(2 - 2 ** -12)).toBe(0x4000); // carries into the exponent
    expect(floatToHalf(65519.9)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
    expect(floatToHalf(1e9)).toBe(0x7c00);
    expect(floatToHalf(2 ** -25)).toBe(0); // a tie with nought
    expect(floatToHalf(2 ** -25 * 1.001)).toBe(1);
    expect(floatToHalf(3 * 2 ** -25)).toBe(2);
    expect(floatToHalf(5 * 2 ** -25)).toBe(2);
    expect(floatToHalf(2 ** -14 - 2 ** -26)).toBe(0x0400); // subnormal rounds up to normal
    expect(floatToHalf(-1e-9)).toBe(0x8000);
  });
});

const tensors = [
  { name: 'conv.weight', shape: [2, 1, 1, 3], data: Float32Array.of(0.5, -1, 3.25, 1e-6, NaN, -Infinity) },
  { name: 'größe', shape: [], data: Float32Array.of(0.1) },
  { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
  { name: 'conv.bias', shape: [2], data: Float32Array.of(65504, -0) },
];

describe('weights file', () => {
  it('gives single precision back bit for bit, with its meta', () => {
    const bytes = encodeWeights(tensors, 'f32', { network: 'one', step: 7 });
    const file = decodeWeights(bytes, 'a.rvw');
    expect([...file.tensors.values()]).toEqual(tensors);
    expect(Object.is(file.tensors.get('conv.bias')?.data[1], -0)).toBe(true);
    expect(file.meta).toEqual({ network: 'one', step: 7 });
    expect(encodeWeights([...file.tensors.values()], 'f32', file.meta)).toEqual(bytes);
  });
  it('is laid out as described', () => {
    const bytes = encodeWeights(tensors, 'f16');
    const view = new DataView(bytes.buffer);
    expect([...bytes.subarray(0, 8)]).toEqual([0x52, 0x56, 0x57, 0x31, 0, 0, 0, 0]);
    const start = 12 + view.getUint32(8, true);
    expect(start % 16).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, start))) as {
      tensors: { name: string; offset: number; dtype: string }[];
    };
    expect(header.tensors.map((t) => [t.name, t.offset, t.dtype])).toEqual([
      ['conv.weight', 0, 'f16'],
      ['größe', 16, 'f16'],
      ['empty', 32, 'f16'],
      ['conv.bias', 32, 'f16'],
    ]);
    expect(view.getUint16(start, true)).toBe(0x3800);
    expect(view.getUint16(start + 32, true)).toBe(0x7bff);
    expect(bytes.length).toBe(start + 36);
  });
  it('rounds to half once, then stays', () => {
    const once = decodeWeights(encodeWeights(tensors, 'f16'), 'a.rvw');
    expect(once.tensors.get('größe')?.data[0]).toBe(Math.fround(0.0999755859375));
    expect(once.tensors.get('conv.weight')?.data[3]).toBe(Math.fround(17 * 2 ** -24));
    const twice = decodeWeights(encodeWeights([...once.tensors.values()], 'f16'), 'a.rvw');
    expect(twice).toEqual(once);
  });
  it('reads from the middle of a buffer', () => {
    const bytes = encodeWeights(tensors, 'f32');
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect([...decodeWeights(shifted.subarray(3), 'a').tensors.values()]).toEqual(tensors);
  });
  it('refuses what it cannot write', () => {
    const one = { name: 'w', shape: [1], data: Float32Array.of(1) };
    expect(() => encodeWeights([one, one], 'f32')).toThrow('two weights are called "w"');
    expect(() => encodeWeights([{ ...one, shape: [2] }], 'f32')).toThrow('"w" of shape [2] has 1 numbers');
    expect(() => encodeWeights([{ ...one, data: Float32Array.of(70000) }], 'f16')).toThrow('"w" holds 70000');
  });
  it('says what is wrong with a file', () => {
    const good = encodeWeights(tensors, 'f32');
    const edited = (edit: (text: string) => string): Uint8Array => {
      const length = new DataView(good.buffer).getUint32(8, true);
      const text = edit(new TextDecoder().decode(good.subarray(12, 12 + length)).trimEnd());
      const out = good.slice();
      const json = new TextEncoder().encode(text);
      expect(json.length).toBeLessThanOrEqual(length);
      out.fill(0x20, 12, 12 + length);
      out.set(json, 12);
      return out;
    };
    const read = (bytes: Uint8Array) => () => decodeWeights(bytes, 'mine.rvw');
    expect(read(new Uint8Array(0))).toThrow('mine.rvw: this is not a weights file');
    expect(read(good.map((b, i) => (i === 3 ? 0x32 : b)))).toThrow('not a weights file');
    expect(read(good.subarray(0, 40))).toThrow('cut short within its header');
    expect(read(good.subarray(0, good.length - 1))).toThrow('cut short: "conv.bias" [2]');
    expect(read(Uint8Array.of(...good, 0))).toThrow('its header accounts for');
    const long = good.slice();
    new DataView(long.buffer).setUint32(8, 0xfffffff4, true);
    expect(read(long)).toThrow('impossible length');
    expect(read(edited((t) => t.slice(0, -2)))).toThrow('header cannot be read');
    expect(read(edited(() => '{}'))).toThrow('lists no tensors');
    expect(read(edited((t) => t.replace('"offset":0', '"offset":8')))).toThrow('entry 0');
    expect(read(edited((t) => t.replace('[2,1,1,3]', '[-2,1,1]')))).toThrow('entry 0');
    expect(read(edited((t) => t.replace('f32', 'f64')))).toThrow('entry 0');
    expect(read(edited((t) => t.replace('conv.bias', 'empty')))).toThrow('"empty" is listed twice');
    expect(read(edited((t) => t.replace('[2]', '[9007199254740991]').replace('"meta"', '"m"')))).toThrow();
  });
  it('hands a network what it asks for, or says what disagrees', () => {
    const file = decodeWeights(encodeWeights(tensors, 'f32'), 'a');
    const [bias, weight] = pickWeights(
      file,
      [
        { name: 'conv.bias', shape: [2] },
        { name: 'conv.weight', shape: [2, 1, 1, 3] },
      ],
      'a.rvw',
    );
    expect(bias).toEqual(tensors[3].data);
    expect(weight).toEqual(tensors[0].data);
    expect(() => pickWeights(file, [{ name: 'up', shape: [4] }], 'a.rvw')).toThrow(
      'a.rvw: these weights belong to another network or width: it has no tensor "up" [4].',
    );
    expect(() =>
      pickWeights(
        file,
        [
          { name: 'conv.bias', shape: [1, 2] },
          { name: 'up', shape: [4] },
        ],
        'a.rvw',
      ),
    ).toThrow('its "conv.bias" is [2], the network wants [1, 2] (and 1 more)');
  });
});
