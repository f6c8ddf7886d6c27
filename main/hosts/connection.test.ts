import { describe, expect, it, vi } from 'vitest';
import { calls, type Handlers } from '../../app/contract/index.ts';
import { RevealError, type Answer } from '../../app/contract/messages.ts';
import { createConnection, Hub } from './connection.ts';

/** Handlers that refuse everything but what a test gives. */
function handlers(some: Partial<Handlers>): Handlers {
  const all = Object.fromEntries(
    Object.keys(calls).map((name) => [
      name,
      () => {
        throw new Error(`unexpected ${name}`);
      },
    ]),
  );
  return { ...all, ...some } as Handlers;
}
function open(some: Partial<Handlers> = {}) {
  const sent: Answer[] = [];
  const hub = new Hub();
  return { sent, hub, connection: createConnection(handlers(some), hub, (a) => sent.push(a)) };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a window’s conversation', () => {
  it('checks arguments, fills defaults and answers with the call’s id', async () => {
    const query = vi.fn(() => ({ total: 0, items: [] }));
    const { sent, connection } = open({ 'library.query': query });
    connection.receive({ t: 'call', id: 7, name: 'library.query', args: { text: 'Bilbo' } });
    await settle();
    expect(sent).toEqual([{ t: 'result', id: 7, value: { total: 0, items: [] } }]);
    expect(query).toHaveBeenCalledWith(
      expect.objectContaining({ text: 'Bilbo', limit: 200, sort: 'group' }),
      expect.anything(),
    );
  });

  it('names the argument that is wrong and does not run the handler', async () => {
    const query = vi.fn();
    const { sent, connection } = open({ 'library.query': query as never });
    connection.receive({ t: 'call', id: 1, name: 'library.query', args: { limit: 5000 } });
    await settle();
    expect(query).not.toHaveBeenCalled();
    expect(sent[0]).toMatchObject({ t: 'error', id: 1, code: 'bad-request' });
    expect((sent[0] as { message: string }).message).toContain('limit');
  });

  it.each(['files.read', 'toString', '__proto__', 'constructor'])(
    'refuses the unknown call %s',
    async (name) => {
      const { sent, connection } = open();
      connection.receive({ t: 'call', id: 2, name, args: {} });
      await settle();
      expect(sent).toEqual([expect.objectContaining({ t: 'error', id: 2, code: 'unknown-call' })]);
    },
  );

  it.each([null, 'text', 42, {}, { t: 'exec', id: 3 }, { t: 'call', id: 1.5, name: 'app.info' }])(
    'answers the malformed message %j with an error, and lives on',
    async (raw) => {
      const { sent, connection } = open({ 'library.groups': () => ({ groups: [] }) });
      connection.receive(raw);
      expect(sent[0]).toMatchObject({ t: 'error', code: 'bad-request' });
      connection.receive({ t: 'call', id: 9, name: 'library.groups', args: {} });
      await settle();
      expect(sent[1]).toMatchObject({ t: 'result', id: 9 });
    },
  );

  it('turns cancel into an abort of that call alone', async () => {
    const aborted: string[] = [];
    const wait =
      (name: string) =>
      (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => (aborted.push(name), reject(new Error('aborted')))),
        );
    const { sent, connection } = open({ 'library.groups': wait('groups'), 'library.facets': wait('facets') });
    connection.receive({ t: 'call', id: 1, name: 'library.groups', args: {} });
    connection.receive({ t: 'call', id: 2, name: 'library.facets', args: {} });
    connection.receive({ t: 'cancel', id: 1 });
    await settle();
    expect(aborted).toEqual(['groups']);
    expect(sent).toEqual([expect.objectContaining({ t: 'error', id: 1, code: 'cancelled' })]);
  });

  it('passes a person’s error on as it stands and hides no other', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { sent, connection } = open({
      'library.groups': () => {
        throw new RevealError('disk', 'roll.tif: the disk is full.');
      },
      'library.facets': () => {
        throw new TypeError('x is undefined');
      },
    });
    connection.receive({ t: 'call', id: 1, name: 'library.groups', args: {} });
    connection.receive({ t: 'call', id: 2, name: 'library.facets', args: {} });
    await settle();
    expect(sent[0]).toEqual({ t: 'error', id: 1, code: 'disk', message: 'roll.tif: the disk is full.' });
    expect(sent[1]).toMatchObject({ t: 'error', id: 2, code: 'internal' });
  });

  it('delivers only subscribed topics, and nothing after unsubscribe or close', () => {
    const { sent, hub, connection } = open();
    connection.receive({ t: 'subscribe', id: 5, topic: 'notice' });
    connection.receive({ t: 'subscribe', id: 6, topic: 'nonsense' });
    hub.publish('notice', { level: 'info', text: 'a' });
    hub.publish('library.changed', { ids: [1], groups: false });
    connection.receive({ t: 'unsubscribe', id: 5 });
    hub.publish('notice', { level: 'info', text: 'b' });
    connection.receive({ t: 'subscribe', id: 7, topic: 'notice' });
    connection.close();
    hub.publish('notice', { level: 'info', text: 'c' });
    expect(sent).toEqual([
      expect.objectContaining({ t: 'error', id: 6 }),
      { t: 'event', id: 5, topic: 'notice', value: { level: 'info', text: 'a' } },
    ]);
  });

  it('aborts what still runs when the window goes away, and sends nothing more', async () => {
    let signal: AbortSignal | undefined;
    const { sent, connection } = open({
      'library.groups': (_, context) => {
        signal = context.signal;
        return new Promise(() => undefined);
      },
    });
    connection.receive({ t: 'call', id: 1, name: 'library.groups', args: {} });
    connection.close();
    await settle();
    expect(signal?.aborted).toBe(true);
    expect(sent).toEqual([]);
  });
});
