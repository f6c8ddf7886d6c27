/**
 * What commands over many inputs have in common: an engine, a progress line, Ctrl-C that ends in good order, the inputs
 * that cannot be taken named first, and at the end how many were done and the exit status that says so.
 */
import type { Settings } from '../../app/contract/host.ts';
import type { Engine } from '../engine/protocol.ts';
import type { CommandHost } from './commands.ts';
import { commandEngine } from './engine.ts';
import { Progress } from './progress.ts';

/** The work of one command on its inputs. */
export interface InputRun {
  /** Inputs that failed so far. */
  readonly failed: number;
  fail(input: string, reason: string, seconds: number): void;
}

export interface Inputs {
  files: string[];
  /** What was named and cannot be taken, with the reason. */
  problems: { path: string; reason: string }[];
}

/** What a run is given: total counts the problems too. */
export interface RunTools {
  engine: Engine;
  signal: AbortSignal;
  progress: Progress;
  total: number;
}

/**
 * Carries a command over its inputs.
 * @param options.cancelled said when it was stopped
 * @param begin makes the run; @param work does the inputs, and returns early when the signal is aborted
 * @returns exit status: 0 all done, 1 some inputs failed, 130 cancelled
 */
export async function overInputs<R extends InputRun>(
  { files, problems }: Inputs,
  options: { threads: number; device: Settings['device']; host: CommandHost; cancelled?: string },
  begin: (tools: RunTools) => R,
  work: (run: R, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const total = files.length + problems.length;
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  const progress = new Progress(total);
  const engine = await commandEngine({
    threads: options.threads,
    device: options.device,
    inputs: files.length,
    ...(options.host.fork ? { fork: options.host.fork } : {}),
  });
  const run = begin({ engine, signal: stop.signal, progress, total });
  const started = performance.now();
  try {
    for (const problem of problems) run.fail(problem.path, problem.reason, 0);
    await work(run, stop.signal);
  } finally {
    progress.clear();
    await engine.close();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
  if (stop.signal.aborted) {
    process.stderr.write(`${options.cancelled ?? 'Cancelled.'}\n`);
    return 130;
  }
  const took = ((performance.now() - started) / 1000).toFixed(1);
  const done = `${total - run.failed} of ${total} done in ${took} s`;
  process.stderr.write(`${done}${run.failed > 0 ? `, ${run.failed} failed` : ''}.\n`);
  return run.failed > 0 ? 1 : 0;
}
