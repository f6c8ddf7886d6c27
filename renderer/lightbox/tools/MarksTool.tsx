/**
 * The mask in the hand: brush, line, lasso and their opposites, healing and cloning, and a hand that chooses, moves and
 * deletes what was drawn. What is drawn is seen at once; the preview follows. Every stroke is one step back.
 */
import { Box as Div } from '@mui/material';
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { useTranslation } from 'react-i18next';
import { longSide, type Place } from '../../../app/place.ts';
import type { Mark } from '../../../app/recipe/marks.ts';
import { useShortcut } from '../../useShortcut.ts';
import { useLightbox, useSession } from '../context.ts';
import { changeMarks, replaced, without } from '../logic/drawing.ts';
import { moveHand, previewOf, restingHand, type Hand, type HandEvent } from '../logic/hand.ts';
import {
  isOutline,
  makeMark,
  markAt,
  movedMark,
  nearSource,
  pathOf,
  resized,
  takesSource,
  withSource,
  type Brush,
  type MarkHandTool,
} from '../logic/marks.ts';
import type { Box, Point, Size } from '../logic/viewport.ts';
import { MarksBar } from './MarksBar.tsx';
import { cssPerScanPixel, paintMarks, toCss } from './marksPaint.ts';
import { useField } from './useField.ts';

const none: readonly Mark[] = [];
/** CSS pixels: shorter drags are clicks, and so far from a handle it is still caught. */
const CLICK = 5;
const CATCH = 12;

/** A mark, or its source, being dragged; `mark` is how it would be left. */
interface Drag {
  index: number;
  what: 'moved' | 'source';
  from: Point;
  mark: Mark;
  original: Mark;
}

export function MarksTool({ box, picture, place }: { box: Box; picture: Size; place: Place }) {
  const { t } = useTranslation();
  const session = useSession();
  const marks = useLightbox((s) => s.recipe?.params.repair.marks ?? none);
  const shown = useLightbox((s) => s.shown?.params.repair.marks ?? none);
  const brush = useLightbox((s) => s.brush);
  const overlay = useLightbox((s) => s.overlay);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hand, showHand] = useState<Hand>(restingHand);
  /** Several movements may come before the next painting: each goes on from the one before. */
  const held = useRef<Hand>(restingHand);
  const setHand = (next: Hand) => {
    held.current = next;
    showHand(next);
  };
  const [drag, setDrag] = useState<Drag | null>(null);
  const [pointer, setPointer] = useState<Point | null>(null);
  const setBrush = (patch: Partial<Brush>) =>
    session.store.setState((s) => ({ brush: { ...s.brush, ...patch } }));
  const resize = (steps: number) =>
    session.store.setState((s) => ({ brush: { ...s.brush, radius: resized(s.brush.radius, steps) } }));
  const fieldRef = useRef<HTMLDivElement>(null);
  const field = useField(fieldRef, { scope: 'marks', place, box, picture, onWheel: resize });
  const scale = cssPerScanPixel(place, box);
  const near = CLICK / scale;
  const chosen = brush.chosen !== null && brush.chosen < marks.length ? brush.chosen : null;
  const radius = brush.radius * longSide(place);
  const source = brush.source && { x: brush.source.x * place.width, y: brush.source.y * place.height };

  // The mask is what is worked on: it is seen unless somebody looks at something else.
  useEffect(() => {
    const { store } = session;
    if (store.getState().overlay === 'none') store.setState({ overlay: 'damage' });
    return () => {
      const { overlay: now, brush: held } = store.getState();
      store.setState({ ...(now === 'damage' ? { overlay: 'none' } : {}), brush: { ...held, chosen: null } });
    };
  }, [session]);

  const finish = (path: readonly Point[]) => {
    if (brush.tool === 'select') return;
    const tool = brush.tool;
    const from = takesSource(tool) ? (source ?? nearSource(path, brush.radius, place)) : null;
    const mark = makeMark(tool, path, brush.radius, place, 0.5 / scale, from);
    changeMarks(session, tool, (now) => [...now, mark]);
    setBrush({ chosen: takesSource(tool) ? marks.length : null });
  };
  const send = (event: HandEvent) => {
    const next = moveHand(brush.tool, held.current, event, near);
    setHand(next.hand);
    if (next.stroke) finish(next.stroke);
  };
  const remove = () => {
    if (chosen === null) return;
    changeMarks(session, 'removed', (now) => without(now, chosen));
    setBrush({ chosen: null });
  };
  const cycle = (by: 1 | -1) => {
    if (marks.length === 0) return;
    const at =
      chosen === null ? (by > 0 ? 0 : marks.length - 1) : (chosen + by + marks.length) % marks.length;
    setBrush({ tool: 'select', chosen: at });
    field.setCross(pathOf(marks[at], place)[0]);
  };
  const choose = (tool: MarkHandTool) => {
    setHand(restingHand);
    setBrush({ tool, chosen: null });
    fieldRef.current?.focus({ preventScroll: true });
  };

  /** The chosen mark's source, if the pointer is on its ring. */
  const sourceUnder = (p: Point): number | null => {
    if (chosen === null || !marks[chosen].from) return null;
    const [from] = pathOf(marks[chosen], place, true);
    return Math.hypot(from.x - p.x, from.y - p.y) <= Math.max(CATCH / scale, radius) ? chosen : null;
  };
  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const at = field.at(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    if (event.altKey && takesSource(brush.tool)) {
      takeFrom(at);
      return;
    }
    const ring = sourceUnder(at);
    if (ring !== null) {
      setDrag({ index: ring, what: 'source', from: at, mark: marks[ring], original: marks[ring] });
      return;
    }
    if (brush.tool !== 'select') return send({ type: 'down', at, shift: event.shiftKey });
    const index = markAt(marks, at, CATCH / scale / 2, place);
    setBrush({ chosen: index < 0 ? null : index });
    if (index >= 0) setDrag({ index, what: 'moved', from: at, mark: marks[index], original: marks[index] });
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    setPointer({ x: event.clientX - bounds.left, y: event.clientY - bounds.top });
    const at = field.at(event);
    if (drag) {
      const dx = (at.x - drag.from.x) / place.width;
      const dy = (at.y - drag.from.y) / place.height;
      const mark =
        drag.what === 'source' ? withSource(drag.original, at, place) : movedMark(drag.original, dx, dy);
      setDrag({ ...drag, mark });
      return;
    }
    if (brush.tool === 'select') return;
    if (held.current.mode !== 'drag') return send({ type: 'move', at, shift: event.shiftKey });
    // All the places that the pointer went through since the last event: a quick hand still draws a smooth line.
    const between = event.nativeEvent.getCoalescedEvents?.() ?? [];
    let next = held.current;
    for (const e of between.length > 0 ? between : [event.nativeEvent])
      next = moveHand(brush.tool, next, { type: 'move', at: field.at(e), shift: event.shiftKey }, near).hand;
    setHand(next);
  };
  const up = (event: PointerEvent<HTMLElement>) => {
    if (drag) {
      const { index, what, mark, original } = drag;
      if (mark !== original) changeMarks(session, what, (now) => replaced(now, index, mark));
      setDrag(null);
    } else if (brush.tool !== 'select' && held.current.mode === 'drag')
      send({ type: 'up', at: field.at(event), shift: event.shiftKey });
  };
  const key = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Escape' && held.current.mode !== 'idle') send({ type: 'cancel' });
    else {
      const before = field.crossOnScan;
      const at = field.arrow(event);
      if (!at) return;
      setPointer(null);
      if (brush.tool === 'select' && chosen !== null) {
        const [dx, dy] = [(at.x - before.x) / place.width, (at.y - before.y) / place.height];
        changeMarks(session, `moved=${chosen}`, (now) =>
          replaced(now, chosen, movedMark(now[chosen], dx, dy)),
        );
      } else if (brush.tool !== 'select') send({ type: 'move', at, shift: false });
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** At the keyboard's cross: lowers and lifts the brush, sets a corner, or chooses what lies there. */
  const put = () => {
    const at = field.crossOnScan;
    if (brush.tool !== 'select') return send({ type: 'put', at });
    const index = markAt(marks, at, CATCH / scale / 2, place);
    setBrush({ chosen: index < 0 ? null : index });
  };
  const takeFrom = ({ x, y }: Point) =>
    takesSource(brush.tool) &&
    setBrush({ source: { x: x / place.width, y: y / place.height }, chosen: null });

  useShortcut('marks.put', put);
  useShortcut('marks.close', () => send({ type: 'close' }));
  useShortcut('marks.source', () => takeFrom(field.crossOnScan));
  useShortcut('marks.select', () => choose('select'));
  useShortcut('marks.brush', () => choose('brush'));
  useShortcut('marks.erase', () => choose('erase'));
  useShortcut('marks.line', () => choose('line'));
  useShortcut('marks.lasso', () => choose('lasso'));
  useShortcut('marks.spare', () => choose('spare'));
  useShortcut('marks.heal', () => choose('heal'));
  useShortcut('marks.clone', () => choose('clone'));
  useShortcut('marks.smaller', () => resize(-1));
  useShortcut('marks.larger', () => resize(1));
  useShortcut('marks.remove', remove);
  useShortcut('marks.next', () => cycle(1));
  useShortcut('marks.previous', () => cycle(-1));
  useShortcut('marks.mask', () =>
    session.store.setState({ overlay: overlay === 'damage' ? 'none' : 'damage' }),
  );

  const known = useMemo(() => new Set(shown), [shown]);
  const drawn = drag ? replaced(marks, drag.index, drag.mark) : marks;
  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(element.clientWidth * ratio), Math.round(element.clientHeight * ratio)];
    if (element.width !== w) element.width = w;
    if (element.height !== h) element.height = h;
    paintMarks(element, {
      place,
      box,
      ratio,
      marks: drawn,
      fresh: new Set(drawn.filter((m) => !known.has(m))),
      outlines: brush.tool === 'select',
      chosen,
      stroke: previewOf(brush.tool, hand),
      tool: brush.tool,
      radius,
      source: source && takesSource(brush.tool) ? source : null,
    });
  });

  const round = brush.tool !== 'select' && !isOutline(brush.tool);
  const size = 2 * radius * scale;
  // The keyboard's cross shows until the pointer comes.
  const at = pointer ?? toCss(place, box, field.crossOnScan);
  return (
    <>
      <Div
        ref={fieldRef}
        role="application"
        tabIndex={0}
        aria-label={t('lightbox.marks.field', {
          tool: t(`lightbox.marks.tools.${brush.tool}`),
          x: Math.round(field.cross.x * 100),
          y: Math.round(field.cross.y * 100),
        })}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => {
          setDrag(null);
          setHand(restingHand);
        }}
        onPointerLeave={() => setPointer(null)}
        onDoubleClick={(e) => {
          e.stopPropagation();
          if (isOutline(brush.tool)) send({ type: 'close' });
        }}
        onKeyDown={key}
        sx={{
          position: 'absolute',
          inset: 0,
          touchAction: 'none',
          '&:focus-visible': { outlineOffset: -3 },
        }}
        style={{
          pointerEvents: field.panning ? 'none' : 'auto',
          cursor: brush.tool === 'select' ? 'default' : round && size >= 8 ? 'none' : 'crosshair',
        }}
      >
        <canvas
          ref={canvas}
          aria-hidden
          style={{ position: 'absolute', inset: 0, width: '100%', height: '100%', pointerEvents: 'none' }}
        />
        {!field.panning && brush.tool !== 'select' && (
          <Div
            aria-hidden
            sx={{
              position: 'absolute',
              left: 0,
              top: 0,
              borderRadius: '50%',
              border: '1.5px solid #fff',
              boxShadow: '0 0 0 1px rgba(0,0,0,.7), inset 0 0 0 1px rgba(0,0,0,.7)',
              pointerEvents: 'none',
            }}
            style={{
              width: round ? Math.max(6, size) : 6,
              height: round ? Math.max(6, size) : 6,
              transform: `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)`,
            }}
          />
        )}
      </Div>
      <MarksBar place={place} />
    </>
  );
}
