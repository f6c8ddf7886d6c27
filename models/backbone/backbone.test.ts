/** The converted encoder against features of the original graph (build/convert-backbone.ts wrote them). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope, declareParameters } from '../../app/graph/scope.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { decodeWeights, pickWeights } from '../../app/graph/weights.ts';
import { seeded } from '../../app/random.ts';
import { modelCardSchema } from '../card.ts';
import { BACKBONE_FEATURES, samePadding } from './architecture.ts';
import { backbone } from './network.ts';

const folder = path.resolve('models/backbone');
const bytes = readFileSync(path.join(folder, 'weights.rvw'));
const file = decodeWeights(bytes, 'weights.rvw');

interface Reference {
  side: number;
  reference: { block: number; rms: number; places: number[]; samples: number[] }[];
}

describe('backbone', () => {
  it('has the weights of its card, all that it asks for and no others', () => {
    const card = modelCardSchema.parse(JSON.parse(readFileSync(path.join(folder, 'card.json'), 'utf8')));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.sha256);
    const parameters = declareParameters((scope) =>
      backbone(scope, scope.graph.input('picture', [1, 3, 64, 64])),
    );
    expect(pickWeights(file, parameters, 'weights.rvw').length).toBe(file.tensors.size);
  });

  it('computes what the original computes', async () => {
    const { side, reference } = JSON.parse(
      readFileSync(path.join(folder, 'reference.json'), 'utf8'),
    ) as Reference;
    const random = seeded(1, 'backbone reference');
    const picture = new Float32Array(3 * side * side);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < 3; c++)
          picture[(c * side + y) * side + x] =
            0.5 + 0.3 * Math.sin((x * (c + 1) + 2 * y) / 9) + 0.2 * (random.next() - 0.5);
    const graph = new Graph();
    const features = backbone(constantScope(graph, file.tensors), graph.input('picture', [1, 3, side, side]));
    const outputs = Object.fromEntries(features.map((t, i) => [`f${i}`, t]));
    const results = await runOnnx(outputs, { picture });
    reference.forEach(({ rms, places, samples }, i) => {
      const { shape, data } = results[`f${i}`];
      const { channels, stride } = BACKBONE_FEATURES[i];
      expect(shape).toEqual([1, channels, side / stride, side / stride]);
      const found = places.flatMap((place) =>
        Array.from({ length: Math.ceil(channels / 7) }, (_, k) => data[7 * k * shape[2] * shape[3] + place]),
      );
      const worst = Math.max(...found.map((v, k) => Math.abs(v - samples[k])));
      expect(worst / rms).toBeLessThan(1e-4);
    });
  });

  it('takes grey as three equal channels', async () => {
    const side = 32;
    const random = seeded(2);
    const grey = Float32Array.from({ length: side * side }, () => random.next());
    const graph = new Graph();
    const scope = constantScope(graph, file.tensors);
    const [, , , one] = backbone(scope, graph.input('grey', [1, 1, side, side]));
    const [, , , three] = backbone(scope, graph.input('picture', [1, 3, side, side]));
    const results = await runOnnx(
      { one, three },
      { grey, picture: Float32Array.from([...grey, ...grey, ...grey]) },
    );
    const size = Math.hypot(...results.three.data);
    const off = Math.hypot(...results.three.data.map((v, i) => v - results.one.data[i]));
    expect(size).toBeGreaterThan(1);
    expect(off / size).toBeLessThan(1e-4);
  });

  it('pads as TensorFlow does', () => {
    expect(samePadding(64, 3, 2)).toEqual([0, 1]);
    expect(samePadding(64, 5, 2)).toEqual([1, 2]);
    expect(samePadding(7, 3, 2)).toEqual([1, 1]);
    expect(samePadding(64, 5, 1)).toEqual([2, 2]);
    expect(samePadding(64, 1, 1)).toEqual([0, 0]);
  });

  it('refuses sides that it cannot halve five times', () => {
    expect(() =>
      declareParameters((scope) => backbone(scope, scope.graph.input('picture', [1, 3, 64, 48]))),
    ).toThrow('[1,3,64,48] must have 1 or 3 channels and sides that are multiples of 32');
  });
});
