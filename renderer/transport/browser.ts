/**
 * The client in a browser. The address that launched the window carries a one-time token in its fragment
 * (never sent to a server by itself); it is exchanged for a session, which stays in this tab and goes along
 * as a header with every request and as the first message on the WebSocket. When the line drops it is
 * opened again with growing pauses; calls in flight are rejected with a message a person can read.
 */
import { RevealError, type Answer, type Request } from '../../app/contract/messages.ts';
import { modelCardViewSchema } from '../../app/contract/models.ts';
import type { Client, Dropped, LineState } from '../client.ts';
import { Link } from './link.ts';
import { httpError, parsePixels } from './pixels.ts';
import { BlobThumbs } from './thumbs.ts';

const SESSION_KEY = 'revelado.session';
/** With this code the host closes a line whose session it does not know. */
const NO_SESSION = 4001;
const SESSION_HEADER = 'x-revelado-session';
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
/** Files streamed at one time: enough to hide the latency of the disk, few enough to show progress. */
const PARALLEL_UPLOADS = 3;

export const LOST = 'The connection to the darkroom was lost; it is being restored. Please do that again.';
export const REFUSED =
  'This window is no longer known to the darkroom. Close it and open Revelado again from where you started it.';

/** What the environment gives; tests give their own. */
export interface BrowserEnvironment {
  location: Pick<Location, 'origin' | 'protocol' | 'host' | 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState'>;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  fetch: typeof fetch;
  openSocket: (url: string) => WebSocket;
  setTimeout: (run: () => void, ms: number) => unknown;
}

function realEnvironment(): BrowserEnvironment {
  return {
    location: window.location,
    history: window.history,
    storage: window.sessionStorage,
    fetch: window.fetch.bind(window),
    openSocket: (url) => new WebSocket(url),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
  };
}

export function browserClient(env: BrowserEnvironment = realEnvironment()): Client {
  const link = new Link();
  const listeners = new Set<(state: LineState) => void>();
  let state: LineState = 'connecting';
  let pause = FIRST_PAUSE_MS;

  const setState = (next: LineState) => {
    state = next;
    for (const listener of listeners) listener(next);
  };

  const origin = env.location.origin;
  const session = startSession(env);

  const authorised = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set(SESSION_HEADER, await session);
    const response = await env.fetch(`${origin}${path}`, { ...init, headers });
    if (!response.ok) throw await httpError(response);
    return response;
  };

  const connect = async () => {
    let id: string;
    try {
      id = await session;
    } catch {
      link.drop(REFUSED);
      setState('refused');
      return;
    }
    const scheme = env.location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = env.openSocket(`${scheme}://${env.location.host}/socket`);
    let welcomed = false;
    let refused = false;
    socket.onopen = () => socket.send(JSON.stringify({ t: 'hello', session: id }));
    socket.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as Answer | { t: 'welcome' } | { t: 'refused' };
      if (message.t === 'welcome') {
        welcomed = true;
        pause = FIRST_PAUSE_MS;
        setState('open');
        link.open((request: Request) => socket.send(JSON.stringify(request)));
      } else if (message.t === 'refused') {
        refused = true;
        socket.close();
      } else {
        link.receive(message);
      }
    };
    socket.onclose = (event: CloseEvent) => {
      // NO_SESSION (or 1008, "policy violation") before the welcome: trying again is no use.
      if (refused || (!welcomed && (event.code === NO_SESSION || event.code === 1008))) {
        env.storage.removeItem(SESSION_KEY);
        link.drop(REFUSED);
        setState('refused');
        return;
      }
      link.drop(LOST);
      setState('lost');
      env.setTimeout(() => void connect(), pause);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    };
  };
  void connect();

  const thumbs = new BlobThumbs({
    load: async (id, version) => (await authorised(`/thumbs/${id}?v=${version}`)).blob(),
  });

  return {
    kind: 'browser',
    call: (name, args, options) =>
      state === 'refused'
        ? Promise.reject(new RevealError('internal', REFUSED))
        : link.call(name, args, options),
    subscribe: (topic, listener) => link.subscribe(topic, listener),
    pixels: async (request, options) => {
      const response = await authorised('/pixels', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: options?.signal,
      });
      return parsePixels(await response.arrayBuffer());
    },
    thumbs,
    studioPicture: async (address, options) =>
      (await authorised(address, { signal: options?.signal })).blob(),
    importFiles: (files, progress) => upload(files, authorised, progress),
    importModel: async (file, { name, kind, license }) => {
      const said = { name: file.name, as: name, kind, license };
      const query = new URLSearchParams(
        Object.entries(said).filter((pair): pair is [string, string] => pair[1] !== undefined),
      );
      const response = await authorised(`/models?${query.toString()}`, { method: 'POST', body: file });
      return modelCardViewSchema.parse(await response.json());
    },
    onState: (listener) => {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
  };
}

/** The session of this tab: from the launch token in the address when there is one, else from before a reload. */
async function startSession(env: BrowserEnvironment): Promise<string> {
  const token = new URLSearchParams(env.location.hash.replace(/^#/, '')).get('token');
  if (token) {
    // The token is good once: it leaves the address bar (and the history) before anything else happens.
    env.history.replaceState(null, '', env.location.pathname + env.location.search);
    const response = await env.fetch(`${env.location.origin}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.ok) {
      const { session } = (await response.json()) as { session: string };
      env.storage.setItem(SESSION_KEY, session);
      return session;
    }
  }
  const kept = env.storage.getItem(SESSION_KEY);
  if (!kept) throw new RevealError('internal', REFUSED);
  return kept;
}

/**
 * Streams the files of one drop to the library's inbox. `batch` is the same for all of them and `of` their
 * number, so that the host can gather a drop into one import; a failure of one file does not stop the rest.
 */
async function upload(
  files: Dropped[],
  authorised: (path: string, init?: RequestInit) => Promise<Response>,
  progress?: (sent: number, total: number) => void,
): Promise<{ jobIds: number[] }> {
  if (files.length === 0) throw new RevealError('bad-input', 'Nothing that could be imported was dropped.');
  const batch = crypto.randomUUID();
  const jobIds = new Set<number>();
  const failures: string[] = [];
  let next = 0;
  let sent = 0;
  progress?.(0, files.length);
  const worker = async () => {
    while (next < files.length) {
      const { file, folder } = files[next++];
      const query = new URLSearchParams({ name: file.name, batch, of: String(files.length) });
      if (folder) query.set('folder', folder);
      try {
        const response = await authorised(`/inbox?${query.toString()}`, { method: 'POST', body: file });
        const { jobId } = (await response.json()) as { jobId: number };
        jobIds.add(jobId);
      } catch (error) {
        failures.push(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      progress?.(++sent, files.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_UPLOADS, files.length) }, worker));
  if (failures.length > 0) {
    const rest = failures.length > 3 ? ` (+${failures.length - 3})` : '';
    throw new RevealError('bad-input', failures.slice(0, 3).join(' · ') + rest);
  }
  return { jobIds: [...jobIds] };
}
