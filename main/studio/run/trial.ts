/** Things that are tried on a run's state and undone: a sweep of learning rates, figures of other weights. */
import type { Weights } from '../../../app/graph/scope.ts';
import type { TrainState } from '../../engine/train-session.ts';
import { exploded, sweepDefaults, sweepRate } from './finder.ts';

/** Does something and puts every number of the state back as it was. */
async function undone<T>(state: TrainState, work: () => Promise<T>): Promise<T> {
  const kept = new Map(state.names.map((name) => [name, state.get(name).slice()]));
  const counts = new Map(state.counts);
  try {
    return await work();
  } finally {
    for (const [name, data] of kept) state.set(name, data);
    state.counts.clear();
    for (const [part, n] of counts) state.counts.set(part, n);
  }
}

/**
 * The losses of a sweep of learning rates (finder.ts), as far as it went.
 * @param step does step k at a rate and gives its loss; null ends the sweep
 */
export function sweep(
  state: TrainState,
  step: (k: number, rate: number) => Promise<number | null>,
): Promise<number[]> {
  return undone(state, async () => {
    const losses: number[] = [];
    for (let k = 0; k < sweepDefaults.steps && !exploded(losses); k++) {
      const loss = await step(k, sweepRate(k));
      if (loss === null) break;
      losses.push(loss);
    }
    return losses;
  });
}

/** Does something while the generator has other weights. */
export const withWeightsOf = <T>(state: TrainState, weights: Weights, work: () => Promise<T>): Promise<T> =>
  undone(state, () => {
    state.setWeights('generator', weights);
    return work();
  });
