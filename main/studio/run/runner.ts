/**
 * A training run from beginning to end: stages, steps, diary, figures, checkpoints, alarms. Knows nothing of
 * windows or processes; the command line calls it directly, the Studio in an engine process (main/engine/studio-methods.ts).
 * Whatever happens, the folder holds the last checkpoint, the diary up to it, and the best weights so far as a
 * model.
 */
import path from 'node:path';
import type { RunPhase } from '../../../app/contract/studio.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import type { SessionStore } from '../../engine/session.ts';
import { TrainState } from '../../engine/train-session.ts';
import { readCheckpoint, saveCheckpoint, type Checkpoint } from '../../engine/train-checkpoint.ts';
import { createLoader } from '../dataset/loader.ts';
import type { Batch, Loader } from '../dataset/types.ts';
import { criticAlarm, finiteAlarm, RunAlarm, type Alarm } from './alarms.ts';
import { rateAt, rateFrom } from './rates.ts';
import type { RunControl } from './gate.ts';
import { lockRun } from './lock.ts';
import { RunLog, type LogLine } from './log.ts';
import { Means } from './means.ts';
import { presetFor } from './model.ts';
import {
  atStart,
  CHECKPOINT_NAME,
  encoderOf,
  progressOf,
  writeRunFile,
  type Position,
  type RunFile,
  type TimedStage,
} from './position.ts';
import { deviceWords, encoderEvent, stageWords } from './said.ts';
import { openStage, type StageSessions } from './stage.ts';
import { sweep, withWeightsOf } from './trial.ts';
import type { RunHooks, RunRequest, RunResult } from './types.ts';
import { testBatches, validate } from './validate.ts';
import { verdictOn } from './verdict.ts';

export { RunAlarm } from './alarms.ts';
export type { RunHooks, RunProgress, RunRequest, RunResult } from './types.ts';

/** Figures are taken about this often in a run, but not more often than every so many seconds. */
const EVALUATIONS = 20;
const EVALUATION_SECONDS = 45;
/** Points of a curve, at most: the diary of a month is no longer than that of an hour or two. */
const MOST_POINTS = 20_000;
/** Steps until a stage's length is fixed: the first are slow. */
const SLOW = 3;
/** Steps that its speed is taken from: where two learn in turn and a step of one costs more, over several turns. */
const MEASURED: Record<RunPhase, number> = { generator: 10, critic: 10, gan: 150 };

export async function trainRun(
  request: RunRequest,
  control: RunControl,
  hooks: RunHooks,
): Promise<RunResult> {
  const unlock = await lockRun(request.dir);
  try {
    return await new Run(request, control, hooks).go();
  } finally {
    unlock();
  }
}

class Run {
  private readonly request: RunRequest;
  private readonly control: RunControl;
  private readonly hooks: RunHooks;
  private readonly run: RunFile;
  private readonly settings: RunFile['settings'];
  private state = new TrainState();
  private store: SessionStore | null = null;
  private position: Position = atStart();
  private log!: RunLog;
  private device: string | null = null;
  /** Devices that failed. */
  private readonly left = new Set<string>();
  private speed: number | null = null;
  private savedAt = 0;

  constructor(request: RunRequest, control: RunControl, hooks: RunHooks) {
    this.request = request;
    this.control = control;
    this.hooks = hooks;
    this.run = request.run;
    this.settings = request.run.settings;
  }

  private write(line: LogLine): void {
    this.log.write(line);
    this.hooks.line(line);
  }
  private say(kind: string, text: Sentence, level: 'info' | 'warning' | 'error' = 'info'): void {
    this.write({ type: 'event', step: this.position.step, at: Date.now(), level, kind, text });
  }

  async go(): Promise<RunResult> {
    const { request } = this;
    const { dir, resume } = request;
    let checkpoint = resume ? await readCheckpoint(path.join(dir, CHECKPOINT_NAME)) : null;
    if (checkpoint) this.position = checkpoint.position as Position;
    this.log = new RunLog(dir, checkpoint ? this.position.step : -1);
    if (checkpoint) this.say('resume', say('studio-resumed', { step: String(this.position.step) }));
    for (const { kind, text } of request.notices) this.say(kind, text, 'warning');
    try {
      for (let first = true; ; first = false) {
        const stage = this.run.stages[this.position.stage];
        const sessions = await this.enter(stage, first, checkpoint);
        checkpoint = null;
        const ended = await this.runStage(stage, sessions);
        if (ended) {
          // A run that was put down says nothing: it may be taken up again.
          if (ended.state === 'done') this.say('stop', ended.because);
          await this.save();
          return ended;
        }
      }
    } finally {
      await this.store?.close();
    }
  }

  /** Opens a stage and brings into it what was learnt before: in a checkpoint, in the stage before, in the start. */
  private async enter(
    stage: TimedStage,
    first: boolean,
    checkpoint: Checkpoint | null,
  ): Promise<StageSessions> {
    const { request, settings } = this;
    const { objective, weights, critic, order, block } = request;
    const before = this.state;
    const known = this.store?.failures ?? [];
    // The graphs of the stage before would hold their memory to the end of the run.
    await this.store?.close();
    this.store = request.openStore(known);
    this.state = new TrainState();
    const encoder = encoderOf(settings, stage);
    const sessions = await openStage({
      stage,
      objective,
      width: settings.width,
      encoder,
      weights,
      state: this.state,
      store: this.store,
      order,
      block,
    });
    if (checkpoint) checkpoint.into(this.state);
    else if (!first) this.state.takeOver(before, { generator: weights, critic });
    else {
      this.state.setWeights('generator', weights);
      if (this.state.has('critic/theta')) this.state.setWeights('critic', critic);
    }
    return sessions;
  }

  private loader(stage: TimedStage, split: 'train' | 'test', batch: number): Loader {
    const { dataset, objective, loaderThreads, makeLoader = createLoader } = this.request;
    return makeLoader(dataset, {
      task: objective.task,
      split,
      size: stage.size,
      batch,
      // A stage begins its own order of pictures: no picture is tied to a size.
      seed: split === 'test' ? 0 : this.settings.seed * 16 + this.position.stage,
      preset: presetFor(dataset),
      workers: loaderThreads,
      onProblem: (problem) =>
        this.say('picture', say('studio-picture', { file: problem.id, detail: problem.reason }), 'warning'),
    });
  }

  private async runStage(stage: TimedStage, sessions: StageSessions): Promise<RunResult | null> {
    const { position } = this;
    this.watchDevices(sessions);
    if (position.stageStep === 0) {
      this.say('size', stageWords(this.settings.network, stage, sessions.device));
      this.sayEncoder(stage);
    }
    const tests = await testBatches(this.loader(stage, 'test', stage.batch), stage.batch);
    if (position.stageStep === 0) {
      position.drift = null;
      await this.evaluateInUse(sessions, tests);
      await this.evaluate(stage, sessions, tests);
    }
    if (this.run.rate === null) await this.findRate(stage, sessions);
    const loader = this.loader(stage, 'train', stage.batch);
    try {
      return await this.steps(stage, sessions, tests, loader);
    } finally {
      await loader.close();
    }
  }

  /** Says what a pre-trained encoder does, where that changes. */
  private sayEncoder(stage: TimedStage): void {
    if (this.request.objective.network.freezable.length === 0) return;
    const encoder = encoderOf(this.settings, stage);
    const before = this.run.stages[this.position.stage - 1];
    if (before && encoderOf(this.settings, before) === encoder) return;
    const { kind, text } = encoderEvent(encoder);
    this.say(kind, text);
  }

  /** Says which devices were left since the last look. */
  private watchDevices(sessions: StageSessions): void {
    for (const failure of sessions.failures) {
      // What a build has not got was never tried.
      if (failure.when === 'missing' || this.left.has(failure.provider)) continue;
      this.left.add(failure.provider);
      this.say('device', deviceWords(failure, sessions.device), 'warning');
    }
    this.device = sessions.device;
  }

  private async steps(
    stage: TimedStage,
    sessions: StageSessions,
    tests: Batch[],
    loader: Loader,
  ): Promise<RunResult | null> {
    const { position } = this;
    const means = new Means();
    let fresh = 0;
    let measuring = 0;
    let waited = loader.waitSeconds;
    let shownAt = performance.now();
    let pointAt = shownAt;
    const pointMs = Math.max(1000, (this.settings.minutes * 60_000) / MOST_POINTS);
    let evaluatedAt = position.seconds;
    while (stage.steps === null || position.stageStep < stage.steps) {
      if (await this.control.gate())
        return { state: 'stopped', because: say('studio-stopped'), step: position.step };
      const begun = performance.now();
      const batch = await loader.next(position.stageStep);
      const lr = rateAt(this.run, position);
      const report = await sessions.step(batch, lr, position.switcher);
      const seconds = (performance.now() - begun) / 1000;
      if (sessions.failures.length > 0) this.watchDevices(sessions);
      const bad = finiteAlarm(position.step, report.outcome.losses);
      if (bad) return this.alarm(bad);
      position.step++;
      position.stageStep++;
      position.seconds += seconds;
      position.images += stage.batch;
      position.switcher = report.switcher;
      if (report.switched) this.say('switch', report.switched.because);
      means.add(report.outcome.losses, seconds);
      this.speed = this.speed === null ? seconds : this.speed + 0.05 * (seconds - this.speed);
      if (report.recognised !== null) {
        const { watch, alarm } = criticAlarm({ wins: position.criticWins }, report.recognised);
        position.criticWins = watch.wins;
        if (alarm) return this.alarm(alarm);
      }

      fresh++;
      if (fresh > SLOW) measuring += seconds;
      if (stage.steps === null && fresh === SLOW + MEASURED[stage.phase])
        await this.time(stage, measuring / MEASURED[stage.phase]);
      const now = performance.now();
      if (now - pointAt >= pointMs || position.stageStep === stage.steps) {
        const waits = loader.waitSeconds - waited;
        waited = loader.waitSeconds;
        const { losses, total } = means.take();
        this.write({
          type: 'point',
          step: position.step,
          seconds: position.seconds,
          phase: stage.phase === 'gan' ? (report.recognised === null ? 'critic' : 'generator') : stage.phase,
          size: stage.size,
          lr,
          losses,
          wait: Math.min(1, waits / Math.max(total, 1e-9)),
        });
        pointAt = now;
      }
      if (now - shownAt >= 1000 || position.stageStep === stage.steps) {
        this.hooks.progress(progressOf(this.run, position, this.speed, this.device));
        shownAt = now;
      }
      const every = stage.steps === null ? Infinity : this.evaluationSteps(stage);
      const due =
        position.stageStep === stage.steps ||
        (position.stageStep % every === 0 &&
          position.seconds - evaluatedAt >= (this.run.totalSteps === null ? EVALUATION_SECONDS : 0));
      if (due) {
        evaluatedAt = position.seconds;
        const ended = await this.evaluate(stage, sessions, tests);
        if (ended) return ended;
      }
      if (now - this.savedAt >= (this.request.checkpointSeconds ?? 60) * 1000) await this.save();
    }
    if (position.stage === this.run.stages.length - 1)
      return { state: 'done', because: say('studio-time-over'), step: position.step };
    position.stage++;
    position.stageStep = 0;
    await this.save();
    return null;
  }

  private evaluationSteps(stage: TimedStage): number {
    return Math.max(1, Math.round((stage.steps as number) / Math.max(1, EVALUATIONS * stage.share)));
  }

  /** Fixes a stage's length from the speed of its first steps. */
  private async time(stage: TimedStage, secondsPerStep: number): Promise<void> {
    const minutes = this.settings.minutes * stage.share;
    // At least one more, in a run that was put down before its speed was known too: it ends with figures.
    const least = Math.max(SLOW + MEASURED[stage.phase], this.position.stageStep) + 1;
    stage.steps = Math.max(least, Math.round((minutes * 60) / secondsPerStep));
    await writeRunFile(this.request.dir, this.run);
    this.say(
      'plan',
      say('studio-plan', { steps: String(stage.steps), ms: (secondsPerStep * 1000).toFixed(0) }),
    );
  }

  private alarm(alarm: Alarm): RunResult {
    this.say('alarm', alarm.text, alarm.action === 'stop' ? 'error' : 'warning');
    throw new RunAlarm(alarm);
  }

  /** Figures on the test pictures; the best weights become the run's model. Gives a result when the run is to end. */
  private async evaluate(
    stage: TimedStage,
    sessions: StageSessions,
    tests: Batch[],
  ): Promise<RunResult | null> {
    const { position } = this;
    const { objective, model } = this.request;
    if (stage.phase === 'critic') return null;
    const seen = await (objective.validate ?? validate)(sessions.looking, objective, tests);
    await model.sample(position.step, seen.panel);
    const weights = this.state.weights('generator', 'ema');
    await model.listen?.(position.step, weights);
    const figures = { ...seen.figures, ...(await model.judge?.(weights)) };
    // Only now, since a window that reads them asks for the samples.
    const { step, seconds } = position;
    this.write({ type: 'figures', of: 'run', step, seconds, figures });
    position.samples.push(position.step);
    const { alarms, better, ended } = verdictOn(this.run, position, objective, figures);
    for (const alarm of alarms) this.say('alarm', alarm.text, alarm.action === 'stop' ? 'error' : 'warning');
    if (better)
      await model.save(weights, {
        step: position.step,
        seconds: position.seconds,
        figures,
        size: stage.size,
      });
    return ended;
  }

  /** Figures of the model in use, on the pictures of this stage: its weights stand in for the run's for a moment. */
  private async evaluateInUse(sessions: StageSessions, tests: Batch[]): Promise<void> {
    const { inUse, objective, model } = this.request;
    if (!inUse) return;
    // Frozen weights are part of the graph: those of the model in use may be others.
    const looking = await sessions.lookingWith(inUse);
    const seen = await withWeightsOf(this.state, inUse, () =>
      (objective.validate ?? validate)(looking, objective, tests),
    );
    const { step, seconds } = this.position;
    const figures = { ...seen.figures, ...(await model.judge?.(inUse)) };
    this.write({ type: 'figures', of: 'in-use', step, seconds, figures });
  }

  private async save(): Promise<void> {
    const { dir, model } = this.request;
    await saveCheckpoint(path.join(dir, CHECKPOINT_NAME), this.state, { ...this.position });
    if (this.state.has('critic/theta')) await model.saveCritic(this.state.weights('critic'), this.position);
    this.savedAt = performance.now();
  }

  /** Sets the run's learning rate: by a sweep, undone afterwards, where that is worth its time. */
  private async findRate(stage: TimedStage, sessions: StageSessions): Promise<void> {
    const { objective, dir } = this.request;
    // Too short a run, or one that begins with trained weights, takes the rate that is known to work.
    const worth = stage.phase === 'generator' && this.settings.start === null && this.settings.minutes >= 20;
    if (!worth || this.run.totalSteps !== null) this.run.rate = objective.rate;
    else {
      const loader = this.loader(stage, 'train', stage.batch);
      const losses = await sweep(this.state, async (k, rate) => {
        if (await this.control.gate()) return null;
        const { outcome } = await sessions.step(await loader.next(k), rate, this.position.switcher);
        return outcome.finite ? outcome.losses.total : Infinity;
      }).finally(() => loader.close());
      // A sweep that was cut short says nothing: the next life does it whole.
      if (this.control.stopped) return;
      const { rate, text } = rateFrom(losses, objective.rate);
      this.run.rate = rate;
      this.say('rate', text);
    }
    await writeRunFile(dir, this.run);
  }
}
