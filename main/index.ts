/**
 * Electron's entry: a command of the command line when the arguments say so, else one instance, the private
 * scheme, the host, and a clean end.
 */
import * as electron from 'electron';
import { commandArguments, runElectronCommand } from './hosts/electron-command.ts';
import { registerScheme, startElectronHost, type ElectronHost } from './hosts/electron.ts';

const { app } = electron;

const command = commandArguments(process.argv, app.isPackaged);

// A second start brings the first window forward; two hosts would fight over the job leases. A command shares
// the library with them and may run beside.
if (command) {
  void runElectronCommand(electron, process.argv, command);
} else if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  registerScheme(electron);
  app.enableSandbox();
  let host: ElectronHost | null = null;
  let closing = false;

  app.on('second-instance', () => {
    const [window] = electron.BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (!host || closing) return;
    // Jobs are put down at their last finished item before the process goes.
    closing = true;
    event.preventDefault();
    void host.close().finally(() => app.quit());
  });
  void app
    .whenReady()
    .then(() => startElectronHost(electron))
    .then((started) => {
      host = started;
    })
    .catch((error: unknown) => {
      electron.dialog.showErrorBox(
        'Revelado could not start',
        error instanceof Error ? error.message : String(error),
      );
      app.exit(1);
    });
}
