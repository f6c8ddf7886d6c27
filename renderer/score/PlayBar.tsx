/** Play, loop, tempo, instrument, accompaniment. */
import PlayArrow from '@mui/icons-material/PlayArrow';
import Repeat from '@mui/icons-material/Repeat';
import Stop from '@mui/icons-material/Stop';
import {
  Box,
  Button,
  CircularProgress,
  MenuItem,
  Slider,
  TextField,
  ToggleButton,
  Tooltip,
  Typography,
} from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { PlayWish } from '../../app/contract/score.ts';
import type { Melody } from '../../app/melody/types.ts';
import { accompaniments, instruments, playedTempo } from '../../app/sound/performance.ts';
import { useShortcut } from '../useShortcut.ts';
import { playMelody, stopPlaying, usePlayer } from './player.ts';
import { useScore } from './store.ts';

/** Another way of playing: what plays is played anew with it. */
function setPlay(melody: Melody, patch: Partial<PlayWish>): void {
  useScore.setState((s) => ({ play: { ...s.play, ...patch } }));
  if (usePlayer.getState().state !== 'silent') void playMelody(melody, useScore.getState().play);
}

export function PlayBar({ melody }: { melody: Melody }) {
  const { t } = useTranslation();
  const play = useScore((s) => s.play);
  const { state, loop } = usePlayer();
  const toggle = (): void => {
    if (state === 'silent') void playMelody(melody, play);
    else stopPlaying();
  };
  useShortcut('score.play', toggle);
  const tempo = playedTempo(melody, play.tempo);
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: 1.5 }}>
      <Button
        variant="contained"
        onClick={toggle}
        startIcon={
          state === 'rendering' ? (
            <CircularProgress size={18} color="inherit" />
          ) : state === 'playing' ? (
            <Stop />
          ) : (
            <PlayArrow />
          )
        }
        sx={{ minWidth: 112 }}
      >
        {state === 'silent' ? t('score.play') : t('score.stop')}
      </Button>
      <Tooltip title={t('score.loopHint')}>
        <ToggleButton
          value="loop"
          size="small"
          selected={loop}
          aria-label={t('score.loop')}
          onChange={() => {
            usePlayer.setState({ loop: !loop });
            if (state !== 'silent') void playMelody(melody, play);
          }}
        >
          <Repeat fontSize="small" />
        </ToggleButton>
      </Tooltip>
      <TextField
        select
        size="small"
        label={t('score.instrument')}
        value={play.instrument}
        onChange={(e) => setPlay(melody, { instrument: e.target.value as PlayWish['instrument'] })}
        sx={{ minWidth: 132 }}
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
        value={play.accompaniment}
        onChange={(e) => setPlay(melody, { accompaniment: e.target.value as PlayWish['accompaniment'] })}
        sx={{ minWidth: 132 }}
      >
        {accompaniments.map((name) => (
          <MenuItem key={name} value={name}>
            {t(`score.accompaniments.${name}`)}
          </MenuItem>
        ))}
      </TextField>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, flex: '1 1 220px', maxWidth: 340 }}>
        <Typography variant="body2" color="textSecondary" id="score-tempo">
          {t('score.tempo')}
        </Typography>
        <Slider
          size="small"
          min={40}
          max={200}
          value={Math.min(200, Math.max(40, tempo))}
          aria-labelledby="score-tempo"
          aria-valuetext={t('score.beats', { tempo: Math.round(tempo) })}
          onChange={(_, value) => useScore.setState((s) => ({ play: { ...s.play, tempo: value } }))}
          onChangeCommitted={(_, value) => setPlay(melody, { tempo: value })}
          onDoubleClick={() => setPlay(melody, { tempo: null })}
        />
        <Typography
          variant="body2"
          sx={{ fontVariantNumeric: 'tabular-nums', minWidth: 32, textAlign: 'right' }}
        >
          {Math.round(tempo)}
        </Typography>
      </Box>
    </Box>
  );
}
