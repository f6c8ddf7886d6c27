/** Presets and groups: determinism, shapes, shares, masks, and every degradation within the ranges that it documents. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../planar.ts';
import { seeded } from '../random.ts';
import {
  CLEAN_SHARE,
  degrade,
  degradeAs,
  DEGRADATIONS,
  type Group,
  groupOf,
  GROUPS,
  PRESETS,
} from './index.ts';
import { field } from './raster.ts';
import type { Degraded } from './types.ts';

/** A colourful picture with soft and hard edges. */
function scene(width: number, height: number, seed = 1): Planar {
  const p = planar(width, height, 3);
  for (let c = 0; c < 3; c++) {
    const f = field(width, height, seeded('scene', seed, c), Math.max(3, width / 4), 3);
    for (let i = 0; i < f.length; i++) {
      const edge = i % width > width * 0.6 ? 0.2 * (c - 1) : 0;
      p.data[c * f.length + i] = Math.min(0.98, Math.max(0.02, 0.5 + 0.2 * f[i] + edge));
    }
  }
  return p;
}
const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((v, i) => Object.is(v, b[i]));
const same = (a: Planar, b: Planar): boolean => sameBits(a.data, b.data);
function fine(made: Degraded, w: number, h: number): void {
  expect([made.input.width, made.input.height, made.input.channels]).toEqual([w, h, 3]);
  expect([made.target.width, made.target.height, made.target.channels]).toEqual([w, h, 3]);
  for (const v of made.input.data) if (!(v >= 0 && v <= 1)) throw new Error(`sample ${v}`);
  if (made.mask) {
    expect(made.mask.data.length).toBe(w * h);
    for (const v of made.mask.data) if (v !== 0 && v !== 1) throw new Error(`mask ${v}`);
    expect(made.mask.data.some((v) => v === 1)).toBe(true);
  }
}

/** A range's end as the documentation writes it. */
const figure = (v: number): string => String(Number(v.toPrecision(3)));

/** Whether k of n is what a share p gives, within four standard deviations. */
function likely(k: number, n: number, p: number): boolean {
  return Math.abs(k - n * p) <= 4 * Math.sqrt(n * p * (1 - p)) + 1;
}

describe('every preset', () => {
  it.each(PRESETS)('%s: same seed same bits, other seed others; the picture is not changed', (preset) => {
    const picture = scene(40, 32);
    const before = picture.data.slice();
    let differ = 0;
    for (let i = 0; i < 12; i++) {
      const a = degrade(picture, preset, ['t', i]);
      const b = degrade(picture, preset, ['t', i]);
      expect(same(a.input, b.input)).toBe(true);
      expect(same(a.target, b.target)).toBe(true);
      expect(a.mask === null).toBe(b.mask === null);
      if (a.mask && b.mask) expect(same(a.mask, b.mask)).toBe(true);
      expect(a.applied).toEqual(b.applied);
      expect(a.group).toBe(b.group);
      fine(a, 40, 32);
      if (!same(a.input, degrade(picture, preset, ['t', i + 100]).input)) differ++;
    }
    expect(differ).toBeGreaterThan(9);
    expect(sameBits(picture.data, before)).toBe(true);
  });

  it.each(PRESETS)('%s: takes odd and small sizes', (preset) => {
    for (const [w, h] of [
      [8, 8],
      [17, 33],
      [64, 9],
    ])
      for (let i = 0; i < 6; i++) fine(degrade(scene(w, h), preset, [w, h, i]), w, h);
  });

  it.each(PRESETS.filter((p) => p !== 'holes' && p !== 'any' && p !== 'negative'))(
    '%s: a share is clean, and clean is bit-equal',
    (preset) => {
      const picture = scene(16, 16);
      const n = 500;
      let clean = 0;
      for (let i = 0; i < n; i++) {
        const made = degrade(picture, preset, ['share', i]);
        if (made.group !== 'clean') continue;
        clean++;
        expect(same(made.input, made.target)).toBe(true);
        expect(made.input.data).not.toBe(made.target.data);
        expect(made.mask).toBeNull();
      }
      expect(CLEAN_SHARE).toBeGreaterThanOrEqual(0.08);
      expect(CLEAN_SHARE).toBeLessThanOrEqual(0.1);
      expect(likely(clean, n, CLEAN_SHARE)).toBe(true);
    },
  );

  it('refuses pictures of another shape and unknown names', () => {
    expect(() => degrade(planar(16, 16, 1), 'lapaz', [1])).toThrow(/three planes/);
    expect(() => degrade(planar(4, 16, 3), 'lapaz', [1])).toThrow(/8 x 8/);
    expect(() => degrade(planar(16, 16, 3), 'slide' as 'lapaz', [1])).toThrow(/slide/);
    expect(() => degradeAs(planar(16, 16, 3), 'sepia' as 'bw', [1])).toThrow(/sepia/);
  });
});

describe('lapaz', () => {
  it('has the shares of the older system', () => {
    const picture = scene(16, 16);
    const n = 800;
    const count = { negative: 0, grey: 0, degraded: 0, holes: 0, rest: 0 };
    for (let i = 0; i < n; i++) {
      const names = degrade(picture, 'lapaz', ['shares', i]).applied.map((a) => a.name);
      if (names.length === 0) continue;
      count.rest++;
      if (names[0] === 'exact-negative') count.negative++;
      if (names[0] === 'plain-grey') count.grey++;
      const holes = ['holes', 'water-stain', 'foxing', 'blot'];
      if (names.slice(1).some((v) => !holes.includes(v))) count.degraded++;
      if (names.slice(1).some((v) => holes.includes(v))) count.holes++;
    }
    expect(count.negative + count.grey).toBe(count.rest);
    expect(likely(count.negative, count.rest, 0.5)).toBe(true);
    expect(likely(count.degraded, count.rest, 0.65)).toBe(true);
    expect(likely(count.holes, count.rest, 0.25)).toBe(true);
  });

  it('inverts exactly and makes plain grey', () => {
    const picture = scene(8, 8);
    const find = (name: string): Degraded => {
      for (let i = 0; ; i++) {
        const made = degrade(picture, 'lapaz', ['find', i]);
        if (made.applied.length === 1 && made.applied[0].name === name) return made;
      }
    };
    const negative = find('exact-negative');
    expect(negative.group).toBe('negative');
    picture.data.forEach((v, i) => expect(negative.input.data[i]).toBe(Math.fround(1 - v)));
    const grey = find('plain-grey');
    expect(grey.group).toBe('bw');
    for (let i = 0; i < 64; i++) {
      const want = 0.299 * picture.data[i] + 0.587 * picture.data[64 + i] + 0.114 * picture.data[128 + i];
      for (let c = 0; c < 3; c++) expect(grey.input.data[c * 64 + i]).toBeCloseTo(want, 6);
    }
  });
});

describe('other presets', () => {
  it('negative: colour and grey negatives in their shares; dirt makes mixed', () => {
    const picture = scene(16, 16);
    const n = 500;
    const seen = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const made = degrade(picture, 'negative', ['n', i]);
      seen.set(made.group, (seen.get(made.group) ?? 0) + 1);
      const first = made.applied[0]?.name;
      if (made.group !== 'clean') expect(['colour-negative', 'bw-negative']).toContain(first);
      if (made.mask) expect(made.group).toBe('mixed');
    }
    expect([...seen.keys()].sort()).toEqual(['bw-negative', 'clean', 'mixed', 'negative']);
    expect(likely(seen.get('clean') ?? 0, n, CLEAN_SHARE)).toBe(true);
    const alone = (1 - CLEAN_SHARE) * 0.78 * 0.82; // neither dirt nor JPEG
    expect(likely(seen.get('negative') ?? 0, n, alone * 0.62)).toBe(true);
    expect(likely(seen.get('bw-negative') ?? 0, n, alone * 0.38)).toBe(true);
  });

  it('print and film keep the colour picture as the target; restorer and holes may take its grey', () => {
    const picture = scene(24, 24);
    let grey = 0;
    const size = 24 * 24;
    for (let i = 0; i < 60; i++) {
      expect(degrade(picture, 'print', ['p', i]).target).toBe(picture);
      expect(degrade(picture, 'film', ['p', i]).target).toBe(picture);
      const { target } = degrade(picture, 'restorer', ['p', i]);
      const first = target.data.subarray(0, size);
      if (first.every((v, k) => v === target.data[size + k] && v === target.data[2 * size + k])) grey++;
    }
    expect(likely(grey, 60, 0.35)).toBe(true);
  });

  it('holes: 5 to 40 % of the area, or thin lines; 0 inside, the target outside', () => {
    let thin = 0;
    for (let i = 0; i < 60; i++) {
      const side = 16 + 8 * (i % 8);
      const made = degrade(scene(side, side), 'holes', ['h', i]);
      if (!made.mask) throw new Error('no mask');
      const { mask, input, target } = made;
      const area = mask.data.reduce((s, v) => s + v, 0) / mask.data.length;
      if (made.applied.some((a) => a.name === 'thin-holes')) {
        thin++;
        expect(area).toBeGreaterThan(0);
        expect(area).toBeLessThanOrEqual(0.4);
      } else {
        expect(area).toBeGreaterThanOrEqual(0.05);
        expect(area).toBeLessThanOrEqual(0.4);
      }
      expect(made.group).toBe('missing');
      for (let k = 0; k < input.data.length; k++) {
        const want = mask.data[k % mask.data.length] === 1 ? 0 : target.data[k];
        if (input.data[k] !== want) throw new Error(`sample ${k}`);
      }
    }
    expect(thin).toBeGreaterThan(12);
    expect(thin).toBeLessThan(36);
  });
});

describe('groups', () => {
  it('follow from what was applied', () => {
    expect(groupOf([])).toBe('clean');
    expect(groupOf(['noise', 'noise'])).toBe('noise');
    expect(groupOf(['bw', 'noise'])).toBe('mixed');
  });
  it.each(GROUPS)('%s can be asked for', (group) => {
    const picture = scene(32, 24);
    for (let i = 0; i < 12; i++) {
      const made = degradeAs(picture, group, ['g', i]);
      expect(made.group).toBe(group);
      expect(made.target).toBe(picture);
      expect(same(made.input, picture)).toBe(group === 'clean');
      fine(made, 32, 24);
      expect(same(made.input, degradeAs(picture, group, ['g', i]).input)).toBe(true);
    }
  });
  it('several together', () => {
    const made = degradeAs(scene(32, 24), ['noise', 'negative'] as Group[], [1]);
    expect(made.group).toBe('mixed');
    expect(made.applied[0].name).toBe('colour-negative');
    expect(made.applied).toHaveLength(2);
  });
});

describe('every degradation', () => {
  const names = DEGRADATIONS.map((d) => d.name);
  it('stands in the documentation as it is', () => {
    const page = readFileSync('docs/degradations.md', 'utf8').replace(/[ \t]+/g, ' ');
    for (const d of DEGRADATIONS) {
      const ranges = Object.entries(d.ranges).map(
        ([k, [low, high]]) => `${k} ${figure(low)}..${figure(high)}`,
      );
      expect(page).toContain(
        `| \`${d.name}\` | ${d.family ?? '-'} | ${ranges.join(', ') || '-'} | ${d.source} |`,
      );
    }
  });
  it('has a name of its own', () => {
    expect(new Set(names).size).toBe(names.length);
  });
  it.each(names)(
    '%s: stays within its ranges, leaves the input alone, and touches nothing outside its mask',
    (name) => {
      const d = DEGRADATIONS.find((v) => v.name === name);
      if (!d) throw new Error(name);
      for (let i = 0; i < 40; i++) {
        const [w, h] = i % 2 ? [48, 40] : [31, 53];
        const picture = scene(w, h, i);
        const before = picture.data.slice();
        const made = d.apply(picture, seeded('each', name, i));
        expect(sameBits(picture.data, before)).toBe(true);
        expect(Object.keys(made.params).sort()).toEqual(Object.keys(d.ranges).sort());
        for (const [key, [low, high]] of Object.entries(d.ranges)) {
          const v = made.params[key];
          if (!(v >= low - 1e-9 && v <= high + 1e-9))
            throw new Error(`${name}.${key} = ${v}, not ${low}..${high}`);
        }
        for (const v of made.picture.data)
          if (!Number.isFinite(v) || v < -1e-6 || v > 1 + 1e-6) throw new Error(`${name}: ${v}`);
        if (!made.mask) continue;
        const n = w * h;
        for (let k = 0; k < 3 * n; k++)
          if (made.mask.data[k % n] === 0 && made.picture.data[k] !== picture.data[k])
            throw new Error(`${name}: sample ${k} changed outside the mask`);
      }
    },
  );
  it.each(names.filter((n) => DEGRADATIONS.find((d) => d.name === n)?.apply(scene(48, 48), seeded(1)).mask))(
    '%s: what is marked was changed',
    (name) => {
      const d = DEGRADATIONS.find((v) => v.name === name);
      if (!d) throw new Error(name);
      let marked = 0;
      let changed = 0;
      for (let i = 0; i < 10; i++) {
        const picture = scene(64, 64, i);
        const { mask, picture: out } = d.apply(picture, seeded('marked', name, i));
        const n = 64 * 64;
        for (let k = 0; k < n; k++) {
          if (!mask || mask.data[k] === 0) continue;
          marked++;
          if ([0, 1, 2].some((c) => out.data[c * n + k] !== picture.data[c * n + k])) changed++;
        }
      }
      expect(marked).toBeGreaterThan(0);
      expect(changed / marked).toBeGreaterThan(0.95);
    },
  );
});
