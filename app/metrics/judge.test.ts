import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../planar.ts';
import { seeded } from '../random.ts';
import { Accumulator, quantile, spreadOf } from './accumulate.ts';
import { figureNames, judge, prepare } from './judge.ts';
import { gradientEnergy, median, noiseSigma, residualNoise, sharpness } from './texture.ts';

const of = (width: number, height: number, data: number[]): Planar => ({
  width,
  height,
  channels: 1,
  data: Float32Array.from(data),
});

/** A smooth colour picture. */
function scene(size: number): Planar {
  const out = planar(size, size, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        out.data[(c * size + y) * size + x] = 0.5 + 0.3 * Math.sin((x * (c + 1) + 2 * y) / 9);
  return out;
}

describe('texture', () => {
  it('takes medians', () => {
    expect(median(Float32Array.from([3, 1, 2]))).toBe(2);
    expect(median(Float32Array.from([4, 1, 2, 3]))).toBe(2.5);
    expect(median(new Float32Array(0))).toBeNaN();
  });
  it('reads noise from the diagonal details, blind to flat steps', () => {
    expect(noiseSigma(of(2, 2, [0.5, 0, 0, 0.5]))).toBeCloseTo(0.5 / 0.6745, 6);
    expect(noiseSigma(of(4, 2, [0, 1, 0.3, 0.3, 0, 1, 0.3, 0.3]))).toBe(0);
    expect(noiseSigma(of(1, 5, [0, 1, 0, 1, 0]))).toBe(0);
  });
  it('finds the sigma of planted noise, in levels', () => {
    const truth = planar(96, 96, 3);
    truth.data.fill(0.5);
    const random = seeded('noise of a test');
    const picture = { ...truth, data: truth.data.map((v) => v + random.normal(0, 10 / 255)) };
    expect(residualNoise(truth, picture)).toBeGreaterThan(9);
    expect(residualNoise(truth, picture)).toBeLessThan(11);
    expect(residualNoise(truth, truth)).toBe(0);
    expect(residualNoise(picture, truth)).toBeLessThan(-9);
  });
  it('sums squared differences of neighbours, of selected pairs only', () => {
    const picture = of(3, 2, [0, 1, 3, 0, 0, 0]);
    // right: 1 + 4 + 0 + 0; below: 0 + 1 + 9.
    expect(gradientEnergy(picture)).toBeCloseTo(15 / 7, 9);
    expect(gradientEnergy(picture, (i) => i < 2)).toBeCloseTo(1, 9);
    expect(gradientEnergy(picture, (i) => i === 0)).toBeNaN();
    const half = { ...picture, data: picture.data.map((v) => v / 2) };
    expect(sharpness(picture, half)).toBeCloseTo(0.25, 9);
    expect(sharpness(of(2, 1, [1, 1]), of(2, 1, [0, 1]))).toBeNaN();
  });
});

describe('spread', () => {
  it('interpolates quantiles between ranks', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5, 12);
    expect(quantile([7], 0.05)).toBe(7);
  });
  it('tells count, mean, deviation, quantiles and extremes', () => {
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([5])).toMatchObject({ count: 1, mean: 5, sd: 0, median: 5, min: 5, max: 5 });
    const s = spreadOf([4, 2, 6]);
    expect(s).toMatchObject({ count: 3, mean: 4, sd: 2, median: 4, min: 2, max: 6 });
    expect(s?.p5).toBeCloseTo(2.2, 12);
    expect(s?.p95).toBeCloseTo(5.8, 12);
  });
});

describe('judge', () => {
  const truth = prepare(scene(16));
  it('finds nothing wrong with the truth itself', () => {
    const { figures, saturation } = judge(truth, scene(16));
    expect(figures.psnr).toBe(99);
    expect(figures.ssim).toBeCloseTo(1, 6);
    expect(figures.deltaE).toBe(0);
    expect(figures.colourfulnessRatio).toBe(1);
    expect(figures.residualNoise).toBe(0);
    expect(figures.sharpness).toBe(1);
    expect(figures.insidePsnr).toBeNull();
    expect(saturation).toBeNull();
  });
  it('tells inside and outside apart, and grey is no colour', () => {
    const mask = planar(16, 16, 1);
    for (let y = 4; y < 12; y++) mask.data.fill(1, y * 16 + 4, y * 16 + 12);
    const picture = scene(16);
    for (let i = 0; i < 256; i++)
      if (mask.data[i] > 0) for (let c = 0; c < 3; c++) picture.data[c * 256 + i] += 0.1;
    const { figures } = judge(truth, picture, { mask });
    expect(figures.insidePsnr).toBeCloseTo(20, 4);
    expect(figures.psnr).toBeCloseTo(20 + 10 * Math.log10(4), 4);
    expect(figures.insideSharpness).toBeCloseTo(1, 4);
    expect(figures.outsidePsnr).toBe(99);
    expect(figures.outsideDeltaE).toBe(0);
    expect(figures.outsideMax).toBe(0);
    expect(figures.insideDeltaE).toBeGreaterThan(5);
    expect(judge(truth, picture, { mask: planar(16, 16, 1) }).figures.insidePsnr).toBeNull();
    picture.data[0] += 0.5;
    expect(judge(truth, picture, { mask }).figures.outsideMax).toBeCloseTo(127.5, 1);
    const grey = planar(16, 16, 1);
    grey.data.fill(0.5);
    expect(judge(truth, grey).figures.colourfulnessRatio).toBe(0);
  });
  it('judges what would be shown: clipped, and refuses another size', () => {
    const over = { ...scene(16), data: scene(16).data.map((v) => (v > 0.7 ? 5 : v)) };
    const clip = { ...over, data: over.data.map((v) => Math.min(1, v)) };
    expect(judge(truth, over).figures).toEqual(judge(truth, clip).figures);
    expect(() => judge(truth, scene(17))).toThrow(/cannot be compared/);
    expect(() => judge(truth, scene(16), { mask: of(1, 1, [1]) })).toThrow(/does not fit/);
  });
});

describe('accumulator', () => {
  it('spreads figures over pictures and pools pixels', () => {
    const all = new Accumulator();
    const truth = prepare(scene(16));
    const dull = scene(16);
    for (let i = 0; i < 256; i++) {
      const grey = (dull.data[i] + dull.data[256 + i] + dull.data[512 + i]) / 3;
      for (let c = 0; c < 3; c++) dull.data[c * 256 + i] = (dull.data[c * 256 + i] + grey) / 2;
    }
    const one = judge(truth, dull, { curve: true });
    all.add(one);
    all.add(judge(truth, scene(16), { curve: true }));
    const summary = all.summary();
    expect(summary.pictures).toBe(2);
    expect(summary.figures.psnr?.count).toBe(2);
    expect(summary.figures.psnr?.max).toBe(99);
    expect(summary.figures.colourfulnessRatio?.mean).toBeCloseTo(
      ((one.figures.colourfulnessRatio ?? 0) + 1) / 2,
      9,
    );
    expect(summary.figures.insidePsnr).toBeUndefined();
    expect(summary.saturation?.curve.find((p) => p.factor === 0)?.distance).toBeCloseTo(1, 6);
    expect(summary.saturation?.at85?.colourfulness).toBeCloseTo(0.85, 9);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
  it('pools the lean instead of averaging shares', () => {
    const judged = judge(prepare(scene(16)), scene(16));
    const all = new Accumulator();
    all.add({
      ...judged,
      hues: {
        truth: { pixels: 100, coloured: 1, red: 0, blue: 0 },
        picture: { pixels: 100, coloured: 1, red: 1, blue: 0 },
      },
      highlights: { pixels: 3, error: 6, grey: 3 },
    });
    all.add({
      ...judged,
      hues: {
        truth: { pixels: 100, coloured: 99, red: 0, blue: 0 },
        picture: { pixels: 100, coloured: 99, red: 0, blue: 0 },
      },
      highlights: { pixels: 1, error: 0, grey: 1 },
    });
    const summary = all.summary();
    expect(summary.lean.red).toBeCloseTo(1, 9);
    expect(summary.highlights).toEqual({ pixels: 4, error: 1.5, grey: 1, ratio: 1.5 });
  });
  it('is empty without pictures', () => {
    expect(new Accumulator().summary()).toMatchObject({ pictures: 0, figures: {}, highlights: null });
    expect(figureNames.length).toBeGreaterThan(15);
  });
});
