/** Entry of the command line without Electron: runs the command, sets the exit status. */
import { runCommand } from './cli/commands.ts';

// A closed pipe (`| head`) is no error of ours; there is just nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

void runCommand(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
