/**
 * Runs the end-to-end specs against whichever host is available and says which: Electron where its program is
 * there (and a display), else the browser host in a headless Chromium. `--host electron|browser` forces one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findBrowser, HOW_TO_GET_ONE } from './browser.mjs';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const args = process.argv.slice(2);
const forced = args.includes('--host') ? args.splice(args.indexOf('--host'), 2)[1] : null;

const electronDir = path.dirname(require.resolve('electron/package.json'));
const program =
  process.env.REVELADO_ELECTRON ??
  path.join(
    electronDir,
    'dist',
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron',
  );
const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const host = forced ?? (existsSync(program) && display ? 'electron' : 'browser');

const browser = host === 'browser' ? findBrowser() : null;
if (host === 'browser' && !browser) {
  console.error(HOW_TO_GET_ONE);
  process.exit(1);
}
console.log(
  `End-to-end tests run in: ${host === 'electron' ? `Electron (${program})` : `the browser host, with ${browser}`}`,
);

const cli = path.join(path.dirname(require.resolve('playwright/package.json')), 'cli.js');
const result = spawnSync(
  process.execPath,
  [cli, 'test', '-c', path.join(root, 'e2e', 'playwright.config.ts'), ...args],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      REVELADO_E2E_HOST: host,
      REVELADO_E2E_BROWSER: browser ?? '',
      REVELADO_E2E_ELECTRON: program,
      PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
    },
  },
);
process.exit(result.status ?? 1);
