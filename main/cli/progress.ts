/**
 * Progress on stderr: a bar with the time left on a terminal, one plain line a finished input otherwise (a log
 * file wants no carriage returns). The time left follows the recent rate.
 */
import { show } from '../files/bytes.ts';

/** Remaining seconds from a moving rate: recent work counts more than the start. */
export class Eta {
  private rate = 0;
  private lastAt: number;
  private lastDone = 0;
  constructor(now = performance.now()) {
    this.lastAt = now;
  }

  /** @param done,total work units (fractions allowed). @returns seconds left, null while unknown */
  update(done: number, total: number, now = performance.now()): number | null {
    const seconds = (now - this.lastAt) / 1000;
    if (done > this.lastDone && seconds > 0.2) {
      const recent = (done - this.lastDone) / seconds;
      // About ten seconds of memory, whatever the interval of the updates.
      const weight = this.rate === 0 ? 1 : 1 - Math.exp(-seconds / 10);
      this.rate += (recent - this.rate) * weight;
      this.lastAt = now;
      this.lastDone = done;
    }
    return this.rate > 0 ? Math.max(0, (total - done) / this.rate) : null;
  }
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The line under the cursor. Exported for its test. */
export function bar(done: number, total: number, eta: number | null, name: string, columns: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const width = 24;
  const full = Math.round(share * width);
  const left = eta === null ? '' : `, ${duration(eta)} left`;
  const head = `[${'█'.repeat(full)}${'░'.repeat(width - full)}] ${Math.floor(done)}/${total}${left}  `;
  return (head + name).slice(0, Math.max(20, columns - 1));
}

interface Stream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export class Progress {
  private readonly out: Stream;
  private readonly total: number;
  private readonly eta = new Eta();
  private readonly parts = new Map<string, number>();
  private finished = 0;
  private drawn = false;
  private lastDraw = 0;
  private label = '';

  constructor(total: number, out: Stream = process.stderr) {
    this.total = total;
    this.out = out;
  }

  /** How far an input in work is, 0..1. */
  part(key: string, share: number): void {
    this.parts.set(key, share);
    this.draw(false);
  }

  /** So many are done and this is in work: for work that reports its count and prints no line for each. */
  advance(done: number, label: string): void {
    this.parts.clear();
    this.parts.set(label, done - this.finished);
    this.draw(false);
  }

  /** An input is done with, well or not; `line` is printed for good. */
  done(key: string, line: string): void {
    this.parts.delete(key);
    this.finished++;
    this.print(line);
    this.draw(true);
  }

  /** What is going on, shown behind the bar. */
  stage(label: string): void {
    this.label = label;
    if (!this.out.isTTY) this.print(label);
    else this.draw(true);
  }

  print(line: string): void {
    this.clear();
    this.out.write(`${line}\n`);
  }

  clear(): void {
    if (!this.drawn) return;
    this.out.write('\r\u001b[K');
    this.drawn = false;
  }

  private draw(now: boolean): void {
    if (!this.out.isTTY) return;
    const time = performance.now();
    if (!now && time - this.lastDraw < 100) return;
    this.lastDraw = time;
    const done = this.finished + [...this.parts.values()].reduce((a, b) => a + b, 0);
    const left = this.eta.update(done, this.total, time);
    const name = show([...this.parts.keys()][0] ?? this.label);
    this.out.write(`\r\u001b[K${bar(done, this.total, left, name, this.out.columns ?? 80)}`);
    this.drawn = true;
  }
}
