/** The analysis grid's averages in WebAssembly against those in JavaScript, bit for bit. */
import { describe, expect, it } from 'vitest';
import type { Picture, ToneCurve } from '../../../app/picture.ts';
import { makeGrid } from './analyse-grid.ts';
import { gridKernel } from './grid-kernel.ts';

function picture(width: number, height: number, curve: ToneCurve): Picture {
  const data = new Uint16Array(width * height * 3);
  let seed = 5;
  for (let i = 0; i < data.length; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    // Some just below and just at the top of the range.
    data[i] = i % 400 === 0 ? 65199 + (i % 3) : (seed >> 15) * 0.99;
  }
  return { width, height, channels: 3, data, curve, orientation: 1 };
}

describe('the analysis grid in WebAssembly', () => {
  it('is the one in JavaScript, whatever the factor', () => {
    const kernel = gridKernel();
    if (!kernel) throw new Error('this Node has no WebAssembly');
    for (const [width, height, curve] of [
      [1501, 203, { kind: 'gamma', gamma: 2 }],
      [301, 97, { kind: 'srgb' }],
      [40, 2300, { kind: 'linear' }],
    ] as const) {
      const scan = picture(width, height, curve);
      const wasm = makeGrid(scan, null, kernel);
      const plain = makeGrid(scan, null, null);
      expect(wasm.lin).toEqual(plain.lin);
      expect(wasm.clipped).toEqual(plain.clipped);
      expect(wasm).toEqual(plain);
      expect(plain.clipped.includes(1) && plain.clipped.includes(0)).toBe(true);
    }
  });
});
