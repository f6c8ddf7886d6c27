/**
 * The habits of every numeric control: a drag drafts and saves on release; wheel notches and arrow keys draft
 * and save once the hand rests. A wheel that was scrolling the panel a moment ago does not turn the control
 * that happened to come under it.
 */
import { useEffect, useEffectEvent, useRef, type KeyboardEvent, type RefObject } from 'react';
import type { NumberSpec } from '../../../app/recipe/spec.ts';
import { useSession } from '../context.ts';
import { nudge, paceOf, snapNumber, wheelTicks } from '../logic/controls.ts';

const REST_MS = 350;
const SCROLL_MS = 300;
let lastScroll = 0;

/** Told by the panel that it was scrolled by wheel. */
export function noteScroll(now: number): void {
  lastScroll = now;
}

export function useNumber(
  step: string,
  spec: NumberSpec,
  value: number,
  slider: RefObject<HTMLElement | null>,
) {
  const session = useSession();
  const timer = useRef(0);
  const carry = useRef(0);
  const touch = (next: number) => {
    window.clearTimeout(timer.current);
    if (next !== value) session.draft(step, spec.key, next);
    timer.current = window.setTimeout(() => session.commit(), REST_MS);
  };
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const now = performance.now();
    if (now - lastScroll < SCROLL_MS && document.activeElement !== slider.current) {
      lastScroll = now;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    // Browsers turn shift + wheel into a sideways wheel.
    const delta = event.deltaY !== 0 ? event.deltaY : event.deltaX;
    const { ticks, carry: rest } = wheelTicks(delta, event.deltaMode, carry.current);
    carry.current = rest;
    if (ticks !== 0) touch(nudge(value, ticks, paceOf(event), spec));
  });
  useEffect(() => {
    const element = slider.current;
    if (!element) return;
    const listener = (event: WheelEvent) => onWheel(event);
    element.addEventListener('wheel', listener, { passive: false });
    return () => element.removeEventListener('wheel', listener);
  }, [slider]);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  return {
    /** While dragging. */
    draft: (next: number) => {
      window.clearTimeout(timer.current);
      session.draft(step, spec.key, snapNumber(next, spec));
    },
    release: () => session.commit(),
    set: (next: number) => session.set(step, spec.key, snapNumber(next, spec, 0.1)),
    reset: () => session.set(step, spec.key, spec.default),
    onKeyDown(event: KeyboardEvent) {
      const pace = paceOf(event);
      const big = { ...event, shiftKey: true };
      let next: number | null = null;
      if (event.key === 'ArrowRight' || event.key === 'ArrowUp') next = nudge(value, 1, pace, spec);
      else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') next = nudge(value, -1, pace, spec);
      else if (event.key === 'PageUp') next = nudge(value, 1, paceOf(big), spec);
      else if (event.key === 'PageDown') next = nudge(value, -1, paceOf(big), spec);
      else if (event.key === 'Home') next = spec.min;
      else if (event.key === 'End') next = spec.max;
      else if (event.key === 'Backspace' || event.key === 'Delete') next = spec.default;
      if (next === null) return;
      event.preventDefault();
      event.stopPropagation();
      touch(next);
    },
  };
}
