/** A make-believe reel: painted frames, four shots, a recipe with history. */
import type { CallArgs, CallName, CallResult } from '../../app/contract/index.ts';
import type { ReelRecipeState } from '../../app/contract/film.ts';
import { defaultFilmParams, FILM_VERSION, type FilmRecipe } from '../../app/recipe/film.ts';
import { paint } from './paint.ts';

/** 44 bytes of header and a second of silence, for sounds. */
export function mockSilence(): Blob {
  const bytes = new Uint8Array(44 + 16_000);
  const view = new DataView(bytes.buffer);
  const text = (at: number, s: string): void =>
    [...s].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 16_000, true);
  return new Blob([bytes], { type: 'audio/wav' });
}

export function mockReelPicture(address: string): Promise<Blob> {
  const frame = Number(/frames\/(\d+)/.exec(address)?.[1] ?? 0);
  const surface = new OffscreenCanvas(160, 120);
  const context = surface.getContext('2d');
  if (context) paint(context, Math.floor(frame / 90) * 5 + 2, 160, 120, false, true);
  return surface.convertToBlob({ type: 'image/webp' });
}

const shots = [0, 90, 180, 270].map((first, index) => ({
  index,
  first,
  last: first + 89,
  opening: index === 0 ? ('start' as const) : ('cut' as const),
}));

type ReelCall = Extract<CallName, `reel.${string}`>;

export function mockReel(changed: (ids: number[]) => void): {
  [N in ReelCall]: (args: CallArgs<N>) => CallResult<N>;
} {
  const fresh: FilmRecipe = {
    action: 'film',
    version: FILM_VERSION,
    params: defaultFilmParams(),
    overrides: [],
    keyFrames: [],
    cuts: null,
    score: null,
  };
  let past: { recipe: FilmRecipe; label: string }[] = [];
  let at = 0;
  const state = (): ReelRecipeState => ({
    recipe: past[at - 1]?.recipe ?? fresh,
    untouched: past.length === 0,
    canUndo: at > 0,
    canRedo: at < past.length,
    history: past.map((p, i) => ({ id: i + 1, at: Date.UTC(2026, 9, 3), ...p })),
  });
  const walk = (itemId: number, by: number): ReelRecipeState => {
    at = Math.min(past.length, Math.max(0, at + by));
    changed([itemId]);
    return state();
  };
  return {
    'reel.open': () => ({
      result: null,
      facts: {
        name: 'us_army_1950s.mp4',
        kind: 'film',
        bytes: 1_068_773,
        container: 'mov,mp4',
        codec: 'h264',
        storedWidth: 432,
        storedHeight: 320,
        width: 432,
        height: 320,
        rotation: 0,
        bits: 8,
        sampling: '420',
        frames: 360,
        framesExact: true,
        duration: 12.012,
        fps: 29.97,
        variableRate: false,
        fields: 'progressive',
        sound: [],
        subtitles: 0,
        chapters: 0,
        timecode: null,
        warnings: [],
      },
      shots,
      found: shots,
      flashes: [],
      recipe: state(),
      jobId: null,
    }),
    'reel.analyse': () => ({ jobId: 1 }),
    'reel.recipe': () => state(),
    'reel.setRecipe': ({ itemId, recipe, label }) => {
      past = [...past.slice(0, at), { recipe: recipe as FilmRecipe, label }];
      return walk(itemId, 1);
    },
    'reel.undo': ({ itemId }) => walk(itemId, -1),
    'reel.redo': ({ itemId }) => walk(itemId, 1),
    'reel.wave': () => null,
    'reel.estimate': () => ({
      seconds: 84,
      bytes: 24_000_000,
      needed: 30_000_000,
      free: 210_000_000_000,
      frames: 360,
      width: 432,
      height: 320,
      warnings: [],
      refused: null,
    }),
    'reel.proxy': () => ({ url: 'about:blank', frames: 90, fps: 29.97, first: 0 }),
    'reel.export': () => ({ jobId: 1 }),
    'reel.progress': () => ({ reels: [] }),
  };
}
