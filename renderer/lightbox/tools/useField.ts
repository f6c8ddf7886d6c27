/**
 * The field over the picture on which a tool draws: where the pointer is on the scan, a cross for the keyboard, the
 * size of what is painted, and alt and wheel for the tool. The view is moved through it with the pan key held.
 */
import { useEffect, useEffectEvent, useState, type KeyboardEvent, type RefObject } from 'react';
import { onPicture, onScan, type Place } from '../../../app/place.ts';
import { handleCommand } from '../../shortcuts.ts';
import { useScope } from '../../useShortcut.ts';
import { useLightbox, useSession } from '../context.ts';
import { arrowStep } from '../logic/rects.ts';
import { toPicture, type Box, type Point, type Size } from '../logic/viewport.ts';

export interface Field {
  /** The pan key is held: drags go to the stage. */
  panning: boolean;
  /** The keyboard's cross: fractions of the picture, and scan pixels. */
  cross: Point;
  crossOnScan: Point;
  /** A pointer event's place in scan pixels. */
  at(event: { clientX: number; clientY: number }): Point;
  /** Moves the cross by an arrow key; the new place in scan pixels, null for other keys. */
  arrow(event: KeyboardEvent): Point | null;
  setCross(onScan: Point): void;
}

export interface FieldOptions {
  scope: 'marks' | 'hints';
  place: Place;
  box: Box;
  picture: Size;
  /** Notches of the wheel with alt held, up positive. */
  onWheel?(notches: number): void;
}

/** `ref` is the field's element. */
export function useField(ref: RefObject<HTMLDivElement | null>, options: FieldOptions): Field {
  const { scope, place, box, picture, onWheel } = options;
  const session = useSession();
  const panning = useLightbox((s) => s.panning);
  const [cross, setCross] = useState<Point>({ x: 0.5, y: 0.5 });
  useScope(scope);
  useEffect(() => ref.current?.focus({ preventScroll: true }), [ref]);
  useEffect(() => {
    const stop = handleCommand(`${scope}.pan`, { hold: (down) => session.store.setState({ panning: down }) });
    return () => {
      stop();
      session.store.setState({ panning: false });
    };
  }, [session, scope]);

  const wheel = useEffectEvent((event: WheelEvent) => {
    if (!event.altKey || !onWheel) return;
    event.preventDefault();
    event.stopPropagation();
    const delta = event.deltaY || event.deltaX;
    onWheel(-Math.sign(delta));
  });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const listener = (event: WheelEvent) => wheel(event);
    element.addEventListener('wheel', listener, { passive: false });
    return () => element.removeEventListener('wheel', listener);
  }, [ref]);

  const pixels = (p: Point): Point => {
    const s = onScan(place, p);
    return { x: s.x * place.width, y: s.y * place.height };
  };
  return {
    panning,
    cross,
    crossOnScan: pixels(cross),
    at(event) {
      const bounds = ref.current?.getBoundingClientRect();
      return pixels(
        toPicture({ x: event.clientX - (bounds?.left ?? 0), y: event.clientY - (bounds?.top ?? 0) }, box),
      );
    },
    arrow(event) {
      const step = arrowStep(event, picture);
      if (!step) return null;
      const clamp = (v: number) => Math.min(1, Math.max(0, v));
      const next = { x: clamp(cross.x + step.x), y: clamp(cross.y + step.y) };
      setCross(next);
      return pixels(next);
    },
    setCross: (p) => setCross(onPicture(place, { x: p.x / place.width, y: p.y / place.height })),
  };
}
