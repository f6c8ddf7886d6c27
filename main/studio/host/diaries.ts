/**
 * Diaries of runs as the host keeps them. A diary grows by a line a second for days: what was read is kept, only what
 * is new is read, and of a long one the points are kept as means of several, so that memory does not grow with it.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { RunPoint } from '../../../app/contract/studio.ts';
import { LOG_NAME, parseLog, type LogLine } from '../run/log.ts';

/** Points of a diary that are kept, at most: a window shows no more. */
export const MOST_POINTS = 2048;
/** Events, at most: a run against a critic has one for every turn. */
export const MOST_EVENTS = 2000;
/** Bytes that are read at once. */
const PIECE = 1 << 20;

type PointLine = Extract<LogLine, { type: 'point' }>;

class Diary {
  /** Identity of the file: a run that goes on writes it anew. */
  readonly inode: number;
  /** Bytes read, up to the end of a whole line. */
  read = 0;
  private rest: LogLine[] = [];
  /** Each the mean of `stride` points. */
  private means: PointLine[] = [];
  /** Those that are not yet enough for a mean. */
  private newest: PointLine[] = [];
  private stride = 1;
  private ordered: LogLine[] | null = null;

  constructor(inode: number) {
    this.inode = inode;
  }

  add(line: LogLine): void {
    this.ordered = null;
    if (line.type !== 'point') {
      this.rest.push(line);
      if (this.rest.length > MOST_EVENTS + MOST_EVENTS / 4) this.forget();
      return;
    }
    this.newest.push(line);
    if (this.newest.length < this.stride) return;
    this.means.push(mean(this.newest));
    this.newest = [];
    if (this.means.length < MOST_POINTS) return;
    this.means = Array.from({ length: MOST_POINTS / 2 }, (_, k) => mean(this.means.slice(2 * k, 2 * k + 2)));
    this.stride *= 2;
  }

  /** Drops the oldest turns; whatever else happened, and all figures, stay. */
  private forget(): void {
    let surplus = this.rest.length - MOST_EVENTS;
    this.rest = this.rest.filter((line) => {
      const turn = line.type === 'event' && line.kind === 'switch';
      return !(turn && surplus-- > 0);
    });
  }

  /** All lines that are kept, by step. */
  get lines(): readonly LogLine[] {
    // Points and the rest are each in order already; a point of a step comes before what was said after it.
    this.ordered ??= [...this.means, ...this.newest, ...this.rest].sort((a, b) => a.step - b.step);
    return this.ordered;
  }
}

export class Diaries {
  private readonly kept = new Map<string, Diary>();
  /** The lines of the run in a folder; of a long run some points are means of several. [] where there is no diary. */
  of(dir: string): readonly LogLine[] {
    const file = path.join(dir, LOG_NAME);
    let fd: number;
    try {
      fd = openSync(file, 'r');
    } catch {
      this.kept.delete(dir);
      return [];
    }
    try {
      const { ino, size } = fstatSync(fd);
      const known = this.kept.get(dir);
      const diary = known && known.inode === ino && known.read <= size ? known : new Diary(ino);
      const bytes = Buffer.alloc(Math.min(PIECE, size - diary.read));
      while (size > diary.read) {
        const got = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, diary.read));
        // A line that is being written is left for the next time.
        const whole = got.subarray(0, got.lastIndexOf(0x0a) + 1);
        if (whole.length === 0) break;
        diary.read += whole.length;
        for (const line of parseLog(whole.toString('utf8'))) diary.add(line);
      }
      this.kept.set(dir, diary);
      return diary.lines;
    } finally {
      closeSync(fd);
    }
  }
}

/** One point for several: the last one, with the means of their losses. */
function mean<P extends RunPoint>(points: readonly P[]): P {
  const last = points[points.length - 1];
  if (points.length === 1) return last;
  const names = new Set(points.flatMap((p) => Object.keys(p.losses)));
  const losses = Object.fromEntries(
    [...names].map((name) => {
      const values = points.flatMap((p) => (name in p.losses ? [p.losses[name]] : []));
      return [name, values.reduce((a, b) => a + b, 0) / values.length];
    }),
  );
  return { ...last, losses };
}

/** At most `count` points, evenly over the run, each the mean of those it stands for. */
export function thinned(points: readonly RunPoint[], count: number): RunPoint[] {
  if (points.length <= count) return [...points];
  return Array.from({ length: count }, (_, k) =>
    mean(
      points.slice(Math.floor((k * points.length) / count), Math.floor(((k + 1) * points.length) / count)),
    ),
  );
}
