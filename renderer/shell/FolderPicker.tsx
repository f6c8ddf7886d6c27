/**
 * Choosing what to import where the host has no dialogs of its own (browser host): the folders named at
 * launch and what is in them, several files or whole folders at once; or files of the machine one sits at,
 * which are streamed to the inbox.
 */
import ChevronRight from '@mui/icons-material/ChevronRight';
import ComputerOutlined from '@mui/icons-material/ComputerOutlined';
import FolderOutlined from '@mui/icons-material/FolderOutlined';
import ImageOutlined from '@mui/icons-material/ImageOutlined';
import {
  Box,
  Button,
  ButtonBase,
  Checkbox,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  LinearProgress,
  Typography,
} from '@mui/material';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallResult } from '../../app/contract/index.ts';
import { getClient } from '../client.ts';
import { fileSize } from '../format.ts';
import { importFiles } from '../library/importing.ts';
import { errorText, isCancelled, notify, report, useApp } from '../store/app.ts';
import { useRows } from '../ui/rows.ts';

type Entry = CallResult<'folders.list'>['entries'][number];
const ROW = 36;
const close = () => useApp.setState({ pickerOpen: false });

export default function FolderPicker() {
  const { t } = useTranslation();
  const sources = useApp((s) => s.folders).filter((f) => f.purpose === 'source');
  const [place, setPlace] = useState<{ folderId: string; path: string } | null>(
    sources[0] ? { folderId: sources[0].id, path: '' } : null,
  );
  const [entries, setEntries] = useState<Entry[] | null>(null);
  const [error, setError] = useState('');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const size = useCallback(() => ROW, []);
  const rows = useRows(scroller, entries?.length ?? 0, size, 8);

  useEffect(() => {
    if (!place) return;
    const abort = new AbortController();
    getClient()
      .call('folders.list', place, { signal: abort.signal })
      .then((answer) => {
        setError('');
        setEntries(answer.entries);
      })
      .catch((e: unknown) => {
        if (!isCancelled(e)) setError(errorText(e));
      });
    return () => abort.abort();
  }, [place]);

  const go = (next: { folderId: string; path: string }) => {
    setPlace(next);
    setEntries(null);
    setPicked(new Set());
  };
  const pathOf = (name: string) => (place?.path ? `${place.path}/${name}` : name);
  const toggle = (name: string) => {
    const next = new Set(picked);
    if (!next.delete(name)) next.add(name);
    setPicked(next);
  };
  const confirm = () => {
    if (!place) return;
    const folder = picked.size === 0;
    const chosen = folder ? [place.path] : [...picked].map(pathOf);
    close();
    getClient()
      .call('library.pick', {
        what: folder ? 'folder' : 'files',
        picked: chosen.map((path) => ({ folderId: place.folderId, path })),
      })
      .then(({ jobId }) => {
        if (jobId !== null) notify('info', t('picker.started'));
      })
      .catch(report);
  };
  const root = sources.find((f) => f.id === place?.folderId);
  const crumbs = place?.path ? place.path.split('/') : [];
  const allNames = (entries ?? []).map((e) => e.name);

  return (
    <Dialog open onClose={close} fullWidth maxWidth="md" aria-labelledby="picker-title">
      <DialogTitle id="picker-title">{t('picker.title')}</DialogTitle>
      <DialogContent sx={{ display: 'flex', gap: 2, height: 440, overflow: 'hidden' }}>
        <Box
          component="nav"
          aria-label={t('picker.folders')}
          sx={{ width: 220, flexShrink: 0, overflowY: 'auto' }}
        >
          <Typography variant="label" component="h3" sx={{ mt: 0, mb: 0.5, px: 1 }}>
            {t('picker.folders')}
          </Typography>
          {sources.map((folder) => (
            <ButtonBase
              key={folder.id}
              aria-current={folder.id === place?.folderId}
              onClick={() => go({ folderId: folder.id, path: '' })}
              sx={{
                width: '100%',
                gap: 1,
                p: 1,
                borderRadius: 1,
                justifyContent: 'flex-start',
                bgcolor: folder.id === place?.folderId ? 'room.selectedFill' : undefined,
                '&:hover': { bgcolor: 'room.hover' },
              }}
            >
              <FolderOutlined sx={{ color: 'text.secondary' }} />
              <Box sx={{ minWidth: 0, textAlign: 'left' }}>
                <Typography variant="body2" noWrap>
                  {folder.name}
                </Typography>
                <Typography variant="caption" component="div" noWrap color="textSecondary">
                  {folder.path}
                </Typography>
              </Box>
            </ButtonBase>
          ))}
          <ButtonBase
            onClick={() => input.current?.click()}
            sx={{
              width: '100%',
              gap: 1,
              p: 1,
              mt: 1,
              borderRadius: 1,
              justifyContent: 'flex-start',
              '&:hover': { bgcolor: 'room.hover' },
            }}
          >
            <ComputerOutlined sx={{ color: 'text.secondary' }} />
            <Typography variant="body2" sx={{ textAlign: 'left' }}>
              {t('picker.thisComputer')}
            </Typography>
          </ButtonBase>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label={t('picker.thisComputer')}
            onChange={(event) => {
              const files = [...(event.target.files ?? [])].map((file) => ({ file, folder: '' }));
              close();
              void importFiles(files);
            }}
          />
        </Box>
        <Box
          sx={{
            flex: 1,
            minWidth: 0,
            display: 'flex',
            flexDirection: 'column',
            border: 1,
            borderColor: 'room.line',
            borderRadius: 1,
            bgcolor: 'room.table',
          }}
        >
          {!place ? (
            <Typography color="textSecondary" sx={{ m: 'auto', p: 4, textAlign: 'center' }}>
              {t('picker.none')}
            </Typography>
          ) : (
            <>
              <Box
                sx={{
                  display: 'flex',
                  alignItems: 'center',
                  px: 1,
                  minHeight: 44,
                  borderBottom: 1,
                  borderColor: 'room.line',
                }}
              >
                <Checkbox
                  slotProps={{ input: { 'aria-label': t('picker.all') } }}
                  checked={picked.size > 0 && picked.size === allNames.length}
                  indeterminate={picked.size > 0 && picked.size < allNames.length}
                  onChange={(_, on) => setPicked(new Set(on ? allNames : []))}
                />
                <Button
                  variant="text"
                  color="secondary"
                  sx={{ minWidth: 0, px: 0.75 }}
                  onClick={() => go({ folderId: place.folderId, path: '' })}
                >
                  {root?.name}
                </Button>
                {crumbs.map((crumb, i) => (
                  <Box key={i} sx={{ display: 'flex', alignItems: 'center', minWidth: 0 }}>
                    <ChevronRight sx={{ color: 'text.secondary' }} />
                    <Button
                      variant="text"
                      color="secondary"
                      sx={{ minWidth: 0, px: 0.75 }}
                      onClick={() => go({ folderId: place.folderId, path: crumbs.slice(0, i + 1).join('/') })}
                    >
                      {crumb}
                    </Button>
                  </Box>
                ))}
              </Box>
              {!entries && !error && <LinearProgress aria-label={t('common.loading')} />}
              {error && (
                <Typography color="error" sx={{ p: 2 }}>
                  {error}
                </Typography>
              )}
              {entries?.length === 0 && (
                <Typography color="textSecondary" sx={{ m: 'auto' }}>
                  {t('picker.emptyFolder')}
                </Typography>
              )}
              <Box ref={setScroller} sx={{ flex: 1, minHeight: 0, overflowY: 'auto' }}>
                <Box sx={{ position: 'relative' }} style={{ height: rows.total }}>
                  {rows.items.map(({ index, start }) => {
                    const entry = entries?.[index];
                    if (!entry) return null;
                    const Icon = entry.directory ? FolderOutlined : ImageOutlined;
                    return (
                      <Box
                        key={entry.name}
                        style={{ top: start, height: ROW }}
                        sx={{
                          position: 'absolute',
                          left: 0,
                          right: 0,
                          px: 1,
                          display: 'flex',
                          alignItems: 'center',
                          '&:hover': { bgcolor: 'room.hover' },
                        }}
                      >
                        <Checkbox
                          checked={picked.has(entry.name)}
                          onChange={() => toggle(entry.name)}
                          slotProps={{ input: { 'aria-label': entry.name } }}
                        />
                        <ButtonBase
                          onClick={() =>
                            entry.directory
                              ? go({ folderId: place.folderId, path: pathOf(entry.name) })
                              : toggle(entry.name)
                          }
                          tabIndex={entry.directory ? 0 : -1}
                          sx={{ flex: 1, minWidth: 0, gap: 1, height: '100%', justifyContent: 'flex-start' }}
                        >
                          <Icon sx={{ color: 'text.secondary' }} />
                          <Typography variant="body2" noWrap>
                            {entry.name}
                          </Typography>
                          <Typography variant="figure" color="textSecondary" sx={{ ml: 'auto', pr: 1 }}>
                            {entry.directory ? '' : fileSize(entry.size)}
                          </Typography>
                        </ButtonBase>
                      </Box>
                    );
                  })}
                </Box>
              </Box>
            </>
          )}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={close}>
          {t('common.cancel')}
        </Button>
        <Button variant="contained" disabled={!place || !entries || entries.length === 0} onClick={confirm}>
          {picked.size > 0
            ? t('picker.import', { count: picked.size })
            : t('picker.importFolder', { name: crumbs.at(-1) ?? root?.name ?? '' })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
