/** What came of an import: whether it is over, and which items it brought. */
import type { Job } from '../../app/contract/jobs.ts';
import { getClient } from '../client.ts';

const PAGE = 1000;

/** The items of a job, one for each file that was read; read in pages. */
export async function itemsOf(jobId: number): Promise<number[]> {
  const ids: number[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { items, total } = await getClient().call('jobs.items', { jobId, offset, limit: PAGE });
    for (const item of items) if (item.itemId !== null) ids.push(item.itemId);
    if (items.length === 0 || offset + items.length >= total) return ids;
  }
}

/**
 * Whether an import is over. Only jobs that are over can be cleared from the queue: one that is no longer in it has
 * ended. The queue must have been asked since the import began.
 */
export const importOver = (
  jobIds: readonly number[],
  jobs: ReadonlyMap<number, Pick<Job, 'finishedAt'>>,
): boolean => jobIds.every((id) => (jobs.get(id)?.finishedAt ?? null) !== null || !jobs.has(id));
