import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('budget', () => {
  it('never gives out more than it has, in order', async () => {
    const budget = new Budget(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 9 }, (_, i) =>
        budget.with(1, undefined, async () => {
          order.push(i);
          most = Math.max(most, ++running);
          await tick();
          running--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
  it('lets a request larger than everything run alone', async () => {
    const budget = new Budget(100);
    const first = await budget.take(60);
    let alone = false;
    const second = budget.take(500).then((back) => {
      alone = true;
      return back;
    });
    await tick();
    expect(alone).toBe(false);
    first();
    (await second)();
    expect(alone).toBe(true);
  });
  it('gives back once only, and forgets who gave up', async () => {
    const budget = new Budget(1);
    const back = await budget.take(1);
    const stop = new AbortController();
    const waiting = budget.take(1, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    back();
    back();
    const again = await budget.take(1);
    let second = false;
    void budget.take(1).then(() => (second = true));
    await tick();
    expect(second).toBe(false);
    again();
  });
});
