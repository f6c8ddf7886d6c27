/** What can be done to a negative once it is developed: folded, and unfolded by itself where something of it is on. */
import ExpandMore from '@mui/icons-material/ExpandMore';
import { Box, ButtonBase, Collapse, Typography } from '@mui/material';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Card } from '../logic/controls.ts';
import { StepCard } from './StepCard.tsx';

/** Once folded or unfolded by hand it stays so, from picture to picture. */
let wished: boolean | null = null;

export function AfterCards({ cards }: { cards: readonly Card[] }) {
  const { t } = useTranslation();
  const [hand, setHand] = useState(wished);
  const bodyId = useId();
  const on = cards.filter((card) => card.on);
  const open = hand ?? on.length > 0;
  return (
    <Box component="section" aria-label={t('lightbox.after.title')}>
      <ButtonBase
        aria-expanded={open}
        aria-controls={bodyId}
        onClick={() => {
          wished = !open;
          setHand(!open);
        }}
        sx={{
          width: '100%',
          minHeight: 44,
          pl: 1,
          pr: 1.5,
          gap: 0.5,
          justifyContent: 'flex-start',
          textAlign: 'left',
          borderTop: 1,
          borderColor: 'divider',
          '&:hover': { bgcolor: 'room.hover' },
          '&.Mui-focusVisible': { outlineOffset: -2 },
        }}
      >
        <ExpandMore
          sx={{
            color: 'text.secondary',
            transform: open ? 'none' : 'rotate(-90deg)',
            transition: 'transform 120ms',
          }}
        />
        <Box sx={{ minWidth: 0, py: 0.75 }}>
          <Typography variant="h4" component="h3" sx={{ fontSize: 13 }}>
            {t('lightbox.after.title')}
          </Typography>
          <Typography variant="caption" component="p" noWrap sx={{ color: 'text.secondary' }}>
            {on.length > 0 ? on.map((card) => t(card.titleKey)).join(', ') : t('lightbox.after.nothing')}
          </Typography>
        </Box>
      </ButtonBase>
      <Collapse in={open} timeout={120} id={bodyId} unmountOnExit>
        {cards.map((card) => (
          <StepCard key={card.id} card={card} />
        ))}
      </Collapse>
    </Box>
  );
}
