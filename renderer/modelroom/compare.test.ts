/** Recipes of a comparison, and which two stand side by side first. */
import { describe, expect, it } from 'vitest';
import type { ModelCardView } from '../../app/contract/models.ts';
import { recipeSchema } from '../../app/recipe/develop.ts';
import { firstPair, recipeWith } from './compare.ts';

const card = (name: string, task: ModelCardView['task'], chosen = false, ready = true) =>
  ({ name, task, chosen, ready }) as ModelCardView;

describe('a comparison', () => {
  it('switches on the step that is compared and nothing behind it', () => {
    const stored = recipeWith(null, 'colorist', 'colorist');
    stored.params.repair.on = true;
    stored.params.enlarge.on = true;
    const asked = recipeSchema.parse(recipeWith(stored, 'restorer', 'scunet'));
    expect(asked.params.repair.on).toBe(true);
    expect(asked.params.clean).toMatchObject({ on: true, model: 'scunet', strength: 1 });
    expect([asked.params.colour.on, asked.params.enlarge.on]).toEqual([false, false]);
    // The stored recipe stays as it is.
    expect(stored.params.enlarge.on).toBe(true);
  });
  it('shows the picture without the step, and lets a filler fill', () => {
    expect(recipeWith(null, 'upscaler', '').params.enlarge.on).toBe(false);
    expect(recipeWith(null, 'filler', 'lama').params.repair).toMatchObject({
      on: true,
      fill: 'network',
      model: 'lama',
    });
  });
  it('begins with the one in use and another', () => {
    const models = [card('restorer', 'restorer'), card('ffdnet', 'restorer', true), card('one', 'one')];
    expect(firstPair(models, 'restorer', null)).toEqual(['ffdnet', 'restorer']);
    expect(firstPair(models, 'restorer', 'restorer')).toEqual(['restorer', 'ffdnet']);
    expect(firstPair(models.slice(0, 1), 'restorer', null)).toEqual(['restorer', '']);
    expect(firstPair([], 'colorist', null)).toEqual(['', '']);
  });
});
