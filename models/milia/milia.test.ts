/** What the critic of milia is told of a melody as a whole, and how a draw lets a gradient through. */
import { describe, expect, it } from 'vitest';
import { COLUMN_HOLD, COLUMN_REST, COLUMNS } from '../../app/melody/columns.ts';
import { intervalOf } from '../../app/melody/events.ts';
import { differentiate } from '../../app/graph/differentiate.ts';
import { evaluate } from '../../app/graph/evaluate.ts';
import { Graph } from '../../app/graph/graph.ts';
import { mul } from '../../app/graph/ops/arithmetic.ts';
import { slice } from '../../app/graph/ops/select.ts';
import { sum } from '../../app/graph/ops/reduce.ts';
import { echoes, factsOf } from './critic.ts';
import { drawn } from './network.ts';

const LENGTH = 32;
/** The class of an onset of so many semitones above the tonic. */
const onset = (interval: number): number => {
  for (let c = 2; c < COLUMNS; c++) if (intervalOf(c - 1) === interval) return c;
  throw new RangeError(`${interval}`);
};
const ones = (columns: readonly number[]): Float32Array => {
  const data = new Float32Array(COLUMNS * columns.length);
  columns.forEach((c, t) => (data[c * columns.length + t] = 1));
  return data;
};
function told(columns: readonly number[]): { again: Float64Array; facts: Float64Array } {
  const graph = new Graph();
  const classes = graph.input('classes', [1, COLUMNS, 1, columns.length]);
  const again = echoes(slice(classes, [null, [2, COLUMNS], null, null]));
  const [a, f] = evaluate([again, factsOf(classes, again)], { classes: ones(columns) });
  return { again: Float64Array.from(a.data), facts: Float64Array.from(f.data) };
}

describe('the critic of milia', () => {
  // Do, mi (held), rest; eight sixteenths later the same again; then sol and re.
  const motif = [
    onset(0),
    COLUMN_HOLD,
    onset(4),
    COLUMN_HOLD,
    COLUMN_HOLD,
    COLUMN_REST,
    COLUMN_REST,
    COLUMN_REST,
  ];
  const other = [
    onset(7),
    COLUMN_HOLD,
    onset(2),
    COLUMN_HOLD,
    COLUMN_HOLD,
    COLUMN_REST,
    COLUMN_REST,
    COLUMN_REST,
  ];
  const melody = [...motif, ...motif, ...other, ...motif];

  it('sees where a melody says a thing again, at which distance, and holds and rests are no echoes', () => {
    const { again } = told(melody);
    const row = (lag: number): number[] =>
      Array.from(again.subarray(lag * LENGTH, (lag + 1) * LENGTH)).flatMap((v, t) => (v > 0 ? [t] : []));
    // Distances 8, 12, 16, 24, 32 and what is longer than the melody.
    expect([0, 1, 2, 3, 4, 5, 6].map(row)).toEqual([[8, 10], [], [24, 26], [24, 26], [], [], []]);
  });
  it('knows its pitch classes, its density and its rests', () => {
    const { facts } = told(melody);
    const near = (k: number, v: number): void => expect(facts[k]).toBeCloseTo(v, 3);
    [3 / 8, 0, 1 / 8, 0, 3 / 8, 0, 0, 1 / 8].forEach((share, k) => near(k, share));
    near(12, 8 / LENGTH);
    near(13, 12 / LENGTH);
    near(14, 2 / 8);
    near(16, 2 / 8);
  });
  it('tells silence from a melody by more than one of them', () => {
    const { facts } = told(new Array<number>(LENGTH).fill(COLUMN_REST));
    expect(facts[12]).toBe(0);
    expect(facts[13]).toBeCloseTo(1, 3);
    expect(facts.subarray(0, 12).every((v) => v === 0)).toBe(true);
  });
});

describe('a draw', () => {
  const gradients = (heat: number): { hard: number[]; slope: number[] } => {
    const graph = new Graph();
    const shape = [1, COLUMNS, 1, 1];
    const logits = graph.input('logits', shape);
    const made = drawn(logits, graph.input('noise', shape), graph.input('heat', [1, 1, 1, 1]));
    const wish = graph.input('wish', shape);
    const [slope] = differentiate(sum(mul(made, wish)), [logits]);
    const vector = (...at: [number, number][]): Float32Array => {
      const v = new Float32Array(COLUMNS);
      for (const [k, value] of at) v[k] = value;
      return v;
    };
    const [hard, back] = evaluate([made, slope], {
      logits: vector([3, 2], [5, 1]),
      noise: vector([5, 2]),
      heat: [heat],
      wish: vector([3, 1]),
    });
    return { hard: Array.from(hard.data), slope: Array.from(back.data) };
  };
  it('is one class whatever the temperature, the likeliest with its noise', () => {
    for (const heat of [0.5, 2])
      expect(
        gradients(heat)
          .hard.map((v, k) => (Math.abs(v - 1) < 1e-9 ? k : -1))
          .filter((k) => k >= 0),
      ).toEqual([5]);
  });
  it('lets the gradient of the softmax through: towards what was wished, for all classes where it is hot', () => {
    const [hot, cold] = [gradients(2).slope, gradients(0.25).slope];
    expect(hot[3]).toBeGreaterThan(0);
    expect(hot[5]).toBeLessThan(0);
    expect(hot[10]).toBeLessThan(-1e-4);
    expect(Math.abs(cold[10])).toBeLessThan(1e-4);
  });
});
