/** WAV files (RIFF, 24-bit PCM, two channels), written whole or not at all. */
import { writeAtomic } from '../../../files/atomic.ts';
import type { Rendered } from './render.ts';

/** The bytes of a WAV file. Samples beyond full scale are held at it. */
export function wavBytes({
  sampleRate,
  left,
  right,
}: Pick<Rendered, 'sampleRate' | 'left' | 'right'>): Uint8Array {
  const data = left.length * 6;
  const bytes = new Uint8Array(44 + data);
  const view = new DataView(bytes.buffer);
  const text = (at: number, s: string): void => {
    for (let i = 0; i < s.length; i++) bytes[at + i] = s.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, 36 + data, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 2, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 6, true);
  view.setUint16(32, 6, true);
  view.setUint16(34, 24, true);
  text(36, 'data');
  view.setUint32(40, data, true);
  let at = 44;
  for (let i = 0; i < left.length; i++)
    for (const sample of [left[i], right[i]]) {
      const v = Math.max(-8388608, Math.min(8388607, Math.round(sample * 8388608)));
      bytes[at++] = v & 255;
      bytes[at++] = (v >> 8) & 255;
      bytes[at++] = (v >> 16) & 255;
    }
  return bytes;
}

/** Writes a WAV file; it appears under its name only when it is complete. */
export async function writeWav(file: string, sound: Rendered, overwrite = false): Promise<void> {
  const bytes = wavBytes(sound);
  await writeAtomic(file, overwrite, (sink) => sink.write(bytes));
}
