/**
 * What the mask and hint tools do to a recipe: every stroke and every hint is one step that can be taken back. The
 * step that the drawing belongs to is switched on by it, since a mark that does nothing would only puzzle.
 */
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { Hint, Mark } from '../../../app/recipe/marks.ts';
import { setParam } from './controls.ts';
import type { Session } from './session.ts';

/** Kept to what a screen shows of a colour, and a place to a hundred-thousandth. */
const round = (v: number) => Math.round(Math.min(1, Math.max(0, v)) * 1e5) / 1e5;

/** The recipe with these marks. A repair that was off then repairs what is marked and nothing else. */
export function withMarks(recipe: DevelopRecipe, marks: readonly Mark[]): DevelopRecipe {
  const next = setParam(recipe, 'repair', 'marks', marks);
  if (recipe.params.repair.on || marks.length === 0) return next;
  const untouched = recipe.params.repair.marks.length === 0;
  const on = setParam(next, 'repair', 'on', true);
  return untouched ? setParam(on, 'repair', 'find', 'marks') : on;
}

/** The recipe with these hints; colour is switched on by the first. */
export function withHints(recipe: DevelopRecipe, hints: readonly Hint[]): DevelopRecipe {
  const next = setParam(recipe, 'colour', 'hints', hints);
  return hints.length > recipe.params.colour.hints.length ? setParam(next, 'colour', 'on', true) : next;
}

type Change<T> = (now: readonly T[]) => readonly T[];

/** Changes the marks of the present picture as one step named `what` ('brush', 'moved=2' …). */
export function changeMarks(session: Session, what: string, change: Change<Mark>): void {
  const { recipe } = session.store.getState();
  if (recipe) session.apply(withMarks(recipe, change(recipe.params.repair.marks)), `mark:${what}`);
}

/** The same for its hints. */
export function changeHints(session: Session, what: string, change: Change<Hint>): void {
  const { recipe } = session.store.getState();
  if (recipe) session.apply(withHints(recipe, change(recipe.params.colour.hints)), `hint:${what}`);
}

export const replaced = <T>(list: readonly T[], at: number, value: T): T[] =>
  list.map((v, i) => (i === at ? value : v));
export const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at);

/** A hint inside the scan; nothing is kept of one that lies off it. */
export function makeHint(x: number, y: number, colour: Hint['colour']): Hint {
  return { x: round(x), y: round(y), colour: [round(colour[0]), round(colour[1]), round(colour[2])] };
}

/** '#a1b2c3' of a hint's colour. */
export function hexOf(colour: Hint['colour']): string {
  return `#${colour
    .map((v) =>
      Math.round(v * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Reads '#a1b2c3', 'a1b2c3' or 'abc'; null when it is no colour. */
export function readHex(text: string): Hint['colour'] | null {
  const plain = text.trim().replace(/^#/, '');
  const digits = /^[0-9a-f]{3}$/i.test(plain) ? [...plain].map((c) => c + c).join('') : plain;
  if (!/^[0-9a-f]{6}$/i.test(digits)) return null;
  const part = (i: number) => Number.parseInt(digits.slice(i, i + 2), 16) / 255;
  return [part(0), part(2), part(4)];
}
