/**
 * The commands of the command line: finds the one that was asked for, runs it and says the exit status (0 all
 * done, 1 some inputs failed, 2 wrong usage, 130 cancelled). Used by the headless entry (main/cli.ts) and by
 * Electron's (main/index.ts), which hands in its own way of starting processes. Commands are loaded when they
 * are asked for, so that none pays for another.
 */
import type { EngineFork } from '../engine/process-fork.ts';
import { HELP, UsageError } from './usage.ts';

/** The program that the commands run in. */
export interface CommandHost {
  /**
   * How engine processes are started; by default a forked Node. Electron's program is no Node when packaged
   * (the fuse `runAsNode` is off) and gives its utility process.
   */
  fork?: EngineFork;
  /** Arguments after `process.execPath` that start this program again; by default the running script. */
  self?: readonly string[];
}

/** Words that mean a command even where a window could be opened. */
const WORDS = new Set([
  ...[
    'develop',
    'restore',
    'colorize',
    'auto',
    'models',
    'dataset',
    'train',
    'eval',
    'compose',
    'doctor',
    'serve',
    'bench',
    'film',
  ],
  ...['help', '--help', '-h', 'version', '--version'],
]);

/** Whether these arguments ask for a command rather than for the window (which takes files, or nothing). */
export function isCommand(argv: readonly string[]): boolean {
  return argv.length > 0 && WORDS.has(argv[0]);
}

/** @param argv arguments after the program's name. @returns exit status. @throws UsageError for wrong usage */
async function command(argv: string[], host: CommandHost): Promise<number> {
  const [name, ...rest] = argv;
  switch (name) {
    case 'develop':
      return (await import('./develop.ts')).developCommand(rest, host);
    case 'restore':
      return (await import('./restore.ts')).restoreCommand(rest, host);
    case 'colorize':
      return (await import('./colorize.ts')).colorizeCommand(rest, host);
    case 'auto':
      return (await import('./auto.ts')).autoCommand(rest, host);
    case 'film':
      return (await import('./film.ts')).filmCommand(rest, host);
    case 'models':
      return (await import('./models.ts')).modelsCommand(rest);
    case 'train':
      return (await import('./train.ts')).trainCommand(rest);
    case 'eval':
      return (await import('./eval.ts')).evalCommand(rest);
    case 'dataset':
      return (await import('./dataset.ts')).datasetCommand(rest);
    case 'compose':
      return (await import('./compose.ts')).composeCommand(rest);
    case 'doctor':
      return (await import('./doctor.ts')).doctorCommand(rest, host);
    case 'serve':
      return (await import('./serve.ts')).serveCommand(rest, host);
    case 'bench':
      return (await import('./bench.ts')).benchCommand(rest, host);
    case undefined:
      process.stderr.write(HELP);
      return 2;
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return 0;
    case '--version':
    case 'version':
      process.stdout.write(`${(await import('./version.ts')).version}\n`);
      return 0;
    default:
      throw new UsageError(`There is no command "${name}". Try revelado --help.`);
  }
}

/** Runs a command to its end; never rejects: what went wrong is on stderr, in one line. @returns exit status */
export async function runCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  try {
    return await command(argv, host);
  } catch (error) {
    process.stderr.write(`revelado: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
