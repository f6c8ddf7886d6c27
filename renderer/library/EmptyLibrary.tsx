/** What is seen before anything was imported: what a negative, a print and a reel are, and one button. */
import Add from '@mui/icons-material/Add';
import { Box, Button, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { startImport } from './importing.ts';
import { NegativeDrawing, PrintDrawing, ReelDrawing } from './drawings.tsx';

const examples = [
  { id: 'negative', Drawing: NegativeDrawing },
  { id: 'print', Drawing: PrintDrawing },
  { id: 'reel', Drawing: ReelDrawing },
] as const;

export function EmptyLibrary() {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        height: '100%',
        overflow: 'auto',
        display: 'grid',
        placeContent: 'center',
        bgcolor: 'room.table',
        p: 4,
      }}
    >
      <Box
        sx={{ display: 'flex', flexDirection: 'column', alignItems: 'center', gap: 1, textAlign: 'center' }}
      >
        <Typography variant="h1" component="h2" sx={{ m: 0, fontSize: 28 }}>
          {t('empty.title')}
        </Typography>
        <Typography color="textSecondary" sx={{ maxWidth: 560, fontSize: 15 }}>
          {t('empty.text')}
        </Typography>
        <Box
          sx={{
            display: 'grid',
            gridTemplateColumns: { xs: '1fr', sm: 'repeat(3, clamp(200px, 20vw, 340px))' },
            gap: 3,
            my: 4,
          }}
        >
          {examples.map(({ id, Drawing }) => (
            <Box key={id} sx={{ display: 'flex', flexDirection: 'column', gap: 0.75, alignItems: 'center' }}>
              <Box sx={{ width: '100%', aspectRatio: '4 / 3', mb: 0.5 }}>
                <Drawing />
              </Box>
              <Typography variant="h3" component="h3" sx={{ m: 0 }}>
                {t(`empty.${id}.title`)}
              </Typography>
              <Typography variant="body2" color="textSecondary" sx={{ maxWidth: 240 }}>
                {t(`empty.${id}.text`)}
              </Typography>
            </Box>
          ))}
        </Box>
        <Button variant="contained" size="large" startIcon={<Add />} onClick={() => startImport()}>
          {t('empty.button')}
        </Button>
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
          {t('empty.drop')}
        </Typography>
      </Box>
    </Box>
  );
}
