/** The line under the picture: read-out on the left; size, scale and what is being fetched on the right. */
import { Box, LinearProgress, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { numberLocale } from '../../format.ts';
import { useLightbox } from '../context.ts';
import { Readout } from './Readout.tsx';
import type { Readout as Values } from './useReadout.ts';

/** Shorter waits show nothing: a bar that blinks says less than none. */
const PATIENCE = 350;

const none: readonly string[] = [];

export function StatusBar({ values, scale }: { values: Values | null; scale: number | null }) {
  const { t, i18n } = useTranslation();
  const picture = useLightbox((s) => s.picture);
  const busy = useLightbox((s) => s.busy);
  const saving = useLightbox((s) => s.saving);
  const pending = useLightbox((s) => s.header?.pending ?? none);
  const [waiting, setWaiting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaiting(busy), busy ? PATIENCE : 0);
    return () => clearTimeout(timer);
  }, [busy]);
  const percent = new Intl.NumberFormat(numberLocale(i18n.language), {
    style: 'percent',
    maximumFractionDigits: 0,
  });
  return (
    <Box
      sx={{
        gridArea: 'status',
        position: 'relative',
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        px: 1.5,
        bgcolor: 'room.panel',
        borderTop: 1,
        borderColor: 'divider',
        minWidth: 0,
      }}
    >
      {waiting && (
        <LinearProgress
          aria-label={t('lightbox.loading')}
          sx={{ position: 'absolute', top: -1, left: 0, right: 0, height: 2 }}
        />
      )}
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Readout values={values} />
      </Box>
      <Typography variant="caption" role="status" sx={{ color: 'text.secondary' }}>
        {pending.length > 0
          ? t('lightbox.atWork', { steps: pending.map((step) => t(`params.${step}.title`)).join(', ') })
          : saving
            ? t('lightbox.saving')
            : ''}
      </Typography>
      {picture && (
        <Typography variant="figure" noWrap sx={{ color: 'text.secondary' }}>
          {picture.w} × {picture.h}
        </Typography>
      )}
      <Typography variant="figure" sx={{ minWidth: 48, textAlign: 'right' }}>
        {scale ? percent.format(scale) : ''}
      </Typography>
    </Box>
  );
}
