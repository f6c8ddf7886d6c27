/** The mechanisms under the presets, against what their formulas say. */
import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../planar.ts';
import { seeded } from '../random.ts';
import { srgbDecode, srgbEncode } from '../color/curve.ts';
import { defocus, motion, shrinkAndEnlarge } from './blur.ts';
import { EMULSIONS, greyInput, greyRendering, greyTone, spectralWeights } from './grey.ts';
import { exposeColour, scannedDensity } from './negative.ts';
import { additiveNoise, grain, noisePlanes, saltPepper, sensorNoise } from './noise.ts';
import { fadeDyes, silverPrint } from './print.ts';
import { decode, encode, field, gaussian, gaussianKernel, normals, transmit } from './raster.ts';
import { scan } from './scan.ts';
import { develop, drawBands, drawStock, filmTransmittance, layerTransmittance, see } from './stock.ts';

const mean = (v: ArrayLike<number>): number => Array.from(v).reduce((s, x) => s + x, 0) / v.length;
const deviation = (v: ArrayLike<number>): number => {
  const m = mean(v);
  return Math.sqrt(mean(Array.from(v, (x) => (x - m) ** 2)));
};
/** An even picture. */
function flat(w: number, h: number, rgb: readonly number[]): Planar {
  const p = planar(w, h, rgb.length);
  rgb.forEach((v, c) => p.data.fill(v, c * w * h, (c + 1) * w * h));
  return p;
}

describe('tables and fields', () => {
  it('agree with the curves they stand for', () => {
    for (let v = 0; v <= 1.0001; v += 0.0037) {
      expect(Math.abs(decode(v) - srgbDecode(Math.min(1, v)))).toBeLessThan(1e-6);
      expect(Math.abs(encode(v) - srgbEncode(Math.min(1, v)))).toBeLessThan(2e-5);
      expect(transmit(6 * v) / 10 ** (-6 * Math.min(1, v))).toBeCloseTo(1, 5);
    }
    expect([decode(-1), decode(2), encode(-1), encode(2)]).toEqual([0, 1, 0, 1]);
  });
  it('normal numbers have mean 0, deviation 1, no skew and the normal kurtosis', () => {
    const v = normals(200_001, seeded('n'));
    expect(v).toHaveLength(200_001);
    expect(Math.abs(mean(v))).toBeLessThan(0.01);
    expect(deviation(v)).toBeCloseTo(1, 2);
    expect(Math.abs(mean(v.map((x) => x ** 3)))).toBeLessThan(0.03);
    expect(mean(v.map((x) => x ** 4))).toBeCloseTo(3, 1);
    // Neighbours know nothing of each other.
    expect(Math.abs(mean(v.map((x, i) => (i > 0 ? x * v[i - 1] : 0))))).toBeLessThan(0.01);
  });
  it('fields have about unit deviation and change slowly', () => {
    const f = field(256, 256, seeded('f'), 8, 1);
    expect(Math.abs(deviation(f) - 1)).toBeLessThan(0.08);
    expect(deviation(f.map((v, i) => (i % 256 ? v - f[i - 1] : 0)))).toBeLessThan(0.35);
  });
  it('Gaussian blur spreads a point into its kernel and keeps even planes even', () => {
    const p = planar(21, 21, 1);
    p.data[10 * 21 + 10] = 1;
    const k = gaussianKernel(1.3);
    const out = gaussian(p, 1.3);
    const r = k.length >> 1;
    for (let y = 0; y < 21; y++)
      for (let x = 0; x < 21; x++)
        expect(out.data[y * 21 + x]).toBeCloseTo((k[y - 10 + r] ?? 0) * (k[x - 10 + r] ?? 0), 6);
    gaussian(flat(9, 7, [0.3]), 2).data.forEach((v) => expect(v).toBeCloseTo(0.3, 6));
  });
});

describe('noise', () => {
  it('has the strength it says', () => {
    const grey = flat(128, 128, [0.5, 0.5, 0.5]);
    for (const correlation of [0, 0.8]) {
      const out = additiveNoise(grey, 0.05, seeded('a'), correlation);
      expect(deviation(out.data)).toBeCloseTo(0.05, 2);
    }
    const equal = noisePlanes(16, 16, seeded('e'), 0, true);
    expect(equal.data.subarray(0, 256)).toEqual(equal.data.subarray(512, 768));
  });
  it('of a sensor: variance grows with light', () => {
    const at = (v: number): number => {
      const out = sensorNoise(flat(128, 128, [v, v, v]), 0.002, 0.001, seeded('s'));
      return deviation(out.data.map((x) => srgbDecode(x)));
    };
    for (const v of [0.2, 0.5, 0.8]) {
      const y = srgbDecode(v);
      expect(at(v) / Math.sqrt(0.002 * y + 1e-6)).toBeCloseTo(1, 1);
    }
  });
  it('grain leaves paper black and white alone and is strongest between', () => {
    const at = (v: number): number => deviation(grain(flat(64, 64, [v, v, v]), 0.1, seeded('g')).data);
    expect(at(0)).toBeLessThan(0.4 * at(0.5));
    expect(at(1)).toBeLessThan(0.5 * at(0.6));
  });
  it('salt and pepper strikes its share, black and white alike, and nothing else', () => {
    const p = flat(200, 200, [0.4, 0.5, 0.6]);
    const { picture, mask } = saltPepper(p, 0.03, seeded('sp'), 0.5, true);
    const struck = mask.data.reduce((s, v) => s + v, 0);
    expect(Math.abs(struck - 1200)).toBeLessThan(4 * Math.sqrt(1200));
    let white = 0;
    for (let i = 0; i < 40_000; i++)
      if (mask.data[i]) {
        expect([0, 1]).toContain(picture.data[i]);
        expect(picture.data[40_000 + i]).toBe(picture.data[i]);
        white += picture.data[i];
      } else if (picture.data[i] !== p.data[i]) throw new Error('changed');
    expect(Math.abs(white - struck / 2)).toBeLessThan(4 * Math.sqrt(struck / 4));
    expect(saltPepper(p, 0, seeded(1)).picture.data).toEqual(p.data);
  });
});

describe('blur', () => {
  it('a disc of radius 0.1 and a factor of 1 change nothing; motion spreads along its line', () => {
    const p = planar(15, 15, 3);
    p.data[7 * 15 + 7] = 1;
    defocus(p, 0.1).data.forEach((v, i) => expect(v).toBeCloseTo(p.data[i], 4));
    shrinkAndEnlarge(flat(15, 15, [0.2, 0.4, 0.6]), 3).data.forEach((v, i) =>
      expect(v).toBeCloseTo([0.2, 0.4, 0.6][Math.floor(i / 225)], 5),
    );
    const light = motion(p, 5, 0).data.map((v) => srgbDecode(v));
    for (let x = 0; x < 15; x++) {
      // A box 5 wide laid on pixels by linear interpolation.
      const want = [0.2, 0.2, 0.175, 0.025][Math.abs(x - 7)] ?? 0;
      expect(Math.abs(light[7 * 15 + x] - want)).toBeLessThan(0.002);
      expect(light[6 * 15 + x]).toBeLessThan(1e-4);
    }
    expect(light.reduce((s, v) => s + v, 0)).toBeCloseTo(1, 2);
  });
});

describe('grey', () => {
  it('weights are positive, sum to 1, and see what their emulsion saw', () => {
    for (let i = 0; i < 100; i++)
      for (const emulsion of EMULSIONS) {
        const { weights } = spectralWeights(emulsion, seeded('w', i));
        expect(weights[0] + weights[1] + weights[2]).toBeCloseTo(1, 9);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        if (emulsion === 'blue-sensitive') expect(weights[2]).toBeGreaterThan(0.7);
        if (emulsion === 'orthochromatic') expect(weights[0]).toBeLessThan(0.1);
      }
  });
  it('the tone curve rises, keeps mid grey and stays between black and white', () => {
    const tone = greyTone({ exposure: 0, contrast: 1.1, softness: 0.5, black: 0.01, white: 0.9 });
    expect(tone(0.18)).toBeCloseTo(srgbEncode(0.18), 2);
    let last = 0;
    for (let l = 0; l <= 1; l += 0.01) {
      expect(tone(l)).toBeGreaterThanOrEqual(last);
      last = tone(l);
    }
    expect(tone(0)).toBeGreaterThanOrEqual(srgbEncode(0.0099));
    expect(tone(1)).toBeLessThan(srgbEncode(0.9));
  });
  it('one plane, the same for the same seed; emulsions in their shares; blue-sensitive sees a blue sky white', () => {
    const p = flat(8, 8, [0.3, 0.5, 0.9]);
    expect(greyInput(p, [1]).channels).toBe(1);
    expect(greyInput(p, [1]).data).toEqual(greyInput(p, [1]).data);
    const count = [0, 0, 0];
    for (let i = 0; i < 600; i++) count[greyRendering(p, seeded('e', i)).params.emulsion]++;
    [0.15, 0.25, 0.6].forEach((share, k) =>
      expect(Math.abs(count[k] - 600 * share)).toBeLessThan(4 * Math.sqrt(600 * share * (1 - share))),
    );
  });
});

describe('colour negative', () => {
  const stock = drawStock(seeded('stock', 3));
  const quiet = { ...stock, grain: [0, 0, 0] as [number, number, number] };
  const nominal = { stops: 0, contrast: 1, flare: 0.002, light: [0, 0, 0] as const };

  it('the curve has its gradient in the straight part, and its ends', () => {
    const curve = { gamma: 0.6, start: -1.3, toe: 0.15, max: 2.8, shoulder: 0.2 };
    expect((develop(curve, 0.4) - develop(curve, 0)) / 0.4).toBeCloseTo(0.6, 2);
    expect(develop(curve, -4)).toBeCloseTo(0, 4);
    expect(develop(curve, 9)).toBeCloseTo(2.8, 4);
  });

  it('layers multiply: the film is base and three filters', () => {
    const film = filmTransmittance(stock, [0.8, 1.1, 0.6]);
    film.forEach((t, i) => {
      let want = 10 ** -stock.base[i];
      ([0.8, 1.1, 0.6] as const).forEach((a, k) => (want *= layerTransmittance(stock, k as 0 | 1 | 2, a)[i]));
      expect(t).toBeCloseTo(want, 10);
    });
  });

  it('has an orange base: clear film holds back blue most, red least', () => {
    let order = 0;
    for (let i = 0; i < 100; i++) {
      const s = drawStock(seeded('orange', i));
      const [r, g, b] = see(drawBands(i % 3, seeded('bands', i)), filmTransmittance(s, [0, 0, 0])).map(
        (t) => -Math.log10(t),
      );
      if (r < g && g < b) order++;
      expect(r).toBeGreaterThan(0.05);
      expect(r).toBeLessThan(0.5);
      expect(b).toBeLessThan(1.4);
    }
    expect(order).toBeGreaterThan(88);
  });

  it("the mask keeps what a layer does to its neighbours' bands about constant", () => {
    // Ideal coupling: blue density hardly depends on magenta dye, beside what no mask would give.
    const bands = drawBands(0, seeded('narrow', 1));
    const ideal = { ...stock, masks: stock.masks.map((m) => ({ ...m })) };
    const blue = (s: typeof stock, m: number): number =>
      -Math.log10(see(bands, filmTransmittance(s, [0, m, 0]))[2]);
    const bare = { ...ideal, masks: ideal.masks.map((m) => ({ ...m, density: m.density.map(() => 0) })) };
    const masked = blue(ideal, 1) - blue(ideal, 0);
    expect(Math.abs(masked)).toBeLessThan(0.5 * (blue(bare, 1) - blue(bare, 0)));
  });

  it('the lattice is within 0.01 of the spectral sum', () => {
    const amounts = planar(16, 16, 3);
    const random = seeded('amounts');
    for (let i = 0; i < amounts.data.length; i++) amounts.data[i] = 2.4 * random.next();
    for (const kind of [0, 1, 2]) {
      const bands = drawBands(kind, seeded('b', kind));
      const got = scannedDensity(amounts, stock, bands);
      let worst = 0;
      for (let i = 0; i < 256; i++) {
        const seen = see(
          bands,
          filmTransmittance(
            stock,
            [0, 1, 2].map((c) => amounts.data[c * 256 + i]) as [number, number, number],
          ),
        );
        seen.forEach((t, k) => (worst = Math.max(worst, Math.abs(-Math.log10(t) - got.data[k * 256 + i]))));
      }
      expect(worst).toBeLessThan(0.01);
    }
  });

  it('more light, more density, in every channel; a stop of exposure is log 2 times the gradient', () => {
    const greys = planar(8, 1, 3);
    for (let i = 0; i < 24; i++) greys.data[i] = 0.15 + 0.1 * (i % 8);
    const wide = { ...greys, height: 1 };
    const dye = exposeColour(wide, quiet, nominal, seeded(1));
    const more = exposeColour(wide, quiet, { ...nominal, stops: 1 }, seeded(1));
    for (let c = 0; c < 3; c++) {
      for (let i = 1; i < 8; i++) expect(dye.data[c * 8 + i]).toBeGreaterThan(dye.data[c * 8 + i - 1]);
      const step = more.data[c * 8 + 4] - dye.data[c * 8 + 4];
      expect(step).toBeGreaterThan(0.85 * stock.curves[c].gamma * Math.log10(2));
      expect(step).toBeLessThan(1.001 * stock.curves[c].gamma * Math.log10(2));
    }
    const density = scannedDensity(dye, stock, drawBands(1, seeded(2)));
    for (let c = 0; c < 3; c++)
      for (let i = 1; i < 8; i++)
        expect(density.data[c * 8 + i]).toBeGreaterThan(density.data[c * 8 + i - 1]);
  });

  it('the scanner stores 8-bit values of gain times transmittance', () => {
    const density = flat(4, 4, [0.3, 0.6, 0.9]);
    const out = scan(
      density,
      { gain: [1.2, 1, 0.8], matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], flare: 0, shot: 0, read: 0, gamma: 0 },
      seeded(1),
    );
    [1.2, 1, 0.8].forEach((g, c) => {
      const want = Math.round(255 * srgbEncode(g * 10 ** -[0.3, 0.6, 0.9][c])) / 255;
      expect(out.data[c * 16 + 5]).toBeCloseTo(want, 6);
    });
  });
});

describe('prints', () => {
  it('without fading and stain the picture comes back', () => {
    const p = flat(8, 8, [0.7, 0.4, 0.2]);
    fadeDyes(p, [0, 0, 0], [0, 0, 0]).data.forEach((v, i) => expect(v).toBeCloseTo(p.data[i], 3));
    const grey = flat(8, 8, [0.4, 0.4, 0.4]);
    silverPrint(grey, [1, 1, 1], [0, 0, 0], 0, 0).data.forEach((v) => expect(v).toBeCloseTo(0.4, 3));
  });
  it('lost cyan turns a grey red, lost magenta green, lost yellow blue; stain yellows white', () => {
    const grey = flat(8, 8, [0.4, 0.4, 0.4]);
    const of = (fade: [number, number, number]): number[] => {
      const out = fadeDyes(grey, fade, [0, 0, 0]);
      return [out.data[0], out.data[64], out.data[128]];
    };
    expect(of([0.5, 0, 0]).indexOf(Math.max(...of([0.5, 0, 0])))).toBe(0);
    expect(of([0, 0.5, 0]).indexOf(Math.max(...of([0, 0.5, 0])))).toBe(1);
    expect(of([0, 0, 0.5]).indexOf(Math.max(...of([0, 0, 0.5])))).toBe(2);
    const white = fadeDyes(flat(8, 8, [1, 1, 1]), [0, 0, 0], [0, 0.1, 0.3]);
    expect(white.data[0]).toBeCloseTo(1, 4);
    expect(srgbDecode(white.data[128])).toBeCloseTo(10 ** -0.3, 3);
  });
  it('toned silver holds back blue most', () => {
    const out = silverPrint(flat(8, 8, [0.4, 0.4, 0.4]), [0.9, 1, 1.3], [0, 0, 0], 0, 0);
    expect(out.data[0]).toBeGreaterThan(out.data[64]);
    expect(out.data[64]).toBeGreaterThan(out.data[128]);
  });
});
