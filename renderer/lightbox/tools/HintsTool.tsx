/**
 * Colour hints in the hand: a click puts one and offers colours for it, a drag moves it, Delete takes it away. A hint
 * is stored when its colour is chosen; until then it is only a place. Shift and click put the last colour again.
 */
import { Box as Div, ButtonBase } from '@mui/material';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { onPicture, onScan, type Place } from '../../../app/place.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import { useShortcut } from '../../useShortcut.ts';
import { useLightbox, useSession } from '../context.ts';
import { changeHints, hexOf, makeHint, replaced, without } from '../logic/drawing.ts';
import { arrowStep } from '../logic/rects.ts';
import { sampleHere } from '../logic/sample.ts';
import type { Box, Point, Size } from '../logic/viewport.ts';
import { HintPopover } from './HintPopover.tsx';
import { HintsBar } from './HintsBar.tsx';
import { ProposedHints } from './ProposedHints.tsx';
import { toCss } from './marksPaint.ts';
import { useField } from './useField.ts';

const none: readonly Hint[] = [];
/** CSS pixels that a press may move and still be a click. */
const CLICK = 4;

/** What the popover is open on: a stored hint, or a place without a colour. */
export type HintSubject = { index: number } | { x: number; y: number };

export function HintsTool({ box, picture, place }: { box: Box; picture: Size; place: Place }) {
  const { t } = useTranslation();
  const session = useSession();
  const hints = useLightbox((s) => s.recipe?.params.colour.hints ?? none);
  const chosen = useLightbox((s) => s.chosenHint);
  const [subject, setSubject] = useState<HintSubject | null>(null);
  /** The eyedropper is in the hand: the next click is for this subject. */
  const [picking, setPicking] = useState<HintSubject | null>(null);
  const [drag, setDrag] = useState<{ index: number; hint: Hint; moved: boolean; from: Point } | null>(null);
  const last = useRef<Hint['colour'] | null>(hints.at(-1)?.colour ?? null);
  const fieldRef = useRef<HTMLDivElement>(null);
  const field = useField(fieldRef, { scope: 'hints', place, box, picture });
  const choose = (index: number | null) => session.store.setState({ chosenHint: index });
  useEffect(() => () => session.store.setState({ chosenHint: null }), [session]);

  const fractions = (p: Point): Point => ({ x: p.x / place.width, y: p.y / place.height });
  const inside = ({ x, y }: Point) => x >= 0 && x <= 1 && y >= 0 && y <= 1;
  const subjectPlace = (s: HintSubject): Point => ('index' in s ? (hints[s.index] ?? { x: 0.5, y: 0.5 }) : s);
  const focusField = () => fieldRef.current?.focus({ preventScroll: true });

  /** Gives the subject a colour: a stored hint another one, a place its first. */
  const give = (to: HintSubject, colour: Hint['colour']) => {
    last.current = colour;
    if ('index' in to) {
      const old = hints[to.index];
      if (old)
        changeHints(session, `colour=${to.index}`, (now) =>
          replaced(now, to.index, makeHint(old.x, old.y, colour)),
        );
      return;
    }
    changeHints(session, 'put', (now) => [...now, makeHint(to.x, to.y, colour)]);
    choose(hints.length);
    // A second thought about the colour is about the hint that is there now.
    setSubject((s) => (s === to ? { index: hints.length } : s));
  };
  const begin = (at: Point, again: boolean) => {
    const p = fractions(at);
    if (!inside(p)) return;
    if (again && last.current) return give(p, last.current);
    choose(null);
    setSubject(p);
  };
  const pick = async (to: HintSubject, at: Point) => {
    setPicking(null);
    try {
      const shown = onPicture(place, fractions(at));
      const colour = await sampleHere(session, shown, picture);
      if (!colour) return;
      give(to, colour);
      if (!('index' in to)) setSubject(null);
    } catch (error) {
      session.fail(error);
    }
  };
  const remove = (index: number | null) => {
    if (index === null || !hints[index]) return;
    changeHints(session, 'removed', (now) => without(now, index));
    choose(null);
    setSubject(null);
    focusField();
  };
  const cycle = (by: 1 | -1) => {
    if (hints.length === 0) return;
    const at =
      chosen === null ? (by > 0 ? 0 : hints.length - 1) : (chosen + by + hints.length) % hints.length;
    choose(at);
    document.getElementById(`hint-${at}`)?.focus();
  };
  const put = () => (picking ? void pick(picking, field.crossOnScan) : begin(field.crossOnScan, false));

  useShortcut('hints.put', put);
  useShortcut('hints.remove', () => remove(chosen));
  useShortcut('hints.next', () => cycle(1));
  useShortcut('hints.previous', () => cycle(-1));
  useShortcut('hints.pick', () => {
    if (picking) setPicking(null);
    else if (chosen !== null) setPicking({ index: chosen });
    else if (hints.length > 0) setPicking({ index: hints.length - 1 });
  });

  const key = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Escape' && picking) setPicking(null);
    else if (!field.arrow(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const markKey = (index: number) => (event: KeyboardEvent<HTMLElement>) => {
    const step = arrowStep(event, picture);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const shown = onPicture(place, hints[index]);
    const to = onScan(place, { x: shown.x + step.x, y: shown.y + step.y });
    if (inside(to))
      changeHints(session, `moved=${index}`, (now) =>
        replaced(now, index, makeHint(to.x, to.y, now[index].colour)),
      );
  };
  const markDown = (index: number) => (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    choose(index);
    setDrag({ index, hint: hints[index], moved: false, from: { x: event.clientX, y: event.clientY } });
  };
  const markMove = (event: PointerEvent<HTMLElement>) => {
    if (!drag) return;
    const moved = drag.moved || Math.hypot(event.clientX - drag.from.x, event.clientY - drag.from.y) > CLICK;
    const p = fractions(field.at(event));
    const clamp = (v: number) => Math.min(1, Math.max(0, v));
    if (moved) setDrag({ ...drag, moved, hint: makeHint(clamp(p.x), clamp(p.y), drag.hint.colour) });
  };
  const markUp = () => {
    if (drag?.moved) changeHints(session, 'moved', (now) => replaced(now, drag.index, drag.hint));
    setDrag(null);
  };

  const drawn = drag ? replaced(hints, drag.index, drag.hint) : hints;
  const css = (p: Point) => toCss(place, box, { x: p.x * place.width, y: p.y * place.height });
  const open = subject && css(subjectPlace(subject));
  const cross = toCss(place, box, field.crossOnScan);
  return (
    <>
      <Div
        ref={fieldRef}
        role="application"
        tabIndex={0}
        aria-label={t(picking ? 'lightbox.hints.picking' : 'lightbox.hints.field', {
          x: Math.round(field.cross.x * 100),
          y: Math.round(field.cross.y * 100),
        })}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === 'touch') return;
          const at = field.at(event);
          if (picking) void pick(picking, at);
          else begin(at, event.shiftKey);
        }}
        onKeyDown={key}
        sx={{
          position: 'absolute',
          inset: 0,
          touchAction: 'none',
          cursor: picking ? 'cell' : 'crosshair',
          '&:focus-visible': { outlineOffset: -3 },
          '&:focus-visible .cross': { display: 'block' },
        }}
        style={{ pointerEvents: field.panning ? 'none' : 'auto' }}
      >
        <Div
          className="cross"
          aria-hidden
          sx={{ ...crossLook, display: 'none' }}
          style={{ left: cross.x, top: cross.y }}
        />
      </Div>
      {drawn.map((hint, i) => {
        const at = css(hint);
        const held = i === chosen;
        return (
          <ButtonBase
            key={i}
            id={`hint-${i}`}
            aria-label={t('lightbox.hints.one', {
              n: i + 1,
              colour: hexOf(hint.colour),
              x: Math.round(hint.x * 100),
              y: Math.round(hint.y * 100),
            })}
            aria-pressed={held}
            onFocus={() => choose(i)}
            onPointerDown={markDown(i)}
            onPointerMove={markMove}
            onPointerUp={markUp}
            onPointerCancel={() => setDrag(null)}
            onClick={(event) => {
              // A drag ends in a click as well; the keyboard's press has no pointer.
              if (event.detail === 0 || !drag?.moved) setSubject({ index: i });
            }}
            onKeyDown={markKey(i)}
            sx={{
              position: 'absolute',
              width: 28,
              height: 28,
              m: '-14px',
              borderRadius: '50%',
              cursor: 'move',
              touchAction: 'none',
              '&.Mui-focusVisible': { outlineOffset: 1 },
            }}
            style={{ left: at.x, top: at.y, pointerEvents: field.panning || picking ? 'none' : 'auto' }}
          >
            <HintMark colour={hexOf(hint.colour)} held={held} n={i + 1} />
          </ButtonBase>
        );
      })}
      {open && subject && !('index' in subject) && (
        <Div aria-hidden sx={crossLook} style={{ left: open.x, top: open.y }} />
      )}
      {open && subject && (
        <HintPopover
          anchor={() => {
            const bounds = fieldRef.current?.getBoundingClientRect();
            return { left: (bounds?.left ?? 0) + open.x + 20, top: (bounds?.top ?? 0) + open.y };
          }}
          at={subjectPlace(subject)}
          colour={'index' in subject ? (hints[subject.index]?.colour ?? null) : null}
          give={(colour) => give(subject, colour)}
          pick={() => {
            setPicking(subject);
            setSubject(null);
            requestAnimationFrame(focusField);
          }}
          remove={'index' in subject ? () => remove(subject.index) : null}
          close={() => {
            setSubject(null);
            requestAnimationFrame(focusField);
          }}
        />
      )}
      <ProposedHints css={css} disabled={field.panning || picking !== null} />
      <HintsBar picking={picking !== null} />
    </>
  );
}

const crossLook = {
  position: 'absolute',
  width: 14,
  height: 14,
  m: '-7px',
  borderRadius: '50%',
  border: '1.5px solid #fff',
  boxShadow: '0 0 0 1.5px rgba(0,0,0,.75), inset 0 0 0 1.5px rgba(0,0,0,.75)',
  pointerEvents: 'none',
} as const;

/** A swatch in a white ring with dark edges, seen on any ground; the one in hand is larger and tells its number. */
function HintMark({ colour, held, n }: { colour: string; held: boolean; n: number }) {
  const size = held ? 20 : 14;
  return (
    <Div
      aria-hidden
      sx={{
        width: size,
        height: size,
        borderRadius: '50%',
        border: held ? '3px solid #fff' : '2px solid #fff',
        boxShadow: '0 0 0 1.5px rgba(0,0,0,.8), inset 0 0 0 1px rgba(0,0,0,.55)',
        position: 'relative',
      }}
      style={{ background: colour }}
    >
      <Div
        component="span"
        sx={{
          position: 'absolute',
          left: '100%',
          bottom: '100%',
          ml: 0.25,
          px: 0.5,
          borderRadius: 0.5,
          fontSize: 11,
          lineHeight: '15px',
          fontWeight: 600,
          bgcolor: 'room.scrim',
          color: 'room.onScrim',
        }}
      >
        {n}
      </Div>
    </Div>
  );
}
