/** Which container a finished film gets, its clock, and what becomes of the sound. */
import type { Ratio, ReelFacts } from '../../app/film/probe.ts';
import type { FilmCodec } from '../../app/recipe/film.ts';

export type FilmContainer = 'mp4' | 'mov' | 'matroska';

/** What becomes of the sound. `stretch`: the source's, at this tempo (1.25: a quarter faster), without changing pitch. */
export type ReelSound =
  { kind: 'copy' } | { kind: 'none' } | { kind: 'file'; file: string } | { kind: 'stretch'; tempo: number };

const MP4_SOUND = new Set(['aac', 'mp3', 'mp2', 'ac3', 'eac3', 'alac']);

/** The container that holds this codec and sound: as much as can be in the most usual one. */
export function containerFor(
  codec: FilmCodec,
  facts: Pick<ReelFacts, 'audio'>,
  sound: ReelSound['kind'],
): FilmContainer {
  if (codec === 'ffv1') return 'matroska';
  const tracks = sound === 'copy' ? facts.audio.map((track) => track.codec) : [];
  const inMov = (name: string): boolean => MP4_SOUND.has(name) || /^pcm_(?!bluray|dvd)/.test(name);
  if (codec === 'prores') return tracks.every(inMov) ? 'mov' : 'matroska';
  if (tracks.every((name) => MP4_SOUND.has(name))) return 'mp4';
  return codec !== 'av1' && tracks.every(inMov) ? 'mov' : 'matroska';
}
export const extensionOf = (container: FilmContainer): '.mp4' | '.mov' | '.mkv' =>
  container === 'matroska' ? '.mkv' : `.${container}`;

/** Ticks of the finished film's time stamps. */
export const containerBase = (container: FilmContainer, timeBase: Ratio): Ratio =>
  container === 'matroska' ? { num: 1, den: 1000 } : { num: 1, den: timeBase.den };

/** The clock of transport streams and the like begins anywhere; a finished film's begins near zero. */
export const clockStart = (facts: Pick<ReelFacts, 'container' | 'start'>): number =>
  /mov|matroska|nut/.test(facts.container) ? 0 : facts.start;
