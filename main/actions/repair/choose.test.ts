import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../../../app/planar.ts';
import { LABEL } from '../picture/labels.ts';
import type { Networks, OpenNetwork } from '../picture/networks.ts';
import { sourceOf } from '../picture/source.ts';
import { touchesFeatures, trialOf } from './choose.ts';
import { repairedSource } from './source.ts';

const W = 160;
const H = 120;
/** Random-looking tiles that no continuation can guess. */
const truth: Planar = planar(W, H, 3);
for (let i = 0; i < truth.data.length; i++) {
  const x = (i % W) >> 2;
  const y = Math.floor((i % (W * H)) / W) >> 2;
  truth.data[i] = 0.2 + 0.6 * ((((x * 7919) ^ (y * 104729)) % 13) / 13);
}
const mask = new Uint8Array(W * H);
for (let y = 40; y < 80; y++) for (let x = 60; x < 100; x++) mask[y * W + x] = 255;
const hurt: Planar = { ...truth, data: truth.data.map((v, i) => (mask[i % (W * H)] ? 0 : v)) };

/** A "network" that answers with a picture, whatever it is asked. */
function network(answer: (x: number, y: number, c: number) => number): Networks {
  const open: OpenNetwork = {
    name: 'filler',
    sha256: 'abc',
    multiple: 8,
    reach: 8,
    run: () => Promise.reject(new Error('not used')),
    apply: ({ x }) => {
      const y = planar(x.width, x.height, 3);
      for (let c = 0; c < 3; c++)
        for (let v = 0; v < x.height; v++)
          for (let u = 0; u < x.width; u++) y.data[(c * x.height + v) * x.width + u] = answer(u, v, c);
      return Promise.resolve({ y });
    },
  };
  return { open: (task) => Promise.resolve(task === 'filler' ? open : null) };
}
// The crop's corner: the hole's box grown by three quarters of its side, at least 48, within the picture.
const knows = network((x, y, c) => truth.data[(c * H + y) * W + x + 12]);
const knowsNothing = network(() => 0.02);
const whole = { x: 0, y: 0, w: W, h: H };
const base = { fill: 'auto', grain: false, faces: null, marks: [], seed: 1 } as const;

async function labelsWith(options: Partial<Parameters<typeof repairedSource>[2]>): Promise<Set<number>> {
  const repaired = repairedSource(
    sourceOf(hurt),
    { width: W, height: H, data: mask },
    { ...base, networks: null, ...options },
  );
  const labels = await repaired.labels(whole);
  return new Set(labels.filter((_, i) => mask[i] > 0));
}

describe('choosing a fill', () => {
  it('takes a network that proves better on the surroundings, and tells which', async () => {
    expect(await labelsWith({ networks: knows })).toEqual(new Set([LABEL.invented]));
    const repaired = repairedSource(
      sourceOf(hurt),
      { width: W, height: H, data: mask },
      { ...base, networks: knows },
    );
    const report = await repaired.report();
    expect(report.models).toEqual([{ name: 'filler', sha256: 'abc' }]);
    expect(report.networkHoles).toBe(1);
    const out = await repaired.read(whole);
    for (let i = 0; i < out.data.length; i++)
      expect(Math.abs(out.data[i] - truth.data[i])).toBeLessThan(1e-6);
  });
  it('leaves one that does not', async () => {
    expect(await labelsWith({ networks: knowsNothing })).toEqual(new Set([LABEL.interpolated]));
  });
  it('takes any when the recipe says so, and none with plain', async () => {
    expect(await labelsWith({ networks: knowsNothing, fill: 'network' })).toEqual(new Set([LABEL.invented]));
    expect(await labelsWith({ networks: knows, fill: 'plain' })).toEqual(new Set([LABEL.interpolated]));
  });
  it('keeps networks off eyes and mouths', async () => {
    const faces = [{ x: 0.4, y: 0.2, w: 0.3, h: 0.6, eyes: [{ x: 0.5, y: 0.5 }] }];
    expect(await labelsWith({ networks: knows, fill: 'network', faces })).toEqual(
      new Set([LABEL.interpolated]),
    );
    const repaired = repairedSource(
      sourceOf(hurt),
      { width: W, height: H, data: mask },
      { ...base, networks: knows, faces },
    );
    expect((await repaired.report()).sparedFaces).toBe(1);
  });
  it('knows what touches a face', () => {
    const face = {
      x: 0.4,
      y: 0.4,
      w: 0.2,
      h: 0.2,
      eyes: [{ x: 0.45, y: 0.46 }],
      mouth: [{ x: 0.5, y: 0.55 }],
    };
    expect(touchesFeatures({ x: 440, y: 450, w: 5, h: 5 }, [face], 1000, 1000)).toBe(true);
    expect(touchesFeatures({ x: 560, y: 400, w: 20, h: 20 }, [face], 1000, 1000)).toBe(false);
    expect(touchesFeatures({ x: 900, y: 900, w: 20, h: 20 }, [face], 1000, 1000)).toBe(false);
  });
  it('hides a piece of the same shape beside the hole', () => {
    const unknown = new Uint8Array(20 * 10);
    unknown[3 * 20 + 3] = unknown[3 * 20 + 4] = 1;
    const trial = trialOf(unknown, 20, 10);
    expect([...(trial?.keys() ?? [])].filter((i) => trial?.[i])).toEqual([3 * 20 + 9, 3 * 20 + 10]);
    expect(trialOf(new Uint8Array(12).fill(1), 4, 3)).toBeNull();
  });
});
