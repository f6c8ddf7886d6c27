/**
 * One stage of a run at work: its loader, its graphs as sessions, and what a step is in each phase. In the GAN
 * phase the switcher decides whose turn it is.
 */
import type { Weights } from '../../../app/graph/scope.ts';
import type { Sentence } from '../../../app/words/sentences.ts';
import type { Width } from '../../../models/network.ts';
import type { ProviderFailure, ProviderName, SessionStore } from '../../engine/session.ts';
import {
  TrainSession,
  type StepOutcome,
  type StepSettings,
  type TrainState,
} from '../../engine/train-session.ts';
import type { Batch } from '../dataset/types.ts';
import {
  contentStep,
  criticStep,
  generatorStep,
  lookingGraph,
  makingGraph,
  type GraphOptions,
} from './graphs.ts';
import type { Objective } from './objective.ts';
import type { Encoder, Stage } from './plan.ts';
import { afterStep, type SwitcherState } from './switcher.ts';

export interface StageOptions {
  stage: Omit<Stage, 'encoder'>;
  objective: Objective;
  width: Width;
  /** What the pre-trained encoder does, where there is one. */
  encoder: Encoder;
  /** Where frozen weights come from. */
  weights: Weights;
  state: TrainState;
  store: SessionStore;
  order: ProviderName[];
  /** See `GraphOptions`. */
  block: number | null;
}

export interface StepReport {
  outcome: StepOutcome;
  switcher: SwitcherState;
  /** Said when a turn ended. */
  switched: { to: 'critic' | 'generator'; because: Sentence } | null;
  /** Share of the generator's pictures that the critic saw through, where the generator learnt against it. */
  recognised: number | null;
}

export interface StageSessions {
  step(batch: Batch, lr: number, switcher: SwitcherState): Promise<StepReport>;
  /** Runs with the averaged weights, without learning. */
  looking: TrainSession;
  /** The same with other frozen weights, where any are frozen: opened when it is asked for. */
  lookingWith(weights: Weights): Promise<TrainSession>;
  /** Devices that were left, with the reason. */
  readonly failures: readonly ProviderFailure[];
  /** The device at this moment: one that fails is left for the next. */
  readonly device: ProviderName;
}

/** Two-time-scale update (Heusel et al. 2017): the critic learns this many times faster. */
const CRITIC_PACE = 4;
const LONGEST_GRADIENT = 1;

/** Builds the graphs of a stage and opens their sessions. @throws RevealError 'engine' when no device takes them */
export async function openStage(options: StageOptions): Promise<StageSessions> {
  const { stage, objective, state, store, order } = options;
  const graphs: GraphOptions = {
    objective,
    width: options.width,
    size: stage.size,
    batch: stage.batch,
    frozen: options.encoder === 'frozen' ? objective.network.freezable : [],
    slow: options.encoder === 'slow' ? objective.network.freezable : [],
    weights: options.weights,
    block: options.block,
  };
  const open = (graph: ReturnType<typeof contentStep>): Promise<TrainSession> =>
    TrainSession.create({ graph, state, store, order });
  const settings = (lr: number): StepSettings => ({
    lr: { generator: lr, critic: lr * (objective.criticPace ?? CRITIC_PACE) },
    decay: objective.decay,
    clip: LONGEST_GRADIENT,
  });

  const lookingWith = (weights: Weights): Promise<TrainSession> => open(lookingGraph({ ...graphs, weights }));
  const looking = await open(lookingGraph(graphs));
  const failuresOf = (sessions: readonly TrainSession[]): ProviderFailure[] =>
    sessions.flatMap(({ session }) => session.failures);

  if (stage.phase === 'generator') {
    const content = await open(contentStep(graphs));
    return {
      looking,
      lookingWith,
      get device() {
        return content.session.provider;
      },
      get failures() {
        return failuresOf([content, looking]);
      },
      step: async (batch, lr, switcher) => ({
        outcome: await content.step(batch.tensors, settings(lr)),
        switcher,
        switched: null,
        recognised: null,
      }),
    };
  }

  const making = await open(makingGraph(graphs));
  const critic = await open(criticStep(graphs));
  const generator = stage.phase === 'gan' ? await open(generatorStep(graphs)) : null;
  const criticTurn = async (batch: Batch, lr: number): Promise<StepOutcome> => {
    const { made } = (await making.look(batch.tensors)).outputs;
    return critic.step({ ...batch.tensors, made }, settings(lr));
  };
  return {
    looking,
    lookingWith,
    get device() {
      return critic.session.provider;
    },
    get failures() {
      return failuresOf([critic, making, ...(generator ? [generator] : []), looking]);
    },
    async step(batch, lr, switcher) {
      if (!generator || switcher.learner === 'critic') {
        const outcome = await criticTurn(batch, lr);
        if (!generator) return { outcome, switcher, switched: null, recognised: null };
        const next = afterStep(switcher, outcome.losses.accuracy);
        return { outcome, switcher: next.state, switched: next.switched, recognised: null };
      }
      const outcome = await generator.step(batch.tensors, settings(lr));
      const next = afterStep(switcher, outcome.losses.recognised);
      return {
        outcome,
        switcher: next.state,
        switched: next.switched,
        recognised: outcome.losses.recognised,
      };
    },
  };
}
