/**
 * The plan of an export: everything that decides about the bytes of the finished film, as plain JSON. Its hash is in every
 * segment's manifest; a segment is used again only where the hash agrees. What does not decide about bytes (how many
 * segments are in work at once, where files lie) is not in it.
 */
import { createHash } from 'node:crypto';
import { RevealError } from '../../../app/contract/messages.ts';
import type { FrameFormat } from '../../../app/film/frame.ts';
import { frameCount, type ReelFacts } from '../../../app/film/probe.ts';
import { cutSegments, type Segment } from '../../../app/film/segments.ts';
import type { ReelAnalysis } from '../../../app/film/step.ts';
import type { FilmExport, FilmRecipe } from '../../../app/recipe/film.ts';
import { say } from '../../../app/words/sentences.ts';
import { formatAfter, reachOf, ticksOf } from './chain.ts';
import { shotParams, usesOf, type StepTable } from './index.ts';

/** Raised when the same plan would give other bytes than before. */
export const PLAN_VERSION = 1;

/** What a source is known by: its size, when it was changed, and a hash of samples of its bytes. */
export interface ReelIdentity {
  bytes: number;
  modifiedMs: number;
  /** SHA-256 over size, beginning, end and samples between. */
  sample: string;
}

export interface ReelPlan {
  version: number;
  source: ReelIdentity;
  recipe: Pick<FilmRecipe, 'params' | 'overrides' | 'keyFrames'>;
  codec: FilmExport['codec'];
  quality: number;
  /** Frames of the source. */
  frames: number;
  segments: Segment[];
  from: FrameFormat;
  to: FrameFormat;
  /** Time stamps of what steps give are in units of the source's time base divided by this. */
  ticks: number;
  /** Frames a second of the source's frames; 0: as in the source. */
  tempo: number;
  seed: number;
  /** Threads of the encoder in one segment: they decide about its bytes. */
  threads: number;
  models: { step: string; name: string; sha256: string }[];
  /** Hashes of what pass one measured, by step: another measurement, another film. */
  measures: Record<string, string>;
  /** Versions of this program and of ffmpeg. */
  tools: { revelado: string; ffmpeg: string };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const planHash = (plan: ReelPlan): string => sha256(JSON.stringify(plan));

const multiple = (a: number, b: number): number => {
  let m = a;
  while (m % b !== 0) m += a;
  return m;
};

/** @throws RevealError 'bad-input' where a shot would come out in another size than the others */
export function planReel(
  options: {
    facts: ReelFacts;
    analysis: ReelAnalysis;
    recipe: FilmRecipe;
    table: StepTable;
  } & Pick<ReelPlan, 'source' | 'codec' | 'quality' | 'seed' | 'threads' | 'models' | 'tools'>,
): ReelPlan {
  const { facts, analysis, recipe, table, source, codec, quality, seed, threads, models, tools } = options;
  const uses = analysis.shots.map((shot) => usesOf(table, shotParams(recipe, shot)));
  const formats = uses.map((u) => formatAfter(u, facts.format));
  const [to = facts.format] = formats;
  const other = formats.findIndex((f) => JSON.stringify(f) !== JSON.stringify(to));
  if (other >= 0)
    throw new RevealError('bad-input', say('film-shot-size', { shot: String(other + 1), file: facts.name }));
  const { cadence } = recipe.params;
  return {
    version: PLAN_VERSION,
    source,
    recipe: { params: recipe.params, overrides: recipe.overrides, keyFrames: recipe.keyFrames },
    codec,
    quality,
    frames: Math.min(analysis.frames, frameCount(facts)),
    segments: cutSegments(analysis.shots, (shot) => reachOf(uses[shot.index], recipe.keyFrames.length > 0)),
    from: facts.format,
    to,
    ticks: uses.reduce((ticks, u) => multiple(ticks, ticksOf(u)), 1),
    tempo: cadence.on ? cadence.tempo : 0,
    seed,
    threads,
    models,
    measures: Object.fromEntries(
      Object.entries(analysis.measures).map(([step, table]) => [step, sha256(JSON.stringify(table) ?? '')]),
    ),
    tools,
  };
}
