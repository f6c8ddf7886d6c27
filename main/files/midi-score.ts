/**
 * Melodies from printed music as text: ABC, MusicXML (plain and compressed) and MEI, read by Verovio, which plays them into a
 * MIDI file that is then read like any other. Repeats are not played out.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Melody } from '../../app/melody/types.ts';
import { say } from '../../app/words/sentences.ts';
import { readMidi } from './midi.ts';

/** What is used of Verovio's toolkit. */
interface Reader {
  setOptions(options: Record<string, unknown>): void;
  loadData(data: string): boolean;
  loadZipDataBuffer(data: ArrayBuffer): boolean;
  /** Base64. */
  renderToMIDI(): string;
  getLog(): string;
}

let reader: Promise<Reader> | null = null;
async function load(): Promise<Reader> {
  const [{ default: createModule }, { enableLog, LOG_OFF, VerovioToolkit }] = await Promise.all([
    import('verovio/wasm'),
    import('verovio/esm'),
  ]);
  const module = await createModule();
  enableLog(LOG_OFF, module);
  return new VerovioToolkit(module) as unknown as Reader;
}

export const scoreFormats = ['ABC', 'MusicXML', 'MEI'] as const;
export type ScoreFormat = (typeof scoreFormats)[number];

/**
 * What kind of text this is; null: none that is read.
 * @param bytes of the file, or its beginning
 */
export function scoreFormat(bytes: Uint8Array): ScoreFormat | null {
  // A compressed MusicXML file is a ZIP archive.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'MusicXML';
  const text = new TextDecoder().decode(bytes.subarray(0, 4000)).replace(/^\uFEFF/, '');
  if (/<(score-partwise|score-timewise)[\s>]/.test(text)) return 'MusicXML';
  if (/<mei[\s>]/.test(text)) return 'MEI';
  return /^X:\s*\d+/m.test(text) && /^K:/m.test(text) ? 'ABC' : null;
}

/**
 * Reads a melody.
 * @param name of the file, for messages
 * @throws RevealError 'bad-input' as `readMidi` does
 */
export async function readScore(bytes: Uint8Array, format: ScoreFormat, name: string): Promise<Melody> {
  reader ??= load().catch((error: unknown) => {
    reader = null;
    throw error;
  });
  const toolkit = await reader;
  const broken = (reason: string): RevealError =>
    new RevealError('bad-input', say('score-file-broken', { file: name, format, reason }));
  toolkit.setOptions({
    inputFrom: bytes[0] === 0x50 ? 'auto' : format === 'MusicXML' ? 'xml' : format.toLowerCase(),
  });
  let midi: string;
  try {
    const loaded =
      bytes[0] === 0x50 && bytes[1] === 0x4b
        ? toolkit.loadZipDataBuffer(bytes.slice().buffer)
        : toolkit.loadData(new TextDecoder().decode(bytes));
    if (!loaded) throw new Error('it has no music');
    midi = toolkit.renderToMIDI();
  } catch (error) {
    throw broken((error instanceof Error ? error.message : String(error)).slice(0, 120));
  }
  if (midi === '') throw broken('it has no music');
  const melody = readMidi(Uint8Array.from(Buffer.from(midi, 'base64')), name);
  // An incomplete first bar is the upbeat.
  if (format !== 'ABC') return melody;
  const text = new TextDecoder().decode(bytes);
  return { ...melody, pickup: abcUpbeat(text, melody), tempo: abcTempo(text) };
}

/** Quarter notes a minute of the field Q:, which the reader takes as quarters whatever note it names; null without one. */
function abcTempo(text: string): number | null {
  const field = /^Q:[^\d]*(?:(\d+)\/(\d+)\s*=\s*)?(\d+)/m.exec(text);
  if (!field) return null;
  const [, over, under, beats] = field.map(Number);
  return beats * (over ? (4 * over) / under : 1);
}

/** Sixteenths before the first bar line of ABC, where they are fewer than a bar. */
function abcUpbeat(text: string, melody: Melody): number {
  const unitField = /^L:\s*(\d+)\/(\d+)/m.exec(text);
  const body = text
    .slice((/^K:.*$/m.exec(text)?.index ?? 0) + 2)
    .split('\n')
    .slice(1)
    .join(' ');
  const first = /^\s*\|?:?([^|]*)\|/.exec(body)?.[1];
  if (first === undefined) return 0;
  const [, over, under] = unitField ?? ['', '1', melody.bar / 16 < 0.75 ? '16' : '8'];
  const unit = (16 * Number(over)) / Number(under);
  let length = 0;
  for (const [, a, slash, b] of first.matchAll(/[_=^]*[A-Ga-gz][,']*(\d*)(\/*)(\d*)/g)) {
    const divisor = slash === '' ? 1 : b === '' ? 2 ** slash.length : Number(b);
    length += (unit * (a === '' ? 1 : Number(a))) / divisor;
  }
  return Number.isInteger(length) && length < melody.bar ? length : 0;
}
