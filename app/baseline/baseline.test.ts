import { describe, expect, it } from 'vitest';
import { psnr } from '../metrics/fidelity.ts';
import { srgbDecode, srgbEncode } from '../color/curve.ts';
import { GROUPS } from '../degrade/types.ts';
import { type Planar, planar } from '../planar.ts';
import { seeded } from '../random.ts';
import { baselineNames, baselines, baselinesFor } from './index.ts';
import { estimateSigma, nonLocalMeans } from './nlm.ts';
import { adaptiveMedian, deblock, gaussianBlur, medianFilter, unsharp } from './spatial.ts';
import {
  balance,
  grey,
  invert,
  invertDensity,
  invertDensityGrey,
  invertGrey,
  invertStretch,
  stretch,
} from './tone.ts';

const of = (width: number, height: number, data: number[], channels = 1): Planar => ({
  width,
  height,
  channels,
  data: Float32Array.from(data),
});
function scene(size: number, channels = 3): Planar {
  const out = planar(size, size, channels);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        out.data[(c * size + y) * size + x] =
          0.5 + 0.25 * Math.sin((x + (c + 1) * y) / 7) + (x > size / 2 ? 0.2 : -0.2);
  return out;
}
const plane = (p: Planar, c: number): number[] => {
  const n = p.width * p.height;
  return [...p.data.subarray(c * n, (c + 1) * n)];
};
const mean = (v: readonly number[]): number => v.reduce((s, x) => s + x, 0) / v.length;

describe('tones', () => {
  it('grey is Rec. 601 luma in three planes, inversion is 1 - x', () => {
    expect(plane(grey(of(1, 1, [1, 0.5, 0], 3)), 2)[0]).toBeCloseTo(0.299 + 0.2935, 6);
    expect([...invert(of(3, 1, [0, 0.25, 1])).data]).toEqual([1, 0.75, 0]);
  });
  it('stretches between percentiles, each channel alone, and leaves a flat one', () => {
    const out = stretch(of(4, 1, [0.2, 0.4, 0.6, 0.3, 0.1, 0.1, 0.1, 0.1, 0.5, 1, 0.75, 0.5], 3));
    [0, 0.5, 1, 0.25].forEach((v, i) => expect(plane(out, 0)[i]).toBeCloseTo(v, 6));
    [0.1, 0.1, 0.1, 0.1].forEach((v, i) => expect(plane(out, 1)[i]).toBeCloseTo(v, 6));
    [0, 1, 0.5, 0].forEach((v, i) => expect(plane(out, 2)[i]).toBeCloseTo(v, 6));
  });
  it('balances the means of the channels, black and white stay', () => {
    const out = balance(of(3, 1, [0, 0.25, 1, 0, 0.5, 1, 0, 0.36, 1], 3));
    const means = [0, 1, 2].map((c) => mean(plane(out, c)));
    expect(means[0]).toBeCloseTo(means[1], 4);
    expect(means[2]).toBeCloseTo(means[1], 4);
    expect([out.data[0], out.data[2]]).toEqual([0, 1]);
  });
  it('undoes an exact inversion, whatever the gain of each channel', () => {
    const truth = scene(24);
    const negative = {
      ...truth,
      data: truth.data.map((v, i) => 0.1 + (1 - v) * (0.3 + 0.2 * Math.floor(i / 576))),
    };
    const out = stretch(invert(negative));
    expect(psnr(stretch(truth), out)).toBeGreaterThan(60);
    expect(psnr(balance(stretch(truth)), invertStretch(negative))).toBeGreaterThan(50);
  });
  it('undoes a film that is linear in density, and keeps brightness in order', () => {
    // Density 0.6 per decade of exposure over a base that differs by channel: orange, as a masked film is.
    const truth = scene(24);
    const base = [0.25, 0.58, 0.8];
    const film = {
      ...truth,
      data: truth.data.map((v, i) => {
        const density = base[Math.floor(i / 576)] + 0.6 * (2 + Math.log10(Math.max(0.01, srgbDecode(v))));
        return srgbEncode(10 ** -density);
      }),
    };
    const out = invertDensity(film);
    expect(psnr(balance(stretch(truth)), out)).toBeGreaterThan(22);
    expect(psnr(balance(stretch(truth)), out)).toBeGreaterThan(
      psnr(balance(stretch(truth)), invertStretch(film)),
    );
    const order = plane(truth, 1)
      .map((_, i) => i)
      .sort((i, j) => plane(truth, 1)[i] - plane(truth, 1)[j]);
    const bright = plane(out, 1);
    order.slice(1).forEach((i, k) => expect(bright[i]).toBeGreaterThan(bright[order[k]] - 1e-5));
  });
  it('gives a B&W negative one stretch for all channels', () => {
    const out = invertGrey(of(3, 1, [0.2, 0.5, 0.8, 0.2, 0.5, 0.8, 0.2, 0.5, 0.8], 3));
    for (let c = 0; c < 3; c++) [1, 0.5, 0].forEach((v, i) => expect(plane(out, c)[i]).toBeCloseTo(v, 5));
  });
});

describe('a B&W negative in density', () => {
  it('comes out grey, its tones in order between black and white', () => {
    const film = [0.1, 0.4, 0.7, 1].map((density) => srgbEncode(10 ** -density));
    const out = invertDensityGrey(of(4, 1, [...film, ...film, ...film.map((v) => v * 0.9)], 3));
    expect(plane(out, 0)).toEqual(plane(out, 2));
    expect(plane(out, 0)[0]).toBeCloseTo(0, 3);
    expect(plane(out, 0)[3]).toBeCloseTo(1, 3);
    // A third of the range is a third of 1.9 decades of exposure.
    const e = (10 ** (1.9 * (1 / 3 - 1)) - 10 ** -1.9) / (1 - 10 ** -1.9);
    expect(plane(out, 0)[1]).toBeCloseTo(srgbEncode(e), 1);
    expect(plane(out, 0)[1]).toBeLessThan(plane(out, 0)[2]);
  });
});

describe('non-local means', () => {
  /** The definition, written out pixel by pixel. */
  function slow(picture: Planar, sigma: number): Planar {
    const { width: w, height: h, channels: k, data } = picture;
    const fold = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
    const at = (c: number, x: number, y: number): number => data[(c * h + fold(y, h)) * w + fold(x, w)];
    const out = planar(w, h, k);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const sums = new Array<number>(k).fill(0);
        let total = 0;
        let best = 0;
        for (let dy = -10; dy <= 10; dy++)
          for (let dx = -10; dx <= 10; dx++) {
            if (dx === 0 && dy === 0) continue;
            let d2 = 0;
            for (let c = 0; c < k; c++)
              for (let v = -1; v <= 1; v++)
                for (let u = -1; u <= 1; u++)
                  d2 += (at(c, x + u, y + v) - at(c, x + dx + u, y + dy + v)) ** 2;
            const weight = Math.exp(-Math.max(0, d2 / (9 * k) - 2 * sigma ** 2) / (0.55 * sigma) ** 2);
            if (weight < 1e-4) continue;
            best = Math.max(best, weight);
            total += weight;
            for (let c = 0; c < k; c++) sums[c] += weight * at(c, x + dx, y + dy);
          }
        const own = total > 0 ? best : 1;
        for (let c = 0; c < k; c++)
          out.data[(c * h + y) * w + x] = (sums[c] + own * at(c, x, y)) / (total + own);
      }
    return out;
  }
  const random = seeded('nlm test');
  const truth = scene(48);
  const noisy = { ...truth, data: truth.data.map((v) => v + random.normal(0, 20 / 255)) };
  it('agrees with its definition', () => {
    const small = planar(20, 18, 2);
    for (let i = 0; i < small.data.length; i++) small.data[i] = 0.4 + random.normal(0, 0.06);
    const fast = nonLocalMeans(small, 0.06);
    slow(small, 0.06).data.forEach((v, i) => expect(fast.data[i]).toBeCloseTo(v, 5));
  });
  it('estimates the noise and takes most of it away', () => {
    expect(255 * estimateSigma(noisy)).toBeGreaterThan(17);
    expect(255 * estimateSigma(noisy)).toBeLessThan(23);
    expect(psnr(truth, nonLocalMeans(noisy))).toBeGreaterThan(psnr(truth, noisy) + 6);
  });
  it('leaves a clean picture alone', () => {
    const flat = planar(16, 16, 3);
    flat.data.fill(0.3);
    expect(nonLocalMeans(flat).data).toEqual(flat.data);
  });
});

describe('neighbourhoods', () => {
  it('median of 3 x 3, of fewer at the edges', () => {
    const out = medianFilter(
      of(
        3,
        3,
        [1, 9, 2, 8, 3, 7, 4, 6, 5].map((v) => v / 10),
      ),
    );
    expect(out.data[4]).toBeCloseTo(0.5, 6);
    expect(out.data[0]).toBeCloseTo((0.3 + 0.8) / 2, 6);
  });
  it('adaptive median replaces extremes only, and leaves white skies', () => {
    const picture = of(5, 3, [0.2, 0.3, 0.4, 0.5, 0.6, 0.2, 1, 0.4, 0, 0.6, 0.2, 0.3, 0.4, 0.5, 0.6]);
    const out = adaptiveMedian(picture);
    expect(out.data[6]).toBeCloseTo(0.3, 6);
    expect(out.data[8]).toBeCloseTo(0.5, 6);
    picture.data.forEach((v, i) => {
      if (i !== 6 && i !== 8) expect(out.data[i]).toBe(v);
    });
    const sky = of(12, 12, new Array<number>(144).fill(1));
    expect(adaptiveMedian(sky).data).toEqual(sky.data);
  });
  it('adaptive median takes salt and pepper out where the plain one would blur', () => {
    const truth = scene(40);
    const random = seeded('salt');
    const spoilt = {
      ...truth,
      data: truth.data.map((v) => (random.chance(0.1) ? Number(random.chance(0.5)) : v)),
    };
    const mended = psnr(truth, adaptiveMedian(spoilt));
    expect(mended).toBeGreaterThan(psnr(truth, spoilt) + 10);
    expect(mended).toBeGreaterThan(psnr(truth, medianFilter(spoilt)));
  });
  it('unsharp masking undoes some of a blur, and a flat picture stays', () => {
    const truth = scene(40);
    const blurred = gaussianBlur(truth, 1.2);
    expect(psnr(truth, unsharp(blurred))).toBeGreaterThan(psnr(truth, blurred) + 0.5);
    const flat = of(4, 4, new Array<number>(16).fill(0.25));
    unsharp(flat).data.forEach((v) => expect(v).toBeCloseTo(0.25, 6));
  });
  it('deblocking smooths steps at block borders and no others', () => {
    const blocks = planar(32, 16, 1);
    const edges = planar(32, 16, 1);
    for (let i = 0; i < 512; i++) {
      const x = i % 32;
      blocks.data[i] = 0.4 + 0.02 * ((x >> 3) % 2);
      edges.data[i] = 0.4 + 0.02 * (((x + 4) >> 3) % 2);
    }
    const out = deblock(blocks);
    const step = (p: Planar, x: number): number => Math.abs(p.data[x] - p.data[x - 1]);
    expect(step(blocks, 8)).toBeCloseTo(0.02, 5);
    expect(step(out, 8)).toBeLessThan(0.01);
    expect(deblock(edges).data).toEqual(edges.data);
    const strong = { ...blocks, data: blocks.data.map((v, i) => (i % 32 >= 16 ? v + 0.5 : v)) };
    expect(step(deblock(strong), 16)).toBeGreaterThan(0.3);
  });
});

describe('the list', () => {
  it('has baselines for every group, the input first, and each keeps the size', () => {
    for (const group of [...GROUPS, 'plates']) {
      const names = baselinesFor(group);
      expect(names[0]).toBe('input');
      if (group !== 'clean') expect(names.length).toBeGreaterThan(1);
      names.forEach((name) => expect(baselineNames).toContain(name));
    }
    expect(baselinesFor('bw+noise')).toEqual(['input', 'grey', 'nlm', 'median', 'chain']);
    expect(baselinesFor('negative+noise')).toContain('nlm-invert-density');
    expect(baselinesFor('something else')).toEqual(['input']);
    const picture = scene(16);
    const before = picture.data.slice();
    const mask = planar(16, 16, 1);
    mask.data.fill(1, 100, 120);
    for (const name of baselineNames) {
      const out = baselines[name](picture, mask);
      expect([out.width, out.height, out.channels]).toEqual([16, 16, 3]);
      expect(out.data.every((v) => Number.isFinite(v))).toBe(true);
      expect(picture.data).toEqual(before);
    }
  });
});
