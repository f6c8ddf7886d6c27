import { afterEach, describe, expect, it, vi } from 'vitest';
import { Buffers } from './buffers.ts';

const MB = 1 << 20;

describe('memory of pictures', () => {
  afterEach(() => void vi.useRealTimers());

  it('is used again for a picture of nearly the same size', () => {
    const buffers = new Buffers();
    const first = buffers.take(100 * MB);
    expect(first.byteLength).toBe(104 * MB);
    expect(buffers.give(first)).toBe(true);
    expect(buffers.take(101 * MB)).toBe(first);
    // Taken, it is nobody else's.
    expect(buffers.take(101 * MB)).not.toBe(first);
  });

  it('is not used for one that does not fit or would waste it', () => {
    const buffers = new Buffers();
    const first = buffers.take(100 * MB);
    buffers.give(first);
    expect(buffers.take(110 * MB)).not.toBe(first);
    expect(buffers.take(50 * MB)).not.toBe(first);
    expect(buffers.held).toBe(104 * MB);
  });

  it('keeps a few pieces only, none twice, and no small ones', () => {
    const buffers = new Buffers();
    const pieces = [1, 2, 3, 4].map(() => buffers.take(20 * MB));
    for (const piece of pieces) buffers.give(piece);
    expect(buffers.give(pieces[3])).toBe(false);
    expect(buffers.held).toBe(72 * MB);
    expect(buffers.give(new SharedArrayBuffer(MB))).toBe(false);
    expect(buffers.give(new ArrayBuffer(20 * MB))).toBe(false);
  });

  it('is let go when nobody has asked for a while', () => {
    vi.useFakeTimers();
    const idle = vi.fn();
    const buffers = new Buffers(idle);
    buffers.give(buffers.take(20 * MB));
    vi.advanceTimersByTime(1400);
    buffers.give(buffers.take(20 * MB));
    vi.advanceTimersByTime(1400);
    expect([buffers.held, idle.mock.calls.length]).toEqual([24 * MB, 0]);
    vi.advanceTimersByTime(200);
    expect([buffers.held, idle.mock.calls.length]).toEqual([0, 1]);
  });
});
