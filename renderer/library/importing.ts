/** Bringing scans in: by drop, by paste, by dialog. */
import i18next from 'i18next';
import { getClient, type Dropped } from '../client.ts';
import { notify, report, useApp } from '../store/app.ts';

/** What FileSystemEntry offers that we use; typed loosely enough for tests. */
export interface Entry {
  isFile: boolean;
  isDirectory: boolean;
  name: string;
  file?: (found: (file: File) => void, failed: (error: unknown) => void) => void;
  createReader?: () => {
    readEntries: (found: (entries: Entry[]) => void, failed: (error: unknown) => void) => void;
  };
}

/** All files of dropped entries, folders walked; hidden files are left out. Each knows the folder it came in. */
export async function walk(entries: readonly Entry[], folder = ''): Promise<Dropped[]> {
  const found: Dropped[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isFile && entry.file) {
      const file = await new Promise<File>((resolve, reject) => entry.file!(resolve, reject));
      found.push({ file, folder });
    } else if (entry.isDirectory && entry.createReader) {
      const reader = entry.createReader();
      const children: Entry[] = [];
      // readEntries gives at most a hundred at a time, and an empty list at the end.
      for (;;) {
        const more = await new Promise<Entry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (more.length === 0) break;
        children.push(...more);
      }
      children.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
      found.push(...(await walk(children, folder ? `${folder}/${entry.name}` : entry.name)));
    }
  }
  return found;
}

/** What a drop or a paste holds. Must be called inside the event: a DataTransfer is empty afterwards. */
export function takeFiles(data: DataTransfer): Promise<Dropped[]> {
  const loose = () => [...data.files].map((file) => ({ file, folder: '' }));
  // Electron learns the path of a dropped folder from its File; only a browser must walk it.
  if (getClient().kind === 'electron') return Promise.resolve(loose());
  const entries = [...data.items]
    .map((item) => (item.kind === 'file' ? (item.webkitGetAsEntry() as Entry | null) : null))
    .filter((entry) => entry !== null);
  return entries.length > 0 ? walk(entries) : Promise.resolve(loose());
}

/** Hands files to the library and shows how far that is. */
export async function importFiles(files: Dropped[]): Promise<void> {
  if (files.length === 0) return;
  try {
    await getClient().importFiles(files, (sent, total) => useApp.setState({ upload: { sent, total } }));
    notify('info', i18next.t('library.importing', { count: files.length }));
  } catch (error) {
    report(error);
  } finally {
    useApp.setState({ upload: null });
  }
}

/** Import by hand: the system's dialog for files or a folder where there is one, else the list of folders. */
export function startImport(what: 'files' | 'folder' = 'files'): void {
  if (!useApp.getState().info?.dialogs) {
    useApp.setState({ pickerOpen: true });
    return;
  }
  getClient().call('library.pick', { what }).catch(report);
}
