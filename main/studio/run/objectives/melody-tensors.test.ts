/** What milia is shown in a step: what counts of what is blank, and in a run against a critic its own melodies beside real ones. */
import { describe, expect, it } from 'vitest';
import { COLUMN_REST, COLUMNS, toColumns } from '../../../../app/melody/columns.ts';
import { planOf } from '../../../../app/melody/plan.ts';
import type { MelodyRecord } from '../../../../app/melody/record.ts';
import type { Melody } from '../../../../app/melody/types.ts';
import { seeded } from '../../../../app/random.ts';
import { newMelodyRun } from './melody-plan.ts';
import { heatAt, miliaTensors } from './melody-tensors.ts';
import { miliaObjective } from './melody.ts';
import { runSettingsSchema } from '../../../../app/contract/studio.ts';

const LENGTH = 64;
const shapes = miliaObjective.tensors(4, LENGTH) as Record<string, readonly number[]>;
const melody: Melody = {
  notes: Array.from({ length: 16 }, (_, i) => ({ pitch: 60 + ((i * 5) % 12), onset: 4 * i, duration: 4 })),
  bar: 16,
  pickup: 0,
  tempo: null,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [],
  syllables: [],
  neurri: null,
  seed: null,
  metre: [4, 4],
};
const record: MelodyRecord = { id: 'm', split: 'train', kind: 'tune', title: '', source: '', melody };
const real = toColumns(melody.notes, 60, LENGTH);
/** One that is nothing but rests, so that it can be told. */
const own = { plan: planOf(record), columns: new Uint8Array(LENGTH).fill(COLUMN_REST) };
const rows = (data: Float32Array | number[], i: number, width: number): number[] =>
  Array.from(data.slice(i * width, (i + 1) * width));
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

describe('what milia is shown', () => {
  it('counts each melody once, what is next most, and only where it is blank', () => {
    const make = miliaTensors(LENGTH, shapes, []);
    let next = 0;
    for (let step = 0; step < 40; step++) {
      const { blank, weight } = make([record, record, record, record], seeded('step', step), false, step);
      for (let i = 0; i < 4; i++) {
        const [b, w] = [blank, weight].map((t) => rows(t.data as Float32Array, i, LENGTH));
        expect(w.every((v, t) => v >= 0 && (b[t] > 0 || v === 0))).toBe(true);
        if (sum(b) > 0) expect(sum(w)).toBeCloseTo(1, 5);
        const now = b.indexOf(1);
        if (now > 0 && b.slice(now).every((v) => v === 1) && LENGTH - now > 8 && w[now] > w[now + 4]) {
          next++;
          expect(sum(w.slice(now, now + 4))).toBeCloseTo(0.5, 5);
        }
      }
    }
    expect(next).toBeGreaterThan(10);
  });
  it('against a critic are its own melodies in the second half, partly to be drawn again, and nothing of them counts', () => {
    const make = miliaTensors(LENGTH, shapes, [own]);
    const tensors = make([record, record, record, record], seeded('gan'), false, 0);
    const truth = (i: number): number[] => {
      const width = COLUMNS * LENGTH;
      const row = rows(tensors.truth.data as Float32Array, i, width);
      return Array.from({ length: LENGTH }, (_, t) =>
        Array.from({ length: COLUMNS }, (_, c) => row[c * LENGTH + t]).indexOf(1),
      );
    };
    expect(truth(0)).toEqual(Array.from(real));
    expect(truth(3)).toEqual(Array.from(own.columns));
    for (const i of [2, 3]) {
      const share = sum(rows(tensors.blank.data as Float32Array, i, LENGTH)) / LENGTH;
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.75);
      expect(sum(rows(tensors.weight.data as Float32Array, i, LENGTH))).toBe(0);
    }
    // What judges is real.
    const judges = make([record, record, record, record], seeded('held'), true, 0);
    expect(sum(rows(judges.truth.data as Float32Array, 3, COLUMNS * LENGTH).slice(COLUMN_REST, LENGTH))).toBe(
      0,
    );
  });
  it('cools as it learns', () => {
    expect(heatAt(0)).toBe(2);
    expect(heatAt(150)).toBeCloseTo(1.25, 9);
    expect(heatAt(10_000)).toBeCloseTo(0.5, 9);
  });
});

describe('a run of melodies', () => {
  const settings = runSettingsSchema.parse({ dataset: 'd', network: 'milia', phase: 'gan', rate: 0.5 });
  const plan = { startDir: null, criticDir: null, totalSteps: null };
  it('learns slowly against a critic, and the person’s factor is no part of the rate that is stored', () => {
    const gan = newMelodyRun({ ...plan, settings: { ...settings, network: 'milia' } });
    const alone = newMelodyRun({ ...plan, settings: { ...settings, network: 'milia', phase: 'generator' } });
    expect(gan.stages[0].rate).toBeLessThan(alone.stages[0].rate);
    expect(gan.rate).toBe(alone.rate);
    expect(() => newMelodyRun({ ...plan, settings: { ...settings, network: 'bertso' } })).toThrow(
      /no critic/,
    );
  });
});
