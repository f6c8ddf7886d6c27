/**
 * The Score room's state: what is wished, the melody on the desk with those before it, how it is played, and the doinuak
 * that were kept. Melodies are composed, engraved and rendered by the host; the window draws and plays.
 */
import i18next from 'i18next';
import { create } from 'zustand';
import type { CallResult } from '../../app/contract/index.ts';
import type { ComposeWish, Doinu, PlayWish } from '../../app/contract/score.ts';
import type { Melody } from '../../app/melody/types.ts';
import { getClient } from '../client.ts';
import { errorText, isCancelled, notify, report } from '../store/app.ts';

export type Engraved = CallResult<'score.engrave'>;
export type Choices = CallResult<'score.choices'>;
export type Wish = Omit<ComposeWish, 'begin' | 'vary'>;

export interface ScoreState {
  choices: Choices | null;
  kept: Doinu[] | null;
  error: string;
  wish: Wish;
  play: PlayWish;
  /** Melodies of this sitting, the first one oldest; `at` is the one on the desk, -1: none yet. */
  desk: readonly Melody[];
  at: number;
  /** Name of the melody on the desk, by which it is kept and exported. */
  title: string;
  engraved: Engraved | null;
  composing: boolean;
  /** Pitches picked on the keyboard for a first phrase; null: the keyboard is folded away. */
  picked: readonly number[] | null;
  sending: boolean;
}

export const useScore = create<ScoreState>(() => ({
  choices: null,
  kept: null,
  error: '',
  wish: { neurri: 'zortziko-txikia', seed: null, temperature: 1, generator: 'auto', kind: 'vocal' },
  play: { instrument: 'flute', accompaniment: 'drone', tempo: null },
  desk: [],
  at: -1,
  title: '',
  engraved: null,
  composing: false,
  picked: null,
  sending: false,
}));

export const melodyOnDesk = (s: ScoreState): Melody | null => s.desk[s.at] ?? null;

/** How many melodies of a sitting can be gone back to. */
const REMEMBERED = 200;

/** Loads what there is and follows changes until the returned function is called. */
export function connectScore(): () => void {
  const list = async (): Promise<void> => {
    try {
      const { doinuak } = await getClient().call('score.list', {});
      useScore.setState({ kept: doinuak, error: '' });
    } catch (error) {
      if (!isCancelled(error)) useScore.setState({ error: errorText(error) });
    }
  };
  void list();
  void getClient()
    .call('score.choices', {})
    .then(
      (choices) => useScore.setState({ choices }),
      (error: unknown) => useScore.setState({ error: errorText(error) }),
    );
  return getClient().subscribe('score.changed', () => void list());
}

/** Puts a melody on the desk; what was gone back from is forgotten. */
export function lay(melody: Melody, title: string): void {
  useScore.setState(({ desk, at }) => {
    const next = [...desk.slice(0, at + 1), melody].slice(-REMEMBERED);
    return { desk: next, at: next.length - 1, title, engraved: null };
  });
  void engraveDesk();
}

/** Goes to an older or newer melody of this sitting. */
export function leaf(by: -1 | 1): void {
  const { desk, at } = useScore.getState();
  const next = at + by;
  const melody = desk[next];
  if (!melody) return;
  useScore.setState({ at: next, title: nameOf(melody), engraved: null });
  void engraveDesk();
}

/** A melody's name as long as nobody gives it another: its metre and its number. */
export function nameOf(melody: Melody): string {
  const { choices } = useScore.getState();
  const metre =
    choices?.neurriak.find((n) => n.name === melody.neurri)?.title ??
    melody.neurri ??
    i18next.t('score.free');
  return melody.seed === null ? metre : `${metre} ${melody.seed}`;
}

let engraving: AbortController | null = null;

/** Width in which the line of music is set, in pixels; the desk says it. */
let deskWidth = 960;

export async function engraveDesk(width = deskWidth): Promise<void> {
  deskWidth = Math.round(Math.min(2400, Math.max(320, width)));
  const melody = melodyOnDesk(useScore.getState());
  engraving?.abort();
  if (!melody) return;
  const abort = (engraving = new AbortController());
  try {
    const engraved = await getClient().call(
      'score.engrave',
      { melody, title: '', width: deskWidth },
      { signal: abort.signal },
    );
    if (!abort.signal.aborted) useScore.setState({ engraved });
  } catch (error) {
    if (!abort.signal.aborted && !isCancelled(error)) report(error);
  }
}

export interface Ask {
  begin?: Melody;
  vary?: { melody: Melody; amount: number };
}

/** Composes by the wish and lays the melody on the desk. @returns whether there is a new one */
export async function composeNow(ask: Ask = {}): Promise<boolean> {
  const { wish, composing } = useScore.getState();
  if (composing) return false;
  useScore.setState({ composing: true });
  try {
    const { melody } = await getClient().call('score.compose', {
      ...wish,
      begin: ask.begin ?? null,
      vary: ask.vary ?? null,
    });
    lay(melody, nameOf(melody));
    return true;
  } catch (error) {
    report(error);
    return false;
  } finally {
    useScore.setState({ composing: false });
  }
}

/** The first phrase of a melody as a melody of its own; without phrases its first two bars. */
export function firstPhrase(melody: Melody): Melody {
  const second = melody.phraseStarts[1];
  const until = melody.pickup + 2 * melody.bar;
  const notes =
    second === undefined ? melody.notes.filter((n) => n.onset < until) : melody.notes.slice(0, second);
  return { ...melody, notes, phraseStarts: [0], syllables: [notes.length] };
}

/** A first phrase of picked pitches: quarters, the last one long, in the key that fits them best. */
export function pickedPhrase(pitches: readonly number[]): Melody {
  const notes = pitches.map((pitch, i) => ({
    pitch,
    onset: 4 * i,
    duration: i === pitches.length - 1 ? 8 : 4,
  }));
  return {
    notes,
    bar: 16,
    pickup: 0,
    tempo: null,
    key: { tonic: bestTonic(pitches), mode: 'major' },
    phraseStarts: [0],
    syllables: [notes.length],
    neurri: null,
    seed: null,
    metre: [4, 4],
  };
}

const MAJOR = [0, 2, 4, 5, 7, 9, 11];

/** Tonic of the major scale that holds most of these pitches; of equals the one that the first and last pitch name. */
export function bestTonic(pitches: readonly number[]): number {
  let best = 0;
  let most = -1;
  for (let tonic = 0; tonic < 12; tonic++) {
    const inside = pitches.filter((p) => MAJOR.includes((p - tonic + 120) % 12)).length;
    const ends = [pitches[0], pitches[pitches.length - 1]].filter((p) => p % 12 === tonic).length;
    const score = inside + 0.4 * ends;
    if (score > most) [most, best] = [score, tonic];
  }
  return best;
}

/** Reads a dropped or picked file and lays its melody on the desk. */
export async function readFileOntoDesk(file: File): Promise<void> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = '';
    for (let i = 0; i < bytes.length; i += 0x8000)
      binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    const { melody } = await getClient().call('score.read', { name: file.name, data: btoa(binary) });
    lay(melody, file.name.replace(/\.[^.]+$/, ''));
  } catch (error) {
    report(error);
  }
}

export async function keepDesk(): Promise<void> {
  const state = useScore.getState();
  const melody = melodyOnDesk(state);
  if (!melody) return;
  try {
    await getClient().call('score.keep', { title: state.title.trim() || nameOf(melody), melody });
    notify('info', i18next.t('score.kept'));
  } catch (error) {
    report(error);
  }
}

export async function removeKept({ id, title }: Doinu): Promise<void> {
  try {
    await getClient().call('score.remove', { id });
    notify('info', i18next.t('score.removed', { title }), {
      label: i18next.t('common.undo'),
      run: () => void getClient().call('score.restore', { id }).catch(report),
    });
  } catch (error) {
    report(error);
  }
}

/** Writes the melody on the desk into the folder for exports. */
export async function exportDesk(formats: ('mid' | 'wav' | 'svg')[], loudness: -16 | -23): Promise<void> {
  const state = useScore.getState();
  const melody = melodyOnDesk(state);
  if (!melody) return;
  try {
    const { folder, files } = await getClient().call('score.export', {
      melody,
      title: state.title.trim() || nameOf(melody),
      formats,
      play: state.play,
      loudness,
    });
    notify('info', i18next.t('score.exported', { folder, files: files.join(', ') }));
  } catch (error) {
    report(error);
  }
}
