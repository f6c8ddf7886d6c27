/**
 * From parameter descriptions to screen controls. Given the steps of an action and the present parameters it
 * yields one card per step with its rows; nothing about a parameter (label, range, unit, default) is written
 * twice. Also the number rules that every slider shares: how a value is shown, read back, and moved by wheel
 * and arrow keys (plain = one step, shift = ten, alt = a tenth).
 */
import type { DevelopParams, DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { StepChanges } from '../../../app/recipe/wanted.ts';
import type { Hint, Mark } from '../../../app/recipe/marks.ts';
import { numberLocale } from '../../format.ts';
import type { NumberSpec, ParamSpec, StepSpec } from '../../../app/recipe/spec.ts';

export type ParamValue =
  | number
  | string
  | boolean
  | readonly number[]
  | { x: number; y: number; w: number; h: number }
  | readonly Mark[]
  | readonly Hint[]
  | null;

/** How a step begins: switched on, unless its description says otherwise. */
const onAtFirst = (step: StepSpec): boolean => step.offByDefault !== true;

export interface Control {
  step: string;
  spec: ParamSpec;
  labelKey: string;
  helpKey: string;
  scope: 'roll' | 'frame';
  value: ParamValue;
  /** Whether it differs from its default. */
  changed: boolean;
}
export interface Card {
  id: string;
  titleKey: string;
  switchable: boolean;
  on: boolean;
  controls: Control[];
  advanced: Control[];
  changed: boolean;
}

/** Deep equality of parameter values (numbers exactly, objects by their fields). */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  const ka = Object.keys(a);
  if (ka.length !== Object.keys(b).length) return false;
  return ka.every((k) => sameValue((a as Record<string, unknown>)[k], (b as Record<string, unknown>)[k]));
}

type Steps = readonly StepSpec[];

function stepValues(params: DevelopParams, step: string): Record<string, ParamValue> {
  return params[step as keyof DevelopParams] as unknown as Record<string, ParamValue>;
}

/** The cards of an action, in the order of its steps; parameters named in `hidden` ('step.key') are left out. */
export function makeCards(steps: Steps, params: DevelopParams, hidden: readonly string[] = []): Card[] {
  return steps.map((step) => {
    const values = stepValues(params, step.id);
    const all: Control[] = step.params
      .filter((spec) => !hidden.includes(`${step.id}.${spec.key}`))
      .map((spec) => ({
        step: step.id,
        spec,
        labelKey: `params.${step.id}.${spec.key}.label`,
        helpKey: `params.${step.id}.${spec.key}.help`,
        scope: spec.scope ?? 'frame',
        value: values[spec.key],
        changed: !sameValue(values[spec.key], spec.default),
      }));
    const on = values['on'] !== false;
    return {
      id: step.id,
      titleKey: `params.${step.id}.title`,
      switchable: step.switchable,
      on,
      controls: all.filter((c) => !c.spec.advanced),
      advanced: all.filter((c) => c.spec.advanced),
      changed: all.some((c) => c.changed) || on !== onAtFirst(step),
    };
  });
}

/** Reads one parameter; 'on' is the step's switch. */
export function getParam(recipe: DevelopRecipe, step: string, key: string): ParamValue {
  return stepValues(recipe.params, step)[key];
}

/** A recipe with one parameter changed; the recipe given is left as it is. */
export function setParam(recipe: DevelopRecipe, step: string, key: string, value: ParamValue): DevelopRecipe {
  return {
    ...recipe,
    params: { ...recipe.params, [step]: { ...stepValues(recipe.params, step), [key]: value } },
  };
}

/** A recipe with several parameters of several steps changed (app/recipe/wanted.ts). */
export function withSteps(recipe: DevelopRecipe, changes: StepChanges): DevelopRecipe {
  const params = { ...recipe.params };
  for (const [step, values] of Object.entries(changes))
    Object.assign(params, { [step]: { ...stepValues(params, step), ...values } });
  return { ...recipe, params };
}

/** A recipe whose step is as it was before anybody touched it. */
export function resetStep(steps: Steps, recipe: DevelopRecipe, stepId: string): DevelopRecipe {
  const step = steps.find((s) => s.id === stepId);
  if (!step) return recipe;
  const values: Record<string, ParamValue> = { on: onAtFirst(step) };
  for (const p of step.params) values[p.key] = p.default as ParamValue;
  return { ...recipe, params: { ...recipe.params, [stepId]: values } };
}

/** How many decimals the step of a control asks for: 0.05 -> 2, 0.5 -> 1, 1 -> 0. */
export function decimalsOf(step: number): number {
  for (let d = 0; d < 6; d++)
    if (Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-9 * 10 ** d) return d;
  return 6;
}

/** Rounds to the grid of `step` counted from 0 and keeps it in range; floating point dust removed. */
export function snapNumber(value: number, spec: Pick<NumberSpec, 'min' | 'max' | 'step'>, fine = 1): number {
  const grid = spec.step * fine;
  const v = Math.min(spec.max, Math.max(spec.min, Math.round(value / grid) * grid));
  return Number(v.toFixed(decimalsOf(grid) + 1));
}

export type Pace = 'normal' | 'coarse' | 'fine';

/** Shift = coarse (ten steps), alt = fine (a tenth of a step). */
export function paceOf(event: { shiftKey: boolean; altKey: boolean }): Pace {
  if (event.shiftKey) return 'coarse';
  if (event.altKey) return 'fine';
  return 'normal';
}

const paceFactor: Record<Pace, number> = { normal: 1, coarse: 10, fine: 0.1 };

/** The value after `ticks` presses of an arrow key or notches of the wheel. */
export function nudge(value: number, ticks: number, pace: Pace, spec: NumberSpec): number {
  const by = ticks * spec.step * paceFactor[pace];
  return snapNumber(value + by, spec, pace === 'fine' ? 0.1 : Math.min(1, fractionOf(value, spec.step)));
}

/** 0.1 when a value lies between two steps (set by hand or by alt), so that a plain nudge keeps its offset. */
function fractionOf(value: number, step: number): number {
  return Math.abs(value / step - Math.round(value / step)) > 1e-6 ? 0.1 : 1;
}

/** Whether a number wants its sign shown: ranges about zero. */
export function signed(spec: NumberSpec): boolean {
  return spec.min < 0 && spec.max > 0;
}

/** The number as shown in the value field, without unit: '+0.35', '−12', '1.00'; comma where the language has it. */
export function formatNumber(value: number, spec: NumberSpec, locale = 'en'): string {
  const grid = decimalsOf(spec.step);
  const digits = Math.abs(value * 10 ** grid - Math.round(value * 10 ** grid)) > 1e-6 ? grid + 1 : grid;
  const text = new Intl.NumberFormat(numberLocale(locale), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
    signDisplay: signed(spec) ? 'exceptZero' : 'auto',
  }).format(value);
  return text.replace('-', '\u2212');
}

/** With its unit, for screen readers and history: '+0.35 EV'; ° is written without a space. */
export function withUnit(text: string, unit: string): string {
  if (!unit) return text;
  return unit === '°' || unit === '%' ? `${text}${unit}` : `${text}\u00a0${unit}`;
}

/** Reads what a person typed ('+0,35 EV', '−12', '1/3'); null when it is no number. Clamped to the range. */
export function parseNumber(text: string, spec: NumberSpec): number | null {
  const plain = text
    .trim()
    .replace(/\u2212/g, '-')
    .replace(',', '.')
    .replace(/[^\d.]*$/u, '')
    .trim();
  const ratio = /^([+-]?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(plain);
  const value = ratio ? Number(ratio[1]) / Number(ratio[2]) : plain === '' ? NaN : Number(plain);
  if (!Number.isFinite(value)) return null;
  return snapNumber(value, spec, 0.1);
}

/** Notches of a wheel event: browsers report pixels, lines or pages; a touchpad sends many small ones. */
export function wheelTicks(
  deltaY: number,
  deltaMode: number,
  carry: number,
): { ticks: number; carry: number } {
  const notches = deltaMode === 0 ? deltaY / 100 : deltaMode === 1 ? deltaY / 3 : deltaY;
  const sum = carry - notches;
  const ticks = Math.trunc(sum + Math.sign(sum) * 1e-9);
  return { ticks, carry: sum - ticks };
}
