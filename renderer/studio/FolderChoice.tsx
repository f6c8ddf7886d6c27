/** Folders and files among what the host knows, to learn from: one place at a time, what is ticked stays ticked. */
import ArrowBack from '@mui/icons-material/ArrowBack';
import ChevronRight from '@mui/icons-material/ChevronRight';
import FolderOutlined from '@mui/icons-material/FolderOutlined';
import ImageOutlined from '@mui/icons-material/ImageOutlined';
import { Box, Checkbox, IconButton, LinearProgress, Typography } from '@mui/material';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallResult } from '../../app/contract/index.ts';
import { getClient } from '../client.ts';
import { errorText, isCancelled, useApp } from '../store/app.ts';
import { useRows } from '../ui/rows.ts';

export interface Place {
  folderId: string;
  path: string;
  name: string;
}
export const placeKey = (place: Pick<Place, 'folderId' | 'path'>): string =>
  `${place.folderId}\u0000${place.path}`;

type Entry = CallResult<'folders.list'>['entries'][number];
const ROW = 34;

export function FolderChoice({
  picked,
  onChange,
}: {
  picked: readonly Place[];
  onChange: (picked: Place[]) => void;
}) {
  const { t } = useTranslation();
  const folders = useApp((s) => s.folders);
  const [place, setPlace] = useState<Place | null>(null);
  const [entries, setEntries] = useState<Entry[] | null>(null);
  const [error, setError] = useState('');
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    if (!place) return;
    const abort = new AbortController();
    getClient()
      .call('folders.list', { folderId: place.folderId, path: place.path }, { signal: abort.signal })
      .then((answer) => setEntries(answer.entries))
      .catch((e: unknown) => {
        if (!isCancelled(e)) setError(errorText(e));
      });
    return () => abort.abort();
  }, [place]);
  const go = (next: Place | null) => {
    setPlace(next);
    setEntries(null);
    setError('');
  };
  const rows: (Place & { directory: boolean })[] = place
    ? (entries ?? []).map((entry) => ({
        folderId: place.folderId,
        path: place.path ? `${place.path}/${entry.name}` : entry.name,
        name: entry.name,
        directory: entry.directory,
      }))
    : folders.map((folder) => ({ folderId: folder.id, path: '', name: folder.name, directory: true }));
  const size = useCallback(() => ROW, []);
  const visible = useRows(scroller, rows.length, size, 6);
  const has = (row: Place) => picked.some((p) => placeKey(p) === placeKey(row));
  const toggle = ({ folderId, path, name }: Place) =>
    onChange(
      has({ folderId, path, name })
        ? picked.filter((p) => placeKey(p) !== placeKey({ folderId, path }))
        : [...picked, { folderId, path, name }],
    );
  const up = () => {
    if (!place || place.path === '') return go(null);
    const parts = place.path.split('/').slice(0, -1);
    go({
      folderId: place.folderId,
      path: parts.join('/'),
      name: parts.at(-1) ?? folders.find((f) => f.id === place.folderId)?.name ?? '',
    });
  };
  if (folders.length === 0)
    return (
      <Typography variant="body2" color="textSecondary">
        {t('studio.make.noFolders')}
      </Typography>
    );
  return (
    <Box sx={{ border: 1, borderColor: 'room.line', borderRadius: 1, bgcolor: 'room.table' }}>
      {place && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 0.5,
            p: 0.5,
            borderBottom: 1,
            borderColor: 'room.line',
          }}
        >
          <IconButton aria-label={t('studio.make.up')} onClick={up}>
            <ArrowBack />
          </IconButton>
          <Typography variant="body2" noWrap>
            {[folders.find((f) => f.id === place.folderId)?.name, ...place.path.split('/')]
              .filter(Boolean)
              .join(' / ')}
          </Typography>
        </Box>
      )}
      {place && !entries && !error && <LinearProgress aria-label={t('common.loading')} />}
      {error && (
        <Typography color="error" variant="body2" sx={{ p: 1.5 }}>
          {error}
        </Typography>
      )}
      {place && entries?.length === 0 && (
        <Typography color="textSecondary" variant="body2" sx={{ p: 1.5 }}>
          {t('picker.emptyFolder')}
        </Typography>
      )}
      <Box ref={setScroller} sx={{ maxHeight: 204, overflowY: 'auto' }}>
        <Box sx={{ position: 'relative' }} style={{ height: visible.total }}>
          {visible.items.map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            const Icon = row.directory ? FolderOutlined : ImageOutlined;
            return (
              <Box
                key={placeKey(row)}
                style={{ top: start, height: ROW }}
                sx={{
                  position: 'absolute',
                  left: 0,
                  right: 0,
                  px: 0.5,
                  display: 'flex',
                  alignItems: 'center',
                  gap: 0.75,
                  '&:hover': { bgcolor: 'room.hover' },
                }}
              >
                <Checkbox
                  checked={has(row)}
                  onChange={() => toggle(row)}
                  slotProps={{ input: { 'aria-label': row.name } }}
                />
                <Icon sx={{ color: 'text.secondary' }} />
                <Typography variant="body2" noWrap sx={{ flex: 1 }}>
                  {row.name}
                </Typography>
                {row.directory && (
                  <IconButton
                    aria-label={t('studio.make.openFolder', { name: row.name })}
                    onClick={() => go(row)}
                  >
                    <ChevronRight />
                  </IconButton>
                )}
              </Box>
            );
          })}
        </Box>
      </Box>
    </Box>
  );
}
