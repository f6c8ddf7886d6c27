/**
 * Plays one sound at a time: asks the host for it, keeps it as long as nothing about it changes, and tells where the playing
 * stands. A loop is a sound made to be repeated, so that the audio element repeats it without a gap.
 */
import { create } from 'zustand';
import type { PlayWish } from '../../app/contract/score.ts';
import type { Melody } from '../../app/melody/types.ts';
import { getClient } from '../client.ts';
import { isCancelled, report } from '../store/app.ts';

export interface PlayerState {
  state: 'silent' | 'rendering' | 'playing';
  /** Name of the sound that was asked for last. */
  key: string | null;
  /** Seconds of the sound that is loaded; a loop's length is exactly its bars. */
  seconds: number;
  loop: boolean;
}

export const usePlayer = create<PlayerState>(() => ({
  state: 'silent',
  key: null,
  seconds: 0,
  loop: true,
}));

let audio: HTMLAudioElement | null = null;
let loaded: { key: string; url: string } | null = null;
let asking: AbortController | null = null;

function element(): HTMLAudioElement {
  if (!audio) {
    audio = new Audio();
    audio.addEventListener('ended', () => usePlayer.setState({ state: 'silent' }));
  }
  return audio;
}

/** Where the playing stands, in seconds; null while nothing plays. */
export const playedSeconds = (): number | null =>
  usePlayer.getState().state === 'playing' && audio ? audio.currentTime : null;

export function stopPlaying(): void {
  asking?.abort();
  if (audio) {
    audio.pause();
    audio.currentTime = 0;
  }
  usePlayer.setState({ state: 'silent' });
}

/** Plays a melody from its beginning. */
export async function playMelody(melody: Melody, play: PlayWish): Promise<void> {
  const { loop } = usePlayer.getState();
  const key = JSON.stringify({ melody, play, loop });
  await playSound(key, loop, (signal) => getClient().call('score.sound', { melody, play, loop }, { signal }));
}

/** Plays what `ask` gives the address of. @param key names the sound: the same one is not asked for twice */
export async function playSound(
  key: string,
  loop: boolean,
  ask: (signal: AbortSignal) => Promise<{ url: string; seconds: number }>,
): Promise<void> {
  stopPlaying();
  usePlayer.setState({ key });
  const abort = (asking = new AbortController());
  try {
    if (loaded?.key !== key) {
      usePlayer.setState({ state: 'rendering' });
      const { url, seconds } = await ask(abort.signal);
      const blob = await getClient().studioPicture(url, { signal: abort.signal });
      if (abort.signal.aborted) return;
      if (loaded) URL.revokeObjectURL(loaded.url);
      loaded = { key, url: URL.createObjectURL(blob) };
      usePlayer.setState({ seconds });
      element().src = loaded.url;
    }
    const player = element();
    player.loop = loop;
    player.currentTime = 0;
    await player.play();
    if (abort.signal.aborted) player.pause();
    else usePlayer.setState({ state: 'playing' });
  } catch (error) {
    if (abort.signal.aborted || isCancelled(error)) return;
    usePlayer.setState({ state: 'silent' });
    report(error);
  }
}
