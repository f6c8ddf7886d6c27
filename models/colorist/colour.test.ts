import { describe, expect, it } from 'vitest';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { COLOUR_BINS } from './bins.ts';
import { ANNEAL, binWeights, BOLD, chooseColour, colourTargets, restraint } from './colour.ts';

const bins = COLOUR_BINS.length;
const index = (a: number, b: number): number => COLOUR_BINS.findIndex(([x, y]) => x === a && y === b);

describe('colour bins', () => {
  it('are distinct cells whose shares make up all photographs', () => {
    expect(new Set(COLOUR_BINS.map(([a, b]) => `${a},${b}`)).size).toBe(bins);
    expect(COLOUR_BINS.every(([a, b]) => a % 10 === 0 && b % 10 === 0)).toBe(true);
    expect(COLOUR_BINS.reduce((s, [, , share]) => s + share, 0)).toBeCloseTo(1, 2);
  });
  it('weigh rare colours more than grey, with a mean of 1 over photographs', () => {
    const weights = binWeights();
    const mean = COLOUR_BINS.reduce((s, [, , share], i) => s + share * weights[i], 0);
    expect(mean).toBeCloseTo(1, 2);
    const grey = weights[index(0, 0)];
    expect(Math.min(...weights)).toBe(grey);
    expect(weights[index(60, 40)]).toBeGreaterThan(5 * grey);
  });
  it('aim at the true chroma: a normal curve over the distance to each bin', () => {
    const graph = new Graph();
    const { target, weight } = colourTargets(graph.input('ab', [1, 2, 1, 2]));
    const colours = [
      [13, -8],
      [0, 0],
    ];
    const [found, heavy] = evaluate([target, weight], {
      ab: [0, 1].flatMap((axis) => colours.map((c) => c[axis] / 110)),
    });
    const weights = binWeights();
    colours.forEach(([a, b], pixel) => {
      const raw = COLOUR_BINS.map(([x, y]) => Math.exp(-((x - a) ** 2 + (y - b) ** 2) / 50));
      const all = raw.reduce((s, v) => s + v, 0);
      raw.forEach((v, k) => expect(found.data[pixel * bins + k]).toBeCloseTo(v / all, 6));
      expect(heavy.data[pixel]).toBeCloseTo(
        raw.reduce((s, v, k) => s + (v / all) * weights[k], 0),
        5,
      );
    });
  });
  it('come back as chroma and confidence', async () => {
    const graph = new Graph();
    const { ab, confidence } = chooseColour(graph.input('logits', [1, bins, 1, 3]));
    const logits = new Float32Array(bins * 3).fill(-60);
    const set = (pixel: number, a: number, b: number, v: number) => (logits[index(a, b) * 3 + pixel] = v);
    set(0, 30, 20, 0); // sure of one bin
    set(1, 20, 0, 0); // torn between two that are 40 apart
    set(1, -20, 0, 0);
    set(2, 20, 0, Math.log(3)); // three to one, which annealing sharpens
    set(2, 0, 0, 0);
    const out = await runOnnx({ ab, confidence }, { logits });
    expect(out.ab.shape).toEqual([1, 2, 1, 3]);
    expect(out.confidence.shape).toEqual([1, 1, 1, 3]);
    expect(out.ab.data[0] * 110).toBeCloseTo(30, 4);
    expect(out.ab.data[3] * 110).toBeCloseTo(20, 4);
    expect(out.confidence.data[0]).toBeCloseTo(1, 5);
    expect(out.ab.data[1] * 110).toBeCloseTo(0, 4);
    expect(out.confidence.data[1]).toBeCloseTo(0.5, 5); // spread 20
    const p = 3 ** (1 / ANNEAL);
    const sure = 1 / (1 + 0.75 * 0.25);
    expect(out.ab.data[2] * 110).toBeCloseTo(((20 * p) / (1 + p)) * (1 + BOLD * (1 - sure)), 3);
    expect(out.confidence.data[2]).toBeCloseTo(sure, 5);
  });
  it('are held back in bright places, but not around a hint', async () => {
    const graph = new Graph();
    const used = restraint(graph.input('l', [1, 1, 8, 128]), graph.input('hinted', [1, 1, 2, 32]));
    // Columns of chroma pixels: middle grey, then nearly the white of this picture, then its white.
    const shade = (column: number): number => (column < 10 ? 0.5 : column < 20 ? 0.86 : 0.9);
    const l = Float32Array.from({ length: 8 * 128 }, (_, i) => shade(Math.floor((i % 128) / 4)));
    const none = (await runOnnx({ used }, { l, hinted: new Float32Array(64) })).used.data;
    // Shares of the three greys in what counts as white: 10 : 10 : 12 by exp(150 grey).
    const light = [0.5, 0.86, 0.9].map((v, i) => [v, [10, 10, 12][i] * Math.exp(150 * (v - 0.9))]);
    const white = light.reduce((s, [v, k]) => s + v * k, 0) / light.reduce((s, [, k]) => s + k, 0);
    expect(white).toBeGreaterThan(0.899);
    expect(none[3]).toBe(1);
    expect(none[15]).toBeCloseTo((white - 0.86) / 0.1, 4);
    expect(none[25]).toBe(0);
    // In the dark nothing is white.
    const dark = l.map((v) => v / 2);
    expect([...(await runOnnx({ used }, { l: dark, hinted: new Float32Array(64) })).used.data]).toEqual(
      Array<number>(64).fill(1),
    );
    const hinted = new Float32Array(64);
    hinted[31] = 1;
    const told = (await runOnnx({ used }, { l, hinted })).used.data;
    expect([told[31], told[23], told[22]]).toEqual([1, 1, 0]);
  });
});
