/** The ways of `tones` are the classical answers, and find their ends in pictures of any exposure. */
import { describe, expect, it } from 'vitest';
import { invertDensity, invertDensityGrey, stretch } from '../../app/baseline/tone.ts';
import { Graph } from '../../app/graph/graph.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import type { Planar } from '../../app/planar.ts';
import { tones } from './tones.ts';

const side = 64;
const n = side * side;
/** Smooth waves of all tones between these ends, the same for each channel but for its ends. */
function waves(ends: readonly (readonly [number, number])[]): Planar {
  const data = new Float32Array(3 * n);
  ends.forEach(([low, high], c) => {
    for (let i = 0; i < n; i++) {
      const [x, y] = [i % side, Math.floor(i / side)];
      const v = 0.5 + 0.5 * Math.sin(0.11 * x + c) * Math.cos(0.07 * y - c);
      data[c * n + i] = low + (high - low) * v;
    }
  });
  return { width: side, height: side, channels: 3, data };
}
async function ways(picture: Planar): Promise<Float32Array[]> {
  const graph = new Graph();
  const made = tones(graph.input('x', [1, 3, side, side]));
  const out = await runOnnx(Object.fromEntries(made.ways.map((way, k) => [`way${k}`, way])), {
    x: picture.data,
  });
  return made.ways.map((_, k) => Float32Array.from(out[`way${k}`].data));
}
const apart = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length;

describe('tones', () => {
  // An orange mask: red is light, blue is dark; the second is a scan that is four times darker.
  it.each([1, 0.25])(
    'turn a colour negative round as the classical method does, exposed %d times',
    async (k) => {
      const picture = waves([
        [0.35 * k, 0.9 * k],
        [0.15 * k, 0.6 * k],
        [0.08 * k, 0.4 * k],
      ]);
      const found = await ways(picture);
      expect(found[0]).toEqual(picture.data);
      expect(
        apart(
          found[1],
          picture.data.map((v) => 1 - v),
        ),
      ).toBeLessThan(1e-6);
      // Waves are slopes everywhere, and what is least in them passes for noise: their crests are held down a little.
      expect(apart(found[2], invertDensity(picture).data)).toBeLessThan(0.05);
      expect(apart(found[3], invertDensityGrey(picture).data)).toBeLessThan(0.05);
      expect(apart(found[4], stretch(picture).data)).toBeLessThan(0.02);
    },
  );
  it('say the same of a negative whatever its exposure', async () => {
    const [once, darker] = await Promise.all(
      [1, 0.3].map((k) =>
        ways(
          waves([
            [0.4 * k, 0.9 * k],
            [0.2 * k, 0.6 * k],
            [0.1 * k, 0.4 * k],
          ]),
        ),
      ),
    );
    expect(apart(once[2], darker[2])).toBeLessThan(0.02);
  });
  it('stay finite on pictures of one colour, black and white among them', async () => {
    for (const v of [0, 0.5, 1]) {
      const found = await ways(
        waves([
          [v, v],
          [v, v],
          [v, v],
        ]),
      );
      for (const way of found) expect(way.every(Number.isFinite)).toBe(true);
    }
  });
});
