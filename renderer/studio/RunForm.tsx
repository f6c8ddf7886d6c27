/** A new run: what is trained, from where, on what, for how long. What few people need is folded under "More". */
import ExpandMore from '@mui/icons-material/ExpandMore';
import PlayArrow from '@mui/icons-material/PlayArrow';
import {
  Alert,
  Box,
  Button,
  Collapse,
  MenuItem,
  Radio,
  RadioGroup,
  TextField,
  Typography,
} from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunSettings, StudioNetwork } from '../../app/contract/studio.ts';
import { startRun } from './actions.ts';
import {
  criticsOf,
  encoderChoice,
  encoderChoices,
  encoderSettings,
  fixedSizes,
  networksFor,
  proposed,
  readMinutes,
  readRate,
  readSeed,
  startsOf,
  type EncoderChoice,
} from './settings.ts';
import { makeDataset, setDraft, shownDataset, showDataset, useStudio } from './store.ts';
import { numberLocales } from './figures.ts';

function NetworkChoice({ networks, value }: { networks: readonly StudioNetwork[]; value: string }) {
  const { t } = useTranslation();
  return (
    <RadioGroup
      value={value}
      onChange={(_, name) =>
        setDraft({
          network: name as RunSettings['network'],
          width: undefined,
          start: undefined,
          critic: undefined,
          freeze: undefined,
        })
      }
      aria-label={t('studio.form.network')}
      sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(264px, 1fr))', gap: 1 }}
    >
      {networks.map((network) => (
        <Box
          key={network.name}
          component="label"
          sx={{
            display: 'flex',
            gap: 0.5,
            p: 1,
            cursor: 'pointer',
            border: 1,
            borderRadius: 1,
            borderColor: network.name === value ? 'primary.main' : 'room.line',
            bgcolor: network.name === value ? 'room.raised' : 'room.panel',
            '&:hover': { bgcolor: 'room.raised' },
          }}
        >
          <Radio
            value={network.name}
            size="small"
            sx={{ p: 0.25, alignSelf: 'flex-start' }}
            slotProps={{ input: { 'aria-label': t(`studio.network.${network.name}.name`) } }}
          />
          <Box>
            <Typography variant="h4" component="div">
              {t(`studio.network.${network.name}.name`)}
            </Typography>
            <Typography variant="caption" color="textSecondary" component="div">
              {t(`studio.network.${network.name}.task`)}
            </Typography>
          </Box>
        </Box>
      ))}
    </RadioGroup>
  );
}

export function RunForm() {
  const { t, i18n } = useTranslation();
  const draft = useStudio((s) => s.draft);
  const networks = useStudio((s) => s.networks);
  const datasets = useStudio((s) => s.datasets);
  const dataset = useStudio(shownDataset);
  const [minutesText, setMinutesText] = useState(() => String(draft.minutes ?? 60));
  const [seedText, setSeedText] = useState(() => String(draft.seed ?? 1));
  const [rateText, setRateText] = useState(() => String(draft.rate ?? 1));
  const [more, setMore] = useState(false);
  const [starting, setStarting] = useState(false);
  const settings = proposed(draft, networks, dataset);
  if (!settings) return null;
  const network = networks.find((n) => n.name === settings.network)!;
  const sung = dataset?.kind === 'melodies';
  const minutes = readMinutes(minutesText);
  const seed = readSeed(seedText);
  const rate = readRate(rateText);
  const ready = datasets.filter((d) => d.state === 'ready');
  const able = dataset?.state === 'ready' && minutes !== null && seed !== null && rate !== null;
  const compact = new Intl.NumberFormat(numberLocales(i18n.language), {
    notation: 'compact',
    maximumSignificantDigits: 3,
  });
  const start = async () => {
    if (!able || minutes === null || seed === null || rate === null) return;
    setStarting(true);
    await startRun({ ...settings, minutes, seed, rate });
    setStarting(false);
  };
  return (
    <Box
      component="form"
      aria-label={t('studio.form.title')}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
      sx={{ display: 'grid', gap: 2.25, maxWidth: 760 }}
    >
      <Box>
        <Typography variant="h2" sx={{ m: 0 }}>
          {t('studio.form.title')}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {t('studio.form.text')}
        </Typography>
      </Box>
      {ready.length === 0 ? (
        <Alert
          severity="info"
          action={
            dataset?.state === 'building' ? undefined : (
              <Button color="secondary" variant="outlined" onClick={() => makeDataset()}>
                {t('studio.dataset.new')}
              </Button>
            )
          }
        >
          {dataset?.state === 'building' ? t('studio.form.building') : t('studio.form.noDataset')}
        </Alert>
      ) : (
        <TextField
          select
          label={t('studio.form.dataset')}
          value={ready.some((d) => d.id === dataset?.id) ? dataset?.id : ''}
          onChange={(event) => showDataset(event.target.value)}
        >
          {ready.map((d) => (
            <MenuItem key={d.id} value={d.id}>
              {d.name} · {t(`studio.dataset.${d.kind}`, { count: d.train + d.test })}
            </MenuItem>
          ))}
        </TextField>
      )}
      <Box>
        <Typography variant="label" component="h3" sx={{ mt: 0, mb: 0.75 }}>
          {t('studio.form.network')}
        </Typography>
        <NetworkChoice networks={networksFor(networks, dataset)} value={settings.network} />
      </Box>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(264px, 1fr))', gap: 2 }}>
        <TextField
          select
          label={t('studio.form.width')}
          value={settings.width}
          onChange={(event) => setDraft({ width: event.target.value as RunSettings['width'] })}
          helperText={t('studio.form.widthHelp')}
        >
          {network.widths.map(({ width, parameters }) => (
            <MenuItem key={width} value={width}>
              {t(`studio.width.${width}`)} · {t('studio.form.parameters', { n: compact.format(parameters) })}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          label={t('studio.form.start')}
          value={settings.start ?? ''}
          onChange={(event) => setDraft({ start: event.target.value || null })}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          helperText={
            settings.start !== null
              ? t('studio.form.startHelp')
              : t(sung ? 'studio.melodies.nothingHelp' : 'studio.form.nothingHelp')
          }
        >
          <MenuItem value="">{t('studio.form.nothing')}</MenuItem>
          {startsOf(network, settings.width).map(({ model, label }) => (
            <MenuItem key={model} value={model}>
              {model === 'shipped' ? t('studio.form.shipped') : t('studio.form.pastRun', { name: label })}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          label={t('studio.form.phase')}
          value={settings.phase}
          onChange={(event) => setDraft({ phase: event.target.value as RunSettings['phase'] })}
          helperText={
            sung
              ? t(`studio.melodies.phase.${settings.phase}.help`)
              : t(`studio.phase.${settings.phase}.help`)
          }
        >
          {network.phases.map((phase) => (
            <MenuItem key={phase} value={phase}>
              {t(`studio.phase.${phase}.name`)}
            </MenuItem>
          ))}
        </TextField>
        {settings.phase !== 'generator' && (
          <TextField
            select
            label={t('studio.form.critic')}
            value={settings.critic ?? ''}
            onChange={(event) => setDraft({ critic: event.target.value || null })}
            slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
            helperText={t('studio.form.criticHelp')}
          >
            <MenuItem value="">{t('studio.form.criticFresh')}</MenuItem>
            {criticsOf(network, settings.width).map(({ run }) => (
              <MenuItem key={run} value={run}>
                {t('studio.form.criticOf', { name: run })}
              </MenuItem>
            ))}
          </TextField>
        )}
        <TextField
          label={t('studio.form.minutes')}
          value={minutesText}
          error={minutes === null}
          helperText={minutes === null ? t('studio.form.minutesBad') : t('studio.form.minutesHelp')}
          onChange={(event) => {
            setMinutesText(event.target.value);
            const read = readMinutes(event.target.value);
            if (read !== null) setDraft({ minutes: read });
          }}
          slotProps={{ htmlInput: { inputMode: 'decimal' } }}
        />
      </Box>
      {network.freezable && (
        <TextField
          select
          label={t('studio.form.encoder')}
          value={encoderChoice(settings)}
          onChange={(event) => setDraft(encoderSettings[event.target.value as EncoderChoice])}
          helperText={t(`studio.encoder.${encoderChoice(settings)}.help`)}
        >
          {encoderChoices.map((choice) => (
            <MenuItem key={choice} value={choice}>
              {t(`studio.encoder.${choice}.name`)}
            </MenuItem>
          ))}
        </TextField>
      )}
      <Box>
        <Button
          variant="text"
          color="secondary"
          aria-expanded={more}
          onClick={() => setMore(!more)}
          endIcon={<ExpandMore sx={{ transform: more ? 'rotate(180deg)' : 'none' }} />}
          sx={{ ml: -1.5 }}
        >
          {t('studio.form.more')}
        </Button>
        <Collapse in={more} unmountOnExit>
          <Box
            sx={{
              display: 'grid',
              gridTemplateColumns: 'repeat(auto-fit, minmax(264px, 1fr))',
              gap: 2,
              pt: 1.5,
            }}
          >
            {!sung && (
              <TextField
                select
                label={t('studio.form.size')}
                value={settings.size ?? 0}
                onChange={(event) => setDraft({ size: Number(event.target.value) || null })}
                helperText={t('studio.form.sizeHelp')}
              >
                <MenuItem value={0}>{t('studio.form.growing')}</MenuItem>
                {fixedSizes.map((size) => (
                  <MenuItem key={size} value={size}>
                    {size} px
                  </MenuItem>
                ))}
              </TextField>
            )}
            <TextField
              label={t('studio.form.rate')}
              value={rateText}
              error={rate === null}
              helperText={rate === null ? t('studio.form.rateBad') : t('studio.form.rateHelp')}
              onChange={(event) => {
                setRateText(event.target.value);
                const read = readRate(event.target.value);
                if (read !== null) setDraft({ rate: read });
              }}
              slotProps={{ htmlInput: { inputMode: 'decimal' } }}
            />
            <TextField
              label={t('studio.form.seed')}
              value={seedText}
              error={seed === null}
              helperText={seed === null ? t('studio.form.seedBad') : t('studio.form.seedHelp')}
              onChange={(event) => {
                setSeedText(event.target.value);
                const read = readSeed(event.target.value);
                if (read !== null) setDraft({ seed: read });
              }}
              slotProps={{ htmlInput: { inputMode: 'numeric' } }}
            />
          </Box>
        </Collapse>
      </Box>
      <Button
        type="submit"
        variant="contained"
        size="large"
        startIcon={<PlayArrow />}
        disabled={!able || starting}
        sx={{ justifySelf: 'start' }}
      >
        {t('studio.form.go')}
      </Button>
    </Box>
  );
}
