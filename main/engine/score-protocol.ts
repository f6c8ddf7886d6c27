/** What the host may ask of an engine about melodies: plain data over the process channel; sounds leave as files. */
import type { ComposeWish, PlayWish } from '../../app/contract/score.ts';
import type { Melody } from '../../app/melody/types.ts';
import type { ReelScore } from '../../app/recipe/film.ts';
import type { FittedPassage } from '../../app/sound/fit.ts';

/** Length of a film and when its shots begin (without the first), in seconds. */
export interface FilmTimes {
  seconds: number;
  cuts: number[];
}

export interface ScoreMethods {
  composeMelody: [{ wish: Omit<ComposeWish, 'seed'> & { seed: number } }, Melody];
  /** Renders into the WAV file `out`, complete or absent; progress is in percent. */
  renderMelody: [
    { melody: Melody; play: PlayWish; loop: boolean; loudness: number; out: string },
    { seconds: number; loudness: number; truePeak: number },
  ];
  renderFilmScore: [
    { score: ReelScore; film: FilmTimes; out: string },
    { melodies: Melody[]; passages: FittedPassage[]; met: number; ends: number; notes: string[] },
  ];
  engraveMelody: [
    { melody: Melody; title: string; width: number },
    { svg: string; notes: { id: string; note: number }[] },
  ];
  /** Reads a melody from a file's bytes; its name says of which kind it is. */
  readMelody: [{ name: string; data: Uint8Array }, Melody];
  writeMelody: [{ melody: Melody; title: string; format: 'mid' | 'svg'; out: string }, { ok: boolean }];
}
