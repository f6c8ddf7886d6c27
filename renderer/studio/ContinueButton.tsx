/** Goes on with a run that has ended, for as many minutes more as are asked for. */
import { Box, Button, TextField, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudioRun } from '../../app/contract/studio.ts';
import { MenuButton } from '../ui/MenuButton.tsx';
import { continueRun } from './actions.ts';
import { readMinutes } from './settings.ts';

export function ContinueButton({ run }: { run: StudioRun }) {
  const { t } = useTranslation();
  const [text, setText] = useState('30');
  const minutes = readMinutes(text);
  return (
    <MenuButton label={t('studio.run.continue')} as="panel">
      {(close) => (
        <Box
          component="form"
          sx={{ display: 'grid', gap: 1.5, width: 260 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (minutes === null) return;
            close();
            void continueRun(run, minutes);
          }}
        >
          <Typography variant="body2" color="textSecondary">
            {t('studio.run.continueHelp')}
          </Typography>
          <TextField
            label={t('studio.form.minutes')}
            value={text}
            error={minutes === null}
            helperText={minutes === null ? t('studio.form.minutesBad') : undefined}
            onChange={(event) => setText(event.target.value)}
            autoFocus
          />
          <Button type="submit" variant="contained" disabled={minutes === null}>
            {t('studio.run.goOn')}
          </Button>
        </Box>
      )}
    </MenuButton>
  );
}
