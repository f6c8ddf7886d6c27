/**
 * The rate at which a reel is shown. Numbered pictures have none of their own and come in at 24 frames a second; silent film
 * was shot at anything from 12 to 24. What a person says stands in the recipe as the true tempo of the step `cadence`: it
 * replaces time stamps and never touches a frame.
 */
import type { FilmParams, FilmRecipe } from '../recipe/film.ts';

/** Rates that a person is offered, in frames a second. */
export const OFFERED_RATES = [
  8, 10, 12, 14, 15, 16, 18, 20, 22, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94, 60,
] as const;

/** Frames a second of the finished film. @param own the file's rate */
export function rateOf({ params: { cadence } }: Pick<FilmRecipe, 'params'>, own: number): number {
  return cadence.on && cadence.tempo > 0 ? cadence.tempo : own;
}

/** The recipe with another rate; with the file's own nothing is retimed. Whatever else the step does stays. */
export function withRate(recipe: FilmRecipe, rate: number, own: number): FilmRecipe {
  const { cadence } = recipe.params;
  const does = cadence.on && (cadence.fields !== 'keep' || cadence.duplicates !== 'keep');
  const next: FilmParams['cadence'] =
    Math.abs(rate - own) < 0.0005
      ? { ...cadence, tempo: 0, on: does, fields: does ? cadence.fields : 'auto' }
      : { ...cadence, tempo: rate, on: true, fields: does ? cadence.fields : 'keep' };
  return { ...recipe, params: { ...recipe.params, cadence: next } };
}

/** Parameters that were chosen anew (a preset), with the rate that a person had said before. */
export function keepingRate(chosen: FilmParams, before: FilmParams): FilmParams {
  const { cadence } = before;
  if (!cadence.on || cadence.tempo === 0) return chosen;
  const does = chosen.cadence.on;
  // Where the step was there for the rate alone, it has no wish about fields.
  const fields = !does ? 'keep' : cadence.fields === 'keep' ? 'auto' : cadence.fields;
  return { ...chosen, cadence: { ...chosen.cadence, on: true, tempo: cadence.tempo, fields } };
}
