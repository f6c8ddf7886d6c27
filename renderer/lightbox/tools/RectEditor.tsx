/**
 * A rectangle on the picture with eight handles. Every handle, and the rectangle itself, takes the keyboard:
 * arrows move it, shift far, alt by single pixels. Coordinates are fractions of the picture whose place on the
 * stage is `box` (CSS pixels).
 */
import { Box as Div } from '@mui/material';
import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { runCommand } from '../../shortcuts.ts';
import { arrowStep, dragTurned, handles, type Handle } from '../logic/rects.ts';
import type { Box, Size } from '../logic/viewport.ts';

export interface RectEditorProps {
  rect: Box;
  box: Box;
  picture: Size;
  name: string;
  /** Degrees, clockwise, about its centre. */
  angle?: number;
  ratio?: number | null;
  /** Darkens what is outside. */
  shade?: boolean;
  /** Lines at the thirds. */
  thirds?: boolean;
  change(rect: Box): void;
  /** Takes the keyboard when it appears: arrows move the rectangle, not the film-strip. */
  takesFocus?: boolean;
  /** Turns it by the handle above its upper edge: degrees, clockwise. Without: there is no such handle. */
  turn?(angle: number): void;
  /** The hand let go. */
  done?(): void;
}

const spots: Record<Exclude<Handle, 'move'>, [number, number, string]> = {
  nw: [0, 0, 'nwse-resize'],
  n: [0.5, 0, 'ns-resize'],
  ne: [1, 0, 'nesw-resize'],
  e: [1, 0.5, 'ew-resize'],
  se: [1, 1, 'nwse-resize'],
  s: [0.5, 1, 'ns-resize'],
  sw: [0, 1, 'nesw-resize'],
  w: [0, 0.5, 'ew-resize'],
};

const handleOf = (event: { currentTarget: HTMLElement }): Handle =>
  (event.currentTarget.dataset.handle ?? 'move') as Handle;

export function RectEditor(props: RectEditorProps) {
  const {
    rect,
    box,
    picture,
    name,
    angle = 0,
    ratio = null,
    shade,
    thirds,
    takesFocus,
    change,
    turn,
    done,
  } = props;
  const { t } = useTranslation();
  const body = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) body.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  const grab = useRef<{ x: number; y: number; rect: Box } | null>(null);

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    grab.current = { x: event.clientX, y: event.clientY, rect };
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const g = grab.current;
    if (!g || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    const dx = (event.clientX - g.x) / box.w;
    const dy = (event.clientY - g.y) / box.h;
    change(dragTurned(g.rect, handleOf(event), dx, dy, angle, ratio, picture));
  };
  const up = () => {
    if (grab.current) done?.();
    grab.current = null;
  };
  const key = (event: KeyboardEvent<HTMLElement>) => {
    // A handle is a button without a click of its own: Enter on it means that the rectangle is right.
    if (event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      runCommand('lightbox.acceptTool');
      return;
    }
    const step = arrowStep(event, picture);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    change(dragTurned(rect, handleOf(event), step.x, step.y, angle, ratio, picture));
  };
  const keyUp = (event: KeyboardEvent) => {
    if (event.key.startsWith('Arrow')) done?.();
  };
  const percent = (v: number) => Math.round(v * 100);
  const place = t('lightbox.tools.place', {
    x: percent(rect.x),
    y: percent(rect.y),
    w: percent(rect.w),
    h: percent(rect.h),
  });

  return (
    <Div
      sx={{
        position: 'absolute',
        left: box.x + rect.x * box.w,
        top: box.y + rect.y * box.h,
        width: rect.w * box.w,
        height: rect.h * box.h,
        transform: angle ? `rotate(${angle}deg)` : undefined,
        outline: '1px solid #fff',
        boxShadow: shade ? '0 0 0 9999px rgba(0,0,0,.55)' : '0 0 0 1px rgba(0,0,0,.6)',
        pointerEvents: 'none',
      }}
    >
      {thirds &&
        [1, 2].flatMap((i) => [
          <Div key={`v${i}`} sx={{ ...line, left: `${(i * 100) / 3}%`, top: 0, bottom: 0, width: '1px' }} />,
          <Div key={`h${i}`} sx={{ ...line, top: `${(i * 100) / 3}%`, left: 0, right: 0, height: '1px' }} />,
        ])}
      <Div
        component="button"
        type="button"
        ref={body}
        aria-label={`${name}: ${t('lightbox.tools.handle.move')}. ${place}`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onKeyDown={key}
        data-handle="move"
        onKeyUp={keyUp}
        sx={{ ...bare, inset: 0, width: '100%', height: '100%', cursor: 'move' }}
      />
      {turn && (
        <Div
          component="button"
          type="button"
          aria-label={`${name}: ${t('lightbox.tools.handle.turn', { angle: angle.toFixed(1) })}`}
          onPointerDown={down}
          onPointerMove={(event: PointerEvent<HTMLElement>) => {
            if (!grab.current || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
            event.stopPropagation();
            const bounds = event.currentTarget.parentElement?.getBoundingClientRect();
            if (!bounds) return;
            // About the middle, which a turn leaves where it is.
            const x = event.clientX - (bounds.left + bounds.right) / 2;
            const y = event.clientY - (bounds.top + bounds.bottom) / 2;
            const degrees = (Math.atan2(x, -y) * 180) / Math.PI;
            turn(Math.round(degrees * 10) / 10);
          }}
          onPointerUp={up}
          onKeyDown={(event: KeyboardEvent<HTMLElement>) => {
            const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
            if (by === 0) return key(event);
            event.preventDefault();
            event.stopPropagation();
            turn(Math.round((angle + by * (event.shiftKey ? 1 : 0.1)) * 10) / 10);
          }}
          sx={{
            ...bare,
            left: '50%',
            top: -26,
            width: 24,
            height: 24,
            ml: '-12px',
            cursor: 'grab',
            '&::before': {
              content: '""',
              position: 'absolute',
              inset: '6px',
              borderRadius: '50%',
              bgcolor: '#fff',
              boxShadow: '0 0 0 1px rgba(0,0,0,.7)',
            },
          }}
        />
      )}
      {handles.map((h) => {
        const [fx, fy, cursor] = spots[h as Exclude<Handle, 'move'>];
        return (
          <Div
            key={h}
            component="button"
            type="button"
            aria-label={`${name}: ${t(`lightbox.tools.handle.${h}`)}. ${place}`}
            onPointerDown={down}
            onPointerMove={move}
            onPointerUp={up}
            onKeyDown={key}
            data-handle={h}
            onKeyUp={keyUp}
            sx={{
              ...bare,
              left: `${fx * 100}%`,
              top: `${fy * 100}%`,
              width: 24,
              height: 24,
              m: '-12px',
              cursor,
              '&::before': {
                content: '""',
                position: 'absolute',
                inset: '7px',
                bgcolor: '#fff',
                boxShadow: '0 0 0 1px rgba(0,0,0,.7)',
              },
            }}
          />
        );
      })}
    </Div>
  );
}

const bare = {
  position: 'absolute',
  p: 0,
  border: 0,
  background: 'transparent',
  pointerEvents: 'auto',
  touchAction: 'none',
} as const;
const line = { position: 'absolute', bgcolor: 'rgba(255,255,255,.35)', pointerEvents: 'none' } as const;
