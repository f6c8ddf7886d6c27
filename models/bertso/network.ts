/**
 * `bertso`: writes a melody note by note. A causal attention network (Vaswani et al. 2017) over events, each a tone or a
 * rest with its duration. Before each event it is given the plan and the echoes (app/melody/features.ts); the choice
 * of a tone is a sum of its own opinion and of *pointers* to the tones of the echoes (See et al. 2017, in
 * logarithms), and so is the choice of the duration, which knows the tone. Distance is told to the attention by a slope for each
 * head (Press et al. 2022), so a graph of any length takes the same weights.
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { gelu } from '../../app/graph/ops/activation.ts';
import { add, div, mul } from '../../app/graph/ops/arithmetic.ts';
import { sqrt, square } from '../../app/graph/ops/elementwise.ts';
import { matmul } from '../../app/graph/ops/matmul.ts';
import { mean, sum } from '../../app/graph/ops/reduce.ts';
import { slice } from '../../app/graph/ops/select.ts';
import { concat, reshape, split, transpose } from '../../app/graph/ops/shape.ts';
import { softmax } from '../../app/graph/ops/softmax.ts';
import { DURATIONS, TONES } from '../../app/melody/events.ts';
import {
  ECHO_DURATION_CLASSES,
  ECHO_DURATIONS,
  ECHO_TONE_CLASSES,
  ECHO_TONES,
  ECHOES,
  FEATURES,
} from '../../app/melody/features.ts';
import { filled, zeros } from '../initial.ts';
import type { Network, Width } from '../network.ts';

/** Channels, and blocks of attention. */
const SHAPES: Record<Width, { channels: number; blocks: number }> = {
  small: { channels: 128, blocks: 3 },
  base: { channels: 192, blocks: 4 },
  large: { channels: 256, blocks: 6 },
};
const HEADS = 4;
/** What a head's scores lose with each event of distance. */
const slope = (head: number): number => 0.5 / 4 ** head;
/** Added to a score, it leaves nothing of it. */
const FAR = -1e4;
/** Classes of durations. */
const LENGTHS = DURATIONS.length;

/** x W + b over the last axis; normal weights of variance `gain` / rows. */
function linear(scope: Scope, name: string, x: Tensor, out: number, gain = 1): Tensor {
  const rows = x.shape.at(-1) as number;
  const sigma = Math.sqrt(gain / rows);
  const weight = scope.parameter(`${name}.weight`, [rows, out], (shape, random) =>
    Float32Array.from({ length: shape[0] * shape[1] }, () => random.normal(0, sigma)),
  );
  return add(matmul(x, weight), scope.parameter(`${name}.bias`, [out], zeros));
}

/** Root mean square over the last axis becomes 1, times a learned scale (Zhang and Sennrich 2019). */
function even(scope: Scope, name: string, x: Tensor): Tensor {
  const scale = scope.parameter(`${name}.scale`, [x.shape.at(-1) as number], filled(1));
  return mul(div(x, sqrt(add(mean(square(x), [-1], true), 1e-6))), scale);
}

/** What is added to the scores: -slope * distance to what lies before, and nothing of what lies after. [heads, T, T] */
function distances(x: Tensor, length: number): Tensor {
  const data = new Float32Array(HEADS * length * length);
  for (let h = 0; h < HEADS; h++)
    for (let i = 0; i < length; i++)
      for (let j = 0; j < length; j++)
        data[(h * length + i) * length + j] = j > i ? FAR : -(i - j) * slope(h);
  return x.graph.constant(data, [HEADS, length, length]);
}

/** Keys and values of events before, [N, heads, events, channels of a head], for each block. */
export interface Memory {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** @param memory what lies before x; its keys and values come first in the scores that `bias` is added to */
function attention(scope: Scope, x: Tensor, bias: Tensor, memory?: Memory): { y: Tensor; own: Memory } {
  const [n, length, c] = x.shape;
  const each = c / HEADS;
  const [q, k, v] = split(linear(scope, 'ask', even(scope, 'asking', x), 3 * c), [c, c, c], 2).map((t) =>
    transpose(reshape(t, [n, length, HEADS, each]), [0, 2, 1, 3]),
  );
  const keys = memory ? concat([memory.keys, k], 2) : k;
  const values = memory ? concat([memory.values, v], 2) : v;
  const scores = mul(matmul(q, transpose(keys, [0, 1, 3, 2])), 1 / Math.sqrt(each));
  const taken = matmul(softmax(add(scores, bias), 3), values);
  const joined = reshape(transpose(taken, [0, 2, 1, 3]), [n, length, c]);
  return { y: add(x, linear(scope, 'take', joined, c, 0.1)), own: { keys: k, values: v } };
}

const thinking = (scope: Scope, x: Tensor): Tensor =>
  add(
    x,
    linear(
      scope,
      'narrow',
      gelu(linear(scope, 'widen', even(scope, 'thinking', x), 2 * x.shape[2])),
      x.shape[2],
      0.1,
    ),
  );

/**
 * States before each event.
 * @param x [N, T, FEATURES]
 * @param bias added to the scores of each head
 * @param memories of each block, where x is the next event only
 * @returns h [N, T, channels], and the keys and values of x in each block
 */
function states(
  scope: Scope,
  x: Tensor,
  width: Width,
  bias: Tensor,
  memories?: readonly Memory[],
): { h: Tensor; own: Memory[] } {
  const { channels, blocks } = SHAPES[width];
  // About forty of the features are one.
  let h = linear(scope, 'features', x, channels, FEATURES / 40);
  h = thinking(scope.within('first'), h);
  const own: Memory[] = [];
  for (let b = 0; b < blocks; b++) {
    const inner = scope.within(`block${b}`);
    const attended = attention(inner, h, bias, memories?.[b]);
    own.push(attended.own);
    h = thinking(inner, attended.y);
  }
  return { h: even(scope, 'states', h), own };
}

/** Ones at the echoes' classes: [..., ECHOES, classes], without the classes that stand for no event. */
function echoes(x: Tensor, from: number, classes: number, wanted: number): Tensor {
  const lead = x.shape.slice(0, -1);
  const all = lead.map(() => null);
  const part = reshape(slice(x, [...all, [from, from + ECHOES * classes]]), [...lead, ECHOES, classes]);
  return slice(part, [...all, null, [0, wanted]]);
}

/** Sum over the echoes of a weight times ones. @param weights [..., ECHOES] @param ones [..., ECHOES, classes] */
const pointed = (weights: Tensor, ones: Tensor): Tensor =>
  sum(mul(reshape(weights, [...weights.shape, 1]), ones), [-2]);

/** Logits of the next tone, [..., TONES]. */
function toneLogits(scope: Scope, h: Tensor, x: Tensor): Tensor {
  const ones = echoes(x, ECHO_TONES, ECHO_TONE_CLASSES, TONES);
  return add(
    linear(scope, 'tone', h, TONES, 0.1),
    pointed(linear(scope, 'tonePointer', h, ECHOES, 0.1), ones),
  );
}

/**
 * Logits of the duration of a tone, [..., LENGTHS].
 * @param tone ones at the tone, [..., TONES]
 */
function durationLogits(scope: Scope, h: Tensor, x: Tensor, tone: Tensor): Tensor {
  const tones = echoes(x, ECHO_TONES, ECHO_TONE_CLASSES, TONES);
  // Which echoes the tone agrees with: [..., ECHOES]
  const agrees = sum(mul(tones, reshape(tone, [...tone.shape.slice(0, -1), 1, TONES])), [-1]);
  const channels = h.shape.at(-1) as number;
  const hidden = gelu(
    add(
      add(linear(scope, 'lengthState', h, channels), linear(scope, 'lengthTone', tone, channels, TONES)),
      linear(scope, 'lengthAgrees', agrees, channels, ECHOES / 3),
    ),
  );
  const ones = echoes(x, ECHO_DURATIONS, ECHO_DURATION_CLASSES, LENGTHS);
  return add(
    linear(scope, 'length', hidden, LENGTHS, 0.1),
    pointed(linear(scope, 'lengthPointer', hidden, ECHOES, 0.1), ones),
  );
}

/** Events that are remembered while a melody is written. */
export const MEMORY = 160;

/** Shape of the memories' tensors: [N, heads, MEMORY, channels of a head], keys and values of each block. */
export function memoryShape(
  width: Width,
  batch: number,
): { blocks: number; shape: [number, number, number, number] } {
  const { channels, blocks } = SHAPES[width];
  return { blocks, shape: [batch, HEADS, MEMORY, channels / HEADS] };
}

/**
 * What is added to the scores of the next event: for each place of the memory, then for itself.
 * @param ages how many events ago each place was written; null: it is empty
 * @returns [1, heads, 1, MEMORY + 1]
 */
export function memoryBias(ages: readonly (number | null)[]): Float32Array {
  const bias = new Float32Array(HEADS * (MEMORY + 1));
  for (let h = 0; h < HEADS; h++)
    ages.forEach((age, place) => {
      bias[h * (MEMORY + 1) + place] = age === null ? FAR : -age * slope(h);
    });
  return bias;
}

/**
 * The next event of melodies whose earlier events are in the memory: the same as `bertso.build` gives at that place, for
 * the price of one event. Inputs are `features` [N, 1, FEATURES], `bias` and for each block `keysB` and `valuesB`.
 * @returns tones [N, TONES]; lengths [N, TONES, LENGTHS], of each tone that might be chosen; for each block `ownKeysB`
 *   and `ownValuesB`, [N, heads, 1, channels of a head], to be put into the memory
 */
export function nextEvent(scope: Scope, batch: number, width: Width): Record<string, Tensor> {
  const { graph } = scope;
  const { blocks, shape } = memoryShape(width, batch);
  const x = graph.input('features', [batch, 1, FEATURES]);
  const bias = graph.input('bias', [1, HEADS, 1, MEMORY + 1]);
  const memories = Array.from({ length: blocks }, (_, b) => ({
    keys: graph.input(`keys${b}`, shape),
    values: graph.input(`values${b}`, shape),
  }));
  const { h, own } = states(scope, x, width, bias, memories);
  const every = graph.constant(
    Array.from({ length: TONES * TONES }, (_, i) => Number(i % (TONES + 1) === 0)),
    [1, TONES, TONES],
  );
  return {
    tones: reshape(toneLogits(scope, h, x), [batch, TONES]),
    lengths: durationLogits(scope, h, x, every),
    ...Object.fromEntries(
      own.flatMap(({ keys, values }, b) => [
        [`ownKeys${b}`, keys],
        [`ownValues${b}`, values],
      ]),
    ),
  };
}

export const bertso: Network = {
  name: 'bertso',
  task: 'Writes a melody note by note, in the metre and the phrases that it is asked for.',
  // Events of a graph come in eights.
  multiple: 8,
  margin: null,
  freezable: [],
  state: [],
  inputs: ({ batch, width }) => [
    {
      name: 'features',
      shape: [batch, width, FEATURES],
      meaning: 'ones and zeros before each event: plan, events before, echoes (app/melody/features.ts)',
    },
    {
      name: 'tone',
      shape: [batch, width, TONES],
      meaning: 'one at the tone of each event: 0 a rest, 1 fifteen semitones below the tonic, and upwards',
    },
  ],
  build(scope, { features, tone }, width) {
    const { h } = states(scope, features, width, distances(features, features.shape[1]));
    return {
      tones: toneLogits(scope, h, features),
      lengths: durationLogits(scope, h, features, tone),
    };
  },
};
