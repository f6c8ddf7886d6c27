/** Loudness and true peak against what the standard says of known signals. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { kWeighting, limit, loudness, peakEnvelope, toLoudness, truePeak } from './loudness.ts';

const RATE = 48000;
const sine = (hz: number, seconds: number, level: number, phase = 0, rate = RATE): Float32Array =>
  Float32Array.from(
    { length: seconds * rate },
    (_, i) => level * Math.sin((2 * Math.PI * hz * i) / rate + phase),
  );
const db = (v: number): number => 10 ** (v / 20);

describe('loudness', () => {
  it('has the coefficients of the standard at 48 kHz', () => {
    const [shelf, highPass] = kWeighting(RATE);
    expect(shelf.b0).toBeCloseTo(1.53512485958697, 9);
    expect(shelf.b1).toBeCloseTo(-2.69169618940638, 9);
    expect(shelf.b2).toBeCloseTo(1.19839281085285, 9);
    expect(shelf.a1).toBeCloseTo(-1.69065929318241, 9);
    expect(shelf.a2).toBeCloseTo(0.73248077421585, 9);
    expect(highPass.a1).toBeCloseTo(-1.99004745483398, 9);
    expect(highPass.a2).toBeCloseTo(0.99007225036621, 9);
  });

  it('reads a full-scale 997 Hz sine in one channel as -3.01 LUFS', () => {
    expect(loudness([sine(997, 5, 1)], RATE)).toBeCloseTo(-3.01, 2);
    expect(loudness([sine(997, 5, 1, 0, 44100)], 44100)).toBeCloseTo(-3.01, 1);
  });

  it('reads the stereo test sines of EBU Tech 3341 (cases 1 to 3)', () => {
    const both = (level: number, s: number): Float32Array => sine(1000, s, db(level));
    expect(loudness([both(-23, 20), both(-23, 20)], RATE)).toBeCloseTo(-23, 1);
    expect(loudness([both(-33, 20), both(-33, 20)], RATE)).toBeCloseTo(-33, 1);
    // Case 3: what is 13 LU softer falls to the relative gate.
    const parts = [both(-36, 10), both(-23, 60), both(-36, 10)];
    const joined = new Float32Array(80 * RATE);
    parts.reduce((at, p) => (joined.set(p, at), at + p.length), 0);
    expect(loudness([joined, joined], RATE)).toBeCloseTo(-23, 1);
  });

  it('calls silence and crumbs silent', () => {
    expect(loudness([new Float32Array(RATE)], RATE)).toBe(-Infinity);
    expect(loudness([sine(997, 0.25, 1)], RATE)).toBe(-Infinity);
  });
});

describe('true peak', () => {
  it('finds the crest between samples', () => {
    // A quarter of the sample rate, sampled at 45 degrees: samples lie 3 dB under the crest.
    const between = sine(RATE / 4, 0.1, 1, Math.PI / 4);
    expect(20 * Math.log10(Math.max(...between))).toBeCloseTo(-3.01, 1);
    expect(truePeak([between])).toBeGreaterThan(-0.2);
    expect(truePeak([between])).toBeLessThan(0.3);
  });
  it('is silent about silence', () => {
    expect(truePeak([new Float32Array(100)])).toBe(-Infinity);
  });
});

describe('limiter', () => {
  it('leaves what lies under the ceiling bit for bit', () => {
    const quiet = sine(440, 0.2, 0.5);
    const before = quiet.slice();
    limit([quiet], RATE, -1);
    expect(quiet).toEqual(before);
  });
  it('holds a peak without a step in the gain', () => {
    const loud = sine(440, 0.5, 0.5);
    for (let i = 10000; i < 10400; i++) loud[i] = loud[i] * 3;
    const before = loud.slice();
    limit([loud], RATE, -1);
    expect(Math.max(...peakEnvelope([loud]))).toBeLessThanOrEqual(db(-1) * 1.01);
    let steepest = 0;
    for (let i = 1; i < loud.length; i++) {
      if (Math.abs(before[i]) < 0.05 || Math.abs(before[i - 1]) < 0.05) continue;
      steepest = Math.max(steepest, Math.abs(loud[i] / before[i] - loud[i - 1] / before[i - 1]));
    }
    expect(steepest).toBeLessThan(0.01);
    expect(loud.slice(0, 9000)).toEqual(before.slice(0, 9000));
  });
});

describe('to a wanted loudness', () => {
  const random = seeded('loudness');
  it.each([-16, -23])('reaches %s LUFS within 0.1 and keeps under -1 dBTP', (target) => {
    const left = sine(330, 4, 0.1);
    // Plucks: peaks that must be held at -16.
    for (let i = 0; i < left.length; i++)
      left[i] = left[i] + 0.6 * (random.next() - 0.5) * Math.exp(-(i % 12000) / 800);
    const right = left.slice();
    const got = toLoudness([left, right], RATE, target);
    expect(Math.abs(got.loudness - target)).toBeLessThan(0.1);
    expect(got.truePeak).toBeLessThanOrEqual(-1);
  });
  it('keeps silence', () => {
    const none = new Float32Array(RATE);
    toLoudness([none], RATE, -16);
    expect(none.every((v) => v === 0)).toBe(true);
  });
});
