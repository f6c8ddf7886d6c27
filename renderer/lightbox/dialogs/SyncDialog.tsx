/** Which parameters of this picture go to which others: a tick per step and per parameter, and the target. */
import {
  Box,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControlLabel,
  Radio,
  RadioGroup,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLightbox, useSession } from '../context.ts';
import { syncTo } from '../logic/roll.ts';
import { stepsFor } from '../logic/cards.ts';
import { rollMembers } from '../logic/members.ts';
import { presetTicks, stepTick, syncKeys, tickStep, type Ticks } from '../logic/sync.ts';

type Target = 'selection' | 'roll' | 'all';
const presets = ['roll', 'changed', 'all', 'none'] as const;

export function SyncDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const session = useSession();
  const recipe = useLightbox((s) => s.recipe);
  const group = useLightbox((s) => s.group);
  const id = useLightbox((s) => s.id);
  const ids = useLightbox((s) => s.ids);
  const selection = useLightbox((s) => s.selection);
  const kind = useLightbox((s) => s.items[s.id]?.kind ?? null);
  const shown = stepsFor(kind);
  const steps = [...shown.main, ...shown.after];
  const chosen = selection.filter((s) => s !== id);
  // An album is to its prints what a roll is to its frames.
  const roll = group && group.kind !== 'reel' ? group : null;
  const [ticks, setTicks] = useState<Ticks>(() => (recipe ? presetTicks(steps, recipe, 'roll') : {}));
  const [target, setTarget] = useState<Target>(chosen.length > 0 ? 'selection' : roll ? 'roll' : 'all');
  const [busy, setBusy] = useState(false);
  if (!recipe) return null;
  const keys = syncKeys(steps, ticks);
  const go = async () => {
    setBusy(true);
    try {
      const to =
        target === 'selection'
          ? chosen
          : target === 'all'
            ? ids
            : roll
              ? await rollMembers(session.client, roll.id)
              : [];
      if ((await syncTo(session, to, keys, t)) !== null) onClose();
    } catch (error) {
      session.fail(error);
    } finally {
      setBusy(false);
    }
  };
  const row = { m: 0, '& .MuiCheckbox-root': { p: 0.4 }, '& .MuiTypography-root': { fontSize: 13 } } as const;
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth aria-labelledby="sync-title">
      <DialogTitle id="sync-title">{t('lightbox.sync.title')}</DialogTitle>
      <DialogContent>
        <Box sx={{ display: 'flex', gap: 1, mb: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
          {presets.map((p) => (
            <Button
              key={p}
              color="secondary"
              variant="outlined"
              onClick={() => setTicks(presetTicks(steps, recipe, p))}
            >
              {t(`lightbox.sync.presets.${p}`)}
            </Button>
          ))}
        </Box>
        <Box sx={{ columns: { xs: 1, sm: 2, md: 3 }, columnGap: 3 }}>
          {steps.map((step) => {
            const state = stepTick(step, ticks);
            return (
              <Box
                key={step.id}
                component="fieldset"
                sx={{ border: 0, m: 0, mb: 2, p: 0, breakInside: 'avoid' }}
              >
                <FormControlLabel
                  sx={{ ...row, '& .MuiTypography-root': { fontSize: 13, fontWeight: 600 } }}
                  control={
                    <Checkbox
                      checked={state === 'all'}
                      indeterminate={state === 'some'}
                      onChange={() => setTicks(tickStep(step, ticks, state !== 'all'))}
                    />
                  }
                  label={t(`params.${step.id}.title`)}
                />
                <Box sx={{ pl: 2.5, display: 'flex', flexDirection: 'column' }}>
                  {step.switchable && (
                    <FormControlLabel
                      sx={row}
                      control={
                        <Checkbox
                          checked={ticks[`${step.id}.on`] ?? false}
                          onChange={(_, on) => setTicks({ ...ticks, [`${step.id}.on`]: on })}
                        />
                      }
                      label={t('lightbox.sync.switch')}
                    />
                  )}
                  {step.params.map((p) => {
                    const key = `${step.id}.${p.key}`;
                    return (
                      <FormControlLabel
                        key={key}
                        sx={row}
                        control={
                          <Checkbox
                            checked={ticks[key] ?? false}
                            onChange={(_, on) => setTicks({ ...ticks, [key]: on })}
                          />
                        }
                        label={t(`params.${step.id}.${p.key}.label`)}
                      />
                    );
                  })}
                </Box>
              </Box>
            );
          })}
        </Box>
        <Typography variant="label" component="h3" id="sync-target" sx={{ mt: 1, mb: 0.5 }}>
          {t('lightbox.sync.target')}
        </Typography>
        <RadioGroup
          row
          aria-labelledby="sync-target"
          value={target}
          onChange={(_, v) => setTarget(v as Target)}
        >
          <FormControlLabel
            value="selection"
            disabled={chosen.length === 0}
            control={<Radio size="small" />}
            label={t('lightbox.sync.selection', { count: chosen.length })}
          />
          <FormControlLabel
            value="roll"
            disabled={!roll}
            control={<Radio size="small" />}
            label={
              roll
                ? t('lightbox.sync.roll', { roll: roll.name, count: roll.count })
                : t('lightbox.sync.noRoll')
            }
          />
          <FormControlLabel
            value="all"
            control={<Radio size="small" />}
            label={t('lightbox.sync.all', { count: ids.length })}
          />
        </RadioGroup>
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={onClose}>
          {t('lightbox.tools.cancel')}
        </Button>
        <Button variant="contained" disabled={busy || keys.length === 0} onClick={() => void go()}>
          {t('lightbox.sync.go')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
