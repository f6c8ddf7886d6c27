/**
 * The interpreter of models/pretrain against onnxruntime: every network and every objective, at an odd batch, to 1e-4;
 * and weights that Python writes against the reader of the app. Runs where Python has PyTorch, and says so otherwise.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emit } from '../../app/graph/emit.ts';
import { Graph, size, type Shape } from '../../app/graph/graph.ts';
import { fromHalves, toHalves } from '../../app/graph/half.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { runEmitted } from '../../app/graph/testing.ts';
import { decodeWeights, encodeWeights } from '../../app/graph/weights.ts';
import { seeded } from '../../app/random.ts';
import { objectives } from '../../main/studio/run/objectives/index.ts';
import { networkInputs, networks, type Network, type NetworkWeights } from '../../models/index.ts';
import { beginning, lossGraph, networkGraph } from './graphs.ts';
import { PieceWriter } from './pictures.ts';

const python = '/usr/bin/python3';
// Versions are read, not imported: PyTorch takes seconds to wake up, and the test itself wakes it anyway.
const probe = spawnSync(
  python,
  ['-c', "from importlib.metadata import version; version('numpy'); print(version('torch'))"],
  { encoding: 'utf8' },
);
const [major, minor] = (probe.stdout ?? '').split('.').map(Number);
const there = probe.status === 0 && (major > 1 || (major === 1 && minor >= 12));
if (!there)
  console.log(
    `${python} with PyTorch 1.12 or newer is not installed: the parity of models/pretrain is not tested`,
  );

const SIDE = 64;
const BATCH = 3;
const picture = { batch: BATCH, height: SIDE, width: SIDE };

const noise = (shape: Shape, key: string): Float32Array => {
  const random = seeded('parity', key);
  return Float32Array.from({ length: size(shape) }, () => random.next());
};
/** Weights that are nowhere nought, so that every path carries something. */
function shaken(network: Network): NetworkWeights {
  const weights = beginning(network, 'small', 3);
  for (const [name, { shape, data }] of weights) {
    if (name.startsWith('backbone.')) continue;
    const random = seeded('shake', name);
    weights.set(name, { shape, data: data.map((v) => v + random.normal(0, 0.03)) });
  }
  return weights;
}

interface Job {
  graph: string;
  weights: string | null;
  inputs: Record<string, string>;
  outputs: Record<string, string>;
  rewrite: Record<string, string> | null;
}

describe.skipIf(!there)('models/pretrain', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parity-'));
  const jobs: Job[] = [];
  /** What onnxruntime says, by name of the job and output. */
  const expected = new Map<string, Record<string, { data: Float64Array }>>();
  const weightsOf = new Map<string, NetworkWeights>();
  const write = (name: string, data: Uint8Array | Float32Array): string => {
    const file = path.join(folder, name.replaceAll('/', '_'));
    writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return file;
  };
  const said = (job: string, output: string): Float32Array => {
    const bytes = readFileSync(path.join(folder, `${job}-out-${output}`.replaceAll('/', '_')));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  async function add(
    name: string,
    bytes: Uint8Array,
    full: ReturnType<typeof emit>,
    weights: NetworkWeights | null,
  ): Promise<void> {
    const feeds = Object.fromEntries(
      full.inputs.map((input) => [input.name, noise(input.shape, `${name} ${input.name}`)]),
    );
    const stored =
      weights &&
      encodeWeights(
        [...weights].map(([n, t]) => ({ name: n, ...t })),
        'f32',
        { by: 'us' },
      );
    jobs.push({
      graph: write(`${name}.onnx`, bytes),
      weights: stored && write(`${name}.rvw`, stored),
      inputs: Object.fromEntries(
        Object.entries(feeds).map(([n, data]) => [n, write(`${name}-in-${n}`, data)]),
      ),
      outputs: Object.fromEntries(
        full.outputs.map((o) => [o.name, path.join(folder, `${name}-out-${o.name}`.replaceAll('/', '_'))]),
      ),
      rewrite: weights && {
        f32: path.join(folder, `${name}.f32.rvw`),
        f16: path.join(folder, `${name}.f16.rvw`),
      },
    });
    expected.set(name, await runEmitted(full, feeds));
  }

  beforeAll(async () => {
    for (const network of Object.values(networks) as Network[]) {
      const weights = shaken(network);
      weightsOf.set(network.name, weights);
      const graph = new Graph();
      const outputs = network.build(
        constantScope(graph, weights),
        networkInputs(graph, network, picture),
        'small',
      );
      const stripped = networkGraph(network, 'small', weights, BATCH, SIDE);
      await add(network.name, stripped, emit({ ...outputs }), weights);
    }
    for (const [name, objective] of Object.entries(objectives)) {
      const full = lossGraph(objective, 'small', BATCH, SIDE);
      await add(`${name}-loss`, full.bytes, full, null);
    }
    writeFileSync(path.join(folder, 'jobs.json'), JSON.stringify(jobs));
    const script = path.resolve(import.meta.dirname, '../../models/pretrain/run_graph.py');
    const done = spawnSync(python, ['-B', script, path.join(folder, 'jobs.json')]);
    if (done.status !== 0) throw new Error(done.stderr.toString());
  }, 180_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const names = [...Object.keys(networks), ...Object.keys(objectives).map((n) => `${n}-loss`)];
  it.each(names)('%s: the interpreter agrees with onnxruntime to 1e-4', (name) => {
    const outputs = expected.get(name) ?? {};
    expect(Object.keys(outputs).length).toBeGreaterThan(0);
    for (const [output, { data }] of Object.entries(outputs)) {
      const ours = said(name, output);
      expect(ours.length).toBe(data.length);
      const scale = Math.max(
        1,
        data.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
      );
      const worst = data.reduce((m, v, i) => Math.max(m, Math.abs(v - ours[i])), 0);
      expect(worst / scale, `${name} ${output}`).toBeLessThan(1e-4);
    }
  });

  it.each(Object.keys(networks))('%s: weights written by Python are read bit for bit', (name) => {
    const weights = weightsOf.get(name);
    for (const precision of ['f32', 'f16'] as const) {
      const file = path.join(folder, `${name}.${precision}.rvw`);
      const { tensors, meta } = decodeWeights(readFileSync(file), file);
      expect(meta).toEqual({ by: 'us' });
      expect([...tensors.keys()].sort()).toEqual([...(weights?.keys() ?? [])].sort());
      for (const [n, { shape, data }] of weights ?? []) {
        expect(tensors.get(n)?.shape).toEqual([...shape]);
        const wanted = precision === 'f32' ? data : fromHalves(toHalves(data));
        expect(
          Buffer.from(tensors.get(n)?.data.buffer as ArrayBuffer).equals(Buffer.from(wanted.slice().buffer)),
        ).toBe(true);
      }
    }
  });

  it('pieces of photographs come out as they went in, upright and cut in the middle', () => {
    // Bright to the right in red, to the bottom in green: a turned or shifted picture would show.
    const pictures = [
      [64, 32],
      [32, 48],
      [32, 32],
    ].map(([width, height], index) => {
      const rgb = new Uint8Array(width * height * 3);
      for (let i = 0; i < width * height; i++) {
        rgb[3 * i] = 30 + 3 * (i % width);
        rgb[3 * i + 1] = 30 + 4 * Math.floor(i / width);
        rgb[3 * i + 2] = 60 + 40 * index;
      }
      return { id: `p${index}`, width, height, held: index === 2, rgb };
    });
    const writer = new PieceWriter(95, 1 << 20, () => path.join(folder, 'piece.rvp'));
    writer.add(pictures.slice(0, 2));
    writer.add(pictures.slice(2));
    writer.flush();
    const script = path.resolve(import.meta.dirname, '../../models/pretrain/pictures.py');
    const out = path.join(folder, 'crops.f32');
    const done = spawnSync(python, ['-B', script, path.join(folder, 'piece.rvp'), '32', out]);
    expect(done.stderr.toString()).toBe('');
    const bytes = readFileSync(out);
    const crops = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    expect(crops.length).toBe(3 * 3 * 32 * 32);
    pictures.forEach(({ rgb, width, height }, k) => {
      const [x0, y0] = [(width - 32) / 2, (height - 32) / 2];
      let worst = 0;
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 32; y++)
          for (let x = 0; x < 32; x++) {
            const truth = rgb[((y + y0) * width + x + x0) * 3 + c];
            worst = Math.max(worst, Math.abs(255 * crops[((k * 3 + c) * 32 + y) * 32 + x] - truth));
          }
      expect(worst, pictures[k].id).toBeLessThan(8);
    });
  });
});
