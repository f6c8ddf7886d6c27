/** Samples of a run, melodies to listen to or panels: what went in, what the network makes of it, what was right; a slider goes through time. */
import { Box, Slider, Switch, FormControlLabel, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { studioPicture, type StudioRun } from '../../app/contract/studio.ts';
import { sampleSteps } from './curves.ts';
import { MelodySamples } from './MelodySamples.tsx';
import { usePicture } from './usePicture.ts';

export function Samples({ run }: { run: StudioRun }) {
  const { t } = useTranslation();
  const steps = sampleSteps(run.samples);
  // null: always the newest.
  const [chosen, setChosen] = useState<number | null>(null);
  const at = chosen === null || !steps.includes(chosen) ? steps.length - 1 : steps.indexOf(chosen);
  const step = steps[at];
  // A stage writes its first sample under the step at which the one before ended.
  const version = run.samples.filter((s) => s === step).length;
  const sung = run.melodies.length > 0;
  const picture = usePicture(
    sung || step === undefined ? null : `${studioPicture.sample(run.id, step)}?${version}`,
  );
  const slider = steps.length > 1 && (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, px: 1 }}>
      <Slider
        value={at}
        min={0}
        max={steps.length - 1}
        step={1}
        marks={steps.length <= 24}
        onChange={(_, value) => setChosen(steps[value as number])}
        aria-label={t('studio.samples.when')}
        getAriaValueText={(value) => t('studio.samples.step', { step: steps[value] })}
      />
      <Typography
        variant="figure"
        color="textSecondary"
        sx={{ flexShrink: 0, minWidth: 92, textAlign: 'right' }}
      >
        {t('studio.samples.step', { step })}
      </Typography>
    </Box>
  );
  return (
    <Box component="section" aria-labelledby="studio-samples" sx={{ display: 'grid', gap: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
        <Typography id="studio-samples" variant="h3" sx={{ m: 0, flex: 1 }}>
          {t('studio.samples.title')}
        </Typography>
        {steps.length > 1 && (
          <FormControlLabel
            control={
              <Switch
                size="small"
                checked={chosen === null}
                onChange={(_, on) => setChosen(on ? null : step)}
              />
            }
            label={<Typography variant="body2">{t('studio.samples.follow')}</Typography>}
            sx={{ mr: 0 }}
          />
        )}
      </Box>
      {/* Lines of music are long: above them it is at hand. */}
      {sung && slider}
      {step === undefined ? (
        <Typography color="textSecondary" sx={{ py: 3, textAlign: 'center' }}>
          {run.settings.phase === 'critic'
            ? t('studio.samples.critic')
            : t(sung ? 'studio.melodies.none' : 'studio.samples.none')}
        </Typography>
      ) : sung ? (
        <MelodySamples run={run} step={step} version={version} onListen={() => setChosen(step)} />
      ) : (
        <Box sx={{ bgcolor: 'room.table', borderRadius: 1, p: 1.5 }}>
          <Box sx={{ maxWidth: 520, mx: 'auto' }}>
            <Box
              sx={{ display: 'grid', gridTemplateColumns: 'repeat(3, 1fr)', textAlign: 'center', mb: 0.75 }}
              aria-hidden
            >
              {(['input', 'output', 'truth'] as const).map((key) => (
                <Typography key={key} variant="label" component="div">
                  {t(`studio.samples.${key}`)}
                </Typography>
              ))}
            </Box>
            {picture && (
              <Box
                component="img"
                src={picture.url}
                data-step={step}
                alt={t('studio.samples.alt', { step })}
                sx={{ width: '100%', display: 'block', borderRadius: 0.5 }}
              />
            )}
          </Box>
        </Box>
      )}
      {!sung && slider}
    </Box>
  );
}
