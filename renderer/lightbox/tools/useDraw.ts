/** Dragging out something new on the picture: two corners or the two ends of a line, in fractions of it. */
import { useRef, useState, type PointerEvent } from 'react';
import { toPicture, type Box, type Point } from '../logic/viewport.ts';

export interface Drawn {
  from: Point;
  to: Point;
}

/** `finish` hears the two points when the hand lets go; drags shorter than 4 CSS pixels count as clicks and are forgotten. */
export function useDraw(box: Box, finish: (drawn: Drawn) => void) {
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const start = useRef<{ client: Point; at: Point } | null>(null);
  const point = (event: PointerEvent<HTMLElement>): Point => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const p = toPicture({ x: event.clientX - bounds.left, y: event.clientY - bounds.top }, box);
    return { x: Math.min(1, Math.max(0, p.x)), y: Math.min(1, Math.max(0, p.y)) };
  };
  return {
    drawn,
    clear: () => setDrawn(null),
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { client: { x: event.clientX, y: event.clientY }, at: point(event) };
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        if (!start.current || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        setDrawn({ from: start.current.at, to: point(event) });
      },
      onPointerUp(event: PointerEvent<HTMLElement>) {
        const s = start.current;
        start.current = null;
        if (!s) return;
        const far = Math.hypot(event.clientX - s.client.x, event.clientY - s.client.y) >= 4;
        if (far) finish({ from: s.at, to: point(event) });
        setDrawn(null);
      },
    },
  };
}
