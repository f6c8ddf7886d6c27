/** What an open lightbox knows and shows: the shape of its store, and how it begins. */
import type { CallResult, HistoryEntry } from '../../../app/contract/index.ts';
import type { Group, Item } from '../../../app/contract/library.ts';
import type { PixelsHeader } from '../../../app/contract/pixels.ts';
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';
import type { ProposedColour } from '../../../app/contract/family.ts';
import type { FrameBoundary } from './frames.ts';
import { startBrush, type Brush } from './marks.ts';
import { nextLine, scanKey, type FrameStacks, type HandUndo } from './scanframes.ts';
import type { UndoStack } from './undo.ts';
import { FIT, type Size, type Viewport } from './viewport.ts';

export type Auto = CallResult<'develop.auto'>;
export type Tool = 'none' | 'base' | 'crop' | 'straighten' | 'frames' | 'neutral' | 'marks' | 'hints';
/** Tools that read film; a print has none. */
export const filmTools: ReadonlySet<Tool> = new Set<Tool>(['base', 'neutral']);
/** Tools of the restore steps. */
export const positiveTools: ReadonlySet<Tool> = new Set<Tool>(['marks', 'hints']);
export type Compare = 'off' | 'split' | 'side';
/** What was changed and how sure it is: views of the restore steps, each with a legend. */
export const views = ['damage', 'labels', 'changes', 'confidence'] as const;
export type View = (typeof views)[number];
export type Overlay = 'none' | 'dust' | 'clipping' | View;
export type Level = 'info' | 'warning' | 'error';

export interface SessionState {
  ids: readonly number[];
  id: number;
  /** Items seen so far, for the strip and the title. */
  items: Readonly<Record<number, Item>>;
  group: Group | null;
  /** What is on screen; null while the first recipe is on its way. */
  recipe: DevelopRecipe | null;
  auto: Auto | null;
  autoError: string | null;
  stack: UndoStack<DevelopRecipe> | null;
  /** Undo of the boundaries drawn on scans, by scan. */
  frameStacks: FrameStacks;
  /** Undo of the tool in hand, while it has one of its own. */
  hand: HandUndo | null;
  history: readonly HistoryEntry[];
  saving: boolean;
  /** A control is being moved: previews are asked for at a fluid size. */
  fluid: boolean;
  header: PixelsHeader | null;
  /** The recipe that the newest frame on stage was made with: what was drawn since is not in it yet. */
  shown: DevelopRecipe | null;
  /** Full-resolution size of what is on the stage, and what decides its outline (see feed.ts). */
  picture: Size | null;
  outline: string;
  busy: boolean;
  tool: Tool;
  compare: Compare;
  /** Position of the divider, 0..1 of the stage. */
  divider: number;
  /** Held key: the film instead of the picture. */
  flicker: boolean;
  overlay: Overlay;
  /** The mask tools: which is in hand, how large, and what is chosen. */
  brush: Brush;
  /** The hint whose colour is being chosen, by its place in the list. */
  chosenHint: number | null;
  /** The pan key is held while a tool draws: drags move the view. */
  panning: boolean;
  viewport: Viewport;
  keepZoom: boolean;
  panels: boolean;
  /** Parameters that the roll shares are written to all its frames at once. */
  linkRoll: boolean;
  clipboard: DevelopRecipe | null;
  /** Counts the times that what lies behind the present recipe changed (analysis, roll): frames on stage are out of date then. */
  revision: number;
  /** Colours remembered from other pictures that may belong here (logic/family.ts). */
  proposals: readonly ProposedColour[];
  /** Prints that were found on the scan, for the boundaries tool to begin with. */
  foundPrints: readonly FrameBoundary[] | null;
  /** Chosen in the film-strip beside the present picture: where settings are synced to. */
  selection: readonly number[];
}

/** Nothing loaded, nothing changed, everything in view. */
export function startState(ids: readonly number[], id: number): SessionState {
  return {
    ids,
    id,
    items: {},
    group: null,
    recipe: null,
    auto: null,
    autoError: null,
    stack: null,
    frameStacks: {},
    hand: null,
    history: [],
    saving: false,
    fluid: false,
    header: null,
    shown: null,
    picture: null,
    outline: '',
    busy: false,
    tool: 'none',
    compare: 'off',
    divider: 0.5,
    flicker: false,
    overlay: 'none',
    brush: startBrush,
    chosenHint: null,
    panning: false,
    viewport: FIT,
    keepZoom: false,
    panels: true,
    linkRoll: false,
    clipboard: null,
    revision: 0,
    proposals: [],
    foundPrints: null,
    selection: [],
  };
}

/** Whether there is something to take back (-1) or to do again (+1). */
export function canTravel({ stack, frameStacks, hand, items, id }: SessionState, by: -1 | 1): boolean {
  if (hand) return by < 0 ? hand.canUndo : hand.canRedo;
  return nextLine(stack, items[id] && frameStacks[scanKey(items[id])], by) !== null;
}
