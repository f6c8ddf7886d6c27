/** What runs, how far it is and how long it will take; always in sight. */
import CheckCircleOutline from '@mui/icons-material/CheckCircleOutlined';
import ErrorOutline from '@mui/icons-material/ErrorOutlined';
import PauseCircleOutline from '@mui/icons-material/PauseCircleOutlined';
import { Box, ButtonBase, CircularProgress, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { Job } from '../../app/contract/jobs.ts';
import { duration, percentOf, share } from '../format.ts';
import { jobTitle } from '../queue/titles.ts';
import { activeJobs, goTo, useApp } from '../store/app.ts';

function Ring({ value }: { value: number }) {
  return (
    <Box sx={{ position: 'relative', width: 22, height: 22 }}>
      <CircularProgress
        variant="determinate"
        value={100}
        size={22}
        thickness={6}
        sx={{ position: 'absolute', color: 'room.lineStrong' }}
        aria-hidden
      />
      <CircularProgress variant="determinate" value={value * 100} size={22} thickness={6} aria-hidden />
    </Box>
  );
}

/** The latest job that ended badly, unless something newer went well. */
function lastFailure(jobs: ReadonlyMap<number, Job>): Job | null {
  const ended = [...jobs.values()].filter((j) => j.finishedAt !== null);
  ended.sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0));
  return ended[0]?.state === 'failed' || (ended[0]?.failed ?? 0) > 0 ? ended[0] : null;
}

export function JobChip() {
  const { t } = useTranslation();
  const jobs = useApp((s) => s.jobs);
  const upload = useApp((s) => s.upload);
  const active = activeJobs(jobs);
  const shown = active.find((j) => j.state === 'running') ?? active[0];
  const failure = shown ? null : lastFailure(jobs);

  let icon = <CheckCircleOutline sx={{ color: 'text.secondary' }} />;
  let title = t('jobs.idle');
  let detail = '';
  if (upload) {
    icon = <Ring value={upload.total ? upload.sent / upload.total : 0} />;
    title = t('jobs.uploading');
    detail = t('jobs.of', { done: upload.sent, total: upload.total });
  } else if (shown) {
    icon =
      shown.state === 'paused' ? (
        <PauseCircleOutline sx={{ color: 'warning.main' }} />
      ) : (
        <Ring value={share(shown)} />
      );
    title = jobTitle(shown, t);
    detail = [
      percentOf(shown) ?? t('jobs.of', { done: shown.done + shown.failed, total: shown.total }),
      shown.state === 'paused'
        ? t('jobs.state.paused')
        : shown.eta !== null
          ? t('jobs.left', { time: duration(shown.eta) })
          : '',
      active.length > 1 ? t('jobs.more', { count: active.length - 1 }) : '',
    ]
      .filter(Boolean)
      .join(' · ');
  } else if (failure) {
    icon = <ErrorOutline sx={{ color: 'error.main' }} />;
    title = jobTitle(failure, t);
    detail = t('jobs.failedCount', { count: failure.failed });
  }

  return (
    <ButtonBase
      onClick={() => {
        if (shown ?? failure) useApp.setState({ openJob: (shown ?? failure)!.id });
        goTo('queue');
      }}
      aria-label={`${t('rooms.queue')}: ${title}${detail ? `, ${detail}` : ''}`}
      sx={{
        gap: 1.25,
        height: 36,
        px: 1.25,
        minWidth: 0,
        maxWidth: 360,
        borderRadius: 1,
        border: 1,
        borderColor: 'room.line',
        justifyContent: 'flex-start',
        textAlign: 'left',
        '&:hover': { bgcolor: 'room.hover' },
      }}
    >
      {icon}
      <Box sx={{ minWidth: 0 }}>
        <Typography variant="caption" component="div" noWrap sx={{ fontWeight: 550, lineHeight: 1.3 }}>
          {title}
        </Typography>
        {detail && (
          <Typography
            component="div"
            noWrap
            sx={{ typography: 'figure', fontSize: 12, lineHeight: 1.25, color: 'text.secondary' }}
          >
            {detail}
          </Typography>
        )}
      </Box>
    </ButtonBase>
  );
}
