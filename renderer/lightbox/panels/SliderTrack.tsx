/** The slider itself: a track with its neutral point, filled from there to the value. */
import { Box } from '@mui/material';
import { useRef, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberSpec } from '../../../app/recipe/spec.ts';
import { useSession } from '../context.ts';
import { formatNumber, withUnit } from '../logic/controls.ts';
import { useNumber } from './useNumber.ts';

export interface SliderTrackProps {
  step: string;
  spec: NumberSpec;
  value: number;
  name: string;
  /** Id of the help text. */
  describedBy?: string;
  disabled: boolean;
}

export function SliderTrack({ step, spec, value, name, describedBy, disabled }: SliderTrackProps) {
  const { i18n } = useTranslation();
  const session = useSession();
  const ref = useRef<HTMLDivElement>(null);
  const number = useNumber(step, spec, value, ref);
  const part = (v: number) => (v - spec.min) / (spec.max - spec.min);
  const at = part(value);
  const home = part(spec.default);
  const grab = useRef<{ x: number; value: number } | null>(null);

  const down = (event: PointerEvent<HTMLElement>) => {
    if (disabled || event.button !== 0 || event.detail > 1) return;
    const bounds = event.currentTarget.getBoundingClientRect();
    const pointed = (event.clientX - bounds.left) / bounds.width;
    event.currentTarget.setPointerCapture(event.pointerId);
    // Caught by its thumb the value does not jump; elsewhere it comes to the pointer.
    const near = Math.abs(pointed - at) * bounds.width < 9;
    const start = near ? value : spec.min + pointed * (spec.max - spec.min);
    grab.current = { x: event.clientX, value: start };
    if (!near) number.draft(start);
  };
  const moveTo = (event: PointerEvent<HTMLElement>) => {
    if (!grab.current || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const width = event.currentTarget.getBoundingClientRect().width;
    const gear = event.altKey ? 0.1 : 1;
    const by = ((event.clientX - grab.current.x) / width) * (spec.max - spec.min) * gear;
    number.draft(grab.current.value + by);
  };
  const up = () => {
    if (!grab.current) return;
    grab.current = null;
    number.release();
  };

  return (
    <Box
      ref={ref}
      role="slider"
      tabIndex={disabled ? -1 : 0}
      aria-label={name}
      aria-describedby={describedBy}
      aria-disabled={disabled || undefined}
      aria-valuemin={spec.min}
      aria-valuemax={spec.max}
      aria-valuenow={value}
      aria-valuetext={withUnit(formatNumber(value, spec, i18n.language), spec.unit)}
      data-param={`${step}.${spec.key}`}
      onPointerDown={down}
      onPointerMove={moveTo}
      onPointerUp={up}
      onPointerCancel={up}
      onDoubleClick={() => !disabled && number.reset()}
      onKeyDown={(event) => {
        // A slider has no use for Space; the hand on it still wants to compare.
        if (event.key === ' ') session.store.setState({ flicker: true });
        else if (!disabled) number.onKeyDown(event);
      }}
      onKeyUp={(event) => {
        if (event.key === ' ') session.store.setState({ flicker: false });
      }}
      sx={{
        position: 'relative',
        height: 24,
        borderRadius: 0.75,
        cursor: disabled ? 'default' : 'ew-resize',
        touchAction: 'pan-y',
        opacity: disabled ? 0.45 : 1,
        '&:focus-visible': { outlineOffset: 0 },
        '&:hover .thumb': disabled ? undefined : { bgcolor: 'text.primary' },
      }}
    >
      <Box sx={{ ...bar, left: 0, right: 0, bgcolor: 'room.lineStrong' }} />
      <Box
        sx={{
          ...bar,
          bgcolor: 'primary.main',
          left: `${Math.min(at, home) * 100}%`,
          width: `${Math.abs(at - home) * 100}%`,
        }}
      />
      <Box
        sx={{
          position: 'absolute',
          left: `${home * 100}%`,
          ml: '-0.5px',
          top: 7,
          width: '1px',
          height: 10,
          bgcolor: 'text.secondary',
        }}
      />
      <Box
        className="thumb"
        sx={{
          position: 'absolute',
          left: `${at * 100}%`,
          top: 5,
          ml: '-4px',
          width: 8,
          height: 14,
          borderRadius: 0.5,
          bgcolor: at === home ? 'text.secondary' : 'text.primary',
          boxShadow: (theme) => `0 0 0 2px ${theme.palette.room.panel}`,
        }}
      />
    </Box>
  );
}

const bar = { position: 'absolute', top: 11, height: 2, borderRadius: 1 } as const;
