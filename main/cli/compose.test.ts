/** The command line of `compose`: what is understood, what is refused, and a file that comes out. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readMelodyFile } from '../files/melody-file.ts';
import { shippedModel } from '../studio/shipped.ts';
import { composeCommand, parseCompose } from './compose.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'compose-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('compose', () => {
  it('understands its options', () => {
    const command = parseCompose(
      ['--out', 'a.MIDI', '--neurri', '7-6', '--seconds', '60', '--seed', '4'],
      dir,
    );
    expect(command).toMatchObject({
      out: path.join(dir, 'a.MIDI'),
      format: '.mid',
      compose: { neurri: '7-6', seconds: 60, seed: 4, kind: 'vocal', generator: 'auto' },
    });
  });
  it('a tune, and a number of bars, are without a neurri unless one is named', () => {
    expect(parseCompose(['--out', 'a.wav', '--kind', 'tune'])?.compose.neurri).toBeNull();
    expect(parseCompose(['--out', 'a.wav', '--bars', '8'])?.compose.neurri).toBeNull();
    expect(parseCompose(['--out', 'a.wav'])?.compose.neurri).toBeUndefined();
  });
  it.each([
    [[], 'needs --out'],
    [['--out', 'a.mp3'], 'must end in .mid, .wav, .svg'],
    [['--out', 'a.mid', '--seed', 'x'], '--seed x'],
    [['--out', 'a.mid', '--temperature', '3'], '--temperature 3'],
    [['--out', 'a.mid', '--begin', 'none.mid'], 'none.mid'],
    [['--out', 'a.mid', '--amount', '1'], '--amount needs --vary'],
    [['--out', 'a.mid', '--neurri', '7-6', '--bars', '8'], '--bars is for'],
    [['--out', 'a.mid', '--generator', 'bach'], 'auto, bertso, milia'],
    [['--out', 'a.mid', '--what'], '--what'],
  ])('%j is refused', (argv, words) => expect(() => parseCompose(argv, dir)).toThrow(words));

  it.skipIf(!existsSync(path.join(shippedModel('bertso'), 'weights.rvw')))(
    'writes what was asked for',
    async () => {
      const out = path.join(dir, 'doinu.mid');
      expect(await composeCommand(['--out', out, '--neurri', 'zortziko ttikia', '--seed', '3'])).toBe(0);
      const melody = await readMelodyFile(out);
      expect(melody.syllables).toEqual([7, 6, 7, 6, 7, 6, 7, 6]);
      expect([melody.neurri, melody.seed]).toEqual(['zortziko-txikia', 3]);
      await expect(composeCommand(['--out', out])).rejects.toThrow('doinu.mid');
      writeFileSync(path.join(dir, 'bad.mid'), 'MThd');
      await expect(
        composeCommand(['--out', path.join(dir, 'b.mid'), '--vary', path.join(dir, 'bad.mid')]),
      ).rejects.toThrow('damaged');
    },
  );
});
