/** Where Revelado keeps its library and cache on each system; the same for the app, the browser host and the CLI, so that they share one library. */
import os from 'node:os';
import path from 'node:path';

/** Folder of the library database, inbox and cache. `REVELADO_DATA` overrides it (tests, several libraries). */
export function defaultDataDir(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  if (env['REVELADO_DATA']) return path.resolve(env['REVELADO_DATA']);
  const home = os.homedir();
  if (platform === 'win32')
    return path.join(env['APPDATA'] ?? path.join(home, 'AppData', 'Roaming'), 'Revelado');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Revelado');
  return path.join(env['XDG_DATA_HOME'] ?? path.join(home, '.local', 'share'), 'revelado');
}

/** The built window, found from the bundle's own place (dist/main/*.cjs beside dist/renderer). */
export function rendererDir(moduleDir: string): string {
  return path.resolve(moduleDir, '..', 'renderer');
}

/** Where exports go unless told otherwise: `Revelado` in the pictures folder; `REVELADO_EXPORTS` overrides it. */
export function defaultExportDir(): string {
  return process.env['REVELADO_EXPORTS'] ?? path.join(os.homedir(), 'Pictures', 'Revelado');
}
