import { describe, expect, it } from 'vitest';
import { deltaE2000 } from '../color/deltae.ts';
import { type Planar, planar } from '../planar.ts';
import {
  abDistance,
  abPsnr,
  colourfulness,
  deltaEMap,
  highlightSums,
  hueCounts,
  hueLean,
  meanOf,
} from './colour.ts';
import { fromLab, hueDegrees, type LabPlanes, toLab } from './lab.ts';
import { hueDistance, locusFigures, locusMap, locusSums } from './loci.ts';
import { bestPoint, pointAt, saturationCurve, saturationFactors, saturationSums } from './saturation.ts';

/** A picture of one row from 8-bit colours. */
const row = (...colours: [number, number, number][]): Planar => {
  const out = planar(colours.length, 1, 3);
  colours.forEach((rgb, i) => rgb.forEach((v, c) => (out.data[c * colours.length + i] = v / 255)));
  return out;
};
const labOf = (...colours: [number, number, number][]): LabPlanes => ({
  width: colours.length,
  height: 1,
  L: Float32Array.from(colours, (c) => c[0]),
  a: Float32Array.from(colours, (c) => c[1]),
  b: Float32Array.from(colours, (c) => c[2]),
});
/** Lab of a chroma and a hue in degrees. */
const polar = (L: number, chroma: number, hue: number): [number, number, number] => [
  L,
  chroma * Math.cos((hue * Math.PI) / 180),
  chroma * Math.sin((hue * Math.PI) / 180),
];

describe('Lab of pictures', () => {
  it('has the well known D65 values of the primaries, and clips first', () => {
    const lab = toLab(row([255, 0, 0], [0, 0, 255], [255, 255, 255], [400, 400, 400], [119, 119, 119]));
    const at = (i: number): number[] => [lab.L[i], lab.a[i], lab.b[i]];
    [53.24, 80.09, 67.2].forEach((v, k) => expect(at(0)[k]).toBeCloseTo(v, 1));
    [32.3, 79.19, -107.86].forEach((v, k) => expect(at(1)[k]).toBeCloseTo(v, 1));
    [100, 0, 0].forEach((v, k) => expect(at(2)[k]).toBeCloseTo(v, 3));
    expect(at(3)).toEqual(at(2));
    expect(at(4)[0]).toBeCloseTo(50.03, 1);
    expect(Math.hypot(at(4)[1], at(4)[2])).toBeLessThan(1e-3);
  });
  it('goes there and back, and a NaN is shown as black', () => {
    const picture = row([3, 5, 2], [200, 30, 90], [17, 250, 250]);
    fromLab(toLab(picture)).data.forEach((v, i) => expect(v).toBeCloseTo(picture.data[i], 4));
    expect(toLab({ ...row([0, 0, 0]), data: Float32Array.from([NaN, 0, 0]) }).L[0]).toBeCloseTo(0, 5);
  });
});

describe('differences', () => {
  const truth = labOf([50, 3, 4], [60, 0, 0]);
  const picture = labOf([50, 0, 0], [60, -6, 8]);
  it('are CIEDE2000, pixel by pixel', () => {
    const map = deltaEMap(truth, picture);
    expect(map[0]).toBeCloseTo(deltaE2000([50, 3, 4], [50, 0, 0]), 5);
    expect(map[1]).toBeCloseTo(deltaE2000([60, 0, 0], [60, -6, 8]), 5);
    expect(meanOf(map, (i) => i === 1)).toBe(map[1]);
    expect(meanOf(map)).toBeCloseTo((map[0] + map[1]) / 2, 6);
  });
  it('in the a*b* plane are a distance and a PSNR of peak 255', () => {
    expect(abDistance(truth, picture)).toBeCloseTo((5 + 10) / 2, 6);
    expect(abPsnr(truth, picture)).toBeCloseTo(10 * Math.log10((255 * 255) / ((25 + 100) / 4)), 6);
  });
});

describe('colourfulness', () => {
  it('of one red and one black pixel, by hand', () => {
    // rg: 255, 0; yb: 127.5, 0: means equal standard deviations.
    const spread = Math.hypot(127.5, 63.75);
    expect(colourfulness(row([255, 0, 0], [0, 0, 0]))).toBeCloseTo(1.3 * spread, 3);
  });
  it('of grey is 0, of a flat tint its mean term', () => {
    expect(colourfulness(row([9, 9, 9], [200, 200, 200]))).toBeCloseTo(0, 3);
    expect(colourfulness(row([100, 100, 60], [100, 100, 60]))).toBeCloseTo(0.3 * 40, 2);
  });
});

describe('red and blue lean', () => {
  const truth = hueCounts(labOf(polar(50, 20, 0), polar(50, 20, 100), polar(50, 20, 250), polar(50, 9.9, 0)));
  it('counts coloured pixels by hue, 330..30 and 200..290', () => {
    expect(truth).toEqual({ pixels: 4, coloured: 3, red: 1, blue: 1 });
    const edges = hueCounts(labOf(...[329, 331, 29, 31, 199, 201, 289, 291].map((h) => polar(50, 20, h))));
    expect(edges).toEqual({ pixels: 8, coloured: 8, red: 2, blue: 2 });
  });
  it('is a difference of shares in points', () => {
    const picture = hueCounts(
      labOf(polar(50, 20, 0), polar(50, 20, 10), polar(50, 3, 250), polar(50, 9.9, 0)),
    );
    const lean = hueLean(truth, picture);
    expect(lean.red).toBeCloseTo(100 - 100 / 3, 9);
    expect(lean.blue).toBeCloseTo(-100 / 3, 9);
    expect(lean.redOfAll).toBeCloseTo(25, 9);
    expect(lean.blueOfAll).toBeCloseTo(-25, 9);
    expect(hueLean(truth, { pixels: 4, coloured: 0, red: 0, blue: 0 }).red).toBeCloseTo(-100 / 3, 9);
  });
});

describe('highlights', () => {
  it('take the pixels over L* 95 of the truth, beside what grey would err', () => {
    const sums = highlightSums(
      labOf([96, 0, 2], [95, 0, 50], [98, 3, 0]),
      labOf([90, 3, 6], [99, 0, 0], [98, 3, 1]),
    );
    expect(sums).toEqual({ pixels: 2, error: 6, grey: 5 });
  });
});

describe('loci', () => {
  // Upper half: sky, foliage, skin, grey; lower half: the same sky blue (a shirt), a strong red, black, white.
  const truth: Planar = {
    ...row(
      [135, 206, 235],
      [60, 120, 40],
      [224, 172, 140],
      [128, 128, 128],
      [135, 206, 235],
      [220, 20, 30],
      [0, 0, 0],
      [255, 255, 255],
    ),
    width: 4,
    height: 2,
  };
  const lab = toLab(truth);
  const map = locusMap(truth, lab);
  it('finds sky above, foliage, skin and neutral, and leaves the rest', () => {
    expect([...map]).toEqual([0, 1, 2, 3, 255, 255, 255, 255]);
  });
  it('measures hue errors that saturation does not change', () => {
    const turned: LabPlanes = { ...lab, a: lab.a.slice(), b: lab.b.slice() };
    const hue = hueDegrees(lab.a[2], lab.b[2]) - 20;
    [, turned.a[2], turned.b[2]] = polar(0, 15, hue);
    [turned.a[0], turned.b[0]] = [0.5, 0];
    [turned.a[3], turned.b[3]] = [0, 3];
    const sums = locusSums(map, lab, turned);
    const skin = locusFigures(sums.skin);
    expect(skin.pixels).toBe(1);
    expect(skin.hueError).toBeCloseTo(20, 3);
    expect(skin.hueShift).toBeCloseTo(-20, 3);
    expect(skin.chromaRatio).toBeCloseTo(15 / Math.hypot(lab.a[2], lab.b[2]), 5);
    expect(locusFigures(sums.sky).hueError).toBe(90);
    expect(locusFigures(sums.foliage)).toMatchObject({ hueError: 0, hueShift: 0, chromaRatio: 1 });
    expect(locusFigures(sums.neutral).chromaShift).toBeCloseTo(3, 2);
    const saturated: LabPlanes = {
      ...turned,
      a: turned.a.map((v) => 1.5 * v),
      b: turned.b.map((v) => 1.5 * v),
    };
    expect(locusFigures(locusSums(map, lab, saturated).skin).hueError).toBeCloseTo(20, 3);
  });
  it('measures hues the short way round', () => {
    expect(hueDistance(350, 10)).toBe(20);
    expect(hueDistance(10, 350)).toBe(20);
    expect(hueDistance(90, 270)).toBe(180);
  });
});

describe('the curve over saturation', () => {
  const picture = row([150, 100, 90], [90, 110, 150], [100, 120, 90], [128, 128, 128]);
  const truth = toLab(picture);
  const halved: LabPlanes = { ...truth, a: truth.a.map((v) => v / 2), b: truth.b.map((v) => v / 2) };
  const curve = saturationCurve(saturationSums(truth, halved, colourfulness(picture)));
  it('starts at grey and finds the truth again at factor 2', () => {
    expect(curve.map((p) => p.factor)).toEqual(saturationFactors);
    expect(curve[0].distance).toBeCloseTo(1, 6);
    expect(curve[0].colourfulness).toBeCloseTo(0, 2);
    const last = curve[curve.length - 1];
    expect(last.factor).toBe(2);
    expect(last.distance).toBeCloseTo(0, 5);
    expect(last.deltaE).toBeCloseTo(0, 4);
    expect(last.colourfulness).toBeCloseTo(1, 3);
    expect(bestPoint(curve)).toBe(last);
    const one = curve.find((p) => p.factor === 1);
    expect(one?.distance).toBeCloseTo(0.5, 5);
  });
  it('is read between its points', () => {
    const points = [
      { factor: 0, distance: 1, deltaE: 9, colourfulness: 0 },
      { factor: 1, distance: 0.8, deltaE: 7, colourfulness: 0.8 },
      { factor: 2, distance: 1.2, deltaE: 8, colourfulness: 1.6 },
    ];
    const at = pointAt(points, 1);
    expect(at?.factor).toBeCloseTo(1.25, 12);
    expect(at?.distance).toBeCloseTo(0.9, 12);
    expect(at?.deltaE).toBeCloseTo(7.25, 12);
    expect(pointAt(points, 1.7)).toBeNull();
    expect(pointAt([], 1)).toBeNull();
  });
  it('has nothing to say of grey truths', () => {
    const grey = toLab(row([10, 10, 10], [90, 90, 90]));
    expect(saturationCurve(saturationSums(grey, halved, 0))).toEqual([]);
  });
});
