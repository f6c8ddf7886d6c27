import { describe, expect, it } from 'vitest';
import { Prefix } from './prefix.ts';

const state = async (p: Promise<void>): Promise<string> =>
  Promise.race([
    p.then(
      () => 'ready',
      (e: Error) => e.message,
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('waiting'))),
  ]);

describe('what is final from the beginning of a buffer', () => {
  it('grows only where the pieces join', async () => {
    const p = new Prefix();
    const first = p.until(10);
    const all = p.until(30);
    p.done(10, 20);
    expect(await state(first)).toBe('waiting');
    p.done(0, 10);
    expect(await state(first)).toBe('ready');
    expect(await state(p.until(20))).toBe('ready');
    expect(await state(all)).toBe('waiting');
    p.done(20, 30);
    expect(await state(all)).toBe('ready');
  });

  it('tells those who wait that nothing more comes', async () => {
    const p = new Prefix();
    p.done(0, 10);
    const waiting = p.until(11);
    p.fail(new Error('cancelled'));
    expect(await state(waiting)).toBe('cancelled');
    expect(await state(p.until(12))).toBe('cancelled');
    expect(await state(p.until(10))).toBe('ready');
  });
});
