/**
 * Sessions of networks that are kept for the next run, bounded by the memory that they are reckoned to hold: each keeps
 * the working memory of its runs, from some megabytes to some hundred, and a picture with damage of many sizes asks for
 * many of them. The two that were used last are always kept (a filler and the restorer behind it take turns), and none
 * is given up while it runs.
 */
import type { Session } from './session.ts';

/** A session that was made, with the bytes it is reckoned to hold. */
export interface ShelvedSession {
  session: Session;
  bytes: number;
}
/** How one session comes and goes. */
export interface SessionSource {
  open(): Promise<ShelvedSession>;
  /** Gives its memory back; nobody runs it then. */
  drop(): void;
}

/** Sessions that stay whatever they hold. */
const LAST = 2;

interface Entry {
  opened: Promise<ShelvedSession>;
  bytes: number;
  users: number;
  drop(): void;
}

export class SessionShelf {
  private readonly limit: number;
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>();

  /** @param limit bytes of all sessions together, as far as they are not in use */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes that the sessions here are reckoned to hold. */
  get held(): number {
    let sum = 0;
    for (const { bytes } of this.entries.values()) sum += bytes;
    return sum;
  }

  /** Works with a session, opened when there is none of that key. */
  async use<T>(key: string, source: SessionSource, work: (session: Session) => Promise<T>): Promise<T> {
    let entry = this.entries.get(key);
    if (!entry) entry = { opened: source.open(), bytes: 0, users: 0, drop: () => source.drop() };
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.users++;
    try {
      const { session, bytes } = await entry.opened;
      entry.bytes = bytes;
      this.trim();
      return await work(session);
    } catch (error) {
      // One that could not be made is made anew by whoever asks next.
      if (entry.bytes === 0 && this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    } finally {
      entry.users--;
      this.trim();
    }
  }

  private trim(): void {
    let held = this.held;
    let left = this.entries.size;
    for (const [key, entry] of this.entries) {
      if (held <= this.limit || left-- <= LAST) return;
      if (entry.users > 0) continue;
      this.entries.delete(key);
      held -= entry.bytes;
      entry.drop();
    }
  }
}
