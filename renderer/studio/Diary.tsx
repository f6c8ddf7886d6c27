/** What happened in a run, in words, newest first. */
import ErrorOutlined from '@mui/icons-material/ErrorOutlined';
import InfoOutlined from '@mui/icons-material/InfoOutlined';
import WarningAmberOutlined from '@mui/icons-material/WarningAmberOutlined';
import { Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudioRun } from '../../app/contract/studio.ts';
import { useSaid } from '../i18n/said.ts';
import { curvesOf, useStudio } from './store.ts';

const looks = {
  info: { Icon: InfoOutlined, colour: 'text.secondary' },
  warning: { Icon: WarningAmberOutlined, colour: 'warning.main' },
  error: { Icon: ErrorOutlined, colour: 'error.main' },
} as const;
const SHOWN = 6;

export function Diary({ run }: { run: StudioRun }) {
  const { t } = useTranslation();
  const said = useSaid();
  const events = useStudio((s) => curvesOf(s, run.id).events);
  const [all, setAll] = useState(false);
  if (events.length === 0) return null;
  const listed = [...events].reverse().slice(0, all ? undefined : SHOWN);
  return (
    <Box component="section" aria-labelledby="studio-diary" sx={{ display: 'grid', gap: 0.75 }}>
      <Typography id="studio-diary" variant="h3" sx={{ m: 0 }}>
        {t('studio.diary.title')}
      </Typography>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.5 }}>
        {listed.map((event, k) => {
          const { Icon, colour } = looks[event.level];
          return (
            <Box
              component="li"
              key={events.length - k}
              sx={{ display: 'flex', gap: 1, alignItems: 'baseline' }}
            >
              <Icon
                titleAccess={t(`studio.diary.${event.level}`)}
                sx={{ color: colour, fontSize: 16, alignSelf: 'center' }}
              />
              <Typography variant="figure" color="textSecondary" sx={{ minWidth: 62, flexShrink: 0 }}>
                {event.step}
              </Typography>
              <Typography variant="body2" sx={{ userSelect: 'text' }}>
                {said(event.text)}
              </Typography>
            </Box>
          );
        })}
      </Box>
      {events.length > SHOWN && (
        <Button variant="text" color="secondary" sx={{ justifySelf: 'start' }} onClick={() => setAll(!all)}>
          {all ? t('studio.diary.fewer') : t('studio.diary.all', { count: events.length })}
        </Button>
      )}
    </Box>
  );
}
