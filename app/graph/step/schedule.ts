/**
 * Learning rates as functions of the step: constant, warm-up and cosine (Loshchilov and Hutter 2017, "SGDR"), and
 * one-cycle (Smith 2018, "Super-convergence"). Pure, so a resumed run goes on exactly where it stood.
 */

export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number; readonly warmup?: number }
  /** Rises linearly for `warmup` steps, then falls to `rate * floor` at `steps` along half a cosine. */
  | {
      readonly kind: 'cosine';
      readonly rate: number;
      readonly steps: number;
      readonly warmup?: number;
      readonly floor?: number;
    }
  /** Rises from rate/`start` to `rate` over the share `rise` of the steps, then falls to rate/`end`, both along cosines. */
  | {
      readonly kind: 'one-cycle';
      readonly rate: number;
      readonly steps: number;
      readonly rise?: number;
      readonly start?: number;
      readonly end?: number;
    };

/** From 0 to 1 as t goes from 0 to 1, along half a cosine. */
const ease = (t: number): number => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, t)))) / 2;

/** The learning rate of a step; the first is step 0. Beyond the last step the final rate stays. */
export function learningRate(schedule: Schedule, step: number): number {
  const { rate } = schedule;
  if (schedule.kind === 'one-cycle') {
    const { steps, rise = 0.3, start = 25, end = 1e4 } = schedule;
    const top = Math.max(1, rise * steps);
    if (step < top) return rate / start + (rate - rate / start) * ease(step / top);
    return rate + (rate / end - rate) * ease((step - top) / Math.max(1, steps - 1 - top));
  }
  const { warmup = 0 } = schedule;
  if (step < warmup) return (rate * (step + 1)) / (warmup + 1);
  if (schedule.kind === 'constant') return rate;
  const { steps, floor = 0 } = schedule;
  return rate * (1 + (floor - 1) * ease((step - warmup) / Math.max(1, steps - 1 - warmup)));
}
