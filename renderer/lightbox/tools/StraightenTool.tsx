/** Straightening by a line drawn along a horizon or an edge of a wall. */
import { Box as Div } from '@mui/material';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { developSteps } from '../../../app/recipe/develop.ts';
import type { NumberSpec, StepSpec } from '../../../app/recipe/spec.ts';
import { useLightbox, useSession } from '../context.ts';
import { snapNumber } from '../logic/controls.ts';
import { straightenFrom } from '../logic/rects.ts';
import type { Box, Size } from '../logic/viewport.ts';
import { SliderTrack } from '../panels/SliderTrack.tsx';
import { ValueField } from '../panels/ValueField.tsx';
import { ToolBar } from './ToolBar.tsx';
import { useDraw } from './useDraw.ts';

const spec = (developSteps as readonly StepSpec[])
  .find((s) => s.id === 'frame')
  ?.params.find((p) => p.key === 'straighten') as NumberSpec;

export function StraightenTool({ box, picture }: { box: Box; picture: Size }) {
  const { t } = useTranslation();
  const session = useSession();
  const value = useLightbox((s) => s.recipe?.params.frame.straighten ?? 0);
  const hand = useRef<HTMLDivElement>(null);
  // The keyboard has no line to draw, but it turns the picture by the slider at once.
  useEffect(() => hand.current?.querySelector<HTMLElement>('[role=slider]')?.focus(), []);
  const name = t('params.frame.straighten.label');
  const draw = useDraw(box, ({ from, to }) => {
    const by = straightenFrom(from, to, picture);
    session.set('frame', 'straighten', snapNumber(value + by, spec));
  });
  const at = (p: { x: number; y: number }) => ({ x: box.x + p.x * box.w, y: box.y + p.y * box.h });
  const a = draw.drawn && at(draw.drawn.from);
  const b = draw.drawn && at(draw.drawn.to);
  return (
    <>
      <Div
        {...draw.handlers}
        sx={{ position: 'absolute', inset: 0, cursor: 'crosshair', touchAction: 'none' }}
      >
        {a && b && (
          <svg width="100%" height="100%" style={{ pointerEvents: 'none' }} aria-hidden>
            <line x1={a.x} y1={a.y} x2={b.x} y2={b.y} stroke="#000" strokeWidth={3} />
            <line x1={a.x} y1={a.y} x2={b.x} y2={b.y} stroke="#fff" strokeWidth={1} />
          </svg>
        )}
      </Div>
      <ToolBar title={t('lightbox.commands.straighten')} hint={t('lightbox.tools.straighten.hint')}>
        <Div
          ref={hand}
          sx={{ display: 'grid', gridTemplateColumns: '160px auto', alignItems: 'center', gap: 1 }}
        >
          <SliderTrack step="frame" spec={spec} value={value} name={name} disabled={false} />
          <ValueField step="frame" spec={spec} value={value} name={name} disabled={false} />
        </Div>
      </ToolBar>
    </>
  );
}
