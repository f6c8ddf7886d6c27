/** The Electron host against a fake of Electron's API: window settings, sender checks, drops, the scheme, the end. */
import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from '../../app/contract/messages.ts';

const services = {
  handlers: { 'library.groups': () => ({ groups: [] }) },
  importPaths: vi.fn(async (_paths: string[]) => 42),
  pixelsTask: vi.fn(),
  thumbPath: vi.fn(() => null),
  studioPicture: vi.fn(() => null),
  sheetPath: vi.fn(() => null),
  reelPicture: vi.fn(() => Promise.resolve(null)),
  reelProxy: vi.fn(() => null),
  importModel: vi.fn(),
  close: vi.fn(async () => undefined),
};
const engine = { socket: async () => '/nowhere', close: vi.fn(async () => undefined) };
vi.mock('../services.ts', () => ({ createServices: vi.fn(async () => services) }));
vi.mock('../engine/process.ts', () => ({ startEngine: vi.fn(() => engine) }));

const { CHANNEL, DROP_CHANNEL, registerScheme, startElectronHost } = await import('./electron.ts');
const { createServices } = await import('../services.ts');

type Handler = (...args: never[]) => unknown;

class FakeContents extends EventEmitter {
  static next = 1;
  id = FakeContents.next++;
  sent: Answer[] = [];
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  mainFrame = { url: 'revelado://app/index.html', parent: null };
  isDestroyed = () => false;
  send = (_channel: string, answer: Answer) => this.sent.push(answer);
  setWindowOpenHandler = (h: (details: { url: string }) => { action: string }) => (this.openHandler = h);
}
function fakeElectron() {
  const windows: FakeWindow[] = [];
  class FakeWindow extends EventEmitter {
    webContents = new FakeContents();
    url = '';
    options: Record<string, unknown>;
    constructor(options: Record<string, unknown>) {
      super();
      this.options = options;
      windows.push(this);
    }
    show = vi.fn();
    isDestroyed = () => false;
    loadURL = async (url: string) => void (this.url = url);
  }
  const on = new Map<string, Handler>();
  const handle = new Map<string, Handler>();
  let protocolHandler: ((request: Request) => Promise<Response> | Response) | null = null;
  const permissions: { request?: Handler; check?: Handler } = {};
  const api = {
    app: Object.assign(new EventEmitter(), { getPath: () => os.tmpdir(), getLocale: () => 'eu' }),
    BrowserWindow: FakeWindow,
    dialog: { showOpenDialog: vi.fn(async () => ({ canceled: false, filePaths: ['/scans/a.tif'] })) },
    ipcMain: {
      on: (c: string, h: Handler) => on.set(c, h),
      handle: (c: string, h: Handler) => handle.set(c, h),
    },
    protocol: {
      registerSchemesAsPrivileged: vi.fn(),
      handle: (_scheme: string, h: (request: Request) => Promise<Response>) => (protocolHandler = h),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (h: Handler) => (permissions.request = h),
        setPermissionCheckHandler: (h: Handler) => (permissions.check = h),
      },
    },
    shell: { openExternal: vi.fn(async () => undefined), showItemInFolder: vi.fn() },
    utilityProcess: { fork: vi.fn() },
    Menu: {},
  };
  return {
    api,
    windows,
    on,
    handle,
    permissions,
    fetch: (url: string) => protocolHandler!(new Request(url)),
  };
}

let dir: string;
let fake: ReturnType<typeof fakeElectron>;
let host: { close(): Promise<void> };
const settle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(async () => {
  vi.clearAllMocks();
  dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-electron-'));
  fake = fakeElectron();
  host = await startElectronHost(fake.api as never, { dataDir: dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const event = (contents: FakeContents, frame: unknown = contents.mainFrame) => ({
  sender: contents,
  senderFrame: frame,
});
const speak = (e: unknown, message: unknown) => fake.on.get(CHANNEL)!(e as never, message as never);

describe('the Electron host', () => {
  it('opens one sandboxed window on the private scheme', () => {
    expect(fake.windows).toHaveLength(1);
    const [window] = fake.windows;
    expect(window.url).toBe('revelado://app/index.html');
    expect(window.options['webPreferences']).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  it('gives the scheme a real origin before the app is ready', () => {
    registerScheme(fake.api as never);
    expect(fake.api.protocol.registerSchemesAsPrivileged).toHaveBeenCalledWith([
      {
        scheme: 'revelado',
        privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true },
      },
    ]);
  });

  it('answers calls of its own window', async () => {
    const { webContents } = fake.windows[0];
    speak(event(webContents), { t: 'call', id: 1, name: 'library.groups', args: {} });
    await settle();
    expect(webContents.sent).toEqual([{ t: 'result', id: 1, value: { groups: [] } }]);
  });

  it.each([
    ['a sub-frame', (c: FakeContents) => event(c, { url: 'revelado://app/x.html', parent: c.mainFrame })],
    ['a foreign page', (c: FakeContents) => event(c, { url: 'https://evil.example/', parent: null })],
    ['a page from disk', (c: FakeContents) => event(c, { url: 'file:///tmp/x.html', parent: null })],
    ['a look-alike', (c: FakeContents) => event(c, { url: 'revelado://app.evil/', parent: null })],
    ['a frame that is gone', (c: FakeContents) => event(c, null)],
    ['another window', () => event(new FakeContents())],
  ])('does not hear %s', async (_who, make) => {
    const { webContents } = fake.windows[0];
    const e = make(webContents);
    speak(e, { t: 'call', id: 1, name: 'library.groups', args: {} });
    await settle();
    expect(webContents.sent).toEqual([]);
    expect((e.sender as FakeContents).sent).toEqual([]);
    await expect(async () =>
      fake.handle.get(DROP_CHANNEL)!(e as never, ['/etc/passwd'] as never),
    ).rejects.toThrow('Not allowed');
    expect(services.importPaths).not.toHaveBeenCalled();
  });

  it('imports dropped files by absolute path only', async () => {
    const e = event(fake.windows[0].webContents);
    const drop = (paths: unknown) => fake.handle.get(DROP_CHANNEL)!(e as never, paths as never);
    expect(await drop(['/scans/a.tif'])).toEqual({ jobId: 42 });
    expect(services.importPaths).toHaveBeenCalledWith(['/scans/a.tif']);
    await expect(async () => drop(['relative.tif'])).rejects.toThrow();
    await expect(async () => drop('/scans/a.tif')).rejects.toThrow();
  });

  it('lets the page go nowhere else', () => {
    const { webContents } = fake.windows[0];
    const navigation = { preventDefault: vi.fn() };
    webContents.emit('will-navigate', navigation);
    webContents.emit('will-attach-webview', navigation);
    expect(navigation.preventDefault).toHaveBeenCalledTimes(2);
    expect(webContents.openHandler!({ url: 'https://example.org/' })).toEqual({ action: 'deny' });
    expect(webContents.openHandler!({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(fake.api.shell.openExternal).toHaveBeenCalledTimes(1);
  });

  it('grants no camera, microphone or location', () => {
    const decide = vi.fn();
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal'])
      fake.permissions.request!(null as never, permission as never, decide as never);
    expect(decide.mock.calls.flat()).toEqual([false, false, false, false]);
  });

  it('serves only its own host name', async () => {
    expect((await fake.fetch('revelado://other/index.html')).status).toBe(404);
    expect((await fake.fetch('revelado://app/../../etc/passwd')).status).toBe(404);
  });

  it('starts a new conversation after a reload, and aborts the old one’s calls', async () => {
    let signal: AbortSignal | undefined;
    const { webContents } = fake.windows[0];
    services.handlers['library.groups'] = ((_: unknown, context: { signal: AbortSignal }) => {
      signal = context.signal;
      return new Promise(() => undefined);
    }) as never;
    speak(event(webContents), { t: 'call', id: 1, name: 'library.groups', args: {} });
    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    expect(signal?.aborted).toBe(true);
    services.handlers['library.groups'] = () => ({ groups: [] });
    speak(event(webContents), { t: 'call', id: 1, name: 'library.groups', args: {} });
    await settle();
    expect(webContents.sent).toEqual([{ t: 'result', id: 1, value: { groups: [] } }]);
  });

  it('offers native dialogs to the services', async () => {
    const { host: asked } = vi.mocked(createServices).mock.calls[0][0];
    expect(await asked.dialogs?.pickFiles()).toEqual(['/scans/a.tif']);
    expect(asked.kind).toBe('electron');
  });

  it('closes services and engines', async () => {
    await host.close();
    expect(services.close).toHaveBeenCalledOnce();
    expect(engine.close).toHaveBeenCalledTimes(3);
  });
});
