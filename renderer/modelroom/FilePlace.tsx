/** One ONNX file among the folders that the host knows. */
import ArrowBack from '@mui/icons-material/ArrowBack';
import FolderOutlined from '@mui/icons-material/FolderOutlined';
import InsertDriveFileOutlined from '@mui/icons-material/InsertDriveFileOutlined';
import { Box, ButtonBase, IconButton, LinearProgress, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getClient } from '../client.ts';
import { fileSize } from '../format.ts';
import { errorText, isCancelled, useApp } from '../store/app.ts';

export interface Chosen {
  folderId: string;
  path: string;
  name: string;
}
interface Row extends Chosen {
  directory: boolean;
  size: number;
}

export function FilePlace({
  chosen,
  onChoose,
  disabled,
}: {
  chosen: Chosen | null;
  onChoose(chosen: Chosen): void;
  disabled: boolean;
}) {
  const { t } = useTranslation();
  const folders = useApp((s) => s.folders);
  const [place, setPlace] = useState<Chosen | null>(null);
  const [rows, setRows] = useState<Row[] | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    if (!place) return;
    const abort = new AbortController();
    getClient()
      .call('folders.list', { folderId: place.folderId, path: place.path }, { signal: abort.signal })
      .then(({ entries }) =>
        setRows(
          entries
            .filter((e) => e.directory || /\.onnx$/i.test(e.name))
            .map((e) => ({
              ...e,
              folderId: place.folderId,
              path: place.path ? `${place.path}/${e.name}` : e.name,
            })),
        ),
      )
      .catch((e: unknown) => {
        if (!isCancelled(e)) setError(errorText(e));
      });
    return () => abort.abort();
  }, [place]);
  const go = (next: Chosen | null) => {
    setRows(null);
    setError('');
    setPlace(next);
  };
  const shown: Row[] = place
    ? (rows ?? [])
    : folders.map((f) => ({ folderId: f.id, path: '', name: f.name, directory: true, size: 0 }));
  const up = () => {
    if (!place || place.path === '') return go(null);
    const path = place.path.split('/').slice(0, -1).join('/');
    go({ folderId: place.folderId, path, name: path });
  };
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
      {place && !rows && !error && <LinearProgress aria-label={t('common.loading')} />}
      {error && (
        <Typography color="error" variant="body2" sx={{ p: 1.5 }}>
          {error}
        </Typography>
      )}
      {place && rows?.length === 0 && (
        <Typography color="textSecondary" variant="body2" sx={{ p: 1.5 }}>
          {t('models.noOnnx')}
        </Typography>
      )}
      <Box role="group" aria-label={t('models.where')} sx={{ maxHeight: 196, overflowY: 'auto', p: 0.5 }}>
        {shown.map((row) => {
          const held = chosen?.folderId === row.folderId && chosen.path === row.path;
          const Icon = row.directory ? FolderOutlined : InsertDriveFileOutlined;
          return (
            <ButtonBase
              key={`${row.folderId} ${row.path}`}
              disabled={disabled}
              aria-pressed={row.directory ? undefined : held}
              onClick={() => (row.directory ? go(row) : onChoose(row))}
              sx={{
                width: '100%',
                minHeight: 32,
                px: 1,
                gap: 1,
                justifyContent: 'flex-start',
                borderRadius: 0.75,
                bgcolor: held ? 'room.selectedFill' : undefined,
                '&:hover': { bgcolor: 'room.hover' },
              }}
            >
              <Icon sx={{ color: 'text.secondary' }} />
              <Typography variant="body2" noWrap sx={{ flex: 1, textAlign: 'left' }}>
                {row.name}
              </Typography>
              {!row.directory && (
                <Typography variant="figure" color="textSecondary">
                  {fileSize(row.size)}
                </Typography>
              )}
            </ButtonBase>
          );
        })}
      </Box>
    </Box>
  );
}
