/** The key of a command as the person has set it, for tooltips. */
import { useApp } from '../../store/app.ts';
import { allCommands, keysFor, showKey } from '../../shortcuts.ts';

/** 'Ctrl Z'; '' when the command has no key. `id` without the 'lightbox.' in front. */
export function useKey(id: string): string {
  return useKeyOf()(`lightbox.${id}`);
}

/** The same for any command, by its whole id. */
export function useKeyOf(): (id: string) => string {
  const overrides = useApp((s) => s.settings.shortcuts);
  return (id) => {
    const command = allCommands().find((c) => c.id === id);
    const key = command ? keysFor(command, overrides)[0] : undefined;
    return key ? showKey(key) : '';
  };
}
