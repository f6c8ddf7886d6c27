/**
 * Early stop: the run ends when its figure on the test pictures has not become better for a while, and the best
 * weights are what the run gives, not the last ones.
 */
export interface StopState {
  /** Best value so far and its step; null before the first. */
  best: { value: number; step: number } | null;
  /** Evaluations since then. */
  stale: number;
}
export const noEvaluation: StopState = { best: null, stale: 0 };

/**
 * Takes one evaluation.
 * @param value the figure, smaller is better
 * @param patience evaluations without a gain after which to stop
 * @param gain what counts as better, as a share of the best value: noise is no gain
 */
export function evaluated(
  state: StopState,
  step: number,
  value: number,
  patience: number,
  gain = 0.002,
): { state: StopState; better: boolean; stop: boolean } {
  if (!Number.isFinite(value))
    return { state: { ...state, stale: state.stale + 1 }, better: false, stop: false };
  const better = state.best === null || value < state.best.value - gain * Math.abs(state.best.value);
  const next = better ? { best: { value, step }, stale: 0 } : { best: state.best, stale: state.stale + 1 };
  return { state: next, better, stop: next.stale >= patience };
}
