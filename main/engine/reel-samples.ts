/**
 * Whole frames of each shot for steps that pass one's small luma does not tell enough (`ReelStep.sample`): fetched by
 * jumping from one to the next where that costs less than decoding what lies between, one shot's at a time in memory.
 */
import type { Frame } from '../../app/film/frame.ts';
import type { ReelFacts } from '../../app/film/probe.ts';
import type { ReelAnalysis, ReelStep } from '../../app/film/step.ts';
import { decodeReel, entryFor } from './ffmpeg-decode.ts';

/** What starting a decoder costs, in decoded frames. */
const START = 16;

/** Stretches `[first, last]` in which all wanted frames (ascending) are decoded. */
export function stretches(wanted: readonly number[], facts: ReelFacts): [number, number][] {
  const runs: [number, number][] = [];
  for (const frame of wanted) {
    const open = runs[runs.length - 1] as [number, number] | undefined;
    const jump = frame - (entryFor(facts, frame) ?? 0) + START;
    if (open && frame - open[1] <= jump) open[1] = frame;
    else runs.push([frame, frame]);
  }
  return runs;
}

/**
 * The table of a step that wants to see whole frames.
 * @param analysis shots and flashes; a film that breaks off has the shots up to there
 * @throws RevealError as decodeReel
 */
export async function sampleShots(
  file: string,
  facts: ReelFacts,
  analysis: Pick<ReelAnalysis, 'shots' | 'flashes'>,
  sample: NonNullable<ReelStep<unknown>['sample']>,
  signal?: AbortSignal,
): Promise<unknown> {
  const { shots, flashes } = analysis;
  const wanted = shots.map((shot) =>
    [...new Set(sample.frames(shot, flashes, facts.format))].sort((a, b) => a - b),
  );
  const found: unknown[] = [];
  let [at, seen]: [number, Frame[]] = [0, []];
  const close = (): void => {
    if (seen.length > 0) found.push(sample.measure(shots[at], seen, facts.format));
    at++;
    seen = [];
  };
  for (const [from, to] of stretches(wanted.flat(), facts)) {
    const run = { from, to, ...(signal ? { signal } : {}) };
    for await (const frame of decodeReel(file, facts, run)) {
      while (at < shots.length && frame.index > shots[at].last) close();
      if (at < shots.length && wanted[at].includes(frame.index)) seen.push(frame);
    }
  }
  while (at < shots.length) close();
  return sample.finish(found);
}
