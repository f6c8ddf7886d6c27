/**
 * Undo for the boundaries of the pictures on a scan. They belong to the scan, recipes to one picture of it: two
 * lines of entries, each in the order of time. What was done last is undone first and what was undone last is
 * redone first, whichever line it stands on, so that one key takes back one thing.
 */
import type { Item } from '../../../app/contract/library.ts';
import type { LightboxClient } from '../ports.ts';
import type { FrameBoundary } from './frames.ts';
import { canRedo, canUndo, present, push, startStack, type UndoStack } from './undo.ts';

export interface ScanFrames {
  frames: readonly FrameBoundary[];
  /** As analysis finds them: nobody has drawn them. */
  found: boolean;
}
export type FrameStacks = Readonly<Record<string, UndoStack<ScanFrames>>>;

/** What an open tool takes back by itself before it is done. */
export interface HandUndo {
  canUndo: boolean;
  canRedo: boolean;
  undo(): void;
  redo(): void;
}

/** Names a scan; its pictures have it in common. */
export const scanKey = (item: Pick<Item, 'folder' | 'name'>): string => `${item.folder}\n${item.name}`;

const kept = new WeakMap<LightboxClient, FrameStacks>();
/** Stacks outlive the lightbox that made them, as long as the window is open. */
export const keptFrames = (client: LightboxClient): FrameStacks => kept.get(client) ?? {};
export const keepFrames = (client: LightboxClient, stacks: FrameStacks): void =>
  void kept.set(client, stacks);

/** Hosts round boundaries to whole pixels. */
const NEAR = 0.005;

/** Whether both name the same areas, up to the rounding of a small scan. */
export function sameFrames(a: readonly FrameBoundary[], b: readonly FrameBoundary[]): boolean {
  const near = (x: number, y: number) => Math.abs(x - y) <= NEAR;
  return (
    a.length === b.length &&
    a.every((f, i) => {
      const g = b[i];
      return near(f.x, g.x) && near(f.y, g.y) && near(f.w, g.w) && near(f.h, g.h) && near(f.angle, g.angle);
    })
  );
}

/** The scan's stack after its boundaries were changed from `before` to `after`. A stack that tells of others is begun anew. */
export function pushFrames(
  stack: UndoStack<ScanFrames> | undefined,
  before: ScanFrames,
  after: ScanFrames,
  at: number,
): UndoStack<ScanFrames> {
  const goesOn = stack && holds(stack, before);
  return push(goesOn ? stack : startStack(before, 'start', at), after, 'frames', at);
}

/** Whether the stack's present entry is what the scan has. */
export function holds(stack: UndoStack<ScanFrames>, now: ScanFrames): boolean {
  const { value } = present(stack);
  // What is found may be found otherwise by now; that nobody drew it stays true.
  return value.found ? now.found : sameFrames(value.frames, now.frames);
}

/** Without what could be redone. */
export function cutRedo<T>(stack: UndoStack<T>): UndoStack<T> {
  return canRedo(stack) ? { ...stack, entries: stack.entries.slice(0, stack.index + 1) } : stack;
}

/** Which of the two lines the next step back (-1) or forth (+1) is taken on; null when there is none. */
export function nextLine(
  recipes: UndoStack<unknown> | null,
  frames: UndoStack<unknown> | undefined,
  by: -1 | 1,
): 'recipe' | 'frames' | null {
  const can = by < 0 ? canUndo : canRedo;
  const r = recipes && can(recipes) ? recipes : null;
  const f = frames && can(frames) ? frames : null;
  if (!r || !f) return f ? 'frames' : r ? 'recipe' : null;
  const [fAt, rAt] = by < 0 ? [present(f).at, present(r).at] : [nextAt(f), nextAt(r)];
  return (by < 0 ? fAt >= rAt : fAt <= rAt) ? 'frames' : 'recipe';
}

const nextAt = (stack: UndoStack<unknown>): number => stack.entries[stack.index + 1].at;
