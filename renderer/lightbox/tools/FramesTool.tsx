/**
 * Boundaries of the pictures on one scan: choose one, move, resize, turn, add, split, delete; each can be
 * undone while the tool is in hand, and all of it once it is saved as a whole.
 */
import { Box as Div, Button, ButtonBase, InputBase, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { senseOf, toShown, toStored, turnedSize } from '../../../app/turn.ts';
import { useLightbox, useSession } from '../context.ts';
import { isPrint } from '../../../app/recipe/wanted.ts';
import { askPrints } from '../logic/family.ts';
import { addFrame, finishFrames, removeFrame, splitFrame, type FrameBoundary } from '../logic/frames.ts';
import { fromCorners, inside } from '../logic/rects.ts';
import { canRedo, canUndo, move, present, push, startStack, type UndoStack } from '../logic/undo.ts';
import type { Box, Size } from '../logic/viewport.ts';
import { RectEditor } from './RectEditor.tsx';
import { ToolBar } from './ToolBar.tsx';
import { useDraw } from './useDraw.ts';
import { useTurn } from './useTurn.ts';

/** What stands on the scan while the tool is in hand. */
interface Drawing {
  frames: FrameBoundary[];
  chosen: number;
}

const whole: FrameBoundary = { x: 0, y: 0, w: 1, h: 1, angle: 0 };

export function FramesTool({ box, picture }: { box: Box; picture: Size }) {
  const { t } = useTranslation();
  const session = useSession();
  const auto = useLightbox((s) => s.auto);
  const item = useLightbox((s) => s.items[s.id]);
  const found = useLightbox((s) => s.foundPrints);
  const [finding, setFinding] = useState(false);
  const turned = useTurn();
  const sense = senseOf(turned);
  /** On the scan as stored; shown on the turned scan before us. */
  const [stack, setStack] = useState<UndoStack<Drawing>>(() => {
    const frames = auto && auto.frames.length > 0 ? auto.frames.map((f) => ({ ...f })) : [whole];
    const start = startStack<Drawing>(
      { frames, chosen: Math.min(item?.frame ?? 0, frames.length - 1) },
      'start',
      Date.now(),
    );
    // What was found is a first step: done takes it, undo shows the scan as it was.
    return found
      ? push(start, { frames: found.map((f) => ({ ...f })), chosen: 0 }, 'found', Date.now())
      : start;
  });
  const find = async () => {
    setFinding(true);
    try {
      const prints = await askPrints(session);
      if (prints.length > 1) draft('found', () => ({ frames: prints.map((f) => ({ ...f })), chosen: 0 }));
      else session.say('info', t('lightbox.tools.frames.noneFound'));
    } catch (error) {
      session.fail(error);
    }
    setFinding(false);
  };
  const { frames, chosen } = present(stack).value;
  const [saving, setSaving] = useState(false);
  useEffect(() => {
    // Done: what is undone from now on is the whole of it.
    if (saving) return;
    session.store.setState({
      hand: {
        canUndo: canUndo(stack),
        canRedo: canRedo(stack),
        undo: () => setStack((s) => move(s, -1)),
        redo: () => setStack((s) => move(s, 1)),
      },
    });
    return () => session.store.setState({ hand: null });
  }, [session, stack, saving]);
  useEffect(() => () => session.store.setState({ foundPrints: null }), [session]);
  /** `what` names the gesture: a drag or a row of key presses is one step. */
  const draft = (what: string, change: (now: Drawing) => Drawing) =>
    setStack((s) => push(s, change(present(s).value), what, Date.now(), true));
  const choose = (n: number) =>
    setStack((s) => {
      const { value, ...rest } = present(s);
      const entries = s.entries.map((e, i) =>
        i === s.index ? { ...rest, value: { ...value, chosen: n } } : e,
      );
      return { ...s, entries };
    });
  const show = (f: FrameBoundary): FrameBoundary => ({ ...toShown(f, turned), angle: f.angle * sense });
  const frame = frames[chosen] && show(frames[chosen]);
  const change = (what: string, next: (f: FrameBoundary) => FrameBoundary) =>
    draft(`${what}:${chosen}=`, (now) => ({
      ...now,
      frames: now.frames.map((f, i) => (i === now.chosen ? next(f) : f)),
    }));
  const edit = (next: Box) => change('move', (f) => ({ ...inside(toStored(next, turned)), angle: f.angle }));
  const draw = useDraw(box, ({ from, to }) => {
    const r = fromCorners(from, to);
    if (r.w < 0.02 || r.h < 0.02) return;
    draft('draw', (now) => ({
      frames: [...now.frames, { ...inside(toStored(r, turned)), angle: 0 }],
      chosen: now.frames.length,
    }));
  });
  const close = () => session.store.setState({ tool: 'none' });
  const save = async () => {
    if (stack.index === 0) return close();
    setSaving(true);
    const done = await session.setFrames(finishFrames(frames));
    setSaving(false);
    if (!done) return;
    session.say('info', t('lightbox.tools.frames.saved', { count: frames.length }));
    close();
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
            onClick={() => choose(i)}
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
          turn={(angle) =>
            change('angle', (f) => ({ ...f, angle: sense * Math.min(45, Math.max(-45, angle)) }))
          }
        />
      )}
      <ToolBar
        title={t('lightbox.commands.frames')}
        hint={t('lightbox.tools.frames.hint')}
        onDone={() => void save()}
        doneDisabled={saving}
      >
        <Typography variant="figure">{t('lightbox.tools.frames.count', { count: frames.length })}</Typography>
        {item && isPrint(item.kind) && (
          <Button color="secondary" variant="outlined" disabled={finding} onClick={() => void find()}>
            {t('lightbox.tools.frames.find')}
          </Button>
        )}
        <Button
          color="secondary"
          variant="outlined"
          onClick={() => draft('add', (now) => ({ frames: addFrame(now.frames), chosen: now.frames.length }))}
        >
          {t('lightbox.tools.frames.add')}
        </Button>
        <Button
          color="secondary"
          variant="outlined"
          onClick={() =>
            draft('split', (now) => ({
              ...now,
              frames: splitFrame(now.frames, now.chosen, turnedSize(picture, turned)),
            }))
          }
        >
          {t('lightbox.tools.frames.split')}
        </Button>
        <Button
          color="secondary"
          variant="outlined"
          disabled={frames.length < 2}
          onClick={() =>
            draft('remove', (now) => ({
              frames: removeFrame(now.frames, now.chosen),
              chosen: Math.max(0, now.chosen - 1),
            }))
          }
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
              change('angle', (f) => ({ ...f, angle }));
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
