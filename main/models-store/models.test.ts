/**
 * The model store: tiny graphs of each public signature are recognised, tried, stored and give known numbers through
 * `Networks.open`; files that are cut, lie or want too much are refused in words and leave nothing behind.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import proto from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import { estimateSigma } from '../../app/baseline/index.ts';
import { planar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import type { NetworkTask } from '../actions/picture/networks.ts';
import { Budget } from '../engine/budget.ts';
import { EngineNetworks } from '../engine/networks.ts';
import { trialOf, type TrialOrder, type TrialOutcome } from '../engine/process-model.ts';
import { onnxBinding } from '../engine/session.ts';
import type { Adapter } from './adapter.ts';
import { lightnessOf } from './convert.ts';
import * as tiny from './fixture.ts';
import { ModelStore } from './store.ts';
import { tryModel } from './trial.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-models-'));
const store = new ModelStore(path.join(dir, 'models'));
const networks = new EngineNetworks({
  threads: 1,
  device: 'cpu',
  cores: new Budget(1),
  modelsDir: store.dir,
});
afterAll(async () => {
  await networks.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The trial in this process: starting one for each takes seconds. */
async function here({ file, adapter }: TrialOrder): Promise<TrialOutcome> {
  try {
    return { ok: true, trial: await tryModel(readFileSync(file), adapter, onnxBinding()) };
  } catch (error) {
    return { ok: false, why: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}
function written(name: string, bytes: Uint8Array): string {
  const file = path.join(dir, name);
  writeFileSync(file, bytes);
  return file;
}
const take = (name: string, bytes: Uint8Array, adapter: Partial<Adapter> = {}) =>
  store.import(written(name, bytes), { adapter, trial: here });
const open = async (task: NetworkTask, name: string) => {
  const network = await networks.with().open(task, name);
  if (!network) throw new Error('no network');
  return network;
};
function picture(width: number, height: number, channels = 3): Planar {
  const random = seeded('models', 'picture');
  const p = planar(width, height, channels);
  for (let i = 0; i < p.data.length; i++) p.data[i] = 0.5 + 0.3 * Math.sin(i / 11) + 0.02 * random.normal();
  return p;
}
const worst = (a: Float32Array, b: (i: number) => number): number =>
  a.reduce((w, v, i) => Math.max(w, Math.abs(v - b(i))), 0);

describe('tiny graphs of public signatures', () => {
  it('image: a network of any size, in tiles', async () => {
    const { card } = await take('nafnet.onnx', tiny.imageModel());
    expect(card).toMatchObject({
      name: 'nafnet',
      task: 'restorer',
      kind: 'image',
      scale: 1,
      origin: 'nafnet.onnx',
    });
    const x = picture(600, 70);
    const { y } = await (await open('restorer', 'nafnet')).apply({ x });
    expect([y.width, y.height]).toEqual([600, 70]);
    expect(worst(y.data, (i) => 1 - x.data[i])).toBeLessThan(1e-5);
  });
  it('image that enlarges: the scale is found by the trial', async () => {
    const { card } = await take('esrgan.onnx', tiny.upscaleModel());
    expect(card).toMatchObject({ task: 'upscaler', scale: 2 });
    const x = picture(50, 40);
    const { y } = await (await open('upscaler', 'esrgan')).apply({ x });
    expect([y.width, y.height]).toEqual([100, 80]);
    expect(y.data[3 * 100 + 7]).toBeCloseTo(1 - x.data[50 + 3], 5);
    await expect(open('restorer', 'esrgan')).rejects.toThrow('esrgan cannot be used for this step');
  });
  it('denoise: told the noise of the picture', async () => {
    expect((await take('ffd.onnx', tiny.denoiseModel())).card).toMatchObject({
      task: 'restorer',
      kind: 'denoise',
    });
    const x = picture(90, 60);
    const sigma = estimateSigma(x);
    expect(sigma).toBeGreaterThan(0.01);
    const { y } = await (await open('restorer', 'ffd')).apply({ x });
    expect(worst(y.data, (i) => x.data[i] - sigma)).toBeLessThan(1e-5);
  });
  /** The chroma that a colorist gives for an even grey, in Lab units. */
  async function chroma(name: string, grey: number): Promise<[number, number]> {
    const l = new Float32Array(64 * 48).fill(grey);
    const { ab } = await (
      await open('colorist', name)
    ).run({
      l: { dims: [1, 1, 48, 64], data: l },
      hints: { dims: [1, 3, 12, 16], data: new Float32Array(3 * 12 * 16) },
    });
    expect(ab.dims).toEqual([1, 2, 12, 16]);
    expect(worst(ab.data, (i) => ab.data[i < 192 ? 0 : 192])).toBeLessThan(1e-4);
    return [110 * ab.data[0], 110 * ab.data[192]];
  }
  it('ddcolor: a and b', async () => {
    expect((await take('ddcolor.onnx', tiny.ddcolorModel())).adapter).toMatchObject({
      kind: 'ddcolor',
      size: { width: 64, height: 64 },
    });
    const [a, b] = await chroma('ddcolor', 0.5);
    expect([a, b]).toEqual([expect.closeTo(20, 3), expect.closeTo(-10, 3)]);
  });
  it('deoldify: the chroma of a colour picture, by the name of the file or by hand', async () => {
    expect((await take('deoldify-art.onnx', tiny.deoldifyModel())).adapter.kind).toBe('deoldify');
    expect((await take('artistic.onnx', tiny.deoldifyModel())).adapter.kind).toBe('image');
    expect((await take('by-hand.onnx', tiny.deoldifyModel(), { kind: 'deoldify' })).card.task).toBe(
      'colorist',
    );
    // sRGB 0.5, 0.4, 0.3 in CIE Lab, D65.
    const [a, b] = await chroma('deoldify-art', 0.5);
    expect([a, b]).toEqual([expect.closeTo(6.42, 1), expect.closeTo(18.28, 1)]);
    expect(await chroma('by-hand', 0.5)).toEqual([a, b]);
  });
  it('bins: chroma of lightness, or scores of bins that the adapter names', async () => {
    await take('siggraph.onnx', tiny.chromaModel());
    const l = lightnessOf(0.5);
    expect(await chroma('siggraph', 0.5)).toEqual([expect.closeTo(l / 2, 2), expect.closeTo(-l / 4, 2)]);
    await expect(take('eccv.onnx', tiny.binsModel())).rejects.toThrow('it scores 3 bins of chroma');
    const bins: [number, number][] = [
      [-30, 10],
      [60, 20],
      [0, 0],
    ];
    await take('eccv.onnx', tiny.binsModel(), { bins });
    expect(await chroma('eccv', 0.9)).toEqual([expect.closeTo(60, 1), expect.closeTo(20, 1)]);
    expect(await chroma('eccv', 0.1)).toEqual([expect.closeTo(-30, 1), expect.closeTo(10, 1)]);
  });
  it('lama and migan: the hole is filled, at any size of picture', async () => {
    const lama = await take('lama.onnx', tiny.lamaModel());
    expect(lama.adapter).toMatchObject({ kind: 'lama', second: 'mask', outRange: 255 });
    expect((await take('migan.onnx', tiny.miganModel())).adapter.kind).toBe('migan');
    const x: Planar = { ...planar(128, 128, 3), data: new Float32Array(3 * 128 * 128).fill(0.2) };
    const mask = planar(128, 128, 1);
    for (let y = 40; y < 80; y++) mask.data.fill(1, y * 128 + 30, y * 128 + 90);
    for (const [name, fill] of [
      ['lama', 0.5],
      ['migan', 0.8],
    ] as const) {
      const { y } = await (await open('filler', name)).apply({ x, mask });
      expect([y.width, y.height]).toEqual([128, 128]);
      expect(y.data[60 * 128 + 60]).toBeCloseTo(fill, 2);
      expect(y.data[10 * 128 + 10]).toBeCloseTo(0.2, 2);
    }
  });
  it('a fixed size is met by tiles of that size', async () => {
    await take('fixed.onnx', tiny.deoldifyModel(), { kind: 'image' });
    const x = picture(150, 90);
    const { y } = await (await open('restorer', 'fixed')).apply({ x });
    const n = 150 * 90;
    const factor = (i: number): number => (i < n ? 1 : i < 2 * n ? 0.8 : 0.6);
    expect(worst(y.data, (i) => factor(i) * x.data[i])).toBeLessThan(1e-5);
  });
});

describe('files that are refused', () => {
  const image = tiny.imageModel();
  const refusals: [string, Uint8Array, RegExp][] = [
    ['text.onnx', new TextEncoder().encode('no model at all, only words'), /not an ONNX file/],
    ['cut.onnx', image.slice(0, image.length - 40), /not an ONNX file|nothing makes|holds no graph/],
    [
      'external.onnx',
      tiny.edited(image, ({ graph }) => {
        const [w] = graph?.initializer ?? [];
        w.dataLocation = proto.onnx.TensorProto.DataLocation.EXTERNAL;
        w.externalData = [
          proto.onnx.StringStringEntryProto.create({ key: 'location', value: '../../etc/passwd' }),
        ];
      }),
      /keeps weights in another file \(\.\.\/\.\.\/etc\/passwd\)/,
    ],
    [
      'custom.onnx',
      tiny.edited(image, (model) => {
        const [node] = model.graph?.node ?? [];
        node.domain = 'org.example';
      }),
      /operators of a library of its own \(org\.example\)/,
    ],
    [
      'weights.onnx',
      tiny.edited(image, ({ graph }) => {
        const [w] = graph?.initializer ?? [];
        w.dims = [3, 3, 1, 100];
      }),
      /says that the weight .* has 900 numbers, and holds 9/,
    ],
    [
      'huge.onnx',
      tiny.edited(image, ({ graph }) => {
        const dims = graph?.output?.[0].type?.tensorType?.shape?.dim ?? [];
        dims[2] = proto.onnx.TensorShapeProto.Dimension.create({ dimValue: 100_000 });
        dims[3] = proto.onnx.TensorShapeProto.Dimension.create({ dimValue: 100_000 });
      }),
      /wants a tensor of 120 GB/,
    ],
    [
      'liar.onnx',
      tiny.edited(tiny.upscaleModel(), ({ graph }) => {
        const dims = graph?.output?.[0].type?.tensorType?.shape?.dim ?? [];
        dims[2] = proto.onnx.TensorShapeProto.Dimension.create({ dimParam: 'H' });
        dims[3] = proto.onnx.TensorShapeProto.Dimension.create({ dimParam: 'W' });
      }),
      /lies about its shapes: .* y is \[1, 3, H, W\], and gives \[1, 3, 102, 122\]/,
    ],
    [
      'double.onnx',
      tiny.edited(image, ({ graph }) => {
        const type = graph?.input?.[0].type?.tensorType;
        if (type) type.elemType = proto.onnx.TensorProto.DataType.UINT8;
      }),
      /uint8; models here take and give float32/,
    ],
  ];
  it.each(refusals)('%s', async (name, bytes, words) => {
    const before = readdirSync(store.dir);
    await expect(take(name, bytes)).rejects.toThrow(words);
    expect(readdirSync(store.dir)).toEqual(before);
  });
  it('one that does not fit the adapter that was named', async () => {
    await expect(take('wrong.onnx', image, { kind: 'lama' })).rejects.toThrow(
      'wrong.onnx does not fit the adapter lama: a second input is missing.',
    );
  });
  it('one that wants more memory than it may: its process ends, ours goes on', async () => {
    // An enlargement of 500 times: 61 x 51 pixels become 9 GB.
    const hog = tiny.enlarged(image, 500);
    const little = (order: TrialOrder): Promise<TrialOutcome> => trialOf({ ...order, limitMb: 400 });
    await expect(store.import(written('hog.onnx', hog), { trial: little })).rejects.toThrow(
      /hog\.onnx wanted more than \d+ MB of memory/,
    );
    expect(existsSync(path.join(store.dir, 'hog'))).toBe(false);
  }, 60_000);
});

describe('models that are there', () => {
  it('are listed, verified, found changed, and removed', async () => {
    await take('mine.onnx', tiny.imageModel());
    await expect(take('mine.onnx', tiny.imageModel())).rejects.toThrow('There is a model mine already');
    await expect(take('one.onnx', tiny.imageModel())).rejects.toThrow('There is a model one already');
    expect((await store.list()).map((m) => m.card.name)).toContain('mine');
    expect((await store.verify('mine', here)).card.name).toBe('mine');
    writeFileSync(path.join(store.dir, 'mine', 'model.onnx'), tiny.upscaleModel());
    await expect(store.verify('mine', here)).rejects.toThrow('is not the file that was imported');
    await expect(
      (async () => (await open('restorer', 'mine')).apply({ x: picture(40, 40) }))(),
    ).rejects.toThrow('is not the file that was imported');
    await store.remove('mine');
    expect(existsSync(path.join(store.dir, 'mine'))).toBe(false);
    // Removed while a picture waited for it.
    await expect(open('restorer', 'mine')).rejects.toMatchObject({ code: 'not-found' });
    await expect(store.import(written('x.onnx', tiny.imageModel()), { name: '../out' })).rejects.toThrow(
      'A model needs a name',
    );
  });
  const real = path.resolve('../shared/models/realesr_general_x4v3.onnx');
  it.skipIf(!existsSync(real))(
    'a real upscaler, through a process of its own',
    async () => {
      const { card } = await store.import(real, { license: 'BSD-3-Clause' });
      expect(card).toMatchObject({ task: 'upscaler', scale: 4, license: 'BSD-3-Clause' });
      const x = picture(48, 32);
      const { y } = await (await open('upscaler', 'realesr_general_x4v3')).apply({ x });
      expect([y.width, y.height]).toEqual([192, 128]);
      const mean = (p: Planar): number => p.data.reduce((s, v) => s + v, 0) / p.data.length;
      expect(mean(y)).toBeCloseTo(mean(x), 1);
    },
    60_000,
  );
  const ffdnet = path.resolve('../shared/models/ffdnet_color.onnx');
  it.skipIf(!existsSync(ffdnet))('a real denoiser takes noise out', async () => {
    await store.import(ffdnet, { trial: here });
    const random = seeded('models', 'noise');
    const x = planar(96, 64, 3);
    for (let i = 0; i < x.data.length; i++) x.data[i] = 0.5 + 0.05 * random.normal();
    const { y } = await (await open('restorer', 'ffdnet_color')).apply({ x });
    expect(estimateSigma(y)).toBeLessThan(0.5 * estimateSigma(x));
  });
});
