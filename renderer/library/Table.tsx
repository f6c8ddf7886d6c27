/** The light table: all frames of the query in justified rows under their groups' headers, drawn where one looks. */
import { Box, Paper, Popper, Typography } from '@mui/material';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaid } from '../i18n/said.ts';
import { useApp } from '../store/app.ts';
import { ensureItems, setSelection, useLibrary } from '../store/library.ts';
import { useRows } from '../ui/rows.ts';
import { useHeld } from '../useShortcut.ts';
import { GlyphSheet } from './glyphs.tsx';
import { GroupHeader } from './GroupHeader.tsx';
import { boxOf, layOut, rowAt } from './layout.ts';
import { position, select } from './selection.ts';
import { useLibraryUi } from './state.ts';
import { tableStyles } from './tableStyles.ts';
import { Tile } from './Tile.tsx';
import { useBand } from './useBand.ts';
import { openItem, useTableKeys } from './useTableKeys.ts';

const INSET = 16;
const GAP = 12;
const CAPTION = 26;
const HEADER = 66;

/** The width inside an element, followed as it changes. */
function useInnerWidth(element: HTMLElement | null): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Why the kind was chosen, beside the icon pointed at. */
function KindHover({ anchor, id }: { anchor: HTMLElement; id: number }) {
  const { t } = useTranslation();
  const said = useSaid();
  const item = useLibrary((s) => s.items.get(id));
  if (!item) return null;
  return (
    <Popper open anchorEl={anchor} placement="top-start" sx={{ zIndex: 'tooltip', pointerEvents: 'none' }}>
      <Paper elevation={6} sx={{ p: 1.5, mb: 0.75, maxWidth: 320, border: 1, borderColor: 'room.line' }}>
        <Typography variant="h4" component="div">
          {t(`kind.${item.kind}`)}
        </Typography>
        {item.kindReasons.length > 0 && (
          <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.25, typography: 'body2', color: 'text.secondary' }}>
            {item.kindReasons.map((reason) => (
              <li key={reason}>{said(reason)}</li>
            ))}
          </Box>
        )}
        <Typography variant="caption" component="div" sx={{ mt: 0.75 }}>
          {t('library.correctKind')}
        </Typography>
      </Paper>
    </Popper>
  );
}

const idOf = (target: EventTarget, attribute: string): number | null => {
  const element = target instanceof Element ? target.closest(`[${attribute}]`) : null;
  const value = element?.getAttribute(attribute);
  return value == null ? null : Number(value);
};

export function Table() {
  const { t } = useTranslation();
  const index = useLibrary((s) => s.index);
  const grouped = useLibrary((s) => s.filter.sort === 'group');
  const rowHeight = useLibrary((s) => s.rowHeight);
  const selection = useLibrary((s) => s.selection);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const [hover, setHover] = useState<{ id: number; anchor: HTMLElement } | null>(null);
  const raw = useHeld('library.film');

  const width = Math.max(120, useInnerWidth(scroller) - 2 * INSET);
  const layout = useMemo(
    () => layOut(index, { width, rowHeight, gap: GAP, caption: CAPTION, header: grouped ? HEADER : 0 }),
    [index, width, rowHeight, grouped],
  );
  const size = useCallback(
    (row: number) => (row + 1 < layout.rows ? layout.top[row + 1] : layout.total) - layout.top[row],
    [layout],
  );
  const { items: visible } = useRows(scroller, layout.rows, size, 3);
  const band = useBand(scroller, layout, index, INSET);
  useTableKeys(scroller, layout, index);

  // What is looked at is fetched; rows may be stale for one render after the layout changed.
  const shown = visible.filter((v) => v.index < layout.rows);
  const from = shown.length > 0 ? layout.first[shown[0].index] : 0;
  const to = shown.length > 0 ? layout.end[shown[shown.length - 1].index] : 0;
  useEffect(() => ensureItems(from, to), [from, to, index]);

  // The frame on top stays on top when the window, the size or the pictures' shapes change.
  const anchor = useRef<{ id: number; offset: number } | null>(null);
  useEffect(() => {
    if (!scroller) return;
    const remember = () => {
      const row = rowAt(layout, scroller.scrollTop);
      const at = row < 0 ? -1 : layout.first[row];
      anchor.current =
        at < 0 || at >= index.ids.length || scroller.scrollTop < 4
          ? null
          : { id: index.ids[at], offset: scroller.scrollTop - layout.top[row] };
    };
    scroller.addEventListener('scroll', remember, { passive: true });
    return () => scroller.removeEventListener('scroll', remember);
  }, [scroller, layout, index]);
  useLayoutEffect(() => {
    if (!scroller || !anchor.current) return;
    const at = position(index.ids, anchor.current.id);
    if (at < 0) {
      scroller.scrollTo({ top: 0 });
      return;
    }
    const row = layout.rowOf[at];
    const header = row > 0 && layout.first[row - 1] === layout.end[row - 1] ? layout.height[row - 1] : 0;
    const top = boxOf(layout, index, at).y - header + Math.min(anchor.current.offset, layout.height[row]);
    scroller.scrollTo({ top });
  }, [scroller, layout, index]);

  // Back from the lightbox: the keyboard goes on where it was.
  const inLightbox = useApp((s) => s.lightbox !== null);
  useEffect(() => {
    if (inLightbox) return;
    // A frame later: until its new style counts, the table is hidden and takes no focus.
    const soon = requestAnimationFrame(() => {
      if (document.activeElement === document.body) scroller?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(soon);
  }, [inLightbox, scroller]);

  return (
    <Box
      ref={setScroller}
      role="grid"
      aria-label={t('library.table')}
      aria-multiselectable
      aria-rowcount={layout.rows}
      aria-activedescendant={selection.active === null ? undefined : `frame-${selection.active}`}
      tabIndex={0}
      data-tab-folds
      data-testid="light-table"
      sx={tableStyles}
      onClick={(event) => {
        const id = idOf(event.target, 'data-id');
        const kindOfId = idOf(event.target, 'data-kind');
        if (kindOfId !== null) {
          setHover(null);
          useLibraryUi.setState({ menu: { id: kindOfId, x: event.clientX, y: event.clientY, only: 'kind' } });
        } else if (id !== null)
          setSelection(
            select(selection, index.ids, id, {
              shift: event.shiftKey,
              toggle: event.ctrlKey || event.metaKey,
            }),
          );
        else if (event.target instanceof Element && !event.target.closest('[data-header]'))
          setSelection({ ...selection, ids: new Set() });
      }}
      onDoubleClick={(event) => {
        const id = idOf(event.target, 'data-id');
        if (id !== null && idOf(event.target, 'data-kind') === null) openItem(id);
      }}
      onContextMenu={(event) => {
        const pointed = idOf(event.target, 'data-id');
        const id = pointed ?? (event.button === 0 ? selection.active : null);
        if (id === null) return;
        event.preventDefault();
        if (!selection.ids.has(id))
          setSelection(select(selection, index.ids, id, { shift: false, toggle: false }));
        // The menu key has no position: the frame itself gives one.
        const box = document.getElementById(`frame-${id}`)?.getBoundingClientRect();
        const at =
          pointed === null && box
            ? { x: box.left + 24, y: box.top + 24 }
            : { x: event.clientX, y: event.clientY };
        useLibraryUi.setState({ menu: { id, ...at, only: null } });
      }}
      onPointerOver={(event) => {
        const element =
          event.target instanceof Element ? event.target.closest<HTMLElement>('[data-kind]') : null;
        if (element) setHover({ id: Number(element.dataset.kind), anchor: element });
        else if (hover) setHover(null);
      }}
      onPointerLeave={() => setHover(null)}
      onWheel={(event) => {
        if (event.ctrlKey)
          useLibrary.setState({ rowHeight: Math.min(420, Math.max(90, rowHeight - event.deltaY / 3)) });
        if (hover) setHover(null);
      }}
    >
      <GlyphSheet />
      <div style={{ position: 'relative', height: layout.total + 72 }}>
        {shown.map(({ index: row }) => {
          const first = layout.first[row];
          const end = layout.end[row];
          const style = { top: layout.top[row], height: size(row) };
          if (first === end)
            return (
              <div
                key={`h${index.groups[first]}`}
                role="row"
                aria-rowindex={row + 1}
                className="row"
                style={style}
                data-header
              >
                <GroupHeader groupId={index.groups[first]} />
              </div>
            );
          const h = layout.height[row];
          const tiles = [];
          let x = 0;
          for (let i = first; i < end; i++) {
            const id = index.ids[i];
            const w = index.aspects[i] * h;
            tiles.push(
              <Tile
                key={id}
                id={id}
                x={x}
                w={w}
                h={h}
                column={i - first + 1}
                selected={selection.ids.has(id)}
                active={selection.active === id}
                raw={raw}
              />,
            );
            x += w + GAP;
          }
          return (
            <div
              key={`r${index.ids[first]}`}
              role="row"
              aria-rowindex={row + 1}
              className="row"
              style={style}
            >
              {tiles}
            </div>
          );
        })}
        {band && (
          <div className="band" style={{ left: band.x, top: band.y, width: band.w, height: band.h }} />
        )}
      </div>
      {hover && <KindHover id={hover.id} anchor={hover.anchor} />}
    </Box>
  );
}
