/** The rate of a reel in the window: said of a sequence, kept over a preset, undone, and played at. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { filmRecipeSchema, type FilmRecipe } from '../../app/recipe/film.ts';
import { setClient } from '../client.ts';
import { mockClient } from '../mock/client.ts';
import {
  choosePreset,
  chooseRate,
  connectReel,
  playingSpeed,
  shownRate,
  useReel,
  walkHistory,
} from './store.ts';

const state = () => useReel.getState();
const cadence = (): FilmRecipe['params']['cadence'] =>
  filmRecipeSchema.parse(state().reel?.recipe.recipe).params.cadence;

describe('the rate of a reel', () => {
  beforeEach(async () => {
    setClient(mockClient({ many: 3 }));
    connectReel(1);
    await vi.waitFor(() => expect(state().reel).not.toBeNull());
  });
  it('is said, survives a preset and is undone', async () => {
    const own = state().reel!.facts.fps;
    expect(shownRate(state())).toBe(own);
    await chooseRate(16);
    expect(cadence()).toMatchObject({ on: true, tempo: 16, fields: 'keep' });
    expect(shownRate(state())).toBe(16);
    await choosePreset('family-8mm');
    expect(shownRate(state())).toBe(16);
    expect(state().reel?.recipe.recipe.params.dirt.on).toBe(true);
    await walkHistory('undo');
    await walkHistory('undo');
    expect(shownRate(state())).toBe(own);
  });
  it('is what the reel as it is is played at, and no other proxy', async () => {
    const own = state().reel!.facts.fps;
    await chooseRate(own / 2);
    useReel.setState({ playing: { url: 'x', first: 0, fps: own } });
    expect(playingSpeed(state())).toBeCloseTo(0.5, 6);
    // A shot that was made by the recipe has its times already.
    useReel.setState({ playing: { url: 'x', first: 0, fps: own / 2 } });
    expect(playingSpeed(state())).toBe(1);
  });
});
