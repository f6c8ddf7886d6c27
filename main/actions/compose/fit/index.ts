/**
 * The score of a silent reel: a melody (chosen, or composed from neurri and seed) with a variation of it for every second
 * verse of a longer film, fitted so that phrases end on cuts and the last note on the last frame, rendered, faded and written
 * as a WAV file exactly as long as the film; beside it, if wished, the melody as MIDI and as a printed line of music.
 */
import path from 'node:path';
import { RevealError } from '../../../../app/contract/messages.ts';
import { melodyEnd, sixteenthSeconds, type Melody } from '../../../../app/melody/types.ts';
import type { ReelScore } from '../../../../app/recipe/film.ts';
import { fitToFilm, type Fit } from '../../../../app/sound/fit.ts';
import { limit } from '../../../../app/sound/loudness.ts';
import { perform, playedTempo, TEMPO_LIMITS, type Performance } from '../../../../app/sound/performance.ts';
import { say } from '../../../../app/words/sentences.ts';
import { compose, type ComposeOptions } from '../index.ts';
import { renderPerformance, SAMPLE_RATE, type Rendered } from '../sound/render.ts';
import { writeWav } from '../sound/wav.ts';
import { makeFolder } from '../../../files/folder.ts';

/** Films longer than this are given no score: nobody listens to one melody for so long. */
export const LONGEST_HOURS = 2;
/** How much of a phrase the second verse's variation writes anew. */
const VARIED = 0.4;
/** EBU R 128 for what is broadcast; a film that is watched at home has the loudness of other files. */
const LOUDNESS = -16;

export interface FilmTime {
  /** Length of the film, from the first frame's time to the end of the last. */
  seconds: number;
  /** When shots begin, in seconds, without the first. */
  cuts: readonly number[];
}

export interface FilmScore {
  readonly melodies: readonly Melody[];
  readonly fit: Fit;
  readonly sound: Rendered;
  /** What a person has to know, as sentences. */
  readonly notes: readonly string[];
}

export interface ScoreOptions {
  signal?: AbortSignal;
  progress?: (fraction: number) => void;
  /** Weights in the place of the shipped ones. */
  models?: ComposeOptions['models'];
}

/** The melody of a score and, where the film is longer than one verse, a variation that takes turns with it. */
async function melodiesFor(
  score: ReelScore,
  film: FilmTime,
  { signal, models }: ScoreOptions,
): Promise<Melody[]> {
  const how = { ...(signal ? { signal } : {}), ...(models ? { models } : {}) };
  const melody: Melody = score.melody ?? (await compose({ neurri: score.neurri, seed: score.seed, ...how }));
  const verse = melodyEnd(melody) * sixteenthSeconds(playedTempo(melody, score.tempo));
  if (film.seconds < 1.9 * verse) return [melody];
  const varied = await compose({
    neurri: melody.neurri,
    seed: score.seed + 1,
    vary: { melody, amount: VARIED },
    ...how,
  });
  return [melody, varied];
}

/**
 * Composes and renders the score of a film.
 * @throws RevealError 'bad-request' for a film of over two hours, an unknown neurri, a tempo that cannot be played
 */
export async function scoreFilm(
  score: ReelScore,
  film: FilmTime,
  options: ScoreOptions = {},
): Promise<FilmScore> {
  if (film.seconds > LONGEST_HOURS * 3600)
    throw new RevealError(
      'bad-request',
      say('score-film-long', { hours: String(LONGEST_HOURS), seconds: film.seconds.toFixed(0) }),
    );
  const tempo = score.tempo;
  if (tempo !== null && !(tempo >= TEMPO_LIMITS.least && tempo <= TEMPO_LIMITS.most))
    throw new RevealError(
      'bad-request',
      say('score-tempo', {
        tempo: String(tempo),
        least: String(TEMPO_LIMITS.least),
        most: String(TEMPO_LIMITS.most),
      }),
    );
  const melodies = await melodiesFor(score, film, options);
  const fit = fitToFilm(melodies, { seconds: film.seconds, cuts: film.cuts, tempo });
  const play = { instrument: score.instrument, accompaniment: score.accompaniment };
  const strokes = melodies.flatMap((melody, i) => {
    const passages = fit.passages.filter((p) => p.melody === i);
    return passages.length ? perform(melody, { ...play, tempo, passages }).strokes : [];
  });
  strokes.sort((a, b) => a.at - b.at || a.voice - b.voice || a.pitch - b.pitch);
  const played: Performance = { strokes, seconds: film.seconds };
  const sound = await renderPerformance(played, {
    ...play,
    loudness: LOUDNESS,
    seconds: film.seconds,
    ...options,
  });
  fade(sound, score);
  const short = fit.ends === 0 && fit.passages.length === 1;
  return {
    melodies,
    fit,
    sound,
    notes: short ? [say('score-film-short', { seconds: film.seconds.toFixed(2) })] : [],
  };
}

/** Volume, and fades at both ends that are never longer than half of the film; in place. */
function fade(sound: Rendered, { volume, fadeIn, fadeOut }: ReelScore): void {
  const length = sound.left.length;
  const into = Math.min(Math.round(fadeIn * SAMPLE_RATE), Math.floor(length / 2));
  const out = Math.min(Math.round(fadeOut * SAMPLE_RATE), Math.floor(length / 2));
  for (const channel of [sound.left, sound.right])
    for (let i = 0; i < length; i++) {
      const rising = i < into ? Math.sin((Math.PI / 2) * (i / into)) : 1;
      const falling = length - 1 - i < out ? Math.sin((Math.PI / 2) * ((length - 1 - i) / out)) : 1;
      channel[i] = channel[i] * volume * rising * falling;
    }
  if (volume > 1) limit([sound.left, sound.right], SAMPLE_RATE, -1.05);
}

/** Composes, renders and writes the score of a film as a WAV file. @returns the file and what was played */
export async function writeFilmScore(
  score: ReelScore,
  film: FilmTime,
  file: string,
  options: ScoreOptions = {},
): Promise<FilmScore & { file: string }> {
  const made = await scoreFilm(score, film, options);
  await makeFolder(path.dirname(file));
  await writeWav(file, made.sound, true);
  return { ...made, file };
}
