/** Training of the small network of the ageing step: plain backward pass and Adam (Kingma and Ba 2015). */
import { seeded } from '../../../app/random.ts';

export interface Sample {
  x: number[];
  y: number[];
}
export interface Layers {
  mean: number[];
  deviation: number[];
  /** Of each layer one row a neuron: its bias, then its weights. */
  layers: number[][][];
  outMean: number[];
  outDeviation: number[];
}

const HIDDEN = 16;
const BATCH = 64;
/** Noise on the inputs, in standard deviations, against learning by heart. */
const NOISE = 0.06;
const DECAY = 0.01;
/** Densities that count as one, at the light and at the dark point. */
const LIGHT = 0.08;
const DARK = 0.16;

function moments(rows: readonly number[][]): { mean: number[]; deviation: number[] } {
  const mean = rows[0].map((_, j) => rows.reduce((s, r) => s + r[j], 0) / rows.length);
  const deviation = mean.map(
    (m, j) => Math.sqrt(rows.reduce((s, r) => s + (r[j] - m) ** 2, 0) / rows.length) || 1,
  );
  return { mean, deviation };
}

function forward(layers: readonly number[][][], x: readonly number[]): number[][] {
  const out = [x as number[]];
  layers.forEach((rows, l) => {
    const input = out[l];
    out.push(
      rows.map((w) => {
        let s = w[0];
        for (let j = 0; j < input.length; j++) s += w[j + 1] * input[j];
        return l < layers.length - 1 ? Math.tanh(s) : s;
      }),
    );
  });
  return out;
}

export function fitNetwork(train: readonly Sample[], test: readonly Sample[], epochs: number): Layers {
  const { mean, deviation } = moments(train.map(({ x }) => x));
  const target = moments(train.map(({ y }) => y));
  // All answers are densities: an error in one is as bad as in another, but thick layers show less.
  target.deviation = target.mean.map((_, k) => (k % 2 === 0 ? LIGHT : DARK));
  const scaled = (rows: readonly Sample[]): Sample[] =>
    rows.map(({ x, y }) => ({
      x: x.map((v, j) => (v - mean[j]) / deviation[j]),
      y: y.map((v, j) => (v - target.mean[j]) / target.deviation[j]),
    }));
  const known = scaled(train);
  const held = scaled(test);
  const random = seeded('ageing network');
  const sizes = [mean.length, HIDDEN, HIDDEN, target.mean.length];
  const layers = sizes
    .slice(1)
    .map((n, l) =>
      Array.from({ length: n }, () => [
        0,
        ...Array.from({ length: sizes[l] }, () => random.normal(0, 1 / Math.sqrt(sizes[l]))),
      ]),
    );
  const zeros = (): number[][][] => layers.map((rows) => rows.map((w) => w.map(() => 0)));
  const m = zeros();
  const v = zeros();
  let best = { loss: Infinity, layers: structuredClone(layers) };
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 3e-3 * (0.5 + 0.5 * Math.cos((Math.PI * epoch) / epochs)) + 1e-4;
    const order = random.shuffle(known.map((_, i) => i));
    for (let start = 0; start < order.length; start += BATCH) {
      const grads = zeros();
      const part = order.slice(start, start + BATCH);
      for (const i of part) {
        const x = known[i].x.map((value) => value + random.normal(0, NOISE));
        const acts = forward(layers, x);
        let delta = acts[layers.length].map((value, k) => (2 * (value - known[i].y[k])) / part.length);
        for (let l = layers.length - 1; l >= 0; l--) {
          const input = acts[l];
          const back = new Array<number>(input.length).fill(0);
          delta.forEach((d, k) => {
            const g = grads[l][k];
            const w = layers[l][k];
            g[0] += d;
            for (let j = 0; j < input.length; j++) {
              g[j + 1] += d * input[j];
              back[j] += d * w[j + 1];
            }
          });
          if (l > 0) delta = back.map((d, j) => d * (1 - input[j] * input[j]));
        }
      }
      step++;
      layers.forEach((rows, l) =>
        rows.forEach((w, k) => {
          for (let j = 0; j < w.length; j++) {
            const g = grads[l][k][j];
            m[l][k][j] = 0.9 * m[l][k][j] + 0.1 * g;
            v[l][k][j] = 0.999 * v[l][k][j] + 0.001 * g * g;
            const a = m[l][k][j] / (1 - 0.9 ** step);
            const b = Math.sqrt(v[l][k][j] / (1 - 0.999 ** step)) + 1e-8;
            w[j] -= rate * (a / b + (j > 0 ? DECAY * w[j] : 0));
          }
        }),
      );
    }
    const errors = target.mean.map(() => 0);
    for (const { x, y } of held)
      forward(layers, x)[layers.length].forEach((value, k) => (errors[k] += (value - y[k]) ** 2));
    const loss = errors.reduce((s, e) => s + e, 0) / held.length;
    if (loss < best.loss) best = { loss, layers: structuredClone(layers) };
    if (epoch % 10 === 9 || epoch === epochs - 1)
      console.error(
        `epoch ${epoch + 1}: errors ${errors.map((e, k) => (target.deviation[k] * Math.sqrt(e / held.length)).toFixed(3)).join(' ')} D`,
      );
  }
  return {
    mean,
    deviation,
    layers: best.layers,
    outMean: target.mean,
    outDeviation: target.deviation,
  };
}
