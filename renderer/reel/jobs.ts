/** The job that works on the reel: what it says, how far it is, and its two buttons. */
import { useTranslation } from 'react-i18next';
import { getClient } from '../client.ts';
import { report, useApp } from '../store/app.ts';
import { useReel } from './store.ts';
import { duration } from '../format.ts';

export interface JobText {
  text: string;
  /** 0..1; null while it cannot be said. */
  share: number | null;
  paused: boolean;
  toggle(): void;
  cancel(): void;
}

export function useJobText(jobId: number | null): JobText | null {
  const { t } = useTranslation();
  const job = useApp((s) => (jobId === null ? undefined : s.jobs.get(jobId)));
  const progress = useReel((s) => s.progress);
  if (jobId === null) return null;
  const state = job?.state ?? 'queued';
  if (state === 'done' || state === 'failed' || state === 'cancelled') return null;
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  const left =
    job?.eta === null || job?.eta === undefined ? '' : ` · ${t('reel.left', { time: duration(job.eta) })}`;
  const text =
    state === 'paused'
      ? t('reel.paused')
      : state === 'queued'
        ? t('reel.queued')
        : `${t(`reel.stage.${progress?.stage ?? 'analyse'}`)}${left}`;
  const act = (call: 'jobs.pause' | 'jobs.resume' | 'jobs.cancel') => (): void => {
    getClient().call(call, { jobId }).catch(report);
  };
  return {
    text,
    share,
    paused: state === 'paused',
    toggle: act(state === 'paused' ? 'jobs.resume' : 'jobs.pause'),
    cancel: act('jobs.cancel'),
  };
}
