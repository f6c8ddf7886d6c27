/**
 * What the whole window knows: the room shown, the host and its settings, the jobs, notices for the person,
 * and which dialogs are open. Filled by `connectStores`, which listens to the host's topics and asks again
 * whenever the line comes back.
 */
import { create } from 'zustand';
import type { Folder, Settings } from '../../app/contract/host.ts';
import { defaultSettings } from '../../app/contract/host.ts';
import type { CallResult } from '../../app/contract/index.ts';
import type { Job } from '../../app/contract/jobs.ts';
import { getClient, type LineState } from '../client.ts';
import { saidNow } from '../i18n/said.ts';
import { setOverrides } from '../shortcuts.ts';

export const rooms = ['library', 'queue', 'score', 'studio', 'models', 'settings'] as const;
export type Room = (typeof rooms)[number];

export interface Notice {
  id: number;
  level: 'info' | 'warning' | 'error';
  text: string;
  /** Offered as a button for as long as the notice is shown. */
  action?: { label: string; run: () => void };
}

export interface AppState {
  room: Room;
  lightbox: { itemIds: number[]; startId: number } | null;
  /** Item of the reel that is open in place of the lightbox. */
  reel: number | null;
  line: LineState;
  info: CallResult<'app.info'> | null;
  settings: Settings;
  jobs: ReadonlyMap<number, Job>;
  folders: Folder[];
  notices: Notice[];
  /** Files on their way from this window to the host. */
  upload: { sent: number; total: number } | null;
  /** Items for which the export dialog is open. */
  exporting: number[] | null;
  shortcutsOpen: boolean;
  pickerOpen: boolean;
  /** Side panels folded away with Tab. */
  panels: boolean;
  /** Whose items the queue shows. */
  openJob: number | null;
}

export const useApp = create<AppState>(() => ({
  room: 'library',
  lightbox: null,
  reel: null,
  line: 'connecting',
  info: null,
  settings: defaultSettings,
  jobs: new Map(),
  folders: [],
  notices: [],
  upload: null,
  exporting: null,
  shortcutsOpen: false,
  pickerOpen: false,
  panels: true,
  openJob: null,
}));

let nextNotice = 1;

/** Says something at the bottom of the window; errors stay longer (see shell/Notices.tsx). */
export function notify(level: Notice['level'], text: string, action?: Notice['action']): void {
  const notice = { id: nextNotice++, level, text: saidNow(text), action };
  // The same words twice in a row say nothing new.
  useApp.setState((s) => ({
    notices: [...s.notices.filter((n) => n.text !== notice.text), notice].slice(-4),
  }));
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  useApp.setState((s) => ({ notices: s.notices.filter((n) => n.id !== id) }));
}

/** The words of an error for a person, in the window's language where they are known. */
export function errorText(error: unknown): string {
  return saidNow(error instanceof Error ? error.message : String(error));
}

/** True for errors that only say that somebody changed their mind. */
export function isCancelled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || ('code' in error && error.code === 'cancelled');
}

/** Shows a failed call to the person, unless it was cancelled on purpose. */
export function report(error: unknown): void {
  if (!isCancelled(error)) notify('error', errorText(error));
}

/** Goes to a room. */
export function goTo(room: Room): void {
  useApp.setState({ room, lightbox: null, reel: null });
}

/** Opens the lightbox on `startId`, with `itemIds` as its film-strip. */
export function openLightbox(itemIds: number[], startId: number): void {
  useApp.setState({ lightbox: { itemIds, startId } });
}

/** Opens a reel on its own screen. */
export function openReel(itemId: number): void {
  useApp.setState({ reel: itemId });
}

/** Opens the export dialog for these items. */
export function openExport(itemIds: number[]): void {
  if (itemIds.length > 0) useApp.setState({ exporting: itemIds });
}

/** Changes settings; the window shows them at once and goes back when the host refuses. */
export async function changeSettings(patch: Partial<Settings>): Promise<void> {
  const before = useApp.getState().settings;
  applySettings({ ...before, ...patch });
  try {
    applySettings(await getClient().call('settings.set', patch));
  } catch (error) {
    applySettings(before);
    report(error);
  }
}

function applySettings(settings: Settings): void {
  setOverrides(settings.shortcuts);
  useApp.setState({ settings });
}

/** Asks for the folders anew (a folder was added or is watched now). */
export async function refreshFolders(): Promise<void> {
  const { folders } = await getClient().call('folders.list', { folderId: null, path: '' });
  useApp.setState({ folders });
}

/** Asks for the jobs anew. */
export async function refreshJobs(): Promise<void> {
  const { jobs } = await getClient().call('jobs.list', {});
  useApp.setState({ jobs: new Map(jobs.map((job) => [job.id, job])) });
}

/** Connects this store to the host; returns its disconnection. */
export function connectApp(): () => void {
  const client = getClient();
  const stops = [
    client.subscribe('jobs.changed', ({ job }) =>
      useApp.setState((s) => ({ jobs: new Map(s.jobs).set(job.id, job) })),
    ),
    client.subscribe('settings.changed', applySettings),
    client.subscribe('notice', ({ level, text }) => notify(level, text)),
    client.onState((line) => {
      useApp.setState({ line });
      if (line !== 'open') return;
      void Promise.all([
        client.call('app.info', {}).then((info) => useApp.setState({ info })),
        client.call('settings.get', {}).then(applySettings),
        refreshJobs(),
        refreshFolders(),
      ]).catch(report);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Jobs that run or wait, oldest first. */
export function activeJobs(jobs: ReadonlyMap<number, Job>): Job[] {
  return [...jobs.values()]
    .filter((j) => j.state === 'running' || j.state === 'queued' || j.state === 'paused')
    .sort((a, b) => a.createdAt - b.createdAt);
}
