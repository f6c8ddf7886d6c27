/** The folders the host knows: which are watched, where exports go. */
import FolderOutlined from '@mui/icons-material/FolderOutlined';
import { Box, Button, Switch, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { getClient } from '../client.ts';
import { refreshFolders, report, useApp } from '../store/app.ts';
import { Card } from './parts.tsx';

export function Folders() {
  const { t } = useTranslation();
  const folders = useApp((s) => s.folders);
  const dialogs = useApp((s) => s.info?.dialogs ?? false);
  const add = (purpose: 'watch' | 'export') => {
    getClient().call('folders.add', { purpose }).then(refreshFolders).catch(report);
  };
  const watch = (folderId: string, on: boolean) => {
    getClient().call('folders.watch', { folderId, on }).then(refreshFolders).catch(report);
  };
  return (
    <Card title={t('settings.folders')}>
      {folders.map((folder) => (
        <Box
          key={folder.id}
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1.5,
            minHeight: 52,
            borderTop: 1,
            borderColor: 'room.line',
          }}
        >
          <FolderOutlined sx={{ color: 'text.secondary' }} />
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography variant="body2" noWrap>
              {folder.name}
            </Typography>
            <Typography variant="caption" component="div" color="textSecondary" noWrap title={folder.path}>
              {folder.path}
            </Typography>
          </Box>
          {folder.purpose === 'source' ? (
            <Box sx={{ display: 'flex', alignItems: 'center' }}>
              <Typography variant="caption" color="textSecondary">
                {t('settings.watched')}
              </Typography>
              <Switch
                size="small"
                checked={folder.watched}
                slotProps={{ input: { 'aria-label': t('settings.watch', { name: folder.name }) } }}
                onChange={(_, on) => watch(folder.id, on)}
                sx={{ ml: 0.5 }}
              />
            </Box>
          ) : (
            <Typography variant="caption" color="textSecondary">
              {t(`settings.purpose.${folder.purpose}`)}
            </Typography>
          )}
        </Box>
      ))}
      {dialogs ? (
        <Box sx={{ display: 'flex', gap: 1, mt: 1.5 }}>
          <Button variant="outlined" color="secondary" onClick={() => add('watch')}>
            {t('settings.addWatched')}
          </Button>
          <Button variant="outlined" color="secondary" onClick={() => add('export')}>
            {t('settings.addExport')}
          </Button>
        </Box>
      ) : (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0, mt: 1.5 }}>
          {t('settings.foldersAtLaunch')}
        </Typography>
      )}
    </Card>
  );
}
