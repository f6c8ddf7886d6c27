/** What the keyboard does on the light table. */
import { openExport, openLightbox, openReel, report, useApp } from '../store/app.ts';
import { removeItems, selectedIds, setSelection, updateItems, useLibrary } from '../store/library.ts';
import { useShortcut } from '../useShortcut.ts';
import { boxOf, neighbour, rowExtent, type Layout, type TableIndex } from './layout.ts';
import { flip } from './family.ts';
import { want } from './restoring.ts';
import { noSelection, position, select, selectAll } from './selection.ts';
import { openDialog } from './state.ts';

export const smallestRow = 90;
export const largestRow = 420;

/** Makes the pictures larger or smaller by a factor. */
export function zoomRows(factor: number): void {
  useLibrary.setState((s) => ({
    rowHeight: Math.round(Math.min(largestRow, Math.max(smallestRow, s.rowHeight * factor))),
  }));
}

/** Opens the lightbox on an item: over the selection when it is part of a larger one, else over the whole table. */
export function openItem(id: number): void {
  const { selection, index, items } = useLibrary.getState();
  if (items.get(id)?.kind === 'reel') return openReel(id);
  const strip = selection.ids.size > 1 && selection.ids.has(id) ? selectedIds() : Array.from(index.ids);
  openLightbox(strip, id);
}

/** Scrolls just as far as needed to show a frame. */
export function reveal(scroller: HTMLElement, layout: Layout, index: TableIndex, at: number): void {
  const { y } = boxOf(layout, index, at);
  const height = rowExtent(layout, layout.rowOf[at]);
  const margin = 12;
  if (y - margin < scroller.scrollTop) {
    // The first row of a group brings its header along.
    const row = layout.rowOf[at];
    const header = row > 0 && layout.first[row - 1] === layout.end[row - 1] ? layout.height[row - 1] : 0;
    scroller.scrollTop = y - header - margin;
  } else if (y + height + margin > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = y + height + margin - scroller.clientHeight;
}

/** Registers the table's commands while it is mounted. */
export function useTableKeys(scroller: HTMLElement | null, layout: Layout, index: TableIndex): void {
  const go = (direction: Parameters<typeof neighbour>[3]) => (event: KeyboardEvent) => {
    const { selection } = useLibrary.getState();
    const from = selection.active === null ? -1 : position(index.ids, selection.active);
    const to =
      from < 0
        ? neighbour(layout, index, 0, direction === 'end' ? 'end' : 'home')
        : neighbour(layout, index, from, direction);
    if (to < 0) return;
    setSelection(select(selection, index.ids, index.ids[to], { shift: event.shiftKey, toggle: false }));
    if (scroller) {
      reveal(scroller, layout, index, to);
      scroller.focus({ preventScroll: true });
    }
  };
  useShortcut('library.left', go('left'));
  useShortcut('library.right', go('right'));
  useShortcut('library.up', go('up'));
  useShortcut('library.down', go('down'));
  useShortcut('library.home', go('home'));
  useShortcut('library.end', go('end'));
  useShortcut('library.selectAll', () => setSelection(selectAll(useLibrary.getState().selection, index.ids)));
  useShortcut('library.selectNone', () => {
    // The keyboard stays where it is.
    setSelection({ ...noSelection, active: useLibrary.getState().selection.active });
  });
  useShortcut('library.open', () => {
    const { active, ids } = useLibrary.getState().selection;
    const id = active ?? [...ids][0];
    if (id !== undefined) openItem(id);
  });

  const rate = (rating: number) => () => void updateItems(selectedIds(), { rating });
  useShortcut('library.rate0', rate(0));
  useShortcut('library.rate1', rate(1));
  useShortcut('library.rate2', rate(2));
  useShortcut('library.rate3', rate(3));
  useShortcut('library.rate4', rate(4));
  useShortcut('library.rate5', rate(5));
  useShortcut('library.keep', () => void updateItems(selectedIds(), { flag: 'keep' }));
  useShortcut('library.reject', () => void updateItems(selectedIds(), { flag: 'reject' }));
  useShortcut('library.unflag', () => void updateItems(selectedIds(), { flag: 'none' }));

  const withSelection = (run: (ids: number[]) => void) => () => {
    const ids = selectedIds();
    if (ids.length > 0) run(ids);
  };
  useShortcut(
    'library.tags',
    withSelection((ids) => openDialog({ type: 'tags', ids })),
  );
  useShortcut(
    'library.group',
    withSelection((ids) => openDialog({ type: 'newGroup', ids })),
  );
  useShortcut('library.export', withSelection(openExport));
  useShortcut(
    'library.restore',
    withSelection((ids) => void want('restore', ids)),
  );
  useShortcut(
    'library.colorize',
    withSelection((ids) => void want('colorize', ids)),
  );
  useShortcut(
    'library.remove',
    withSelection((ids) => void removeItems(ids)),
  );
  useShortcut('library.flip', () => {
    const { active } = useLibrary.getState().selection;
    if (active !== null) flip(active);
  });
  useShortcut('library.larger', () => zoomRows(1.2));
  useShortcut('library.smaller', () => zoomRows(1 / 1.2));
  useShortcut('library.panels', () => useApp.setState((s) => ({ panels: !s.panels })));
  useShortcut('library.fullscreen', () => {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen();
    change.catch(report);
  });
}
