/** Boundaries of the pictures on one scan: choose one, move, resize, turn, add, split, delete; saved as a whole. */
import { Box as Div, Button, ButtonBase, InputBase, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { senseOf, toShown, toStored, turnedSize } from '../../../app/turn.ts';
import { useLightbox, useSession } from '../context.ts';
import { addFrame, finishFrames, removeFrame, splitFrame, type FrameBoundary } from '../logic/frames.ts';
import { fromCorners, inside } from '../logic/rects.ts';
import type { Box, Size } from '../logic/viewport.ts';
import { RectEditor } from './RectEditor.tsx';
import { ToolBar } from './ToolBar.tsx';
import { useDraw } from './useDraw.ts';
import { useTurn } from './useTurn.ts';

const whole: FrameBoundary = { x: 0, y: 0, w: 1, h: 1, angle: 0 };

export function FramesTool({ box, picture }: { box: Box; picture: Size }) {
  const { t } = useTranslation();
  const session = useSession();
  const auto = useLightbox((s) => s.auto);
  const item = useLightbox((s) => s.items[s.id]);
  const turned = useTurn();
  const sense = senseOf(turned);
  /** On the scan as stored; shown on the turned scan before us. */
  const [frames, setFrames] = useState<FrameBoundary[]>(() =>
    auto && auto.frames.length > 0 ? auto.frames.map((f) => ({ ...f })) : [whole],
  );
  const [chosen, setChosen] = useState(() => Math.min(item?.frame ?? 0, frames.length - 1));
  const [saving, setSaving] = useState(false);
  const show = (f: FrameBoundary): FrameBoundary => ({ ...toShown(f, turned), angle: f.angle * sense });
  const frame = frames[chosen] && show(frames[chosen]);
  const edit = (next: Box) =>
    setFrames((all) =>
      all.map((f, i) => (i === chosen ? { ...inside(toStored(next, turned)), angle: f.angle } : f)),
    );
  const draw = useDraw(box, ({ from, to }) => {
    const r = fromCorners(from, to);
    if (r.w < 0.02 || r.h < 0.02) return;
    setFrames([...frames, { ...inside(toStored(r, turned)), angle: 0 }]);
    setChosen(frames.length);
  });
  const save = async () => {
    setSaving(true);
    try {
      await session.client.call('frames.set', {
        itemId: session.store.getState().id,
        frames: finishFrames(frames),
      });
      session.say('info', t('lightbox.tools.frames.saved', { count: frames.length }));
      session.store.setState({ tool: 'none' });
      await session.refreshScan();
      await session.refreshAuto();
    } catch (error) {
      session.fail(error);
    } finally {
      setSaving(false);
    }
  };
  const drawn = draw.drawn && fromCorners(draw.drawn.from, draw.drawn.to);
  return (
    <>
      <Div
        {...draw.handlers}
        sx={{ position: 'absolute', inset: 0, cursor: 'crosshair', touchAction: 'none' }}
      />
      {frames.map(show).map((f, i) =>
        i === chosen ? null : (
          <ButtonBase
            key={i}
            aria-label={t('lightbox.tools.frames.choose', { n: i + 1 })}
            onClick={() => setChosen(i)}
            sx={{
              position: 'absolute',
              left: box.x + f.x * box.w,
              top: box.y + f.y * box.h,
              width: f.w * box.w,
              height: f.h * box.h,
              transform: f.angle ? `rotate(${f.angle}deg)` : undefined,
              border: '1px dashed #fff',
              outline: '1px solid rgba(0,0,0,.6)',
              alignItems: 'flex-start',
              justifyContent: 'flex-start',
            }}
          >
            <Label n={i + 1} />
          </ButtonBase>
        ),
      )}
      {drawn && <Ghost rect={drawn} box={box} />}
      {frame && (
        <RectEditor
          takesFocus
          rect={frame}
          angle={frame.angle}
          box={box}
          picture={picture}
          name={t('lightbox.tools.frames.name', { n: chosen + 1 })}
          change={edit}
        />
      )}
      <ToolBar
        title={t('lightbox.commands.frames')}
        hint={t('lightbox.tools.frames.hint')}
        onDone={() => void save()}
        doneDisabled={saving}
      >
        <Typography variant="figure">{t('lightbox.tools.frames.count', { count: frames.length })}</Typography>
        <Button
          color="secondary"
          variant="outlined"
          onClick={() => {
            setFrames(addFrame(frames));
            setChosen(frames.length);
          }}
        >
          {t('lightbox.tools.frames.add')}
        </Button>
        <Button
          color="secondary"
          variant="outlined"
          onClick={() => setFrames(splitFrame(frames, chosen, turnedSize(picture, turned)))}
        >
          {t('lightbox.tools.frames.split')}
        </Button>
        <Button
          color="secondary"
          variant="outlined"
          disabled={frames.length < 2}
          onClick={() => {
            setFrames(removeFrame(frames, chosen));
            setChosen(Math.max(0, chosen - 1));
          }}
        >
          {t('lightbox.tools.frames.remove')}
        </Button>
        <Div component="label" sx={{ display: 'flex', alignItems: 'center', gap: 0.5, fontSize: 12 }}>
          {t('lightbox.tools.frames.angle')}
          <InputBase
            type="number"
            value={Number((frame?.angle ?? 0).toFixed(2))}
            onChange={(e) => {
              const angle = sense * Math.min(45, Math.max(-45, Number(e.target.value) || 0));
              setFrames((all) => all.map((f, i) => (i === chosen ? { ...f, angle } : f)));
            }}
            inputProps={{ step: 0.1, min: -45, max: 45 }}
            sx={{ width: 64, px: 0.75, fontSize: 12.5, bgcolor: 'room.raised', borderRadius: 0.5 }}
          />
          °
        </Div>
      </ToolBar>
    </>
  );
}

function Label({ n }: { n: number }) {
  return (
    <Typography
      component="span"
      variant="figure"
      sx={{ m: 0.5, px: 0.75, borderRadius: 0.5, bgcolor: 'room.scrim', color: 'room.onScrim' }}
    >
      {n}
    </Typography>
  );
}

function Ghost({ rect, box }: { rect: Box; box: Box }) {
  return (
    <Div
      sx={{
        position: 'absolute',
        pointerEvents: 'none',
        left: box.x + rect.x * box.w,
        top: box.y + rect.y * box.h,
        width: rect.w * box.w,
        height: rect.h * box.h,
        outline: '1px solid #fff',
      }}
    />
  );
}
