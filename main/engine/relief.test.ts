/** Collectors run when the process has grown, not before, and what cannot be collected does not make them run for ever. */
import { describe, expect, it } from 'vitest';
import { Relief } from './relief.ts';

/** A process of which `garbage` can be collected and `live` cannot, in bytes. */
function fake(pieces = 1) {
  const state = { live: 100e6, garbage: 0, collections: 0 };
  const collect = (): void => {
    state.collections++;
    state.garbage = 0;
  };
  return { state, relief: new Relief(collect, () => state.live + state.garbage, 30e6, pieces) };
}

describe('relief', () => {
  it('keeps a long row of small pictures within its bound', () => {
    const { state, relief } = fake();
    let most = 0;
    for (let n = 0; n < 1000; n++) {
      state.garbage += 1e6;
      most = Math.max(most, state.garbage);
      relief.look();
    }
    expect(most).toBeLessThanOrEqual(32e6);
    // Not at every picture either.
    expect(state.collections).toBeGreaterThan(20);
    expect(state.collections).toBeLessThan(40);
  });

  it('lets large pictures share one collection', () => {
    const { state, relief } = fake(8);
    for (let n = 0; n < 7; n++) {
      state.garbage += 200e6;
      relief.look();
    }
    expect(state.collections).toBe(0);
    relief.look();
    expect(state.collections).toBe(1);
  });

  it('takes what stays as the new beginning', () => {
    const { state, relief } = fake();
    relief.look();
    state.live += 40e6;
    relief.look();
    expect(state.collections).toBe(1);
    for (let n = 0; n < 10; n++) relief.look();
    expect(state.collections).toBe(1);
  });

  it('counts from the least that was held', () => {
    const { state, relief } = fake();
    relief.look();
    state.live -= 50e6;
    relief.look();
    state.garbage = 31e6;
    relief.look();
    expect(state.collections).toBe(1);
  });
});
