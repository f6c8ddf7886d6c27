/**
 * Starts the application for a spec, in Electron or as browser host with a headless browser, on a library and
 * folders of its own in the system's temporary directory, and takes it down again. The specs see a `Darkroom`
 * and never which host it is.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  _electron,
  chromium,
  type Browser,
  type ElectronApplication,
  type Locator,
  type Page,
} from 'playwright';
import { test as base } from 'playwright/test';

export { expect } from 'playwright/test';

const root = path.resolve(import.meta.dirname, '..');
export const SAMPLES = path.resolve(root, '..', 'shared', 'samples');
export const hasSamples = existsSync(SAMPLES);

export class Darkroom {
  page!: Page;
  host: 'electron' | 'browser' = process.env['REVELADO_E2E_HOST'] === 'electron' ? 'electron' : 'browser';
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-e2e-'));
  readonly dataDir = path.join(this.dir, 'library');
  readonly scansDir = path.join(this.dir, 'scans');
  readonly exportDir = path.join(this.dir, 'exports');
  readonly errors: string[] = [];
  log = '';
  #process: ChildProcess | null = null;
  #browser: Browser | null = null;
  #electron: ElectronApplication | null = null;

  constructor() {
    mkdirSync(this.scansDir, { recursive: true });
    mkdirSync(this.exportDir, { recursive: true });
  }

  /** Starts the host; a second call after `stop` opens the same library again. */
  async start(size = { width: 1280, height: 800 }): Promise<void> {
    const env = { ...process.env, REVELADO_DATA: this.dataDir, REVELADO_EXPORTS: this.exportDir } as Record<
      string,
      string
    >;
    if (this.host === 'electron') {
      this.#electron = await _electron.launch({
        executablePath: process.env['REVELADO_E2E_ELECTRON'],
        args: [root],
        env,
      });
      this.page = await this.#electron.firstWindow();
    } else {
      const link = await this.#serve(env);
      this.#browser ??= await chromium.launch({
        executablePath: process.env['REVELADO_E2E_BROWSER'],
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      });
      const context = await this.#browser.newContext({
        viewport: size,
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      this.page = await context.newPage();
      this.page.on('pageerror', (error) => this.errors.push(error.message));
      this.page.on('console', (message) => {
        if (message.type() === 'error') this.errors.push(message.text());
      });
      await this.page.goto(link);
    }
    // On a busy machine the page is loaded long before the window is drawn and hears its keys.
    await this.page.getByRole('main').waitFor({ timeout: 60_000 });
    await this.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(() => done()))),
    );
  }

  #serve(env: Record<string, string>): Promise<string> {
    const cli = path.join(root, 'dist', 'main', 'cli.cjs');
    const child = spawn(process.execPath, [cli, 'serve', '--folder', this.scansDir], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.log = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`The browser host did not start:\n${this.log}`)),
        60_000,
      );
      const read = (chunk: Buffer): void => {
        this.log += chunk.toString('utf8');
        const link = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(this.log)?.[0];
        if (!link) return;
        clearTimeout(timer);
        resolve(link);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('exit', (code) => reject(new Error(`The browser host ended (${code}):\n${this.log}`)));
    });
  }

  /** Process id of the host. */
  get pid(): number {
    return this.#process?.pid ?? this.#electron?.process().pid ?? 0;
  }

  /** Process ids of the engines: the host's children that run our engine bundle. Linux only. */
  enginePids(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const ppid = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
          return ppid === this.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine.cjs');
        } catch {
          return false;
        }
      });
  }

  /** Drops files on an element, as from the system's file manager. */
  async drop(target: Locator, files: string[]): Promise<void> {
    // A file input gives real File objects without sending their bytes through the test's connection.
    await this.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      input.id = 'dropped-files';
      input.hidden = true;
      document.body.append(input);
    });
    await this.page.locator('#dropped-files').setInputFiles(files);
    const transfer = await this.page.evaluateHandle(() => {
      const input = document.querySelector<HTMLInputElement>('#dropped-files')!;
      const data = new DataTransfer();
      for (const file of input.files ?? []) data.items.add(file);
      input.remove();
      return data;
    });
    for (const type of ['dragenter', 'dragover', 'drop'])
      await target.dispatchEvent(type, { dataTransfer: transfer });
  }

  /** Ends the host the hard way, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process ?? this.#electron?.process();
    if (child) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    await this.page.context().close();
    this.#process = null;
    this.#electron = null;
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#electron?.close();
    this.#browser = null;
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(timer);
    }
    this.#process = null;
  }

  dispose(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const test = base.extend<{ darkroom: Darkroom }>({
  // eslint-plugin-react-hooks takes Playwright's `use` for a hook under its own name.
  darkroom: async ({}, provide) => {
    const darkroom = new Darkroom();
    try {
      await darkroom.start();
      await provide(darkroom);
    } finally {
      await darkroom.stop();
      darkroom.dispose();
    }
  },
});
