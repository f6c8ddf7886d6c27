import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { criticAlarm, driftAlarms, finiteAlarm } from './alarms.ts';
import { exploded, proposeRate, sweepRate, sweepDefaults } from './finder.ts';
import { readLog, RunLog, type LogLine } from './log.ts';
import { runSettingsSchema } from '../../../app/contract/studio.ts';
import { networks } from '../../../models/index.ts';
import { newRun } from './plan-run.ts';
import { batchAt, frozenShare, planRun, stageAt } from './plan.ts';
import { atStart, withMinutes, withSteps } from './position.ts';
import { rateAt, rateFrom } from './rates.ts';
import { evaluated, noEvaluation, type StopState } from './stop.ts';
import { afterStep, firstTurn, switcherDefaults, type SwitcherState } from './switcher.ts';

describe('the switcher', () => {
  const run = (state: SwitcherState, accuracies: number[]) => {
    const turns: string[] = [];
    for (const a of accuracies) {
      const next = afterStep(state, a);
      state = next.state;
      if (next.switched) turns.push(next.switched.to);
    }
    return { state, turns };
  };
  it('lets the critic learn until it is good enough, then the generator until the critic is fooled', () => {
    const { state, turns } = run(firstTurn, [0.5, 0.5, 0.9, 0.95, 0.99, 0.9, 0.3, 0.1, 0.1, 0.1]);
    expect(turns).toEqual(['generator', 'critic']);
    expect(state).toMatchObject({ learner: 'critic', switches: 2 });
  });
  it('does not switch on one lucky step', () => {
    expect(afterStep(firstTurn, 1).switched).toBeNull();
  });
  it('ends a turn that leads nowhere, and says so', () => {
    let state: SwitcherState = { ...firstTurn, learner: 'generator' };
    for (let i = 1; i < switcherDefaults.longest; i++) {
      const next = afterStep(state, 0.95);
      expect(next.switched).toBeNull();
      state = next.state;
    }
    expect(afterStep(state, 0.95).switched).toMatchObject({
      to: 'critic',
      because: /60 steps/ as unknown as string,
    });
  });
});

describe('the learning-rate finder', () => {
  // Loss of gradient descent on a quadratic bowl of curvature c: falls while rate * c < 2, then explodes.
  const bowl = (c: number) => {
    const losses: number[] = [];
    let x = 1;
    for (let k = 0; k < sweepDefaults.steps; k++) {
      losses.push(x * x);
      if (exploded(losses)) break;
      x *= 1 - sweepRate(k) * c;
    }
    return losses;
  };
  it('finds a rate at which a bowl is descended, well below the explosion', () => {
    for (const c of [20, 200]) {
      const rate = proposeRate(bowl(c))!;
      expect(rate * c).toBeGreaterThan(0.005);
      expect(rate * c).toBeLessThan(1);
    }
  });
  it('says nothing when nothing falls', () => {
    expect(proposeRate(new Array(60).fill(1))).toBeNull();
    expect(proposeRate([1, 0.5])).toBeNull();
  });
  it('ends at a loss that is not finite, or far above the lowest', () => {
    expect(exploded([1, NaN])).toBe(true);
    expect(exploded([1, 0.5, 0.2])).toBe(false);
    expect(exploded([...new Array(20).fill(0.1), 10])).toBe(true);
  });
});

describe('the learning rate', () => {
  it("is the run's, times what was asked for", () => {
    const settings = (rate: number) =>
      runSettingsSchema.parse({ dataset: 'x', network: 'restorer', size: 64, rate });
    const run = (rate: number) => ({ ...newRun(settings(rate), networks.restorer, 100), rate: 1e-3 });
    const at = { ...atStart(), stageStep: 50 };
    expect(rateAt(run(1), at)).toBeGreaterThan(2e-4);
    expect(rateAt(run(0.3), at)).toBeCloseTo(0.3 * rateAt(run(1), at), 12);
  });
  it('of a sweep stays near what is known to work', () => {
    expect(rateFrom(new Array(60).fill(1), 5e-4).rate).toBe(5e-4);
    // A bowl as below, that would bear far more.
    const losses: number[] = [];
    for (let k = 0, x = 1; k < 60 && !exploded(losses); k++) {
      losses.push(x * x);
      x *= 1 - sweepRate(k) * 20;
    }
    expect(rateFrom(losses, 5e-4).rate).toBe(2e-3);
  });
});

describe('a run that is given another length', () => {
  const base = newRun(
    runSettingsSchema.parse({ dataset: 'x', network: 'restorer', minutes: 10 }),
    networks.restorer,
    null,
  );
  it('has more of its last stage, at its speed', () => {
    const timed = { ...base, stages: base.stages.map((s) => ({ ...s, steps: 100 })) };
    expect(withMinutes(timed, 12, 0.5).stages.map((s) => s.steps)).toEqual([100, 160]);
    expect(withMinutes(timed, 12, 0.5).settings.minutes).toBe(12);
    expect(withMinutes(timed, 1, 0.5).stages.at(-1)!.steps).toBe(1);
    expect(withMinutes(base, 12, null).stages.map((s) => s.steps)).toEqual([null, null]);
  });
  it('in steps, cannot be shorter than what lies before its last stage', () => {
    const steps = newRun(base.settings, networks.restorer, 100);
    expect(steps.stages.map((s) => s.steps)).toEqual([70, 30]);
    expect(withSteps(steps, 150).stages.map((s) => s.steps)).toEqual([70, 80]);
    expect(() => withSteps(steps, 70)).toThrow(/have 70 steps already/);
  });
});

describe('alarms', () => {
  it('a loss that is not finite stops the run and names the loss', () => {
    expect(finiteAlarm(7, { l1: 1, ssim: NaN })).toMatchObject({
      action: 'stop',
      text: expect.stringMatching(/ssim.*--rate 0\.3/),
    });
    expect(finiteAlarm(7, { l1: 1 })).toBeNull();
  });
  it('skin that moves away from the truth stops an adversarial phase and warns in others', () => {
    const alarms = driftAlarms({ skinHue: -2 }, { skinHue: -12 }, 'gan');
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({
      kind: 'skin-drift',
      action: 'stop',
      text: expect.stringContaining('red'),
    });
    expect(driftAlarms({ skinHue: -2 }, { skinHue: -12 }, 'generator')[0].action).toBe('warn');
  });
  it('skin that moves towards the truth is no alarm', () => {
    expect(driftAlarms({ skinHue: -12 }, { skinHue: -1 }, 'gan')).toEqual([]);
  });
  it('greys that gain colour', () => {
    expect(driftAlarms({ neutralChroma: 2 }, { neutralChroma: 6 }, 'gan').map((a) => a.kind)).toEqual([
      'neutral-drift',
    ]);
  });
  it('a critic that always wins ends the game, one lost round begins the count anew', () => {
    let watch = { wins: 0 };
    for (let i = 0; i < 199; i++) watch = criticAlarm(watch, 1).watch;
    expect(criticAlarm(watch, 0.5).watch.wins).toBe(0);
    expect(criticAlarm(watch, 1).alarm?.kind).toBe('critic-wins');
  });
});

describe('early stop', () => {
  it('keeps the best step, ignores noise, and stops when patience is over', () => {
    let state: StopState = noEvaluation;
    const seen: boolean[] = [];
    let stopped = 0;
    for (const [i, v] of [10, 9, 8.999, NaN, 9.5, 9.2].entries()) {
      const r = evaluated(state, i * 100, v, 3);
      state = r.state;
      seen.push(r.better);
      if (r.stop && !stopped) stopped = i;
    }
    expect(seen).toEqual([true, true, false, false, false, false]);
    expect(state.best).toEqual({ value: 9, step: 100 });
    expect(stopped).toBe(4);
  });
});

describe('the plan', () => {
  it('grows sizes and shrinks batches, shares adding up to one', () => {
    const stages = planRun({ phase: 'generator', size: null, multiple: 32, batch: 16, minutes: 60 });
    expect(stages.map((s) => [s.size, s.batch])).toEqual([
      [64, 16],
      [96, 7],
      [128, 4],
    ]);
    expect(stages.reduce((a, s) => a + s.share, 0)).toBeCloseTo(1);
  });
  it('takes a fixed size, or says what would suit', () => {
    expect(planRun({ phase: 'gan', size: 96, multiple: 32, batch: 8, minutes: 5 })).toHaveLength(1);
    expect(() => planRun({ phase: 'gan', size: 100, multiple: 32, batch: 8, minutes: 5 })).toThrow(
      /multiple of 32/,
    );
    expect(batchAt(512, 8)).toBe(2);
  });
  it('merges stages that a coarse network cannot tell apart', () => {
    const stages = planRun({ phase: 'generator', size: null, multiple: 64, batch: 8, minutes: 5 });
    expect(stages.map((s) => s.size)).toEqual([64, 128]);
    expect(planRun({ phase: 'generator', size: null, multiple: 128, batch: 8, minutes: 5 })).toHaveLength(1);
  });
  it('freezes a pre-trained encoder first, and cuts the stage in which it is freed', () => {
    const plan = (frozen: number | null) =>
      planRun({ phase: 'generator', size: null, multiple: 32, batch: 16, minutes: 60, frozen }).map((s) => [
        s.size,
        Number(s.share.toFixed(3)),
        s.encoder,
      ]);
    expect(plan(0.6)).toEqual([
      [64, 0.5, 'frozen'],
      [96, 0.1, 'frozen'],
      [96, 0.15, 'slow'],
      [128, 0.25, 'slow'],
    ]);
    expect(plan(0.5).map((s) => s[2])).toEqual(['frozen', 'slow', 'slow']);
    expect(plan(1).map((s) => s[2])).toEqual(['frozen', 'frozen', 'frozen']);
    expect(plan(0).map((s) => s[2])).toEqual(['slow', 'slow', 'slow']);
    expect(plan(null).map((s) => s[2])).toEqual(['full', 'full', 'full']);
    const settings = { freeze: false, unfreezeAfter: null, start: null, phase: 'generator' } as const;
    expect(frozenShare(settings)).toBe(0.5);
    expect(frozenShare({ ...settings, start: 'shipped' })).toBe(0);
    expect(frozenShare({ ...settings, phase: 'gan' })).toBe(0);
    expect(frozenShare({ ...settings, unfreezeAfter: 20 })).toBe(0.2);
    expect(frozenShare({ ...settings, freeze: true })).toBe(1);
  });
  it('knows the stage of any time', () => {
    const stages = planRun({ phase: 'generator', size: null, multiple: 32, batch: 16, minutes: 60 });
    expect(stageAt(stages, 0)).toEqual({ index: 0, within: 0 });
    expect(stageAt(stages, 0.625)).toEqual({ index: 1, within: 0.5 });
    expect(stageAt(stages, 2)).toEqual({ index: 2, within: 1 });
  });
});

describe('the diary', () => {
  const event = (step: number): LogLine => ({
    type: 'event',
    step,
    at: 0,
    level: 'info',
    kind: 'x',
    text: `s${step}`,
  });
  it('survives a torn line and sets aside what a resumed run does again', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-log-'));
    const log = new RunLog(dir, 0);
    for (const s of [0, 10, 20]) log.write(event(s));
    appendFileSync(path.join(dir, 'log.jsonl'), '{"type":"event","st');
    expect(readLog(dir).map((l) => l.step)).toEqual([0, 10, 20]);
    const again = new RunLog(dir, 10);
    again.write(event(11));
    expect(readLog(dir).map((l) => l.step)).toEqual([0, 10, 11]);
    expect(readFileSync(path.join(dir, 'log.abandoned.jsonl'), 'utf8')).toContain('"s20"');
  });
});
