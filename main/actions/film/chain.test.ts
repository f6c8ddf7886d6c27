/** Chains of steps with toy steps: nothing is lost or doubled, spans see their surroundings, times keep their meaning. */
import { describe, expect, it } from 'vitest';
import type { Frame, FrameFormat } from '../../../app/film/frame.ts';
import { cutSegments, type Part } from '../../../app/film/segments.ts';
import type { ReelAnalysis, ReelShot, ReelStep, ShotWork, StepView } from '../../../app/film/step.ts';
import { filmRecipeSchema, FILM_VERSION } from '../../../app/recipe/film.ts';
import { formatAfter, reachOf, StepChain, ticksOf, type StepUse } from './chain.ts';
import { leavesAll, shotParams, tableStep, usesOf } from './index.ts';

const format: FrameFormat = {
  ...{ width: 2, height: 1, sampling: '400', bits: 8, range: 'full' },
  ...{ matrix: null, primaries: null, transfer: null, chromaLocation: null },
};
const frame = (index: number): Frame => ({ index, pts: 10 * index, planes: [Uint8Array.of(index, 0)] });
const analysisOf = (shots: ReelShot[]): ReelAnalysis => ({
  ...{ version: 1, frames: shots[shots.length - 1].last + 1, shots, flashes: [], measures: {} },
});
const shotsOf = (...lengths: number[]): ReelShot[] => {
  let first = 0;
  return lengths.map((n, index) => {
    const shot: ReelShot = { index, first, last: first + n - 1, opening: 'cut' };
    first += n;
    return shot;
  });
};

/** The sum of each frame's first sample and those of `radius` frames to both sides, as far as they were seen. */
const around = (radius: number): ReelStep<unknown> => ({
  name: 'around',
  holds: () => radius,
  begin: (): ShotWork => {
    const seen: Frame[] = [];
    let given = 0;
    const give = (to: number): Frame[] => {
      const out: Frame[] = [];
      for (; given < to; given++) {
        let sum = 0;
        for (let k = given - radius; k <= given + radius; k++) sum += seen[k]?.planes[0][0] ?? 0;
        out.push({ ...seen[given], planes: [Uint8Array.of(seen[given].planes[0][0], sum)] });
      }
      return out;
    };
    return {
      push: (f) => {
        seen.push(f);
        return give(Math.max(0, seen.length - radius));
      },
      end: () => give(seen.length),
      report: () => ({ frames: given }),
    };
  },
});
/** Gives every frame twice, the second half a tick later. */
const doubling: ReelStep<unknown> = {
  name: 'doubling',
  holds: () => 0,
  ticks: () => 2,
  gives: (f) => ({ ...f, bits: 10 }),
  begin: (): ShotWork => ({
    push: (f) =>
      Promise.resolve([
        { ...f, pts: f.pts * 2 },
        { ...f, pts: f.pts * 2 + 10 },
      ]),
    end: () => [],
    report: () => ({}),
  }),
};
const use = (step: ReelStep<unknown>): StepUse => ({ step, params: null });

async function through(
  uses: StepUse[],
  part: Part,
  analysis: ReelAnalysis,
  ticks = ticksOf(uses),
): Promise<Frame[]> {
  const chain = await StepChain.begin(uses, part, { format, analysis, seed: 0 }, ticks);
  const out: Frame[] = [];
  for (let k = part.from; k <= part.to; k++) out.push(...(await chain.push(frame(k))));
  return [...out, ...(await chain.end())];
}

describe('StepChain', () => {
  it('of no steps gives every frame as it came', async () => {
    const analysis = analysisOf(shotsOf(5));
    const part = { shot: 0, first: 0, last: 4, from: 0, to: 4 };
    expect(await through([], part, analysis)).toEqual([0, 1, 2, 3, 4].map(frame));
  });

  it('gives the same in spans as over the whole shot, however many steps look around', async () => {
    const shots = shotsOf(700, 30);
    const uses = [use(around(3)), use(around(2)), use(around(1))];
    expect(reachOf(uses)).toEqual({ before: 6, after: 6 });
    const analysis = analysisOf(shots);
    const whole: Frame[] = [];
    for (const s of shots) {
      const { first, last } = s;
      whole.push(...(await through(uses, { shot: s.index, first, last, from: first, to: last }, analysis)));
    }
    const segments = cutSegments(shots, () => reachOf(uses));
    expect(segments.length).toBeGreaterThan(3);
    const pieces: Frame[] = [];
    for (const { parts } of segments)
      for (const part of parts) pieces.push(...(await through(uses, part, analysis)));
    expect(pieces.map((f) => f.index)).toEqual(whole.map((f) => f.index));
    expect(pieces.map((f) => f.planes[0][1])).toEqual(whole.map((f) => f.planes[0][1]));
  });

  it('steps that make frames: times in finer ticks, brought to the ticks of the whole reel', async () => {
    const analysis = analysisOf(shotsOf(4));
    const part = { shot: 0, first: 1, last: 2, from: 0, to: 3 };
    const twice = await through([use(doubling)], part, analysis);
    expect(twice.map((f) => [f.index, f.pts])).toEqual([
      [1, 20],
      [1, 30],
      [2, 40],
      [2, 50],
    ]);
    // A shot without them in a reel with them.
    const once = await through([], part, analysis, 2);
    expect(once.map((f) => f.pts)).toEqual([20, 40]);
    expect(formatAfter([use(doubling)], format).bits).toBe(10);
  });

  it('shows what a step has ready of the frame it gave last', async () => {
    const views: StepView[] = [];
    const showing: ReelStep<unknown> = {
      name: 'showing',
      holds: () => 0,
      begin: (context) => ({
        push: (f) => [f],
        end: () => [],
        report: () => ({}),
        diagnostic: () => (context.diagnose ? Uint8Array.of(1, 0) : null),
      }),
    };
    const analysis = analysisOf(shotsOf(2));
    const part = { shot: 0, first: 0, last: 1, from: 0, to: 1 };
    const chain = await StepChain.begin(
      [use(showing)],
      part,
      { format, analysis, seed: 0, show: (v) => views.push(v) },
      1,
    );
    await chain.push(frame(0));
    await chain.push(frame(1));
    expect(views.map((v) => [v.step, v.frame, [...v.data]])).toEqual([
      ['showing', 0, [1, 0]],
      ['showing', 1, [1, 0]],
    ]);
  });
});

describe('which steps a shot goes through', () => {
  const recipe = filmRecipeSchema.parse({
    ...{ action: 'film', version: FILM_VERSION, params: { dirt: { on: true, strength: 0.4 } } },
    overrides: [
      { first: 10, params: { dirt: { strength: 0.9 }, lines: { on: true } } },
      { first: 25, params: { dirt: { on: false } } },
    ],
  });
  const table = { dirt: tableStep(around(1)), lines: tableStep(doubling) };

  it('in the order of the work, with what was decided for the shot', () => {
    expect(usesOf(table, shotParams(recipe, { first: 0, last: 9 })).map((u) => u.params)).toMatchObject([
      { strength: 0.4 },
    ]);
    const second = usesOf(table, shotParams(recipe, { first: 10, last: 19 }));
    expect(second.map((u) => u.step.name)).toEqual(['around', 'doubling']);
    expect(second[0].params).toMatchObject({ on: true, strength: 0.9 });
    // Cuts were moved: the override holds for the shot that its frame lies in now.
    expect(usesOf(table, shotParams(recipe, { first: 20, last: 30 }))).toEqual([]);
  });

  it('a step that is not there is named', () => {
    expect(() => usesOf({}, shotParams(recipe, { first: 0, last: 9 }))).toThrow(/dirt/);
  });

  it('knows when nothing is done at all', () => {
    expect(leavesAll(recipe)).toBe(false);
    const none = filmRecipeSchema.parse({ action: 'film', version: FILM_VERSION, params: {} });
    expect(leavesAll(none)).toBe(true);
    expect(leavesAll({ ...none, overrides: [{ first: 0, params: { dirt: { on: true } } }] })).toBe(false);
  });
});
