/** The change record of an exported reel: what was done to it, by what, and how the pieces can be told from others. */
import { lossesOf } from './dyes/index.ts';
import type { ReelFacts } from '../../../app/film/probe.ts';
import type { ReelAnalysis } from '../../../app/film/step.ts';
import type { FilmExport, FilmRecipe } from '../../../app/recipe/film.ts';
import { planHash, type ReelPlan } from './plan.ts';

interface Piece {
  first: number;
  last: number;
  bytes: number;
  sha256: string;
  report: Record<string, { seconds: number; counts: Record<string, number> }>;
}

/** Seconds of each step over all pieces. */
export function sumSteps(pieces: readonly Piece[]): { name: string; seconds: number }[] {
  const sums = new Map<string, number>();
  for (const { report } of pieces)
    for (const [name, { seconds }] of Object.entries(report)) sums.set(name, (sums.get(name) ?? 0) + seconds);
  return [...sums].map(([name, seconds]) => ({ name, seconds: Math.round(seconds * 1000) / 1000 }));
}

/** What each step changed over all pieces. */
function sumCounts(pieces: readonly Piece[]): Record<string, Record<string, number>> {
  const sums: Record<string, Record<string, number>> = {};
  for (const { report } of pieces)
    for (const [name, { counts }] of Object.entries(report)) {
      const sum = (sums[name] ??= {});
      for (const [key, count] of Object.entries(counts)) sum[key] = (sum[key] ?? 0) + count;
    }
  return sums;
}

/** A recipe as records hold it. */
export const recordedRecipe = (recipe: FilmRecipe): Omit<FilmRecipe, 'action'> => ({
  version: recipe.version,
  params: recipe.params,
  overrides: recipe.overrides,
  keyFrames: recipe.keyFrames,
  cuts: recipe.cuts,
  score: recipe.score,
});

export function filmRecord(options: {
  task: {
    recipe: FilmRecipe;
    export: Pick<FilmExport, 'codec' | 'quality' | 'sound'>;
    /** Kind of picture, where it is written as a sequence. */
    pictures?: string;
  };
  plan: ReelPlan;
  facts: ReelFacts;
  analysis: ReelAnalysis;
  manifests: readonly Piece[];
  warnings: readonly string[];
  broken: string | null;
  output: string;
  /** What was composed for it; null: nothing. */
  composed: unknown;
  sha256: string;
  frames: number;
  bytes: number;
}): unknown {
  const { task, plan, facts, analysis, manifests, warnings, broken, sha256 } = options;
  return {
    format: 'revelado-record',
    version: 1,
    action: 'film',
    // A film that was worked on is a derivative of its source, whatever codec it is kept in.
    kind: 'derivative',
    source: {
      name: facts.name,
      ...plan.source,
      codec: facts.codec,
      frames: plan.frames,
      damage: facts.damage,
    },
    complete: broken === null,
    ...(broken === null ? {} : { broken }),
    recipe: recordedRecipe(task.recipe),
    export: task.export,
    ...(task.pictures === undefined ? {} : { pictures: task.pictures }),
    composed: options.composed,
    shots: analysis.shots,
    changed: sumCounts(manifests),
    ...(lossesOf(analysis.measures.dyes) ? { dyes: lossesOf(analysis.measures.dyes) } : {}),
    models: plan.models,
    tools: plan.tools,
    seed: plan.seed,
    threads: plan.threads,
    plan: planHash(plan),
    segments: manifests.map(({ first, last, bytes, sha256: hash }) => ({ first, last, bytes, sha256: hash })),
    warnings,
    film: {
      frames: options.frames,
      bytes: options.bytes,
      width: plan.to.width,
      height: plan.to.height,
      bits: plan.to.bits,
    },
    sha256,
  };
}
