/** Keyboard commands that move the view: zoom, pan, pixels and fit. */
import { useShortcut } from '../../useShortcut.ts';
import { useSession } from '../context.ts';
import { FIT, panBy, zoomStep, zoomTo, type Size, type Viewport } from '../logic/viewport.ts';

export function useStageCommands({ pane, picture, padding }: { pane: Size; picture: Size; padding: number }) {
  const session = useSession();
  const change = (f: (v: Viewport) => Viewport) =>
    session.store.setState((s) => ({ viewport: f(s.viewport) }));
  const middle = { x: pane.w / 2, y: pane.h / 2 };
  const pan = (x: number, y: number) =>
    change((v) => panBy(v, x * pane.w * 0.2, y * pane.h * 0.2, picture, pane, padding));
  useShortcut('lightbox.zoomIn', () => change((v) => zoomStep(v, 1, picture, pane, padding)));
  useShortcut('lightbox.zoomOut', () => change((v) => zoomStep(v, -1, picture, pane, padding)));
  useShortcut('lightbox.fit', () => change(() => FIT));
  useShortcut('lightbox.pixels', () => change((v) => zoomTo(v, 1, middle, picture, pane, padding)));
  useShortcut('lightbox.zoomToggle', () =>
    change((v) => (v.zoom === 'fit' ? zoomTo(v, 1, middle, picture, pane, padding) : FIT)),
  );
  useShortcut('lightbox.panLeft', () => pan(1, 0));
  useShortcut('lightbox.panRight', () => pan(-1, 0));
  useShortcut('lightbox.panUp', () => pan(0, 1));
  useShortcut('lightbox.panDown', () => pan(0, -1));
}
