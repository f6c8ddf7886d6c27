import { describe, expect, it, vi } from 'vitest';
import type { Request } from '../../app/contract/messages.ts';
import { browserClient, LOST, REFUSED, type BrowserEnvironment } from './browser.ts';
import { electronClient, type ElectronBridge } from './electron.ts';
import { Link } from './link.ts';
import { parsePixels } from './pixels.ts';
import { BlobThumbs } from './thumbs.ts';

const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('Link', () => {
  it('matches answers to calls, whatever their order', async () => {
    const sent: Request[] = [];
    const link = new Link();
    link.open((r) => sent.push(r));
    const a = link.call('jobs.list', {});
    const b = link.call('settings.get', {});
    link.receive({ t: 'result', id: sent[1].id, value: { language: 'eu' } });
    link.receive({ t: 'error', id: sent[0].id, code: 'disk', message: 'The disk is full.' });
    await expect(b).resolves.toEqual({ language: 'eu' });
    await expect(a).rejects.toMatchObject({ code: 'disk', message: 'The disk is full.' });
  });

  it('sends a cancel when aborted, and ignores the answer that comes too late', async () => {
    const sent: Request[] = [];
    const link = new Link();
    link.open((r) => sent.push(r));
    const abort = new AbortController();
    const call = link.call('jobs.list', {}, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent.map((r) => r.t)).toEqual(['call', 'cancel']);
    expect(sent[1].id).toBe(sent[0].id);
    link.receive({ t: 'result', id: sent[0].id, value: {} });
  });

  it('keeps calls until the line opens; an aborted one is never sent', async () => {
    const sent: Request[] = [];
    const link = new Link();
    const abort = new AbortController();
    const first = link.call('jobs.list', {});
    const second = link.call('settings.get', {}, { signal: abort.signal });
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    link.open((r) => sent.push(r));
    expect(sent).toHaveLength(1);
    link.receive({ t: 'result', id: sent[0].id, value: { jobs: [] } });
    await expect(first).resolves.toEqual({ jobs: [] });
  });

  it('rejects what was pending when the line drops, and subscribes again when it is back', async () => {
    const link = new Link();
    link.open(() => undefined);
    const heard: unknown[] = [];
    const stop = link.subscribe('notice', (event) => heard.push(event));
    const call = link.call('jobs.list', {});
    link.drop('gone');
    await expect(call).rejects.toThrow('gone');
    const sent: Request[] = [];
    link.open((r) => sent.push(r));
    expect(sent).toMatchObject([{ t: 'subscribe', topic: 'notice' }]);
    link.receive({ t: 'event', id: sent[0].id, topic: 'notice', value: { level: 'info', text: 'back' } });
    stop();
    link.receive({ t: 'event', id: sent[0].id, topic: 'notice', value: { level: 'info', text: 'late' } });
    expect(heard).toEqual([{ level: 'info', text: 'back' }]);
    expect(sent.at(-1)).toMatchObject({ t: 'unsubscribe', id: sent[0].id });
  });
});

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: { t: string; id?: number; [key: string]: unknown }[] = [];
  send(text: string) {
    this.sent.push(JSON.parse(text) as { t: string });
  }
  close() {
    this.onclose?.({ code: 1000 });
  }
  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function fakeBrowser(hash: string, kept: Record<string, string> = {}) {
  const sockets: FakeSocket[] = [];
  const timers: { run: () => void; ms: number }[] = [];
  const requests: { url: string; init: RequestInit }[] = [];
  const replaced: string[] = [];
  const answers = new Map<string, () => Response>();
  const env: BrowserEnvironment = {
    location: {
      origin: 'http://127.0.0.1:7',
      protocol: 'http:',
      host: '127.0.0.1:7',
      hash,
      pathname: '/',
      search: '',
    },
    history: { replaceState: (_data, _title, url) => replaced.push(String(url)) },
    storage: {
      getItem: (key) => kept[key] ?? null,
      setItem: (key, value) => (kept[key] = value),
      removeItem: (key) => delete kept[key],
    },
    fetch: (async (url: string, init: RequestInit = {}) => {
      requests.push({ url, init });
      const answer = answers.get(new URL(url).pathname);
      return answer ? answer() : new Response(null, { status: 404 });
    }) as typeof fetch,
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    setTimeout: (run, ms) => timers.push({ run, ms }),
  };
  answers.set('/session', () => Response.json({ session: 'S1' }));
  return { env, sockets, timers, requests, replaced, answers, kept };
}

describe('browserClient', () => {
  it('trades the token for a session, hides it from the address, and says hello with it', async () => {
    const fake = fakeBrowser('#token=T1');
    browserClient(fake.env);
    await tick();
    expect(fake.requests[0].url).toBe('http://127.0.0.1:7/session');
    expect(fake.requests[0].init.body).toBe('{"token":"T1"}');
    expect(fake.replaced).toEqual(['/']);
    expect(fake.kept['revelado.session']).toBe('S1');
    fake.sockets[0].onopen?.();
    expect(fake.sockets[0].sent).toEqual([{ t: 'hello', session: 'S1' }]);
  });

  it('opens a dropped line again with growing pauses, rejects what was pending, subscribes anew', async () => {
    const fake = fakeBrowser('', { 'revelado.session': 'S0' });
    const client = browserClient(fake.env);
    const states: string[] = [];
    client.onState((s) => states.push(s));
    client.subscribe('notice', () => undefined);
    await tick();
    fake.sockets[0].onopen?.();
    fake.sockets[0].says({ t: 'welcome' });
    const call = client.call('jobs.list', {});
    fake.sockets[0].onclose?.({ code: 1006 });
    await expect(call).rejects.toThrow(LOST);
    fake.timers[0].run();
    await tick();
    fake.sockets[1].onclose?.({ code: 1006 });
    expect(fake.timers.map((t) => t.ms)).toEqual([250, 500]);
    fake.timers[1].run();
    await tick();
    fake.sockets[2].onopen?.();
    fake.sockets[2].says({ t: 'welcome' });
    expect(fake.sockets[2].sent.map((m) => m.t)).toEqual(['hello', 'subscribe']);
    expect(states).toEqual(['connecting', 'open', 'lost', 'lost', 'open']);
  });

  it('says so when the session is not known, and does not try for ever', async () => {
    const fake = fakeBrowser('', { 'revelado.session': 'old' });
    const client = browserClient(fake.env);
    await tick();
    fake.sockets[0].onopen?.();
    fake.sockets[0].onclose?.({ code: 4001 });
    expect(fake.timers).toEqual([]);
    expect(fake.kept['revelado.session']).toBeUndefined();
    await expect(client.call('jobs.list', {})).rejects.toThrow(REFUSED);
  });

  it('without token and session there is nothing to connect to', async () => {
    const fake = fakeBrowser('');
    const client = browserClient(fake.env);
    await tick();
    let state = '';
    client.onState((s) => (state = s));
    expect(state).toBe('refused');
    expect(fake.sockets).toEqual([]);
  });

  it('sends the session with pixels, and shows the host’s own words when they fail', async () => {
    const fake = fakeBrowser('', { 'revelado.session': 'S0' });
    const client = browserClient(fake.env);
    fake.answers.set('/pixels', () =>
      Response.json({ code: 'bad-input', message: 'roll-07.tif ends in the middle.' }, { status: 422 }),
    );
    const request = { itemId: 7, recipe: null, maxWidth: 10, maxHeight: 10 };
    await expect(client.pixels(request)).rejects.toMatchObject({
      code: 'bad-input',
      message: 'roll-07.tif ends in the middle.',
    });
    fake.answers.set(
      '/pixels',
      () =>
        new Response('There is no picture 7.', { status: 404, headers: { 'content-type': 'text/plain' } }),
    );
    await expect(client.pixels(request)).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no picture 7.',
    });
    fake.answers.set(
      '/pixels',
      () =>
        new Response('<h1>', {
          status: 502,
          statusText: 'Bad Gateway',
          headers: { 'content-type': 'text/html' },
        }),
    );
    await expect(client.pixels(request)).rejects.toMatchObject({
      code: 'engine',
      message: 'The darkroom answered 502 Bad Gateway.',
    });
    expect(new Headers(fake.requests[0].init.headers).get('x-revelado-session')).toBe('S0');
  });

  it('streams every file of a drop in one batch and names those that failed', async () => {
    const fake = fakeBrowser('', { 'revelado.session': 'S0' });
    let n = 0;
    fake.answers.set('/inbox', () =>
      ++n === 2
        ? Response.json({ code: 'disk', message: 'The disk is full.' }, { status: 507 })
        : Response.json({ jobId: 5 }),
    );
    const client = browserClient(fake.env);
    const files = ['a.tif', 'b.tif', 'c.tif'].map((name) => ({
      file: new File(['x'], name),
      folder: 'roll 1',
    }));
    const seen: number[] = [];
    await expect(client.importFiles(files, (sent) => seen.push(sent))).rejects.toThrow(
      'b.tif: The disk is full.',
    );
    expect(seen).toEqual([0, 1, 2, 3]);
    const urls = fake.requests.map((r) => new URL(r.url).searchParams);
    expect(urls.map((u) => u.get('name'))).toEqual(['a.tif', 'b.tif', 'c.tif']);
    expect(new Set(urls.map((u) => u.get('batch'))).size).toBe(1);
    expect(urls[0].get('folder')).toBe('roll 1');
    n = 10;
    await expect(client.importFiles(files)).resolves.toEqual({ jobIds: [5] });
  });
});

describe('electronClient', () => {
  it('carries calls over the bridge and pixels over the private protocol', async () => {
    const sent: Request[] = [];
    let answer: Parameters<ElectronBridge['onAnswer']>[0] = () => undefined;
    const bridge: ElectronBridge = {
      kind: 'electron',
      origin: 'revelado://app',
      send: (request) => sent.push(request),
      onAnswer: (listener) => {
        answer = listener;
        return () => undefined;
      },
      importFiles: async (files) => ({ jobId: files.length }),
      importModel: async (file) => ({ error: `${file.name} is cut short.`, code: 'bad-input' }),
    };
    const client = electronClient(bridge);
    // A refusal comes over as what it is: words, with a code.
    await expect(client.importModel(new File(['x'], 'a.onnx'), {})).rejects.toMatchObject({
      code: 'bad-input',
      message: 'a.onnx is cut short.',
    });
    const call = client.call('jobs.list', {});
    answer({ t: 'result', id: sent[0].id, value: { jobs: [] } });
    await expect(call).resolves.toEqual({ jobs: [] });
    expect(client.thumbs.peek(4, 9)).toBe('revelado://app/thumbs/4?v=9');
    const file = { file: new File(['x'], 'a.tif'), folder: '' };
    await expect(client.importFiles([file, file])).resolves.toEqual({ jobIds: [2] });
    await expect(client.importFiles([])).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('parsePixels', () => {
  const body = (header: object, pixels: number[]) => {
    let text = JSON.stringify(header);
    text += ' '.repeat((4 - (text.length % 4)) % 4);
    const bytes = new Uint8Array(4 + text.length + pixels.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(new TextEncoder().encode(text), 4);
    bytes.set(pixels, 4 + text.length);
    return bytes.buffer;
  };
  it('reads header and pixels', () => {
    const { header, rgba } = parsePixels(body({ width: 2, height: 1, ms: 3 }, [1, 2, 3, 255, 4, 5, 6, 255]));
    expect(header).toMatchObject({ width: 2, height: 1, ms: 3 });
    expect([...rgba]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
  });
  it('refuses what is cut short', () => {
    expect(() => parsePixels(body({ width: 2, height: 2 }, [1, 2, 3, 255]))).toThrow(/incomplete/);
    expect(() => parsePixels(new ArrayBuffer(2))).toThrow(/incomplete/);
    expect(() => parsePixels(new Uint8Array([255, 0, 0, 0, 1]).buffer)).toThrow(/incomplete/);
  });
});

describe('BlobThumbs', () => {
  function thumbs(capacity = 2, parallel = 1) {
    const revoked: string[] = [];
    const asked: number[] = [];
    const open: (() => void)[] = [];
    const source = new BlobThumbs({
      capacity,
      parallel,
      load: (id) => {
        asked.push(id);
        return new Promise((resolve) => open.push(() => resolve(new Blob([String(id)]))));
      },
      createUrl: () => `blob:${asked.length}-${Math.random()}`,
      revokeUrl: (url) => revoked.push(url),
    });
    return { source, revoked, asked, open };
  }

  it('fetches each picture once for all who show it', async () => {
    const { source, asked, open } = thumbs();
    const a = source.acquire(1, 1);
    const b = source.acquire(1, 1);
    open[0]();
    expect(await a).toBe(await b);
    expect(asked).toEqual([1]);
    expect(source.peek(1, 1)).toBe(await a);
    expect(source.peek(1, 2)).toBeNull();
  });

  it('lets the least recently shown go beyond its capacity, and never one that is shown', async () => {
    const { source, revoked, open } = thumbs(2, 9);
    const urls: string[] = [];
    for (let id = 1; id <= 4; id++) {
      const url = source.acquire(id, 1);
      open[id - 1]();
      urls.push(await url);
    }
    await tick();
    expect(revoked).toEqual([]);
    source.release(1, 1);
    source.release(2, 1);
    source.release(3, 1);
    expect(revoked).toEqual([urls[0]]);
    expect(source.peek(4, 1)).toBe(urls[3]);
  });

  it('does not fetch what was scrolled past before its turn; the latest comes first', async () => {
    const { source, asked, open } = thumbs(2, 1);
    const first = source.acquire(1, 1);
    const skipped = source.acquire(2, 1);
    const third = source.acquire(3, 1);
    const caught = vi.fn();
    skipped.catch(caught);
    const fourth = source.acquire(4, 1);
    source.release(2, 1);
    open[0]();
    await first;
    await tick();
    open[1]();
    await fourth;
    await tick();
    open[2]();
    await third;
    expect(asked).toEqual([1, 4, 3]);
    expect(caught).toHaveBeenCalledOnce();
  });
});
