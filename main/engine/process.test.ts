import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyExit } from './exit.ts';
import { EngineGoneError, startEngine } from './process.ts';
import { engineEntry, unpacked } from './process-fork.ts';
import type { EngineChannel, EngineFork } from './process.ts';
import type { Engine, EngineAnswer, EngineExit, EngineRequest } from './protocol.ts';

/** A process that does what the test says. */
class FakeProcess implements EngineChannel {
  sent: EngineRequest[] = [];
  private message: (m: EngineAnswer) => void = () => undefined;
  private exited: (code: number | null, signal: string | null) => void = () => undefined;
  text = '';
  killed = false;
  postMessage(m: EngineRequest) {
    this.sent.push(m);
    if (m.t === 'shutdown') this.exit(0, null);
  }
  onMessage(l: (m: EngineAnswer) => void) {
    this.message = l;
  }
  onExit(l: (code: number | null, signal: string | null) => void) {
    this.exited = l;
  }
  kill() {
    this.killed = true;
    this.exit(null, 'SIGKILL');
  }
  stderr() {
    return this.text;
  }
  answer(m: EngineAnswer) {
    this.message(m);
  }
  exit(code: number | null, signal: string | null) {
    this.exited(code, signal);
  }
  get lastId() {
    const call = [...this.sent].reverse().find((m) => m.t === 'call');
    return call && call.t === 'call' ? call.id : -1;
  }
}
function fakes() {
  const made: FakeProcess[] = [];
  const fork: EngineFork = () => {
    const p = new FakeProcess();
    made.push(p);
    return p;
  };
  const engine = startEngine({
    role: 'batch',
    threads: 1,
    device: 'cpu',
    cacheDir: '/nowhere',
    fork,
    backoffMs: 30,
  });
  return { made, engine };
}
const tick = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

describe('why an engine is gone', () => {
  it.each<[string, Parameters<typeof classifyExit>, EngineExit['reason']]>([
    [
      'abort with a heap message',
      [null, 'SIGABRT', 'FATAL ERROR: JavaScript heap out of memory', false, 0],
      'oom',
    ],
    [
      'status 134 with a heap message',
      [134, null, 'Reached heap limit Allocation failed - JavaScript heap out of memory', false, 0],
      'oom',
    ],
    [
      'bad_alloc',
      [null, 'SIGABRT', "terminate called after throwing an instance of 'std::bad_alloc'", false, 0],
      'oom',
    ],
    ['the memory killer', [null, 'SIGKILL', '', false, 1], 'oom'],
    ['a kill from outside', [null, 'SIGKILL', '', false, 0], 'killed'],
    ['SIGTERM', [null, 'SIGTERM', '', false, 0], 'killed'],
    ['status 137 hides a SIGKILL', [137, null, '', false, 0], 'killed'],
    ['segfault', [null, 'SIGSEGV', '', false, 0], 'crash'],
    ['abort without a word of memory', [null, 'SIGABRT', 'assertion failed', false, 0], 'crash'],
    ['exception', [1, null, 'TypeError: x', false, 0], 'crash'],
    ['asked to', [0, null, '', true, 0], 'closed'],
  ])('%s', (_name, args, reason) => {
    expect(classifyExit(...args).reason).toBe(reason);
  });
});

describe('calls', () => {
  it('answers, reports progress, and passes errors on with their code', async () => {
    const { made, engine } = fakes();
    const seen: number[] = [];
    const result = engine.call('memory', {}, { onProgress: (p) => seen.push(p.done) });
    await tick();
    made[0].answer({ t: 'progress', id: made[0].lastId, stage: 's', done: 3, total: 4 });
    made[0].answer({ t: 'result', id: made[0].lastId, value: { rss: 1, heap: 2 } });
    await expect(result).resolves.toEqual({ rss: 1, heap: 2 });
    expect(seen).toEqual([3]);
    const failing = engine.call('probe', { path: 'x' });
    await tick();
    made[0].answer({ t: 'error', id: made[0].lastId, code: 'bad-input', message: 'x is empty' });
    await expect(failing).rejects.toMatchObject({ code: 'bad-input', message: 'x is empty' });
    expect(made).toHaveLength(1);
  });

  it('cancels as a message and not before it was sent', async () => {
    const { made, engine } = fakes();
    const stop = new AbortController();
    const call = engine.call('memory', {}, { signal: stop.signal });
    await tick();
    const id = made[0].lastId;
    stop.abort();
    expect(made[0].sent).toContainEqual({ t: 'cancel', id });
    made[0].answer({ t: 'error', id, code: 'cancelled', message: 'Cancelled.' });
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect(engine.call('memory', {}, { signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('rejects what was in flight with the reason, restarts on the next call after a growing pause', async () => {
    const { made, engine } = fakes();
    const exits: EngineExit[] = [];
    engine.onExit((exit) => exits.push(exit));
    const first = engine.call('memory', {});
    const second = engine.call('memory', {});
    await tick();
    made[0].exit(null, 'SIGSEGV');
    for (const call of [first, second]) {
      const error = await call.catch((e: unknown) => e);
      expect(error).toBeInstanceOf(EngineGoneError);
      expect(error).toMatchObject({ code: 'engine', exit: { reason: 'crash', signal: 'SIGSEGV' } });
    }
    expect(exits).toHaveLength(1);
    const start = performance.now();
    const again = engine.call('memory', {}).catch((e: unknown) => e);
    while (made.length < 2) await tick(2);
    expect(performance.now() - start).toBeGreaterThan(20);
    made[1].exit(null, 'SIGSEGV');
    await again;
    const restart = performance.now();
    const third = engine.call('memory', {});
    while (made.length < 3) await tick(2);
    expect(performance.now() - restart).toBeGreaterThan(45);
    await tick();
    made[2].answer({ t: 'result', id: made[2].lastId, value: { rss: 1, heap: 1 } });
    await third;
    made[2].exit(1, null);
    const quick = performance.now();
    void engine.call('memory', {}).catch(() => undefined);
    while (made.length < 4) await tick(2);
    expect(performance.now() - quick).toBeLessThan(200);
  });

  it('gives the socket of the present life', async () => {
    const { made, engine } = fakes();
    const socket = engine.socket();
    await tick();
    made[0].answer({ t: 'ready', socket: '/a' });
    await expect(socket).resolves.toBe('/a');
    await engine.close();
    expect(made[0].sent).toContainEqual({ t: 'shutdown' });
    await expect(engine.call('memory', {})).rejects.toMatchObject({ exit: { reason: 'closed' } });
  });
});

describe('a real process', () => {
  const folders: string[] = [];
  const engines: Engine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
    for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
  });
  const real = () => {
    const cacheDir = mkdtempSync(path.join(os.tmpdir(), 'revelado-test-'));
    folders.push(cacheDir);
    const engine = startEngine({ role: 'interactive', threads: 1, device: 'cpu', cacheDir, backoffMs: 10 });
    engines.push(engine);
    return engine;
  };

  it('answers, survives being killed, and ends when told', async () => {
    const engine = real();
    const { rss } = await engine.call('memory', {});
    expect(rss).toBeGreaterThan(1e6);
    const socket = await engine.socket();
    const exits: EngineExit[] = [];
    engine.onExit((exit) => exits.push(exit));
    const pid = Number(/revelado-(\d+)-/.exec(socket)?.[1]);
    expect(pid).toBeGreaterThan(1);
    process.kill(pid, 'SIGKILL');
    while (exits.length === 0) await tick(5);
    expect(exits[0].reason).toBe('killed');
    await expect(engine.call('memory', {})).resolves.toMatchObject({ rss: expect.any(Number) });
    expect(await engine.socket()).not.toBe(socket);
    await expect(engine.call('probe', { path: '/no/such/scan.tif' })).rejects.toMatchObject({
      message: expect.stringContaining('scan.tif'),
    });
  });
});

describe('where the program lies', () => {
  it('starts processes from the unpacked files of a packaged program', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-asar-'));
    try {
      const real = path.join(dir, 'app.asar.unpacked', 'dist', 'main', 'engine.cjs');
      mkdirSync(path.dirname(real), { recursive: true });
      writeFileSync(real, '');
      expect(engineEntry(path.join(dir, 'app.asar', 'dist', 'main', 'index.cjs'))).toBe(real);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
  it.each([
    ['C:\\x\\resources\\app.asar\\dist\\main', 'C:\\x\\resources\\app.asar.unpacked\\dist\\main'],
    ['/x/app.asar.unpacked/dist', '/x/app.asar.unpacked/dist'],
    ['/x/my-app.asar/dist', '/x/my-app.asar/dist'],
  ])('%s', (file, place) => expect(unpacked(file)).toBe(place));
});
