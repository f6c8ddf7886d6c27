/** The line between film and print: dragged, or moved with the arrow keys; a double click puts it in the middle. */
import { Box } from '@mui/material';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';

export function Divider() {
  const { t } = useTranslation();
  const session = useSession();
  const divider = useLightbox((s) => s.divider);
  const to = (v: number) => session.store.setState({ divider: Math.min(1, Math.max(0, v)) });
  const drag = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId);
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const bounds = event.currentTarget.parentElement?.getBoundingClientRect();
    if (bounds && bounds.width > 0) to((event.clientX - bounds.left) / bounds.width);
  };
  const key = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 0.1 : 0.01;
    if (event.key === 'ArrowLeft') to(divider - step);
    else if (event.key === 'ArrowRight') to(divider + step);
    else if (event.key === 'Home') to(0);
    else if (event.key === 'End') to(1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Box
      role="slider"
      tabIndex={0}
      aria-label={t('lightbox.compare.divider')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(divider * 100)}
      aria-valuetext={t('lightbox.compare.dividerValue', { percent: Math.round(divider * 100) })}
      onPointerDown={drag}
      onPointerMove={drag}
      onDoubleClick={(e) => {
        e.stopPropagation();
        to(0.5);
      }}
      onKeyDown={key}
      sx={{
        position: 'absolute',
        top: 0,
        bottom: 0,
        left: `${divider * 100}%`,
        width: 24,
        ml: '-12px',
        cursor: 'ew-resize',
        touchAction: 'none',
        '&::before': {
          content: '""',
          position: 'absolute',
          left: 11,
          width: 2,
          top: 0,
          bottom: 0,
          bgcolor: 'room.onScrim',
          boxShadow: '0 0 0 1px rgba(0,0,0,.45)',
        },
        '&::after': {
          content: '""',
          position: 'absolute',
          left: 5,
          top: '50%',
          width: 14,
          height: 28,
          mt: '-14px',
          borderRadius: 1,
          bgcolor: 'room.onScrim',
          boxShadow: '0 0 0 1px rgba(0,0,0,.45)',
        },
      }}
    />
  );
}
