/**
 * A line of a file of melodies (`melodies.jsonl`): reading it, and turning it into a `Melody`. The format is that
 * of the project's data; a folder of a person's own MIDI files becomes records of the same form.
 */
import { findKey, keyName, parseKey } from './key.ts';
import type { Melody, MelodyKind, Note } from './types.ts';

/** Finer than `MelodyKind`: the networks are told which of the three a melody is. */
export const recordKinds = ['hymn', 'song', 'tune'] as const;
export type RecordKind = (typeof recordKinds)[number];
export const kindOf = (kind: RecordKind): MelodyKind => (kind === 'tune' ? 'tune' : 'vocal');

export interface MelodyRecord {
  readonly id: string;
  readonly split: 'train' | 'test';
  readonly kind: RecordKind;
  readonly title: string;
  readonly source: string;
  readonly melody: Melody;
}

const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v);

/** Why notes are no melody of single notes; null when they are. */
export function faultOf(notes: readonly Note[]): 'empty' | 'pitch' | 'time' | 'overlap' | null {
  if (notes.length === 0) return 'empty';
  let end = 0;
  for (const { pitch, onset, duration } of notes) {
    if (!Number.isInteger(pitch) || pitch < 0 || pitch > 127) return 'pitch';
    if (!Number.isInteger(onset) || !Number.isInteger(duration) || duration < 1) return 'time';
    if (onset < end) return 'overlap';
    end = onset + duration;
  }
  return null;
}

/**
 * Reads one line.
 * @returns null when the line is no melody: no JSON object, notes missing, not whole numbers, or overlapping
 */
export function readRecord(line: string): MelodyRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const r = value as Record<string, unknown>;
  if (!Array.isArray(r.notes) || !isNumber(r.bar) || r.bar < 1) return null;
  const notes: Note[] = [];
  for (const n of r.notes as unknown[]) {
    if (!Array.isArray(n) || n.length < 3 || !n.slice(0, 3).every(isNumber)) return null;
    const [pitch, onset, duration] = n as number[];
    notes.push({ pitch, onset, duration });
  }
  if (faultOf(notes)) return null;
  const kind = recordKinds.find((k) => k === r.kind) ?? 'tune';
  const starts = Array.isArray(r.phrase_starts) ? (r.phrase_starts as unknown[]).filter(isNumber) : [];
  const metre = typeof r.metre === 'string' ? /^(\d+)\/(\d+)$/.exec(r.metre) : null;
  return {
    id: String(r.id ?? r.title ?? ''),
    split: r.split === 'test' ? 'test' : 'train',
    kind,
    title: typeof r.title === 'string' ? r.title : '',
    source: typeof r.source === 'string' ? r.source : '',
    melody: {
      notes,
      bar: r.bar,
      pickup: isNumber(r.pickup) ? r.pickup : 0,
      tempo: isNumber(r.tempo) ? r.tempo : null,
      key: (typeof r.key === 'string' ? parseKey(r.key) : null) ?? findKey(notes),
      phraseStarts: starts,
      syllables: starts.map((s, i) => (starts[i + 1] ?? notes.length) - s),
      neurri: null,
      seed: null,
      metre: metre ? [Number(metre[1]), Number(metre[2])] : null,
    },
  };
}

/** A record as a line that `readRecord` reads again: the same notes, bars, key, phrases. */
export function recordLine({ id, split, kind, title, source, melody }: MelodyRecord): string {
  return JSON.stringify({
    id,
    split,
    kind,
    title,
    source,
    metre: melody.metre === null ? null : melody.metre.join('/'),
    bar: melody.bar,
    pickup: melody.pickup,
    key: keyName(melody.key),
    tempo: melody.tempo,
    phrase_starts: melody.phraseStarts,
    notes: melody.notes.map((n) => [n.pitch, n.onset, n.duration]),
  });
}
