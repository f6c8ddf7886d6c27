/** What the colours of a view mean: the mask, the evidence of each repaired pixel, how far things were changed, how sure colours are. */
import Close from '@mui/icons-material/Close';
import { Box, IconButton, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { evidenceColours } from '../../../app/contract/pixels.ts';
import { useLightbox, useSession } from '../context.ts';
import { showOf } from '../logic/compare.ts';
import { views, type View } from '../logic/state.ts';

const rgb = (c: readonly number[]): string => `rgb(${c.join(' ')})`;
const evidence = ['real', 'interpolated', 'invented'] as const;
const ramps: Record<Exclude<View, 'labels'>, string> = {
  damage: 'linear-gradient(90deg, rgba(235,40,30,.12), rgb(235 40 30))',
  changes: 'linear-gradient(90deg, #000, #fff)',
  confidence: 'linear-gradient(90deg, #000, #fff)',
};

export function Legend() {
  const { t } = useTranslation();
  const session = useSession();
  const shown = useLightbox((s) => showOf(s.tool, s.overlay));
  const view = views.find((v) => v === shown);
  if (!view) return null;
  return (
    <Box
      role="note"
      aria-label={t('lightbox.views.legend')}
      onPointerDown={(e) => e.stopPropagation()}
      sx={{
        position: 'absolute',
        left: 12,
        bottom: 12,
        maxWidth: 'min(420px, calc(100% - 24px))',
        pl: 1.5,
        pr: 0.5,
        py: 0.75,
        borderRadius: 1,
        bgcolor: 'room.scrim',
        color: 'room.onScrim',
        display: 'grid',
        gridTemplateColumns: '1fr auto',
        columnGap: 1,
      }}
    >
      <Typography variant="body2" sx={{ fontWeight: 600 }}>
        {t(`lightbox.views.${view}.title`)}
      </Typography>
      <IconButton
        aria-label={t('lightbox.views.close')}
        onMouseDown={(e) => e.preventDefault()}
        onClick={() => session.store.setState({ overlay: 'none' })}
        sx={{
          p: 0.25,
          color: 'room.onScrim',
          '&:hover': { color: 'room.onScrim', bgcolor: 'rgba(255,255,255,.16)' },
        }}
      >
        <Close sx={{ fontSize: 16 }} />
      </IconButton>
      {view === 'labels' ? (
        <Box
          component="ul"
          sx={{ gridColumn: '1 / -1', m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 0.25 }}
        >
          {evidence.map((kind) => (
            <Box
              component="li"
              key={kind}
              sx={{ display: 'flex', gap: 1, alignItems: 'baseline', fontSize: 12 }}
            >
              <Box
                sx={{
                  width: 12,
                  height: 12,
                  borderRadius: '3px',
                  flex: 'none',
                  alignSelf: 'center',
                  border: '1px solid #fff',
                }}
                style={{ background: rgb(evidenceColours[kind]) }}
              />
              <span>
                <strong>{t(`lightbox.views.labels.${kind}`)}</strong> {t(`lightbox.views.labels.${kind}Help`)}
              </span>
            </Box>
          ))}
        </Box>
      ) : (
        <Box sx={{ gridColumn: '1 / -1', display: 'flex', alignItems: 'center', gap: 1, fontSize: 12 }}>
          <span>{t(`lightbox.views.${view}.low`)}</span>
          <Box
            sx={{ width: 96, height: 10, borderRadius: '3px', border: '1px solid #fff', flex: 'none' }}
            style={{ background: ramps[view] }}
          />
          <span>{t(`lightbox.views.${view}.high`)}</span>
        </Box>
      )}
    </Box>
  );
}
