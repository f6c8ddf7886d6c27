/** What Auto decides, on plain facts; quality read off pictures whose blocks, noise and blur are known. */
import { describe, expect, it } from 'vitest';

import { gaussianBlur } from '../../../app/baseline/index.ts';
import { jpeg } from '../../../app/degrade/jpeg.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { say } from '../../../app/words/sentences.ts';
import type { AgeingAnalysis } from '../ageing/index.ts';
import { decideAuto, estimateQuality, nothingAsked, searchFor, type AutoFacts } from './index.ts';

const fresh: AgeingAnalysis = {
  version: 1,
  kind: 'colour',
  toning: 'none',
  loss: [0, 0, 0],
  stain: [0, 0, 0],
  hue: [1, 1, 1],
  white: 0,
  black: 2,
  confidence: 0.8,
  reasons: [say('age-fresh')],
};
const sepia: AgeingAnalysis = {
  ...fresh,
  kind: 'mono',
  toning: 'sepia',
  stain: [0, 0.1, 0.2],
  reasons: [say('age-sepia')],
};
const some = { places: 9, share: 0.002, kinds: { dust: 8, scratch: 1 } };
const clear = { noise: 0.5, blocks: 0.6, edge: 1.5 };
const facts = (over: Partial<AutoFacts>): AutoFacts => ({
  kind: 'print',
  reasons: [],
  ageing: fresh,
  damage: { places: 1, share: 0.0002, kinds: { dust: 1 } },
  quality: clear,
  ...over,
});

describe('what Auto decides', () => {
  it('leaves a fresh colour picture alone, and says so', () => {
    const { steps, order, what, reasons } = decideAuto(facts({}), nothingAsked);
    expect([steps, order, what]).toEqual([{}, [], 'colour-picture']);
    expect(reasons.at(-1)).toBe(say('auto-nothing'));
    // A few suspicious places do not make a photograph of today a damaged print; on old paper they do.
    expect(decideAuto(facts({ damage: some }), nothingAsked).steps).toEqual({});
    expect(searchFor('print', fresh)).toBeLessThan(searchFor('bw-print', sepia));
  });
  it('undoes fading before it repairs', () => {
    const faded = { ...fresh, loss: [0.5, 0.1, 0.2] as const, reasons: [] };
    const { what, order, damaged, steps } = decideAuto(facts({ ageing: faded, damage: some }), nothingAsked);
    expect([what, order, damaged]).toEqual(['faded-print', ['ageing', 'repair'], true]);
    expect(steps['ageing']).toMatchObject({ on: true, strength: 1, toning: 'keep' });
    // A sunset: little blue, and not sure.
    const sunset = { ...fresh, loss: [0.09, 0.1, 0.44] as const, confidence: 0.63 };
    expect(decideAuto(facts({ ageing: sunset }), nothingAsked).steps).toEqual({});
    const unsure = { ...faded, loss: [0.25, 0.02, 0.02] as const, confidence: 0.3 };
    const doubt = decideAuto(facts({ ageing: unsure }), nothingAsked);
    expect(doubt.steps).toEqual({});
    expect(doubt.reasons).toContain(say('auto-unsure'));
  });
  it('keeps toning, grain and grey until it is asked', () => {
    const print = facts({
      kind: 'bw-print',
      ageing: sepia,
      damage: some,
      quality: { noise: 6, blocks: 0.4, edge: 1.5 },
    });
    const plain = decideAuto(print, nothingAsked);
    expect(plain.order).toEqual(['repair']);
    expect(plain.reasons).toEqual(
      expect.arrayContaining([
        say('auto-toning-stays'),
        say('auto-no-colour'),
        say('auto-grain-stays', { levels: '6' }),
      ]),
    );
    const all = decideAuto(print, { colorize: true, grain: true, neutral: true });
    expect(all.order).toEqual(['ageing', 'repair', 'clean', 'colour']);
    expect(all.steps['ageing']).toMatchObject({ toning: 'neutral' });
  });
  it('makes no colour where there is some', () => {
    const { steps, reasons } = decideAuto(facts({}), { ...nothingAsked, colorize: true });
    expect(steps).toEqual({});
    expect(reasons).toContain(say('auto-colour-there'));
    const hand: AgeingAnalysis = { ...sepia, toning: 'hand-coloured' };
    expect(
      decideAuto(facts({ kind: 'bw-print', ageing: hand }), { ...nothingAsked, colorize: true }).steps,
    ).toEqual({});
  });
  it('develops film and repairs the positive; leaves reels', () => {
    const film = decideAuto(
      facts({ kind: 'colour-negative', ageing: null, quality: null, damage: some }),
      nothingAsked,
    );
    expect([film.what, film.order]).toEqual(['colour-negative', ['repair']]);
    const clean = decideAuto(
      facts({ kind: 'bw-negative', ageing: null, quality: null, damage: null }),
      nothingAsked,
    );
    expect(clean.order).toEqual([]);
    expect(clean.reasons.at(-1)).toBe(say('auto-only-develop'));
    expect(decideAuto(facts({ kind: 'reel' }), nothingAsked).reasons).toEqual([say('auto-reel')]);
  });
  it('smooths the blocks of strong compression, and only those', () => {
    expect(decideAuto(facts({ quality: { ...clear, blocks: 3 } }), nothingAsked).order).toEqual(['clean']);
    expect(decideAuto(facts({ quality: { ...clear, blocks: 1 } }), nothingAsked).order).toEqual([]);
  });
});

describe('quality of samples', () => {
  /** Soft ground with discs of sharp edges. */
  function scene(): Planar {
    const p = planar(192, 160, 3);
    for (let y = 0; y < p.height; y++)
      for (let x = 0; x < p.width; x++) {
        const disc = Math.hypot((x % 64) - 30.3, (y % 53) - 26.1) < 17 ? 0.45 : 0;
        const ground = 0.25 + 0.15 * Math.sin(x / 31) * Math.cos(y / 27);
        for (let c = 0; c < 3; c++) p.data[(c * p.height + y) * p.width + x] = ground + disc;
      }
    return p;
  }
  it('finds noise', () => {
    const p = scene();
    const random = seeded('auto', 'noise');
    for (let i = 0; i < p.width * p.height; i++) {
      const n = (4 / 255) * random.normal();
      for (let c = 0; c < 3; c++) p.data[c * p.width * p.height + i] += n;
    }
    expect(estimateQuality(scene()).noise).toBeLessThan(0.5);
    expect(estimateQuality(p).noise).toBeCloseTo(4, 0);
  });
  it('finds the blocks of strong JPEG at any phase of the grid', () => {
    const blocky = jpeg(scene(), 10);
    const cut = planar(blocky.width - 3, blocky.height - 5, 3);
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < cut.height; y++)
        for (let x = 0; x < cut.width; x++)
          cut.data[(c * cut.height + y) * cut.width + x] =
            blocky.data[(c * blocky.height + y + 5) * blocky.width + x + 3];
    expect(estimateQuality(scene()).blocks).toBeLessThan(0.6);
    expect(estimateQuality(blocky).blocks).toBeGreaterThan(2.6);
    expect(estimateQuality(cut).blocks).toBeGreaterThan(2.6);
  });
  it('measures how wide edges are', () => {
    const sharp = estimateQuality(scene()).edge ?? NaN;
    const soft = estimateQuality(gaussianBlur(scene(), 2)).edge ?? NaN;
    expect(sharp).toBeLessThan(1.5);
    // A Gaussian edge of deviation 2 rises over sqrt(2 pi) 2 = 5 pixels.
    expect(soft).toBeGreaterThan(4);
    expect(soft).toBeLessThan(6);
    expect(estimateQuality(planar(64, 64, 1)).edge).toBeNull();
  });
});
