/**
 * Keeps a long row of small pictures from filling the memory. Samples lie on SharedArrayBuffers, of which V8's collectors
 * see a handle of a few bytes, and each thread lets its own heap grow to some hundred megabytes before it collects for
 * the first time, whatever the others hold. What the process holds is therefore looked at after each piece of work, and
 * when it has grown, all threads collect and give the empty pages of their heaps back.
 */

/** Bytes that the process may grow by before collectors run. */
export const GROWTH = 32e6;
/**
 * Pieces of work between two collections: one takes some tenths of a second on a busy machine, which a single large picture,
 * whose buffers alone come to more than GROWTH, must not wait for, and which a long row of them can share.
 */
export const PIECES = 8;
/** Milliseconds without views after which a window does not mind a pause. */
const IDLE = 700;

export class Relief {
  private readonly collect: () => void;
  private readonly held: () => number;
  private readonly growth: number;
  private readonly pieces: number;
  private done = 0;
  /** What is held when nothing is left to collect; null: to be looked at after the collection that is under way. */
  private base: number | null = null;
  private timer: NodeJS.Timeout | null = null;

  /**
   * @param collect runs the collectors of all threads
   * @param held bytes that the process holds; of the whole process by default
   */
  constructor(
    collect: () => void,
    held: () => number = process.memoryUsage.rss,
    growth = GROWTH,
    pieces = PIECES,
  ) {
    this.collect = collect;
    this.held = held;
    this.growth = growth;
    this.pieces = pieces;
  }

  /** To be called when a piece of work is over and its variables are gone. */
  look(): void {
    const now = this.held();
    this.base = Math.min(this.base ?? now, now);
    if (++this.done < this.pieces || now - this.base < this.growth) return;
    this.done = 0;
    this.collect();
    this.base = null;
  }

  /** The same for what a person waits for: once nothing has been asked for a moment. */
  lookWhenIdle(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), IDLE);
    this.timer.unref();
  }
}
