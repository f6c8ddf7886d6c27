/**
 * Pass one in the engine: decodes a reel once, hands each frame's reduced luma to the threads that measure, and keeps what
 * was found: shots by themselves, and each step's table under a hash of all that it depends on (the shots, and the
 * parameters that the step says it reads), so that a step which is switched on later measures alone.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RevealError } from '../../app/contract/messages.ts';
import { frameCount, type Damage, type ReelFacts } from '../../app/film/probe.ts';
import { lookSize, type ReelAnalysis, type ReelShot, type ReelStep } from '../../app/film/step.ts';
import type { FilmRecipe, FilmStepName } from '../../app/recipe/film.ts';
import { shotsFromCuts, type ReelShots } from '../../app/shots/find.ts';
import { recognise, say } from '../../app/words/sentences.ts';
import { LOOK_VERSION } from '../actions/film/analyse.ts';
import type { StepTable } from '../actions/film/index.ts';
import { sha256, type ReelIdentity } from '../actions/film/plan.ts';
import { makeFolder } from '../files/folder.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import { counted } from './ffmpeg-probe.ts';
import { sampleShots } from './reel-samples.ts';
import { ReelThread } from './reel-threads.ts';

export interface LookTask {
  file: string;
  facts: ReelFacts;
  identity: ReelIdentity;
  recipe: Pick<FilmRecipe, 'params' | 'overrides' | 'cuts'>;
  table: StepTable;
  /** Folder in which what was found is kept. */
  dir: string;
  threads: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface Looked {
  analysis: ReelAnalysis;
  /** With the time stamps that the frames had, and what was damaged. */
  facts: ReelFacts;
  /** Shots as found, whatever cuts a person moved. */
  found: ReelShot[];
  /** Why the film ends before its end: what broke off, in words; null: it is whole. */
  broken: string | null;
}

interface StoredShots extends ReelShots {
  facts: ReelFacts;
  broken: string | null;
}

/** Places of damage that are named. */
const DAMAGE_KEPT = 100;
/** A film that lacks more than this share of the frames that its packets promise has broken off. */
const LOST = 0.02;

const keyOf = (identity: ReelIdentity): string =>
  sha256(JSON.stringify([LOOK_VERSION, identity])).slice(0, 32);
/** Folder of all that was found out about a film. */
export const lookFolder = (dir: string, identity: ReelIdentity): string => path.join(dir, keyOf(identity));
const shotsFile = (dir: string, identity: ReelIdentity): string =>
  path.join(lookFolder(dir, identity), 'shots.json');
const tableFile = (
  dir: string,
  identity: ReelIdentity,
  step: ReelStep<unknown>,
  params: unknown,
  shots: readonly ReelShot[],
): string => {
  const reads = step.observes ? step.observes(params) : params;
  const key = sha256(JSON.stringify([reads, shots.map((s) => s.first)])).slice(0, 24);
  return path.join(dir, keyOf(identity), `${step.name}-${key}.json`);
};

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Shots that were found before; null: the reel was not looked at yet. */
export async function storedShots(dir: string, identity: ReelIdentity): Promise<StoredShots | null> {
  return ((await readJson(shotsFile(dir, identity))) as StoredShots | undefined) ?? null;
}

interface Use {
  step: ReelStep<unknown>;
  params: unknown;
}

/** Steps that want to know something of the whole reel and are used somewhere on it, with the reel's parameters. */
function asking(
  task: Pick<LookTask, 'recipe' | 'table'>,
  wants: (step: ReelStep<unknown>) => boolean,
): Use[] {
  const { params, overrides } = task.recipe;
  return (Object.keys(task.table) as FilmStepName[]).flatMap((name) => {
    const step = task.table[name];
    const used =
      params[name].on || overrides.some((o) => (o.params[name] as { on?: unknown } | undefined)?.on === true);
    return step && wants(step) && used ? [{ step, params: params[name] }] : [];
  });
}

/** Shots by the recipe's cuts where a person moved them. */
export const shotsOf = (found: ReelShots, cuts: readonly number[] | null): ReelShot[] => {
  const frames = found.shots.length === 0 ? 0 : found.shots[found.shots.length - 1].last + 1;
  return cuts ? shotsFromCuts(cuts, frames, found.shots) : found.shots;
};

/**
 * Looks at a reel, as far as it was not looked at before.
 * @throws RevealError 'bad-input' when not a single frame can be read, 'cancelled'
 */
export async function analyseReel(task: LookTask): Promise<Looked> {
  const { dir, identity, recipe, facts } = task;
  const before = await storedShots(dir, identity);
  const observers = asking(task, (step) => step.observe !== undefined);
  const measures: Record<string, unknown> = {};
  const missing: typeof observers = [];
  for (const use of observers) {
    const kept = before
      ? await readJson(tableFile(dir, identity, use.step, use.params, shotsOf(before, recipe.cuts)))
      : undefined;
    if (kept === undefined) missing.push(use);
    else measures[use.step.name] = kept;
  }
  let found = before;
  if (!before || missing.length > 0) {
    const looked = await look(task, missing, before);
    found = looked.found;
    Object.assign(measures, looked.measures);
  }
  const { shots, flashes, broken } = found!;
  const cut = shotsOf({ shots, flashes }, recipe.cuts);
  const frames = shots.length === 0 ? 0 : shots[shots.length - 1].last + 1;
  if (frames === 0) throw new RevealError('bad-input', broken ?? say('film-no-frames', { file: facts.name }));
  for (const use of asking(task, (step) => step.sample !== undefined))
    measures[use.step.name] = await sampled(task, use, { found: found!, shots: cut });
  return {
    analysis: { version: LOOK_VERSION, frames, shots: cut, flashes, measures },
    facts: found!.facts,
    found: shots,
    broken,
  };
}

/** The table of a step that wants whole frames of each shot, kept like those of observers. */
async function sampled(
  task: LookTask,
  { step, params }: Use,
  { found, shots }: { found: StoredShots; shots: readonly ReelShot[] },
): Promise<unknown> {
  const file = tableFile(task.dir, task.identity, step, params, shots);
  const kept = await readJson(file);
  if (kept !== undefined) return kept;
  const table = await sampleShots(
    task.file,
    found.facts,
    { shots: [...shots], flashes: found.flashes },
    step.sample!,
    task.signal,
  );
  await writeJsonAtomic(file, table ?? null);
  return table ?? null;
}

/** Why a film that could be read to an end is not whole all the same; null: it is. */
function brokenOff(facts: ReelFacts, frames: number, damage: readonly Damage[]): string | null {
  const note = facts.notes.find((n) => recognise(n)?.id === 'film-breaks-off');
  if (note) return note;
  if (frames >= frameCount(facts) * (1 - LOST) - 1) return null;
  return (
    damage[damage.length - 1]?.detail ??
    say('film-ends-early', {
      file: facts.name,
      frames: String(frames),
      wanted: String(frameCount(facts)),
    })
  );
}

type Observing = { step: ReelStep<unknown>; params: unknown };

/**
 * Who measures in which thread: those that watch the same share its work in one; shots and the others go to a second one,
 * where there is enough to measure for it.
 */
export function sharesOf(
  observers: readonly Observing[],
  threads: number,
): { shots: boolean; observers: Observing[] }[] {
  const first = observers.filter(({ step }) => step.watches !== undefined);
  const rest = observers.filter(({ step }) => step.watches === undefined);
  // Without such a group the first one that measures is alone, and shots are found beside the others.
  if (first.length === 0 && rest.length > 1) first.push(...rest.splice(0, 1));
  if (threads < 2 || first.length === 0) return [{ shots: true, observers: [...first, ...rest] }];
  return [
    { shots: false, observers: first },
    { shots: true, observers: rest },
  ];
}

/** One pass over the frames. */
async function look(
  task: LookTask,
  missing: readonly { step: ReelStep<unknown>; params: unknown }[],
  known: StoredShots | null,
): Promise<{ found: StoredShots; measures: Record<string, unknown> }> {
  const { facts, dir, identity, signal } = task;
  const size = lookSize(facts.format.width, facts.format.height);
  const total = frameCount(facts);
  const shares = sharesOf(missing, task.threads);
  const threads = shares.map(() => new ReelThread(null));
  try {
    threads.forEach((thread, k) =>
      thread.look({
        format: facts.format,
        shots: shares[k].shots,
        observers: shares[k].observers.map(({ step, params }) => ({ step: step.name, params })),
      }),
    );
    const pts: number[] = [];
    const damage: Damage[] = [];
    let broken: string | null = null;
    try {
      for await (const frame of decodeReel(
        task.file,
        { ...facts, counted: false },
        {
          luma8: size,
          ...(signal ? { signal } : {}),
          onDamage: (found) => void (damage.length < DAMAGE_KEPT && damage.push(found)),
        },
      )) {
        const luma = frame.planes[0] as Uint8Array;
        await Promise.all(threads.map((thread) => thread.see({ index: frame.index, ...size, luma })));
        pts.push(frame.pts);
        if (pts.length % 8 === 0) task.onProgress?.(pts.length, Math.max(pts.length, total));
      }
    } catch (error) {
      if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
      // A film that breaks off has the frames up to there.
      if (!(error instanceof RevealError && error.code === 'bad-input') || pts.length === 0) throw error;
      broken = error.message;
    }
    broken ??= brokenOff(facts, pts.length, damage);
    const seen = await threads[shares.findIndex((share) => share.shots)].shots();
    const found: StoredShots = known ?? {
      ...(seen ?? { shots: [], flashes: [] }),
      facts: counted(facts, pts, damage),
      broken,
    };
    const shots = shotsOf(found, task.recipe.cuts);
    const tables = await Promise.all(threads.map((thread) => thread.measures(shots)));
    const measures = Object.assign({}, ...tables) as Record<string, unknown>;
    await makeFolder(path.dirname(shotsFile(dir, identity)));
    for (const { step, params } of missing)
      await writeJsonAtomic(tableFile(dir, identity, step, params, shots), measures[step.name] ?? null);
    if (!known) await writeJsonAtomic(shotsFile(dir, identity), found);
    return { found, measures };
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}
