/** The converted face detector against answers of the original graph (build/convert-faces.ts wrote them). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../app/graph/graph.ts';
import { constantScope } from '../../app/graph/scope.ts';
import { runOnnx } from '../../app/graph/testing.ts';
import { decodeWeights, pickWeights } from '../../app/graph/weights.ts';
import { seeded } from '../../app/random.ts';
import { modelCardSchema } from '../card.ts';
import { networkInputs, networkParameters } from '../network.ts';
import { faces } from './network.ts';

const folder = path.resolve('models/faces');
const bytes = readFileSync(path.join(folder, 'weights.rvw'));
const file = decodeWeights(bytes, 'weights.rvw');

interface Reference {
  side: number;
  reference: { name: string; shape: number[]; rms: number; samples: number[] }[];
}

describe('the face detector', () => {
  it('has the weights of its card, all that it asks for and no others', () => {
    const card = modelCardSchema.parse(JSON.parse(readFileSync(path.join(folder, 'card.json'), 'utf8')));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.sha256);
    const parameters = networkParameters(faces, 'small');
    expect(pickWeights(file, parameters, 'weights.rvw').length).toBe(file.tensors.size);
    const graph = new Graph();
    const size = { batch: 1, height: 64, width: 96 };
    const outputs = faces.build(
      constantScope(graph, file.tensors),
      networkInputs(graph, faces, size),
      'small',
    );
    const of = (v: number | string): number => {
      if (typeof v === 'number') return v;
      const [word, divisor] = v.split('/');
      return size[word as keyof typeof size] / Number(divisor ?? 1);
    };
    expect(card.outputs.map((o) => [o.name, o.shape.map(of)])).toEqual(
      Object.entries(outputs).map(([name, t]) => [name, [...t.shape]]),
    );
  });

  it('computes what the original computes, but for half precision', async () => {
    const { side, reference } = JSON.parse(
      readFileSync(path.join(folder, 'reference.json'), 'utf8'),
    ) as Reference;
    const random = seeded(1, 'faces reference');
    const x = new Float32Array(3 * side * side);
    for (let v = 0; v < side; v++)
      for (let u = 0; u < side; u++)
        for (let c = 0; c < 3; c++)
          x[(c * side + v) * side + u] =
            (1 + 0.6 * Math.sin((u * (c + 1) + 2 * v) / 9) + 0.4 * (random.next() - 0.5)) / 2;
    const graph = new Graph();
    const size = { batch: 1, height: side, width: side };
    const outputs = faces.build(
      constantScope(graph, file.tensors),
      networkInputs(graph, faces, size),
      'small',
    );
    const results = await runOnnx({ ...outputs }, { x });
    for (const { name, shape, rms, samples } of reference) {
      const { shape: found, data } = results[name];
      expect(found).toEqual([1, ...shape]);
      const worst = Math.max(...samples.map((v, k) => Math.abs(v - data[5 * k])));
      expect(worst / rms).toBeLessThan(0.01);
    }
  });
});
