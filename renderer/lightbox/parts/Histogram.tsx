/** Red, green and blue counts of what is shown, overlaid, with clipping lamps in the corners. */
import { Box, ButtonBase, Tooltip, Typography, useTheme } from '@mui/material';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { numberLocale } from '../../format.ts';
import { useLightbox, useSession } from '../context.ts';
import { histogramHeights, histogramPath, histogramRange } from '../logic/histogram.ts';

const W = 256;
const H = 84;
/** Chosen so that all three laid over each other make a neutral grey. */
const colours = ['#d64a4a', '#46cd46', '#466ed7'];

function Lamp({ share, side }: { share: number; side: 'black' | 'white' }) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const overlay = useLightbox((s) => s.overlay);
  const percent = new Intl.NumberFormat(numberLocale(i18n.language), {
    style: 'percent',
    maximumFractionDigits: share < 0.01 ? 2 : 1,
  }).format(share);
  const label = t(`lightbox.histogram.${side}`, { percent });
  return (
    <Tooltip title={label}>
      <ButtonBase
        aria-label={label}
        aria-pressed={overlay === 'clipping'}
        onClick={() => session.store.setState({ overlay: overlay === 'clipping' ? 'none' : 'clipping' })}
        sx={{
          position: 'absolute',
          top: 2,
          [side === 'black' ? 'left' : 'right']: 2,
          width: 24,
          height: 24,
          borderRadius: 0.5,
        }}
      >
        <Box
          sx={{
            width: 10,
            height: 10,
            borderRadius: '50%',
            border: 1,
            borderColor: 'room.lineStrong',
            bgcolor: share > 0.0005 ? 'primary.main' : 'transparent',
          }}
        />
      </ButtonBase>
    </Tooltip>
  );
}

export function Histogram() {
  const { t } = useTranslation();
  const header = useLightbox((s) => s.header);
  const theme = useTheme();
  const paths = useMemo(
    () => (header ? histogramHeights(header.histogram).map((h) => histogramPath(h, W, H)) : null),
    [header],
  );
  const range = header ? histogramRange(header.histogram) : null;
  return (
    <Box sx={{ position: 'relative', bgcolor: 'room.table', borderRadius: 1, height: H }}>
      <Box
        component="svg"
        viewBox={`0 0 ${W} ${H}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={
          range
            ? t('lightbox.histogram.name', { from: range.from, to: range.to })
            : t('lightbox.histogram.empty')
        }
        sx={{ width: '100%', height: '100%', display: 'block', isolation: 'isolate' }}
      >
        {[1, 2, 3].map((i) => (
          <line
            key={i}
            x1={(i * W) / 4}
            x2={(i * W) / 4}
            y1={0}
            y2={H}
            stroke={theme.palette.room.line}
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {paths?.map((d, i) => (
          <path
            key={colours[i]}
            d={d}
            fill={colours[i]}
            fillOpacity={0.85}
            style={{ mixBlendMode: theme.palette.mode === 'dark' ? 'screen' : 'multiply' }}
          />
        ))}
      </Box>
      {header ? (
        <>
          <Lamp side="black" share={header.clippedBlack} />
          <Lamp side="white" share={header.clippedWhite} />
        </>
      ) : (
        <Typography
          variant="caption"
          sx={{
            position: 'absolute',
            inset: 0,
            display: 'grid',
            placeItems: 'center',
            color: 'text.secondary',
          }}
        >
          {t('lightbox.histogram.empty')}
        </Typography>
      )}
    </Box>
  );
}
