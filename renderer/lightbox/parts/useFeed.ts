/**
 * Ties the feed to the session: says what the stage wants whenever something changes, paints when frames
 * arrive. View changes wait a moment (the scaled frame follows the hand meanwhile); slider moves do not. When
 * nothing moves, the film is fetched too, so that the compare key answers at once.
 */
import { useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import { useLightbox, useSession } from '../context.ts';
import { beforeOf, showOf } from '../logic/compare.ts';
import { Feed, showsScan, type Wish } from '../logic/feed.ts';
import { placement, type Box, type Size } from '../logic/viewport.ts';
import { displaySpace, paint, toBitmap, type Bitmap } from './painter.ts';
import { loadThumb } from './useThumb.ts';

const VIEW_DELAY = 60;
const PREFETCH_DELAY = 500;
const RETRIES = 3;
const RETRY_MS = 600;
/** Tools that work on the whole scan, without crop. */
const scanTools = new Set(['base', 'crop', 'frames']);

export interface StageView {
  /** Where the whole picture lies on the pane, device pixels. */
  box: Box;
  picture: Size;
  /** The whole scan is on stage (crop, base, frames), not the finished picture. */
  scan: boolean;
}

/** Feeds and paints `canvas`; `pane` is one pane's size, `gap` the space between two, in device pixels. */
export function useFeed(
  canvas: RefObject<HTMLCanvasElement | null>,
  pane: Size,
  gap: number,
  padding: number,
): StageView {
  const session = useSession();
  const [space] = useState(displaySpace);
  const id = useLightbox((s) => s.id);
  const item = useLightbox((s) => s.items[s.id]);
  const recipe = useLightbox((s) => s.recipe);
  const fluid = useLightbox((s) => s.fluid);
  const viewport = useLightbox((s) => s.viewport);
  const overlay = useLightbox((s) => s.overlay);
  const tool = useLightbox((s) => s.tool);
  const compare = useLightbox((s) => s.compare);
  const divider = useLightbox((s) => s.divider);
  const flicker = useLightbox((s) => s.flicker);
  const known = useLightbox((s) => s.picture);
  const outline = useLightbox((s) => s.outline);
  const [prefetch, setPrefetch] = useState(false);
  const pending = useRef(0);

  const picture: Size =
    known ??
    (item ? { w: item.width, h: item.aspect > 0 ? item.width / item.aspect : item.height } : { w: 3, h: 2 });
  const box = placement(viewport, picture, pane, padding);
  const geometry = !scanTools.has(tool);
  // The base is judged on the film itself.
  const mode =
    flicker || tool === 'base' ? 'before' : compare === 'off' || tool !== 'none' ? 'after' : compare;
  const before: Wish['before'] =
    mode === 'after' && !prefetch
      ? null
      : tool === 'base'
        ? 'film'
        : recipe && beforeOf(recipe, item?.kind ?? null);

  const [feed] = useState(() => {
    // An engine that died is started anew by the host: ask again before bothering anybody.
    let failures = 0;
    const made: Feed<Bitmap> = new Feed<Bitmap>({
      fetch: (request, signal) => session.client.pixels(request, { signal }),
      bitmap: (answer, space) => {
        failures = 0;
        return toBitmap(answer, space);
      },
      failed: (error) => {
        failures++;
        if (failures > 1) session.fail(error);
        if (failures <= RETRIES) setTimeout(() => made.again(), RETRY_MS * failures);
      },
      busy: (busy) => session.store.setState({ busy }),
    });
    return made;
  });
  const doPaint = useEffectEvent(() => {
    pending.current = 0;
    if (!canvas.current || pane.w === 0) return;
    paint(canvas.current, space, {
      after: feed.layers.after,
      before: feed.layers.before,
      pane,
      gap,
      box,
      pictureWidth: picture.w,
      squares: viewport.zoom !== 'fit',
      mode,
      divider,
    });
  });
  const schedule = useEffectEvent(() => {
    if (pending.current === 0) pending.current = requestAnimationFrame(() => doPaint());
  });

  useEffect(() => {
    feed.onChange((layer, header, _fluid, made) => {
      if (layer === 'after')
        session.store.setState((s) => {
          const size = feed.picture;
          const same = s.picture && size && s.picture.w === size.w && s.picture.h === size.h;
          return { header, outline: feed.outline, picture: same ? s.picture : size, shown: made };
        });
      schedule();
    });
  }, [feed, session]);

  // Another picture: its thumbnail stands in until the first frame.
  useEffect(() => {
    feed.start(id);
    session.store.setState({ picture: null, outline: '' });
    let alive = true;
    void (async () => {
      const shown = session.store.getState().items[id] ?? (await session.client.call('library.item', { id }));
      const image = await loadThumb(session.client.thumbs, id, shown.thumbVersion);
      if (!alive || !image) return;
      feed.placeholder(image);
      schedule();
    })().catch(() => undefined);
    return () => {
      alive = false;
    };
  }, [feed, session, id]);

  const wish = useEffectEvent((): Wish | null =>
    recipe && pane.w > 0
      ? {
          itemId: id,
          recipe,
          show: showOf(tool, overlay),
          geometry,
          before,
          fluid,
          space,
          stage: pane,
          box,
          picture,
        }
      : null,
  );
  const last = useRef<unknown>(null);
  useEffect(() => {
    const ask = () => {
      const w = wish();
      if (w) feed.want(w);
    };
    schedule();
    const content = [recipe, fluid, overlay, tool, id, outline].map((v) => v as unknown);
    const before = last.current as unknown[] | null;
    last.current = content;
    if (!before || content.some((v, i) => v !== before[i])) {
      ask();
      return;
    }
    const timer = setTimeout(ask, VIEW_DELAY);
    return () => clearTimeout(timer);
  }, [
    feed,
    id,
    recipe,
    fluid,
    overlay,
    tool,
    outline,
    viewport,
    pane.w,
    pane.h,
    picture.w,
    picture.h,
    before,
  ]);

  useEffect(() => schedule(), [mode, divider, gap]);

  useEffect(() => {
    const timer = setTimeout(() => setPrefetch(!fluid), fluid ? 0 : PREFETCH_DELAY);
    return () => {
      clearTimeout(timer);
      setPrefetch(false);
    };
  }, [id, recipe, fluid, viewport]);

  // What lies behind the recipe changed (analysis, roll, references): fetch again.
  const revision = useLightbox((s) => s.revision);
  useEffect(() => {
    if (revision > 0) feed.refresh();
  }, [feed, revision]);
  useEffect(() => session.client.subscribe('library.changed', session.changed), [session]);

  return { box, picture, scan: showsScan(outline) };
}
