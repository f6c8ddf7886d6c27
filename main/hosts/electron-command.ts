/**
 * The command line inside Electron: an installed Revelado is one program, and `revelado develop …` runs the same
 * commands as the headless entry, without a window. Its processes are Electron's utility processes, because the
 * packaged program cannot be started as a plain Node.
 */
import type * as ElectronModule from 'electron';
import { isCommand, runCommand } from '../cli/commands.ts';
import { utilityFork } from './electron-engine.ts';

export type CommandElectron = {
  app: Pick<
    typeof ElectronModule.app,
    'commandLine' | 'disableHardwareAcceleration' | 'dock' | 'exit' | 'isPackaged' | 'whenReady'
  >;
  utilityProcess: Pick<typeof ElectronModule.utilityProcess, 'fork'>;
};

/**
 * The arguments that are meant for us: without the program, the application's folder (unpackaged) and the
 * switches of Chromium before the command. Null when they ask for no command.
 */
export function commandArguments(argv: readonly string[], packaged: boolean): string[] | null {
  const own = argv.slice(packaged ? 1 : 2);
  const at = own.findIndex((arg) => isCommand([arg]) || !arg.startsWith('--'));
  const args = at < 0 ? [] : own.slice(at);
  return isCommand(args) ? args : null;
}

/** Runs a command and ends the application with its exit status. */
export async function runElectronCommand(
  electron: CommandElectron,
  argv: readonly string[],
  args: string[],
): Promise<void> {
  const { app, utilityProcess } = electron;
  // No window, no graphics card; Chromium would look for a display on Linux.
  app.disableHardwareAcceleration();
  if (process.platform === 'linux') app.commandLine.appendSwitch('ozone-platform', 'headless');
  app.dock?.hide();
  // Utility processes exist from then on.
  await app.whenReady();
  const status = await runCommand(args, {
    fork: utilityFork(utilityProcess),
    self: app.isPackaged ? [] : argv.slice(1, 2),
  });
  await new Promise((resolve) => process.stdout.write('', resolve));
  app.exit(status);
}
