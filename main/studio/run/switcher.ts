/**
 * Who learns next when a generator and a critic learn together. The older system's rule, kept because it works:
 * the critic learns until it tells real from made often enough, then the generator learns until it fools the
 * critic, and so on (fastai's AdaptiveGANSwitcher, J. Howard and others, 2019, which looks at losses; accuracy
 * says the same in a unit one can reason about). Neither may learn alone for ever: both turns have an end.
 */
import { say, type Sentence } from '../../../app/words/sentences.ts';

export type Learner = 'critic' | 'generator';

export interface SwitcherOptions {
  /** The critic has learnt enough when its smoothed accuracy is at least this (0..1). */
  enough: number;
  /** The generator has fooled it when the critic's smoothed accuracy on generated pictures is at most this. */
  fooled: number;
  /** Steps of one turn, at least and at most. */
  shortest: number;
  longest: number;
  /** Weight of the newest step in the smoothed accuracy, 0..1. */
  weight: number;
}
export const switcherDefaults: SwitcherOptions = {
  enough: 0.65,
  fooled: 0.5,
  shortest: 2,
  longest: 60,
  weight: 0.2,
};

/** All there is to remember: plain data, stored in the checkpoint. */
export interface SwitcherState {
  learner: Learner;
  /** Steps of the present turn. */
  turn: number;
  /** Smoothed accuracy of the critic within this turn; null before its first step. */
  accuracy: number | null;
  switches: number;
}
export const firstTurn: SwitcherState = { learner: 'critic', turn: 0, accuracy: null, switches: 0 };

/**
 * The state after one step of the present learner.
 * @param accuracy share of pictures that the critic judged rightly in this step: of real and generated ones
 *   while the critic learns, of generated ones while the generator learns; 0..1
 */
export function afterStep(
  state: SwitcherState,
  accuracy: number,
  options: SwitcherOptions = switcherDefaults,
): { state: SwitcherState; switched: null | { to: Learner; because: Sentence } } {
  const smoothed =
    state.accuracy === null ? accuracy : state.accuracy + options.weight * (accuracy - state.accuracy);
  const turn = state.turn + 1;
  const percent = (100 * smoothed).toFixed(0);
  const reached = state.learner === 'critic' ? smoothed >= options.enough : smoothed <= options.fooled;
  const over = turn >= options.longest;
  if (turn < options.shortest || !(reached || over))
    return { state: { ...state, turn, accuracy: smoothed }, switched: null };
  const to: Learner = state.learner === 'critic' ? 'generator' : 'critic';
  const reason = !reached
    ? say('studio-turn-over', { steps: String(turn), percent })
    : state.learner === 'critic'
      ? say('studio-turn-sees', { percent })
      : say('studio-turn-fooled', { percent });
  const because =
    to === 'critic' ? say('studio-turn-critic', { reason }) : say('studio-turn-generator', { reason });
  return {
    state: { learner: to, turn: 0, accuracy: null, switches: state.switches + 1 },
    switched: { to, because },
  };
}
