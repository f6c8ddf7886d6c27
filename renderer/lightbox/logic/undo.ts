/**
 * The undo stack of one picture: a line of recipes with a marker. Saving after an undo cuts off what was
 * undone, as everywhere. Successive changes of the same control within a short time become one step, so that
 * ten turns of the wheel are one undo.
 */
export interface UndoEntry<T> {
  value: T;
  /** What led here, e.g. 'set:lights.exposure=0.35'. */
  label: string;
  /** Milliseconds. */
  at: number;
}
export interface UndoStack<T> {
  entries: readonly UndoEntry<T>[];
  /** Index of the present entry. */
  index: number;
}

const LIMIT = 500;
const MERGE_MS = 1200;

/** A stack whose only entry is the present state. */
export function startStack<T>(value: T, label: string, at: number): UndoStack<T> {
  return { entries: [{ value, label, at }], index: 0 };
}

/** A stack from stored history, oldest first; the newest is the present. `entries` must not be empty. */
export function stackFrom<T>(entries: readonly UndoEntry<T>[]): UndoStack<T> {
  const kept = entries.slice(-LIMIT);
  return { entries: kept, index: kept.length - 1 };
}

/** What a label changes, without the value: 'set:lights.exposure=0.35' -> 'set:lights.exposure'. */
export function labelSubject(label: string): string {
  return label.split('=', 1)[0];
}

/** Adds a state; merges with the present one when `merge` and the same control was changed a moment ago. */
export function push<T>(
  stack: UndoStack<T>,
  value: T,
  label: string,
  at: number,
  merge = false,
): UndoStack<T> {
  const present = stack.entries[stack.index];
  const joined =
    merge &&
    stack.index > 0 &&
    label.includes('=') &&
    labelSubject(present.label) === labelSubject(label) &&
    at - present.at < MERGE_MS;
  const keep = stack.entries.slice(0, joined ? stack.index : stack.index + 1);
  const entries = [...keep, { value, label, at }].slice(-LIMIT);
  return { entries, index: entries.length - 1 };
}

export function canUndo<T>(stack: UndoStack<T>): boolean {
  return stack.index > 0;
}
export function canRedo<T>(stack: UndoStack<T>): boolean {
  return stack.index < stack.entries.length - 1;
}

/** Moves the marker by -1 or +1; the same stack when there is nothing there. */
export function move<T>(stack: UndoStack<T>, by: -1 | 1): UndoStack<T> {
  const index = stack.index + by;
  if (index < 0 || index >= stack.entries.length) return stack;
  return { ...stack, index };
}

export function present<T>(stack: UndoStack<T>): UndoEntry<T> {
  return stack.entries[stack.index];
}
