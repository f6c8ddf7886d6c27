/** A room that takes what is dropped on the window itself, instead of the library alone. */
import { create } from 'zustand';
import type { Dropped } from '../client.ts';

export interface Taker {
  /** Part of the translation keys of title and text (`drop.WORDS.title`, `.text`) shown while files hang over the window. */
  words: 'studio' | 'models' | 'score';
  take: (files: Dropped[]) => void;
}

export const useDrops = create<{ taker: Taker | null }>(() => ({ taker: null }));

/** Takes drops until the returned function is called. */
export function takeDrops(taker: Taker): () => void {
  useDrops.setState({ taker });
  return () => useDrops.setState((s) => (s.taker === taker ? { taker: null } : s));
}
