/**
 * Thumbnails for <img>. In Electron a plain address works; in the browser host the session travels as a
 * header, which <img> cannot send, so pictures are fetched as blobs and shown by object URLs. Object URLs
 * hold memory until revoked: they are counted while shown and the least recently used are let go beyond
 * `capacity`.
 */

export interface ThumbSource {
  /** An address for <img>, valid until `release` is called with the same key. */
  acquire(id: number, version: number, signal?: AbortSignal): Promise<string>;
  release(id: number, version: number): void;
  /** The address if it is there already, so that a recycled tile does not flash. */
  peek(id: number, version: number): string | null;
}

/** Addresses that need no keeping. */
export function plainThumbs(origin: string): ThumbSource {
  const url = (id: number, version: number) => `${origin}/thumbs/${id}?v=${version}`;
  return {
    acquire: (id, version) => Promise.resolve(url(id, version)),
    release: () => undefined,
    peek: url,
  };
}

interface Entry {
  url: string | null;
  loading: Promise<string> | null;
  users: number;
}

export interface BlobThumbsOptions {
  load: (id: number, version: number) => Promise<Blob>;
  /** Blobs kept though nobody shows them. */
  capacity?: number;
  /** Fetches at one time; the rest wait, newest first (what was asked last is what is looked at). */
  parallel?: number;
  createUrl?: (blob: Blob) => string;
  revokeUrl?: (url: string) => void;
}

export class BlobThumbs implements ThumbSource {
  private entries = new Map<string, Entry>();
  private queue: { key: string; run: () => void; drop: () => void }[] = [];
  private running = 0;
  private readonly options: Required<BlobThumbsOptions>;

  constructor(options: BlobThumbsOptions) {
    this.options = {
      capacity: 600,
      parallel: 6,
      createUrl: (blob) => URL.createObjectURL(blob),
      revokeUrl: (url) => URL.revokeObjectURL(url),
      ...options,
    };
  }

  peek(id: number, version: number): string | null {
    return this.entries.get(`${id}/${version}`)?.url ?? null;
  }

  acquire(id: number, version: number): Promise<string> {
    const key = `${id}/${version}`;
    let entry = this.entries.get(key);
    if (!entry) {
      entry = { url: null, loading: null, users: 0 };
    } else {
      this.entries.delete(key);
    }
    this.entries.set(key, entry);
    entry.users++;
    if (entry.url) return Promise.resolve(entry.url);
    entry.loading ??= this.fetch(key, id, version, entry);
    return entry.loading;
  }

  release(id: number, version: number): void {
    const key = `${id}/${version}`;
    const entry = this.entries.get(key);
    if (!entry) return;
    entry.users = Math.max(0, entry.users - 1);
    if (entry.users === 0 && !entry.url) {
      // Scrolled away before its turn came: the fetch is not worth making.
      const at = this.queue.findIndex((q) => q.key === key);
      if (at >= 0) {
        const [waiting] = this.queue.splice(at, 1);
        this.entries.delete(key);
        waiting.drop();
      }
    }
    this.trim();
  }

  private fetch(key: string, id: number, version: number, entry: Entry): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      const run = () => {
        this.running++;
        this.options
          .load(id, version)
          .then(
            (blob) => {
              entry.url = this.options.createUrl(blob);
              resolve(entry.url);
            },
            (error: unknown) => {
              this.entries.delete(key);
              reject(error instanceof Error ? error : new Error(String(error)));
            },
          )
          .finally(() => {
            entry.loading = null;
            this.running--;
            this.next();
            this.trim();
          });
      };
      const drop = () => reject(new DOMException('No longer shown', 'AbortError'));
      this.queue.push({ key, run, drop });
      this.next();
    });
  }

  private next(): void {
    while (this.running < this.options.parallel && this.queue.length > 0) this.queue.pop()!.run();
  }

  private trim(): void {
    let idle = 0;
    for (const entry of this.entries.values()) if (entry.users === 0 && entry.url) idle++;
    if (idle <= this.options.capacity) return;
    for (const [key, entry] of this.entries) {
      if (idle <= this.options.capacity) return;
      if (entry.users > 0 || !entry.url) continue;
      this.options.revokeUrl(entry.url);
      this.entries.delete(key);
      idle--;
    }
  }
}
