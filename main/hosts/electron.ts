/**
 * The Electron host: one sandboxed window, the private protocol revelado://app for its files and pixels, and
 * one ipc channel that carries the contract's messages. Electron's API is handed in, so that every rule below
 * is tested against a fake; what has never run inside a real Electron is listed in docs/architecture.md.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type * as ElectronModule from 'electron';
import { RevealError, type Answer } from '../../app/contract/messages.ts';
import { modelWishSchema } from '../../app/contract/models.ts';
import { createServices } from '../services.ts';
import { createConnection, Hub, type Connection } from './connection.ts';
import { utilityFork } from './electron-engine.ts';
import { hostEngines } from './engines.ts';
import { defaultDataDir, rendererDir } from './paths.ts';
import { createRouter } from './router.ts';
import { APP_VERSION } from './version.ts';

export type ElectronApi = Pick<
  typeof ElectronModule,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'protocol'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>;

/** The only origin that is ours. */
export const ORIGIN = 'revelado://app';
/** The contract's messages, both ways. */
export const CHANNEL = 'revelado';
/** Paths of dropped files. Only the preload speaks on it: it alone can turn a File into a path. */
export const DROP_CHANNEL = 'revelado:drop';
/** One dropped model. */
export const MODEL_CHANNEL = 'revelado:model';

/** Must be called before the app is ready: gives the private scheme fetch, streams and a real origin. */
export function registerScheme(electron: Pick<ElectronApi, 'protocol'>): void {
  electron.protocol.registerSchemesAsPrivileged([
    {
      scheme: 'revelado',
      privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true },
    },
  ]);
}

/** Whether a message comes from the top frame of one of our own windows showing our own page. */
export function senderAllowed(
  event: Pick<ElectronModule.IpcMainEvent, 'senderFrame' | 'sender'>,
  windows: Iterable<ElectronModule.BrowserWindow>,
): boolean {
  const frame = event.senderFrame;
  if (!frame || frame.parent !== null || !ownPage(frame.url)) return false;
  return [...windows].some((w) => !w.isDestroyed() && w.webContents === event.sender);
}
/** Not by `URL.origin`: Node gives every private scheme (and file:) the same origin, the string "null". */
function ownPage(url: string): boolean {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}` === ORIGIN;
}

export interface ElectronHost {
  close(): Promise<void>;
}

/** Starts services and shows the window. Call after `app.whenReady()`. */
export async function startElectronHost(
  electron: ElectronApi,
  options: { dataDir?: string } = {},
): Promise<ElectronHost> {
  const { app, BrowserWindow, dialog, ipcMain, protocol, session, shell } = electron;
  const dataDir = options.dataDir ?? defaultDataDir();
  const cacheDir = path.join(dataDir, 'cache');
  const inbox = path.join(dataDir, 'inbox');
  await mkdir(inbox, { recursive: true });

  const hub = new Hub();
  const fork = utilityFork(electron.utilityProcess);
  const engines = hostEngines({ cacheDir, dataDir, fork });
  const windows = new Set<ElectronModule.BrowserWindow>();
  const pickPaths = async (
    properties: ('openFile' | 'openDirectory' | 'multiSelections' | 'createDirectory')[],
  ) => {
    const [window] = windows;
    const picked = await (window
      ? dialog.showOpenDialog(window, { properties })
      : dialog.showOpenDialog({ properties }));
    return picked.canceled ? [] : picked.filePaths;
  };
  const services = await createServices({
    dataDir,
    engines,
    fork,
    folders: [
      { id: 'inbox', name: 'Inbox', path: inbox, purpose: 'inbox', watched: false },
      {
        id: 'exports',
        name: 'Revelado',
        path: process.env['REVELADO_EXPORTS'] ?? path.join(app.getPath('pictures'), 'Revelado'),
        purpose: 'export',
        watched: false,
      },
    ],
    host: {
      kind: 'electron',
      version: APP_VERSION,
      locale: app.getLocale(),
      platform: process.platform,
      dialogs: {
        pickFiles: () => pickPaths(['openFile', 'multiSelections']),
        pickFolder: async () => (await pickPaths(['openDirectory', 'createDirectory']))[0] ?? null,
      },
      showInFolder: (file: string) => shell.showItemInFolder(file),
    },
    publish: (topic, value) => hub.publish(topic, value),
    settingsChanged: (settings) => engines.apply(settings),
  });

  const route = createRouter({
    rendererDir: rendererDir(__dirname),
    services: {
      pixelsTask: (request) => services.pixelsTask(request),
      thumbPath: (id) => services.thumbPath(id),
      studioPicture: (address) => services.studioPicture(address),
      melodySound: (address) => services.melodySound(address),
      reelPicture: (address) => services.reelPicture(address),
      reelProxy: (secret) => services.reelProxy(secret),
      sheetPath: (jobId) => services.sheetPath(jobId),
      pixelSocket: () => engines.interactive.socket(),
    },
    // The scheme exists only inside our own session; nobody else can ask.
    authorized: () => true,
  });
  protocol.handle('revelado', (request) => {
    if (new URL(request.url).host !== 'app') return new Response('Not found', { status: 404 });
    return route(request);
  });

  // A window may do nothing but show our page: no permissions, no other pages, no new windows.
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(permission === 'fullscreen' || permission === 'clipboard-sanitized-write'),
  );
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission) => permission === 'clipboard-sanitized-write',
  );

  const connections = new Map<number, Connection>();
  ipcMain.on(CHANNEL, (event, message: unknown) => {
    if (!senderAllowed(event, windows)) return;
    const { sender } = event;
    let connection = connections.get(sender.id);
    if (!connection) {
      connection = createConnection(services.handlers, hub, (answer: Answer) => {
        if (!sender.isDestroyed()) sender.send(CHANNEL, answer);
      });
      connections.set(sender.id, connection);
    }
    connection.receive(message);
  });
  ipcMain.handle(DROP_CHANNEL, async (event, paths: unknown) => {
    if (!senderAllowed(event, windows)) throw new Error('Not allowed.');
    if (
      !Array.isArray(paths) ||
      !paths.every((p): p is string => typeof p === 'string' && path.isAbsolute(p))
    )
      throw new Error('Paths of files are expected.');
    return { jobId: await services.importPaths(paths) };
  });
  ipcMain.handle(MODEL_CHANNEL, async (event, file: unknown, wish: unknown) => {
    if (!senderAllowed(event, windows)) throw new Error('Not allowed.');
    if (typeof file !== 'string' || !path.isAbsolute(file))
      throw new Error('The path of a file is expected.');
    try {
      return { model: await services.importModel(file, modelWishSchema.parse(wish), false) };
    } catch (error) {
      // An error of this channel would reach the window without its code and with words around it.
      if (error instanceof RevealError) return { error: error.message, code: error.code };
      throw error;
    }
  });

  function openWindow(): void {
    const window = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 960,
      minHeight: 600,
      show: false,
      backgroundColor: '#0d0d0d',
      title: 'Revelado',
      webPreferences: {
        preload: path.join(__dirname, 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    windows.add(window);
    const { id } = window.webContents;
    const forget = (): void => {
      connections.get(id)?.close();
      connections.delete(id);
    };
    window.once('ready-to-show', () => window.show());
    window.on('closed', () => {
      windows.delete(window);
      forget();
    });
    // A reload or a crash of the window ends its conversation; the next message begins a new one.
    window.webContents.on('render-process-gone', forget);
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) forget();
    });
    window.webContents.on('will-navigate', (event) => event.preventDefault());
    window.webContents.on('will-attach-webview', (event) => event.preventDefault());
    window.webContents.setWindowOpenHandler(({ url }) => {
      // Licence and project pages open in the person's own browser, never in ours.
      if (url.startsWith('https://')) void shell.openExternal(url);
      return { action: 'deny' };
    });
    void window.loadURL(`${ORIGIN}/index.html`);
  }

  app.on('activate', () => {
    if (windows.size === 0) openWindow();
  });
  openWindow();

  return {
    async close() {
      for (const connection of connections.values()) connection.close();
      connections.clear();
      await services.close();
      await engines.close();
    },
  };
}
