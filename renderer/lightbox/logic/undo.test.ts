import { describe, expect, it } from 'vitest';
import { canRedo, canUndo, move, present, push, stackFrom, startStack } from './undo.ts';

describe('undo stack', () => {
  it('goes back and forth and cuts the future when something new is done', () => {
    let s = startStack('a', 'start', 0);
    expect(canUndo(s)).toBe(false);
    s = push(s, 'b', 'x', 1);
    s = push(s, 'c', 'y', 2);
    s = move(s, -1);
    expect(present(s).value).toBe('b');
    expect(canRedo(s)).toBe(true);
    expect(present(move(s, 1)).value).toBe('c');
    s = push(s, 'd', 'z', 3);
    expect(canRedo(s)).toBe(false);
    expect(s.entries.map((e) => e.value)).toEqual(['a', 'b', 'd']);
    expect(move(move(move(s, -1), -1), -1).index).toBe(0);
  });

  it('merges quick changes of one control, not of two, not slow ones', () => {
    let s = startStack(0, 'start', 0);
    s = push(s, 1, 'set:lights.red=1', 1000, true);
    s = push(s, 2, 'set:lights.red=2', 1500, true);
    expect(s.entries.map((e) => e.value)).toEqual([0, 2]);
    s = push(s, 3, 'set:lights.blue=3', 1600, true);
    expect(s.entries).toHaveLength(3);
    s = push(s, 4, 'set:lights.blue=4', 9000, true);
    expect(s.entries).toHaveLength(4);
  });

  it('never merges into the first state, and never what has no value', () => {
    let s = startStack(0, 'set:lights.red=0', 0);
    s = push(s, 1, 'set:lights.red=1', 1, true);
    expect(s.entries).toHaveLength(2);
    s = push(s, 2, 'auto', 2, true);
    s = push(s, 3, 'auto', 3, true);
    expect(s.entries).toHaveLength(4);
  });

  it('does not merge with a state that lies ahead', () => {
    let s = startStack(0, 'start', 0);
    s = push(s, 1, 'set:a.b=1', 10);
    s = push(s, 2, 'set:a.b=2', 9000);
    s = push(move(s, -1), 3, 'set:a.c=3', 9100, true);
    expect(s.entries.map((e) => e.value)).toEqual([0, 1, 3]);
  });

  it('starts from stored history at its end', () => {
    const s = stackFrom([
      { value: 'a', label: '', at: 0 },
      { value: 'b', label: '', at: 1 },
    ]);
    expect(present(s).value).toBe('b');
    expect(present(move(s, -1)).value).toBe('a');
  });
});
