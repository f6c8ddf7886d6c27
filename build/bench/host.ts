/**
 * How soon the window is usable, and how much memory the browser host's process takes: starts the bundled host
 * on an empty library, opens its link in the system's Chromium and waits for the first screen; then leaves it
 * alone for ten seconds, and again after a few scans were dropped. Linux only (memory is read from /proc).
 *
 *   node build/run.mjs tool-script build/bench/host.ts [starts=5] [scans=4]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { writeBenchScan } from '../../main/cli/bench-scan.ts';
import { onPath } from '../../main/engine/ffmpeg-find.ts';

const starts = Number(process.argv[2] ?? 5);
const scans = Number(process.argv[3] ?? 4);
const IDLE_MS = 10_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-host-'));
const folder = path.join(dir, 'scans');

/** Resident memory of a process and the part of it that is its own (not file pages), MB. */
function memory(pid: number): { resident: number; own: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { resident: read('VmRSS'), own: read('RssAnon') };
}

/** Starts the host; resolves with its one-time link. */
function serve(data: string): { host: ChildProcess; link: Promise<string> } {
  const host = spawn(
    process.execPath,
    [path.join(root, 'dist', 'main', 'cli.cjs'), 'serve', '--folder', folder],
    { env: { ...process.env, REVELADO_DATA: data, REVELADO_EXPORTS: path.join(dir, 'exports') } },
  );
  const link = new Promise<string>((resolve, reject) => {
    let said = '';
    const read = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(said)?.[0];
      if (found) resolve(found);
    };
    host.stdout.on('data', read);
    host.stderr.on('data', read);
    host.on('exit', (code) => reject(new Error(`The host ended with status ${code}: ${said}`)));
  });
  return { host, link };
}

async function end(host: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => host.once('exit', resolve));
  host.kill('SIGTERM');
  await gone;
}

/** When the library's first screen was painted: its button can be pressed and two frames have passed. */
async function usable(page: Page): Promise<void> {
  await page.getByRole('button').first().waitFor({ state: 'visible' });
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
  );
}

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

const executable =
  process.env['REVELADO_E2E_BROWSER'] ?? onPath('chromium') ?? onPath('google-chrome') ?? undefined;
const browser: Browser = await chromium.launch({
  ...(executable ? { executablePath: executable } : {}),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  await mkdir(folder);
  const toLink: number[] = [];
  const toWindow: number[] = [];
  for (let n = 0; n <= starts; n++) {
    const data = path.join(dir, `data-${n}`);
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    const started = performance.now();
    const { host, link } = serve(data);
    const address = await link;
    const linked = performance.now() - started;
    await page.goto(address);
    await usable(page);
    const shown = performance.now() - started;
    // The first start warms the disk.
    if (n > 0) {
      toLink.push(linked);
      toWindow.push(shown);
    }
    if (n === starts) {
      const pid = host.pid as number;
      await rest(IDLE_MS);
      const idle = memory(pid);
      console.log(
        `Window usable after ${Math.round(median(toWindow))} ms (median of ${starts}, worst ${Math.round(Math.max(...toWindow))}; goal 2000), ` +
          `the host answers after ${Math.round(median(toLink))} ms`,
      );
      console.log(
        `Host at rest:                 ${idle.resident.toFixed(0)} MB resident, ${idle.own.toFixed(0)} MB its own (goal 150)`,
      );
      const files: string[] = [];
      for (let i = 1; i <= scans; i++) {
        files.push(path.join(dir, `scan ${i}.tif`));
        await writeBenchScan(files[i - 1], 6);
      }
      await page.evaluate(() => {
        const input = document.createElement('input');
        input.type = 'file';
        input.multiple = true;
        input.id = 'bench-files';
        document.body.append(input);
      });
      await page.locator('#bench-files').setInputFiles(files);
      await page.evaluate(() => {
        const input = document.querySelector<HTMLInputElement>('#bench-files')!;
        const dataTransfer = new DataTransfer();
        for (const file of input.files ?? []) dataTransfer.items.add(file);
        input.remove();
        for (const type of ['dragenter', 'dragover', 'drop'])
          document
            .querySelector('main')!
            .dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      });
      await page
        .locator('img[src*="thumbs"], img[src^="blob:"]')
        .nth(scans - 1)
        .waitFor({ timeout: 120_000 });
      await rest(IDLE_MS);
      const after = memory(pid);
      console.log(
        `After ${scans} dropped scans, at rest: ${after.resident.toFixed(0)} MB resident, ${after.own.toFixed(0)} MB its own`,
      );
    }
    await page.context().close();
    await end(host);
  }
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
