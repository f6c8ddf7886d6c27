/** Densities under the cursor, asked for at most once at a time: scan, density over base, and the result. */
import { Box, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { numberLocale } from '../../format.ts';
import type { Readout as Values } from './useReadout.ts';

function Triple({ name, values, digits }: { name: string; values: readonly number[]; digits: number }) {
  const { i18n } = useTranslation();
  const format = new Intl.NumberFormat(numberLocale(i18n.language), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (
    <Box component="span" sx={{ display: 'inline-flex', gap: 0.75, alignItems: 'baseline' }}>
      <Typography component="span" variant="caption" sx={{ color: 'text.secondary' }}>
        {name}
      </Typography>
      {values.map((v, i) => (
        <Typography
          key={i}
          component="span"
          variant="figure"
          sx={{ minWidth: digits ? 36 : 26, textAlign: 'right' }}
        >
          {format.format(v)}
        </Typography>
      ))}
    </Box>
  );
}

export function Readout({ values }: { values: Values | null }) {
  const { t } = useTranslation();
  if (!values)
    return (
      <Typography variant="caption" noWrap sx={{ color: 'text.secondary' }}>
        {t('lightbox.readout.empty')}
      </Typography>
    );
  return (
    <Box sx={{ display: 'flex', gap: 2.5, whiteSpace: 'nowrap', overflow: 'hidden' }}>
      <Triple name={t('lightbox.readout.density')} values={values.density} digits={2} />
      <Triple name={t('lightbox.readout.scan')} values={values.scan.map((v) => v * 100)} digits={1} />
      <Triple name={t('lightbox.readout.output')} values={values.output} digits={0} />
    </Box>
  );
}
