/** The lightbox laid out: bar, picture, status line, film-strip, panel; and its dialogs. */
import { Box } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../app/contract/index.ts';
import { handleCommand } from '../shortcuts.ts';
import { useScope } from '../useShortcut.ts';
import { useLightbox, useSession } from './context.ts';
import { SyncDialog } from './dialogs/SyncDialog.tsx';
import { VersionDialog } from './dialogs/VersionDialog.tsx';
import { SidePanel, type PanelTab } from './panels/SidePanel.tsx';
import { FilmStrip } from './parts/FilmStrip.tsx';
import { Stage } from './parts/Stage.tsx';
import { StatusBar } from './parts/StatusBar.tsx';
import { TopBar } from './parts/TopBar.tsx';
import { useReadout } from './parts/useReadout.ts';
import { useActions } from './useActions.ts';

export function LightboxView({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const session = useSession();
  const panels = useLightbox((s) => s.panels);
  const [tab, setTab] = useState<PanelTab>('develop');
  const [syncing, setSyncing] = useState(false);
  const [naming, setNaming] = useState<HistoryEntry | null>(null);
  const [fullscreen, setFull] = useState(false);
  const [scale, setScale] = useState<number | null>(null);
  const readout = useReadout();

  const setFullscreen = (on: boolean) => {
    setFull(on);
    if (on) void document.documentElement.requestFullscreen?.().catch(() => undefined);
    else if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  };
  useEffect(() => {
    const changed = () => {
      if (!document.fullscreenElement) setFull(false);
    };
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);

  const actions = useActions({
    close: () => void session.flushed().then(onClose),
    openSync: () => setSyncing(true),
    openHistory: () => {
      session.store.setState({ panels: true });
      setTab(tab === 'history' ? 'develop' : 'history');
    },
    nameVersion: () =>
      void session
        .flushed()
        .then(() => session.refreshHistory())
        .then(() => {
          const newest = session.store.getState().history.at(-1);
          if (newest) setNaming(newest);
          else session.say('info', t('lightbox.version.nothing'));
        })
        .catch(session.fail),
    fullscreen,
    setFullscreen,
  });
  useScope('lightbox');
  useEffect(
    () => handleCommand('lightbox.film', { hold: (flicker) => session.store.setState({ flicker }) }),
    [session],
  );

  const bare = !panels;
  return (
    <Box
      sx={{
        height: '100%',
        display: 'grid',
        gridTemplateColumns: 'minmax(0, 1fr) auto',
        gridTemplateRows: bare ? 'minmax(0, 1fr)' : '44px minmax(0, 1fr) 28px auto',
        gridTemplateAreas: bare ? '"stage stage"' : '"bar bar" "stage panel" "status panel" "strip panel"',
        bgcolor: 'room.table',
        ...(fullscreen && { position: 'fixed', inset: 0, zIndex: 'drawer' }),
      }}
    >
      {!bare && <TopBar actions={actions} />}
      <Box sx={{ gridArea: 'stage', display: 'grid', minWidth: 0, minHeight: 0 }}>
        <Stage hover={readout.ask} onScale={setScale} />
      </Box>
      {!bare && (
        <>
          <StatusBar values={readout.values} scale={scale} />
          <FilmStrip />
          <SidePanel tab={tab} setTab={setTab} actions={actions} onName={setNaming} />
        </>
      )}
      {syncing && <SyncDialog onClose={() => setSyncing(false)} />}
      {naming && <VersionDialog entry={naming} onClose={() => setNaming(null)} />}
    </Box>
  );
}
