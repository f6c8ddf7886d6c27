/**
 * What a person asks for with one press, as changes of a recipe's steps: the buttons of the library, the targets of a
 * drop, the command line. Only steps and parameters that are named change; all else of a picture's recipe stays.
 *
 * restore   ageing undone, damage repaired, noise and paper cleaned. Never colour; toning stays (it is part of the
 *           picture). A negative or slide has no faded paper, and its dyes have a control of their own in the develop.
 * colorize  colour for a grey picture
 * auto      what this kind of scan needs by default; asks for no colour
 */
import type { ScanKind } from '../contract/library.ts';
import { allSteps } from './develop.ts';
import type { StepSpec } from './spec.ts';

/** Step id -> the parameters to change; 'on' switches the step. */
export type StepChanges = Record<string, Record<string, unknown>>;
export const wants = ['restore', 'colorize', 'auto'] as const;
export type Want = (typeof wants)[number];

/** Whether a scan is a positive on paper: its develop has nothing to do. */
export const isPrint = (kind: ScanKind): boolean => kind === 'print' || kind === 'bw-print';

/** The changes of one press for a kind of scan; none for what it cannot be done to (a reel). */
export function wantedSteps(want: Want, kind: ScanKind): StepChanges {
  if (kind === 'reel') return {};
  if (want === 'colorize') return { colour: { on: true } };
  if (want === 'auto' && !isPrint(kind)) return {};
  const mend = { repair: { on: true }, clean: { on: true } };
  return isPrint(kind) ? { ageing: { on: true }, ...mend } : mend;
}

/** The names in `changes` that no step has, as 'step' or 'step.parameter'. */
export function unknownNames(changes: StepChanges): string[] {
  return Object.entries(changes).flatMap(([id, values]) => {
    const step = (allSteps as readonly StepSpec[]).find((s) => s.id === id);
    if (!step) return [id];
    const known = new Set(['on', ...step.params.map((p) => p.key)]);
    return Object.keys(values)
      .filter((key) => !known.has(key))
      .map((key) => `${id}.${key}`);
  });
}
