/** The shell's commands with their default keys; the lightbox registers its own (lightbox/commands.ts). */
import { registerCommands, type Command } from './shortcuts.ts';

const global: readonly (readonly [id: string, key: string, also?: readonly string[]])[] = [
  ['search', 'Mod+F', ['/']],
  ['shortcuts', '?', ['F1']],
  ['room.library', 'Shift+F1'],
  ['room.queue', 'Shift+F2'],
  ['room.score', 'Shift+F3'],
  ['room.studio', 'Shift+F4'],
  ['room.models', 'Shift+F5'],
  ['room.settings', 'Shift+F6', ['Mod+,']],
];

const library: readonly (readonly [id: string, key: string, also?: readonly string[], hold?: boolean])[] = [
  ['import', 'Mod+O'],
  ['open', 'Enter'],
  ['film', 'R', [], true],
  ['flip', 'B'],
  ['left', 'ArrowLeft', ['Shift+ArrowLeft']],
  ['right', 'ArrowRight', ['Shift+ArrowRight']],
  ['up', 'ArrowUp', ['Shift+ArrowUp']],
  ['down', 'ArrowDown', ['Shift+ArrowDown']],
  ['home', 'Home', ['Shift+Home']],
  ['end', 'End', ['Shift+End']],
  ['selectAll', 'Mod+A'],
  ['selectNone', 'Escape'],
  ['rate1', '1'],
  ['rate2', '2'],
  ['rate3', '3'],
  ['rate4', '4'],
  ['rate5', '5'],
  ['rate0', '0'],
  ['keep', 'P'],
  ['reject', 'X'],
  ['unflag', 'U'],
  ['tags', 'T'],
  ['group', 'Mod+G'],
  ['restore', 'E'],
  ['colorize', 'C'],
  ['export', 'Mod+E'],
  ['remove', 'Delete', ['Backspace']],
  ['larger', '+', ['=']],
  ['smaller', '-'],
  ['panels', 'Tab'],
  ['fullscreen', 'F'],
];

const score: readonly (readonly [id: string, key: string])[] = [
  ['play', 'Space'],
  ['compose', 'N'],
  ['older', 'ArrowLeft'],
  ['newer', 'ArrowRight'],
  ['keep', 'K'],
];

const reel: readonly (readonly [id: string, key: string, also?: readonly string[], hold?: boolean])[] = [
  ['close', 'Escape'],
  ['previous', 'ArrowLeft'],
  ['next', 'ArrowRight'],
  ['previousShot', 'ArrowUp', ['PageUp']],
  ['nextShot', 'ArrowDown', ['PageDown']],
  ['first', 'Home'],
  ['last', 'End'],
  ['play', 'Enter'],
  ['compare', 'Space', [], true],
  ['undo', 'Mod+Z'],
  ['redo', 'Mod+Shift+Z', ['Mod+Y']],
  ['panels', 'Tab'],
];

const commands: Command[] = [
  ...reel.map(([id, key, also, hold]) => ({
    id: `reel.${id}`,
    scope: 'reel' as const,
    key,
    also,
    hold,
    label: `commands.reel.${id}`,
  })),
  ...score.map(([id, key]) => ({
    id: `score.${id}`,
    scope: 'score' as const,
    key,
    label: `commands.score.${id}`,
  })),
  ...global.map(([id, key, also]) => ({
    id: `global.${id}`,
    scope: 'global' as const,
    key,
    also,
    label: `commands.global.${id.replace('.', '-')}`,
  })),
  ...library.map(([id, key, also, hold]) => ({
    id: `library.${id}`,
    scope: 'library' as const,
    key,
    also,
    hold,
    label: `commands.library.${id}`,
  })),
];

registerCommands(commands);
