/**
 * The melodies that a run writes at each look, by name: always the same wishes and seeds, so that progress is heard. They lie
 * beside the sample panels, as MIDI files for any program and as melodies with their phrases for the Studio.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../../../app/contract/messages.ts';
import { parseMelody } from '../../../../app/melody/schema.ts';
import type { Melody } from '../../../../app/melody/types.ts';
import { say } from '../../../../app/words/sentences.ts';

export const SAMPLES = [
  { name: 'zortziko', options: { neurri: 'zortziko-txikia', seed: 1 } },
  { name: 'tune', options: { neurri: null, kind: 'tune', bars: 16, seed: 2 } },
] as const;
export const SAMPLE_NAMES: string[] = SAMPLES.map(({ name }) => name);

export const samplePaths = (dir: string, step: number, name: string): { midi: string; melody: string } => {
  const stem = path.join(dir, 'samples', `${step}-${name}`);
  return { midi: `${stem}.mid`, melody: `${stem}.json` };
};

/** @param dir of the run. @throws RevealError 'not-found' when there is no such sample */
export async function readSample(dir: string, step: number, name: string): Promise<Melody> {
  try {
    if (!SAMPLE_NAMES.includes(name)) throw new RangeError(name);
    return parseMelody(JSON.parse(await readFile(samplePaths(dir, step, name).melody, 'utf8')));
  } catch (cause) {
    throw new RevealError('not-found', say('score-no-sample', { run: path.basename(dir) }), { cause });
  }
}
