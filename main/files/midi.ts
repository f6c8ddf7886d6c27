/**
 * Melodies from and to Standard MIDI Files, parsed and written by spessasynth_core. Reading takes the one voice that is a
 * melody: drums are passed over, and of several tracks and channels the one with the fewest notes sounding at a time and the
 * most notes is read. Times are put on the grid of sixteenths. Writing keeps everything a `Melody` has: what MIDI has no
 * words for (upbeat, syllables) stands in a text event that reading finds again.
 */
import { BasicMIDI, MIDIBuilder } from 'spessasynth_core';
import { z } from 'zod';
import { RevealError } from '../../app/contract/messages.ts';
import { findKey, sharpsOf } from '../../app/melody/key.ts';
import { metreOf } from '../../app/melody/plan.ts';
import { modes, type Key, type Melody, type Note } from '../../app/melody/types.ts';
import { say } from '../../app/words/sentences.ts';

/** Numbers of MIDI's events (MIDI 1.0 specification; Standard MIDI Files 1.0). */
const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const TEXT = 0x01;
const MARKER = 0x06;
const TEMPO = 0x51;
const METRE = 0x58;
const KEY = 0x59;
const DRUMS = 9;

/** Ticks of a quarter note in files that are written: divisible by all that sixteenths and triplets need. */
const TICKS = 480;
/** Quarter notes a minute where a file says nothing. */
const USUAL_TEMPO = 120;
const TEMPOS = [10, 1000] as const;
const MOST_NOTES = 20_000;
/** Notes that sound together by more than half of the shorter one, above this share, are more than one voice. */
const POLYPHONIC = 0.05;

/** What a file of ours says of its melody beside the notes. */
const detailsSchema = z.object({
  bar: z.number().int().positive(),
  pickup: z.number().int().nonnegative(),
  mode: z.enum(modes),
  phraseStarts: z.array(z.number().int().nonnegative()),
  syllables: z.array(z.number().int().nonnegative()),
  neurri: z.string().nullable(),
  seed: z.number().int().nullable(),
});
const DETAILS = 'revelado melody ';

interface Sounding {
  pitch: number;
  from: number;
  to: number;
}

const bytesOf = (buffer: Uint8Array): ArrayBuffer =>
  buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer;
const textOf = (data: Uint8Array): string => new TextDecoder().decode(data);
const numberOf = (data: Uint8Array): number => data.reduce((value, byte) => value * 256 + byte, 0);

/** All notes of a file by track and channel, in ticks. */
function voicesOf(midi: BasicMIDI): Map<string, Sounding[]> {
  const voices = new Map<string, Sounding[]>();
  midi.tracks.forEach((track, index) => {
    const open = new Map<string, { from: number }[]>();
    let last = 0;
    for (const { ticks, statusByte, data } of track.events) {
      last = Math.max(last, ticks);
      const kind = statusByte & 0xf0;
      if (kind !== NOTE_ON && kind !== NOTE_OFF) continue;
      const channel = statusByte & 0x0f;
      const [pitch, velocity] = data;
      const key = `${channel} ${pitch}`;
      if (kind === NOTE_ON && velocity > 0) {
        open.set(key, [...(open.get(key) ?? []), { from: ticks }]);
        continue;
      }
      const begun = open.get(key)?.shift();
      if (!begun || ticks <= begun.from) continue;
      const voice = `${index} ${channel}`;
      voices.set(voice, [...(voices.get(voice) ?? []), { pitch, from: begun.from, to: ticks }]);
    }
    for (const [key, list] of open)
      for (const { from } of list) {
        const [channel, pitch] = key.split(' ').map(Number);
        const voice = `${index} ${channel}`;
        if (last > from) voices.set(voice, [...(voices.get(voice) ?? []), { pitch, from, to: last }]);
      }
  });
  for (const list of voices.values()) list.sort((a, b) => a.from - b.from || b.pitch - a.pitch);
  return voices;
}

/** Share of the notes that sound together with the one before by more than half of the shorter of the two. */
function together(list: readonly Sounding[]): number {
  let count = 0;
  let before: Sounding | null = null;
  for (const note of list) {
    if (before) {
      const shared = Math.min(before.to, note.to) - note.from;
      if (shared > 0.5 * Math.min(before.to - before.from, note.to - note.from)) count++;
    }
    if (!before || note.to > before.to) before = note;
  }
  return list.length === 0 ? 0 : count / list.length;
}

/** Puts the notes of one voice on the grid; of two that begin at once the higher stays, a legato is cut. */
function onGrid(list: readonly Sounding[], ticks: number): Note[] {
  const notes: { pitch: number; onset: number; duration: number }[] = [];
  for (const { pitch, from, to } of list) {
    const onset = Math.round(from / ticks);
    const end = Math.max(onset + 1, Math.round(to / ticks));
    const last = notes.at(-1);
    if (last && last.onset === onset) continue;
    if (last && last.onset + last.duration > onset) last.duration = onset - last.onset;
    notes.push({ pitch, onset, duration: end - onset });
  }
  return notes;
}

/** A signature's number of sharps and its mode. */
function keyOf(sharps: number, minor: boolean): Key {
  const major = (((sharps * 7) % 12) + 12) % 12;
  return minor ? { tonic: (major + 9) % 12, mode: 'minor' } : { tonic: major, mode: 'major' };
}

/** Whether the tracks of a MIDI file are there to their ends; what follows the last one is nobody's business. */
function isWhole(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (id !== 'MThd' && id !== 'MTrk') return true;
    at += 8 + view.getUint32(at + 4);
    if (at > bytes.length) return false;
  }
  return true;
}

/**
 * Reads a melody.
 * @param name of the file, for messages
 * @throws RevealError 'bad-input' when it is no MIDI file or damaged, has no notes, drums only, several notes at a time, far
 *   too many notes, or an absurd tempo
 */
export function readMidi(bytes: Uint8Array, name: string): Melody {
  if (bytes.length === 0) throw new RevealError('bad-input', say('score-file-empty', { file: name }));
  // The reader makes do with what is there, and a melody would end in the middle of a line.
  if (!isWhole(bytes))
    throw new RevealError(
      'bad-input',
      say('score-file-broken', {
        file: name,
        format: 'MIDI',
        reason: 'it breaks off in the middle of a track',
      }),
    );
  let midi: BasicMIDI;
  try {
    midi = BasicMIDI.fromArrayBuffer(bytesOf(bytes), name);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 120);
    throw new RevealError('bad-input', say('score-file-broken', { file: name, format: 'MIDI', reason }), {
      cause: error,
    });
  }
  if (!(midi.timeDivision > 0 && midi.timeDivision < 0x8000))
    throw new RevealError(
      'bad-input',
      say('score-file-broken', { file: name, format: 'MIDI', reason: `time division ${midi.timeDivision}` }),
    );
  const voices = voicesOf(midi);
  if (voices.size === 0) throw new RevealError('bad-input', say('score-file-empty', { file: name }));
  const pitched = [...voices].filter(([voice]) => Number(voice.split(' ')[1]) !== DRUMS).map(([, v]) => v);
  if (pitched.length === 0) throw new RevealError('bad-input', say('score-file-drums', { file: name }));
  // A voice of a few notes is an introduction or a click, whatever else it is.
  const most = Math.max(...pitched.map((v) => v.length));
  const [voice] = pitched
    .filter((v) => v.length >= most / 4)
    .map((notes) => ({ notes, share: together(notes) }))
    .sort(
      (a, b) =>
        Number(a.share > POLYPHONIC) - Number(b.share > POLYPHONIC) || b.notes.length - a.notes.length,
    );
  if (voice.share > POLYPHONIC)
    throw new RevealError(
      'bad-input',
      say('score-file-polyphonic', { file: name, percent: Math.round(100 * voice.share).toString() }),
    );
  if (voice.notes.length > MOST_NOTES)
    throw new RevealError(
      'bad-input',
      say('score-file-long', { file: name, count: `${voice.notes.length}`, most: `${MOST_NOTES}` }),
    );
  return melodyOf(midi, voice.notes, name);
}

function melodyOf(midi: BasicMIDI, voice: readonly Sounding[], name: string): Melody {
  const events = midi.tracks.flatMap((t) => t.events).sort((a, b) => a.ticks - b.ticks);
  const first = (type: number): Uint8Array | undefined => events.find((e) => e.statusByte === type)?.data;
  const tempos = events.filter((e) => e.statusByte === TEMPO).map((e) => 60e6 / numberOf(e.data));
  const absurd = tempos.find((t) => !(t >= TEMPOS[0] && t <= TEMPOS[1]));
  if (absurd !== undefined)
    throw new RevealError(
      'bad-input',
      say('score-file-tempo', { file: name, tempo: absurd.toFixed(absurd < 1 ? 2 : 0) }),
    );
  const metreData = first(METRE);
  const metre = metreData ? ([metreData[0], 2 ** metreData[1]] as const) : null;
  const written = metre && metre[0] > 0 && metre[1] <= 64 ? (metre[0] * 16) / metre[1] : 16;
  const text = events.filter((e) => e.statusByte === TEXT).map((e) => textOf(e.data));
  const details = detailsOf(text);
  const bar = details?.bar ?? Math.max(1, Math.round(written));
  const notes = onGrid(voice, midi.timeDivision / 4);
  const kept = details !== null && details.phraseStarts.every((s) => s < notes.length);
  // Empty bars at the beginning are the recorder's, not the melody's.
  const skip = kept ? 0 : Math.floor(notes[0].onset / bar) * bar;
  const moved = notes.map((n) => ({ ...n, onset: n.onset - skip }));
  const keyData = first(KEY);
  const signed = keyData ? keyOf((keyData[0] << 24) >> 24, keyData[1] === 1) : null;
  return {
    notes: moved,
    bar,
    pickup: kept ? details.pickup : 0,
    tempo: tempos.length > 0 ? Math.round(tempos[0] * 100) / 100 : USUAL_TEMPO,
    key: kept && signed ? modal(signed, details.mode) : believable(signed, moved),
    phraseStarts: kept ? details.phraseStarts : [],
    syllables: kept ? details.syllables : [],
    neurri: kept ? details.neurri : null,
    seed: kept ? details.seed : null,
    metre: metre && Number.isInteger(written) ? [metre[0], metre[1]] : metreOf(bar),
  };
}

/** The details of a file of ours; null: none, or not understood. */
function detailsOf(texts: readonly string[]): z.infer<typeof detailsSchema> | null {
  const own = texts.find((t) => t.startsWith(DETAILS));
  if (own === undefined) return null;
  try {
    return detailsSchema.parse(JSON.parse(own.slice(DETAILS.length)));
  } catch {
    return null;
  }
}

/** The key of a mode that has the signature of a major or minor one. */
function modal(signed: Key, mode: Key['mode']): Key {
  for (let tonic = 0; tonic < 12; tonic++)
    if ((sharpsOf({ tonic, mode }) - sharpsOf(signed)) % 12 === 0) return { tonic, mode };
  return signed;
}

/** Programs write "C major" where nobody chose a key: it is believed where the notes agree as well as with any other. */
function believable(signed: Key | null, notes: readonly Note[]): Key {
  const found = findKey(notes);
  if (!signed) return found;
  const fits = (key: Key): number => {
    const major = (((sharpsOf(key) * 7) % 12) + 12) % 12;
    return notes.filter((n) => [0, 2, 4, 5, 7, 9, 11].includes((n.pitch - major + 120) % 12)).length;
  };
  if (fits(signed) < fits(found)) return found;
  // One signature, two modes: the notes say which.
  return sharpsOf(signed) === sharpsOf(found) ? found : signed;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Writes a melody as a Standard MIDI File of one track. @param title name of the track */
export function writeMidi(melody: Melody, title = 'Melody in bertso metre'): Uint8Array {
  const { notes, bar, pickup, key, phraseStarts, syllables, neurri, seed } = melody;
  const builder = new MIDIBuilder({
    name: title,
    timeDivision: TICKS,
    initialTempo: melody.tempo ?? USUAL_TEMPO,
    format: 0,
  });
  if (builder.tracks.length === 0) builder.addTrack(title);
  const sixteenth = TICKS / 4;
  const [beats, unit] = melody.metre ?? metreOf(bar);
  builder.addEvent(0, 0, METRE, [beats, Math.round(Math.log2(unit)), 24, 8]);
  const minor = key.mode === 'minor';
  builder.addEvent(0, 0, KEY, [sharpsOf(key) & 0xff, minor ? 1 : 0]);
  const details = { bar, pickup, mode: key.mode, phraseStarts, syllables, neurri, seed };
  builder.addEvent(0, 0, TEXT, text(DETAILS + JSON.stringify(details)));
  phraseStarts.forEach((start, i) =>
    builder.addEvent(notes[start].onset * sixteenth, 0, MARKER, text(`${i + 1}`)),
  );
  for (const { pitch, onset, duration } of notes) {
    builder.noteOn(onset * sixteenth, 0, 0, pitch, 90);
    builder.noteOff((onset + duration) * sixteenth, 0, 0, pitch);
  }
  builder.flush();
  return new Uint8Array(builder.writeMIDI());
}
