/** Means of the losses between two points of a curve. */
export class Means {
  private sums: Record<string, number> = {};
  private counts: Record<string, number> = {};
  private seconds = 0;

  add(losses: Readonly<Record<string, number>>, seconds: number): void {
    for (const [name, value] of Object.entries(losses)) {
      this.sums[name] = (this.sums[name] ?? 0) + value;
      this.counts[name] = (this.counts[name] ?? 0) + 1;
    }
    this.seconds += seconds;
  }
  /** The means since the last call, and the seconds that they took. */
  take(): { losses: Record<string, number>; total: number } {
    const losses = Object.fromEntries(Object.entries(this.sums).map(([k, v]) => [k, v / this.counts[k]]));
    const total = this.seconds;
    this.sums = {};
    this.counts = {};
    this.seconds = 0;
    return { losses, total };
  }
}
