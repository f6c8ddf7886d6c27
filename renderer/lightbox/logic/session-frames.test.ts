/** Boundaries of the pictures on a scan in the session's undo: in order with the settings, in hand, being drawn, refused. */
import { beforeEach, describe, expect, it } from 'vitest';
import { blank, host } from './session-fixture.ts';
import { createSession, type Level } from './session.ts';
import { canTravel } from './state.ts';

let h: ReturnType<typeof host>;
let said: [Level, string][];
let clock: number;
const make = () =>
  createSession({
    client: h.client,
    ids: [1, 2, 3],
    startId: 1,
    now: () => clock,
    notify: (level, text) => said.push([level, text]),
  });

beforeEach(() => {
  h = host();
  said = [];
  clock = 0;
});
describe('boundaries', () => {
  const halves = [0, 0.5].map((x) => ({ x, y: 0, w: 0.5, h: 1, angle: 0 }));
  const quiet = () => new Promise((r) => setTimeout(r, 30));
  const drawn = () => h.heard.filter((c) => c.name === 'frames.set').map((c) => c.args.frames);

  it('takes boundaries and settings back in the order they were made, and makes them again', async () => {
    const s = make();
    await s.open(1);
    clock = 1000;
    s.set('lights', 'exposure', 1);
    clock = 2000;
    expect(await s.setFrames(halves)).toBe(true);
    clock = 3000;
    s.set('print', 'grade', 3);
    s.undo();
    expect(s.store.getState().recipe?.params.print.grade).toBe(2);
    expect(h.found.frames).toHaveLength(2);
    s.undo();
    await quiet();
    expect(h.found).toMatchObject({ byPerson: false, frames: [{ w: 1 }] });
    expect(s.store.getState().recipe?.params.lights.exposure).toBe(1);
    s.undo();
    expect(s.store.getState().recipe).toEqual(blank);
    expect(canTravel(s.store.getState(), -1)).toBe(false);
    for (let i = 0; i < 3; i++) {
      s.redo();
      await quiet();
    }
    expect(h.found.frames).toEqual(halves);
    expect(s.store.getState().recipe?.params.print.grade).toBe(3);
    expect(canTravel(s.store.getState(), 1)).toBe(false);
    // What analysis had found is asked for as such, not as a drawing of it.
    expect(drawn()).toEqual([halves, null, halves]);
  });

  it('takes boundaries back that are still being drawn, and then what came before them', async () => {
    const s = make();
    await s.open(1);
    clock = 1000;
    s.set('lights', 'exposure', 1);
    h.slow.add('develop.auto');
    clock = 2000;
    const drawing = s.setFrames(halves);
    s.undo();
    s.undo();
    expect(await drawing).toBe(true);
    await s.flushed();
    expect(drawn()).toEqual([halves, null]);
    expect(h.found.byPerson).toBe(false);
    expect(s.store.getState().recipe).toEqual(blank);
  });

  it('still takes boundaries back in another lightbox of the same window, and not from other hands', async () => {
    const s = make();
    await s.open(1);
    await s.setFrames(halves);
    await s.setFrames(halves.slice(1));
    s.close();
    const other = make();
    await other.open(1);
    expect(canTravel(other.store.getState(), -1)).toBe(true);
    other.undo();
    await other.flushed();
    expect(h.found.frames).toEqual(halves);
    h.found.frames = [{ x: 0.2, y: 0.2, w: 0.3, h: 0.3, angle: 0 }];
    await other.refreshAuto();
    other.undo();
    await other.flushed();
    expect(h.found.frames).toHaveLength(1);
    expect(canTravel(other.store.getState(), -1)).toBe(false);
  });

  it('a new change leaves nothing of either line to be redone, and a refused one changes nothing', async () => {
    const s = make();
    await s.open(1);
    clock = 1000;
    await s.setFrames(halves);
    s.undo();
    await s.flushed();
    clock = 2000;
    s.set('lights', 'exposure', 1);
    expect(canTravel(s.store.getState(), 1)).toBe(false);
    s.undo();
    clock = 3000;
    await s.setFrames(halves);
    expect(canTravel(s.store.getState(), 1)).toBe(false);
    h.broken.add('frames.set');
    s.undo();
    await s.flushed();
    expect(said).toEqual([['error', 'frames.set failed: disk is full']]);
    expect(canTravel(s.store.getState(), -1)).toBe(true);
    expect(await s.setFrames([])).toBe(false);
  });
});
