/** The queue: jobs at the left (what runs, waits, is done, failed), the chosen one with each of its items at the right. */
import CancelOutlined from '@mui/icons-material/CancelOutlined';
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import ErrorOutlined from '@mui/icons-material/ErrorOutlined';
import GridViewOutlined from '@mui/icons-material/GridViewOutlined';
import FolderOpenOutlined from '@mui/icons-material/FolderOpenOutlined';
import Pause from '@mui/icons-material/Pause';
import PauseCircleOutlined from '@mui/icons-material/PauseCircleOutlined';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Replay from '@mui/icons-material/Replay';
import Schedule from '@mui/icons-material/Schedule';
import { Box, Button, ButtonBase, LinearProgress, Typography } from '@mui/material';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../app/contract/jobs.ts';
import { duration, moment, percentOf, share } from '../format.ts';
import { useSaid } from '../i18n/said.ts';
import { activeJobs, goTo, useApp } from '../store/app.ts';
import { useScope } from '../useShortcut.ts';
import { act, actionsFor, clearEnded, type JobAction } from './actions.ts';
import { SheetDialog } from './SheetDialog.tsx';
import { JobItems } from './JobItems.tsx';
import { fileName, jobTitle } from './titles.ts';

const stateIcons = {
  queued: { Icon: Schedule, colour: 'text.secondary' },
  running: { Icon: PlayArrow, colour: 'primary.main' },
  paused: { Icon: PauseCircleOutlined, colour: 'warning.main' },
  done: { Icon: CheckCircleOutlined, colour: 'success.main' },
  failed: { Icon: ErrorOutlined, colour: 'error.main' },
  cancelled: { Icon: CancelOutlined, colour: 'text.secondary' },
} as const;

const actionIcons: Record<JobAction, typeof Pause> = {
  pause: Pause,
  resume: PlayArrow,
  cancel: CancelOutlined,
  retry: Replay,
  openFolder: FolderOpenOutlined,
  sheet: GridViewOutlined,
};

/** "14 of 24 · 21 s left", or what came of it. */
export function summary(job: Job, t: TFunction): string {
  const parts: string[] = [];
  if (job.state === 'queued') parts.push(t('jobs.waiting', { count: job.total }));
  else parts.push(percentOf(job) ?? t('jobs.of', { done: job.done, total: job.total }));
  if (job.failed > 0) parts.push(t('jobs.failedCount', { count: job.failed }));
  if (job.state === 'running' && job.eta !== null) parts.push(t('jobs.left', { time: duration(job.eta) }));
  if (job.finishedAt !== null)
    parts.push(t('jobs.took', { time: duration((job.finishedAt - job.createdAt) / 1000) }));
  return parts.join(' · ');
}

function JobLine({ job, on }: { job: Job; on: boolean }) {
  const { t } = useTranslation();
  const { Icon, colour } = stateIcons[job.state];
  const moving = job.state === 'running' || job.state === 'paused';
  return (
    <ButtonBase
      aria-pressed={on}
      onClick={() => useApp.setState({ openJob: job.id })}
      sx={{
        display: 'block',
        width: '100%',
        textAlign: 'left',
        p: 1.5,
        borderRadius: 1,
        border: 1,
        borderColor: on ? 'primary.main' : 'room.line',
        bgcolor: on ? 'room.raised' : 'room.panel',
        '&:hover': { bgcolor: 'room.raised' },
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25 }}>
        <Icon sx={{ color: colour }} />
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h4" component="h3" noWrap sx={{ m: 0 }}>
            {jobTitle(job, t)}
          </Typography>
          <Typography variant="figure" component="div" color="textSecondary" noWrap>
            {summary(job, t)}
          </Typography>
        </Box>
        <Typography variant="caption" sx={{ color: colour, flexShrink: 0 }}>
          {t(`jobs.state.${job.state}`)}
        </Typography>
      </Box>
      {moving && (
        <LinearProgress
          variant="determinate"
          value={share(job) * 100}
          color={job.state === 'paused' ? 'warning' : 'primary'}
          aria-label={t('jobs.progress')}
          sx={{ mt: 1.25 }}
        />
      )}
    </ButtonBase>
  );
}

function JobDetail({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const said = useSaid();
  const { Icon, colour } = stateIcons[job.state];
  const [sheet, setSheet] = useState(false);
  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column', minHeight: 0 }}>
      <Box sx={{ p: 3, pb: 2, borderBottom: 1, borderColor: 'room.line' }}>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, flexWrap: 'wrap' }}>
          <Icon sx={{ color: colour, fontSize: 26 }} />
          <Box sx={{ flex: '1 1 220px', minWidth: 0 }}>
            <Typography variant="h2" noWrap sx={{ m: 0 }}>
              {jobTitle(job, t)}
            </Typography>
            <Typography variant="body2" color="textSecondary" noWrap>
              {t('jobs.started', { at: moment(job.createdAt, i18n.language) })}
            </Typography>
          </Box>
          <Box sx={{ display: 'flex', gap: 1 }}>
            {actionsFor(job).map((action) => {
              const ActionIcon = actionIcons[action];
              return (
                <Button
                  key={action}
                  variant={action === 'resume' || action === 'retry' ? 'contained' : 'outlined'}
                  color={action === 'resume' || action === 'retry' ? 'primary' : 'secondary'}
                  startIcon={<ActionIcon />}
                  onClick={() => (action === 'sheet' ? setSheet(true) : void act(job, action))}
                >
                  {t(`jobs.action.${action}`)}
                </Button>
              );
            })}
          </Box>
        </Box>
        <LinearProgress
          variant="determinate"
          value={share(job) * 100}
          color={
            job.state === 'failed'
              ? 'error'
              : job.state === 'paused'
                ? 'warning'
                : job.state === 'done'
                  ? 'success'
                  : 'primary'
          }
          aria-label={t('jobs.progress')}
          sx={{ mt: 2, mb: 1 }}
        />
        <Box sx={{ display: 'flex', gap: 2, color: 'text.secondary' }}>
          <Typography variant="figure">{summary(job, t)}</Typography>
          <Typography variant="figure" noWrap sx={{ ml: 'auto' }}>
            {job.state === 'running' ? fileName(job.stage) : ''}
          </Typography>
        </Box>
        {job.error && (
          <Typography variant="body2" sx={{ mt: 1, color: 'error.main' }}>
            {said(job.error)}
          </Typography>
        )}
      </Box>
      <JobItems key={job.id} job={job} />
      {sheet && <SheetDialog job={job} onClose={() => setSheet(false)} />}
    </Box>
  );
}

export default function Queue() {
  const { t } = useTranslation();
  useScope('queue');
  const jobs = useApp((s) => s.jobs);
  const openJob = useApp((s) => s.openJob);
  const active = activeJobs(jobs);
  const ended = [...jobs.values()]
    .filter((j) => !active.includes(j))
    .sort((a, b) => (b.finishedAt ?? b.createdAt) - (a.finishedAt ?? a.createdAt));
  const shown = jobs.get(openJob ?? -1) ?? active[0] ?? ended[0];

  if (!shown)
    return (
      <Box
        sx={{
          height: '100%',
          display: 'grid',
          placeContent: 'center',
          justifyItems: 'center',
          gap: 1,
          textAlign: 'center',
          p: 4,
        }}
      >
        <CheckCircleOutlined sx={{ fontSize: 40, color: 'text.disabled' }} />
        <Typography variant="h2" sx={{ m: 0 }}>
          {t('jobs.idle')}
        </Typography>
        <Typography color="textSecondary" sx={{ maxWidth: 460 }}>
          {t('jobs.empty')}
        </Typography>
        <Button variant="outlined" color="secondary" onClick={() => goTo('library')} sx={{ mt: 1 }}>
          {t('jobs.toLibrary')}
        </Button>
      </Box>
    );

  const section = (title: string, list: Job[]) =>
    list.length > 0 && (
      <Box component="section" sx={{ display: 'grid', gap: 1 }}>
        <Typography variant="label" component="h2" sx={{ m: 0 }}>
          {title}
        </Typography>
        {list.map((job) => (
          <JobLine key={job.id} job={job} on={job.id === shown.id} />
        ))}
      </Box>
    );
  return (
    <Box sx={{ height: '100%', display: 'flex' }}>
      <Box
        sx={{
          width: 'clamp(320px, 34%, 480px)',
          flexShrink: 0,
          overflowY: 'auto',
          display: 'flex',
          flexDirection: 'column',
          gap: 2.5,
          p: 2,
          borderRight: 1,
          borderColor: 'room.line',
        }}
      >
        {section(t('jobs.now'), active)}
        {section(t('jobs.ended'), ended)}
        {ended.length > 0 && (
          <Button
            variant="text"
            color="secondary"
            onClick={() => void clearEnded()}
            sx={{ alignSelf: 'flex-start' }}
          >
            {t('jobs.clear')}
          </Button>
        )}
      </Box>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <JobDetail job={shown} />
      </Box>
    </Box>
  );
}
