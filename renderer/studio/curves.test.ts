import { describe, expect, it } from 'vitest';
import type { RunPoint } from '../../app/contract/studio.ts';
import {
  figureCurve,
  lossCurve,
  lossNames,
  marksOf,
  minutesAt,
  noCurves,
  onOneAxis,
  sampleSteps,
  tableRows,
  withPoint,
} from './curves.ts';

const point = (step: number, losses: Record<string, number>): RunPoint => ({
  step,
  seconds: step * 6,
  phase: 'generator',
  size: 64,
  lr: 1e-3,
  losses,
  wait: 0,
});

describe('curves', () => {
  const points = [
    point(10, { error: 1, total: 2 }),
    point(20, { opinion: 5 }),
    point(30, { error: 0.5, total: 1 }),
  ];

  it('have the total first and leave out points without the loss', () => {
    expect(lossNames(points)).toEqual(['total', 'error', 'opinion']);
    expect(lossCurve(points, 'error')).toEqual({ xs: [1, 3], ys: [1, 0.5] });
  });

  it('keep the critic’s total apart from the network’s', () => {
    const turns = [
      point(10, { total: 2 }),
      { ...point(20, { total: 7, accuracy: 0.6 }), phase: 'critic' as const },
    ];
    expect(lossNames(turns)).toEqual(['total', 'criticTotal', 'accuracy']);
    expect(lossCurve(turns, 'total').ys).toEqual([2]);
    expect(lossCurve(turns, 'criticTotal').ys).toEqual([7]);
  });

  it('of figures are of the run, not of the model in use', () => {
    const figures = [
      { of: 'in-use' as const, step: 0, seconds: 0, figures: { psnr: 20 } },
      { of: 'run' as const, step: 0, seconds: 0, figures: { psnr: 10 } },
      { of: 'run' as const, step: 5, seconds: 30, figures: { psnr: 12 } },
    ];
    expect(figureCurve(figures, 'psnr')).toEqual({ xs: [0, 0.5], ys: [10, 12] });
  });

  it('of several runs share one axis', () => {
    const one = { id: 'a', label: '', xs: [1, 3], ys: [10, 30] };
    const other = { id: 'b', label: '', xs: [2, 3], ys: [5, 6] };
    expect(onOneAxis([one, other])).toEqual({
      x: [1, 2, 3],
      ys: [
        [10, null, 30],
        [null, 5, 6],
      ],
    });
  });

  it('know the minute of a step', () => {
    expect(minutesAt(points, 15)).toBeCloseTo(1.5);
    expect(minutesAt(points, 0)).toBe(0);
    expect(minutesAt(points, 99)).toBe(3);
    expect(minutesAt([], 5)).toBe(0);
  });

  it('grow by new points only', () => {
    const grown = withPoint({ ...noCurves, points }, point(40, { total: 0.5 }));
    expect(grown.points).toHaveLength(4);
    expect(withPoint(grown, point(40, { total: 0.4 }))).toBe(grown);
  });
});

describe('marks', () => {
  it('keep stages and alarms when switches are too many, and read the size', () => {
    const event = (step: number, kind: string, text = '') =>
      ({ step, at: 0, level: 'info', kind, text }) as const;
    const events = [
      event(1, 'switch'),
      event(2, 'plan'),
      event(3, 'switch'),
      event(20, 'size', 'The network learns from pictures of 96 px, 7 at a time, on cpu.'),
      event(30, 'alarm'),
    ];
    const points = [point(10, { total: 1 }), point(30, { total: 1 })];
    const marks = marksOf({ points, figures: [], events }, 3);
    expect(marks.map((m) => m.kind)).toEqual(['switch', 'size', 'alarm']);
    expect(marks[1]).toMatchObject({ minutes: 2, size: 96 });
  });
});

it('samples come once each and in order', () => {
  expect(sampleSteps([0, 40, 40, 20])).toEqual([0, 20, 40]);
});

it('a table is short and ends with the end', () => {
  const rows = tableRows(
    Array.from({ length: 400 }, (_, k) => k),
    5,
  );
  expect(rows).toEqual([0, 100, 200, 299, 399]);
  expect(tableRows([1, 2])).toEqual([1, 2]);
});
