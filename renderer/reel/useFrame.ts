/** One frame of the reel over the pixel path: the newest wish wins, the one before is drawn until it is there. */
import { useEffect, useState } from 'react';
import type { FilmRecipe, FilmStepName } from '../../app/recipe/film.ts';
import { getClient, type PixelsAnswer } from '../client.ts';
import { errorText, isCancelled } from '../store/app.ts';

export interface FrameWish {
  itemId: number;
  frame: number;
  show: 'before' | 'after' | 'diagnostic';
  step: FilmStepName | null;
  recipe: FilmRecipe | null;
  width: number;
  height: number;
}

export interface ShownFrame {
  answer: PixelsAnswer | null;
  busy: boolean;
  error: string;
}

/** Scrubbing asks for many frames in a moment: only where it rests for so long (ms) is a frame asked for. */
const REST_MS = 60;

export function useFrame(wish: FrameWish | null): ShownFrame {
  const [shown, setShown] = useState<ShownFrame>({ answer: null, busy: false, error: '' });
  const key = wish && JSON.stringify(wish);
  useEffect(() => {
    if (key === null) return;
    const { itemId, width, height, ...reel } = JSON.parse(key) as FrameWish;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      setShown((s) => ({ ...s, busy: true }));
      getClient()
        .pixels(
          {
            itemId,
            recipe: null,
            maxWidth: Math.max(16, Math.round(width)),
            maxHeight: Math.max(16, Math.round(height)),
            reel,
          },
          { signal: abort.signal },
        )
        .then(
          (answer) => setShown({ answer, busy: false, error: '' }),
          (error: unknown) => {
            if (!abort.signal.aborted && !isCancelled(error))
              setShown((s) => ({ ...s, busy: false, error: errorText(error) }));
          },
        );
    }, REST_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  return shown;
}
