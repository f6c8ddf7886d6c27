/** A run: how it stands, what can be done with it, its curves, samples and diary. */
import Pause from '@mui/icons-material/Pause';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Stop from '@mui/icons-material/Stop';
import { Alert, Box, Button, LinearProgress, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { isMelodyNetwork, type StudioRun } from '../../app/contract/studio.ts';
import { duration, fileSize } from '../format.ts';
import { useSaid } from '../i18n/said.ts';
import { pauseRun, resumeRun, stopRun } from './actions.ts';
import { ContinueButton } from './ContinueButton.tsx';
import { CurvesPanel } from './CurvesPanel.tsx';
import { Diary } from './Diary.tsx';
import { Samples } from './Samples.tsx';
import { StateMark } from './StateMark.tsx';
import { curvesOf, useStudio, working } from './store.ts';
import { elapsed, numberLocales } from './figures.ts';

function Facts({ run }: { run: StudioRun }) {
  const sung = isMelodyNetwork(run.settings.network);
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(numberLocales(i18n.language), { maximumSignificantDigits: 3 });
  const going = run.state === 'running';
  const percent = new Intl.NumberFormat(numberLocales(i18n.language), {
    style: 'percent',
    maximumFractionDigits: 1,
  });
  const facts: [key: string, label: string, value: string | null][] = [
    ['left', t('studio.run.left'), going && run.secondsLeft !== null ? duration(run.secondsLeft) : null],
    ['trained', t('studio.run.trained'), elapsed(run.secondsDone)],
    ['step', t('studio.run.step'), new Intl.NumberFormat(numberLocales(i18n.language)).format(run.step)],
    ['size', t('studio.run.size'), run.last && !sung ? `${run.last.size} px` : null],
    [
      'speed',
      t('studio.run.speed'),
      run.imagesPerSecond === null
        ? null
        : t(sung ? 'studio.run.melodiesPerSecond' : 'studio.run.perSecond', {
            n: number.format(run.imagesPerSecond),
          }),
    ],
    ['wait', t('studio.run.wait'), run.last && !sung ? percent.format(run.last.wait) : null],
    ['device', t('studio.run.device'), run.device === null ? null : t(`device.${run.device}`, run.device)],
    ['memory', t('studio.run.memory'), run.memoryBytes === null ? null : fileSize(run.memoryBytes)],
  ];
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        display: 'grid',
        gridTemplateColumns: 'repeat(auto-fill, minmax(112px, 1fr))',
        gap: '10px 16px',
      }}
    >
      {facts.map(([key, label, value]) =>
        value === null ? null : (
          <Box key={key}>
            <Typography component="dt" variant="caption" color="textSecondary">
              {label}
            </Typography>
            <Typography component="dd" sx={{ m: 0, typography: 'figure', fontSize: 15, fontWeight: 550 }}>
              {value}
            </Typography>
          </Box>
        ),
      )}
    </Box>
  );
}

function Buttons({ run }: { run: StudioRun }) {
  const { t } = useTranslation();
  const asked = useStudio((s) => s.asked.get(run.id));
  if (!working(run)) return <ContinueButton run={run} />;
  return (
    <>
      {run.state === 'running' && (
        <Button
          variant="outlined"
          color="secondary"
          startIcon={<Pause />}
          disabled={asked !== undefined || run.jobId === null}
          onClick={() => void pauseRun(run)}
        >
          {asked === 'pause' ? t('studio.run.pausing') : t('jobs.action.pause')}
        </Button>
      )}
      {run.state === 'paused' && (
        <Button variant="contained" startIcon={<PlayArrow />} onClick={() => void resumeRun(run)}>
          {t('jobs.action.resume')}
        </Button>
      )}
      <Button
        variant="outlined"
        color="secondary"
        startIcon={<Stop />}
        disabled={asked !== undefined}
        onClick={() => void stopRun(run)}
      >
        {asked === 'stop' ? t('studio.run.stopping') : t('studio.run.stop')}
      </Button>
    </>
  );
}

export function RunView({ run }: { run: StudioRun }) {
  const { t } = useTranslation();
  const said = useSaid();
  const datasets = useStudio((s) => s.datasets);
  const events = useStudio((s) => curvesOf(s, run.id).events);
  const alarm = events.findLast((event) => event.kind === 'alarm');
  const { settings } = run;
  const dataset = datasets.find((d) => d.id === settings.dataset)?.name ?? settings.dataset;
  const share =
    run.secondsLeft === null || run.secondsDone === 0
      ? null
      : run.secondsDone / Math.max(1e-9, run.secondsDone + run.secondsLeft);
  const words = [
    t(`studio.network.${settings.network}.name`),
    t(`studio.width.${settings.width}`),
    t(`studio.phase.${settings.phase}.name`),
    ...(settings.critic === null ? [] : [t('studio.form.criticOf', { name: settings.critic })]),
    t('studio.run.onDataset', { name: dataset }),
    ...(settings.freeze ? [t('studio.run.frozen')] : []),
    t('studio.run.minutes', { count: settings.minutes }),
  ];
  return (
    <Box sx={{ display: 'grid', gap: 3 }}>
      <Box sx={{ display: 'grid', gap: 1.5 }}>
        <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1.5, flexWrap: 'wrap' }}>
          <Box sx={{ flex: '1 1 240px', minWidth: 0 }}>
            <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25, minWidth: 0 }}>
              <Typography variant="h2" noWrap sx={{ m: 0 }}>
                {run.id}
              </Typography>
              <StateMark state={run.state} />
            </Box>
            <Typography variant="body2" color="textSecondary">
              {words.join(' · ')}
            </Typography>
          </Box>
          <Box sx={{ display: 'flex', gap: 1 }}>
            <Buttons run={run} />
          </Box>
        </Box>
        {run.state === 'running' && (
          <LinearProgress
            variant={share === null ? 'indeterminate' : 'determinate'}
            value={share === null ? undefined : share * 100}
            aria-label={t('jobs.progress')}
          />
        )}
        {run.state === 'running' && run.last === null && (
          <Typography variant="body2" color="textSecondary" role="status">
            {t('studio.run.preparing')}
          </Typography>
        )}
        {run.state === 'queued' && (
          <Typography variant="body2" color="textSecondary" role="status">
            {t('studio.run.waits')}
          </Typography>
        )}
        {run.error && (run.state === 'failed' || run.state === 'paused') ? (
          <Alert severity="error">{said(run.error)}</Alert>
        ) : (
          alarm && (
            <Alert severity={alarm.level === 'error' ? 'error' : 'warning'}>
              {said(alarm.text)}
              {alarm.level === 'error' && !working(run) && ` ${t('studio.run.endedByAlarm')}`}
            </Alert>
          )
        )}
        {run.step > 0 && <Facts run={run} />}
      </Box>
      <CurvesPanel key={run.id} run={run} />
      <Samples key={`samples-${run.id}`} run={run} />
      <Diary run={run} />
    </Box>
  );
}
