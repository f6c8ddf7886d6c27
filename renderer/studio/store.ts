/**
 * The Studio as the window sees it: datasets, networks, runs, and the curves of the runs that are looked at.
 * Filled while the room is open (`connectStudio`); runs themselves go on in the host, whoever looks.
 */
import { create } from 'zustand';
import type {
  DatasetKind,
  RunSettings,
  StudioDataset,
  StudioNetwork,
  StudioRun,
} from '../../app/contract/studio.ts';
import { getClient, type Dropped } from '../client.ts';
import { errorText, isCancelled, report } from '../store/app.ts';
import { noCurves, withPoint, type Curves } from './curves.ts';

/** The dialog for a new dataset, with what it begins with. */
export interface Making {
  kind: DatasetKind;
  itemIds: number[];
  dropped: Dropped[];
}

export interface StudioState {
  /** `loading` until the first answer. */
  phase: 'loading' | 'ready' | 'failed';
  error: string;
  datasets: readonly StudioDataset[];
  networks: readonly StudioNetwork[];
  runs: readonly StudioRun[];
  /** The dataset that is shown and that a new run learns from. */
  dataset: string | null;
  /** The run that is shown; 'new': the form for one. */
  run: string | 'new' | null;
  curves: ReadonlyMap<string, Curves>;
  /** Past runs laid over the curves of the one that is shown. */
  compared: ReadonlySet<string>;
  /** What was asked of a run and has not happened yet. */
  asked: ReadonlyMap<string, 'pause' | 'stop'>;
  making: Making | null;
  /** A new run as it is being put together, kept while the room is left. */
  draft: Partial<RunSettings>;
}

export const useStudio = create<StudioState>(() => ({
  phase: 'loading',
  error: '',
  datasets: [],
  networks: [],
  runs: [],
  dataset: null,
  run: null,
  curves: new Map(),
  compared: new Set(),
  asked: new Map(),
  making: null,
  draft: {},
}));
const { getState, setState } = useStudio;

export const working = (run: StudioRun): boolean =>
  run.state === 'queued' || run.state === 'running' || run.state === 'paused';

/** The dataset that is shown: the chosen one, else the newest that can be learnt from, else the newest. */
export function shownDataset(s: Pick<StudioState, 'datasets' | 'dataset'>): StudioDataset | null {
  return (
    s.datasets.find((d) => d.id === s.dataset) ??
    s.datasets.find((d) => d.state === 'ready') ??
    s.datasets[0] ??
    null
  );
}

/** The run that is shown: the chosen one, else one at work, else the newest; null: the form for a new one. */
export function shownRun(s: Pick<StudioState, 'runs' | 'run'>): StudioRun | null {
  if (s.run === 'new') return null;
  return (
    s.runs.find((r) => r.id === s.run) ??
    s.runs.find((r) => r.state === 'running') ??
    s.runs.find(working) ??
    s.runs[0] ??
    null
  );
}

/** Runs that were asked for something and have come to it, or to their end, are no longer asked. */
function stillAsked(runs: readonly StudioRun[]): ReadonlyMap<string, 'pause' | 'stop'> {
  return new Map(
    [...getState().asked].filter(([id, what]) => {
      const state = runs.find((r) => r.id === id)?.state;
      return what === 'pause' ? state === 'running' : state === 'running' || state === 'paused';
    }),
  );
}

/** Asks for datasets, or for runs and what they can begin with, anew. */
export async function refreshStudio(what: { datasets?: boolean; runs?: boolean }): Promise<void> {
  const client = getClient();
  try {
    const [datasets, runs, networks] = await Promise.all([
      what.datasets ? client.call('studio.datasets', {}) : null,
      what.runs ? client.call('studio.runs', {}) : null,
      what.runs ? client.call('studio.networks', {}) : null,
    ]);
    setState((s) => ({
      phase: 'ready',
      error: '',
      ...(datasets ? { datasets: datasets.datasets } : {}),
      ...(networks ? { networks: networks.networks } : {}),
      ...(runs
        ? {
            runs: runs.runs,
            asked: stillAsked(runs.runs),
            // Nobody asks for the curves of a run that was removed.
            curves: new Map([...s.curves].filter(([id]) => runs.runs.some((r) => r.id === id))),
          }
        : {}),
      compared: runs
        ? new Set([...s.compared].filter((id) => runs.runs.some((r) => r.id === id)))
        : s.compared,
    }));
  } catch (error) {
    if (isCancelled(error)) return;
    if (getState().phase === 'loading') setState({ phase: 'failed', error: errorText(error) });
    else report(error);
  }
}

const loading = new Set<string>();
const loadedAt = new Map<string, number>();
/** Events and figures come with the curves; points also come one by one. */
const CURVES_MS = 10_000;

/** Asks for the curves of a run. */
export async function loadCurves(id: string): Promise<void> {
  if (loading.has(id)) return;
  loading.add(id);
  try {
    const curves = await getClient().call('studio.curves', { id });
    loadedAt.set(id, performance.now());
    setState((s) => ({ curves: new Map(s.curves).set(id, curves) }));
  } catch (error) {
    report(error);
  } finally {
    loading.delete(id);
  }
}

function heardOf(run: StudioRun, point: StudioRun['last']): void {
  const before = getState().runs.find((r) => r.id === run.id);
  if (!before) {
    void refreshStudio({ runs: true });
    return;
  }
  setState((s) => {
    const known = s.curves.get(run.id);
    const runs = s.runs.map((r) => (r.id === run.id ? run : r));
    return {
      runs,
      asked: stillAsked(runs),
      ...(known && point ? { curves: new Map(s.curves).set(run.id, withPoint(known, point)) } : {}),
    };
  });
  const looked = getState().curves.has(run.id);
  const measured = run.samples.length !== before.samples.length || run.figures?.step !== before.figures?.step;
  if (looked && (measured || performance.now() - (loadedAt.get(run.id) ?? 0) > CURVES_MS))
    void loadCurves(run.id);
}

/** Listens to the host while the room is open; returns its end. */
export function connectStudio(): () => void {
  const client = getClient();
  /** Last known state of the Studio's jobs: only a change of state says something new. */
  const states = new Map<number, string>();
  const reloadCurves = () => {
    for (const id of getState().curves.keys()) void loadCurves(id);
  };
  const stops = [
    client.subscribe('studio.changed', (what) => {
      void refreshStudio(what).then(() => {
        if (what.runs) reloadCurves();
      });
    }),
    client.subscribe('studio.progress', ({ run, point }) => heardOf(run, point)),
    client.subscribe('jobs.changed', ({ job }) => {
      if ((job.type !== 'train' && job.type !== 'dataset') || states.get(job.id) === job.state) return;
      states.set(job.id, job.state);
      const train = job.type === 'train';
      void refreshStudio({ datasets: !train, runs: train }).then(() => {
        if (train && job.state !== 'running') reloadCurves();
      });
    }),
    client.onState((line) => {
      if (line === 'open') void refreshStudio({ datasets: true, runs: true }).then(reloadCurves);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Curves of a run, empty until they are there. */
export const curvesOf = (s: StudioState, id: string): Curves => s.curves.get(id) ?? noCurves;

/** Shows a run, or the form for a new one. */
export function showRun(id: string | 'new'): void {
  setState({ run: id });
}
export function showDataset(id: string): void {
  setState({ dataset: id });
}
export function toggleCompared(id: string): void {
  setState((s) => {
    const compared = new Set(s.compared);
    if (!compared.delete(id)) compared.add(id);
    return { compared };
  });
}
/** Opens the dialog for a new dataset, or adds to the one that is open. */
export function makeDataset(making: Partial<Making> = {}): void {
  setState((s) => ({
    making: {
      kind: making.kind ?? s.making?.kind ?? 'pictures',
      itemIds: [...(s.making?.itemIds ?? []), ...(making.itemIds ?? [])],
      dropped: making.dropped ? [...(s.making?.dropped ?? []), ...making.dropped] : (s.making?.dropped ?? []),
    },
  }));
}
export function setDraft(patch: Partial<RunSettings>): void {
  setState((s) => ({ draft: { ...s.draft, ...patch } }));
}
