/** The film-strip: every frame of the set in its own shape, drawn only where it is looked at. Ctrl or Shift chooses frames to sync to. */
import { Box, ButtonBase } from '@mui/material';
import { useEffect, useEffectEvent, useMemo, useRef, useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';
import { centreOn, layoutStrip, stripRange } from '../logic/strip.ts';
import { useThumb } from './useThumb.ts';
import { frameSuffix } from '../../format.ts';

const HEIGHT = 64;
const GAP = 6;
const ENDS = 12;
/** Frames drawn beyond each edge, so that scrolling does not meet holes. */
const OVERSCAN = 6;
/** Shapes outside of this are shown within a cell of the limit. */
const width = (aspect: number | undefined) =>
  Math.round(HEIGHT * Math.min(2.6, Math.max(0.62, aspect && aspect > 0 ? aspect : 1.5)));

export function FilmStrip() {
  const { t } = useTranslation();
  const session = useSession();
  const ids = useLightbox((s) => s.ids);
  const id = useLightbox((s) => s.id);
  const items = useLightbox((s) => s.items);
  const selection = useLightbox((s) => s.selection);
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ left: 0, width: 0 });
  const layout = useMemo(
    () =>
      layoutStrip(
        ids.map((i) => width(items[i]?.aspect)),
        GAP,
        ENDS,
      ),
    [ids, items],
  );
  const { from, to } = stripRange(layout, view.left, view.width, OVERSCAN);
  const look = () => {
    const element = scroller.current;
    if (element) setView({ left: element.scrollLeft, width: element.clientWidth });
  };

  useEffect(() => session.needItems(ids.slice(from, to)), [session, ids, from, to]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const centre = useEffectEvent(() => {
    const element = scroller.current;
    if (element) element.scrollLeft = centreOn(layout, ids.indexOf(id), element.clientWidth);
    look();
  });
  useEffect(() => centre(), [id, ids, view.width]);

  const choose = (event: MouseEvent, target: number) => {
    if (event.ctrlKey || event.metaKey) {
      const next = selection.includes(target)
        ? selection.filter((s) => s !== target)
        : [...selection, target];
      session.store.setState({ selection: next });
    } else if (event.shiftKey) {
      const [a, b] = [ids.indexOf(id), ids.indexOf(target)].sort((x, y) => x - y);
      session.store.setState({ selection: ids.slice(a, b + 1) });
    } else {
      session.store.setState({ selection: [] });
      if (target !== id) void session.open(target);
    }
  };

  return (
    <Box
      ref={scroller}
      component="nav"
      aria-label={t('lightbox.strip')}
      onScroll={look}
      onWheel={(e) => {
        if (scroller.current && e.deltaY !== 0) scroller.current.scrollLeft += e.deltaY;
      }}
      sx={{
        gridArea: 'strip',
        overflowX: 'auto',
        overflowY: 'hidden',
        bgcolor: 'room.panel',
        borderTop: 1,
        borderColor: 'divider',
        scrollbarWidth: 'thin',
      }}
    >
      <Box
        component="ol"
        sx={{ position: 'relative', m: 0, p: 0, height: HEIGHT + 22, width: layout.offsets[ids.length] }}
      >
        {ids.slice(from, to).map((target, k) => {
          const index = from + k;
          const item = items[target];
          const current = target === id;
          return (
            <Box
              component="li"
              key={target}
              sx={{
                position: 'absolute',
                top: 7,
                left: layout.offsets[index],
                width: width(item?.aspect),
                listStyle: 'none',
              }}
            >
              <ButtonBase
                aria-label={t('lightbox.stripItem', {
                  n: index + 1,
                  name: item ? item.name + frameSuffix(item) : '',
                })}
                aria-current={current || undefined}
                aria-pressed={selection.includes(target)}
                onMouseDown={(e) => e.preventDefault()}
                onClick={(e) => choose(e, target)}
                sx={{
                  display: 'block',
                  width: '100%',
                  height: HEIGHT,
                  borderRadius: 0.5,
                  overflow: 'hidden',
                  bgcolor: 'room.table',
                  opacity: item?.flag === 'reject' ? 0.4 : 1,
                  outline: (th) =>
                    current
                      ? `2px solid ${th.palette.primary.main}`
                      : selection.includes(target)
                        ? `2px solid ${th.palette.text.secondary}`
                        : 'none',
                  outlineOffset: 1,
                }}
              >
                {item && <Thumb id={target} version={item.thumbVersion} />}
              </ButtonBase>
              <Box
                aria-hidden
                sx={{
                  display: 'flex',
                  justifyContent: 'center',
                  gap: '3px',
                  height: 10,
                  pt: '5px',
                  '& i': { width: 3, height: 3, borderRadius: '50%', bgcolor: 'text.secondary' },
                }}
              >
                {item?.flag === 'keep' && <Box component="i" style={{ background: '#7cc98a' }} />}
                {Array.from({ length: item?.rating ?? 0 }, (_, i) => (
                  <i key={i} />
                ))}
              </Box>
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}

function Thumb({ id, version }: { id: number; version: number }) {
  const { thumbs } = useSession().client;
  const url = useThumb(thumbs, id, version);
  if (!url) return null;
  return (
    <img
      src={url}
      alt=""
      draggable={false}
      style={{ width: '100%', height: '100%', objectFit: 'contain', display: 'block' }}
    />
  );
}
