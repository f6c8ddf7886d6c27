/** The reduction's loops in WebAssembly against those in JavaScript, bit for bit. */
import { describe, expect, it } from 'vitest';
import { Reducer, type ReduceInput } from './reduce.ts';
import { reduceKernel } from './reduce-kernel.ts';

const WIDTH = 301;
const HEIGHT = 97;
const samples = new Uint16Array(WIDTH * HEIGHT * 3);
let seed = 3;
for (let i = 0; i < samples.length; i++) {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  samples[i] = i % 50 === 0 ? 65535 : seed >> 15;
}
const input: ReduceInput = {
  width: WIDTH,
  height: HEIGHT,
  samples: 3,
  channels: 3,
  infrared: -1,
  type: 16,
  curve: { kind: 'srgb' },
};

function reducer(width: number, height: number, wasm: boolean, more: Partial<ReduceInput> = {}): Reducer {
  const kernel = reduceKernel();
  if (!kernel) throw new Error('this Node has no WebAssembly');
  return new Reducer({ ...input, ...more }, width, height, wasm ? kernel : null);
}
function reduced(...args: Parameters<typeof reducer>): Uint16Array | Float32Array {
  const r = reducer(...args);
  r.push(samples, HEIGHT);
  return r.data;
}

describe('the reduction in WebAssembly', () => {
  it('is the one in JavaScript: whole factors, fractions, one pixel, nothing reduced, a part', () => {
    for (const [w, h] of [
      [100, 32],
      [43, 14],
      [1, 1],
      [WIDTH, HEIGHT],
      [300, 96],
    ]) {
      const wasm = reduced(w, h, true);
      expect(wasm).toEqual(reduced(w, h, false));
      expect(new Set(wasm).size).toBeGreaterThan(Math.min(2, w * h));
    }
    const window = { x: 10.25, y: 3.5, w: 200.3, h: 80.1 };
    expect(reduced(57, 23, true, { window })).toEqual(reduced(57, 23, false, { window }));
    const curve = { kind: 'gamma', gamma: 1.8 } as const;
    expect(reduced(57, 23, true, { curve })).toEqual(reduced(57, 23, false, { curve }));
  });

  it('keeps the sums of reducers that take turns', () => {
    const a = reducer(43, 14, true);
    const b = reducer(90, 31, true, { curve: { kind: 'linear' } });
    const pitch = WIDTH * 3;
    for (let y = 0; y < HEIGHT; y += 5) {
      const rows = Math.min(5, HEIGHT - y);
      const part = samples.subarray(y * pitch, (y + rows) * pitch);
      a.push(part, rows);
      b.push(part, rows);
    }
    expect(a.data).toEqual(reduced(43, 14, false));
    expect(b.data).toEqual(reduced(90, 31, false, { curve: { kind: 'linear' } }));
  });
});
