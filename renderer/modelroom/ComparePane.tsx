/** One side of a comparison: a stage whose zoom and place are given from outside, so that both sides move as one. */
import { Alert, Box, CircularProgress } from '@mui/material';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Recipe } from '../../app/recipe/develop.ts';
import { getClient, type PixelsAnswer } from '../client.ts';
import {
  panBy,
  placement,
  planRequest,
  zoomBy,
  zoomStep,
  type Box as Place,
  type Size,
  type Viewport,
} from '../lightbox/logic/viewport.ts';
import { errorText, isCancelled } from '../store/app.ts';

interface Shown {
  answer: PixelsAnswer;
  /** Which part of the picture it shows, fractions. */
  view: Place;
  of: string;
}
const WHOLE: Place = { x: 0, y: 0, w: 1, h: 1 };
/** Waits for the hand to rest before the pixels of a new place are asked for (ms). */
const REST = 120;
const PAD = 12;

/** The engine gives up a view of a picture when another of the same picture is asked for: the two sides take turns. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const mine = turn.then(() => {
    signal.throwIfAborted();
    return work();
  });
  turn = mine.catch(() => undefined);
  return mine;
}

export function ComparePane(props: {
  itemId: number;
  recipe: Recipe;
  name: string;
  view: Viewport;
  setView(change: (view: Viewport) => Viewport): void;
}) {
  const { itemId, recipe, name, view, setView } = props;
  const { t } = useTranslation();
  const field = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [stage, setStage] = useState<Size | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState('');
  const drag = useRef<{ x: number; y: number } | null>(null);
  const what = useMemo(() => JSON.stringify([itemId, recipe]), [itemId, recipe]);
  const header = shown?.of === what ? shown.answer.header : null;
  const full: Size | null = header && { w: header.fullWidth, h: header.fullHeight };

  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const k = window.devicePixelRatio;
      setStage({ w: Math.round(entry.contentRect.width * k), h: Math.round(entry.contentRect.height * k) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const w = full?.w ?? 0;
  const h = full?.h ?? 0;
  useEffect(() => {
    if (!stage || stage.w < 8) return;
    const stop = new AbortController();
    const [id, asked] = JSON.parse(what) as [number, Recipe];
    const picture = { w, h };
    // Until its size is known the whole is asked for.
    const plan =
      w > 0 ? planRequest(placement(view, picture, stage, PAD), picture, stage, { fluid: false }) : null;
    const place = plan?.view ?? WHOLE;
    const timer = setTimeout(
      () => {
        setBusy(true);
        inTurn(stop.signal, () =>
          getClient().pixels(
            {
              itemId: id,
              recipe: asked,
              view: place,
              maxWidth: plan?.maxWidth ?? stage.w,
              maxHeight: plan?.maxHeight ?? stage.h,
            },
            { signal: stop.signal },
          ),
        )
          .then((answer) => {
            setShown({ answer, view: place, of: what });
            setError('');
            setBusy(false);
          })
          .catch((e: unknown) => {
            if (isCancelled(e) || stop.signal.aborted) return;
            setError(errorText(e));
            setBusy(false);
          });
      },
      w > 0 ? REST : 0,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [what, stage, view, w, h]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !stage) return;
    element.width = stage.w;
    element.height = stage.h;
    if (!shown) return;
    const { width, height, fullWidth, fullHeight } = shown.answer.header;
    const box = placement(view, { w: fullWidth, h: fullHeight }, stage, PAD);
    const image = new OffscreenCanvas(width, height);
    image.getContext('2d')?.putImageData(new ImageData(shown.answer.rgba, width, height), 0, 0);
    context.imageSmoothingEnabled = box.w < 2 * fullWidth;
    const part = shown.view;
    context.drawImage(image, box.x + part.x * box.w, box.y + part.y * box.h, part.w * box.w, part.h * box.h);
  }, [shown, stage, view]);

  const change = (step: (view: Viewport, picture: Size, stage: Size) => Viewport) => {
    if (full && stage) setView((v) => step(v, full, stage));
  };
  const key = (event: KeyboardEvent) => {
    const by = 80 * window.devicePixelRatio;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [by, 0],
      ArrowRight: [-by, 0],
      ArrowUp: [0, by],
      ArrowDown: [0, -by],
    };
    if (event.key === '+' || event.key === '=') change((v, p, s) => zoomStep(v, 1, p, s, PAD));
    else if (event.key === '-') change((v, p, s) => zoomStep(v, -1, p, s, PAD));
    else if (event.key === '0') setView((v) => ({ ...v, zoom: 'fit' }));
    else if (event.key === '1') setView((v) => ({ ...v, zoom: 1 }));
    else if (moves[event.key]) change((v, p, s) => panBy(v, ...moves[event.key], p, s, PAD));
    else return;
    event.preventDefault();
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const from = drag.current;
    if (!from) return;
    const k = window.devicePixelRatio;
    const [dx, dy] = [(event.clientX - from.x) * k, (event.clientY - from.y) * k];
    drag.current = { x: event.clientX, y: event.clientY };
    change((v, p, s) => panBy(v, dx, dy, p, s, PAD));
  };
  return (
    <Box
      ref={field}
      role="group"
      tabIndex={0}
      aria-label={t('models.sideOf', { name })}
      onKeyDown={key}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={move}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onWheel={(event) => {
        const bounds = event.currentTarget.getBoundingClientRect();
        const k = window.devicePixelRatio;
        const at = { x: (event.clientX - bounds.left) * k, y: (event.clientY - bounds.top) * k };
        change((v, p, s) => zoomBy(v, Math.exp(-event.deltaY / 400), at, p, s, PAD));
      }}
      sx={{
        position: 'relative',
        flex: 1,
        minHeight: 0,
        overflow: 'hidden',
        cursor: 'grab',
        touchAction: 'none',
        '&:active': { cursor: 'grabbing' },
        '&:focus-visible': { outlineOffset: -3 },
      }}
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={name}
        data-of={shown?.of === what && !busy ? name : ''}
        style={{ position: 'absolute', inset: 0, width: '100%', height: '100%' }}
      />
      {busy && (
        <CircularProgress
          size={26}
          aria-label={t('common.loading')}
          sx={{ position: 'absolute', right: 14, top: 14 }}
        />
      )}
      {error && (
        <Alert severity="error" sx={{ position: 'absolute', left: 16, right: 16, top: 16 }}>
          {error}
        </Alert>
      )}
    </Box>
  );
}
