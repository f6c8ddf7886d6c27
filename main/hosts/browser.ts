/**
 * The browser host: the same window and the same contract over loopback HTTP and one WebSocket. For people
 * whose fast machine stands elsewhere (through an SSH tunnel), for systems without an Electron binary, and for
 * the end-to-end tests. Bound to 127.0.0.1 only; who may speak is decided in session.ts.
 */
import { once } from 'node:events';
import { mkdir, realpath, stat } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { RevealError } from '../../app/contract/messages.ts';
import { modelWishSchema } from '../../app/contract/models.ts';
import type { EngineFork } from '../engine/process.ts';
import { createServices } from '../services.ts';
import { createConnection, Hub } from './connection.ts';
import { hostEngines } from './engines.ts';
import { receiveFile } from './inbox.ts';
import { openInBrowser } from './open.ts';
import { defaultDataDir, defaultExportDir, rendererDir } from './paths.ts';
import { createRouter, readLimited } from './router.ts';
import { hostAllowed, originAllowed, SESSION_HEADER, Sessions } from './session.ts';
import { APP_VERSION } from './version.ts';

export interface BrowserHostOptions {
  /** 0 or absent: any free port. */
  port?: number;
  /** Open the system's browser in app mode; else the link is only printed. */
  open?: boolean;
  /** Folders whose files may be picked and watched; the first also receives no exports. */
  folders: string[];
  /** Where exports go; default ~/Pictures/Revelado. */
  exportDir?: string;
  dataDir?: string;
  /** Threads of an engine, whatever the settings say. */
  threads?: number;
  /** How engine processes are started; a forked Node by default. */
  fork?: EngineFork;
  log(line: string): void;
}

export interface BrowserHost {
  /** The page's address without a token. */
  url: string;
  /** A fresh one-time link. */
  link(): string;
  close(): Promise<void>;
}

/**
 * Starts the host and waits until it answers.
 * @throws RevealError 'bad-input' when a named folder does not exist or the port is taken.
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const dataDir = options.dataDir ?? defaultDataDir();
  const exportDir = options.exportDir ?? defaultExportDir();
  const sources: string[] = [];
  for (const folder of options.folders) {
    const real = await realpath(folder).catch(() => null);
    if (!real || !(await stat(real)).isDirectory())
      throw new RevealError(
        'bad-input',
        `${folder}: there is no such folder. Name an existing one after --folder.`,
      );
    sources.push(real);
  }
  const inbox = path.join(dataDir, 'inbox');
  const cacheDir = path.join(dataDir, 'cache');
  await mkdir(inbox, { recursive: true });

  const hub = new Hub();
  const { threads, fork } = options;
  const engines = hostEngines({
    cacheDir,
    dataDir,
    ...(threads ? { threads } : {}),
    ...(fork ? { fork } : {}),
  });
  const services = await createServices({
    dataDir,
    engines,
    folders: [
      ...sources.map((folder, i) => ({
        id: `source-${i + 1}`,
        name: path.basename(folder),
        path: folder,
        purpose: 'source' as const,
        watched: false,
      })),
      { id: 'inbox', name: 'Inbox', path: inbox, purpose: 'inbox', watched: false },
      { id: 'exports', name: path.basename(exportDir), path: exportDir, purpose: 'export', watched: false },
    ],
    host: {
      kind: 'browser',
      version: APP_VERSION,
      locale: Intl.DateTimeFormat().resolvedOptions().locale,
      platform: process.platform,
    },
    publish: (topic, value) => hub.publish(topic, value),
    settingsChanged: (settings) => engines.apply(settings),
  });

  const sessions = new Sessions();
  const route = createRouter({
    rendererDir: rendererDir(__dirname),
    services: { ...pick(services), pixelSocket: () => engines.interactive.socket() },
    authorized: (request) => sessions.valid(request.headers.get(SESSION_HEADER)),
  });

  let port = 0;
  const server = http.createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' });
      outgoing.end('Something went wrong.');
      console.error('Request failed:', error);
    });
  });

  async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    const changes = incoming.method !== 'GET' && incoming.method !== 'HEAD';
    if (!hostAllowed(incoming.headers.host, port)) return refuse(outgoing, 403, 'Unknown host name.');
    if (!originAllowed(incoming.headers.origin, port, changes))
      return refuse(outgoing, 403, 'Foreign origin.');
    const url = URL.parse(incoming.url ?? '/', `http://127.0.0.1:${port}`);
    if (!url) return refuse(outgoing, 400, 'Bad path.');
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers))
      if (typeof value === 'string') headers.set(name, value);
    const request = new Request(url, {
      method: incoming.method,
      headers,
      body: changes ? (Readable.toWeb(incoming) as ReadableStream) : null,
      signal: gone.signal,
      duplex: 'half',
    } as RequestInit);
    let response: Response;
    if (url.pathname === '/session' && incoming.method === 'POST') response = await startSession(request);
    else if (url.pathname === '/inbox' && incoming.method === 'POST')
      response = await drop(request, url, incoming);
    else if (url.pathname === '/models' && incoming.method === 'POST')
      response = await dropModel(request, url, incoming);
    else response = await route(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (!response.body) return void outgoing.end();
    const stream = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    stream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => stream.destroy());
    stream.pipe(outgoing);
  }

  async function startSession(request: Request): Promise<Response> {
    const body = await readLimited(request, 1024);
    let token: unknown = null;
    try {
      token = (JSON.parse(body ?? '') as { token?: unknown }).token;
    } catch {
      // Not JSON: no token.
    }
    const session = sessions.exchange(token);
    if (!session)
      return Response.json(
        { error: 'This link was used already. Ask Revelado for a new one.' },
        { status: 401 },
      );
    return Response.json({ session }, { headers: { 'cache-control': 'no-store' } });
  }

  async function drop(request: Request, url: URL, incoming: http.IncomingMessage): Promise<Response> {
    if (!sessions.valid(request.headers.get(SESSION_HEADER))) {
      incoming.resume();
      return Response.json({ error: 'No session.' }, { status: 401 });
    }
    try {
      const file = await receiveFile(
        request.body as unknown as AsyncIterable<Uint8Array>,
        url.searchParams.get('name') ?? 'scan',
        inbox,
        sources,
        request.signal,
        url.searchParams.get('folder'),
        url.searchParams.get('batch'),
      );
      return Response.json({ jobId: await services.importPaths([file]) });
    } catch (error) {
      if (error instanceof RevealError)
        return Response.json({ error: error.message, code: error.code }, { status: 422 });
      throw error;
    }
  }

  /** A dropped model: received like a scan, looked through and tried, and the copy taken away again. */
  async function dropModel(request: Request, url: URL, incoming: http.IncomingMessage): Promise<Response> {
    if (!sessions.valid(request.headers.get(SESSION_HEADER))) {
      incoming.resume();
      return Response.json({ error: 'No session.' }, { status: 401 });
    }
    const said = (name: string): string | undefined => url.searchParams.get(name) || undefined;
    try {
      const wish = modelWishSchema.parse({ name: said('as'), kind: said('kind'), license: said('license') });
      const file = await receiveFile(
        request.body as unknown as AsyncIterable<Uint8Array>,
        said('name') ?? 'model.onnx',
        inbox,
        sources,
        request.signal,
      );
      return Response.json(await services.importModel(file, wish, file.startsWith(inbox + path.sep)));
    } catch (error) {
      if (error instanceof RevealError)
        return Response.json({ error: error.message, code: error.code }, { status: 422 });
      throw error;
    }
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 8 << 20, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    const refused =
      !hostAllowed(request.headers.host, port) ||
      !originAllowed(request.headers.origin, port, true) ||
      request.url !== '/socket';
    if (refused) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => greet(ws));
  });

  /** The first message must carry the session, within a few seconds; only then is there a connection. */
  function greet(ws: WebSocket): void {
    const timer = setTimeout(() => ws.close(4001, 'No session'), 10_000);
    ws.on('error', () => ws.terminate());
    ws.once('message', (data) => {
      clearTimeout(timer);
      const hello = parse(data) as { t?: unknown; session?: unknown } | null;
      if (hello?.t !== 'hello' || !sessions.valid(hello.session)) return ws.close(4001, 'No session');
      const connection = createConnection(services.handlers, hub, (message) =>
        ws.send(JSON.stringify(message)),
      );
      ws.on('message', (next) => connection.receive(parse(next)));
      ws.on('close', () => connection.close());
      ws.send(JSON.stringify({ t: 'welcome' }));
    });
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    await services.close();
    await engines.close();
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new RevealError(
      'bad-input',
      taken ? `Port ${options.port} is in use. Choose another with --port.` : (error as Error).message,
    );
  }
  port = (server.address() as { port: number }).port;
  const url = `http://127.0.0.1:${port}/`;
  const link = (): string => `${url}#token=${sessions.issueToken()}`;

  if (options.open && (await openInBrowser(link())))
    options.log(`Revelado is open in your browser (${url}).`);
  else options.log(`Revelado is ready. Open this link once, in a browser on this machine:\n  ${link()}`);

  return {
    url,
    link,
    async close() {
      for (const ws of sockets.clients) ws.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
      await services.close();
      await engines.close();
    },
  };
}

/** The parts of the services that the router needs, bound. */
function pick(services: Awaited<ReturnType<typeof createServices>>) {
  return {
    pixelsTask: services.pixelsTask.bind(services),
    thumbPath: services.thumbPath.bind(services),
    studioPicture: services.studioPicture.bind(services),
    melodySound: services.melodySound.bind(services),
    reelPicture: services.reelPicture.bind(services),
    reelProxy: services.reelProxy.bind(services),
    sheetPath: services.sheetPath.bind(services),
  };
}

function refuse(outgoing: http.ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  outgoing.end(message);
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}
