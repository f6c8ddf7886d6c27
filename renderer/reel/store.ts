/**
 * The reel on the screen: what the host knows of it, the recipe with undo, the frame that is looked at, and what an export
 * would cost. The host keeps the recipe; what a person changes goes there at once (sliders when they are let go).
 */
import i18next from 'i18next';
import { create } from 'zustand';
import type { CallResult } from '../../app/contract/index.ts';
import type { ReelEstimate, ReelOpen, ReelProgress, ReelRecipeState } from '../../app/contract/film.ts';
import {
  filmExportSchema,
  filmParamsSchema,
  filmPresets,
  filmSteps,
  type FilmExport,
  type FilmPreset,
  type FilmRecipe,
  type FilmStepName,
} from '../../app/recipe/film.ts';
import { keepingRate, rateOf, withRate } from '../../app/film/rate.ts';
import { getClient } from '../client.ts';
import { errorText, isCancelled, report } from '../store/app.ts';

export type ReelView = 'after' | 'before' | 'both' | 'diagnostic';

export interface ReelState {
  itemId: number | null;
  name: string;
  reel: ReelOpen | null;
  error: string;
  /** What is being changed and not stored yet (a slider that is held). */
  draft: FilmRecipe | null;
  frame: number;
  view: ReelView;
  /** Step whose diagnostic view is shown. */
  step: FilmStepName | null;
  /** Settings are for this shot alone; null: for the whole reel. */
  shot: number | null;
  wave: CallResult<'reel.wave'>;
  export: FilmExport;
  estimate: ReelEstimate | null;
  estimating: boolean;
  progress: ReelProgress | null;
  /** Putting colours on the frame: the colour that the next click puts. */
  hinting: [number, number, number] | null;
  playing: { url: string; first: number; fps: number } | null;
  preparing: boolean;
}

const empty: Omit<ReelState, 'itemId' | 'name'> = {
  reel: null,
  error: '',
  draft: null,
  frame: 0,
  view: 'after',
  step: null,
  shot: null,
  wave: null,
  export: filmExportSchema.parse({}),
  estimate: null,
  estimating: false,
  progress: null,
  hinting: null,
  playing: null,
  preparing: false,
};

export const useReel = create<ReelState>(() => ({ itemId: null, name: '', ...empty }));

/** The recipe as it is shown: what is being changed, else what is stored. */
export const shownRecipe = (s: ReelState): FilmRecipe | null => s.draft ?? s.reel?.recipe.recipe ?? null;
/** Frames a second at which the reel is shown: what a person says, else the file's. */
export function shownRate(s: ReelState): number {
  const own = s.reel?.facts.fps ?? 24;
  const recipe = shownRecipe(s);
  return recipe ? rateOf(recipe, own) : own;
}
export const lastFrame = (s: ReelState): number => Math.max(0, (s.reel?.facts.frames ?? 1) - 1);
/** Index of the shot that a frame is in; 0 while shots are not known. */
export function shotAt(s: Pick<ReelState, 'reel'>, frame: number): number {
  const shots = s.reel?.shots ?? [];
  return Math.max(
    0,
    shots.findIndex((shot) => frame >= shot.first && frame <= shot.last),
  );
}

async function refresh(itemId: number): Promise<void> {
  try {
    const reel = await getClient().call('reel.open', { itemId });
    if (useReel.getState().itemId === itemId) useReel.setState({ reel, error: '' });
  } catch (error) {
    if (!isCancelled(error)) useReel.setState({ error: errorText(error) });
  }
}

/** Opens a reel and follows it until the returned function is called. Shots are looked for where they are not known. */
export function connectReel(itemId: number): () => void {
  useReel.setState({ itemId, name: '', ...empty });
  const client = getClient();
  void client.call('library.item', { id: itemId }).then(({ name }) => useReel.setState({ name }), report);
  void refresh(itemId).then(() => {
    const { reel } = useReel.getState();
    if (reel && reel.shots === null && reel.jobId === null)
      client.call('reel.analyse', { itemId }).catch(report);
  });
  client.call('reel.wave', { itemId, columns: 1200 }).then(
    (wave) => useReel.getState().itemId === itemId && useReel.setState({ wave }),
    () => undefined,
  );
  const offChanged = client.subscribe('reel.changed', ({ ids }) => {
    if (ids.includes(itemId)) void refresh(itemId);
  });
  const offProgress = client.subscribe('reel.progress', (progress) => {
    if (progress.itemId !== itemId) return;
    useReel.setState({
      progress: progress.done >= progress.total && progress.stage === 'check' ? null : progress,
    });
  });
  return () => {
    offChanged();
    offProgress();
    useReel.setState({ itemId: null, ...empty });
  };
}

const put = (recipe: ReelRecipeState): void =>
  useReel.setState(({ reel }) => ({
    draft: null,
    estimate: null,
    playing: null,
    reel: reel && { ...reel, recipe },
  }));

/** Stores a recipe; one entry of the history. */
export async function storeRecipe(recipe: FilmRecipe, label: string): Promise<void> {
  const { itemId } = useReel.getState();
  if (itemId === null) return;
  useReel.setState({ draft: recipe });
  try {
    put(await getClient().call('reel.setRecipe', { itemId, recipe, label: label.slice(0, 120) }));
    // Cuts that moved make other shots.
    void refresh(itemId);
  } catch (error) {
    useReel.setState({ draft: null });
    report(error);
  }
}

export async function walkHistory(way: 'undo' | 'redo'): Promise<void> {
  const { itemId, reel } = useReel.getState();
  if (itemId === null || !(way === 'undo' ? reel?.recipe.canUndo : reel?.recipe.canRedo)) return;
  try {
    put(await getClient().call(way === 'undo' ? 'reel.undo' : 'reel.redo', { itemId }));
    void refresh(itemId);
  } catch (error) {
    report(error);
  }
}

/** A step's parameters as they hold for the reel, or for one shot. */
export function stepParams(
  recipe: FilmRecipe,
  step: FilmStepName,
  first: number | null,
): Record<string, unknown> {
  const own = first === null ? undefined : recipe.overrides.find((o) => o.first === first)?.params[step];
  return { ...recipe.params[step], ...own };
}

/** The recipe with a step's parameters changed, for the reel or for the shot that begins at `first`. */
export function withParams(
  recipe: FilmRecipe,
  step: FilmStepName,
  patch: Record<string, unknown>,
  first: number | null,
): FilmRecipe {
  if (first === null) {
    const params = filmParamsSchema.parse({ ...recipe.params, [step]: { ...recipe.params[step], ...patch } });
    return { ...recipe, params };
  }
  const others = recipe.overrides.filter((o) => o.first !== first);
  const own = recipe.overrides.find((o) => o.first === first) ?? { first, params: {} };
  const params = { ...own.params, [step]: { ...own.params[step], ...patch } };
  return { ...recipe, overrides: [...others, { first, params }].sort((a, b) => a.first - b.first) };
}

/** First frame of the shot that settings are for; null: the whole reel. */
export function scopeFirst(s: ReelState): number | null {
  return s.shot === null ? null : (s.reel?.shots?.[s.shot]?.first ?? null);
}

/** Switches on what a preset has, and off what it has not; strengths stay. */
export async function choosePreset(preset: FilmPreset): Promise<void> {
  const state = useReel.getState();
  const recipe = shownRecipe(state);
  if (!recipe) return;
  const { steps, codec } = filmPresets[preset];
  const on = new Set<string>(steps);
  const params = filmParamsSchema.parse(
    Object.fromEntries(filmSteps.map(({ id }) => [id, { ...recipe.params[id], on: on.has(id) }])),
  );
  useReel.setState({ export: { ...state.export, codec } });
  await storeRecipe(
    { ...recipe, params: keepingRate(params, recipe.params) },
    i18next.t(`reel.presets.${preset}.title`),
  );
}

/** Says at which rate a reel was shot. */
export async function chooseRate(rate: number): Promise<void> {
  const state = useReel.getState();
  const recipe = shownRecipe(state);
  if (!recipe || !state.reel) return;
  await storeRecipe(withRate(recipe, rate, state.reel.facts.fps), i18next.t('reel.sequenceRate'));
}

export function showFrame(frame: number): void {
  useReel.setState((s) => ({ frame: Math.min(lastFrame(s), Math.max(0, Math.round(frame))), playing: null }));
}

/** Goes to the first frame of the shot before or after. */
export function showShot(by: -1 | 1): void {
  const state = useReel.getState();
  const shots = state.reel?.shots ?? [];
  const here = shotAt(state, state.frame);
  const back = by < 0 && state.frame > (shots[here]?.first ?? 0) ? here : here + by;
  const shot = shots[back];
  if (shot) showFrame(shot.first);
}

let estimating: AbortController | null = null;

export async function estimateNow(): Promise<void> {
  const { itemId, export: wish } = useReel.getState();
  if (itemId === null) return;
  estimating?.abort();
  const abort = (estimating = new AbortController());
  useReel.setState({ estimating: true });
  try {
    const estimate = await getClient().call(
      'reel.estimate',
      { itemId, recipe: null, export: wish },
      { signal: abort.signal },
    );
    if (!abort.signal.aborted) useReel.setState({ estimate });
  } catch (error) {
    if (!abort.signal.aborted && !isCancelled(error)) report(error);
  } finally {
    if (!abort.signal.aborted) useReel.setState({ estimating: false });
  }
}

export async function exportNow(): Promise<void> {
  const { itemId, export: wish } = useReel.getState();
  if (itemId === null) return;
  try {
    await getClient().call('reel.export', { ids: [itemId], export: wish });
    void refresh(itemId);
  } catch (error) {
    report(error);
  }
}

let preparing: AbortController | null = null;

/**
 * How much faster or slower a proxy is played than it was coded: one of the reel as it is has the file's rate, whatever a person
 * said of it.
 */
export function playingSpeed(s: ReelState): number {
  const own = s.reel?.facts.fps;
  if (!own || !s.playing || Math.abs(s.playing.fps - own) > 0.01) return 1;
  return Math.min(16, Math.max(0.0625, shownRate(s) / own));
}

/** Plays: the whole reel as it is, the shot on screen as the recipe makes it, or the film that was exported. Again: stops. */
export async function togglePlaying(what: 'shown' | 'result' = 'shown'): Promise<void> {
  const state = useReel.getState();
  preparing?.abort();
  if (state.playing || state.preparing) return useReel.setState({ playing: null, preparing: false });
  if (state.itemId === null) return;
  const abort = (preparing = new AbortController());
  useReel.setState({ preparing: true });
  const before = state.view === 'before' || state.reel?.shots === null;
  try {
    const { url, first, fps } = await getClient().call(
      'reel.proxy',
      {
        itemId: state.itemId,
        show: what === 'result' ? what : before ? 'before' : 'after',
        shot: before || what === 'result' ? null : shotAt(state, state.frame),
      },
      { signal: abort.signal },
    );
    if (!abort.signal.aborted) useReel.setState({ playing: { url, first, fps } });
  } catch (error) {
    if (!abort.signal.aborted && !isCancelled(error)) report(error);
  } finally {
    if (preparing === abort) useReel.setState({ preparing: false });
  }
}
