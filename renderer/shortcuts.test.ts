import { describe, expect, it } from 'vitest';
import { allCommands, commandFor, conflicts, keyOf, keysFor, showKey, type Command } from './shortcuts.ts';
import './commands.ts';

const press = (
  key: string,
  mods: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey', boolean>> = {},
) => keyOf({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...mods });
const command = (id: string, scope: Command['scope'], key: string, also?: string[]): Command => ({
  id,
  scope,
  key,
  also,
  label: id,
});

describe('shortcuts', () => {
  it('names keys the same on every keyboard', () => {
    expect(press('a', { ctrlKey: true })).toBe('Mod+A');
    expect(press('A', { shiftKey: true })).toBe('Shift+A');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press(' ')).toBe('Space');
    expect(press('ArrowLeft', { shiftKey: true })).toBe('Shift+ArrowLeft');
    expect(press('z', { ctrlKey: true, altKey: true, shiftKey: true })).toBe('Mod+Alt+Shift+Z');
    expect(press('+')).toBe('+');
  });

  it('shows them as they are printed, plus included', () => {
    expect(showKey('Mod+Shift+ArrowLeft')).toBe('Ctrl ⇧ ←');
    expect(showKey('+')).toBe('+');
    expect(showKey('Mod++')).toBe('Ctrl +');
  });

  it('the scope on top wins over the global one; a person’s key replaces all default keys', () => {
    const list = [
      command('g', 'global', 'A'),
      command('l', 'library', 'A', ['B']),
      command('x', 'lightbox', 'C'),
    ];
    expect(commandFor('A', 'library', {}, list)?.id).toBe('l');
    expect(commandFor('A', 'queue', {}, list)?.id).toBe('g');
    expect(commandFor('C', 'library', {}, list)).toBeNull();
    expect(commandFor('B', 'library', { l: 'Z' }, list)).toBeNull();
    expect(commandFor('Z', 'library', { l: 'Z' }, list)?.id).toBe('l');
    expect(keysFor(list[1], { l: '' })).toEqual([]);
  });

  it('finds keys that mean two things at once, and only those', () => {
    const list = [command('g', 'global', 'A'), command('l', 'library', 'B'), command('x', 'lightbox', 'B')];
    expect(conflicts({}, list)).toEqual([]);
    expect(conflicts({ x: 'A' }, list)).toEqual([['A', 'g', 'x']]);
    expect(conflicts({ l: 'A', x: 'A' }, list)).toHaveLength(2);
  });

  it('the shell’s own defaults do not clash', () => {
    expect(
      conflicts(
        {},
        allCommands().filter((c) => c.scope !== 'lightbox'),
      ),
    ).toEqual([]);
    expect(allCommands().length).toBeGreaterThan(30);
  });
});
