/** What every network promises: shapes, gradients that reach every weight, margins, and how it starts. */
import { describe, expect, it } from 'vitest';
import { differentiate } from '../app/graph/differentiate.ts';
import { Graph, size, type Tensor } from '../app/graph/graph.ts';
import { mul } from '../app/graph/ops/arithmetic.ts';
import { sum } from '../app/graph/ops/reduce.ts';
import { constantScope, makeScope } from '../app/graph/scope.ts';
import { runOnnx } from '../app/graph/testing.ts';
import { seeded } from '../app/random.ts';
import { multiplyAdds } from './count.ts';
import {
  networkInputs,
  networkParameters,
  networks,
  startWeights,
  WIDTHS,
  type Network,
  type NetworkWeights,
  type PictureSize,
} from './index.ts';

const all: Network[] = Object.values(networks);
const noise = (length: number, ...keys: (string | number)[]): Float32Array => {
  const random = seeded(...keys);
  return Float32Array.from({ length }, () => random.next());
};
/** Weights that are nowhere nought, so that every path of a network carries something. */
function shaken(network: Network, amount = 0.05): NetworkWeights {
  const weights = startWeights(network, 'small', 7);
  for (const [name, { data }] of weights) {
    const random = seeded('shake', name);
    for (let i = 0; i < data.length; i++) data[i] += random.normal(0, amount);
  }
  return weights;
}
function inference(network: Network, weights: NetworkWeights, picture: PictureSize): Record<string, Tensor> {
  const graph = new Graph();
  return { ...network.build(constantScope(graph, weights), networkInputs(graph, network, picture), 'small') };
}

describe.each(all.map((n) => [n.name, n] as const))('%s', (_name, network) => {
  const side = Math.max(64, network.multiple);
  const picture = { batch: 1, height: side, width: side };

  it('gets wider with its width and costs more', () => {
    const sizes = WIDTHS.map((w) => networkParameters(network, w).reduce((s, p) => s + size(p.shape), 0));
    expect(sizes[0]).toBeLessThan(sizes[1]);
    expect(sizes[1]).toBeLessThan(sizes[2]);
    // Half precision of the width that is shipped fits into the 15 MiB that a file may have.
    expect(2 * sizes[1]).toBeLessThan(15 * 1024 * 1024);
    for (const width of WIDTHS) {
      const names = networkParameters(network, width).map((p) => p.name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('starts the same for the same seed, and otherwise for another', () => {
    const first = startWeights(network, 'small', 1);
    expect(startWeights(network, 'small', 1)).toEqual(first);
    const other = startWeights(network, 'small', 2);
    const differing = [...first].filter(([name, { data }]) =>
      other.get(name)?.data.some((v, i) => v !== data[i]),
    );
    expect(differing.length).toBeGreaterThan(first.size / 4);
    for (const { data } of first.values()) expect(data.every(Number.isFinite)).toBe(true);
  });

  it('has a gradient for every weight', () => {
    const graph = new Graph();
    const made = new Map<string, Tensor>();
    const scope = makeScope(graph, ({ name, shape }) => {
      const tensor = made.get(name) ?? graph.input(name, shape);
      made.set(name, tensor);
      return tensor;
    });
    const outputs = network.build(scope, networkInputs(graph, network, picture), 'small');
    const losses = Object.values(outputs).map((t) => sum(mul(t, t)));
    const reached = new Set<string>();
    for (const loss of losses)
      for (const [name, tensor] of made)
        try {
          differentiate(loss, [tensor]);
          reached.add(name);
        } catch {
          // this output does not use it; another must
        }
    expect([...made.keys()].filter((name) => !reached.has(name))).toEqual([]);
  });

  it('refuses sides that do not fit', () => {
    const odd = { batch: 1, height: side, width: side + network.multiple / 2 };
    expect(() => networkInputs(new Graph(), network, odd)).toThrow(
      `${network.name}: ${side + network.multiple / 2} x ${side} pixels; sides must be multiples of ${network.multiple}`,
    );
  });

  it('counts its work the same way at every size', () => {
    const weights = startWeights(network, 'small', 1);
    const per = [1, 2].map((batch) => {
      const outputs = inference(network, weights, { ...picture, batch });
      return multiplyAdds(Object.values(outputs)) / batch;
    });
    expect(per[1] / per[0]).toBeGreaterThan(0.9);
    expect(per[1] / per[0]).toBeLessThan(1.001);
  });

  if (network.margin !== null) {
    const margin = network.margin;
    it('sees as far as its margin, and no further', async () => {
      const m = network.multiple;
      // One pixel near the middle of a long strip changes; everything beyond the margin must stay.
      const width = 2 * (margin + 2 * m);
      const height = 2 * m;
      const outputs = inference(network, shaken(network, 0.2), { batch: 1, height, width });
      const y = { y: outputs.y };
      const feeds: Record<string, Float32Array> = { x: noise(3 * height * width, 'strip') };
      // All is missing but what changes: nothing nearer by can take its place.
      if (network.name === 'filler')
        feeds.mask = Float32Array.from({ length: height * width }, (_, i) =>
          Number(i % width < width / 2 || i % width >= width / 2 + m),
        );
      const before = (await runOnnx(y, feeds)).y.data;
      const reach = { left: 0, right: 0 };
      for (const column of [width / 2, width / 2 + m - 1]) {
        const x = feeds.x.slice();
        for (let row = 0; row < height; row++)
          for (let c = 0; c < 3; c++) x[(c * height + row) * width + column] += row % 2 ? 30 : -30;
        const after = (await runOnnx(y, { ...feeds, x })).y.data;
        after.forEach((v, i) => {
          if (v === before[i]) return;
          // What is enlarged is counted in pixels of what went in.
          const at = Math.floor((i % outputs.y.shape[3]) / (outputs.y.shape[3] / width));
          reach.left = Math.max(reach.left, column - at);
          reach.right = Math.max(reach.right, at - column);
        });
      }
      expect(Math.max(reach.left, reach.right)).toBeLessThanOrEqual(margin);
      expect(Math.max(reach.left, reach.right)).toBeGreaterThan(margin - 2 * m);
    });
  }
});

describe('how networks start', () => {
  it.each([
    // Other ways than "as it is" have a share of a few per cent to begin with.
    ['one', 0.02],
    // What it adds starts small.
    ['restorer', 0.1],
  ] as const)('%s gives back nearly what it is given', async (name, most) => {
    const outputs = inference(networks[name], startWeights(networks[name], 'small', 3), {
      batch: 2,
      height: 64,
      width: 96,
    });
    const x = noise(2 * 3 * 64 * 96, 'clean');
    const { y } = await runOnnx({ y: outputs.y }, { x });
    expect(y.shape).toEqual([2, 3, 64, 96]);
    const off = y.data.reduce((sum, v, i) => sum + Math.abs(v - x[i]), 0) / x.length;
    expect(off).toBeLessThan(most);
  });
  it('one can turn a negative round by its global path alone', async () => {
    const weights = startWeights(networks.one, 'small', 3);
    // The second way is the inversion; it is chosen against the head start of the first.
    const bias = weights.get('global.way.bias')?.data as Float32Array;
    bias[1] = 30;
    // No sample is quite black or white: those that stand alone are impulses.
    const x = noise(3 * 64 * 64, 'negative').map((v) => 0.1 + 0.8 * v);
    const { y } = await runOnnx(
      { y: inference(networks.one, weights, { batch: 1, height: 64, width: 64 }).y },
      { x },
    );
    expect(Math.max(...y.data.map((v, i) => Math.abs(v - (1 - x[i]))))).toBeLessThan(1e-5);
  });
  it('filler leaves what is not masked, and does not look under the mask', async () => {
    const side = 64;
    const mask = new Float32Array(side * side);
    for (let row = 20; row < 40; row++) mask.fill(1, row * side + 16, row * side + 44);
    const { y } = inference(networks.filler, shaken(networks.filler), {
      batch: 1,
      height: side,
      width: side,
    });
    const x = noise(3 * side * side, 'filler');
    const hidden = x.map((v, i) => (mask[i % (side * side)] ? 1 - v : v));
    const first = (await runOnnx({ y }, { x, mask })).y.data;
    const second = (await runOnnx({ y }, { x: hidden, mask })).y.data;
    expect(second).toEqual(first);
    first.forEach((v, i) => {
      if (!mask[i % (side * side)] && v !== x[i]) expect([i, v]).toEqual([i, x[i]]);
    });
    expect(first.some((v, i) => mask[i % (side * side)] && Math.abs(v - x[i]) > 1e-3)).toBe(true);
  });
});
