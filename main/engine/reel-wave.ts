/** The sound of a reel as a line to look at: lowest and highest sample of equal stretches of the film's time. */
import path from 'node:path';
import type { ReelFacts } from '../../app/film/probe.ts';
import { ffmpegProgram, FfmpegRun, filmInput, quiet, unreadable } from './ffmpeg-run.ts';

/** Enough for peaks of a second; a line on a screen shows no more. */
const RATE = 8000;

/** Takes samples piece by piece; bounded by the number of columns whatever the length. */
export class WavePeaks {
  readonly low: Float64Array;
  readonly high: Float64Array;
  private readonly perColumn: number;
  private at = 0;

  /** @param samples that will come, about */
  constructor(columns: number, samples: number) {
    this.low = new Float64Array(columns);
    this.high = new Float64Array(columns);
    this.perColumn = Math.max(1, samples / columns);
  }

  /** @param samples -32768..32767 */
  push(samples: Int16Array): void {
    const last = this.low.length - 1;
    for (const sample of samples) {
      const column = Math.min(last, Math.floor(this.at++ / this.perColumn));
      const value = sample / 32768;
      if (value < this.low[column]) this.low[column] = value;
      if (value > this.high[column]) this.high[column] = value;
    }
  }

  rounded(): { low: number[]; high: number[] } {
    const round = (v: number): number => Math.round(v * 1000) / 1000;
    return { low: Array.from(this.low, round), high: Array.from(this.high, round) };
  }
}

/** Peaks of the first sound track; null: the film is silent. */
export async function waveOf(
  file: string,
  facts: ReelFacts,
  columns: number,
  signal?: AbortSignal,
): Promise<{ low: number[]; high: number[] } | null> {
  const track = facts.audio.find((a) => a.default) ?? facts.audio[0];
  if (!track) return null;
  const run = new FfmpegRun({
    tool: await ffmpegProgram('ffmpeg'),
    args: [
      ...quiet(),
      ...['-threads', '1', ...filmInput(path.resolve(file)), '-map', `0:${track.stream}`],
      ...['-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'],
    ],
    name: facts.name,
    signal,
  });
  run.child.stdin.end();
  const peaks = new WavePeaks(columns, Math.max(1, facts.seconds * RATE));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of run.child.stdout as AsyncIterable<Buffer>) {
      run.alive();
      const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      const whole = bytes.length - (bytes.length % 2);
      // On a border of two bytes, as typed arrays want it.
      const copy = new Uint8Array(bytes.subarray(0, whole));
      peaks.push(new Int16Array(copy.buffer, 0, whole / 2));
      rest = bytes.subarray(whole);
    }
    await run.finish(unreadable(facts.name));
  } finally {
    await run.end();
  }
  return peaks.rounded();
}
