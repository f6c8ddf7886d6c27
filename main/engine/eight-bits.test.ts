/**
 * Networks in 8 bits: what is written, how far the answers are from single precision on the networks that ship, whether
 * tiles still join, and the way back to single precision.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import proto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { planar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import type { OpenNetwork } from '../actions/picture/networks.ts';
import { readModel } from '../studio/run/model.ts';
import { shippedModel } from '../studio/shipped.ts';
import { Budget } from './budget.ts';
import { eightBitWeights, inEightBits, observed } from './eight-bits.ts';
import { runTiled } from './model-tiles.ts';
import { EngineNetworks } from './networks.ts';
import { addsEightBits, storedRanges, wantsSingle } from './precision.ts';
import { onnxBinding, type Binding } from './session.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-eight-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const NAMES = ['restorer', 'filler', 'upscaler'] as const;

/** One convolution of 16 channels to 16, 1 x 1, with a bias. */
function small(weights: Float32Array, name = 'a'): Uint8Array {
  const graph = new Graph();
  const bias = graph.constant(
    Float32Array.from({ length: 16 }, (_, i) => i / 16),
    [16],
    `${name}.bias`,
  );
  const y = conv2d(
    graph.input('x', [1, 16, 4, 4]),
    graph.constant(weights, [16, 16, 1, 1], `${name}.weight`),
    { bias },
  );
  return emit({ y }).bytes;
}
const random = seeded('eight bits');
const weights = Float32Array.from({ length: 256 }, () => random.normal());
const x = { dims: [1, 16, 4, 4], data: Float32Array.from({ length: 256 }, () => random.uniform(-1, 1)) };
const answer = async (bytes: Uint8Array): Promise<Float32Array> => {
  const session = await onnxBinding().create(bytes, 'cpu', 1);
  const { y } = await session.run({ x });
  await session.release();
  return y.data;
};
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
};

describe('one convolution', () => {
  it('has weights with a scale for each output channel, its largest at the end of the codes', () => {
    const { scale, data } = eightBitWeights(Float32Array.of(1, -2, 0.5, 0, 0, 0), 2);
    expect([...data]).toEqual([64, -127, 32, 0, 0, 0]);
    expect(scale[0]).toBeCloseTo(2 / 127, 7);
    expect(scale[1]).toBeCloseTo(1 / 127, 7);
  });
  it('is computed in 8 bits, as near as the steps of its ranges allow', async () => {
    const single = small(weights);
    expect(observed(single).map((c) => c.name)).toEqual(['a']);
    const eight = inEightBits(single, { a: { in: [-1, 1], out: [-12, 12] } });
    const graph = proto.onnx.ModelProto.decode(eight!).graph!;
    const stored = new Map(graph.initializer!.map((t) => [t.name, t]));
    expect(stored.has('a.weight')).toBe(false);
    expect(stored.get('a.weight short')?.rawData?.length).toBe(256);
    const far = furthest(await answer(single), await answer(eight!));
    expect(far).toBeGreaterThan(0);
    expect(far).toBeLessThan(0.15);
  });
  it('stays as it is without ranges, and where it sees or makes pixels', () => {
    expect(inEightBits(small(weights), {})).toBeNull();
    expect(observed(small(weights, 'stem'))).toEqual([]);
    expect(inEightBits(small(weights, 'out'), { out: { in: [-1, 1], out: [-9, 9] } })).toBeNull();
  });
});

describe('ranges', () => {
  it.each(NAMES)('%s has them for the weights that ship, for all of its convolutions', async (name) => {
    const { card, weights: own } = await readModel(shippedModel(name));
    const ranges = await storedRanges(shippedModel(name), card.sha256);
    const convolutions = [...own]
      .filter(([key, { shape }]) => key.endsWith('.weight') && shape.length === 4)
      .map(([key]) => key.slice(0, -'.weight'.length));
    expect(Object.keys(ranges ?? {}).sort()).toEqual(
      convolutions.filter((c) => c !== 'stem' && c !== 'out').sort(),
    );
  });
  it('of other weights, or damaged ones, are none', async () => {
    expect(await storedRanges(shippedModel('restorer'), 'another')).toBeNull();
    writeFileSync(path.join(dir, 'ranges.json'), '{"sha256": "a", "ranges": {"x": {"in": [0]}}}');
    expect(await storedRanges(dir, 'a')).toBeNull();
    expect(await storedRanges(path.join(dir, 'nowhere'), 'a')).toBeNull();
  });
  it('are not used on a processor that cuts its sums, nor against the wish of a person', async () => {
    const saturating: Binding = {
      listed: () => ['cpu'],
      create: () =>
        Promise.resolve({
          run: () => Promise.resolve({ y: { dims: [1, 64, 8, 8], data: new Float32Array(4096).fill(32.4) } }),
          release: () => Promise.resolve(),
        }),
    };
    expect(await addsEightBits(saturating)).toBe(false);
    const refusing: Binding = { ...saturating, create: () => Promise.reject(new Error('no such operator')) };
    expect(await addsEightBits(refusing)).toBe(false);
    expect(wantsSingle({ REVELADO_PRECISION: 'single' })).toBe(true);
    expect(wantsSingle({})).toBe(false);
  });
});

/** Soft hills with a little noise: smooth parts show steps, noise makes the restorer work. */
function scene(width: number, height: number, noise: number): Planar {
  const p = planar(width, height, 3);
  const grain = seeded('scene', width, height);
  for (let i = 0; i < p.data.length; i++) {
    const [c, row, column] = [Math.floor(i / (width * height)), Math.floor(i / width) % height, i % width];
    const v = 0.5 + 0.3 * Math.sin(column / (31 + 9 * c)) * Math.cos(row / 47) + noise * grain.normal();
    p.data[i] = Math.min(1, Math.max(0, v));
  }
  return p;
}

describe('networks that ship', () => {
  const settings = { threads: 2, device: 'cpu', cores: new Budget(2) };
  const single = new EngineNetworks({ ...settings, single: true });
  const eight = new EngineNetworks({ ...settings, single: false });
  let can = false;
  beforeAll(async () => {
    can = await eight.eightBits();
    if (!can) console.log('This processor cuts sums of 8 bits: single precision is all there is to test.');
  });
  afterAll(() => Promise.all([single.close(), eight.close()]));

  it.each(NAMES)('%s answers the same but for some codes, and not in single precision', async (name) => {
    const x = scene(64, 48, name === 'restorer' ? 0.08 : 0);
    const mask = planar(64, 48, 1);
    for (let i = 0; i < mask.data.length; i++) mask.data[i] = Number(i % 64 > 24 && i % 64 < 40);
    const planes: Record<string, Planar> = name === 'filler' ? { x, mask } : { x };
    const [a, b] = await Promise.all(
      [single, eight].map(async (engine) => (await engine.with().open(name))!.apply(planes)),
    );
    const far = furthest(a['y'].data, b['y'].data);
    if (can) expect(far).toBeGreaterThan(0);
    expect(far).toBeLessThan(4 / 255);
    if (name === 'restorer') expect(furthest(a['damage'].data, b['damage'].data)).toBeLessThan(0.1);
    if (name === 'filler')
      b['y'].data.forEach((v, i) => {
        if (mask.data[i % mask.data.length] === 0) expect(v).toBe(x.data[i]);
      });
  });

  it('tiles of the restorer join: the same as the whole', async () => {
    const network = (await eight.with().open('restorer')) as OpenNetwork;
    const x = scene(256, 192, 0.05);
    const whole = (await network.apply({ x }))['y'];
    const run = async (part: Record<string, Planar>): Promise<Record<string, Planar>> => {
      const { y } = await network.run({
        x: { dims: [1, 3, part['x'].height, part['x'].width], data: part['x'].data },
      });
      return { y: { channels: 3, height: y.dims[2], width: y.dims[3], data: y.data as Float32Array } };
    };
    const tiles = await runTiled({ x }, run, { multiple: 8, reach: 80, most: 192 });
    expect(furthest(whole.data, tiles['y'].data)).toBeLessThan(1 / 255);
  });

  it('go back to single precision where 8 bits are refused', async () => {
    const binding = onnxBinding();
    let refused = 0;
    const picky: Binding = {
      listed: () => binding.listed(),
      create: (bytes, ...more) => {
        const text = Buffer.from(bytes).includes('QuantizeLinear');
        // The trial passes; what is in earnest does not.
        if (text && bytes.length > 20_000 && ++refused) return Promise.reject(new Error('not here'));
        return binding.create(bytes, ...more);
      },
    };
    const engine = new EngineNetworks({ ...settings, single: false, binding: () => picky });
    const x = scene(32, 32, 0.05);
    const [a, b] = await Promise.all(
      [single, engine].map(async (e) => (await e.with().open('restorer'))!.apply({ x })),
    );
    expect(furthest(a['y'].data, b['y'].data)).toBe(0);
    expect(refused).toBe(can ? 1 : 0);
    await engine.close();
  });

  it('are in single precision where a person put weights without ranges', async () => {
    const folder = path.join(dir, 'own');
    mkdirSync(folder);
    for (const file of ['card.json', 'weights.rvw'])
      copyFileSync(path.join(shippedModel('upscaler'), file), path.join(folder, file));
    expect(existsSync(path.join(folder, 'ranges.json'))).toBe(false);
    const x = scene(32, 32, 0);
    const a = await (await single.with().open('upscaler'))!.apply({ x });
    const b = await (await eight.with().open('upscaler', folder))!.apply({ x });
    expect(furthest(a['y'].data, b['y'].data)).toBe(0);
  });
});
