/** Finds a Chromium-like browser for the end-to-end tests: REVELADO_BROWSER, Playwright's own, then the system's. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';

const NAMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge'];

/** @returns {string | null} path of a browser's program */
export function findBrowser() {
  const asked = process.env.REVELADO_BROWSER;
  if (asked) return existsSync(asked) ? asked : null;
  const own = chromium.executablePath();
  if (own && existsSync(own)) return own;
  const fixed =
    {
      darwin: [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ],
      win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
        .filter(Boolean)
        .flatMap((root) => [
          path.join(root, 'Google/Chrome/Application/chrome.exe'),
          path.join(root, 'Microsoft/Edge/Application/msedge.exe'),
        ]),
    }[process.platform] ??
    (process.env.PATH ?? '').split(':').flatMap((dir) => NAMES.map((name) => path.join(dir, name)));
  return fixed.find((file) => existsSync(file)) ?? null;
}

export const HOW_TO_GET_ONE =
  'No browser was found for the end-to-end tests. Any of these helps:\n' +
  '  npx playwright install chromium         (any system)\n' +
  '  sudo apt-get install chromium           (Debian, Ubuntu)\n' +
  '  REVELADO_BROWSER=/path/to/chrome npm test';
