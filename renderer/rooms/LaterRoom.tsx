/**
 * A room that is not furnished yet: says what will be there and what already works today. No control here
 * pretends to do something; the one button leads to a room that works.
 */
import CheckOutlined from '@mui/icons-material/CheckOutlined';
import { Box, Button, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { goTo } from '../store/app.ts';
import { ScoreDrawing } from './drawings.tsx';

const drawings = { score: ScoreDrawing };

export default function LaterRoom({ room }: { room: 'score' }) {
  const { t } = useTranslation();
  const Drawing = drawings[room];
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
          <Drawing />
        </Box>
        <Box>
          <Typography variant="h1" component="h2" sx={{ m: 0, fontSize: 28 }}>
            {t(`later.${room}.title`)}
          </Typography>
          <Typography color="textSecondary" sx={{ fontSize: 15, mt: 1.5 }}>
            {t(`later.${room}.text`)}
          </Typography>
          <Typography variant="label" component="h3" sx={{ mb: 1, mt: 3 }}>
            {t('later.will')}
          </Typography>
          <Box
            component="ul"
            sx={{ m: 0, pl: 2.5, display: 'grid', gap: 0.75, '& li::marker': { color: 'text.secondary' } }}
          >
            {(['a', 'b', 'c'] as const).map((key) => (
              <li key={key}>{t(`later.${room}.will.${key}`)}</li>
            ))}
          </Box>
          <Typography variant="label" component="h3" sx={{ mb: 1, mt: 3 }}>
            {t('later.today')}
          </Typography>
          <Box sx={{ display: 'flex', gap: 1.25 }}>
            <CheckOutlined sx={{ color: 'success.main', mt: '1px' }} />
            <Typography>{t(`later.${room}.today`)}</Typography>
          </Box>
          <Button variant="outlined" color="secondary" sx={{ mt: 3 }} onClick={() => goTo('library')}>
            {t('jobs.toLibrary')}
          </Button>
        </Box>
      </Box>
    </Box>
  );
}
