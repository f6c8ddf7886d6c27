/**
 * The learning-rate finder (L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): a short
 * sweep from a rate at which nothing happens to one at which the loss explodes. The rate to use is where the
 * smoothed loss falls fastest against log(rate); never more than a tenth of the rate of the lowest loss, since
 * beyond that the sweep only tells how far luck goes.
 */
export interface Sweep {
  lowest: number;
  highest: number;
  steps: number;
}
export const sweepDefaults: Sweep = { lowest: 1e-6, highest: 0.3, steps: 60 };

/** The rate of step k (0..steps-1): even in the logarithm. */
export function sweepRate(k: number, sweep: Sweep = sweepDefaults): number {
  return sweep.lowest * (sweep.highest / sweep.lowest) ** (k / (sweep.steps - 1));
}

/** Whether the sweep can end: the loss is not finite or four times the lowest so far. */
export function exploded(losses: readonly number[]): boolean {
  const smooth = smoothed(losses);
  const last = smooth.at(-1);
  if (last === undefined) return false;
  return !Number.isFinite(losses.at(-1)) || last > 4 * Math.min(...smooth);
}

/** Exponential mean with the start's bias taken out (as in Adam). */
export function smoothed(losses: readonly number[], weight = 0.1): number[] {
  let mean = 0;
  return losses.map((loss, k) => {
    mean += weight * (loss - mean);
    return mean / (1 - (1 - weight) ** (k + 1));
  });
}

/**
 * The rate that a sweep proposes.
 * @param losses of steps 0, 1 …, as many as were run
 * @returns null when the loss never fell by a twentieth: nothing can be said
 */
export function proposeRate(losses: readonly number[], sweep: Sweep = sweepDefaults): number | null {
  const finite = losses.findIndex((l) => !Number.isFinite(l));
  const smooth = smoothed(finite < 0 ? losses : losses.slice(0, finite));
  if (smooth.length < 8) return null;
  const lowest = smooth.indexOf(Math.min(...smooth));
  if (smooth[lowest] > 0.95 * smooth[0]) return null;
  let best = 0;
  let steepest = 0;
  // Slope over five steps: a single difference of a noisy loss says nothing.
  for (let k = 2; k <= Math.min(lowest, smooth.length - 3); k++) {
    const slope = (smooth[k + 2] - smooth[k - 2]) / 4;
    if (slope < steepest) [steepest, best] = [slope, k];
  }
  return Math.min(sweepRate(best, sweep), sweepRate(lowest, sweep) / 10);
}
