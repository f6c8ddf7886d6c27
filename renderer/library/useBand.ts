/** The rubber band: pressing anywhere on the table and pulling selects what it touches, scrolling at the edges. */
import { useEffect, useState } from 'react';
import { setSelection, useLibrary } from '../store/library.ts';
import { positionsIn, type Box, type Layout, type TableIndex } from './layout.ts';
import { band } from './selection.ts';

/** Less than this is a click. */
const THRESHOLD_PX = 5;
const EDGE_PX = 36;
const FASTEST_PX = 26;

/** The band in the table's own coordinates while it is pulled, else null. `inset` is the padding left of the frames. */
export function useBand(
  scroller: HTMLElement | null,
  layout: Layout,
  index: TableIndex,
  inset: number,
): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useEffect(() => {
    if (!scroller) return;
    let frame = 0;
    let stop: (() => void) | null = null;

    const down = (start: PointerEvent) => {
      if (start.button !== 0 || start.pointerType === 'touch') return;
      if (start.target instanceof Element && start.target.closest('button, a, input, [data-header]')) return;
      const edge = scroller.getBoundingClientRect();
      // The scrollbar is part of the element.
      if (start.clientX > edge.left + scroller.clientWidth) return;
      const toTable = (x: number, y: number) => ({
        x: x - edge.left - inset,
        y: y - edge.top + scroller.scrollTop,
      });
      const origin = toTable(start.clientX, start.clientY);
      const before = useLibrary.getState().selection;
      const modifiers = { shift: start.shiftKey, toggle: start.ctrlKey || start.metaKey };
      let last = { x: start.clientX, y: start.clientY };
      let pulling = false;

      const update = () => {
        const here = toTable(last.x, last.y);
        const next = {
          x: Math.min(origin.x, here.x),
          y: Math.min(origin.y, here.y),
          w: Math.abs(here.x - origin.x),
          h: Math.abs(here.y - origin.y),
        };
        setBox(next);
        const touched = positionsIn(layout, index, next).map((p) => index.ids[p]);
        setSelection(band(before, touched, modifiers));
      };
      const crawl = () => {
        const above = edge.top + EDGE_PX - last.y;
        const below = last.y - (edge.bottom - EDGE_PX);
        const by = above > 0 ? -above : below > 0 ? below : 0;
        if (by !== 0) {
          scroller.scrollTop += Math.max(-FASTEST_PX, Math.min(FASTEST_PX, by / 2));
          update();
        }
        frame = requestAnimationFrame(crawl);
      };
      const move = (event: PointerEvent) => {
        last = { x: event.clientX, y: event.clientY };
        if (!pulling) {
          if (Math.hypot(last.x - start.clientX, last.y - start.clientY) < THRESHOLD_PX) return;
          pulling = true;
          scroller.setPointerCapture(start.pointerId);
          frame = requestAnimationFrame(crawl);
        }
        update();
      };
      const swallowClick = (event: MouseEvent) => {
        event.stopPropagation();
        event.preventDefault();
      };
      const end = () => {
        cancelAnimationFrame(frame);
        window.removeEventListener('pointermove', move);
        window.removeEventListener('pointerup', end);
        window.removeEventListener('pointercancel', end);
        stop = null;
        if (!pulling) return;
        setBox(null);
        // The click that follows would select one frame.
        scroller.addEventListener('click', swallowClick, { capture: true, once: true });
        setTimeout(() => scroller.removeEventListener('click', swallowClick, { capture: true }), 0);
      };
      stop = end;
      window.addEventListener('pointermove', move);
      window.addEventListener('pointerup', end);
      window.addEventListener('pointercancel', end);
    };

    scroller.addEventListener('pointerdown', down);
    return () => {
      scroller.removeEventListener('pointerdown', down);
      stop?.();
    };
  }, [scroller, layout, index, inset]);
  return box;
}
