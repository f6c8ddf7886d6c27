/** What the automatic found and decided, and why: film, base with its source, warnings, infrared; and the button that takes its proposal. */
import AutoFixHigh from '@mui/icons-material/AutoFixHigh';
import ExpandMore from '@mui/icons-material/ExpandMore';
import WarningAmber from '@mui/icons-material/WarningAmber';
import { Alert, Box, Button, Collapse, Skeleton, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { numberLocale } from '../../format.ts';
import { isPrint } from '../../../app/recipe/wanted.ts';
import { useSaid } from '../../i18n/said.ts';
import { useLightbox, useSession } from '../context.ts';
import { baseDensity, swatchColour } from '../logic/swatch.ts';
import { useKey } from '../parts/useKey.ts';

const none: readonly string[] = [];

export function AutoCard({ onAuto }: { onAuto(): void }) {
  const { t, i18n } = useTranslation();
  const said = useSaid();
  const session = useSession();
  const auto = useLightbox((s) => s.auto);
  const error = useLightbox((s) => s.autoError);
  const item = useLightbox((s) => s.items[s.id]);
  const restoring = useLightbox((s) => s.header?.warnings ?? none);
  const key = useKey('auto');
  const [all, setAll] = useState(false);
  const number = new Intl.NumberFormat(numberLocale(i18n.language), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  // A print has no film base and no infrared; what Auto does to it does not hang on the develop.
  const print = item !== undefined && isPrint(item.kind);
  const reasons = print
    ? item.kindReasons
    : auto
      ? [...auto.reasons, ...(auto.infrared ? [auto.infrared.reason] : [])]
      : [];
  return (
    <Box
      component="section"
      aria-label={t(print ? 'lightbox.auto.titlePrint' : 'lightbox.auto.title')}
      sx={{ px: 1.5, py: 1.25 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h4" component="h3" noWrap sx={{ fontSize: 13 }}>
            {item ? t(`lightbox.kinds.${item.kind}`) : '\u00a0'}
          </Typography>
          <Typography
            variant="caption"
            noWrap={!print}
            component="p"
            sx={{ color: 'text.secondary', textWrap: 'pretty' }}
          >
            {print
              ? t('lightbox.auto.printHelp')
              : auto
                ? t(`params.film.film.options.${auto.film}`)
                : '\u00a0'}
          </Typography>
        </Box>
        <Button
          variant="contained"
          startIcon={<AutoFixHigh />}
          disabled={!auto && !print}
          onClick={onAuto}
          title={key ? `${t('lightbox.commands.auto')} (${key})` : undefined}
        >
          {t('lightbox.auto.button')}
        </Button>
      </Box>
      {!auto && !error && !print && <Skeleton variant="rounded" height={40} sx={{ mt: 1 }} />}
      {error && !print && (
        <Alert
          severity="error"
          sx={{ mt: 1 }}
          action={<Button onClick={() => void session.refreshAuto()}>{t('lightbox.retry')}</Button>}
        >
          {error}
        </Alert>
      )}
      {(auto || print) && (
        <>
          {auto && !print && (
            <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 1 }}>
              <Box
                role="img"
                aria-label={t('lightbox.auto.swatch')}
                sx={{
                  width: 34,
                  height: 34,
                  flex: 'none',
                  borderRadius: 0.75,
                  border: 1,
                  borderColor: 'room.lineStrong',
                }}
                style={{ background: swatchColour(auto.base) }}
              />
              <Box sx={{ minWidth: 0 }}>
                <Typography variant="body2" sx={{ fontSize: 12.5 }}>
                  {t('lightbox.auto.base')} ·{' '}
                  {t(`lightbox.auto.source.${auto.baseSource}`, { defaultValue: auto.baseSource })}
                </Typography>
                <Typography variant="figure" component="p" sx={{ fontSize: 12, color: 'text.secondary' }}>
                  D{' '}
                  {baseDensity(auto.base)
                    .map((d) => number.format(d))
                    .join(' · ')}
                </Typography>
              </Box>
            </Box>
          )}
          {[...new Set([...(auto?.warnings ?? []), ...restoring])].map((w) => (
            <Box
              key={w}
              role="note"
              sx={{ display: 'flex', gap: 0.75, mt: 0.75, fontSize: 12, color: 'warning.main' }}
            >
              <WarningAmber sx={{ fontSize: 16, mt: '1px' }} />
              <span>{said(w)}</span>
            </Box>
          ))}
          {reasons.length > 0 && (
            <Button
              color="secondary"
              variant="text"
              aria-expanded={all}
              onClick={() => setAll(!all)}
              endIcon={<ExpandMore sx={{ transform: all ? 'rotate(180deg)' : 'none' }} />}
              sx={{
                minHeight: 24,
                py: 0,
                px: 0.75,
                ml: -0.75,
                mt: 0.5,
                fontSize: 12,
                color: 'text.secondary',
              }}
            >
              {t('lightbox.auto.why', { count: reasons.length })}
            </Button>
          )}
          <Collapse in={all} timeout={120}>
            <Box
              component="ul"
              sx={{ m: 0, mt: 1, pl: 2, color: 'text.secondary', fontSize: 12, lineHeight: 1.45 }}
            >
              {reasons.map((r) => (
                <li key={r}>{said(r)}</li>
              ))}
            </Box>
          </Collapse>
        </>
      )}
    </Box>
  );
}
