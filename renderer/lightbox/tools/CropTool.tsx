/** Crop on the whole scan: a rectangle that keeps a format or is free, tilted as the picture will be straightened. */
import { Box as Div, Button, MenuItem, Select, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { developSteps } from '../../../app/recipe/develop.ts';
import { senseOf, toShown, toStored, turnedSize } from '../../../app/turn.ts';
import type { NumberSpec, StepSpec } from '../../../app/recipe/spec.ts';
import { useLightbox, useSession } from '../context.ts';
import { startCrop, tiltOf } from '../logic/crop.ts';
import { fitRatio, fromCorners, inside, ratioOf } from '../logic/rects.ts';
import type { Box, Size } from '../logic/viewport.ts';
import { SliderTrack } from '../panels/SliderTrack.tsx';
import { ValueField } from '../panels/ValueField.tsx';
import { RectEditor } from './RectEditor.tsx';
import { ToolBar } from './ToolBar.tsx';
import { useDraw } from './useDraw.ts';
import { useTurn } from './useTurn.ts';

const formats = ['free', '3:2', '4:3', '1:1', '7:6', 'half', 'panorama'] as const;
const straighten = (developSteps as readonly StepSpec[])
  .find((s) => s.id === 'frame')
  ?.params.find((p) => p.key === 'straighten') as NumberSpec;

export function CropTool({ box, picture }: { box: Box; picture: Size }) {
  const turned = useTurn();
  const { t } = useTranslation();
  const session = useSession();
  const frame = useLightbox((s) => s.recipe?.params.frame);
  const auto = useLightbox((s) => s.auto);
  const item = useLightbox((s) => s.items[s.id]);
  const found = auto?.frames[item?.frame ?? 0] ?? null;
  /** On the scan as stored; `rect` is the same as it lies on the turned scan before us. */
  const [stored, setStored] = useState<Box>(() =>
    startCrop(frame ?? null, found, turnedSize(picture, turned)),
  );
  const rect = toShown(stored, turned);
  const setRect = (r: Box) => setStored(inside(toStored(r, turned)));
  const [format, setFormat] = useState<string>('free');
  const ratio = ratioOf(format, rect.h * picture.h > rect.w * picture.w);
  const draw = useDraw(box, ({ from, to }) => {
    const r = fromCorners(from, to);
    if (r.w > 0.02 && r.h > 0.02)
      setRect(ratio ? fitRatio(r, ratioOf(format, r.h * picture.h > r.w * picture.w) ?? ratio, picture) : r);
  });
  const name = t('params.frame.straighten.label');
  const done = () => {
    session.set('frame', 'crop', stored);
    session.store.setState({ tool: 'none' });
  };
  const drawn = draw.drawn ? fromCorners(draw.drawn.from, draw.drawn.to) : null;
  const pixels = `${Math.round(rect.w * picture.w)} × ${Math.round(rect.h * picture.h)}`;
  return (
    <>
      <Div
        {...draw.handlers}
        sx={{ position: 'absolute', inset: 0, cursor: 'crosshair', touchAction: 'none' }}
      />
      <RectEditor
        takesFocus
        rect={drawn ?? rect}
        angle={frame ? tiltOf(frame, found, senseOf(turned)) : 0}
        box={box}
        picture={picture}
        ratio={ratio}
        name={t('lightbox.commands.crop')}
        shade
        thirds
        change={setRect}
      />
      <ToolBar title={t('lightbox.commands.crop')} hint={t('lightbox.tools.crop.hint')} onDone={done}>
        <Select
          value={format}
          onChange={(e) => {
            const next = e.target.value;
            setFormat(next);
            const r = ratioOf(next, rect.h * picture.h > rect.w * picture.w);
            if (r) setRect(fitRatio(rect, r, picture));
          }}
          inputProps={{ 'aria-label': t('params.frame.format.label') }}
          sx={{ fontSize: 13, minWidth: 104 }}
        >
          {formats.map((f) => (
            <MenuItem key={f} value={f}>
              {f === 'free' ? t('lightbox.tools.crop.free') : t(`params.frame.format.options.${f}`)}
            </MenuItem>
          ))}
        </Select>
        {frame && (
          <Div sx={{ display: 'grid', gridTemplateColumns: 'auto 120px auto', alignItems: 'center', gap: 1 }}>
            <Typography variant="caption">{name}</Typography>
            <SliderTrack
              step="frame"
              spec={straighten}
              value={frame.straighten}
              name={name}
              disabled={false}
            />
            <ValueField
              step="frame"
              spec={straighten}
              value={frame.straighten}
              name={name}
              disabled={false}
            />
          </Div>
        )}
        <Typography variant="figure" sx={{ color: 'text.secondary', minWidth: 90 }}>
          {pixels}
        </Typography>
        <Button
          color="secondary"
          variant="text"
          onClick={() => {
            session.set('frame', 'crop', null);
            session.store.setState({ tool: 'none' });
          }}
        >
          {t('lightbox.automatic')}
        </Button>
      </ToolBar>
    </>
  );
}
