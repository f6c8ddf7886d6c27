/** The library: groups at the left, filters above, the light table, and what to do with what is selected. */
import { Alert, Box, Button, CircularProgress, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/app.ts';
import { narrowing, noFilter, reload, setFilter, useLibrary } from '../store/library.ts';
import { useScope, useShortcut } from '../useShortcut.ts';
import { LibraryDialogs } from './Dialogs.tsx';
import { EmptyLibrary } from './EmptyLibrary.tsx';
import { startImport } from './importing.ts';
import { ItemMenu } from './ItemMenu.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { SidePanel } from './SidePanel.tsx';
import { Table } from './Table.tsx';
import { Toolbar } from './Toolbar.tsx';

function NothingFound() {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        flex: 1,
        display: 'grid',
        placeContent: 'center',
        justifyItems: 'center',
        gap: 1.5,
        bgcolor: 'room.table',
      }}
    >
      <Typography variant="h2" component="p" sx={{ m: 0 }}>
        {t('library.nothingFound')}
      </Typography>
      <Button variant="outlined" color="secondary" onClick={() => setFilter(noFilter)}>
        {t('filter.clear')}
      </Button>
    </Box>
  );
}

export function Library() {
  const { t } = useTranslation();
  useScope('library');
  useShortcut('library.import', () => startImport());
  const phase = useLibrary((s) => s.phase);
  const error = useLibrary((s) => s.error);
  const empty = useLibrary((s) => s.total === 0);
  const narrowed = useLibrary((s) => narrowing(s.filter) > 0);
  const refused = useApp((s) => s.line === 'refused');
  const panels = useApp((s) => s.panels);

  // The banner above says what is wrong and what to do; nothing is being loaded.
  if (phase === 'loading' && refused) return null;
  if (phase === 'loading')
    return (
      <Box sx={{ height: '100%', display: 'grid', placeContent: 'center' }}>
        <CircularProgress size={28} aria-label={t('common.loading')} />
      </Box>
    );
  if (phase === 'failed')
    return (
      <Box sx={{ height: '100%', display: 'grid', placeContent: 'center', p: 4 }}>
        <Alert
          severity="error"
          variant="outlined"
          action={
            <Button color="inherit" onClick={() => void reload()}>
              {t('common.again')}
            </Button>
          }
        >
          {error}
        </Alert>
      </Box>
    );
  if (empty && !narrowed) return <EmptyLibrary />;
  return (
    <Box sx={{ height: '100%', display: 'flex' }}>
      {panels && <SidePanel />}
      <Box sx={{ position: 'relative', flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' }}>
        <Toolbar />
        {empty ? <NothingFound /> : <Table />}
        <SelectionBar />
      </Box>
      <ItemMenu />
      <LibraryDialogs />
    </Box>
  );
}
