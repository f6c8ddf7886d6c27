/** The Studio before anything was trained: what it means, in three steps, and one button. */
import { Box, Button, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { StudioDrawing } from '../rooms/drawings.tsx';
import { makeDataset } from './store.ts';

export function Welcome() {
  const { t } = useTranslation();
  return (
    <Box
      sx={{ height: '100%', overflowY: 'auto', display: 'grid', alignItems: 'center', bgcolor: 'room.table' }}
    >
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: { xs: '1fr', md: 'minmax(340px, 1fr) minmax(380px, 520px)' },
          gap: { xs: 3, md: 8 },
          alignItems: 'center',
          maxWidth: 1240,
          mx: 'auto',
          p: 5,
          width: '100%',
          boxSizing: 'border-box',
        }}
      >
        <Box sx={{ aspectRatio: '4 / 3', maxHeight: '62vh', width: '100%' }}>
          <StudioDrawing />
        </Box>
        <Box>
          <Typography variant="h1" component="h2" sx={{ m: 0, fontSize: 28 }}>
            {t('studio.welcome.title')}
          </Typography>
          <Typography color="textSecondary" sx={{ fontSize: 15, mt: 1.5 }}>
            {t('studio.welcome.text')}
          </Typography>
          <Box component="ol" sx={{ m: 0, mt: 3, p: 0, listStyle: 'none', display: 'grid', gap: 1.75 }}>
            {(['a', 'b', 'c'] as const).map((key, k) => (
              <Box component="li" key={key} sx={{ display: 'flex', gap: 1.75 }}>
                <Typography
                  sx={{
                    typography: 'figure',
                    fontSize: 20,
                    fontWeight: 600,
                    color: 'primary.main',
                    width: 14,
                  }}
                >
                  {k + 1}
                </Typography>
                <Box>
                  <Typography variant="h4" component="h3" sx={{ m: 0 }}>
                    {t(`studio.welcome.${key}.title`)}
                  </Typography>
                  <Typography variant="body2" color="textSecondary">
                    {t(`studio.welcome.${key}.text`)}
                  </Typography>
                </Box>
              </Box>
            ))}
          </Box>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, mt: 3.5, flexWrap: 'wrap' }}>
            <Button variant="contained" size="large" onClick={() => makeDataset()}>
              {t('studio.welcome.button')}
            </Button>
            <Button
              variant="outlined"
              color="secondary"
              size="large"
              onClick={() => makeDataset({ kind: 'melodies' })}
            >
              {t('studio.welcome.melodies')}
            </Button>
            <Typography variant="body2" color="textSecondary">
              {t('studio.welcome.drop')}
            </Typography>
          </Box>
        </Box>
      </Box>
    </Box>
  );
}
