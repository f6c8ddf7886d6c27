/** The reel from end to end: shots as pictures, the sound, where an export stands, and where one is. */
import { Box, Typography } from '@mui/material';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reelPath } from '../../app/contract/film.ts';
import type { ReelShot } from '../../app/film/step.ts';
import { getClient } from '../client.ts';
import { useSize } from '../ui/useSize.ts';
import { lastFrame, shotAt, showFrame, shownRate, shownRecipe, showShot, useReel } from './store.ts';

/** Height of the strip of pictures, CSS pixels. */
const CELL = 64;

/** Pictures of frames, fetched with the window's session and kept for this sitting. */
const pictures = new Map<string, Promise<string>>();
function pictureOf(address: string): Promise<string> {
  let url = pictures.get(address);
  if (!url) {
    url = getClient()
      .studioPicture(address)
      .then((blob) => URL.createObjectURL(blob));
    url.catch(() => pictures.delete(address));
    pictures.set(address, url);
  }
  return url;
}

export function FramePicture({ itemId, frame, height }: { itemId: number; frame: number; height: number }) {
  const address = reelPath.frame(itemId, frame, height * 2);
  const [found, setFound] = useState({ address: '', url: '' });
  useEffect(() => {
    let there = true;
    pictureOf(address).then(
      (url) => there && setFound({ address, url }),
      () => undefined,
    );
    return () => {
      there = false;
    };
  }, [address]);
  // Until its own is there a frame shows none, not the one that stood here before.
  return found.address === address ? (
    <img
      src={found.url}
      alt=""
      draggable={false}
      style={{ width: '100%', height: '100%', objectFit: 'cover', display: 'block' }}
    />
  ) : null;
}

function Wave() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const wave = useReel((s) => s.wave);
  useEffect(() => {
    const target = canvas.current;
    if (!target || !wave) return;
    const width = (target.width = wave.low.length);
    const height = (target.height = 56);
    const context = target.getContext('2d');
    if (!context) return;
    context.fillStyle = getComputedStyle(target).color;
    for (let x = 0; x < width; x++) {
      const top = (1 - wave.high[x]) * (height / 2);
      const bottom = (1 - wave.low[x]) * (height / 2);
      context.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  }, [wave]);
  if (!wave) return null;
  return (
    <Box
      component="canvas"
      ref={canvas}
      aria-hidden
      sx={{ width: '100%', height: 28, color: 'text.secondary', opacity: 0.7, display: 'block' }}
    />
  );
}

/** Frames of a shot that stand side by side in a cell of so many pictures' width, one at least: the middle of each stretch. */
export function stripOf(shot: Pick<ReelShot, 'first' | 'last'>, pictures: number): number[] {
  const length = shot.last + 1 - shot.first;
  const count = Math.min(length, Math.max(1, Math.round(pictures)));
  return Array.from({ length: count }, (_, i) => shot.first + Math.floor(((i + 0.5) * length) / count));
}

/** @param width of the whole timeline in CSS pixels; aspect width / height of a frame */
function ShotCell({
  shot,
  frames,
  itemId,
  width,
  aspect,
}: {
  shot: ReelShot;
  frames: number;
  itemId: number;
  width: number;
  aspect: number;
}) {
  const { t } = useTranslation();
  const here = useReel((s) => shotAt(s, s.frame) === shot.index);
  const done = useReel((s) => s.progress?.shots[shot.index] ?? null);
  const own = useReel((s) => shownRecipe(s)?.overrides.some((o) => o.first === shot.first) ?? false);
  const strip = stripOf(shot, (width * (shot.last + 1 - shot.first)) / frames / (CELL * aspect));
  return (
    <Box
      aria-label={t('reel.shotNumber', { number: shot.index + 1, first: shot.first, last: shot.last })}
      title={t('reel.shotNumber', { number: shot.index + 1, first: shot.first, last: shot.last })}
      sx={{
        position: 'relative',
        width: `${((shot.last + 1 - shot.first) / frames) * 100}%`,
        height: CELL,
        display: 'flex',
        overflow: 'hidden',
        bgcolor: 'room.raised',
        borderRight: '2px solid',
        borderColor: 'room.table',
        outline: here ? '2px solid' : 'none',
        outlineColor: 'primary.main',
        outlineOffset: '-2px',
      }}
    >
      {strip.map((frame) => (
        <Box key={frame} sx={{ flex: 1, minWidth: 0, height: '100%' }}>
          <FramePicture itemId={itemId} frame={frame} height={CELL} />
        </Box>
      ))}
      {own && (
        <Box
          aria-hidden
          sx={{
            position: 'absolute',
            top: 4,
            right: 4,
            width: 8,
            height: 8,
            borderRadius: '50%',
            bgcolor: 'primary.main',
          }}
        />
      )}
      {done !== null && (
        <Box
          aria-hidden
          sx={{
            position: 'absolute',
            bottom: 0,
            left: 0,
            height: 4,
            width: `${done * 100}%`,
            bgcolor: 'primary.main',
          }}
        />
      )}
    </Box>
  );
}

/** `1:23.04`: minutes, seconds, frame within the second. */
export function timeOf(frame: number, fps: number): string {
  const rate = Math.max(1, Math.round(fps));
  const seconds = Math.floor(frame / Math.max(fps, 1e-6));
  const rest = Math.min(rate - 1, Math.round(frame - seconds * fps));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}.${String(rest).padStart(2, '0')}`;
}

export function Timeline() {
  const { t } = useTranslation();
  const [bar, { width }] = useSize();
  const { reel, itemId, frame } = useReel();
  const last = useReel(lastFrame);
  const recipe = useReel(shownRecipe);
  const rate = useReel(shownRate);
  if (!reel || itemId === null) return null;
  const frames = Math.max(1, last + 1);
  const shots = reel.shots ?? [{ index: 0, first: 0, last, opening: 'start' as const }];
  const scrub = (element: HTMLElement, clientX: number): void => {
    const box = element.getBoundingClientRect();
    showFrame(((clientX - box.left) / box.width) * frames - 0.5);
  };
  return (
    <Box sx={{ bgcolor: 'room.panel', borderTop: 1, borderColor: 'room.line', px: 2, pt: 1, pb: 1.25 }}>
      <Box sx={{ display: 'flex', gap: 2, mb: 0.75, alignItems: 'baseline' }}>
        <Typography variant="figure" aria-live="off">
          {timeOf(frame, rate)}
        </Typography>
        <Typography variant="caption" color="textSecondary">
          {t('reel.frameOf', { frame: frame + 1, frames })}
        </Typography>
        <Box sx={{ flex: 1 }} />
        <Typography variant="caption" color="textSecondary">
          {reel.shots ? t('reel.shots', { count: reel.shots.length }) : t('reel.looking')}
        </Typography>
      </Box>
      <Box
        ref={bar}
        role="slider"
        tabIndex={0}
        aria-label={t('reel.timeline')}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={frame}
        aria-valuetext={timeOf(frame, rate)}
        onKeyDown={(e) => {
          // A slider has its own keys; elsewhere on the screen the same ones are commands.
          const go: Record<string, () => void> = {
            ArrowLeft: () => showFrame(frame - 1),
            ArrowRight: () => showFrame(frame + 1),
            ArrowUp: () => showShot(-1),
            PageUp: () => showShot(-1),
            ArrowDown: () => showShot(1),
            PageDown: () => showShot(1),
            Home: () => showFrame(0),
            End: () => showFrame(last),
          };
          const run = go[e.key];
          if (!run) return;
          e.preventDefault();
          e.stopPropagation();
          run();
        }}
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          scrub(e.currentTarget, e.clientX);
        }}
        onPointerMove={(e) => {
          if (e.currentTarget.hasPointerCapture(e.pointerId)) scrub(e.currentTarget, e.clientX);
        }}
        sx={{
          position: 'relative',
          cursor: 'pointer',
          touchAction: 'none',
          borderRadius: 1,
          overflow: 'hidden',
          '&:focus-visible': { outline: '2px solid', outlineColor: 'room.focus', outlineOffset: 2 },
        }}
      >
        <Box sx={{ display: 'flex' }}>
          {shots.map((shot) => (
            <ShotCell
              key={shot.index}
              {...{ shot, frames, itemId, width }}
              aspect={reel.facts.width / Math.max(1, reel.facts.height)}
            />
          ))}
        </Box>
        <Wave />
        {recipe?.keyFrames.map((k) => (
          <Box
            key={k.frame}
            aria-hidden
            sx={{
              position: 'absolute',
              top: 2,
              left: `${((k.frame + 0.5) / frames) * 100}%`,
              width: 10,
              height: 10,
              ml: '-5px',
              transform: 'rotate(45deg)',
              bgcolor: 'primary.main',
              border: '1px solid #fff',
            }}
          />
        ))}
        <Box
          aria-hidden
          sx={{
            position: 'absolute',
            top: 0,
            bottom: 0,
            left: `${((frame + 0.5) / frames) * 100}%`,
            width: '2px',
            ml: '-1px',
            bgcolor: 'text.primary',
            boxShadow: '0 0 0 1px rgba(0,0,0,.5)',
          }}
        />
      </Box>
    </Box>
  );
}
