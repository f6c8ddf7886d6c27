/** What can be done in the Studio; errors are shown, removals have a way back. */
import i18next from 'i18next';
import type { CallArgs } from '../../app/contract/index.ts';
import type { RunSettings, StudioNetworkName, StudioRun } from '../../app/contract/studio.ts';
import { getClient } from '../client.ts';
import { notify, report } from '../store/app.ts';
import { refreshStudio, showDataset, showRun, useStudio } from './store.ts';

const ask = (id: string, what: 'pause' | 'stop' | null): void =>
  useStudio.setState((s) => {
    const asked = new Map(s.asked);
    if (what) asked.set(id, what);
    else asked.delete(id);
    return { asked };
  });

export async function buildDataset(args: CallArgs<'studio.buildDataset'>): Promise<boolean> {
  try {
    const dataset = await getClient().call('studio.buildDataset', args);
    await refreshStudio({ datasets: true });
    showDataset(dataset.id);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

export async function startRun(settings: RunSettings): Promise<void> {
  try {
    const run = await getClient().call('studio.startRun', settings);
    await refreshStudio({ runs: true });
    showRun(run.id);
  } catch (error) {
    report(error);
  }
}

export async function pauseRun(run: StudioRun): Promise<void> {
  if (run.jobId === null) return;
  ask(run.id, 'pause');
  try {
    await getClient().call('jobs.pause', { jobId: run.jobId });
  } catch (error) {
    ask(run.id, null);
    report(error);
  }
}

export async function resumeRun(run: StudioRun): Promise<void> {
  if (run.jobId === null) return;
  try {
    await getClient().call('jobs.resume', { jobId: run.jobId });
  } catch (error) {
    report(error);
  }
}

export async function stopRun(run: StudioRun): Promise<void> {
  ask(run.id, 'stop');
  try {
    await getClient().call('studio.stopRun', { id: run.id });
  } catch (error) {
    ask(run.id, null);
    report(error);
  }
}

export async function continueRun(run: StudioRun, minutes: number): Promise<void> {
  try {
    await getClient().call('studio.continueRun', { id: run.id, minutes });
    await refreshStudio({ runs: true });
    showRun(run.id);
  } catch (error) {
    report(error);
  }
}

const ships = (network: StudioNetworkName): boolean =>
  useStudio
    .getState()
    .networks.some((n) => n.name === network && n.starts.some((start) => start.model === 'shipped'));

/** Puts a run's model to work (null: the one we ship, or none), with a way back. */
export async function putToWork(network: StudioNetworkName, model: string | null): Promise<void> {
  try {
    const answer = await getClient().call('studio.use', { network, model });
    await refreshStudio({ runs: true });
    notify(
      'info',
      model === null
        ? ships(network)
          ? i18next.t('studio.verdict.backToShipped')
          : i18next.t('studio.verdict.backToNone')
        : i18next.t('studio.verdict.nowUsed', { name: model }),
      {
        label: i18next.t('common.undo'),
        run: () => void putToWork(network, answer.before),
      },
    );
  } catch (error) {
    report(error);
  }
}

/** Puts the model to work that was at work before this run's: another run's, ours, or none. */
export function goBack(run: StudioRun): Promise<void> {
  const { network } = run.settings;
  const before = useStudio.getState().networks.find((n) => n.name === network)?.before ?? null;
  return putToWork(network, before);
}

function withUndo(words: string, undoToken: string): void {
  notify('info', words, {
    label: i18next.t('common.undo'),
    run: () => {
      getClient().call('studio.restore', { undoToken }).catch(report);
    },
  });
}

export async function removeRun(run: StudioRun): Promise<void> {
  try {
    const { undoToken } = await getClient().call('studio.removeRun', { id: run.id });
    await refreshStudio({ runs: true });
    withUndo(i18next.t('studio.runs.removed', { name: run.id }), undoToken);
  } catch (error) {
    report(error);
  }
}

export async function removeDataset(id: string, name: string): Promise<void> {
  try {
    const { undoToken } = await getClient().call('studio.removeDataset', { id });
    await refreshStudio({ datasets: true });
    withUndo(i18next.t('studio.dataset.removed', { name }), undoToken);
  } catch (error) {
    report(error);
  }
}
