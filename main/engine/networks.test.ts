/** Networks through tiles and as a whole, on restorer and filler with random weights; tiles that are too big; gone models. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeWeights } from '../../app/graph/weights.ts';
import { planar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { networkParameters, networks } from '../../models/index.ts';
import { Budget } from './budget.ts';
import { axisTiles, classSide, runTiled } from './model-tiles.ts';
import { EngineNetworks } from './networks.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-networks-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A model folder of a network with random weights: each convolution keeps the size of what goes through it. */
function randomModel(name: 'restorer' | 'filler'): string {
  const folder = path.join(dir, name);
  mkdirSync(folder, { recursive: true });
  const tensors = networkParameters(networks[name], 'small').map((p) => {
    const random = seeded('weights', name, p.name);
    const n = p.shape.reduce((a, b) => a * b, 1);
    const fan = p.shape.length > 1 ? n / p.shape[0] : 1;
    const size = p.shape.length > 1 ? Math.sqrt(2 / fan) : 0.02;
    return {
      name: p.name,
      shape: p.shape,
      data: Float32Array.from({ length: n }, () => size * random.normal()),
    };
  });
  const bytes = encodeWeights(tensors, 'f32', { network: name, width: 'small' });
  writeFileSync(path.join(folder, 'weights.rvw'), bytes);
  writeFileSync(
    path.join(folder, 'card.json'),
    JSON.stringify({
      name: `random-${name}`,
      version: '1',
      task: 'test',
      network: name,
      width: 'small',
      weights: 'weights.rvw',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      inputs: [],
      outputs: [],
      license: 'test',
      provenance: [],
      trainedOn: 'nothing',
      metrics: {},
      measuredBy: null,
      limits: '',
    }),
  );
  return folder;
}

function noise(width: number, height: number, channels: number, key: string): Planar {
  const random = seeded('picture', key);
  const p = planar(width, height, channels);
  for (let i = 0; i < p.data.length; i++) p.data[i] = random.uniform(0, 1);
  return p;
}

function most(a: Planar, b: Planar): number {
  expect([a.width, a.height, a.channels]).toEqual([b.width, b.height, b.channels]);
  return a.data.reduce((m, v, i) => Math.max(m, Math.abs(v - b.data[i])), 0);
}

describe('tiles of an axis', () => {
  it('covers every pixel once, within reach of its tile, on the grid', () => {
    for (const [length, tile, reach, multiple] of [
      [4000, 768, 80, 8],
      [1000, 768, 312, 8],
      [776, 768, 80, 8],
      [4992, 256, 0, 32],
    ] as const) {
      const { size, tiles } = axisTiles(length, tile, reach, multiple);
      expect(size).toBeLessThanOrEqual(tile);
      let next = 0;
      for (const [i, t] of tiles.entries()) {
        expect(t.at % multiple).toBe(0);
        expect(t.from).toBe(next);
        expect(t.from - t.at).toBeGreaterThanOrEqual(i === 0 ? 0 : reach);
        expect(t.at + size - t.to).toBeGreaterThanOrEqual(i === tiles.length - 1 ? 0 : reach);
        next = t.to;
      }
      expect(next).toBe(length);
      expect(tiles[tiles.length - 1].at + size).toBe(length);
    }
  });
  it('rounds small sides by an eighth at most', () => {
    for (let n = 1; n < 2000; n += 7) {
      const c = classSide(n, 8);
      expect(c % 8).toBe(0);
      expect(c).toBeGreaterThanOrEqual(n);
      expect(c).toBeLessThanOrEqual(Math.max(n + 8, n * 1.13 + 8));
    }
  });
});

describe('networks in tiles', () => {
  const cores = new Budget(2);
  const engine = new EngineNetworks({ threads: 2, device: 'cpu', cores });
  afterAll(() => engine.close());

  it.each([
    ['restorer', 480, 400, 264],
    ['filler', 968, 80, 864],
  ] as const)(
    '%s: tiles give what the whole gives',
    { timeout: 60_000 },
    async (name, width, height, tile) => {
      const network = await engine.with().open(name, randomModel(name));
      if (!network) throw new Error('no network');
      const planes: Record<string, Planar> = { x: noise(width, height, 3, name) };
      if (name === 'filler') {
        planes['mask'] = planar(width, height, 1);
        for (let i = 0; i < planes['mask'].data.length; i += 3) planes['mask'].data[i] = 1;
      }
      const run = async (part: Record<string, Planar>) => {
        const answer = await network.run(
          Object.fromEntries(
            Object.entries(part).map(([k, p]) => [
              k,
              { dims: [1, p.channels, p.height, p.width], data: p.data },
            ]),
          ),
        );
        const { dims, data } = answer['y'];
        return { y: { channels: dims[1], height: dims[2], width: dims[3], data } };
      };
      const whole = (await run(planes)).y;
      let tiles = 0;
      const options = { multiple: network.multiple, reach: network.reach, most: tile };
      const tiled = await runTiled(planes, (p) => (tiles++, run(p)), options);
      expect(tiles).toBeGreaterThan(1);
      const worst = most(whole, tiled['y']);
      expect(worst).toBeLessThan(1 / 255);
      // The weights do something, or this would prove nothing.
      expect(most(whole, planes['x'])).toBeGreaterThan(0.05);
    },
  );

  it('takes smaller tiles when one is too big, and gives up in words', async () => {
    const picture = { x: noise(600, 40, 1, 'big') };
    const sides: number[] = [];
    const echo = (limit: number) => async (part: Record<string, Planar>) =>
      part['x'].width > limit ? ('too-big' as const) : { y: part['x'] };
    const options = { multiple: 8, reach: 16, most: 512, onSmaller: (n: number) => sides.push(n) };
    const { y } = await runTiled(picture, echo(140), options);
    expect(most(y, picture.x)).toBe(0);
    expect(sides.at(-1)).toBeLessThanOrEqual(140);
    await expect(runTiled(picture, echo(8), options)).rejects.toThrow(/memory/);
  });

  it('stops between tiles, and tells how far it is', async () => {
    const stop = new AbortController();
    const shares: number[] = [];
    const run = async (part: Record<string, Planar>) => ({ y: part['x'] });
    const work = runTiled({ x: noise(600, 300, 1, 'stop') }, run, {
      multiple: 8,
      reach: 8,
      most: 128,
      signal: stop.signal,
      onProgress: (share) => {
        shares.push(share);
        if (shares.length === 2) stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(shares).toHaveLength(2);
  });

  it('makes an upscaler twice the size, and cuts what was mirrored', async () => {
    const picture = noise(37, 21, 1, 'up');
    const run = async (part: Record<string, Planar>) => {
      const { x } = part;
      const up = planar(x.width * 2, x.height * 2, 1);
      for (let j = 0; j < up.height; j++)
        for (let i = 0; i < up.width; i++) up.data[j * up.width + i] = x.data[(j >> 1) * x.width + (i >> 1)];
      return { y: up };
    };
    const { y } = await runTiled({ x: picture }, run, { multiple: 4, reach: 2, most: 16 });
    expect([y.width, y.height]).toEqual([74, 42]);
    expect(y.data[73 + 41 * 74]).toBe(picture.data[36 + 20 * 37]);
    expect(y.data[31 + 20 * 74]).toBe(picture.data[15 + 10 * 37]);
  });

  it('has its own networks, and says when a named one is gone', async () => {
    const own = await engine.with().open('colorist');
    expect(own?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await engine.with().open('colorist')).toBe(own);
    expect((await engine.with().open('upscaler'))?.multiple).toBe(1);
    await expect(engine.with().open('restorer', 'no-such')).rejects.toMatchObject({ code: 'not-found' });
    await expect(engine.with().open('colorist', randomModel('filler'))).rejects.toMatchObject({
      code: 'bad-input',
    });
    const used = await engine.with({ filler: randomModel('filler') }).open('filler');
    expect(used?.name).toBe('random-filler');
  });
});
