/** The engines of a host follow the settings; the processes are fakes. */
import { describe, expect, it } from 'vitest';
import type { EngineChannel, EngineFork } from '../engine/process.ts';
import type { EngineAnswer, EngineRequest } from '../engine/protocol.ts';
import { hostEngines } from './engines.ts';

/** Answers `memory` calls when told, ends when told. */
class FakeProcess implements EngineChannel {
  settings: { role: string; threads: number; device: string };
  calls: number[] = [];
  ended = false;
  #message: (m: EngineAnswer) => void = () => undefined;
  #exit: (code: number | null, signal: string | null) => void = () => undefined;
  constructor(env: Record<string, string>) {
    this.settings = JSON.parse(env['REVELADO_ENGINE']) as FakeProcess['settings'];
  }
  postMessage(m: EngineRequest) {
    if (m.t === 'call') this.calls.push(m.id);
    if (m.t === 'shutdown') {
      this.ended = true;
      this.#exit(0, null);
    }
  }
  onMessage(l: (m: EngineAnswer) => void) {
    this.#message = l;
  }
  onExit(l: (code: number | null, signal: string | null) => void) {
    this.#exit = l;
  }
  kill() {
    this.ended = true;
    this.#exit(null, 'SIGKILL');
  }
  answer() {
    for (const id of this.calls.splice(0)) this.#message({ t: 'result', id, value: { rss: 1, heap: 1 } });
  }
}
function make(threads?: number) {
  const made: FakeProcess[] = [];
  const fork: EngineFork = (_file, env) => {
    const p = new FakeProcess(env);
    made.push(p);
    return p;
  };
  return {
    made,
    engines: hostEngines({
      cacheDir: '/nowhere',
      dataDir: '/nowhere',
      fork,
      ...(threads ? { threads } : {}),
    }),
  };
}
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('the engines of a host', () => {
  it('start with the stored settings', async () => {
    const { made, engines } = make();
    engines.apply({ threads: 3, device: 'cpu' });
    const call = engines.batch.call('memory', {});
    await tick();
    expect(made.map((p) => p.settings)).toMatchObject([{ role: 'batch', threads: 3, device: 'cpu' }]);
    made[0].answer();
    await call;
    await engines.close();
    expect(made[0].ended).toBe(true);
  });

  it('take a change at once for new work and finish what is in flight', async () => {
    const { made, engines } = make();
    const before = engines.interactive.call('memory', {});
    await tick();
    engines.apply({ threads: 1, device: 'auto' });
    expect(made[0].ended).toBe(false);
    const after = engines.interactive.call('memory', {});
    await tick();
    expect(made.map((p) => p.settings.threads)).toEqual([0, 1]);
    made[0].answer();
    await expect(before).resolves.toEqual({ rss: 1, heap: 1 });
    expect(made[0].ended).toBe(true);
    made[1].answer();
    await after;
    expect(made[1].ended).toBe(false);
    await engines.close();
    expect(made[1].ended).toBe(true);
  });

  it('stay when nothing that concerns them changes', async () => {
    const { made, engines } = make();
    const call = engines.interactive.call('memory', {});
    await tick();
    engines.apply({ threads: 0, device: 'auto' });
    made[0].answer();
    await call;
    expect(made[0].ended).toBe(false);
    await engines.close();
  });

  it('keep the threads that were named at the start', async () => {
    const { made, engines } = make(2);
    engines.apply({ threads: 7, device: 'cpu' });
    void engines.batch.call('memory', {}).catch(() => undefined);
    await tick();
    expect(made[0].settings).toMatchObject({ threads: 2, device: 'cpu' });
    await engines.close();
  });
});
