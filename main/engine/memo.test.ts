import { describe, expect, it } from 'vitest';
import { Memo, plainBytes } from './memo.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('answers that are kept', () => {
  it('share one in flight, and forget one that failed', async () => {
    const memo = new Memo<number>(4);
    let made = 0;
    const make = (): Promise<number> => Promise.resolve(++made);
    expect(await Promise.all([memo.get('a', make), memo.get('a', make)])).toEqual([1, 1]);
    await expect(memo.get('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await memo.get('b', make)).toBe(2);
  });

  it('go by number, those asked for longest ago first', async () => {
    const memo = new Memo<string>(2);
    const made: string[] = [];
    const ask = (key: string): Promise<string> =>
      memo.get(key, () => {
        made.push(key);
        return Promise.resolve(key);
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('go by bytes where they have a weight; the newest stays whatever its size', async () => {
    const memo = new Memo<Uint8Array>(100, { bytesOf: plainBytes, most: 1000 });
    let made = 0;
    const ask = (key: string, bytes: number): Promise<Uint8Array> =>
      memo.get(key, () => {
        made++;
        return Promise.resolve(new Uint8Array(bytes));
      });
    await ask('a', 400);
    await ask('b', 500);
    await settled();
    expect(memo.bytes).toBe(900);
    await ask('c', 300);
    await settled();
    // Without the first.
    expect(memo.bytes).toBe(800);
    await ask('b', 500);
    expect(made).toBe(3);
    await ask('a', 400);
    await settled();
    expect(made).toBe(4);
    // The third was asked for longest ago.
    expect(memo.bytes).toBe(900);
    await ask('huge', 5000);
    await settled();
    expect(memo.bytes).toBe(5000);
    await ask('huge', 5000);
    expect(made).toBe(5);
    await ask('small', 10);
    await settled();
    expect(memo.bytes).toBe(10);
  });

  it('are weighed by their arrays', () => {
    expect(plainBytes(new Float32Array(10))).toBe(40);
    const nested = plainBytes({ a: [new Uint8Array(100), { b: new Float64Array(5) }], c: 'four' });
    expect(nested).toBeGreaterThanOrEqual(140 + 8);
    expect(nested).toBeLessThan(140 + 200);
    expect(plainBytes(null)).toBeLessThan(16);
  });
});
