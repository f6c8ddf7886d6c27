/** Another picture as reference: choose it from the film-strip, then click the colour in it. */
import { Box, Button, ButtonBase, Skeleton, Typography } from '@mui/material';
import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Hint } from '../../../app/recipe/marks.ts';
import { useLightbox, useSession } from '../context.ts';
import { sampleAt } from '../logic/sample.ts';
import { arrowStep } from '../logic/rects.ts';
import type { Point } from '../logic/viewport.ts';
import { useThumb } from '../parts/useThumb.ts';
import type { PixelsAnswer } from '../ports.ts';

/** Longest side of the reference as it is shown. */
const SIDE = 326;

export function ReferencePicker({ choose, back }: { choose(colour: Hint['colour']): void; back(): void }) {
  const { t } = useTranslation();
  const ids = useLightbox((s) => s.ids);
  const id = useLightbox((s) => s.id);
  const [chosen, setChosen] = useState<number | null>(null);
  const others = ids.filter((i) => i !== id);
  if (chosen !== null) return <Reference id={chosen} choose={choose} back={() => setChosen(null)} />;
  return (
    <Box>
      <Typography variant="caption" component="p" sx={{ mb: 0.75 }}>
        {t(others.length > 0 ? 'lightbox.hints.whichOther' : 'lightbox.hints.noOther')}
      </Typography>
      <Box
        role="group"
        aria-label={t('lightbox.hints.fromOther')}
        sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, maxHeight: 210, overflowY: 'auto' }}
      >
        {others.slice(0, 60).map((other) => (
          <Thumb key={other} id={other} choose={() => setChosen(other)} />
        ))}
      </Box>
      <Button
        color="secondary"
        variant="text"
        onClick={back}
        sx={{ mt: 0.5, minHeight: 26, py: 0, fontSize: 12.5 }}
      >
        {t('lightbox.hints.palette')}
      </Button>
    </Box>
  );
}

function Thumb({ id, choose }: { id: number; choose(): void }) {
  const session = useSession();
  const item = useLightbox((s) => s.items[id]);
  const image = useThumb(session.client.thumbs, id, item?.thumbVersion ?? 0);
  useEffect(() => session.needItems([id]), [session, id]);
  return (
    <ButtonBase
      aria-label={item?.name ?? String(id)}
      onClick={choose}
      sx={{ width: 72, height: 54, bgcolor: 'room.table', borderRadius: 0.5, overflow: 'hidden' }}
    >
      {image && <img src={image} alt="" style={{ maxWidth: '100%', maxHeight: '100%' }} />}
    </ButtonBase>
  );
}

function Reference({ id, choose, back }: { id: number; choose(colour: Hint['colour']): void; back(): void }) {
  const { t } = useTranslation();
  const session = useSession();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<PixelsAnswer | null>(null);
  const [cross, setCross] = useState<Point>({ x: 0.5, y: 0.5 });
  useEffect(() => {
    const stop = new AbortController();
    session.client
      .pixels(
        { itemId: id, recipe: null, maxWidth: SIDE, maxHeight: SIDE, space: 'srgb' },
        { signal: stop.signal },
      )
      .then(setPicture)
      .catch((error: unknown) => stop.signal.aborted || session.fail(error));
    return () => stop.abort();
  }, [session, id]);
  useEffect(() => {
    if (!picture || !canvas.current) return;
    const { width, height } = picture.header;
    canvas.current.width = width;
    canvas.current.height = height;
    canvas.current.getContext('2d')?.putImageData(new ImageData(picture.rgba, width, height), 0, 0);
    canvas.current.parentElement?.focus();
  }, [picture]);
  const take = ({ x, y }: Point) => {
    if (!picture) return;
    const { width, height } = picture.header;
    choose(sampleAt(picture.rgba, { width, height }, Math.floor(x * width), Math.floor(y * height)));
  };
  const click = (event: MouseEvent<HTMLElement>) => {
    // The keyboard's press has no place; it takes the cross.
    if (event.detail === 0) return take(cross);
    const bounds = event.currentTarget.getBoundingClientRect();
    const p = {
      x: (event.clientX - bounds.left) / bounds.width,
      y: (event.clientY - bounds.top) / bounds.height,
    };
    setCross(p);
    take(p);
  };
  const key = (event: KeyboardEvent) => {
    const step = picture && arrowStep(event, { w: picture.header.width, h: picture.header.height });
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const clamp = (v: number) => Math.min(0.999, Math.max(0, v));
    setCross((c) => ({ x: clamp(c.x + step.x), y: clamp(c.y + step.y) }));
  };
  return (
    <Box>
      <Typography variant="caption" component="p" sx={{ mb: 0.75 }}>
        {t('lightbox.hints.clickOther')}
      </Typography>
      {!picture && <Skeleton variant="rounded" height={200} />}
      {picture && (
        <ButtonBase
          aria-label={t('lightbox.hints.reference', {
            x: Math.round(cross.x * 100),
            y: Math.round(cross.y * 100),
          })}
          onClick={click}
          onKeyDown={key}
          sx={{ position: 'relative', cursor: 'crosshair', display: 'block', mx: 'auto' }}
        >
          <canvas ref={canvas} style={{ display: 'block', maxWidth: '100%' }} />
          <Box
            aria-hidden
            sx={{
              position: 'absolute',
              width: 13,
              height: 13,
              m: '-6.5px',
              borderRadius: '50%',
              border: '1.5px solid #fff',
              boxShadow: '0 0 0 1px rgba(0,0,0,.8), inset 0 0 0 1px rgba(0,0,0,.8)',
            }}
            style={{ left: `${cross.x * 100}%`, top: `${cross.y * 100}%` }}
          />
        </ButtonBase>
      )}
      <Button
        color="secondary"
        variant="text"
        onClick={back}
        sx={{ mt: 0.5, minHeight: 26, py: 0, fontSize: 12.5 }}
      >
        {t('lightbox.hints.anotherOne')}
      </Button>
    </Box>
  );
}
