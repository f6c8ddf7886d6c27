/**
 * The Studio: dataset on the left, the run in the middle, the verdict on the right. The run is a job of the host;
 * this room only looks at it, and may be left, closed and opened again at any time.
 */
import Add from '@mui/icons-material/Add';
import { Alert, Box, Button, LinearProgress, Typography } from '@mui/material';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { takeDrops } from '../shell/drops.ts';
import { Datasets } from './Datasets.tsx';
import NewDataset from './NewDataset.tsx';
import { PastRuns } from './PastRuns.tsx';
import { RunForm } from './RunForm.tsx';
import { RunView } from './RunView.tsx';
import { connectStudio, makeDataset, refreshStudio, showRun, shownRun, useStudio } from './store.ts';
import { Verdict } from './Verdict.tsx';
import { Welcome } from './Welcome.tsx';

function Rooms() {
  const { t } = useTranslation();
  const run = useStudio(shownRun);
  const none = useStudio((s) => s.runs.length === 0);
  return (
    <Box
      sx={{
        height: '100%',
        display: 'grid',
        gridTemplateColumns: 'clamp(256px, 21%, 340px) minmax(0, 1fr) clamp(316px, 26%, 440px)',
        gridTemplateAreas: '"data run verdict"',
        gridTemplateRows: 'minmax(0, 1fr)',
        // Where three do not fit beside each other, the verdict comes under the run.
        '@media (max-width: 1120px)': {
          gridTemplateColumns: '256px minmax(0, 1fr)',
          gridTemplateAreas: '"data run" "data verdict"',
          gridTemplateRows: 'minmax(0, 3fr) minmax(0, 2fr)',
        },
      }}
    >
      <Box
        component="aside"
        aria-label={t('studio.dataset.title')}
        sx={{
          gridArea: 'data',
          overflowY: 'auto',
          p: 2,
          bgcolor: 'room.panel',
          borderRight: 1,
          borderColor: 'room.line',
          display: 'flex',
          flexDirection: 'column',
          gap: 2,
        }}
      >
        <Datasets />
      </Box>
      <Box
        component="section"
        aria-label={t('studio.run.region')}
        tabIndex={-1}
        sx={{ gridArea: 'run', overflowY: 'auto', p: 2.5, minWidth: 0 }}
      >
        {run ? <RunView run={run} /> : <RunForm />}
      </Box>
      <Box
        component="aside"
        aria-label={t('studio.verdict.title')}
        sx={{
          gridArea: 'verdict',
          overflowY: 'auto',
          p: 2,
          bgcolor: 'room.panel',
          borderLeft: 1,
          borderColor: 'room.line',
          display: 'flex',
          flexDirection: 'column',
          gap: 3,
          '@media (max-width: 1120px)': { borderLeft: 0, borderTop: 1 },
        }}
      >
        {run && (
          <Button
            variant="outlined"
            color="secondary"
            startIcon={<Add />}
            onClick={() => showRun('new')}
            sx={{ alignSelf: 'flex-start' }}
          >
            {t('studio.form.title')}
          </Button>
        )}
        {run && <Verdict run={run} />}
        {!run && none && (
          <Box>
            <Typography variant="h3" component="h2" sx={{ m: 0, mb: 0.75 }}>
              {t('studio.verdict.title')}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {t('studio.verdict.later')}
            </Typography>
          </Box>
        )}
        <PastRuns shown={run?.id ?? null} />
      </Box>
    </Box>
  );
}

export default function Studio() {
  const { t } = useTranslation();
  const phase = useStudio((s) => s.phase);
  const error = useStudio((s) => s.error);
  const empty = useStudio((s) => s.datasets.length === 0 && s.runs.length === 0);
  const making = useStudio((s) => s.making);
  useEffect(() => connectStudio(), []);
  useEffect(() => takeDrops({ words: 'studio', take: (dropped) => makeDataset({ dropped }) }), []);
  return (
    <Box sx={{ height: '100%' }}>
      {phase === 'loading' ? (
        <LinearProgress aria-label={t('common.loading')} />
      ) : phase === 'failed' ? (
        <Alert
          severity="error"
          sx={{ m: 3 }}
          action={
            <Button color="secondary" onClick={() => void refreshStudio({ datasets: true, runs: true })}>
              {t('studio.again')}
            </Button>
          }
        >
          {error}
        </Alert>
      ) : empty ? (
        <Welcome />
      ) : (
        <Rooms />
      )}
      {making && <NewDataset making={making} />}
    </Box>
  );
}
