import { describe, expect, it } from 'vitest';
import { makeCoalescer } from './coalescer.ts';

type Slot = 'after' | 'before';

function bench() {
  const flights: { request: string; signal: AbortSignal; done(r: string): void; fail(e: Error): void }[] = [];
  const delivered: string[] = [];
  const failed: string[] = [];
  const busy: boolean[] = [];
  const queue = makeCoalescer<Slot, string, string>({
    order: ['after', 'before'],
    fetch: (request, signal) => new Promise((done, fail) => flights.push({ request, signal, done, fail })),
    deliver: (slot, request, result) => delivered.push(`${slot}:${request}=${result}`),
    fail: (slot, request, error) => failed.push(`${slot}:${request}:${(error as Error).message}`),
    busy: (b) => busy.push(b),
  });
  const tick = () => new Promise((r) => setTimeout(r, 0));
  return { queue, flights, delivered, failed, busy, tick };
}

describe('coalescer', () => {
  it('keeps one in flight and only the newest waiting', async () => {
    const b = bench();
    for (const r of ['1', '2', '3', '4']) b.queue.submit('after', r);
    expect(b.flights.map((f) => f.request)).toEqual(['1']);
    b.flights[0].done('a');
    await b.tick();
    expect(b.flights.map((f) => f.request)).toEqual(['1', '4']);
    b.flights[1].done('b');
    await b.tick();
    expect(b.delivered).toEqual(['after:1=a', 'after:4=b']);
    expect(b.queue.idle).toBe(true);
    expect(b.busy.at(-1)).toBe(false);
  });

  it('serves slots in order', async () => {
    const b = bench();
    b.queue.submit('after', '1');
    b.queue.submit('before', 'film');
    b.queue.submit('after', '2');
    b.flights[0].done('');
    await b.tick();
    expect(b.flights[1].request).toBe('2');
    b.flights[1].done('');
    await b.tick();
    expect(b.flights[2].request).toBe('film');
  });

  it('drops what was under way after a reset, and aborts it', async () => {
    const b = bench();
    b.queue.submit('after', 'old');
    b.queue.submit('before', 'old film');
    b.queue.reset();
    expect(b.flights[0].signal.aborted).toBe(true);
    b.queue.submit('after', 'new');
    b.flights[0].done('late');
    await b.tick();
    expect(b.delivered).toEqual([]);
    b.flights[1].done('x');
    await b.tick();
    expect(b.delivered).toEqual(['after:new=x']);
    expect(b.flights).toHaveLength(2);
  });

  it('goes on after a failure', async () => {
    const b = bench();
    b.queue.submit('after', '1');
    b.queue.submit('after', '2');
    b.flights[0].fail(new Error('engine gone'));
    await b.tick();
    expect(b.failed).toEqual(['after:1:engine gone']);
    expect(b.flights[1].request).toBe('2');
  });

  it('cancels what waits but not what flies', async () => {
    const b = bench();
    b.queue.submit('after', '1');
    b.queue.submit('before', '2');
    b.queue.cancel('before');
    b.flights[0].done('ok');
    await b.tick();
    expect(b.delivered).toEqual(['after:1=ok']);
    expect(b.flights).toHaveLength(1);
  });
});
