/** The loops of comparing patches: WebAssembly and JavaScript give the same sums, and the sums are what their names say. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../../app/random.ts';
import { Matcher } from './match.ts';
import { preparePicture, type Pyramid } from './pyramid.ts';
import { PlainSums } from './sums.ts';
import { WasmSums } from './sums-kernel.ts';

const noise = (width: number, height: number, seed: number): Pyramid => {
  const random = seeded('match', seed);
  const data = Uint8Array.from({ length: width * height }, () => random.int(256));
  return preparePicture({ width, height, data });
};

describe('patches compared', () => {
  it('in WebAssembly and JavaScript give the same, on several levels and between pixels', () => {
    const plain = new PlainSums();
    const wasm = new WasmSums();
    const random = seeded('match places', 1);
    for (const [w, h] of [
      [61, 47],
      [130, 33],
    ]) {
      const [a, b, c] = [1, 2, 3].map((seed) => noise(w, h, seed));
      for (const [from, to] of [
        [a, b],
        [a, c],
        [b, a],
      ])
        for (let l = 0; l < from.levels.length; l++) {
          const [p, q] = [from.levels[l], to.levels[l]];
          p.texture = null;
          const texture = plain.load(p, q);
          p.texture = null;
          expect(wasm.load(p, q)).toEqual(texture);
          const one = new Matcher(p, q, plain);
          const two = new Matcher(p, q, wasm);
          for (let k = 0; k < 60; k++) {
            const x = 4 * random.int(p.columns) - 2;
            const y = 4 * random.int(p.rows) - 2;
            const dx = random.uniform(-40, 40);
            const dy = k % 5 === 0 ? 0 : random.uniform(-40, 40);
            expect(two.cost(x, y, dx, dy)).toBe(one.cost(x, y, dx, dy));
            expect(two.measure(x, y, dx, dy, 100, -60)).toBe(one.measure(x, y, dx, dy, 100, -60));
            expect(two.out).toEqual(one.out);
          }
        }
    }
  });
  it('count differences around their mean, clipped at 40 grey levels', () => {
    const flat = (v: number): Pyramid =>
      preparePicture({ width: 40, height: 40, data: new Uint8Array(1600).fill(v) });
    const a = flat(100);
    const b = flat(120);
    expect(new Matcher(a.levels[0], b.levels[0]).cost(8, 8, 1.3, -0.4)).toBe(0);
    // One sample of a patch differs by more than is counted: d = 40 at one place of 64.
    const speck = preparePicture({
      ...{ width: 40, height: 40 },
      data: Uint8Array.from({ length: 1600 }, (_, i) => (i === 12 * 40 + 12 ? 250 : 100)),
    });
    expect(new Matcher(a.levels[0], speck.levels[0]).cost(8, 8, 0, 0)).toBeCloseTo(
      (1600 - 1600 / 64) / 64,
      9,
    );
  });
});
