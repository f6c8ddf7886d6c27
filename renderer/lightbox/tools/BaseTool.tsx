/** The film base picker: the film as it is, a rectangle on unexposed film, and what was measured there. */
import { Box as Div, Button, Typography } from '@mui/material';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { numberLocale } from '../../format.ts';
import { useSaid } from '../../i18n/said.ts';
import { useLightbox, useSession } from '../context.ts';
import { setParam } from '../logic/controls.ts';
import { fromCorners, inside } from '../logic/rects.ts';
import { syncToRoll } from '../logic/roll.ts';
import { baseDensity, swatchColour } from '../logic/swatch.ts';
import type { Box, Size } from '../logic/viewport.ts';
import { toShown, toStored } from '../../../app/turn.ts';
import { RectEditor } from './RectEditor.tsx';
import { ToolBar } from './ToolBar.tsx';
import { useDraw } from './useDraw.ts';
import { useTurn } from './useTurn.ts';

export function BaseTool({ box, picture }: { box: Box; picture: Size }) {
  const turned = useTurn();
  const { t, i18n } = useTranslation();
  const session = useSession();
  const stored = useLightbox((s) => s.recipe?.params.film.baseRect ?? null);
  const base = useLightbox((s) => s.recipe?.params.film.base ?? null);
  const group = useLightbox((s) => s.group);
  /** On the scan as stored, like all that is kept. */
  const [rect, setRect] = useState<Box | null>(stored);
  const said = useSaid();
  const [warning, setWarning] = useState<string | null>(null);
  const [measuring, setMeasuring] = useState(false);
  const latest = useRef(0);

  const measure = async (r: Box) => {
    const mine = ++latest.current;
    const itemId = session.store.getState().id;
    setMeasuring(true);
    try {
      const picked = await session.client.call('develop.pickBase', { itemId, rect: r });
      const { recipe, id } = session.store.getState();
      if (mine !== latest.current || !recipe || id !== itemId) return;
      setWarning(picked.warning);
      const next = setParam(setParam(recipe, 'film', 'base', picked.base), 'film', 'baseRect', r);
      session.apply(next, 'base');
    } catch (error) {
      session.fail(error);
    } finally {
      if (mine === latest.current) setMeasuring(false);
    }
  };
  const draw = useDraw(box, ({ from, to }) => {
    const drawn = fromCorners(from, to);
    if (drawn.w < 0.001 || drawn.h < 0.001) return;
    const r = inside(toStored(drawn, turned));
    setRect(r);
    void measure(r);
  });
  const number = new Intl.NumberFormat(numberLocale(i18n.language), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const shown = draw.drawn ? fromCorners(draw.drawn.from, draw.drawn.to) : rect && toShown(rect, turned);
  return (
    <>
      <Div
        {...draw.handlers}
        sx={{ position: 'absolute', inset: 0, cursor: 'crosshair', touchAction: 'none' }}
      />
      {shown && (
        <RectEditor
          takesFocus
          rect={shown}
          box={box}
          picture={picture}
          name={t('lightbox.tools.base.rect')}
          change={(r) => setRect(inside(toStored(r, turned)))}
          done={() => rect && void measure(rect)}
        />
      )}
      <ToolBar title={t('lightbox.commands.base')} hint={t('lightbox.tools.base.hint')}>
        {base && (
          <Div sx={{ display: 'flex', alignItems: 'center', gap: 1 }} aria-live="polite">
            <Div
              sx={{ width: 24, height: 24, borderRadius: 0.5, border: 1, borderColor: 'room.lineStrong' }}
              style={{ background: swatchColour(base) }}
            />
            <Typography variant="figure">
              D{' '}
              {baseDensity(base)
                .map((d) => number.format(d))
                .join(' · ')}
            </Typography>
          </Div>
        )}
        {!rect && (
          <Button
            autoFocus
            color="secondary"
            variant="outlined"
            onClick={() => {
              const r = inside(toStored({ x: 0.01, y: 0.01, w: 0.06, h: 0.04 }, turned));
              setRect(r);
              void measure(r);
            }}
          >
            {t('lightbox.tools.base.place')}
          </Button>
        )}
        <Button
          color="secondary"
          variant="outlined"
          disabled={!base || measuring || group?.kind !== 'roll'}
          onClick={() => void syncToRoll(session, ['film.base'], t)}
        >
          {t('lightbox.tools.base.spread')}
        </Button>
        {warning && (
          <Typography
            variant="caption"
            role="alert"
            sx={{ color: 'warning.main', flexBasis: '100%', order: 1 }}
          >
            {said(warning)}
          </Typography>
        )}
      </ToolBar>
    </>
  );
}
