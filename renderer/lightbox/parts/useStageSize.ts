/** The stage's size in device pixels, exactly (no half pixels on scaled displays), and the pixel ratio. */
import { useEffect, useState, type RefObject } from 'react';
import type { Size } from '../logic/viewport.ts';

export interface StageSize extends Size {
  ratio: number;
}

export function useStageSize(ref: RefObject<HTMLElement | null>): StageSize {
  const [size, setSize] = useState<StageSize>({ w: 0, h: 0, ratio: 1 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const ratio = window.devicePixelRatio || 1;
      const exact = entry.devicePixelContentBoxSize?.[0];
      setSize({
        w: Math.round(exact ? exact.inlineSize : entry.contentRect.width * ratio),
        h: Math.round(exact ? exact.blockSize : entry.contentRect.height * ratio),
        ratio,
      });
    });
    try {
      observer.observe(element, { box: 'device-pixel-content-box' });
    } catch {
      observer.observe(element);
    }
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
