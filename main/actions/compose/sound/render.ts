/**
 * Sound of a performance, made offline by spessasynth (Apache-2.0): keys are struck at their very sample, so that the same
 * score is the same sound bit for bit. A loop has what still rings at its end folded into its beginning.
 */
import { SpessaSynthProcessor } from 'spessasynth_core';
import type { Melody } from '../../../../app/melody/types.ts';
import { toLoudness } from '../../../../app/sound/loudness.ts';
import { perform, type Performance, type PlayOptions } from '../../../../app/sound/performance.ts';
import { programs, soundBank } from './bank.ts';

export const SAMPLE_RATE = 48_000;

export interface RenderOptions extends PlayOptions {
  /** LUFS: -16 for a file that is listened to, -23 for broadcast (EBU R 128). */
  loudness?: number;
  /** Made to be repeated without a gap. */
  loop?: boolean;
  /** Exactly this long: cut with a short fade, or silence added; else the music and what rings after it. */
  seconds?: number | null;
  signal?: AbortSignal;
  progress?(fraction: number): void;
}

export interface Rendered {
  readonly sampleRate: number;
  readonly left: Float32Array;
  readonly right: Float32Array;
  /** What was reached: LUFS, -Infinity for silence; dBTP. */
  readonly loudness: number;
  readonly truePeak: number;
}

/** What rings on after the last note, in seconds. */
const RING = 2.5;
/** Between two looks at whether anybody still wants it, in seconds. */
const SLICE = 2;

/** Renders a melody. @throws RangeError for a tempo that cannot be played; AbortError */
export async function renderMelody(melody: Melody, options: RenderOptions): Promise<Rendered> {
  return renderPerformance(perform(melody, options), options);
}

/** Renders what is to be played. */
export async function renderPerformance(played: Performance, options: RenderOptions): Promise<Rendered> {
  const synth = new SpessaSynthProcessor(SAMPLE_RATE, { eventsEnabled: false });
  synth.soundBankManager.addSoundBank(await soundBank(), 'main');
  await synth.processorInitialized;
  programs[options.instrument].forEach((program, voice) => {
    synth.programChange(voice, program);
    // Reverberation of a small hall (controller 91), nothing of chorus (93); the melody in front.
    synth.controllerChange(voice, 91, voice === 0 ? 52 : 64);
    synth.controllerChange(voice, 93, 0);
    synth.controllerChange(voice, 7, voice === 0 ? 108 : 84);
  });

  const body = Math.round(played.seconds * SAMPLE_RATE);
  const length = played.strokes.length ? body + Math.round(RING * SAMPLE_RATE) : body;
  const left = new Float32Array(length);
  const right = new Float32Array(length);
  const events = keyEvents(played);
  let at = 0;
  let next = 0;
  let looked = 0;
  while (at < length) {
    for (; next < events.length && events[next].at <= at; next++) {
      const { on, voice, pitch, velocity } = events[next];
      if (on) synth.noteOn(voice, pitch, velocity);
      else synth.noteOff(voice, pitch);
    }
    const until = Math.min(length, at + 128, events[next]?.at ?? length);
    synth.process(left, right, at, until - at);
    at = until;
    if (at - looked > SLICE * SAMPLE_RATE) {
      looked = at;
      options.progress?.(at / length);
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
    }
  }
  const channels = shaped([left, right], body, options);
  const reached = toLoudness(channels, SAMPLE_RATE, options.loudness ?? -16);
  return { sampleRate: SAMPLE_RATE, left: channels[0], right: channels[1], ...reached };
}

interface KeyEvent {
  at: number;
  on: boolean;
  voice: number;
  pitch: number;
  velocity: number;
}

/** Keys going down and up in the order of their samples; at one sample those that go up come first. */
function keyEvents({ strokes }: Performance): KeyEvent[] {
  const events = strokes.flatMap(({ voice, pitch, velocity, at, seconds }) => {
    const down = Math.round(at * SAMPLE_RATE);
    const up = Math.max(down + 1, Math.round((at + seconds) * SAMPLE_RATE));
    return [
      { at: down, on: true, voice, pitch, velocity },
      { at: up, on: false, voice, pitch, velocity },
    ];
  });
  return events.sort((a, b) => a.at - b.at || Number(a.on) - Number(b.on) || a.voice - b.voice);
}

/** Cuts, folds or lengthens what was rendered to what was asked for. */
function shaped(channels: Float32Array[], body: number, options: RenderOptions): Float32Array[] {
  if (options.loop)
    return channels.map((channel) => {
      const loop = channel.slice(0, body);
      for (let i = body; i < channel.length && body > 0; i++) loop[i % body] = loop[i % body] + channel[i];
      return loop;
    });
  if (options.seconds === null || options.seconds === undefined) return channels;
  const wanted = Math.round(options.seconds * SAMPLE_RATE);
  return channels.map((channel) => {
    const out = new Float32Array(wanted);
    out.set(channel.subarray(0, Math.min(wanted, channel.length)));
    if (channel.length <= wanted) return out;
    // What would still ring is let go over a tenth of a second, without a click.
    const fade = Math.min(wanted, Math.round(SAMPLE_RATE / 10));
    for (let i = 0; i < fade; i++) out[wanted - 1 - i] = out[wanted - 1 - i] * (i / fade);
    return out;
  });
}
