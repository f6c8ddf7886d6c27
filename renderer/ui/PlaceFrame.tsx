/** The frame around a walk through folders: where one is and up from there, waiting, what went wrong, nothing there. */
import ArrowBack from '@mui/icons-material/ArrowBack';
import { Box, IconButton, LinearProgress, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Walk } from './places.ts';

/** `empty` is said of a folder in which `none` is true. */
export function PlaceFrame({
  walk,
  none,
  empty,
  children,
}: {
  walk: Walk;
  none: boolean;
  empty: string;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { place, rows, error } = walk;
  return (
    <Box sx={{ border: 1, borderColor: 'room.line', borderRadius: 1, bgcolor: 'room.table' }}>
      {place && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 0.5,
            p: 0.5,
            borderBottom: 1,
            borderColor: 'room.line',
          }}
        >
          <IconButton aria-label={t('studio.make.up')} onClick={walk.up}>
            <ArrowBack />
          </IconButton>
          <Typography variant="body2" noWrap>
            {walk.trail}
          </Typography>
        </Box>
      )}
      {place && !rows && !error && <LinearProgress aria-label={t('common.loading')} />}
      {error && (
        <Typography color="error" variant="body2" sx={{ p: 1.5 }}>
          {error}
        </Typography>
      )}
      {place && rows && none && (
        <Typography color="textSecondary" variant="body2" sx={{ p: 1.5 }}>
          {empty}
        </Typography>
      )}
      {children}
    </Box>
  );
}
