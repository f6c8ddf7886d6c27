import { describe, expect, it } from 'vitest';
import { defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { type DevelopPlan, planDevelop } from './plan.ts';
import { densityTable, Kept } from './plan-tables.ts';

describe('tables that are kept', () => {
  it('are made once, and the least recently used goes first', () => {
    const kept = new Kept<object>(2);
    const a = kept.get('a', () => ({}));
    kept.get('b', () => ({}));
    expect(kept.get('a', () => ({}))).toBe(a);
    kept.get('c', () => ({}));
    expect(kept.get('a', () => ({}))).toBe(a);
    let made = 0;
    kept.get('b', () => ({ made: ++made }));
    expect(made).toBe(1);
  });

  it('of density belong to one base', () => {
    const logs = Float32Array.from([-2, -1, 0]);
    const table = densityTable(logs, -0.5);
    expect(Array.from(table)).toEqual([1.5, 0.5, -0.5]);
    expect(densityTable(logs, -0.5)).toBe(table);
    expect(Array.from(densityTable(logs, 0))).toEqual([2, 1, 0]);
  });

  it('do not leak from one plan into the next', () => {
    const plan = (change: (p: ReturnType<typeof defaultDevelopParams>) => void): DevelopPlan => {
      const params = defaultDevelopParams();
      change(params);
      const source = { bits: 16, channels: 3, curve: { kind: 'linear' } } as const;
      return planDevelop(params, { analysis: null, roll: null }, source, {
        space: 'srgb',
        bits: 8,
        layout: 'rgba',
      });
    };
    const digest = ({ input, print, film }: DevelopPlan): number[] =>
      [...input, print, ...film].map((t) => t.reduce((sum, v, i) => sum + v * ((i % 97) + 1), 0));
    const plain = digest(plan(() => undefined));
    const changes: ((p: ReturnType<typeof defaultDevelopParams>) => void)[] = [
      (p) => (p.lights.exposure = 1),
      (p) => (p.print.grade = 4),
      (p) => (p.film.base = [0.5, 0.4, 0.3]),
      (p) => (p.film.slopeRed = 1.2),
    ];
    const others = changes.map((change) => digest(plan(change)));
    expect(new Set([plain, ...others].map((d) => d.join(' '))).size).toBe(5);
    expect(digest(plan(() => undefined))).toEqual(plain);
    expect(changes.map((change) => digest(plan(change)))).toEqual(others);
  });
});
