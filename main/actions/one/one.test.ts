/** The network's answer joined to full-size detail, with plain functions as networks. */
import { describe, expect, it } from 'vitest';
import { planar, type Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { sourceOf } from '../picture/source.ts';
import { oneSource, prepareOne } from './index.ts';

function network(turn: (x: Planar) => Planar): OpenNetwork {
  return {
    name: 'fake',
    sha256: 'f'.repeat(64),
    multiple: 32,
    reach: null,
    run: () => Promise.reject(new Error('not asked for')),
    apply: ({ x }) => Promise.resolve({ y: turn(x) }),
  };
}

/** Patches of colour with fine texture. */
function picture(width: number, height: number): Planar {
  const random = seeded('one', 'picture');
  const p = planar(width, height, 3);
  const texture = Float32Array.from({ length: width * height }, () => 0.06 * random.normal());
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        p.data[(c * height + y) * width + x] =
          0.45 + 0.2 * Math.sin(x / 37 + c) * Math.cos(y / 29 - 2 * c) + texture[y * width + x];
  return p;
}

const whole = { x: 0, y: 0, w: 300, h: 200 };

describe('one network at any size', () => {
  it('carries a turn of tones and colours to full size with all detail', async () => {
    const full = picture(300, 200);
    const invert = (p: Planar): Planar => ({ ...p, data: p.data.map((v) => 0.95 - 0.9 * v) });
    const plan = await prepareOne(full, network(invert), { side: 75 });
    expect(plan.size).toEqual({ width: 75, height: 50 });
    const out = await oneSource(sourceOf(full), plan).read(whole);
    const truth = invert(full);
    const error = out.data.reduce((s, v, i) => s + (v - truth.data[i]) ** 2, 0) / out.data.length;
    const detail = 0.06 ** 2 * 0.81;
    // The texture, which the network has hardly seen, is turned round too, and stands where it stood.
    expect(error).toBeLessThan(0.05 * detail);
  });
  it('is the network’s answer itself where nothing was reduced', async () => {
    const small = picture(64, 48);
    const answer = (p: Planar): Planar => ({
      ...p,
      data: p.data.map((v, i) => 0.5 * v + ((i * 7) % 13) / 40),
    });
    const plan = await prepareOne(small, network(answer));
    const out = await oneSource(sourceOf(small), plan).read({ x: 0, y: 0, w: 64, h: 48 });
    const truth = answer(small);
    expect(Math.max(...out.data.map((v, i) => Math.abs(v - truth.data[i])))).toBeLessThan(1e-4);
  });
  it('gives a grey picture colours, and parts agree with the whole', async () => {
    const grey = { ...planar(120, 90, 1), data: picture(120, 90).data.slice(0, 120 * 90) };
    const tint = (p: Planar): Planar => {
      const n = p.width * p.height;
      return { ...p, data: p.data.map((v, i) => v * (i < n ? 1 : i < 2 * n ? 0.8 : 0.6)) };
    };
    const source = oneSource(sourceOf(grey), await prepareOne(grey, network(tint), { side: 40 }));
    expect(source.channels).toBe(3);
    const all = await source.read({ x: 0, y: 0, w: 120, h: 90 });
    const mean = (c: number): number =>
      all.data.subarray(c * 10800, (c + 1) * 10800).reduce((s, v) => s + v, 0) / 10800;
    expect(mean(1) / mean(0)).toBeCloseTo(0.8, 2);
    expect(mean(2) / mean(0)).toBeCloseTo(0.6, 2);
    const part = await source.read({ x: 31, y: 17, w: 40, h: 20 });
    for (let y = 0; y < 20; y++)
      for (let x = 0; x < 40; x++) expect(part.data[y * 40 + x]).toBe(all.data[(y + 17) * 120 + x + 31]);
  });
  it('refuses an answer that is no picture', async () => {
    const wrong = network((p) => planar(p.width, p.height, 1));
    await expect(prepareOne(picture(64, 64), wrong)).rejects.toThrow('did not answer with a picture');
  });
});
