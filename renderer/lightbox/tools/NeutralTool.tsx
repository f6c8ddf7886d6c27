/** The neutral picker: click what was grey (or move the cross with the arrow keys and press Enter). */
import { Box as Div, CircularProgress } from '@mui/material';
import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../context.ts';
import { pickNeutral } from '../logic/pickneutral.ts';
import { arrowStep } from '../logic/rects.ts';
import { toPicture, type Box, type Point, type Size } from '../logic/viewport.ts';
import { ToolBar } from './ToolBar.tsx';

export function NeutralTool({ box, picture }: { box: Box; picture: Size }) {
  const { t } = useTranslation();
  const session = useSession();
  const [cross, setCross] = useState<Point>({ x: 0.5, y: 0.5 });
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const pick = async (p: Point) => {
    const mine = ++turn.current;
    setCross(p);
    setBusy(true);
    try {
      const why = await pickNeutral(session, p, picture, () => mine === turn.current);
      if (why && mine === turn.current) session.say('warning', t(`lightbox.tools.neutral.${why}`));
    } catch (error) {
      session.fail(error);
    } finally {
      if (mine === turn.current) setBusy(false);
    }
  };
  const click = (event: MouseEvent<HTMLElement>) => {
    if (event.detail === 0) return;
    const bounds = event.currentTarget.getBoundingClientRect();
    const p = toPicture({ x: event.clientX - bounds.left, y: event.clientY - bounds.top }, box);
    if (p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1) void pick(p);
  };
  const key = (event: KeyboardEvent) => {
    const step = arrowStep(event, picture);
    if (step)
      setCross((c) => ({
        x: Math.min(1, Math.max(0, c.x + step.x)),
        y: Math.min(1, Math.max(0, c.y + step.y)),
      }));
    else if (event.key === 'Enter') void pick(cross);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <Div
        ref={field}
        role="button"
        tabIndex={0}
        aria-label={t('lightbox.tools.neutral.cross', {
          x: Math.round(cross.x * 100),
          y: Math.round(cross.y * 100),
        })}
        onClick={click}
        onKeyDown={key}
        sx={{ position: 'absolute', inset: 0, cursor: 'crosshair', '&:focus-visible': { outlineOffset: -3 } }}
      >
        <Div
          aria-hidden
          sx={{
            position: 'absolute',
            left: box.x + cross.x * box.w - 10,
            top: box.y + cross.y * box.h - 10,
            width: 21,
            height: 21,
            borderRadius: '50%',
            border: '1.5px solid #fff',
            boxShadow: '0 0 0 1px rgba(0,0,0,.7), inset 0 0 0 1px rgba(0,0,0,.7)',
            pointerEvents: 'none',
          }}
        />
      </Div>
      <ToolBar title={t('lightbox.commands.neutral')} hint={t('lightbox.tools.neutral.hint')}>
        {busy && <CircularProgress size={18} aria-label={t('lightbox.tools.neutral.busy')} />}
      </ToolBar>
    </>
  );
}
