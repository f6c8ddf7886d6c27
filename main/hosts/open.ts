/**
 * Opens the browser host's page: in Chromium, Chrome or Edge as a window of its own (app mode) where one is
 * found, else in whatever the system uses. The link carries the one-time token, so it must not stand in a
 * process's arguments, where every user of the machine could read it: it is handed over by a small page in a
 * private file that sends the browser on.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Browsers that know `--app=`, by system, most likely first. */
export function appModeBrowsers(platform: string, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin')
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ];
  if (platform === 'win32') {
    const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(
      (r) => r !== undefined,
    );
    return roots.flatMap((root) => [
      path.win32.join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      path.win32.join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
  }
  const names = [
    'chromium',
    'google-chrome',
    'google-chrome-stable',
    'chromium-browser',
    'microsoft-edge',
    'brave-browser',
  ];
  const dirs = (env['PATH'] ?? '').split(':').filter((d) => d !== '');
  return names.flatMap((name) => dirs.map((dir) => path.posix.join(dir, name)));
}

/** Returns false when no browser could be started (no display, none installed). */
export async function openInBrowser(link: string): Promise<boolean> {
  const { platform, env } = process;
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return false;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-open-'));
  const page = path.join(dir, 'open.html');
  const target = JSON.stringify(link).replace(/</g, '\\u003c');
  await writeFile(
    page,
    `<!doctype html><meta charset="utf-8"><title>Revelado</title><script>location.replace(${target})</script>`,
    {
      mode: 0o600,
    },
  );
  // Long enough for a slow browser to read it; the token inside is used up by then.
  setTimeout(() => void rm(dir, { recursive: true, force: true }), 60_000).unref();
  const address = pathToFileURL(page).href;
  const browser = appModeBrowsers(platform, env).find((file) => existsSync(file));
  const opener = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[platform as string] ?? ['xdg-open'];
  const [file, args] = browser ? [browser, [`--app=${address}`]] : [opener[0], [...opener.slice(1), address]];
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
