/**
 * Entry of the command line: finds the command, runs it, sets the exit status (0 all done, 1 some inputs
 * failed, 2 wrong usage, 130 cancelled). Commands are loaded when asked for, so that none pays for another.
 */
import { COMMANDS_TO_COME, HELP, UsageError } from './cli/usage.ts';

/** @param argv arguments after the program's name. @returns exit status */
export async function main(argv: string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'develop':
      return (await import('./cli/develop.ts')).developCommand(rest);
    case 'doctor':
      return (await import('./cli/doctor.ts')).doctorCommand(rest);
    case 'serve':
      return (await import('./cli/serve.ts')).serveCommand(rest);
    case 'bench':
      return (await import('./cli/bench.ts')).benchCommand(rest);
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
      process.stdout.write(`${(await import('./cli/version.ts')).version}\n`);
      return 0;
    default:
      if (COMMANDS_TO_COME.includes(command))
        throw new UsageError(`${command} is not in this version. What is: develop, doctor, serve, bench.`);
      throw new UsageError(`There is no command "${command}". Try revelado --help.`);
  }
}

// A closed pipe (`| head`) is no error of ours; there is just nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const wrongUsage = error instanceof UsageError;
    process.stderr.write(`revelado: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = wrongUsage ? 2 : 1;
  },
);
