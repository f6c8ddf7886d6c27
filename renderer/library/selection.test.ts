import { describe, expect, it } from 'vitest';
import { band, keepKnown, noSelection, select, selectAll, type Selection } from './selection.ts';

const order = Int32Array.of(10, 20, 30, 40, 50);
const plain = { shift: false, toggle: false };
const shift = { shift: true, toggle: false };
const toggle = { shift: false, toggle: true };
const ids = (s: Selection) => [...s.ids].sort((a, b) => a - b);

describe('selection', () => {
  it('a click takes one, ctrl adds and takes away', () => {
    let s = select(noSelection, order, 30, plain);
    expect(ids(s)).toEqual([30]);
    s = select(s, order, 50, toggle);
    expect(ids(s)).toEqual([30, 50]);
    s = select(s, order, 30, toggle);
    expect(ids(s)).toEqual([50]);
    expect(s.active).toBe(30);
  });

  it('shift takes the range from the last plain click, in both directions, and follows when it turns', () => {
    const s = select(noSelection, order, 30, plain);
    expect(ids(select(s, order, 50, shift))).toEqual([30, 40, 50]);
    const wide = select(s, order, 50, shift);
    expect(ids(select(wide, order, 10, shift))).toEqual([10, 20, 30]);
  });

  it('shift and ctrl together add a range', () => {
    let s = select(noSelection, order, 10, plain);
    s = select(s, order, 40, toggle);
    s = select(s, order, 50, { shift: true, toggle: true });
    expect(ids(s)).toEqual([10, 40, 50]);
  });

  it('a rubber band replaces, adds with shift, inverts with ctrl', () => {
    const before = select(noSelection, order, 10, plain);
    expect(ids(band(before, [30, 40], plain))).toEqual([30, 40]);
    expect(ids(band(before, [30, 40], shift))).toEqual([10, 30, 40]);
    expect(ids(band(before, [10, 20], toggle))).toEqual([20]);
  });

  it('forgets what the table no longer shows', () => {
    const s = selectAll(noSelection, order);
    const kept = keepKnown(s, Int32Array.of(20, 60));
    expect(ids(kept)).toEqual([20]);
    expect(kept.active).toBeNull();
  });
});
