/**
 * Shared memory of full-size pictures, used again for the next one. A roll's frames have nearly the same size; new
 * memory for each of them would be cleaned by the system page by page, and the old would be held until the
 * collectors of all threads have run. What nobody asks for is let go after a moment.
 */

/** Sizes are rounded up to this, so that frames which differ by a few rows share. */
const STEP = 8 << 20;
/** Smaller pictures are not worth it. */
const SMALLEST = 16 << 20;
/** Pieces kept, and bytes in all of them. */
const KEPT = 3;
const MOST = 500e6;
/** A piece may be this much larger than what is asked for. */
const SLACK = 1.3;
/** Milliseconds without use after which all is let go. */
const IDLE = 1500;

export class Buffers {
  private readonly free: SharedArrayBuffer[] = [];
  private readonly onIdle: () => void;
  private timer: NodeJS.Timeout | null = null;

  /** @param onIdle told when kept memory has been let go: a good moment for collectors */
  constructor(onIdle: () => void = () => undefined) {
    this.onIdle = onIdle;
  }

  /** Memory of at least so many bytes, with anything in it. */
  take(bytes: number): SharedArrayBuffer {
    if (bytes < SMALLEST) return new SharedArrayBuffer(bytes);
    const at = this.free.findIndex((b) => b.byteLength >= bytes && b.byteLength <= SLACK * bytes + STEP);
    if (at >= 0) return this.free.splice(at, 1)[0];
    return new SharedArrayBuffer(Math.ceil(bytes / STEP) * STEP);
  }

  /** Gives memory back that nobody reads or writes any more. @returns whether it is kept */
  give(buffer: ArrayBufferLike): boolean {
    if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength < SMALLEST) return false;
    if (buffer.byteLength > MOST || this.free.includes(buffer)) return false;
    this.free.push(buffer);
    while (this.free.length > KEPT || this.held > MOST) this.free.shift();
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), IDLE);
    this.timer.unref();
    return true;
  }

  /** Bytes kept for later. */
  get held(): number {
    return this.free.reduce((sum, b) => sum + b.byteLength, 0);
  }

  /** Lets go of everything. */
  clear(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.free.length === 0) return;
    this.free.length = 0;
    this.onIdle();
  }
}
