/**
 * How long a job will take: work done over *working* time, recent work weighing more. Time in which the job
 * does not run (pause, sleep of the machine) never counts, and a job that was resumed starts with a fresh rate.
 */

/** Time constant of the forgetting, in seconds of working time. */
const MEMORY_S = 60;
/** A gap longer than this between two looks means that the machine slept. */
const LONGEST_STEP_S = 15;

export class RateEstimator {
  #weightedWork = 0;
  #weightedTime = 0;
  #lastWork: number | null = null;
  #lastAt: number | null = null;

  /**
   * Notes how much is done in all, in items and fractions of items.
   * @param now milliseconds of a steady clock
   */
  update(work: number, now: number): void {
    if (this.#lastWork !== null && this.#lastAt !== null) {
      const seconds = (now - this.#lastAt) / 1000;
      if (seconds <= 0) return;
      if (seconds <= LONGEST_STEP_S) {
        const keep = Math.exp(-seconds / MEMORY_S);
        this.#weightedWork = this.#weightedWork * keep + Math.max(0, work - this.#lastWork);
        this.#weightedTime = this.#weightedTime * keep + seconds;
      }
    }
    this.#lastWork = work;
    this.#lastAt = now;
  }

  /** Call when the job stops running; the time until the next `update` is left out. */
  pause(): void {
    this.#lastWork = null;
    this.#lastAt = null;
  }

  /** Seconds for `remaining` items at the recent rate; null while nothing was done yet. */
  eta(remaining: number): number | null {
    if (remaining <= 0) return 0;
    if (this.#weightedWork <= 0 || this.#weightedTime < 0.5) return null;
    return remaining / (this.#weightedWork / this.#weightedTime);
  }
}
