/** The drawing hand: pointer and keyboard give the same strokes, clicks and drags are told apart, shift holds the direction. */
import { describe, expect, it } from 'vitest';
import { moveHand, previewOf, restingHand, snapped, type Hand, type HandEvent } from './hand.ts';
import type { MarkHandTool } from './marks.ts';
import type { Point } from './viewport.ts';

const NEAR = 8;
const p = (x: number, y: number): Point => ({ x, y });
const down = (x: number, y: number, shift = false): HandEvent => ({ type: 'down', at: p(x, y), shift });
const move = (x: number, y: number, shift = false): HandEvent => ({ type: 'move', at: p(x, y), shift });
const up = (x: number, y: number, shift = false): HandEvent => ({ type: 'up', at: p(x, y), shift });
const put = (x: number, y: number): HandEvent => ({ type: 'put', at: p(x, y) });

/** Plays events; the strokes that came of them, and the hand in the end. */
function play(tool: MarkHandTool, ...events: HandEvent[]): { strokes: Point[][]; hand: Hand } {
  let hand = restingHand;
  const strokes: Point[][] = [];
  for (const event of events) {
    const next = moveHand(tool, hand, event, NEAR);
    hand = next.hand;
    if (next.stroke) strokes.push([...next.stroke]);
  }
  return { strokes, hand };
}

describe('freehand', () => {
  it('draws from press to release; a click is a dab', () => {
    const { strokes, hand } = play(
      'brush',
      move(0, 0),
      down(1, 1),
      move(2, 5),
      move(3, 9),
      up(3, 9),
      down(50, 50),
      up(50, 50),
    );
    expect(strokes).toEqual([[p(1, 1), p(2, 5), p(3, 9)], [p(50, 50)]]);
    expect(hand.mode).toBe('idle');
  });
  it('goes straight with shift, and free again without', () => {
    const { strokes } = play('erase', down(0, 0), move(5, 9), move(40, 3, true), up(40, 3, true));
    expect(strokes).toEqual([[p(0, 0), p(40, 3)]]);
  });
  it('draws by keyboard: lower, move, lift', () => {
    const { strokes } = play('heal', put(10, 10), move(20, 10), move(30, 10), put(30, 10), move(60, 10));
    expect(strokes).toEqual([[p(10, 10), p(20, 10), p(30, 10)]]);
    expect(play('brush', put(4, 4), put(4, 4)).strokes).toEqual([[p(4, 4)]]);
  });
  it('forgets a stroke that is called off', () => {
    const { strokes, hand } = play('brush', down(0, 0), move(9, 9), { type: 'cancel' }, up(9, 9));
    expect(strokes).toEqual([]);
    expect(hand).toMatchObject({ mode: 'idle', path: [] });
  });
});

describe('line', () => {
  it('is dragged, or clicked at both ends, or put from the keyboard', () => {
    const line = [[p(0, 0), p(90, 40)]];
    expect(play('line', down(0, 0), move(50, 9), move(90, 40), up(90, 40)).strokes).toEqual(line);
    expect(play('line', down(0, 0), up(2, 1), move(50, 9), down(90, 40), up(90, 40)).strokes).toEqual(line);
    expect(play('line', put(0, 0), move(60, 9), put(90, 40)).strokes).toEqual(line);
  });
  it('holds its direction with shift, in steps of fifteen degrees, at its length', () => {
    const [[, end]] = play('line', down(0, 0), move(100, 4, true), up(100, 4, true)).strokes;
    expect(end.y).toBeCloseTo(0, 9);
    expect(end.x).toBeCloseTo(Math.hypot(100, 4), 9);
    const s = snapped(p(10, 10), p(10 + 51, 10 + 49));
    expect(s.x - 10).toBeCloseTo(s.y - 10, 9);
    const clicked = play('line', down(0, 0), up(0, 0), down(3, 100, true)).strokes[0][1];
    expect(clicked.x).toBeCloseTo(0, 9);
  });
  it('shows its rubber band between the clicks', () => {
    const { hand } = play('line', down(0, 0), up(0, 0), move(70, 20));
    expect(previewOf('line', hand)).toEqual([p(0, 0), p(70, 20)]);
  });
});

describe('outline', () => {
  it('is drawn freely', () => {
    const { strokes } = play('lasso', down(0, 0), move(50, 0), move(50, 50), move(0, 50), up(0, 50));
    expect(strokes).toEqual([[p(0, 0), p(50, 0), p(50, 50), p(0, 50)]]);
  });
  it('is clicked corner by corner and closed at its beginning', () => {
    const corners = [down(0, 0), up(0, 0), down(50, 0), up(50, 0), down(50, 50), up(50, 50)];
    const { strokes, hand } = play('spare', ...corners, move(3, 3), down(3, 3));
    expect(strokes).toEqual([[p(0, 0), p(50, 0), p(50, 50)]]);
    expect(hand.mode).toBe('idle');
    // Or by the close key, which also takes a double click's second press for what it is.
    const twice = play('spare', ...corners, down(50, 50), up(50, 50), { type: 'close' });
    expect(twice.strokes).toEqual([[p(0, 0), p(50, 0), p(50, 50)]]);
  });
  it('takes no outline without an inside', () => {
    expect(play('lasso', down(0, 0), up(0, 0), down(50, 0), up(50, 0), { type: 'close' }).strokes).toEqual(
      [],
    );
    expect(play('lasso', down(0, 0), move(50, 0), up(50, 0)).strokes).toEqual([]);
    const { hand } = play('lasso', put(0, 0), move(9, 40));
    expect(previewOf('lasso', hand)).toEqual([p(0, 0), p(9, 40)]);
  });
});
