/** What can be done with a job, and which of it makes sense in its state. */
import i18next from 'i18next';
import type { Job } from '../../app/contract/jobs.ts';
import { getClient } from '../client.ts';
import { notify, refreshJobs, report } from '../store/app.ts';

export type JobAction = 'pause' | 'resume' | 'cancel' | 'retry' | 'openFolder' | 'sheet';

/** The actions a job's state allows, in the order of their buttons. */
export function actionsFor(job: Job): JobAction[] {
  const list: JobAction[] = [];
  if (job.state === 'running') list.push('pause');
  if (job.state === 'paused') list.push('resume');
  if (job.state === 'running' || job.state === 'paused' || job.state === 'queued') list.push('cancel');
  const ended = job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
  if (ended && (job.failed > 0 || job.state !== 'done')) list.push('retry');
  if (job.type === 'export' && job.done > 0) list.push('openFolder');
  if (job.sheet) list.push('sheet');
  return list;
}

/** Does it; errors are shown. */
export async function act(job: Job, action: Exclude<JobAction, 'sheet'>): Promise<void> {
  const client = getClient();
  const args = { jobId: job.id };
  try {
    if (action === 'openFolder') {
      const { shown, folder } = await client.call('jobs.openFolder', args);
      if (!shown) notify('info', i18next.t('jobs.folderIs', { folder }));
    } else {
      await client.call(`jobs.${action}`, args);
    }
  } catch (error) {
    report(error);
  }
}

/** Takes what has ended off the list. */
export async function clearEnded(): Promise<void> {
  try {
    await getClient().call('jobs.clear', {});
    await refreshJobs();
  } catch (error) {
    report(error);
  }
}
