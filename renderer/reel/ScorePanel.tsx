/** Music for a silent reel: composed in a metre, listened to with the film's own cuts, and laid under the export. */
import Casino from '@mui/icons-material/CasinoOutlined';
import { Alert, Box, Button, CircularProgress, MenuItem, Slider, TextField, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallResult } from '../../app/contract/index.ts';
import { NEURRIAK } from '../../app/melody/neurri.ts';
import { reelScoreSchema, type ReelScore } from '../../app/recipe/film.ts';
import { accompaniments, instruments } from '../../app/sound/performance.ts';
import { getClient } from '../client.ts';
import { playSound, stopPlaying, usePlayer } from '../score/player.ts';
import { nameOf } from '../score/store.ts';
import { notify, report } from '../store/app.ts';
import { shownRecipe, storeRecipe, useReel } from './store.ts';

type FilmScore = CallResult<'score.film'>;

export function ScorePanel() {
  const { t } = useTranslation();
  const recipe = useReel(shownRecipe);
  const itemId = useReel((s) => s.itemId);
  const state = usePlayer((s) => s.state);
  const [writing, setWriting] = useState(false);
  const [made, setMade] = useState<FilmScore | null>(null);
  useEffect(() => stopPlaying, []);
  if (!recipe || itemId === null) return null;
  const { score } = recipe;
  const set = (patch: Partial<ReelScore> | null): void => {
    stopPlaying();
    setMade(null);
    const next =
      patch === null
        ? null
        : reelScoreSchema.parse({
            neurri: 'zortziko-txikia',
            seed: Math.floor(Math.random() * 1e9),
            ...score,
            ...patch,
          });
    useReel.setState((s) => ({ export: { ...s.export, sound: next ? 'score' : 'copy' } }));
    void storeRecipe({ ...recipe, score: next }, t('reel.score'));
  };
  /** Writes the melody of the score into the folder for exports, as notes or as a printed line. */
  const write = async (formats: ('mid' | 'svg')[]): Promise<void> => {
    if (!score) return;
    setWriting(true);
    try {
      const film = made ?? (await getClient().call('score.film', { itemId, score }));
      setMade(film);
      const [melody] = film.melodies;
      const { instrument, accompaniment, tempo } = score;
      const { folder, files } = await getClient().call('score.export', {
        ...{ melody, title: nameOf(melody), formats },
        play: { instrument, accompaniment, tempo },
      });
      notify('info', t('score.exported', { folder, files: files.join(', ') }));
    } catch (error) {
      report(error);
    } finally {
      setWriting(false);
    }
  };
  const listen = (): void => {
    if (!score) return;
    if (state !== 'silent') return stopPlaying();
    void playSound(JSON.stringify({ itemId, score }), false, async (signal) => {
      const film = await getClient().call('score.film', { itemId, score }, { signal });
      setMade(film);
      return film;
    });
  };
  return (
    <Box
      component="section"
      aria-label={t('reel.score')}
      sx={{ px: 1.5, py: 1.25, borderTop: 1, borderColor: 'divider' }}
    >
      <Typography variant="h4" component="h3" sx={{ m: 0, mb: 0.75, fontSize: 13 }}>
        {t('reel.score')}
      </Typography>
      {!score ? (
        <>
          <Typography variant="caption" color="textSecondary" component="p" sx={{ m: 0, mb: 1 }}>
            {t('reel.scoreText')}
          </Typography>
          <Button size="small" variant="outlined" onClick={() => set({})}>
            {t('reel.compose')}
          </Button>
        </>
      ) : (
        <Box sx={{ display: 'grid', gap: 1.25 }}>
          <TextField
            select
            size="small"
            label={t('score.neurri')}
            value={NEURRIAK.some((n) => n.name === score.neurri) && !score.melody ? score.neurri : 'own'}
            onChange={(e) => set({ neurri: e.target.value, melody: null })}
          >
            {NEURRIAK.map((n) => (
              <MenuItem key={n.name} value={n.name}>
                {n.title}
              </MenuItem>
            ))}
            <MenuItem value="own" disabled>
              {score.melody ? t('reel.chosenMelody') : score.neurri}
            </MenuItem>
          </TextField>
          <Box sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 1 }}>
            <TextField
              select
              size="small"
              label={t('score.instrument')}
              value={score.instrument}
              onChange={(e) => set({ instrument: e.target.value as ReelScore['instrument'] })}
            >
              {instruments.map((name) => (
                <MenuItem key={name} value={name}>
                  {t(`score.instruments.${name}`)}
                </MenuItem>
              ))}
            </TextField>
            <TextField
              select
              size="small"
              label={t('score.accompaniment')}
              value={score.accompaniment}
              onChange={(e) => set({ accompaniment: e.target.value as ReelScore['accompaniment'] })}
            >
              {accompaniments.map((name) => (
                <MenuItem key={name} value={name}>
                  {t(`score.accompaniments.${name}`)}
                </MenuItem>
              ))}
            </TextField>
          </Box>
          <Box>
            <Typography variant="body2" color="textSecondary" id="reel-volume">
              {t('reel.volume')}
            </Typography>
            <Slider
              size="small"
              key={score.volume}
              min={0}
              max={2}
              step={0.05}
              defaultValue={score.volume}
              aria-labelledby="reel-volume"
              onChangeCommitted={(_, volume) => set({ volume })}
              sx={{ mx: 0.75, width: 'calc(100% - 12px)' }}
            />
          </Box>
          <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>
            <Button
              size="small"
              variant="outlined"
              onClick={listen}
              startIcon={state === 'rendering' ? <CircularProgress size={14} color="inherit" /> : undefined}
            >
              {state === 'silent' ? t('reel.listen') : t('score.stop')}
            </Button>
            <Button
              size="small"
              color="secondary"
              startIcon={<Casino />}
              onClick={() => set({ seed: Math.floor(Math.random() * 1e9), melody: null })}
            >
              {t('reel.another')}
            </Button>
            <Button size="small" color="secondary" onClick={() => set(null)}>
              {t('reel.noScore')}
            </Button>
          </Box>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, flexWrap: 'wrap' }}>
            <Typography variant="body2" color="textSecondary">
              {t('reel.writeMelody')}
            </Typography>
            <Button size="small" color="secondary" disabled={writing} onClick={() => void write(['mid'])}>
              {t('score.exportMid')}
            </Button>
            <Button size="small" color="secondary" disabled={writing} onClick={() => void write(['svg'])}>
              {t('score.exportSvg')}
            </Button>
          </Box>
          {made && (
            <Typography variant="caption" color="textSecondary">
              {t('reel.fitted', { phrases: made.passages.length, met: made.met, ends: made.ends })}
            </Typography>
          )}
          {made?.notes.map((note) => (
            <Alert key={note} severity="info">
              {note}
            </Alert>
          ))}
        </Box>
      )}
    </Box>
  );
}
