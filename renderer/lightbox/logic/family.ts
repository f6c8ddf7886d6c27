/**
 * What other pictures have to say to this one: prints found on its scan, colours remembered from its album, its other
 * side, the ageing setting it shares. All of it proposals; nothing happens before a person takes one.
 */
import type { ProposedColour } from '../../../app/contract/family.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import { changeHints, makeHint } from './drawing.ts';
import type { FrameBoundary } from './frames.ts';
import type { Session } from './session.ts';

/** From how sure a find is said unasked. */
const SURE = 0.5;

/** Prints on a scan that are worth a word: several of them, all rather sure. */
export function worthSaying(frames: readonly (FrameBoundary & { confidence: number })[]): FrameBoundary[] {
  const sure = frames.filter((f) => f.confidence >= SURE);
  return sure.length > 1 ? sure.map(({ x, y, w, h, angle }) => ({ x, y, w, h, angle })) : [];
}

/** Proposals that no hint stands on by now. */
export function openProposals(
  proposals: readonly ProposedColour[],
  hints: readonly Hint[],
): readonly ProposedColour[] {
  return proposals.filter((p) => !hints.some((h) => Math.hypot(h.x - p.x, h.y - p.y) < 0.03));
}

/** Takes proposals as hints: one step that can be undone. They are hints like any other then. */
export function acceptProposals(session: Session, taken: readonly ProposedColour[]): void {
  if (taken.length === 0) return;
  changeHints(session, 'remembered', (now) => [...now, ...taken.map((p) => makeHint(p.x, p.y, p.colour))]);
  session.store.setState((s) => ({ proposals: s.proposals.filter((p) => !taken.includes(p)) }));
}

/** Turns proposals down for this picture; `say` offers the way back. */
export async function dismissProposals(session: Session, gone: readonly ProposedColour[]): Promise<void> {
  const { id } = session.store.getState();
  const memoryIds = [...new Set(gone.map((p) => p.memoryId))];
  session.store.setState((s) => ({
    proposals: s.proposals.filter((p) => !memoryIds.includes(p.memoryId)),
  }));
  try {
    await session.client.call('memory.dismiss', { itemId: id, memoryIds });
  } catch (error) {
    session.fail(error);
  }
}

/** Asks anew which remembered colours may belong here. */
export async function askProposals(session: Session, signal?: AbortSignal): Promise<void> {
  const { id, recipe } = session.store.getState();
  if (!recipe) return;
  const { hints } = await session.client.call(
    'memory.proposals',
    { itemId: id, recipe },
    signal ? { signal } : undefined,
  );
  if (session.store.getState().id === id) session.store.setState({ proposals: hints });
}

const looked = new WeakMap<Session, Map<number, FrameBoundary[]>>();

/** Looks for several prints on the scan, once for each picture and window. */
export async function askPrints(session: Session, signal?: AbortSignal): Promise<FrameBoundary[]> {
  const { id } = session.store.getState();
  const known = looked.get(session) ?? new Map<number, FrameBoundary[]>();
  looked.set(session, known);
  const before = known.get(id);
  if (before) return before;
  const { frames } = await session.client.call(
    'prints.find',
    { itemId: id },
    signal ? { signal } : undefined,
  );
  const found = worthSaying(frames);
  known.set(id, found);
  return found;
}
