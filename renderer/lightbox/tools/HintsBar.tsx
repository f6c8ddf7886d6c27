/** The bar of the colour hints: what a click does, and how many there are. */
import { Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { useLightbox } from '../context.ts';
import { ToolBar } from './ToolBar.tsx';

export function HintsBar({ picking }: { picking: boolean }) {
  const { t } = useTranslation();
  const count = useLightbox((s) => s.recipe?.params.colour.hints.length ?? 0);
  return (
    <ToolBar
      title={t('lightbox.commands.hints')}
      hint={t(picking ? 'lightbox.hints.pickHint' : 'lightbox.hints.hint')}
    >
      <Typography variant="figure" aria-live="polite" sx={{ color: 'text.secondary' }}>
        {t('lightbox.hints.count', { count })}
      </Typography>
    </ToolBar>
  );
}
