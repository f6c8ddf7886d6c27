/**
 * The picture: canvas, pan and zoom, compare divider, and the layer on which the tools draw. Everything in the
 * overlay is placed in CSS pixels from the same box that the painter uses, so handles sit on the pixels.
 */
import { Box, Typography } from '@mui/material';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';
import { beforeName } from '../logic/compare.ts';
import { toPicture, type Point } from '../logic/viewport.ts';
import { ToolLayer } from '../tools/ToolLayer.tsx';
import { Divider } from './Divider.tsx';
import { Legend } from './Legend.tsx';
import { useFeed } from './useFeed.ts';
import { usePanZoom } from './usePanZoom.ts';
import { useStageCommands } from './useStageCommands.ts';
import { useStageSize } from './useStageSize.ts';
import { frameSuffix } from '../../format.ts';

const PADDING = 20;
const GAP = 2;
const pointerTools = new Set(['base', 'crop', 'straighten', 'frames', 'neutral', 'marks', 'hints']);

export interface StageProps {
  /** The pointer rests on a point (fractions of what is on stage; `scan`: the whole scan), or left. */
  hover(point: Point | null, scan: boolean): void;
  /** Device pixels per picture pixel. */
  onScale(scale: number): void;
}

export function Stage({ hover, onScale }: StageProps) {
  const { t } = useTranslation();
  const session = useSession();
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  // The tool's bar stands above the picture, never on it: the rebate is often at the very edge.
  const [shelf, setShelf] = useState<HTMLDivElement | null>(null);
  const size = useStageSize(canvas);
  const compare = useLightbox((s) => s.compare);
  const viewport = useLightbox((s) => s.viewport);
  const tool = useLightbox((s) => s.tool);
  const item = useLightbox((s) => s.items[s.id]);
  const flicker = useLightbox((s) => s.flicker);
  const panning = useLightbox((s) => s.panning);
  const beforeIs = useLightbox((s) => beforeName(s.recipe, s.items[s.id]?.kind ?? null));
  const afterIs = beforeIs === 'film' ? 'print' : 'restored';
  const side = compare === 'side' && tool === 'none';
  const gap = GAP * size.ratio;
  const padding = PADDING * size.ratio;
  const pane = side
    ? { w: Math.max(1, Math.floor((size.w - gap) / 2)), h: size.h }
    : { w: size.w, h: size.h };
  const { box, picture, scan } = useFeed(canvas, pane, gap, padding);
  const change = (next: typeof viewport) => session.store.setState({ viewport: next });

  const scale = box.w / picture.w;
  useEffect(() => onScale(scale), [onScale, scale]);
  // The keyboard starts at the picture.
  useEffect(() => surface.current?.focus({ preventScroll: true }), []);
  // A tool that is put away takes the focus with it: back to the picture.
  useEffect(() => {
    if (tool === 'none' && document.activeElement === document.body)
      surface.current?.focus({ preventScroll: true });
  }, [tool]);
  useStageCommands({ pane, picture, padding });
  const hand = usePanZoom(surface, {
    pane,
    ratio: size.ratio,
    gap: side ? gap : null,
    picture,
    padding,
    viewport,
    change,
    toolHasPointer: pointerTools.has(tool) && !panning,
    hover: (p) => hover(p && toPicture(p, box), scan),
  });

  const css = { x: box.x / size.ratio, y: box.y / size.ratio, w: box.w / size.ratio, h: box.h / size.ratio };
  const zoomed = viewport.zoom !== 'fit';
  const film = flicker || tool === 'base';
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', minWidth: 0, minHeight: 0, bgcolor: 'room.table' }}>
      <div ref={setShelf} />
      <Box
        ref={surface}
        {...hand}
        role="group"
        aria-label={t('lightbox.stage', { name: item ? item.name + frameSuffix(item) : '' })}
        tabIndex={0}
        id="lightbox-stage"
        // With a tool in hand, Tab goes to its handles.
        data-tab-folds={tool === 'none' ? '' : undefined}
        sx={{
          position: 'relative',
          flex: 1,
          overflow: 'hidden',
          minWidth: 0,
          minHeight: 0,
          outline: 'none',
          '&:focus-visible::after': {
            content: '""',
            position: 'absolute',
            inset: 0,
            border: 1,
            borderColor: 'room.lineStrong',
            pointerEvents: 'none',
          },
          touchAction: 'none',
          cursor: zoomed && (tool === 'none' || panning) ? 'grab' : 'default',
          '&:active': zoomed && (tool === 'none' || panning) ? { cursor: 'grabbing' } : undefined,
        }}
      >
        <canvas
          ref={canvas}
          width={size.w}
          height={size.h}
          role="img"
          aria-label={t('lightbox.picture', { name: item ? item.name + frameSuffix(item) : '' })}
          style={{ position: 'absolute', inset: 0, width: '100%', height: '100%', display: 'block' }}
        />
        {compare !== 'off' && tool === 'none' && (
          <>
            <Tag text={t(`lightbox.compare.${beforeIs}`)} left />
            <Tag text={t(`lightbox.compare.${afterIs}`)} />
          </>
        )}
        {compare === 'off' && film && (
          <Tag text={t(`lightbox.compare.${tool === 'base' ? 'film' : beforeIs}`)} left />
        )}
        {compare === 'split' && tool === 'none' && <Divider />}
        <Legend />
        {tool !== 'none' && <ToolLayer box={css} picture={picture} scan={scan} shelf={shelf} />}
      </Box>
    </Box>
  );
}

function Tag({ text, left = false }: { text: string; left?: boolean }) {
  return (
    <Typography
      variant="caption"
      sx={{
        position: 'absolute',
        top: 12,
        [left ? 'left' : 'right']: 12,
        px: 1,
        py: 0.25,
        borderRadius: 0.75,
        bgcolor: 'room.scrim',
        color: 'room.onScrim',
        pointerEvents: 'none',
      }}
    >
      {text}
    </Typography>
  );
}
