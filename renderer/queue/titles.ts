/** What a job is called on screen: the host names jobs in English ('Export 9 pictures', 'Analyse Roll 7'). */
import type { TFunction } from 'i18next';
import type { Job } from '../../app/contract/jobs.ts';
import { studioNetworkNames } from '../../app/contract/studio.ts';

/** 'Export: 9 items', 'Analyse roll: Getaria', 'Training: Colorist', in the reader's language. */
export function jobTitle(job: Pick<Job, 'type' | 'title' | 'total'>, t: TFunction): string {
  const rest = job.title.replace(/^(Export|Import|Analyse|Dataset|Train|Film)\s+/, '');
  if (job.type === 'train' && studioNetworkNames.some((name) => name === rest))
    return `${t('jobs.type.train')}: ${t(`studio.network.${rest}.name`)}`;
  const counted = /^\d+ \p{L}+$/u.test(rest);
  return `${t(`jobs.type.${job.type}`)}: ${counted ? t('jobs.items', { count: job.total }) : rest}`;
}

/** The last part of a path, of whichever system wrote it. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
