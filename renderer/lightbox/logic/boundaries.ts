/** The boundaries of the pictures on the scan before us: drawn by the host, and kept in the scan's undo stack. */
import type { StoreApi } from 'zustand/vanilla';
import type { LightboxClient } from '../ports.ts';
import type { FrameBoundary } from './frames.ts';
import { cutRedo, holds, keepFrames, pushFrames, scanKey, type ScanFrames } from './scanframes.ts';
import type { SessionState } from './state.ts';
import { move, present, type UndoStack } from './undo.ts';

export interface Boundaries {
  stack(): UndoStack<ScanFrames> | undefined;
  /** Draws them anew; `now` tells the time of the entry. False when the host refused, which is said. */
  set(frames: readonly FrameBoundary[], now: () => number): Promise<boolean>;
  /** Goes one step back (-1) or forth (+1). */
  travel(by: -1 | 1): Promise<void>;
  cutRedo(): void;
}

export function createBoundaries(parts: {
  client: LightboxClient;
  store: StoreApi<SessionState>;
  fail(error: unknown): void;
  /** Shows the pictures that follow from new boundaries. */
  redrawn(): Promise<void>;
}): Boundaries {
  const { client, store } = parts;
  const { getState: get } = store;

  /** The scan before us: its key, its undo stack, and what it has now. */
  function here(): { key: string; stack: UndoStack<ScanFrames> | undefined; now: ScanFrames } {
    const { id, items, auto, frameStacks } = get();
    const key = items[id] ? scanKey(items[id]) : '';
    const now = { frames: auto?.frames ?? [], found: !auto?.framesByPerson };
    return { key, stack: frameStacks[key], now };
  }

  function keep(key: string, stack: UndoStack<ScanFrames> | undefined): void {
    const others = Object.entries(get().frameStacks).filter(([other]) => other !== key);
    const frameStacks = Object.fromEntries(stack ? [...others, [key, stack]] : others);
    keepFrames(client, frameStacks);
    store.setState({ frameStacks });
  }

  async function draw({ frames, found }: ScanFrames): Promise<boolean> {
    try {
      await client.call('frames.set', { itemId: get().id, frames: found ? null : [...frames] });
      await parts.redrawn();
      return true;
    } catch (error) {
      parts.fail(error);
      return false;
    }
  }

  return {
    stack: () => here().stack,
    async set(frames, now) {
      const { key, stack, now: before } = here();
      const after = { frames, found: false };
      if (!(await draw(after))) return false;
      keep(key, pushFrames(stack, before, after, now()));
      return true;
    },
    async travel(by) {
      const { key, stack, now } = here();
      if (!stack) return;
      const next = move(stack, by);
      if (next === stack) return;
      // Drawn otherwise meanwhile (in another window, or it is another scan by now): nothing to go back to.
      if (get().auto && !holds(stack, now)) keep(key, undefined);
      else if (await draw(present(next).value)) keep(key, next);
    },
    cutRedo() {
      const { key, stack } = here();
      if (stack) keep(key, cutRedo(stack));
    },
  };
}
