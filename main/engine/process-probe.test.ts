import { describe, expect, it } from 'vitest';
import type { EngineChannel, EngineFork } from './process-fork.ts';
import { probeProvider } from './process-probe.ts';
import type { EngineAnswer } from './protocol.ts';

/** A fork that behaves as told after its start. */
function forkThat(
  act: (say: (m: EngineAnswer) => void, exit: (code: number | null, signal: string | null) => void) => void,
) {
  let killed = false;
  const fork: EngineFork = () => {
    let say: (m: EngineAnswer) => void = () => undefined;
    let exit: (code: number | null, signal: string | null) => void = () => undefined;
    setTimeout(
      () =>
        act(
          (m) => say(m),
          (c, s) => exit(c, s),
        ),
      1,
    );
    const channel: EngineChannel = {
      postMessage: () => undefined,
      onMessage: (l) => (say = l),
      onExit: (l) => (exit = l),
      kill: () => (killed = true),
    };
    return channel;
  };
  return { fork, wasKilled: () => killed };
}

describe('probing a provider in a process of its own', () => {
  it('reports the time and ends the process', async () => {
    const { fork, wasKilled } = forkThat((say) => say({ t: 'result', id: 0, value: { ms: 0.4 } }));
    expect(await probeProvider('cuda', fork)).toMatchObject({ name: 'cuda', ok: true, ms: 0.4 });
    expect(wasKilled()).toBe(true);
  });
  it('survives a driver that takes the process with it', async () => {
    const { fork } = forkThat((_say, exit) => exit(null, 'SIGSEGV'));
    expect(await probeProvider('webgpu', fork)).toMatchObject({
      ok: false,
      reason: 'its process ended by SIGSEGV',
      ms: null,
    });
  });
  it('gives up on one that hangs', async () => {
    const { fork, wasKilled } = forkThat(() => undefined);
    expect(await probeProvider('cuda', fork, 20)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no answer'),
    });
    expect(wasKilled()).toBe(true);
  });
  it('asks a real process for the CPU, and for a provider that cannot be there', async () => {
    expect(await probeProvider('cpu')).toMatchObject({ ok: true });
    expect(await probeProvider('coreml')).toMatchObject(
      process.platform === 'darwin'
        ? { name: 'coreml' }
        : { ok: false, reason: expect.stringContaining('no coreml') },
    );
  });
});
