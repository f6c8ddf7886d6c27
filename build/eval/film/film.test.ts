/** The simulated truth itself: colour arithmetic against published values, film and print against what is stated of them. */
import { describe, expect, it } from 'vitest';
import { chroma, deltaE2000, fromXyzToLinear, labFromLinear, toD65, WHITE_D65, xyzOf } from './colour.ts';
import { darken, infraredOf, plant } from './dust.ts';
import { developer, layerExposures, transmittance, unexposed } from './film.ts';
import { NEUTRAL_PATCHES } from './materials.ts';
import { paper, printLab } from './print.ts';
import { referencePatches, takeAndScan } from './render.ts';
import { response, scanners } from './scanner.ts';
import { paintScene } from './scene.ts';
import { illuminants, spectrum, type Triple } from './spectra.ts';
import { bwStock, colourStocks, slideStock } from './stocks.ts';

describe('colour', () => {
  it('CIEDE2000 agrees with the published pairs (Sharma, Wu, Dalal 2005)', () => {
    const pair = (a: number[], b: number[]) =>
      deltaE2000({ L: a[0], a: a[1], b: a[2] }, { L: b[0], a: b[1], b: b[2] });
    expect(pair([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
    expect(pair([50, -1, 2], [50, 0, 0])).toBeCloseTo(2.3669, 4);
    expect(pair([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619])).toBeCloseTo(2.0373, 4);
    expect(pair([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4);
  });

  it('the lights have their white points, and adaptation brings each to D65', () => {
    const d65 = xyzOf(illuminants.D65, null);
    expect(d65[0]).toBeCloseTo(0.9505, 2);
    expect(d65[2]).toBeCloseTo(1.0888, 2);
    const a = xyzOf(illuminants.tungsten, null);
    expect(a[0]).toBeCloseTo(1.0985, 1);
    expect(a[2]).toBeCloseTo(0.3558, 2);
    toD65(a, a).forEach((v, i) => expect(v).toBeCloseTo(WHITE_D65[i], 6));
    fromXyzToLinear(WHITE_D65).forEach((v) => expect(v).toBeCloseTo(1, 3));
  });
});

describe('reference print', () => {
  it('prints greys where it says', () => {
    const L = (e: number) => labFromLinear([paper(e), paper(e), paper(e)]).L;
    expect(L(0.18)).toBeCloseTo(50, 0);
    expect(L(0.9)).toBeCloseTo(95.5, 0);
    expect(L(0.031)).toBeCloseTo(15.7, 0);
    expect(L(0.003)).toBeLessThan(8);
    expect(L(4)).toBeLessThanOrEqual(100);
    for (let e = 0.01; e < 5; e *= 1.1) expect(paper(e * 1.1)).toBeGreaterThan(paper(e));
  });

  it('the grey row is grey and the chart has its colours', () => {
    const labs = referencePatches('D55');
    for (const i of NEUTRAL_PATCHES) expect(chroma(labs[i])).toBeLessThan(2);
    expect(labs[14].a).toBeGreaterThan(40);
    expect(labs[13].a).toBeLessThan(-25);
    expect(labs[12].b).toBeLessThan(-35);
    expect(printLab([0, 0, 0]).L).toBeLessThan(8);
  });
});

describe('film', () => {
  const grey = spectrum(() => 0.18);

  it('an 18 % grey in daylight exposes all layers alike, and a neutral develops at the stated gradient', () => {
    for (const stock of colourStocks) {
      const [e] = layerExposures(stock, illuminants.D55, [grey]);
      e.forEach((v) => expect(v).toBeCloseTo(1, 6));
      const develop = developer(stock);
      const low: Triple = [-0.3, -0.3, -0.3];
      const high: Triple = [0.3, 0.3, 0.3];
      develop(low);
      develop(high);
      stock.curves.forEach((c, i) => expect((high[i] - low[i]) / 0.6).toBeCloseTo(c.gamma, 1));
    }
  });

  it('has an orange mask that fades where dye forms', () => {
    const stock = colourStocks[0];
    const base = transmittance(stock, unexposed(stock));
    const red = base[(640 - 380) / 10];
    const blue = base[(450 - 380) / 10];
    expect(Math.log10(red / blue)).toBeGreaterThan(0.3);
    // One unit of magenta dye darkens the blue by less than its own absorption there: its coupler is used up.
    const dyed = transmittance(stock, [0, 1, 0]);
    const band = (430 - 380) / 10;
    expect(Math.log10(base[band] / dyed[band])).toBeLessThan(0.7 * stock.dyes[1][band]);
  });

  it('negatives darken and slides clear with exposure; silver is neutral', () => {
    const seen = (stock: typeof bwStock, x: number): Triple => {
      const a: Triple = [x, x, x];
      developer(stock)(a);
      const out: Triple = [0, 0, 0];
      response(scanners[0], stock, null).see(a, out);
      return out;
    };
    expect(seen(colourStocks[0], 0.5)[1]).toBeLessThan(seen(colourStocks[0], -0.5)[1]);
    expect(seen(slideStock, 0.5)[1]).toBeGreaterThan(seen(slideStock, -0.5)[1]);
    const a = seen(bwStock, -0.4);
    const b = seen(bwStock, 0.4);
    const densities = a.map((v, i) => Math.log10(v / b[i]));
    expect(Math.max(...densities) - Math.min(...densities)).toBeLessThan(0.03);
  });
});

describe('scan', () => {
  const scene = paintScene('garden', 360, 240, 1);
  const shot = {
    scene,
    stock: colourStocks[0],
    scanner: scanners[0],
    light: 'D55',
    stops: 0,
    seed: 5,
  } as const;

  it('is the same for the same seed, and its rebate has the base it states', () => {
    const one = takeAndScan({ ...shot, layout: 'rebate' });
    const two = takeAndScan({ ...shot, layout: 'rebate' });
    expect(one.picture.data).toEqual(two.picture.data);
    const { x, y } = one.image;
    const sum = [0, 0, 0];
    let n = 0;
    for (let px = x; px < x + 200; px++, n++)
      for (let c = 0; c < 3; c++)
        sum[c] += one.picture.data[((y - 5) * one.picture.width + px) * 3 + c] / 65535;
    sum.forEach((v, c) => expect(Math.abs(Math.log10(v / n / one.base[c]))).toBeLessThan(0.01));
  });

  it('lays perforations brighter than the base and 24 patches inside the picture', () => {
    const strip = takeAndScan({ ...shot, layout: 'strip' });
    const bright = Array.from(strip.picture.data).reduce((m, v) => Math.max(m, v), 0) / 65535;
    expect(bright).toBeGreaterThan(strip.base[0] * 1.3);
    expect(strip.patches).toHaveLength(24);
    const white = strip.patches[18];
    const black = strip.patches[23];
    const at = (p: typeof white) => strip.picture.data[((p.y + 2) * strip.picture.width + p.x + 2) * 3 + 1];
    expect(at(white)).toBeLessThan(0.4 * at(black));
  });
});

describe('planted dust', () => {
  it('darkens the scan by what it says and shows in the infrared where it was shifted to', () => {
    const { darkening, defects } = plant(200, 150, { speck: 4, hair: 1, scratch: 1 }, 3);
    expect(defects.map((d) => d.kind)).toEqual(['speck', 'speck', 'speck', 'speck', 'hair', 'scratch']);
    const clean = new Uint16Array(200 * 150 * 3).fill(30000);
    const dirty = clean.slice();
    darken(dirty, darkening);
    const i = defects[0].pixels.reduce((a, b) => (darkening[a] > darkening[b] ? a : b));
    expect(Math.log10(30000 / dirty[i * 3])).toBeCloseTo(darkening[i], 2);
    const ir = infraredOf(
      clean,
      darkening,
      200,
      150,
      { slope: 0, noise: 0, shift: { x: 0, y: 3 }, blur: 0, share: 1 },
      1,
    );

    expect(ir[i + 600]).toBeLessThan(0.7 * 65535 * 10 ** (-0.9 * darkening[i]));
  });
});
