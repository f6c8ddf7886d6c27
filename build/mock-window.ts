/**
 * The window over the mock client in a real browser, for tests: built once for each file of tests, served on the
 * loopback, one fresh page for each test; whatever the page complains of or fetches from elsewhere fails the test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
export const executablePath = [
  process.env.REVELADO_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((file) => file !== undefined && existsSync(file));
if (!executablePath) console.warn('No Chromium found: the window is not tested (set REVELADO_BROWSER).');

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

let browser: Browser | undefined;
let server: Server | undefined;
let complaints: string[] = [];
let foreign: string[] = [];
/** The page of the test that runs. */
export let page: Page;

/** Registers what comes before and after the tests of a file. @param name folder of its own for the built window */
export function mockWindow(name: string): void {
  const files = path.join(root, '.cache', 'renderer-mock-test', name);
  beforeAll(async () => {
    await build({
      configFile: path.join(root, 'build', 'vite.mock.config.ts'),
      logLevel: 'error',
      build: { outDir: files },
    });
    const served = createServer((request, response) => {
      const file = path.join(files, new URL(request.url ?? '/', 'http://x').pathname);
      if (!file.startsWith(files) || !existsSync(file)) return void response.writeHead(404).end();
      response
        .writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
    });
    server = served;
    await new Promise<void>((resolve) => served.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });
}

/** Opens the window on a new page. @param query what the mock client is to show (client.ts) */
export async function open(query = ''): Promise<void> {
  if (!browser || !server) throw new Error('The browser did not start.');
  complaints = [];
  foreign = [];
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:')) foreign.push(request.url());
  });
  await page.goto(`${origin}/mock/index.html?${query}`);
  await page.locator('main').waitFor();
}

/** A picture's tile on the table. */
export const frame = (id: number) => page.locator(`[data-id="${id}"]`);
/** The picture's first seconds keep a small machine busy. */
export const slow = { timeout: 10_000 };
/** Name of the control that has the focus. */
export const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
/** Ids of the selected tiles. */
export const selected = () =>
  page.locator('.tile.selected').evaluateAll((tiles) => tiles.map((t) => Number(t.getAttribute('data-id'))));
