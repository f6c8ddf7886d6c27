import { describe, expect, it } from 'vitest';
import { defaultDevelopParams, allSteps, type DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { NumberSpec, StepSpec } from '../../../app/recipe/spec.ts';
import {
  decimalsOf,
  formatNumber,
  getParam,
  makeCards,
  nudge,
  parseNumber,
  resetStep,
  setParam,
  snapNumber,
  wheelTicks,
  withUnit,
} from './controls.ts';

const recipe: DevelopRecipe = { action: 'develop', version: 1, params: defaultDevelopParams() };
const spec = (step: string, key: string) =>
  (allSteps as readonly StepSpec[])
    .find((s) => s.id === step)
    ?.params.find((p) => p.key === key) as NumberSpec;
const exposure = spec('lights', 'exposure');
const red = spec('lights', 'red');

describe('cards', () => {
  it('has one card per step and one control per parameter, rare ones apart', () => {
    const cards = makeCards(allSteps, recipe.params);
    expect(cards.map((c) => c.id)).toEqual(allSteps.map((s) => s.id));
    for (const [i, card] of cards.entries())
      expect(card.controls.length + card.advanced.length).toBe(allSteps[i].params.length);
    const film = cards[0];
    expect(film.advanced.map((c) => c.spec.key)).toContain('slopeRed');
    expect(film.controls.map((c) => c.spec.key)).toEqual(['film', 'stock', 'base']);
    expect(film.controls[0]).toMatchObject({
      labelKey: 'params.film.film.label',
      helpKey: 'params.film.film.help',
      scope: 'roll',
    });
    expect(cards.every((c) => !c.changed)).toBe(true);
  });

  it('marks what differs from its default and hides what it is told to', () => {
    const changed = setParam(recipe, 'lights', 'exposure', 0.35);
    expect(recipe.params.lights.exposure).toBe(0);
    const lights = makeCards(allSteps, changed.params, ['lights.mode']).find((c) => c.id === 'lights');
    expect(lights?.changed).toBe(true);
    expect(lights?.controls.find((c) => c.spec.key === 'exposure')?.changed).toBe(true);
    expect(lights?.controls.find((c) => c.spec.key === 'red')?.changed).toBe(false);
    expect(lights?.controls.some((c) => c.spec.key === 'mode')).toBe(false);
  });

  it('counts a rectangle equal to its default as unchanged, another as changed', () => {
    const crop = setParam(recipe, 'frame', 'crop', { x: 0, y: 0, w: 0.5, h: 0.5 });
    const frame = makeCards(allSteps, crop.params).find((c) => c.id === 'frame');
    expect(frame?.controls.find((c) => c.spec.key === 'crop')?.changed).toBe(true);
  });

  it('resets a step to its defaults, switched on, and leaves the others', () => {
    let r = setParam(recipe, 'dust', 'threshold', 12);
    r = setParam(r, 'dust', 'on', false);
    r = setParam(r, 'print', 'grade', 3);
    const back = resetStep(allSteps, r, 'dust');
    expect(back.params.dust).toEqual(recipe.params.dust);
    expect(getParam(back, 'print', 'grade')).toBe(3);
  });
});

describe('numbers', () => {
  it('counts decimals of a step', () => {
    expect([1, 0.5, 0.1, 0.05, 0.01].map(decimalsOf)).toEqual([0, 1, 1, 2, 2]);
  });

  it('snaps to the grid within the range without floating point dust', () => {
    expect(snapNumber(0.1 + 0.2, exposure)).toBe(0.3);
    expect(snapNumber(9, exposure)).toBe(4);
    expect(snapNumber(-9, exposure)).toBe(-4);
    expect(snapNumber(12.6, red)).toBe(13);
  });

  it('nudges by a step, ten steps or a tenth', () => {
    expect(nudge(0, 1, 'normal', exposure)).toBe(0.05);
    expect(nudge(0, -1, 'coarse', exposure)).toBe(-0.5);
    expect(nudge(0, 1, 'fine', exposure)).toBe(0.005);
    // A value between two steps keeps its offset.
    expect(nudge(0.005, 1, 'normal', exposure)).toBe(0.055);
    expect(nudge(3.99, 3, 'coarse', exposure)).toBe(4);
  });

  it('writes numbers as people read them', () => {
    expect(formatNumber(0.35, exposure)).toBe('+0.35');
    expect(formatNumber(-0.35, exposure)).toBe('\u22120.35');
    expect(formatNumber(0, exposure)).toBe('0.00');
    expect(formatNumber(0.355, exposure)).toBe('+0.355');
    expect(formatNumber(0.35, exposure, 'es')).toBe('+0,35');
    expect(formatNumber(1, spec('film', 'crosstalk'))).toBe('1.00');
    expect(withUnit('+0.35', 'EV')).toBe('+0.35\u00a0EV');
    expect(withUnit('1.5', '°')).toBe('1.5°');
  });

  it('reads what people write, in range', () => {
    expect(parseNumber('+0,35 EV', exposure)).toBe(0.35);
    expect(parseNumber('\u22121', exposure)).toBe(-1);
    expect(parseNumber('1/3', exposure)).toBeCloseTo(0.335, 9);
    expect(parseNumber('99', exposure)).toBe(4);
    expect(parseNumber('', exposure)).toBeNull();
    expect(parseNumber('warm', exposure)).toBeNull();
  });

  it('reads back what it wrote', () => {
    for (const v of [-4, -0.05, 0, 0.005, 1.25, 4])
      for (const locale of ['en', 'es', 'eu'])
        expect(parseNumber(formatNumber(v, exposure, locale), exposure)).toBe(v);
  });

  it('collects small wheel movements into notches', () => {
    expect(wheelTicks(-100, 0, 0)).toEqual({ ticks: 1, carry: 0 });
    expect(wheelTicks(3, 1, 0).ticks).toBe(-1);
    let carry = 0;
    let ticks = 0;
    for (let i = 0; i < 20; i++) {
      const w = wheelTicks(-10, 0, carry);
      carry = w.carry;
      ticks += w.ticks;
    }
    expect(ticks).toBe(2);
  });
});
