/** What the next melody shall be: metre, temperament, seed; and the one big button. */
import AutoAwesome from '@mui/icons-material/AutoAwesome';
import Casino from '@mui/icons-material/CasinoOutlined';
import ExpandMore from '@mui/icons-material/ExpandMore';
import {
  Box,
  Button,
  CircularProgress,
  Collapse,
  IconButton,
  InputAdornment,
  MenuItem,
  Slider,
  TextField,
  Tooltip,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseNeurri } from '../../app/melody/neurri.ts';
import { melodyKinds } from '../../app/melody/types.ts';
import { useShortcut } from '../useShortcut.ts';
import { playMelody } from './player.ts';
import { composeNow, melodyOnDesk, useScore, type Wish } from './store.ts';

const OWN = 'own';
const FREE = 'free';

const setWish = (patch: Partial<Wish>): void => useScore.setState((s) => ({ wish: { ...s.wish, ...patch } }));

/** Composes and plays at once: the one press that the room is for. */
async function pressed(): Promise<void> {
  if (!(await composeNow())) return;
  const state = useScore.getState();
  const melody = melodyOnDesk(state);
  if (melody) await playMelody(melody, state.play);
}

export function WishForm() {
  const { t } = useTranslation();
  const wish = useScore((s) => s.wish);
  const choices = useScore((s) => s.choices);
  const composing = useScore((s) => s.composing);
  const ownModel =
    choices?.own.find((o) => o.generator === wish.generator) ??
    (wish.generator === 'auto' ? choices?.own[0] : undefined);
  const [own, setOwn] = useState('7-6-7-6');
  const [picked, setPicked] = useState<string>(wish.neurri ?? FREE);
  const [more, setMore] = useState(false);
  const pattern = picked === OWN ? parseNeurri(own) : null;
  const wrong = pattern !== null && !pattern.ok;
  useShortcut('score.compose', () => void pressed(), !wrong);
  const choose = (value: string): void => {
    setPicked(value);
    setWish({ neurri: value === FREE ? null : value === OWN ? own : value });
  };
  const shape = choices?.neurriak.find((n) => n.name === picked);
  return (
    <Box
      component="form"
      aria-label={t('score.wish')}
      onSubmit={(e) => {
        e.preventDefault();
        if (!wrong) void pressed();
      }}
      sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}
    >
      <TextField
        select
        size="small"
        label={t('score.neurri')}
        value={picked}
        onChange={(e) => choose(e.target.value)}
        helperText={shape ? shape.syllables.join(' ') : picked === FREE ? t('score.freeHint') : ' '}
      >
        {(choices?.neurriak ?? [{ name: 'zortziko-txikia', title: 'Zortziko txikia' }]).map((n) => (
          <MenuItem key={n.name} value={n.name}>
            {n.title}
          </MenuItem>
        ))}
        <MenuItem value={OWN}>{t('score.own')}</MenuItem>
        <MenuItem value={FREE}>{t('score.free')}</MenuItem>
      </TextField>
      {picked === OWN && (
        <TextField
          size="small"
          label={t('score.pattern')}
          value={own}
          error={wrong}
          helperText={wrong ? t('score.patternWrong') : t('score.patternHint')}
          onChange={(e) => {
            setOwn(e.target.value);
            setWish({ neurri: e.target.value });
          }}
        />
      )}
      <TextField
        select
        size="small"
        label={t('score.kind')}
        value={wish.kind}
        onChange={(e) => setWish({ kind: e.target.value as Wish['kind'] })}
      >
        {melodyKinds.map((kind) => (
          <MenuItem key={kind} value={kind}>
            {t(`score.kinds.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      <Button
        type="submit"
        variant="contained"
        size="large"
        disabled={wrong || composing}
        startIcon={composing ? <CircularProgress size={18} color="inherit" /> : <AutoAwesome />}
        sx={{ py: 1.5, fontSize: 16 }}
      >
        {t('score.new')}
      </Button>
      <Button
        color="secondary"
        size="small"
        onClick={() => setMore(!more)}
        aria-expanded={more}
        endIcon={<ExpandMore sx={{ transform: more ? 'rotate(180deg)' : 'none' }} />}
        sx={{ alignSelf: 'flex-start' }}
      >
        {t('score.more')}
      </Button>
      <Collapse in={more} unmountOnExit>
        <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2, pt: 0.5 }}>
          <Box>
            <Typography variant="body2" color="textSecondary" id="score-temperature">
              {t('score.temperature')}
            </Typography>
            <Slider
              size="small"
              min={0}
              max={2}
              step={0.05}
              value={wish.temperature}
              aria-labelledby="score-temperature"
              marks={[
                { value: 0, label: t('score.calm') },
                { value: 1, label: '1' },
                { value: 2, label: t('score.wild') },
              ]}
              onChange={(_, value) => setWish({ temperature: value })}
              onDoubleClick={() => setWish({ temperature: 1 })}
              sx={{ width: 'calc(100% - 24px)', mx: 1.5 }}
            />
          </Box>
          <TextField
            size="small"
            label={t('score.seed')}
            value={wish.seed ?? ''}
            placeholder={t('score.seedDrawn')}
            onChange={(e) => {
              const value = e.target.value.replace(/\D/g, '').slice(0, 9);
              setWish({ seed: value === '' ? null : Number(value) });
            }}
            helperText={t('score.seedHint')}
            slotProps={{
              inputLabel: { shrink: true },
              input: {
                endAdornment: (
                  <InputAdornment position="end">
                    <Tooltip title={t('score.seedDraw')}>
                      <IconButton
                        size="small"
                        aria-label={t('score.seedDraw')}
                        onClick={() => setWish({ seed: null })}
                      >
                        <Casino fontSize="small" />
                      </IconButton>
                    </Tooltip>
                  </InputAdornment>
                ),
              },
            }}
          />
          <TextField
            select
            size="small"
            label={t('score.generator')}
            value={wish.generator}
            onChange={(e) => setWish({ generator: e.target.value as Wish['generator'] })}
          >
            {(choices?.generators ?? ['auto' as const]).map((name) => (
              <MenuItem key={name} value={name}>
                {t(`score.generators.${name}`)}
              </MenuItem>
            ))}
          </TextField>
        </Box>
      </Collapse>
      {ownModel && (
        <Typography variant="caption" color="textSecondary">
          {t('score.ownModel', { run: ownModel.run })}
        </Typography>
      )}
      <Typography variant="caption" color="textSecondary">
        {t('score.honest')}
      </Typography>
    </Box>
  );
}
