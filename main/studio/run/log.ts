/**
 * The run's diary, `log.jsonl`: one JSON object a line, only ever added to. A line that was torn by a crash is
 * left out when it is read, and cut off before the next is written; what stands after the step that a resumed
 * run begins from is kept aside, since those steps are done again.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fileError } from '../../files/bytes.ts';
import { runEventSchema, runFiguresSchema, runPointSchema } from '../../../app/contract/studio.ts';

export const logLineSchema = z.discriminatedUnion('type', [
  runPointSchema.extend({ type: z.literal('point') }),
  runFiguresSchema.extend({ type: z.literal('figures') }),
  runEventSchema.extend({ type: z.literal('event') }),
]);
export type LogLine = z.infer<typeof logLineSchema>;

export const LOG_NAME = 'log.jsonl';

/** All whole lines of a run's diary; [] when there is none. Lines of a newer version that are not understood are left out. */
export function readLog(runDir: string): LogLine[] {
  const file = path.join(runDir, LOG_NAME);
  return existsSync(file) ? parseLog(readFileSync(file, 'utf8')) : [];
}

/** The lines of a diary, or of a part of one. */
export function parseLog(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    if (!line) return [];
    try {
      const parsed = logLineSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/** A diary to write in. */
export class RunLog {
  private readonly file: string;

  /** @param fromStep the step the run goes on from: later lines of an earlier life are moved to `log.abandoned.jsonl` */
  constructor(runDir: string, fromStep: number) {
    this.file = path.join(runDir, LOG_NAME);
    const lines = readLog(runDir);
    const kept = lines.filter((line) => line.step <= fromStep);
    const dropped = lines.filter((line) => line.step > fromStep);
    try {
      if (dropped.length > 0)
        appendFileSync(
          path.join(runDir, 'log.abandoned.jsonl'),
          dropped.map((line) => JSON.stringify(line) + '\n').join(''),
        );
      // Written anew in any case: the last line may be torn.
      const partial = `${this.file}.part`;
      writeFileSync(partial, kept.map((line) => JSON.stringify(line) + '\n').join(''));
      renameSync(partial, this.file);
    } catch (error) {
      throw fileError(this.file, error, 'write');
    }
  }

  /** Adds a line. Numbers that JSON has no word for (NaN) must have been dealt with before. @throws RevealError 'disk' naming the file and the reason */
  write(line: LogLine): void {
    try {
      appendFileSync(this.file, JSON.stringify(line) + '\n');
    } catch (error) {
      throw fileError(this.file, error, 'write');
    }
  }
}
