/** Sound as it comes out: at the pitch that is written, at the sample that is written, the same every time. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Melody } from '../../../../app/melody/types.ts';
import { loudness, truePeak } from '../../../../app/sound/loudness.ts';
import { instruments } from '../../../../app/sound/performance.ts';
import { renderMelody, SAMPLE_RATE } from './render.ts';
import { wavBytes } from './wav.ts';

const melody = (pitches: readonly number[], tempo = 240): Melody => ({
  notes: pitches.map((pitch, i) => ({ pitch, onset: 8 * i, duration: 8 })),
  bar: 8,
  pickup: 0,
  tempo,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [0],
  syllables: [pitches.length],
  neurri: null,
  seed: null,
  metre: [2, 4],
});

/** Fundamental in Hz: the lag at which the sound is most like itself, between 55 and 1500 Hz. */
function fundamental(sound: Float32Array): number {
  const lags = { least: Math.floor(SAMPLE_RATE / 1500), most: Math.floor(SAMPLE_RATE / 55) };
  const length = sound.length - lags.most - 1;
  const likeness: number[] = [];
  for (let lag = 0; lag <= lags.most + 1; lag++) {
    let ab = 0;
    let aa = 0;
    let bb = 0;
    for (let i = 0; i < length; i++) {
      ab += sound[i] * sound[i + lag];
      aa += sound[i] ** 2;
      bb += sound[i + lag] ** 2;
    }
    likeness.push(ab / Math.sqrt(aa * bb || 1));
  }
  const most = Math.max(...likeness.slice(lags.least));
  // The first peak nearly as high as the highest: multiples of the period are as alike.
  for (let lag = lags.least; lag <= lags.most; lag++)
    if (
      likeness[lag] > 0.93 * most &&
      likeness[lag] >= likeness[lag - 1] &&
      likeness[lag] >= likeness[lag + 1]
    ) {
      const [a, b, c] = [likeness[lag - 1], likeness[lag], likeness[lag + 1]];
      return SAMPLE_RATE / (lag + (a - c) / (2 * (a - 2 * b + c)));
    }
  return 0;
}

describe('rendering', () => {
  it.each(instruments)('plays A4 on the %s at 440 Hz, not a semitone off', async (instrument) => {
    const { left } = await renderMelody(melody([69]), { instrument, accompaniment: 'none' });
    const from = Math.round(0.15 * SAMPLE_RATE);
    const cents = 1200 * Math.log2(fundamental(left.subarray(from, from + 4800)) / 440);
    expect(Math.abs(cents)).toBeLessThan(25);
  });

  it('starts each note at its sample and makes the same bytes every time', async () => {
    const options = { instrument: 'piano', accompaniment: 'chords' } as const;
    const a = await renderMelody(melody([72, 74]), options);
    const b = await renderMelody(melody([72, 74]), options);
    const hash = (r: typeof a): string => createHash('sha256').update(wavBytes(r)).digest('hex');
    expect(hash(a)).toBe(hash(b));
    // Nothing sounds before the first sample of the second note when the first is silent there.
    const late = await renderMelody(
      { ...melody([72]), notes: [{ pitch: 72, onset: 8, duration: 8 }] },
      { instrument: 'piano', accompaniment: 'none' },
    );
    const first = late.left.findIndex((v) => Math.abs(v) > 1e-4);
    expect(first).toBeGreaterThanOrEqual(0.5 * SAMPLE_RATE);
    expect(first).toBeLessThan(0.52 * SAMPLE_RATE);
  });

  it.each([-16, -23])('comes out at %s LUFS, peaks at most -1 dBTP', async (wanted) => {
    const sound = await renderMelody(melody([60, 64, 67, 72]), {
      instrument: 'guitar',
      accompaniment: 'chords',
      loudness: wanted,
    });
    const channels = [sound.left, sound.right];
    expect(loudness(channels, SAMPLE_RATE)).toBeCloseTo(wanted, 1);
    expect(truePeak(channels)).toBeLessThanOrEqual(-0.99);
  });

  it('folds what rings at the end of a loop into its beginning', async () => {
    const options = { instrument: 'piano', accompaniment: 'none' } as const;
    const once = await renderMelody(melody([60]), options);
    const loop = await renderMelody(melody([60]), { ...options, loop: true });
    expect(loop.left.length).toBe(0.5 * SAMPLE_RATE);
    expect(once.left.length).toBe(3 * SAMPLE_RATE);
    // Where one play ends and the next begins there is no click: the ring goes on.
    const step = Math.abs(loop.left[0] - loop.left[loop.left.length - 1]);
    expect(step).toBeLessThan(0.05);
    expect(Math.abs(once.left[0])).toBeLessThan(1e-3);
  });

  it('is exactly as long as asked, cut without a click or followed by silence', async () => {
    const options = { instrument: 'flute', accompaniment: 'none' } as const;
    const short = await renderMelody(melody([60, 62, 64]), { ...options, seconds: 0.7 });
    expect(short.left.length).toBe(Math.round(0.7 * SAMPLE_RATE));
    expect(Math.abs(short.left[short.left.length - 1])).toBeLessThan(1e-3);
    const long = await renderMelody(melody([60]), { ...options, seconds: 6 });
    expect(long.left.length).toBe(6 * SAMPLE_RATE);
    expect(long.left.subarray(5 * SAMPLE_RATE).every((v) => Math.abs(v) < 1e-3)).toBe(true);
  });

  it('stops when nobody wants it any more, and renders silence from nothing', async () => {
    const stopped = renderMelody(melody(Array.from({ length: 20 }, () => 60)), {
      instrument: 'flute',
      accompaniment: 'none',
      signal: AbortSignal.abort(),
    });
    await expect(stopped).rejects.toThrow();
    const none = await renderMelody(
      { ...melody([]), phraseStarts: [], syllables: [] },
      { instrument: 'flute', accompaniment: 'drone', seconds: 1 },
    );
    expect(none.left.every((v) => v === 0)).toBe(true);
  });
});

describe('WAV', () => {
  it('holds 24-bit samples, left and right in turn', () => {
    const bytes = wavBytes({
      sampleRate: SAMPLE_RATE,
      left: Float32Array.of(0.5, -2),
      right: Float32Array.of(-0.5, 2),
    });
    expect(bytes.length).toBe(44 + 12);
    expect([...bytes.subarray(44)]).toEqual([0, 0, 0x40, 0, 0, 0xc0, 0, 0, 0x80, 0xff, 0xff, 0x7f]);
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(24, true)).toBe(SAMPLE_RATE);
    expect(view.getUint32(40, true)).toBe(12);
  });
});
