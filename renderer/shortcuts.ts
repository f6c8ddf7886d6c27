/**
 * The one registry of what can be done from the keyboard: a command has an id, a default key, a scope and a
 * translated label; a person may give it another key (settings.shortcuts). One listener on the window
 * (`installShortcuts`) finds the command for a key in the scope that is on top, then in 'global', and calls
 * whoever handles it. Screens register commands once at module load (`registerCommands`) and handle them
 * with the hooks in `useShortcut.ts`.
 */
export type Scope = 'global' | 'library' | 'lightbox' | 'marks' | 'hints' | 'queue' | 'score' | 'reel';

/** A tool's scope lies over the room it is used in: keys that it has no meaning for keep the room's. */
const below: Partial<Record<Scope, Scope>> = { marks: 'lightbox', hints: 'lightbox' };

export interface Command {
  /** Stable, stored in the settings: 'library.selectAll'. */
  id: string;
  scope: Scope;
  /** Keys as `keyOf` writes them: 'Mod+A', 'Shift+ArrowLeft', 'R', '?'. Mod is Ctrl, or Cmd on a Mac. */
  key: string;
  /** More default keys for the same thing; not editable. */
  also?: readonly string[];
  /** Translation key of what it does. */
  label: string;
  /** Something happens while the key is held (show the raw film, compare). */
  hold?: boolean;
}

const registry = new Map<string, Command>();

/** Adds commands; registering an id again replaces it (hot reload), a foreign duplicate is a programming error. */
export function registerCommands(commands: readonly Command[]): void {
  for (const command of commands) registry.set(command.id, command);
}

/** Every command, in the order of registration. */
export function allCommands(): Command[] {
  return [...registry.values()];
}

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** The name of a key press: modifiers in the order Mod, Alt, Shift, then the key. Letters are upper case. */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push('Mod');
  if (event.altKey) parts.push('Alt');
  let key = event.key === ' ' ? 'Space' : event.key;
  const printable = key.length === 1;
  if (printable) key = key.toUpperCase();
  // Shift is part of a printed sign ('?', '+') already; with letters and named keys it is a modifier.
  if (event.shiftKey && (!printable || /[A-Z]/.test(key))) parts.push('Shift');
  parts.push(key);
  return parts.join('+');
}

/** A key for the eye: 'Mod+Shift+ArrowLeft' -> 'Ctrl ⇧ ←'. */
export function showKey(key: string): string {
  const names: Record<string, string> = {
    Mod: isMac ? '⌘' : 'Ctrl',
    Alt: isMac ? '⌥' : 'Alt',
    Shift: '⇧',
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
    Escape: 'Esc',
    Delete: 'Del',
    PageUp: 'PgUp',
    PageDown: 'PgDn',
  };
  return key
    .split(/\+(?=.)/)
    .map((part) => names[part] ?? part)
    .join(' ');
}

export type Overrides = Readonly<Record<string, string>>;

/** All keys of a command under the person's settings; an override of '' takes its keys away. */
export function keysFor(command: Command, overrides: Overrides): string[] {
  const own = overrides[command.id];
  if (own === '') return [];
  if (own !== undefined) return [own];
  return [command.key, ...(command.also ?? [])];
}

/** Pairs of commands that answer the same key in scopes that can be active together: [key, id, id]. */
export function conflicts(overrides: Overrides, commands = allCommands()): [string, string, string][] {
  const found: [string, string, string][] = [];
  for (let i = 0; i < commands.length; i++) {
    for (let j = i + 1; j < commands.length; j++) {
      const [a, b] = [commands[i], commands[j]];
      if (a.scope !== b.scope && a.scope !== 'global' && b.scope !== 'global') continue;
      const keys = keysFor(b, overrides);
      for (const key of keysFor(a, overrides)) if (keys.includes(key)) found.push([key, a.id, b.id]);
    }
  }
  return found;
}

/** The command a key means: the top scope wins over what lies below it, and that over 'global'. */
export function commandFor(
  key: string,
  scope: Scope,
  overrides: Overrides,
  commands = allCommands(),
): Command | null {
  const under = below[scope];
  for (const wanted of new Set([scope, ...(under ? [under] : []), 'global' as const])) {
    for (const command of commands) {
      if (command.scope === wanted && keysFor(command, overrides).includes(key)) return command;
    }
  }
  return null;
}

// ---- Dispatch -------------------------------------------------------------------------------------------

export interface Handler {
  run?: (event: KeyboardEvent) => void;
  /** For `hold` commands: true on the way down, false on the way up (or when the window loses the focus). */
  hold?: (down: boolean) => void;
}

const handlers = new Map<string, Handler[]>();
const scopes: { scope: Scope }[] = [];
let overrides: Overrides = {};
const held = new Map<string, { command: string; key: string }>();

/** The latest handler of a command gets it; the returned function takes the handler away. */
export function handleCommand(id: string, handler: Handler): () => void {
  const list = handlers.get(id) ?? [];
  handlers.set(id, [...list, handler]);
  return () => {
    if (held.delete(id)) handler.hold?.(false);
    handlers.set(
      id,
      (handlers.get(id) ?? []).filter((h) => h !== handler),
    );
  };
}

/** Makes `scope` the active one until the returned function is called (last entered wins). */
export function enterScope(scope: Scope): () => void {
  const entry = { scope };
  scopes.push(entry);
  return () => {
    const at = scopes.indexOf(entry);
    if (at >= 0) scopes.splice(at, 1);
  };
}

/** The person's keys (settings.shortcuts). */
export function setOverrides(next: Overrides): void {
  overrides = next;
}

/** Runs a command as if its key was pressed; false when nobody handles it. */
export function runCommand(id: string): boolean {
  const handler = handlers.get(id)?.at(-1);
  handler?.run?.(new KeyboardEvent('keydown'));
  return handler !== undefined;
}

const TYPING =
  'input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true]';
/** Inside these the keys belong to the widget; menus and dialogs have their own keys. */
const OWN_KEYS = '[role=dialog], [role=menu], [role=listbox], [role=combobox]';

/** Installs the listener; once, by the app. Returns its removal. */
export function installShortcuts(target: Window): () => void {
  const down = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const element = event.target instanceof Element ? event.target : null;
    if (element?.closest(TYPING) || element?.closest(OWN_KEYS)) return;
    const key = keyOf(event);
    // Tab moves the focus everywhere but on the pictures, where it folds the panels (Shift+Tab still leaves).
    if (key === 'Tab' && element !== document.body && !element?.matches('[data-tab-folds]')) return;
    // Enter and Space on a focused button press the button.
    if (
      (key === 'Enter' || key === 'Space') &&
      element?.closest(
        'button, a[href], [role=button], [role=tab], [role=radio], [role=switch], [role=slider]',
      )
    )
      return;
    if (
      key.startsWith('Arrow') &&
      element?.closest('[role=slider], [role=radiogroup], [role=tablist], [type=range]')
    )
      return;
    const command = commandFor(key, scopes.at(-1)?.scope ?? 'global', overrides);
    const handler = command && handlers.get(command.id)?.at(-1);
    if (!command || !handler) return;
    event.preventDefault();
    if (command.hold && handler.hold) {
      if (!held.has(command.id)) {
        held.set(command.id, { command: command.id, key: event.key.toLowerCase() });
        handler.hold(true);
      }
    } else handler.run?.(event);
  };
  const letGo = (id: string) => {
    if (held.delete(id)) handlers.get(id)?.at(-1)?.hold?.(false);
  };
  const up = (event: KeyboardEvent) => {
    for (const [id, { key }] of [...held]) if (key === event.key.toLowerCase()) letGo(id);
  };
  const blur = () => [...held.keys()].forEach(letGo);
  target.addEventListener('keydown', down);
  target.addEventListener('keyup', up);
  target.addEventListener('blur', blur);
  return () => {
    target.removeEventListener('keydown', down);
    target.removeEventListener('keyup', up);
    target.removeEventListener('blur', blur);
  };
}
