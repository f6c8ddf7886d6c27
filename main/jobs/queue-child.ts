/**
 * A process that carries one job and is killed in the middle of it, by queue-kill.test.ts: its action writes a file
 * per item, slowly, and notes every item that it began. Arguments: library file, output folder, milliseconds an
 * item, and optionally `submit N`.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../library/database.ts';
import { EmbeddedQueue } from './queue.ts';
import type { JobAction } from './types.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes `<name>.out` (temp, then rename) and one line into `log.txt` for each item begun and done. */
export function slowWriter(out: string, ms: number): JobAction<unknown> {
  const log = path.join(out, 'log.txt');
  return {
    type: 'export',
    lane: 'export',
    concurrency: 2,
    parse: (stored) => stored,
    async run(work) {
      const output = work.output!;
      appendFileSync(log, `begin ${work.input}\n`);
      if (existsSync(output) && !work.resumed) throw new Error(`${output} exists`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      const content = `result of ${work.input}`;
      writeFileSync(`${output}.part`, content);
      renameSync(`${output}.part`, output);
      appendFileSync(log, `done ${work.input}\n`);
      return { output, outputHash: sha256(content) };
    },
    async verify(item) {
      return existsSync(item.output) && sha256(readFileSync(item.output, 'utf8')) === item.outputHash;
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const [, , library, out, ms, submit, count] = process.argv;
  const queue = new EmbeddedQueue({
    db: openDatabase(library),
    actions: [slowWriter(out, Number(ms))],
    onChange: (job) => process.stdout.write(`${JSON.stringify(job)}\n`),
    onError: (error) => process.stderr.write(`${String(error)}\n`),
    beatMs: 50,
    scanMs: 50,
  });
  if (submit === 'submit')
    queue.submit({
      type: 'export',
      title: 'Slow job',
      payload: {},
      items: Array.from({ length: Number(count) }, (_, n) => ({
        input: `item${n}`,
        output: path.join(out, `item${n}.out`),
      })),
    });
  // The queue's own timers do not keep a process alive.
  setInterval(() => undefined, 1000);
}
