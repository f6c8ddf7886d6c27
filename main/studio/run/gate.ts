/** Pause, resume and stop between two steps. */
export class RunControl {
  private paused: Promise<void> | null = null;
  private release: (() => void) | null = null;
  private ended = false;

  /** The run halts after the step it is in. */
  pause(): void {
    this.paused ??= new Promise((resolve) => (this.release = resolve));
  }
  resume(): void {
    this.release?.();
    this.paused = this.release = null;
  }
  /** The run ends after the step it is in, as if its time were over: nothing is lost. */
  stop(): void {
    this.ended = true;
    this.resume();
  }
  get stopped(): boolean {
    return this.ended;
  }
  get isPaused(): boolean {
    return this.paused !== null;
  }
  /** Resolves when the run may go on; true: it is to end. */
  async gate(): Promise<boolean> {
    while (this.paused && !this.ended) await this.paused;
    return this.ended;
  }
}
