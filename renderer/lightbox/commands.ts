/** Every command of the lightbox with its key: the one list that tooltips, the '?' sheet and the dispatcher read. */
import { registerCommands, type Command } from '../shortcuts.ts';

type Line = readonly [id: string, key: string, also?: readonly string[], hold?: boolean];

const list: readonly Line[] = [
  ['back', 'Escape'],
  ['next', 'ArrowRight'],
  ['previous', 'ArrowLeft'],
  ['panels', 'Tab'],
  ['fullscreen', 'F'],
  // The second key works while a tool has taken Space for moving the view.
  ['film', 'Space', ['\\'], true],
  ['split', 'S'],
  ['side', 'D'],
  ['zoomIn', '+', ['=']],
  ['zoomOut', '-'],
  // Plain digits rate, as in the library.
  ['fit', 'Alt+0', ['Home']],
  ['pixels', 'Alt+1', ['End']],
  ['zoomToggle', 'Z'],
  ['keepZoom', 'K'],
  ['panLeft', 'Shift+ArrowLeft'],
  ['panRight', 'Shift+ArrowRight'],
  ['panUp', 'Shift+ArrowUp'],
  ['panDown', 'Shift+ArrowDown'],
  ['clipping', 'J'],
  ['dust', 'I'],
  ['damage', 'Shift+D'],
  ['labels', 'Shift+L'],
  ['changes', 'Shift+C'],
  ['confidence', 'Shift+K'],
  ['undo', 'Mod+Z'],
  ['redo', 'Mod+Shift+Z', ['Mod+Y']],
  ['auto', 'A'],
  ['reset', 'Mod+Backspace'],
  ['copy', 'Mod+C'],
  ['paste', 'Mod+V'],
  ['sync', 'Mod+Shift+S'],
  ['base', 'B'],
  ['crop', 'C'],
  ['straighten', 'L'],
  ['frames', 'G'],
  ['neutral', 'N'],
  ['marks', 'E'],
  ['hints', 'T'],
  ['rotateRight', 'R'],
  ['rotateLeft', 'Shift+R'],
  ['mirror', 'M'],
  ['acceptTool', 'Enter'],
  ['history', 'H'],
  ['version', 'V'],
  ['export', 'Mod+E'],
  ['rate1', '1'],
  ['rate2', '2'],
  ['rate3', '3'],
  ['rate4', '4'],
  ['rate5', '5'],
  ['rate0', '0'],
  ['keep', 'P'],
  ['reject', 'X'],
  ['unflag', 'U'],
  ['focusPanels', 'F6'],
];

/** While a mask tool is in hand; what is not here means what it means in the lightbox. */
const marks: readonly Line[] = [
  ['tools.select', 'V'],
  ['tools.brush', 'B'],
  ['tools.line', 'L'],
  ['tools.lasso', 'O'],
  ['tools.erase', 'E'],
  ['tools.spare', 'S'],
  ['tools.heal', 'H'],
  ['tools.clone', 'C'],
  // Where the brackets need AltGr, Windows calls that Ctrl and Alt.
  ['commands.smaller', '[', ['Mod+Alt+[']],
  ['commands.larger', ']', ['Mod+Alt+]']],
  ['commands.put', 'Enter'],
  ['commands.close', 'Shift+Enter'],
  ['commands.source', 'Alt+Enter'],
  ['commands.next', '.'],
  ['commands.previous', ','],
  ['commands.remove', 'Delete', ['Backspace']],
  ['commands.mask', 'M'],
  ['commands.pan', 'Space', [], true],
];

/** While colour hints are given. */
const hints: readonly Line[] = [
  ['commands.put', 'Enter'],
  ['commands.pick', 'I'],
  ['commands.next', '.'],
  ['commands.previous', ','],
  ['commands.remove', 'Delete', ['Backspace']],
  ['commands.pan', 'Space', [], true],
];

const ofTool = (scope: 'marks' | 'hints', lines: readonly Line[]): Command[] =>
  lines.map(([name, key, also, hold]) => ({
    id: `${scope}.${name.split('.')[1]}`,
    scope,
    key,
    also,
    hold,
    label: `lightbox.${scope}.${name}`,
  }));

export const lightboxCommands: readonly Command[] = [
  ...list.map(([id, key, also, hold]) => ({
    id: `lightbox.${id}`,
    scope: 'lightbox' as const,
    key,
    also,
    hold,
    label: `lightbox.commands.${id}`,
  })),
  ...ofTool('marks', marks),
  ...ofTool('hints', hints),
];

registerCommands(lightboxCommands);
