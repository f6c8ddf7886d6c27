import { describe, expect, it } from 'vitest';
import type { Rgb } from '../../../app/picture.ts';
import { balanceFromSamples, type BalanceSamples, percentilesOf } from './balance.ts';
import { filmStock } from './stocks.ts';
import { straighten, TOE_WIDTH } from './toe.ts';

/** Repeatable numbers 0..1. */
function noise(seed: number): () => number {
  let s = seed;
  return () => (s = (s * 16807) % 2147483647) / 2147483647;
}
/** A thing in the scene: log10 reflectance of its colour relative to grey, mean level and how much of the picture it fills. */
interface Thing {
  colour: Rgb;
  level: number;
  share: number;
}
const K = 1 / filmStock('generic', 'c41').gamma[1];

/**
 * Densities of a scene on a film whose channels have contrasts `gamma` (relative to green) and offsets: each
 * thing lies in runs (raster order) under light and shade of ±0.35 log exposure, with a little grain.
 */
function expose(things: Thing[], gamma: Rgb, offset: Rgb, exposure = 0, size = 24000): BalanceSamples {
  const random = noise(11);
  const out = { r: new Float32Array(size), g: new Float32Array(size), b: new Float32Array(size) };
  let i = 0;
  while (i < size) {
    let pick = random();
    const thing = things.find((t) => (pick -= t.share) < 0) ?? things[things.length - 1];
    const run = 40 + Math.floor(60 * random());
    const start = random() * 6.28;
    for (let k = 0; k < run && i < size; k++, i++) {
      const light = thing.level + 0.35 * Math.sin(start + k / 12) + exposure;
      [out.r, out.g, out.b].forEach((channel, c) => {
        const x = Math.max(-0.2, (1.3 + light + thing.colour[c]) / K + offset[c]) * gamma[c];
        channel[i] = TOE_WIDTH * Math.log1p(Math.exp(x / TOE_WIDTH)) + 0.01 * (random() - 0.5);
      });
    }
  }
  return out;
}
const mixed: Thing[] = [
  { colour: [0, 0, 0], level: 0.35, share: 0.25 },
  { colour: [0, 0, 0], level: -0.5, share: 0.15 },
  { colour: [-0.08, 0.05, -0.15], level: -0.4, share: 0.25 },
  { colour: [-0.1, 0, 0.15], level: 0.3, share: 0.2 },
  { colour: [0.15, -0.02, -0.12], level: 0, share: 0.15 },
];
/** Log exposure error between the channels that a balance leaves in a grey of so much scene exposure. */
function cast(found: ReturnType<typeof balanceFromSamples>, gamma: Rgb, offset: Rgb, light: number): number {
  const { slope, offset: o } = found.balance;
  const n = [0, 1, 2].map((c) => {
    const x = ((1.3 + light) / K + offset[c]) * gamma[c];
    const d = TOE_WIDTH * Math.log1p(Math.exp(x / TOE_WIDTH));
    return K * (straighten(slope[c] * d, TOE_WIDTH) + o[c]);
  });
  return Math.max(Math.abs(n[0] - n[1]), Math.abs(n[2] - n[1]));
}

describe('neutral balance', () => {
  it('finds the contrasts of film and scanner where they differ from the stock', () => {
    for (const gamma of [
      [1, 1, 1],
      [0.85, 1, 1.15],
      [1.1, 1, 0.95],
    ] as Rgb[]) {
      const found = balanceFromSamples(expose(mixed, gamma, [0, 0, 0]), 'c41', true);
      for (const light of [-0.6, 0, 0.7]) expect(cast(found, gamma, [0, 0, 0], light)).toBeLessThan(0.06);
      expect(found.balance.confidence).toBeGreaterThan(0.1);
    }
  });
  it('is not driven by one big coloured thing', () => {
    for (const colour of [
      [-0.1, 0.08, -0.25],
      [-0.2, 0, 0.2],
    ] as Rgb[]) {
      const forest: Thing[] = [
        { colour, level: -0.2, share: 0.8 },
        { colour: [0, 0, 0], level: 0.3, share: 0.1 },
        { colour: [0, 0, 0], level: -0.5, share: 0.1 },
      ];
      const found = balanceFromSamples(expose(forest, [1, 1, 1], [0, 0, 0]), 'c41', true);
      // Grey world would be off by four fifths of the colour.
      expect(cast(found, [1, 1, 1], [0, 0, 0], 0)).toBeLessThan(0.45 * Math.max(...colour.map(Math.abs)));
    }
  });
  it('makes up for a base that was guessed', () => {
    const offset: Rgb = [0.06, 0, -0.06];
    const found = balanceFromSamples(expose(mixed, [1, 1, 1], offset), 'c41', false);
    const blind = { balance: { slope: [1, 1, 1] as Rgb, offset: [0, 0, 0] as Rgb, confidence: 1 } };
    const left = cast(found, [1, 1, 1], offset, 0);
    expect(left).toBeLessThan(0.6 * cast({ ...found, ...blind }, [1, 1, 1], offset, 0));
    expect(found.balance.confidence).toBeLessThanOrEqual(0.6);
  });
  it('leaves black and white alone, and survives nothing at all', () => {
    const found = balanceFromSamples(expose(mixed, [0.8, 1, 1.3], [0, 0, 0]), 'bw', true);
    expect(found.balance.slope[0]).toBe(found.balance.slope[2]);
    const none = { r: new Float32Array(0), g: new Float32Array(0), b: new Float32Array(0) };
    for (const film of ['c41', 'bw', 'slide'] as const) {
      const empty = balanceFromSamples(none, film, false);
      expect([empty.exposure, ...empty.balance.slope, ...empty.balance.offset].every(Number.isFinite)).toBe(
        true,
      );
      expect(empty.percentiles[0]).toHaveLength(9);
    }
  });
  it('reports percentiles', () => {
    const values = Float32Array.from({ length: 1001 }, (_, i) => (1000 - i) / 1000);
    const expected = [0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999];
    percentilesOf(values).forEach((v, i) => expect(v).toBeCloseTo(expected[i], 6));
  });
});

describe('automatic exposure', () => {
  const exposureOf = (s: BalanceSamples) => balanceFromSamples(s, 'c41', true).exposure;
  it('brings an over- or underexposed frame back by most of its error', () => {
    const normal = exposureOf(expose(mixed, [1, 1, 1], [0, 0, 0]));
    for (const stops of [-1, 1, 2, 3]) {
      const error = stops * Math.log10(2);
      const found = exposureOf(expose(mixed, [1, 1, 1], [0, 0, 0], error));
      expect((normal - found) / error).toBeGreaterThan(0.7);
      expect((normal - found) / error).toBeLessThan(1.1);
    }
  });
  it('leaves a night street dark: lamps and deep shadow do not lift the middle to grey', () => {
    const night: Thing[] = [
      { colour: [0, 0, 0], level: -1.2, share: 0.6 },
      { colour: [0, 0.05, 0.05], level: -0.8, share: 0.3 },
      { colour: [0.3, -0.2, -0.3], level: 1.5, share: 0.06 },
      { colour: [0, 0, 0], level: 2, share: 0.04 },
    ];
    const samples = expose(night, [1, 1, 1], [0, 0, 0]);
    const found = balanceFromSamples(samples, 'c41', true);
    const stock = filmStock('generic', 'c41');
    // Within two thirds of a stop of the fixed print, which knows nothing of the frame.
    expect(Math.abs(found.exposure + K * stock.midDensity)).toBeLessThan(0.2);
    // The median of the picture stays more than two stops under mid grey.
    expect(K * found.percentiles[1][4] + found.exposure).toBeLessThan(-0.6);
  });
  it('never prints film base as grey', () => {
    const dark: Thing[] = [{ colour: [0, 0, 0], level: -1.3, share: 1 }];
    expect(exposureOf(expose(dark, [1, 1, 1], [0, 0, 0]))).toBeLessThanOrEqual(-0.65);
  });
  it('gives a thin, flat negative a harder grade and a full one none', () => {
    const slope = (s: BalanceSamples) => balanceFromSamples(s, 'c41', true).balance.slope[1];
    const flat: Thing[] = [{ colour: [0, 0, 0], level: -0.6, share: 1 }];
    expect(slope(expose(flat, [1, 1, 1], [0, 0, 0]))).toBeGreaterThan(1.1);
    expect(
      slope(expose([...mixed, { colour: [0, 0, 0], level: 0.6, share: 0.5 }], [1, 1, 1], [0, 0, 0])),
    ).toBeLessThan(1.1);
  });
  it('gives a negative that is longer than paper a softer grade, and more exposure for its shadows', () => {
    const long: Thing[] = [-1.6, -1.2, -0.8, 0, 0.8, 1.5].map((level) => ({
      colour: [0, 0, 0],
      level,
      share: 1 / 6,
    }));
    const found = balanceFromSamples(expose(long, [1, 1, 1], [0, 0, 0]), 'c41', true);
    expect(found.balance.slope[1]).toBeLessThan(0.95);
    expect(found.balance.slope[1]).toBeGreaterThanOrEqual(0.7);
    expect(found.exposure).toBeGreaterThan(-K * filmStock('generic', 'c41').midDensity);
  });
});
