/** One recipe step: title, switch, reset, its rows, and the rarely needed ones folded away. */
import ExpandMore from '@mui/icons-material/ExpandMore';
import RestartAlt from '@mui/icons-material/RestartAlt';
import { Box, Button, Collapse, IconButton, Switch, Tooltip, Typography } from '@mui/material';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { allSteps } from '../../../app/recipe/develop.ts';
import { useSession } from '../context.ts';
import { resetStep, type Card } from '../logic/controls.ts';
import { ParamRow } from './ParamRow.tsx';

/** Steps that the automatic usually settles start folded; what a person folds stays so from picture to picture. */
const quiet = new Set(['dust']);
const unfolded = new Map<string, boolean>();

export function StepCard({ card, children }: { card: Card; children?: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const [open, setOpen] = useState(() => unfolded.get(card.id) ?? !quiet.has(card.id));
  const [advanced, setAdvanced] = useState(false);
  const titleId = useId();
  const bodyId = useId();
  const title = t(card.titleKey);
  const reset = () => {
    const { recipe } = session.store.getState();
    if (recipe) session.apply(resetStep(allSteps, recipe, card.id), `reset:${card.id}`);
  };
  return (
    <Box
      component="section"
      aria-labelledby={titleId}
      data-step={card.id}
      sx={{ borderTop: 1, borderColor: 'divider' }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', minHeight: 38, pl: 1, pr: 1.5 }}>
        <IconButton
          aria-label={t(open ? 'lightbox.fold' : 'lightbox.unfold', { name: title })}
          aria-expanded={open}
          aria-controls={bodyId}
          onClick={() => {
            unfolded.set(card.id, !open);
            setOpen(!open);
          }}
          sx={{ p: 0.25 }}
        >
          <ExpandMore sx={{ transform: open ? 'none' : 'rotate(-90deg)', transition: 'transform 120ms' }} />
        </IconButton>
        <Typography id={titleId} variant="h4" component="h3" sx={{ flex: 1, fontSize: 13, ml: 0.25 }}>
          {title}
        </Typography>
        {card.changed && (
          <Tooltip title={t('lightbox.resetStep', { step: title })}>
            <IconButton aria-label={t('lightbox.resetStep', { step: title })} onClick={reset} sx={{ p: 0.5 }}>
              <RestartAlt />
            </IconButton>
          </Tooltip>
        )}
        {card.switchable && (
          <Switch
            size="small"
            checked={card.on}
            onChange={(_, on) => session.set(card.id, 'on', on)}
            slotProps={{ input: { 'aria-label': t('lightbox.switchStep', { step: title }) } }}
          />
        )}
      </Box>
      <Collapse in={open} timeout={120} id={bodyId}>
        <Box sx={{ pl: 1, pr: 1.5, pb: 1.25 }}>
          {card.controls.map((c) => (
            <ParamRow key={c.spec.key} control={c} disabled={!card.on} />
          ))}
          {children}
          {card.advanced.length > 0 && (
            <>
              <Button
                color="secondary"
                variant="text"
                aria-expanded={advanced}
                onClick={() => setAdvanced(!advanced)}
                endIcon={
                  <ExpandMore
                    sx={{ transform: advanced ? 'rotate(180deg)' : 'none', transition: 'transform 120ms' }}
                  />
                }
                sx={{ minHeight: 26, py: 0, px: 0.75, ml: 2, fontSize: 12, color: 'text.secondary' }}
              >
                {t('lightbox.advanced')}
                {card.advanced.some((c) => c.changed) ? ' •' : ''}
              </Button>
              <Collapse in={advanced} timeout={120} unmountOnExit>
                {card.advanced.map((c) => (
                  <ParamRow key={c.spec.key} control={c} disabled={!card.on} />
                ))}
              </Collapse>
            </>
          )}
        </Box>
      </Collapse>
    </Box>
  );
}
