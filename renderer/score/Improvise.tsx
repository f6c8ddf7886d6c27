/**
 * Improvising over what is on the desk: a variation, another continuation of its first phrase, or a first phrase picked on
 * keys or brought as a file.
 */
import PianoOutlined from '@mui/icons-material/PianoOutlined';
import UploadFileOutlined from '@mui/icons-material/UploadFileOutlined';
import { Box, Button, Slider, Typography } from '@mui/material';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Melody } from '../../app/melody/types.ts';
import { Keyboard } from './Keyboard.tsx';
import { composeNow, firstPhrase, pickedPhrase, readFileOntoDesk, useScore } from './store.ts';

/** Fewest pitches that make a phrase. */
const LEAST = 3;

export function Improvise({ melody }: { melody: Melody | null }) {
  const { t } = useTranslation();
  const composing = useScore((s) => s.composing);
  const picked = useScore((s) => s.picked);
  const [amount, setAmount] = useState(0.4);
  const file = useRef<HTMLInputElement>(null);
  return (
    <Box component="section" aria-label={t('score.improvise')} sx={{ display: 'grid', gap: 2 }}>
      <Typography variant="h3" sx={{ m: 0 }}>
        {t('score.improvise')}
      </Typography>
      {melody && (
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 2 }}>
          <Button
            variant="outlined"
            color="secondary"
            disabled={composing}
            onClick={() => void composeNow({ vary: { melody, amount } })}
          >
            {t('score.vary')}
          </Button>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, width: 300 }}>
            <Typography variant="body2" color="textSecondary" id="score-amount" sx={{ whiteSpace: 'nowrap' }}>
              {t('score.amount')}
            </Typography>
            <Slider
              size="small"
              min={0.05}
              max={1}
              step={0.05}
              value={amount}
              aria-labelledby="score-amount"
              valueLabelDisplay="auto"
              valueLabelFormat={(v) => `${Math.round(v * 100)} %`}
              onChange={(_, value) => setAmount(value)}
              onDoubleClick={() => setAmount(0.4)}
            />
          </Box>
          <Button
            variant="outlined"
            color="secondary"
            disabled={composing}
            onClick={() => void composeNow({ begin: firstPhrase(melody) })}
          >
            {t('score.continue')}
          </Button>
        </Box>
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5 }}>
        <Button
          color="secondary"
          startIcon={<PianoOutlined />}
          aria-expanded={picked !== null}
          onClick={() => useScore.setState({ picked: picked === null ? [] : null })}
        >
          {t('score.keys')}
        </Button>
        <Button color="secondary" startIcon={<UploadFileOutlined />} onClick={() => file.current?.click()}>
          {t('score.file')}
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".mid,.midi,.abc,.musicxml,.xml,.mei"
          aria-label={t('score.file')}
          onChange={(e) => {
            const chosen = e.target.files?.[0];
            if (chosen) void readFileOntoDesk(chosen);
            e.target.value = '';
          }}
        />
      </Box>
      {picked !== null && (
        <Box sx={{ display: 'grid', gap: 1.25 }}>
          <Keyboard
            picked={picked}
            onKey={(pitch) => useScore.setState({ picked: [...picked, pitch].slice(-16) })}
          />
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
            <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }} aria-live="polite">
              {picked.length < LEAST ? t('score.keysHint') : t('score.keysCount', { count: picked.length })}
            </Typography>
            <Button
              color="secondary"
              disabled={picked.length === 0}
              onClick={() => useScore.setState({ picked: picked.slice(0, -1) })}
            >
              {t('score.keysBack')}
            </Button>
            <Button
              variant="outlined"
              disabled={picked.length < LEAST || composing}
              onClick={() => void composeNow({ begin: pickedPhrase(picked) })}
            >
              {t('score.keysGo')}
            </Button>
          </Box>
        </Box>
      )}
    </Box>
  );
}
