/** Stars, keep and reject of the picture on the stage. */
import Check from '@mui/icons-material/Check';
import Close from '@mui/icons-material/Close';
import { Box, IconButton, Tooltip } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';
import { useKey } from './useKey.ts';
import { Stars } from '../../ui/Stars.tsx';

export function Judgement() {
  const { t } = useTranslation();
  const session = useSession();
  const item = useLightbox((s) => s.items[s.id]);
  const keys = { keep: useKey('keep'), reject: useKey('reject') };
  if (!item) return <Box sx={{ width: 160 }} />;
  const flag = (name: 'keep' | 'reject') => (
    <Tooltip title={`${t(`lightbox.commands.${name}`)} (${keys[name]})`}>
      <IconButton
        aria-label={t(`lightbox.commands.${name}`)}
        aria-pressed={item.flag === name}
        onMouseDown={(e) => e.preventDefault()}
        onClick={() => void session.patch([item.id], { flag: item.flag === name ? 'none' : name })}
        sx={{
          color: item.flag === name ? (name === 'keep' ? 'success.main' : 'error.main') : 'text.disabled',
        }}
      >
        {name === 'keep' ? <Check /> : <Close />}
      </IconButton>
    </Tooltip>
  );
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', flex: 'none' }}>
      <Stars
        size="small"
        name={`rating-${item.id}`}
        value={item.rating}
        aria-label={t('lightbox.rating')}
        onChange={(_, n) => void session.patch([item.id], { rating: n ?? 0 })}
        sx={{ color: 'text.primary', '& .MuiRating-iconEmpty': { color: 'text.disabled' } }}
      />
      {flag('keep')}
      {flag('reject')}
    </Box>
  );
}
