/** Cards and weights agree with the networks, and the files keep to their limits. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../app/graph/graph.ts';
import { constantScope } from '../app/graph/scope.ts';
import { decodeWeights, pickWeights } from '../app/graph/weights.ts';
import { modelCardSchema, networkInputs, networkParameters, networks, startWeights } from './index.ts';

const root = path.resolve('models');
const folders = readdirSync(root).filter((name) => existsSync(path.join(root, name, 'card.json')));
const MIB = 1024 * 1024;

describe('model cards', () => {
  it('exist for every network', () => {
    expect(folders).toEqual(expect.arrayContaining([...Object.keys(networks), 'backbone']));
  });

  it.each(folders)('%s: the card is well formed and its weights are those it names', (folder) => {
    const card = modelCardSchema.parse(
      JSON.parse(readFileSync(path.join(root, folder, 'card.json'), 'utf8')),
    );
    expect(card.name).toBe(folder);
    if (card.weights === null) {
      expect(card.sha256).toBeNull();
      expect(card.metrics).toEqual({});
      return;
    }
    const bytes = readFileSync(path.join(root, folder, card.weights));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.sha256);
    expect(bytes.length).toBeLessThanOrEqual(15 * MIB);
    expect(Object.keys(card.metrics).length === 0 || card.measuredBy !== null).toBe(true);
    const network = Object.values(networks).find((n) => n.name === card.network);
    if (!network) return; // the backbone has a test of its own
    const file = decodeWeights(bytes, card.weights);
    const parameters = networkParameters(network, card.width ?? 'base');
    expect(pickWeights(file, parameters, card.weights).every((data) => data.every(Number.isFinite))).toBe(
      true,
    );
  });

  it.each(Object.values(networks).map((n) => [n.name, n] as const))(
    '%s: inputs and outputs are those of the card',
    (name, network) => {
      const card = modelCardSchema.parse(
        JSON.parse(readFileSync(path.join(root, name, 'card.json'), 'utf8')),
      );
      const size = { batch: 3, height: 64, width: 96 };
      const graph = new Graph();
      const inputs = networkInputs(graph, network, size);
      const weights = startWeights(network, 'small', 1);
      const outputs = network.build(constantScope(graph, weights), inputs, 'small');
      const numbers = (text: number | string, found: number): number => {
        if (typeof text === 'number') return text;
        const [word, divisor] = text.split('/');
        if (word === 'channels') return found;
        return size[word as keyof typeof size] / Number(divisor ?? 1);
      };
      for (const [values, tensors] of [
        [card.inputs, inputs],
        [card.outputs, outputs],
      ] as const) {
        expect(values.map((v) => v.name).sort()).toEqual(Object.keys(tensors).sort());
        for (const v of values) {
          const { shape } = tensors[v.name];
          expect(v.shape.map((text, i) => numbers(text, shape[i]))).toEqual(shape);
        }
      }
    },
  );

  it('are small together', () => {
    const files = folders.flatMap((folder) =>
      readdirSync(path.join(root, folder))
        .filter((f) => f.endsWith('.rvw'))
        .map((f) => statSync(path.join(root, folder, f)).size),
    );
    expect(files.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(30 * MIB);
  });
});
