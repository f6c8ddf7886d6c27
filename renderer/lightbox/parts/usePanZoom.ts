/**
 * The hand on the picture: wheel and pinch zoom at the pointer, drag pans, a double click goes to pixels and
 * back. Positions are device pixels of the pane; in side-by-side both panes share the viewport, so a position
 * in the right pane counts from its own left edge.
 */
import { useEffect, useEffectEvent, useRef, type PointerEvent, type RefObject } from 'react';
import { pinchOf, wheelFactor } from '../logic/gesture.ts';
import { FIT, panBy, zoomBy, zoomTo, type Point, type Size, type Viewport } from '../logic/viewport.ts';

export interface PanZoomOptions {
  pane: Size;
  ratio: number;
  /** Device pixels between two panes, or null with one pane. */
  gap: number | null;
  picture: Size;
  padding: number;
  viewport: Viewport;
  change(viewport: Viewport): void;
  /** Plain drags belong to a tool; panning then needs the middle button. */
  toolHasPointer: boolean;
  /** The pointer rests on a point of the pane, or left. */
  hover(point: Point | null): void;
}

export function usePanZoom(ref: RefObject<HTMLElement | null>, options: PanZoomOptions) {
  const pointers = useRef(new Map<number, Point>());
  const { pane, picture, padding } = options;

  const local = (event: { clientX: number; clientY: number }): Point => {
    const bounds = ref.current?.getBoundingClientRect();
    const x = (event.clientX - (bounds?.left ?? 0)) * options.ratio;
    const y = (event.clientY - (bounds?.top ?? 0)) * options.ratio;
    return { x: options.gap !== null && x > pane.w ? x - pane.w - options.gap : x, y };
  };

  const onWheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    const factor = wheelFactor(event.deltaY, event.deltaMode, event.ctrlKey);
    options.change(zoomBy(options.viewport, factor, local(event), picture, pane, padding));
  });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // React's wheel listeners are passive; ours must keep the page from zooming.
    const listener = (event: WheelEvent) => onWheel(event);
    element.addEventListener('wheel', listener, { passive: false });
    return () => element.removeEventListener('wheel', listener);
  }, [ref]);

  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button === 2) return;
      const touch = event.pointerType === 'touch';
      if (options.toolHasPointer && event.button !== 1 && !touch) return;
      pointers.current.set(event.pointerId, local(event));
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const now = local(event);
      const known = pointers.current.get(event.pointerId);
      if (!known) {
        if (event.pointerType !== 'touch') options.hover(now);
        return;
      }
      const others = [...pointers.current].filter(([id]) => id !== event.pointerId);
      if (others.length === 0) {
        options.change(panBy(options.viewport, now.x - known.x, now.y - known.y, picture, pane, padding));
      } else {
        const other = others[0][1];
        const pinch = pinchOf([other, known], [other, now]);
        const zoomed = zoomBy(options.viewport, pinch.factor, pinch.at, picture, pane, padding);
        options.change(panBy(zoomed, pinch.dx, pinch.dy, picture, pane, padding));
      }
      pointers.current.set(event.pointerId, now);
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      pointers.current.delete(event.pointerId);
    },
    onPointerCancel(event: PointerEvent<HTMLElement>) {
      pointers.current.delete(event.pointerId);
    },
    onPointerLeave() {
      options.hover(null);
    },
    onDoubleClick(event: { clientX: number; clientY: number }) {
      if (options.toolHasPointer) return;
      options.change(
        options.viewport.zoom === 'fit'
          ? zoomTo(options.viewport, 1, local(event), picture, pane, padding)
          : FIT,
      );
    },
  };
}
