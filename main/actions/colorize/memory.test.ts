/** Reference photographs and the colour memory, on features whose likeness is known. */
import { describe, expect, it } from 'vitest';
import { labSpace } from '../../../app/color/gamut.ts';
import { planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { choiceFeatures, describePlace, type FeaturePlanes } from './features.ts';
import { coloursFromReference } from './from-reference.ts';
import { proposeColours, rememberColour, type Place } from './memory.ts';
import { prepareColour } from './plan.ts';
import { hintsFromReference, referenceColours, type Look } from './reference.ts';
import { COLOUR_BINS } from '../../../models/colorist/bins.ts';

/** Features of a picture made of kinds of things: each kind one direction, with noise. */
function features(kinds: readonly number[], width: number, height: number, seed: number): FeaturePlanes {
  const channels = 8;
  const random = seeded('features', seed);
  const data = new Float32Array(channels * width * height);
  kinds.forEach((kind, i) => {
    for (let c = 0; c < channels; c++)
      data[c * width * height + i] = (c === kind ? 1 : 0) + random.normal(0, 0.05);
  });
  return { width, height, channels, data };
}
/** A field of `kind` at (x0, y0) of 6 x 6 cells on kind 0. */
const scene = (kind: number, x0: number, y0: number, seed: number, lightness = 40): Place => {
  const kinds = Array.from({ length: 24 * 16 }, (_, i) => {
    const x = i % 24;
    const y = Math.floor(i / 24);
    return x >= x0 && x < x0 + 6 && y >= y0 && y < y0 + 6 ? kind : 0;
  });
  return {
    features: features(kinds, 24, 16, seed),
    lightness: Float32Array.from(kinds, (k) => (k === kind ? lightness : 70)),
    network: 'net 1',
  };
};

describe('the colour memory', () => {
  const uniform = { x: 5.5 / 24, y: 5.5 / 16, colour: [0.45, 0.5, 0.4] as [number, number, number] };
  const memory = [rememberColour(scene(3, 3, 3, 1), uniform)];

  it('proposes the colour where another picture looks the same, and nowhere else', () => {
    const found = proposeColours(memory, scene(3, 14, 8, 2));
    expect(found.length).toBeGreaterThan(0);
    for (const { x, y, colour, alike } of found) {
      expect(x * 24 >= 14 && x * 24 < 20 && y * 16 >= 8 && y * 16 < 14).toBe(true);
      expect(colour).toEqual(uniform.colour);
      expect(alike).toBeGreaterThan(0.9);
    }
    expect(proposeColours(memory, scene(5, 14, 8, 3))).toEqual([]);
  });
  it('does not take black for white', () => {
    expect(proposeColours(memory, scene(3, 14, 8, 2, 95))).toEqual([]);
  });
  it('passes over what another network said, and survives JSON', () => {
    expect(proposeColours([{ ...memory[0], network: 'net 2' }], scene(3, 14, 8, 2))).toEqual([]);
    const kept = JSON.parse(JSON.stringify(memory)) as typeof memory;
    expect(proposeColours(kept, scene(3, 14, 8, 2))).toEqual(proposeColours(memory, scene(3, 14, 8, 2)));
  });
  it('describes places by unit vectors', () => {
    expect(Math.hypot(...describePlace(scene(3, 3, 3, 1).features, 0.2, 0.3))).toBeCloseTo(1, 6);
  });
});

describe('a reference photograph', () => {
  const look = (place: Place): Look => ({
    size: { width: 24, height: 16 },
    lightness: place.lightness,
    features: place.features,
  });
  it('gives its colours to what looks the same, not to what is as light', () => {
    // The same lightness, another thing: only features tell them apart.
    const reference = scene(3, 3, 3, 1, 70);
    const chroma = {
      a: Float32Array.from({ length: 384 }, (_, i) =>
        i % 24 >= 3 && i % 24 < 9 && i >= 72 && i < 216 ? 40 : -20,
      ),
      b: new Float32Array(384).fill(10),
    };
    const target = scene(3, 14, 8, 2, 70);
    const found = referenceColours(look(target), look(reference), chroma);
    expect(found.a[10 * 24 + 16]).toBeGreaterThan(30);
    expect(found.a[2 * 24 + 2]).toBeLessThan(-15);
    expect(found.confidence[10 * 24 + 16]).toBeGreaterThan(0.4);
    const stranger = referenceColours(look(scene(6, 14, 8, 4, 70)), look(reference), chroma);
    expect(stranger.confidence[10 * 24 + 16]).toBeLessThan(0.2);
    const hints = hintsFromReference(look(target), found);
    expect(hints.length).toBeGreaterThan(3);
    const lab = labSpace('srgb');
    for (const { x, y, colour } of hints) {
      lab.get(...colour);
      const cell = Math.floor(y * 16) * 24 + Math.floor(x * 24);
      expect(lab.lab[0]).toBeCloseTo(target.lightness[cell], 1);
    }
  });
  it('colours a whole picture by lightness and texture alone where there is no network', async () => {
    const reference = planar(160, 120, 3);
    const grey = planar(160, 120, 1);
    const lab = labSpace('srgb');
    for (let y = 0; y < 120; y++)
      for (let x = 0; x < 160; x++) {
        const dark = y >= 60;
        lab.put(((dark ? 30 : 80) + 16) / 116, dark ? -15 : -3, dark ? 25 : -15);
        for (let c = 0; c < 3; c++) reference.data[(c * 120 + y) * 160 + x] = lab.rgb[c];
        grey.data[y * 160 + x] = x < 80 ? 0.25 : 0.75;
      }
    const plan = await prepareColour(grey, [], null, { own: 'auto' });
    const { plan: coloured, hints } = await coloursFromReference(plan, reference, null);
    const { width, height } = coloured.cells;
    const at = (x: number): [number, number] => {
      const i = (height >> 1) * width + x;
      return [coloured.base.a[i], coloured.base.b[i]];
    };
    expect(at(6)[1]).toBeGreaterThan(15);
    expect(at(width - 6)[1]).toBeLessThan(-8);
    expect(hints.length).toBeGreaterThan(2);
  });
});

describe('features of a plan', () => {
  it('are of unit length, since shares add up to 1', () => {
    const n = 6;
    const choice = new Float32Array(COLOUR_BINS.length * n);
    for (let i = 0; i < n; i++) {
      choice[i * 17 * n + i] = 0.5;
      choice[(i * 17 + 5) * n + i] = 0.5;
    }
    const made = choiceFeatures({ choice, cells: { width: 3, height: 2 } });
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let c = 0; c < (made?.channels ?? 0); c++) sum += (made?.data[c * n + i] ?? 0) ** 2;
      expect(sum).toBeCloseTo(1, 5);
    }
    expect(choiceFeatures({ choice: null, cells: { width: 3, height: 2 } })).toBeNull();
  });
});
