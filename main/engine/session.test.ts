import { describe, expect, it } from 'vitest';
import { probeHere } from './process-probe.ts';
import { onnxBinding, providerOrder, SessionStore } from './session.ts';
import type { Binding, ProviderName, RawSession, TensorData } from './session.ts';
import { tinyExpected, tinyGraph, tinyInput, TINY_SHAPE } from './tiny-graph.ts';

interface Behaviour {
  listed: ProviderName[];
  /** Throws at creation. */
  refuses?: Partial<Record<ProviderName, string>>;
  /** Dies at the n-th run (1-based). */
  dies?: Partial<Record<ProviderName, number>>;
  runError?: string;
}
function fake(b: Behaviour) {
  const created: ProviderName[] = [];
  const released: ProviderName[] = [];
  const binding: Binding = {
    listed: () => b.listed,
    create: async (_model, provider) => {
      created.push(provider);
      const refusal = b.refuses?.[provider];
      if (refusal) throw new Error(refusal);
      let runs = 0;
      const session: RawSession = {
        run: async (feeds) => {
          if (++runs === b.dies?.[provider])
            throw new Error(b.runError ?? 'CUDA failure 700: an illegal memory access');
          return { y: feeds['x'] as TensorData };
        },
        release: async () => {
          released.push(provider);
        },
      };
      return session;
    },
  };
  return { binding, created, released };
}
const model = async () => new Uint8Array([1]);
const feeds = { x: { dims: [1], data: new Float32Array([7]) } };

describe('provider order', () => {
  it('prefers what is fast on each system and always ends with the CPU', () => {
    expect(providerOrder('auto', 'linux')).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(providerOrder('auto', 'win32')).toEqual(['cuda', 'dml', 'webgpu', 'cpu']);
    expect(providerOrder('auto', 'darwin')).toEqual(['coreml', 'webgpu', 'cpu']);
    expect(providerOrder('webgpu', 'linux')).toEqual(['webgpu', 'cuda', 'cpu']);
    expect(providerOrder('cpu', 'win32')).toEqual(['cpu']);
  });
});

describe('falling back', () => {
  it('over a provider this build does not have', async () => {
    const { binding, created } = fake({ listed: ['cpu'] });
    const store = new SessionStore(() => binding, 1);
    const session = await store.open('h', model, ['cuda', 'cpu']);
    expect(session.provider).toBe('cpu');
    expect(session.failures).toMatchObject([{ provider: 'cuda', when: 'missing' }]);
    expect(created).toEqual(['cpu']);
  });
  it('over one that throws at creation', async () => {
    const { binding, created } = fake({
      listed: ['cuda', 'cpu'],
      refuses: { cuda: 'Failed to load shared library' },
    });
    const session = await new SessionStore(() => binding, 1).open('h', model, ['cuda', 'cpu']);
    expect(session.provider).toBe('cpu');
    expect(session.failures).toMatchObject([
      { provider: 'cuda', when: 'creation', reason: 'Failed to load shared library' },
    ]);
    expect(created).toEqual(['cuda', 'cpu']);
  });
  it('over one that dies in mid-run, without the caller noticing', async () => {
    const { binding, created, released } = fake({ listed: ['cuda', 'cpu'], dies: { cuda: 2 } });
    const store = new SessionStore(() => binding, 1);
    const session = await store.open('h', model, ['cuda', 'cpu']);
    await session.run(feeds);
    expect(session.provider).toBe('cuda');
    const { y } = await session.run(feeds);
    expect(y.data[0]).toBe(7);
    expect(session.provider).toBe('cpu');
    expect(session.failures).toMatchObject([{ provider: 'cuda', when: 'run' }]);
    expect(released).toEqual(['cuda']);
    expect(created).toEqual(['cuda', 'cpu']);
    // A provider that died is not tried again for other models.
    const other = await store.open('other', model, ['cuda', 'cpu']);
    expect(other.provider).toBe('cpu');
    expect(created).toEqual(['cuda', 'cpu', 'cpu']);
  });
  it('once for several runs that see the same death', async () => {
    const { binding, created } = fake({ listed: ['cuda', 'cpu'] });
    const dying: Binding = {
      ...binding,
      create: async (m, provider, threads) => {
        const raw = await binding.create(m, provider, threads);
        if (provider === 'cpu') return raw;
        return { ...raw, run: async () => Promise.reject(new Error('device lost')) };
      },
    };
    const session = await new SessionStore(() => dying, 1).open('h', model, ['cuda', 'cpu']);
    const all = await Promise.all([session.run(feeds), session.run(feeds), session.run(feeds)]);
    expect(all.map((r) => r['y'].data[0])).toEqual([7, 7, 7]);
    expect(created).toEqual(['cuda', 'cpu']);
  });
  it('leaves out what a probe found unusable', async () => {
    const { binding, created } = fake({ listed: ['cuda', 'cpu'] });
    const store = new SessionStore(() => binding, 1, [
      { provider: 'cuda', when: 'creation', reason: 'probe crashed' },
    ]);
    expect((await store.open('h', model, ['cuda', 'cpu'])).provider).toBe('cpu');
    expect(created).toEqual(['cpu']);
  });
  it('says why when nothing is left', async () => {
    const { binding } = fake({ listed: ['cpu'], dies: { cpu: 1 } });
    const session = await new SessionStore(() => binding, 1).open('h', model, ['cpu']);
    await expect(session.run(feeds)).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('illegal memory'),
    });
  });
  it("does not blame the provider for a model's mistake", async () => {
    const { binding, created } = fake({
      listed: ['cuda', 'cpu'],
      dies: { cuda: 1 },
      runError: 'Got invalid dimensions for input: x',
    });
    const session = await new SessionStore(() => binding, 1).open('h', model, ['cuda', 'cpu']);
    await expect(session.run(feeds)).rejects.toMatchObject({ code: 'bad-input' });
    expect(created).toEqual(['cuda']);
  });
  it('keeps one session for a model', async () => {
    const { binding, created } = fake({ listed: ['cpu'] });
    const store = new SessionStore(() => binding, 1);
    expect(await store.open('h', model, ['cpu'])).toBe(await store.open('h', model, ['cpu']));
    expect(created).toEqual(['cpu']);
  });
});

describe('the real binding', () => {
  it('runs the one-convolution graph on the CPU with the right numbers', async () => {
    expect(await probeHere('cpu')).toBeGreaterThan(0);
    const store = new SessionStore(onnxBinding, 1);
    const session = await store.open('tiny', async () => tinyGraph(), ['cpu']);
    const { y } = await session.run({ x: { dims: TINY_SHAPE, data: tinyInput() } });
    const expected = tinyExpected();
    for (let i = 0; i < expected.length; i++) expect(y.data[i]).toBeCloseTo(expected[i], 4);
    await store.close();
  });
  it('notices wrong numbers', async () => {
    const wrong: Binding = {
      listed: () => ['cpu'],
      create: async () => ({
        run: async () => ({ y: { dims: [1, 4, 16, 16], data: tinyExpected().map((v) => v * 1.01 + 0.01) } }),
        release: async () => undefined,
      }),
    };
    await expect(probeHere('cpu', wrong)).rejects.toThrow(/wrong numbers/);
  });
});
