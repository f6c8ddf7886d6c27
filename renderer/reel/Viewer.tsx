/** The picture of the reel: a frame before or after or both, what a step would change, or the film playing. */
import { Alert, Box, LinearProgress, Typography } from '@mui/material';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Hint } from '../../app/recipe/marks.ts';
import { useSize } from '../ui/useSize.ts';
import { useHeld } from '../useShortcut.ts';
import { playingSpeed, shownRecipe, showFrame, storeRecipe, useReel } from './store.ts';
import { useFrame, type FrameWish } from './useFrame.ts';

/** Puts a colour on a place of this frame; the frame becomes a key frame, and the shot follows. */
function putHint(x: number, y: number, label: string): void {
  const state = useReel.getState();
  const recipe = shownRecipe(state);
  const colour = state.hinting;
  if (!recipe || !colour) return;
  const hint: Hint = { x, y, colour };
  const own = recipe.keyFrames.find((k) => k.frame === state.frame);
  const key = own
    ? { ...own, hints: [...own.hints, hint] }
    : { frame: state.frame, hints: [hint], referenceItem: null };
  const keyFrames = [...recipe.keyFrames.filter((k) => k.frame !== state.frame), key];
  void storeRecipe({ ...recipe, keyFrames: keyFrames.sort((a, b) => a.frame - b.frame) }, label);
}

/** @param room what the picture may take, in CSS pixels: a small film is shown as large as that allows */
function Picture({
  wish,
  label,
  room,
}: {
  wish: FrameWish | null;
  label: string;
  room: { width: number; height: number };
}) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { answer, busy, error } = useFrame(wish);
  const hinting = useReel((s) => s.hinting);
  const recipe = useReel(shownRecipe);
  const frame = useReel((s) => s.frame);
  useEffect(() => {
    const target = canvas.current;
    if (!target || !answer) return;
    target.width = answer.header.width;
    target.height = answer.header.height;
    target
      .getContext('2d')
      ?.putImageData(new ImageData(answer.rgba, answer.header.width, answer.header.height), 0, 0);
  }, [answer]);
  const hints = recipe?.keyFrames.find((k) => k.frame === frame)?.hints ?? [];
  const { width, height } = answer?.header ?? { width: 0, height: 1 };
  return (
    <Box sx={{ position: 'relative', display: 'grid', placeItems: 'center', minWidth: 0, minHeight: 0 }}>
      <Box sx={{ position: 'relative', lineHeight: 0 }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={label}
          onClick={(e) => {
            if (!hinting) return;
            const box = e.currentTarget.getBoundingClientRect();
            putHint((e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height, t('reel.hinted'));
          }}
          style={{
            width: Math.min(room.width, (room.height * width) / height),
            maxWidth: '100%',
            cursor: hinting ? 'crosshair' : 'default',
          }}
        />
        {hints.map((hint, i) => (
          <Box
            key={i}
            aria-hidden
            sx={{
              position: 'absolute',
              left: `${hint.x * 100}%`,
              top: `${hint.y * 100}%`,
              width: 14,
              height: 14,
              m: '-7px',
              borderRadius: '50%',
              border: '2px solid #fff',
              boxShadow: '0 0 0 1px #000',
              bgcolor: `rgb(${hint.colour.map((c) => Math.round(c * 255)).join(' ')})`,
              pointerEvents: 'none',
            }}
          />
        ))}
      </Box>
      {busy && (
        <LinearProgress
          aria-label={t('common.loading')}
          sx={{ position: 'absolute', top: 0, left: 0, right: 0, height: 2 }}
        />
      )}
      {error && (
        <Alert severity="error" sx={{ position: 'absolute', bottom: 8, maxWidth: '90%' }}>
          {error}
        </Alert>
      )}
      <Typography
        variant="caption"
        sx={{
          position: 'absolute',
          top: 6,
          left: 8,
          px: 0.75,
          borderRadius: 0.5,
          bgcolor: 'room.scrim',
          color: 'room.onScrim',
        }}
      >
        {label}
      </Typography>
    </Box>
  );
}

function Playing() {
  const playing = useReel((s) => s.playing);
  const video = useRef<HTMLVideoElement>(null);
  const { t } = useTranslation();
  const speed = useReel(playingSpeed);
  if (!playing) return null;
  return (
    <Box
      component="video"
      ref={video}
      src={playing.url}
      autoPlay
      loop
      onLoadedMetadata={({ currentTarget }) => (currentTarget.playbackRate = speed)}
      controls
      aria-label={t('reel.playing')}
      onPause={() => {
        // Where it stops is the frame on screen.
        const at = video.current;
        if (at && !at.ended) {
          const frame = playing.first + Math.round(at.currentTime * playing.fps);
          useReel.setState({ frame });
        }
      }}
      sx={{ maxWidth: '100%', maxHeight: '100%', width: '100%', height: '100%', objectFit: 'contain' }}
    />
  );
}

export function Viewer() {
  const { t } = useTranslation();
  const [place, size] = useSize();
  const { itemId, frame, view, step, playing, reel } = useReel();
  const recipe = useReel(shownRecipe);
  const compare = useHeld('reel.compare');
  const stored = useReel((s) => s.draft === null);
  const scale = window.devicePixelRatio || 1;
  const two = view === 'both' && !compare;
  const room = { width: (size.width - (two ? 8 : 0)) / (two ? 2 : 1), height: size.height };
  const wish = (show: FrameWish['show']): FrameWish | null =>
    itemId !== null && reel && size.width > 0
      ? {
          itemId,
          frame,
          show,
          step: show === 'diagnostic' ? step : null,
          // The stored recipe is known to the host; only what is held right now goes along.
          recipe: show === 'before' || stored ? null : recipe,
          width: room.width * scale,
          height: room.height * scale,
        }
      : null;
  const show = compare
    ? 'before'
    : view === 'both'
      ? 'after'
      : view === 'diagnostic' && !step
        ? 'after'
        : view;
  return (
    <Box
      ref={place}
      onWheel={(e) => showFrame(frame + Math.sign(e.deltaY))}
      sx={{
        flex: 1,
        minHeight: 0,
        overflow: 'hidden',
        display: 'grid',
        gridTemplateColumns: two && !playing ? '1fr 1fr' : '1fr',
        gap: 1,
        bgcolor: 'room.table',
      }}
    >
      {playing ? (
        <Playing />
      ) : (
        <>
          {two && <Picture wish={wish('before')} label={t('reel.view.before')} room={room} />}
          <Picture wish={wish(show)} label={t(`reel.view.${show}`)} room={room} />
        </>
      )}
    </Box>
  );
}
