/** Hooks over the shortcut registry: handle a command, know whether a key is held, make a scope the active one. */
import { useEffect, useEffectEvent, useState } from 'react';
import { enterScope, handleCommand, type Scope } from './shortcuts.ts';

/** Handles a command while the component is mounted and `enabled`. */
export function useShortcut(id: string, run: (event: KeyboardEvent) => void, enabled = true): void {
  const onRun = useEffectEvent(run);
  useEffect(() => {
    if (!enabled) return;
    return handleCommand(id, { run: (event) => onRun(event) });
  }, [id, enabled]);
}

/** Whether the key of a `hold` command is down. */
export function useHeld(id: string, enabled = true): boolean {
  const [down, setDown] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    return handleCommand(id, { hold: setDown });
  }, [id, enabled]);
  return down && enabled;
}

/** Makes `scope` the active one while mounted. */
export function useScope(scope: Scope): void {
  useEffect(() => enterScope(scope), [scope]);
}
