/**
 * Entry of the command line without Electron: runs the command, sets the exit status. The commands are a file of
 * their own when bundled (build/bundle.mjs): they take a moment to load, in which the threads of a develop start.
 */
import { statSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSpareThreads } from './engine/spare-threads.ts';

const argv = process.argv.slice(2);

/** Whether pixels of one scan will be computed in this very process, by as many threads as there are cores. */
function willDevelop([command, file, ...rest]: readonly string[]): boolean {
  if (command !== 'develop' || !file || file.startsWith('-')) return false;
  if (rest.length > 0 && !rest[0].startsWith('-')) return false;
  if (rest.some((word) => word.startsWith('--threads') || word === '--help' || word === '-h')) return false;
  try {
    return statSync(file).isFile();
  } catch {
    // The command says what is wrong with it.
    return false;
  }
}

/** The user's folder for what can be made again. */
function codeCacheDir(): string {
  const home = os.homedir();
  if (process.platform === 'win32')
    return path.join(process.env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'Revelado', 'code');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'Revelado', 'code');
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(home, '.cache'), 'revelado', 'code');
}

const here = fileURLToPath(import.meta.url);
const bundled = !here.endsWith('.ts');
if (bundled && !process.env['NODE_COMPILE_CACHE']) {
  // From the second start on the program is not compiled again; threads and processes take it from the environment.
  const { directory } = enableCompileCache(codeCacheDir());
  if (directory) process.env['NODE_COMPILE_CACHE'] = codeCacheDir();
}
if (bundled && willDevelop(argv)) startSpareThreads(path.join(path.dirname(here), 'pixel-worker.cjs'));

// A closed pipe (`| head`) is no error of ours; there is just nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

type Commands = typeof import('./cli/commands.ts');
/** From source by `import`; the bundled file by `require`, which does without the loader of modules. */
const commands: Promise<Commands> = bundled
  ? Promise.resolve(createRequire(here)('./commands.cjs') as Commands)
  : import('./cli/commands.ts');

void commands
  .then(({ runCommand }) => runCommand(argv))
  .then((status) => {
    process.exitCode = status;
  });
