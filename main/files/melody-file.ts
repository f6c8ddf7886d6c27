/** Melodies from files of any kind that is read: MIDI, ABC, MusicXML, MEI; and to MIDI files. */
import { readFile, stat } from 'node:fs/promises';
import { RevealError } from '../../app/contract/messages.ts';
import type { Melody } from '../../app/melody/types.ts';
import { say } from '../../app/words/sentences.ts';
import { writeAtomic } from './atomic.ts';
import { fileError, show } from './bytes.ts';
import { readMidi, writeMidi } from './midi.ts';
import { readScore, scoreFormat } from './midi-score.ts';

/** Larger files are no melodies. */
const MOST_BYTES = 8 * 1024 * 1024;

const isMidi = (bytes: Uint8Array): boolean => {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  return head === 'MThd' || head === 'RIFF';
};

/**
 * @param name what messages call it
 * @throws RevealError 'not-found', 'disk', or 'bad-input' with what is wrong with the melody
 */
export async function readMelodyFile(file: string, name = show(file)): Promise<Melody> {
  let bytes: Uint8Array;
  try {
    if ((await stat(file)).size > MOST_BYTES)
      throw new RevealError('bad-input', say('score-file-kind', { file: name }));
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof RevealError) throw error;
    throw fileError(file, error, 'read');
  }
  return melodyOfBytes(bytes, name);
}

/** The same for a file whose bytes are here. @param name for messages */
export async function melodyOfBytes(bytes: Uint8Array, name: string): Promise<Melody> {
  // An empty file, or the beginning of one, was a MIDI file if its name says so.
  if (isMidi(bytes) || (/\.midi?$/i.test(name) && scoreFormat(bytes) === null)) return readMidi(bytes, name);
  const format = scoreFormat(bytes);
  if (format === null) throw new RevealError('bad-input', say('score-file-kind', { file: name }));
  return readScore(bytes, format, name);
}

/** Writes a MIDI file. @throws RevealError 'disk' when it is there and may not be replaced, or cannot be written */
export async function writeMidiFile(file: string, melody: Melody, overwrite = false): Promise<void> {
  const bytes = writeMidi(melody);
  await writeAtomic(file, overwrite, (sink) => sink.write(bytes));
}
