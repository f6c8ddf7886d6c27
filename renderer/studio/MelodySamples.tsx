/**
 * What a network that learns melodies writes as it learns: at each look the same two wishes with the same seeds, as lines of
 * music that can be played, so that one hears it getting better. A slider goes through time.
 */
import ExpandMore from '@mui/icons-material/ExpandMore';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Stop from '@mui/icons-material/Stop';
import { Box, Button, CircularProgress, Collapse, LinearProgress, Typography } from '@mui/material';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { studioPicture, type StudioRun } from '../../app/contract/studio.ts';
import type { Melody } from '../../app/melody/types.ts';
import { getClient } from '../client.ts';
import { playSound, stopPlaying, usePlayer } from '../score/player.ts';
import { Sheet } from '../score/Sheet.tsx';
import type { Engraved } from '../score/store.ts';
import { isCancelled, report } from '../store/app.ts';
import { usePicture } from './usePicture.ts';

/** How samples are played: plainly, so that nothing but the notes differs. */
const PLAY = { instrument: 'flute', accompaniment: 'none', tempo: null } as const;

/** A melody of a run, with the name that tells it from all others. */
interface Heard {
  run: string;
  key: string;
  melody: Melody;
}

/** null until it is there; while another step is on its way, the one before stays. */
function useSample(run: string, step: number, name: string): Heard | null {
  const [heard, setHeard] = useState<Heard | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    getClient()
      .call('studio.melody', { id: run, step, name }, { signal: abort.signal })
      .then(
        ({ melody }) => setHeard({ run, key: `studio ${run} ${step} ${name}`, melody }),
        // Not written (yet): what was shown stays.
        () => undefined,
      );
    return () => abort.abort();
  }, [run, step, name]);
  return heard?.run === run ? heard : null;
}

/** Lines of music that were set before: the slider goes back and forth over them. */
const lines = new Map<string, Engraved>();
const LINES = 60;

function useEngraved(heard: Heard | null): [Engraved | null, (width: number) => void] {
  const [engraved, setEngraved] = useState<Engraved | null>(null);
  const [width, setWidth] = useState(720);
  useEffect(() => {
    if (!heard) return;
    const abort = new AbortController();
    const key = `${heard.key} ${width}`;
    const known = lines.get(key);
    const engraving = known
      ? Promise.resolve(known)
      : getClient().call(
          'score.engrave',
          { melody: heard.melody, title: '', width },
          { signal: abort.signal },
        );
    engraving
      .then((done) => {
        lines.delete(key);
        lines.set(key, done);
        for (const oldest of lines.keys()) if (lines.size > LINES) lines.delete(oldest);
        if (!abort.signal.aborted) setEngraved(done);
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted && !isCancelled(error)) report(error);
      });
    return () => abort.abort();
  }, [heard, width]);
  const ask = useCallback((now: number) => setWidth(Math.min(2400, Math.max(320, now))), []);
  return [engraved, ask];
}

function Sample({
  run,
  step,
  name,
  onListen,
}: {
  run: string;
  step: number;
  name: string;
  onListen: () => void;
}) {
  const { t } = useTranslation();
  const heard = useSample(run, step, name);
  const [engraved, setWidth] = useEngraved(heard);
  const { key = null, melody = null } = heard ?? {};
  const state = usePlayer((s) => (key !== null && s.key === key ? s.state : 'silent'));
  const title = t(`studio.melodies.${name}`);
  const toggle = (): void => {
    if (state !== 'silent') stopPlaying();
    else if (melody && key) {
      onListen();
      void playSound(key, false, (signal) =>
        getClient().call('score.sound', { melody, play: PLAY, loop: false }, { signal }),
      );
    }
  };
  return (
    <Box
      component="figure"
      aria-label={t('studio.melodies.says', { title, step })}
      sx={{ m: 0, p: 1.5, bgcolor: 'room.table', borderRadius: 1, display: 'grid', gap: 1 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
        <Button
          variant="outlined"
          color="secondary"
          size="small"
          disabled={melody === null}
          onClick={toggle}
          aria-label={t(state === 'silent' ? 'studio.melodies.play' : 'studio.melodies.stop', {
            title,
            step,
          })}
          startIcon={
            state === 'rendering' ? (
              <CircularProgress size={16} color="inherit" />
            ) : state === 'playing' ? (
              <Stop />
            ) : (
              <PlayArrow />
            )
          }
          sx={{ minWidth: 92 }}
        >
          {state === 'silent' ? t('score.play') : t('score.stop')}
        </Button>
        <Typography variant="h4" component="figcaption" sx={{ flex: 1 }}>
          {title}
        </Typography>
        {melody && (
          <Typography variant="caption" color="textSecondary">
            {t('studio.melodies.notes', { count: melody.notes.length })}
          </Typography>
        )}
      </Box>
      {!engraved && <LinearProgress aria-label={t('common.loading')} />}
      {melody && (
        <Sheet
          melody={melody}
          engraved={engraved}
          tempo={PLAY.tempo}
          playing={state === 'playing'}
          onWidth={setWidth}
        />
      )}
    </Box>
  );
}

/** The likeliest notes beside the right ones, of melodies that nothing was learnt from. */
function Rolls({ run, step, version }: { run: StudioRun; step: number; version: number }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const picture = usePicture(open ? `${studioPicture.sample(run.id, step)}?${version}` : null);
  return (
    <Box>
      <Button
        variant="text"
        color="secondary"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        endIcon={<ExpandMore sx={{ transform: open ? 'rotate(180deg)' : 'none' }} />}
        sx={{ ml: -1 }}
      >
        {t('studio.melodies.rolls')}
      </Button>
      <Collapse in={open} unmountOnExit>
        <Box sx={{ bgcolor: 'room.table', borderRadius: 1, p: 1.5 }}>
          <Box
            sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', textAlign: 'center', mb: 0.75 }}
            aria-hidden
          >
            {(['likeliest', 'truth'] as const).map((side) => (
              <Typography key={side} variant="label" component="div">
                {t(`studio.melodies.${side}`)}
              </Typography>
            ))}
          </Box>
          {picture && (
            <Box
              component="img"
              src={picture.url}
              alt={t('studio.melodies.rollsAlt', { step })}
              sx={{ width: '100%', display: 'block', borderRadius: 0.5 }}
            />
          )}
        </Box>
      </Collapse>
    </Box>
  );
}

/**
 * The melodies of one step.
 * @param version tells two looks at one step apart
 * @param onListen somebody listens: this step is to stay, though there are newer ones by now
 */
export function MelodySamples({
  run,
  step,
  version,
  onListen,
}: {
  run: StudioRun;
  step: number;
  version: number;
  onListen: () => void;
}) {
  useEffect(() => () => stopPlaying(), []);
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      {run.melodies.map((name) => (
        <Sample key={name} run={run.id} step={step} name={name} onListen={onListen} />
      ))}
      <Rolls run={run} step={step} version={version} />
    </Box>
  );
}
